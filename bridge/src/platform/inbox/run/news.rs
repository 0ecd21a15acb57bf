//! What the sender has learned and the team is to hear: rows that will never go out, and people whose
//! server does not answer.
use super::Worker;
use crate::platform::App;
use crate::platform::db::Tx;
use crate::platform::homeserver::Homeserver;
use crate::platform::outbox::marks::Parked;
use crate::platform::outbox::store::{Told, told as told_rows};
use crate::platform::refusal::Fault;
use crate::platform::signals::Mark;
use crate::platform::work::{Cause, Work};
use crate::{rooms, root};

/// Rows that the rooms hold already: written as sent in the very transaction that owes them.
pub(super) async fn write_there(
    tx: &mut Tx,
    there: &[(i64, String)],
    now: i64,
) -> Result<(), Fault> {
    let told: Vec<Told<'_>> =
        there.iter().map(|(id, event_id)| Told { id: *id, event_id, confirmed: true }).collect();
    Ok(told_rows(tx, &told, now).await?)
}

/// Whether the team is to hear of it.
pub(super) fn is_news(mark: &Mark) -> bool {
    matches!(mark, Mark::Parked { .. } | Mark::Hindered { .. } | Mark::Lost { .. })
}

impl<H: Homeserver> Worker<H> {
    /// Of what is owed now, what was sent before a restore, by its marker.
    pub(super) fn there_already(&self) -> Vec<(i64, String)> {
        let signals = &self.app.signals;
        if !signals.is_catching_up() {
            return Vec::new();
        }
        let out = self.effects.out.iter();
        out.filter_map(|row| Some((row.id, signals.found(&row.txn_id)?))).collect()
    }

    pub(super) async fn tell_news(
        &mut self,
        tx: &mut Tx,
        parked: &[Parked],
        marks: &[Mark],
        now: i64,
    ) -> Result<(), Fault> {
        let app = self.app.clone();
        for parked in parked {
            let mut work = self.news(tx, &app, format!("parked:{}", parked.id), now);
            root::tell_parked(&mut work, parked).await?;
        }
        for mark in marks {
            match mark {
                Mark::Hindered { user, at } => {
                    let mut work = self.news(tx, &app, format!("hindered:{user}:{at}"), now);
                    rooms::reach::away(&mut work, user, *at).await?;
                }
                Mark::Lost { room_id, at } => {
                    let mut work = self.news(tx, &app, format!("lost:{room_id}:{at}"), now);
                    rooms::actions::bot_is_out(&mut work, room_id).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The work of telling something that nobody has said.
    fn news<'a>(&'a mut self, tx: &'a mut Tx, app: &'a App<H>, id: String, now: i64) -> Work<'a> {
        self.effects.is_ours = true;
        self.work(tx, app, Cause { id, ..Cause::default() }, now)
    }
}

pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_default())
}
