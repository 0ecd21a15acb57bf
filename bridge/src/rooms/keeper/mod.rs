//! The loop that makes the program's rooms and keeps them as they should be. It reads what is
//! wanted, asks the homeserver, and writes what it learned; every step can be repeated, and one room
//! in trouble never holds up the others.
mod asks;
mod chats;
mod inspect;
mod look;
mod make;
mod record;
mod takeup;
mod upgrade;

pub use inspect::{Inspection, inspect};
pub use takeup::take_up;

use super::rules::{self, About, Child, People, RoomKey, Wish};
use super::store::upgrades::FormerRow;
use super::store::{self, RoomRow};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::refusal::Fault;
use chats::Side;
use futures_util::stream::{self, StreamExt};
use make::Found;
use schema::card::Finding;
use std::collections::HashMap;

const CHECK_MS: i64 = 3_600_000;
const RETRY_MS: i64 = 2_000;
const RETRY_MS_MAX: i64 = 60_000;
/// A room or chat that could not be made waits longer after each try.
const WAIT_MS: i64 = 15_000;
const WAIT_MS_MAX: i64 = 3_600_000;
/// How often the chats with people of other servers are looked at.
const RETRY_CHATS_MS: u64 = 15_000;
const SIDE_BY_SIDE: usize = 4;
/// How often the bot tries to come back into a room: that it was asked in again may not be heard.
const LOST_MS: i64 = 30_000;
/// While a room is being replaced; twice as long after each so many rounds that did not end it.
const SOON_MS: i64 = 250;
const SOON_ROUNDS: u32 = 100;
const SOON_SHIFT_MAX: u32 = 6;

/// Why a round ended early.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Call(#[from] CallError),
}

impl From<sqlx::Error> for KeepError {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(Fault::Db(error))
    }
}

/// What a round did, by the key of the room or `direct:@user`.
#[derive(Debug, Default, Clone)]
pub struct Report {
    pub made: Vec<String>,
    /// Room and the state type that was put back.
    pub mended: Vec<(String, String)>,
    /// What cannot be mended by the program.
    pub findings: Vec<(String, Finding)>,
    /// What did not work this time and will be tried again.
    pub failed: Vec<(String, String)>,
    /// Whether something is on its way that must be looked after soon.
    pub waits: bool,
}

pub(super) struct Keeper<H> {
    app: App<H>,
    /// Rooms of ours that a run before a crash may have made; read when first needed.
    found: Option<Found>,
    waits: HashMap<String, (i64, u32)>,
}

/// Keeps the rooms until the future is dropped.
pub async fn run<H: Homeserver>(app: App<H>) {
    let mut keeper = Keeper::new(app.clone());
    let mut whole_at = 0;
    let (mut tries, mut waited) = (0, 0_u32);
    loop {
        let now = app.clock.now();
        let whole = now >= whole_at;
        let pause = match keeper.round(whole).await {
            Ok(report) => {
                tries = 0;
                if whole && report.failed.is_empty() {
                    whole_at = now + CHECK_MS;
                }
                waited = if report.waits { waited.saturating_add(1) } else { 0 };
                let pause = match (report.waits, report.failed.is_empty()) {
                    (true, true) => SOON_MS << (waited / SOON_ROUNDS).min(SOON_SHIFT_MAX),
                    (true, false) => RETRY_MS,
                    (false, true) => whole_at - now,
                    (false, false) => RETRY_MS_MAX / 4,
                };
                let is_lost = |(_, finding): &(String, Finding)| finding.id == rules::NOT_JOINED;
                let lost = report.findings.iter().any(is_lost);
                let pause = if lost { pause.min(LOST_MS) } else { pause };
                keeper.next_try().map_or(pause, |at| pause.min(at - now))
            }
            Err(error) => {
                tracing::warn!(%error, "the rooms could not be kept; trying again");
                // A room may have been made that is written nowhere: it is looked for again.
                keeper.found = None;
                tries += 1;
                (RETRY_MS << tries.min(5)).min(RETRY_MS_MAX)
            }
        };
        let sleep = app.clock.sleep(u64::try_from(pause).unwrap_or(0).max(1));
        if tries > 0 {
            sleep.await;
            continue;
        }
        tokio::select! {
            biased;
            () = app.signals.rooms.notified() => {}
            () = sleep => {}
        }
    }
}

/// Keeps the chats with people of other servers, however long those take to answer.
pub async fn run_chats<H: Homeserver>(app: App<H>) {
    let mut keeper = Keeper::new(app.clone());
    loop {
        let mut report = Report::default();
        if let Err(error) = keeper.chats(Side::Others, &mut report).await {
            tracing::warn!(%error, "the chats with other servers could not be kept; trying again");
            keeper.found = None;
            app.clock.sleep(RETRY_CHATS_MS).await;
            continue;
        }
        tokio::select! {
            biased;
            () = app.signals.chats.notified() => {}
            () = app.clock.sleep(RETRY_CHATS_MS) => {}
        }
    }
}

/// One whole round: everything missing is made, every room looked at and mended.
///
/// # Errors
/// When the homeserver or the database is out of reach.
pub async fn keep_once<H: Homeserver>(app: &App<H>) -> Result<Report, KeepError> {
    let mut keeper = Keeper::new(app.clone());
    let mut report = keeper.round(true).await?;
    keeper.chats(Side::Others, &mut report).await?;
    Ok(report)
}

/// What should be there: every key with its wish.
pub(super) struct Plan {
    wishes: Vec<Wish>,
    rows: Vec<RoomRow>,
    former: Vec<FormerRow>,
    about: About,
    people: People,
}

impl Plan {
    fn row(&self, key: &RoomKey) -> Option<&RoomRow> {
        self.rows.iter().find(|row| row.key == *key)
    }

    fn space(&self) -> Option<&str> {
        self.row(&RoomKey::Space).map(|row| row.room_id.as_str())
    }

    fn frame_parts(&self) -> make::Parts<'_> {
        (self.space(), &self.about)
    }

    /// Whether a room of ours was replaced by another.
    fn is_former(&self, room_id: &str) -> bool {
        self.former.iter().any(|row| row.room_id == room_id)
    }

    fn children(&self) -> Vec<Child<'_>> {
        let child = |wish: &Wish| {
            let row = self.row(&wish.key)?;
            wish.key.in_space().then_some(Child {
                key: &row.key,
                room_id: &row.room_id,
                listed: wish.listed,
                via: &row.via,
            })
        };
        self.wishes.iter().filter_map(child).collect()
    }
}

impl<H: Homeserver> Keeper<H> {
    fn new(app: App<H>) -> Self {
        Self { app, found: None, waits: HashMap::new() }
    }

    async fn round(&mut self, whole: bool) -> Result<Report, KeepError> {
        let began_at = self.app.clock.now();
        let mut report = Report::default();
        let mut plan = self.plan().await?;
        let replacing = !self.open_upgrades().await?.is_empty();
        if replacing {
            self.replace_rooms(&plan, &mut report).await?;
            // Rooms may have moved meanwhile.
            plan = self.plan().await?;
        }
        if self.make_missing(&mut plan, &mut report).await? || whole || replacing {
            self.record_program(&plan, whole).await?;
        }
        self.look_at_rooms(&plan, whole, began_at, &mut report).await?;
        if replacing {
            self.close_rooms(&plan, &mut report).await?;
        }
        self.chats(Side::Ours, &mut report).await?;
        Ok(report)
    }

    async fn plan(&self) -> Result<Plan, KeepError> {
        let mut reader = self.app.db.read().await?;
        let rows = store::rooms(&mut reader).await?;
        let mut wishes: Vec<Wish> =
            RoomKey::FIXED.iter().map(|key| rules::wish(key, None, &self.app.program)).collect();
        for (slug, name, open) in store::industries(&mut reader).await? {
            let key = RoomKey::Industry(slug);
            wishes.push(rules::wish(&key, Some((&name, open)), &self.app.program));
        }
        for (slug, name, open) in store::organizations(&mut reader).await? {
            let key = RoomKey::Organization(slug);
            wishes.push(rules::wish(&key, Some((&name, open)), &self.app.program));
        }
        for (id, names) in store::pairs(&mut reader).await? {
            let key = RoomKey::Pair(id);
            wishes.push(rules::wish(&key, Some((&names, true)), &self.app.program));
        }
        let former = store::upgrades::former(&mut reader).await?;
        let people = store::people::read(&mut reader, &self.app.program.owners).await?;
        let access = crate::rooms::access::current(&mut reader, &self.app.program).await?;
        let rooms = |of: fn(&RoomKey) -> bool| -> Vec<String> {
            let rooms = former.iter().filter(|row| of(&row.key));
            rooms.map(|row| row.room_id.clone()).collect()
        };
        let space = rows.iter().find(|row| row.key == RoomKey::Space);
        let about = About {
            former_spaces: rooms(|key| *key == RoomKey::Space),
            former_children: rooms(RoomKey::in_space),
            space_via: space.map(|row| row.via.clone()).unwrap_or_default(),
            access,
        };
        Ok(Plan { wishes, rows, people, former, about })
    }

    /// Makes rooms that are not there; the Space first, as the others name it. Whether any was made.
    async fn make_missing(
        &mut self,
        plan: &mut Plan,
        report: &mut Report,
    ) -> Result<bool, KeepError> {
        let mut made = false;
        for space in [true, false] {
            let now = self.app.clock.now();
            let missing: Vec<Wish> = plan
                .wishes
                .iter()
                .filter(|wish| {
                    (wish.key == RoomKey::Space) == space && plan.row(&wish.key).is_none()
                })
                .filter(|wish| self.may_try(&wish.key.to_string(), now))
                .cloned()
                .collect();
            if missing.is_empty() || (!space && plan.space().is_none()) {
                continue;
            }
            self.find_made().await?;
            let found = self.found.as_ref();
            let results: Vec<_> = stream::iter(missing)
                .map(|wish| {
                    let (app, parts) = (self.app.clone(), plan.frame_parts());
                    async move {
                        let making = make::Making {
                            mark_key: wish.key.to_string(),
                            version: &app.program.room_version,
                            predecessor: None,
                            with_alias: true,
                        };
                        let result = make::room(&app, &wish, parts, &making, found).await;
                        (wish, result)
                    }
                })
                .buffered(SIDE_BY_SIDE)
                .collect()
                .await;
            for (wish, result) in results {
                made |= self.record_made(&wish, result, report).await?;
            }
            *plan = self.plan().await?;
        }
        Ok(made)
    }

    async fn look_at_rooms(
        &mut self,
        plan: &Plan,
        whole: bool,
        began_at: i64,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        let due: Vec<(&Wish, &RoomRow)> = plan
            .wishes
            .iter()
            .filter_map(|wish| Some((wish, plan.row(&wish.key)?)))
            .filter(|(_, row)| whole || row.drift_at.is_some() || row.is_lost())
            .collect();
        let looks: Vec<_> = stream::iter(due)
            .map(|(wish, row)| {
                let app = self.app.clone();
                async move {
                    let mut look = look::at_room(&app, wish, row, plan).await;
                    if let Ok(seen) = &mut look
                        && let Err(error) = look::strangers(&app, row, &plan.people, seen).await
                    {
                        look = Err(error);
                    }
                    (row, look)
                }
            })
            .buffered(SIDE_BY_SIDE)
            .collect()
            .await;
        for (row, look) in looks {
            match look {
                Ok(look) => self.record_look(plan, row, look, began_at, report).await?,
                Err(error @ CallError::Unreachable(_)) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(room = %row.key, %error, "a room could not be looked at; trying again");
                    report.failed.push((row.key.to_string(), error.to_string()));
                }
            }
        }
        Ok(())
    }

    /// When the first of those that wait may be tried again.
    fn next_try(&self) -> Option<i64> {
        let now = self.app.clock.now();
        self.waits.values().map(|(at, _)| *at).filter(|at| *at > now).min()
    }

    fn may_try(&self, what: &str, now: i64) -> bool {
        self.waits.get(what).is_none_or(|(at, _)| *at <= now)
    }

    fn wait(&mut self, what: &str) {
        let now = self.app.clock.now();
        let tries = self.waits.get(what).map_or(0, |(_, tries)| *tries);
        let at = now + (WAIT_MS << tries.min(8)).min(WAIT_MS_MAX);
        self.waits.insert(what.to_owned(), (at, tries + 1));
    }
}
