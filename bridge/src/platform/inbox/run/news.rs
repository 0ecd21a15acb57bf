//! What the sender has learned and the team is to hear: rows that will never go out, and people whose
//! server does not answer.
use super::Worker;
use crate::platform::db::Tx;
use crate::platform::homeserver::Homeserver;
use crate::platform::outbox::marks::Parked;
use crate::platform::refusal::Fault;
use crate::platform::signals::Mark;
use crate::platform::work::Cause;
use crate::root;

impl<H: Homeserver> Worker<H> {
    pub(super) async fn tell_news(
        &mut self,
        tx: &mut Tx,
        parked: &[Parked],
        marks: &[Mark],
        now: i64,
    ) -> Result<(), Fault> {
        let app = self.app.clone();
        for parked in parked {
            let cause = Cause { id: format!("parked:{}", parked.id), ..Cause::default() };
            self.effects.is_ours = true;
            let mut work = self.work(tx, &app, cause, now);
            root::tell_parked(&mut work, parked).await?;
        }
        for mark in marks {
            let Mark::Hindered { user, at } = mark else { continue };
            let cause = Cause { id: format!("hindered:{user}:{at}"), ..Cause::default() };
            self.effects.is_ours = true;
            let mut work = self.work(tx, &app, cause, now);
            crate::rooms::reach::away(&mut work, user, *at).await?;
        }
        Ok(())
    }
}
