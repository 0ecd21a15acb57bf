//! Rooms on their way to another version. Before the rooms are looked at, new ones are made and filled;
//! after it, people are asked over and the old ones closed. The worker does what lies between, at one
//! moment. A kill anywhere leaves rows that say where to go on, and every call here can be repeated.
use super::asks::{joined_or_asked, last_event, put_state};
use super::make::{self, Making};
use super::{KeepError, Keeper, Plan, Report};
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::outbox::{self, refs};
use crate::platform::points::{Point, reach};
use crate::platform::work::Effects;
use crate::rooms::rules::{self, Frame, RoomKey, Wish};
use crate::rooms::store::{self, RoomRow, upgrades, upgrades::UpgradeRow};
use crate::rooms::upgrades::{self as steps, JOB_ASK_OVER, JOB_CLOSED, JOB_MOVED};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use schema::card::{Finding, Severity};

const SIDE_BY_SIDE: usize = 8;
/// What was owed to the old room goes there first, if it can within this time.
const DRAIN_MS_MAX: i64 = 60_000;
/// Invitations go out before the old room is closed, if they can within this time; they stay owed.
const ASKED_MS_MAX: i64 = 30_000;
/// How often a no to a new room is taken for one that may change.
const REFUSED_MAX: u32 = 4;

impl<H: Homeserver> Keeper<H> {
    pub(super) async fn open_upgrades(&self) -> Result<Vec<UpgradeRow>, KeepError> {
        let mut reader = self.app.db.read().await?;
        Ok(upgrades::open(&mut reader).await?)
    }

    /// Makes and fills new rooms; the Space alone, as the others name it.
    pub(super) async fn replace_rooms(
        &mut self,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        let mut open = self.open_upgrades().await?;
        open.retain(|upgrade| upgrade.moved_at.is_none());
        if open.iter().any(|upgrade| upgrade.key == RoomKey::Space) {
            open.retain(|upgrade| upgrade.key == RoomKey::Space);
        }
        for upgrade in open {
            // From then on it is the worker's.
            let what = steps::cause(&upgrade.id);
            if upgrade.copied_at.is_some() || !self.may_try(&what, self.app.clock.now()) {
                continue;
            }
            let old = plan.row(&upgrade.key).filter(|row| row.is_lost());
            if let Some(old) = old
                && super::look::rejoin(&self.app, old).await?
            {
                // What is owed there goes first, and what was said there is read.
                report.waits = true;
                continue;
            }
            let tries = self.waits.get(&what).map_or(0, |(_, tries)| *tries);
            match self.replace(plan, &upgrade).await {
                Ok(()) => drop(self.waits.remove(&what)),
                Err(KeepError::Call(error)) if is_hopeless(&error, tries) => {
                    self.give_up(&upgrade, &error.to_string()).await?;
                }
                Err(KeepError::Call(error)) => self.not_made(&what, error, report)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn replace(&mut self, plan: &Plan, upgrade: &UpgradeRow) -> Result<(), KeepError> {
        let wish = plan.wishes.iter().find(|wish| wish.key == upgrade.key);
        let row = plan.row(&upgrade.key).filter(|row| row.room_id == upgrade.old_room);
        let (Some(wish), Some(row)) = (wish, row) else {
            return self.give_up(upgrade, "the room is kept no longer").await;
        };
        let new = self.new_room(plan, wish, row, upgrade).await?;
        let began_at = self.app.clock.now();
        self.fill(plan, wish, &new).await?;
        reach(Point::UpgradeFilled).await?;
        let mut effects = Effects::default();
        let key = format!("{JOB_MOVED}:{}", upgrade.id);
        effects.jobs.push(self.job(JOB_MOVED, key, upgrade.id.clone()));
        let mut tx = self.app.db.begin().await?;
        upgrades::copied(&mut tx, &upgrade.id, began_at).await?;
        self.commit(tx, effects).await
    }

    /// The new room: known, found again, or made. It has nobody in it yet.
    async fn new_room(
        &mut self,
        plan: &Plan,
        wish: &Wish,
        row: &RoomRow,
        upgrade: &UpgradeRow,
    ) -> Result<RoomRow, KeepError> {
        let (room_id, version) = match (&upgrade.new_room, &upgrade.made_version) {
            (Some(room), Some(version)) => (room.clone(), version.clone()),
            _ => {
                self.find_made().await?;
                let making = Making {
                    mark_key: rules::next_key(&wish.key.to_string(), upgrade.n),
                    version: &upgrade.version,
                    predecessor: Some(self.predecessor(row, &upgrade.version).await?),
                    with_alias: false,
                };
                let found = self.found.as_ref();
                let made = make::room(&self.app, wish, plan.frame_parts(), &making, found).await?;
                reach(Point::UpgradeMade).await?;
                let mut tx = self.app.db.begin().await?;
                upgrades::made(&mut tx, &upgrade.id, &made.room_id, &made.version).await?;
                tx.commit().await?;
                (made.room_id, made.version)
            }
        };
        Ok(RoomRow { room_id, version, ..row.clone() })
    }

    /// Old versions want the last event of the room before.
    async fn predecessor(
        &self,
        row: &RoomRow,
        version: &str,
    ) -> Result<serde_json::Value, CallError> {
        let mut predecessor = serde_json::json!({ "room_id": row.room_id });
        if !rules::creator_is_endless(version) {
            match last_event(&self.app, &row.room_id).await {
                Ok(Some(event)) => predecessor["event_id"] = event.into(),
                Ok(None) | Err(CallError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(predecessor)
    }

    /// All state that the new room should have; what names messages follows when those are there.
    async fn fill(&self, plan: &Plan, wish: &Wish, new: &RoomRow) -> Result<(), KeepError> {
        let (space, about) = plan.frame_parts();
        // A new Space is to be its own.
        let frame =
            Frame { program: &self.app.program, space, version: &new.version, alias: false, about };
        let desired = super::look::desired(wish, frame, &plan.children());
        super::look::put_right(&self.app, new, &desired).await?;
        let states = {
            let mut reader = self.app.db.read().await?;
            outbox::store::states_of(&mut reader, &wish.key.to_string()).await?
        };
        let app = &self.app;
        stream::iter(states)
            .filter(|state| {
                let has_content = state.content != "{}" && refs::key(&state.content).is_none();
                std::future::ready(has_content)
            })
            .map(|state| async move {
                let content = serde_json::from_str(&state.content).unwrap_or_default();
                put_state(app, &new.room_id, &state.event_type, &state.state_key, &content).await
            })
            .buffered(SIDE_BY_SIDE)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(())
    }

    /// After the move: what was owed to the old room has gone, people are asked over, and it is closed.
    pub(super) async fn close_rooms(
        &mut self,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        for upgrade in self.open_upgrades().await? {
            let Some(moved_at) = upgrade.moved_at else {
                report.waits |= upgrade.copied_at.is_some();
                continue;
            };
            let what = steps::cause(&upgrade.id);
            if !self.may_try(&what, self.app.clock.now()) {
                continue;
            }
            match self.close_room(plan, &upgrade, moved_at).await {
                Ok(done) => report.waits |= !done,
                Err(KeepError::Call(error)) => self.not_made(&what, error, report)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One step; whether it was the last.
    async fn close_room(
        &self,
        plan: &Plan,
        upgrade: &UpgradeRow,
        moved_at: i64,
    ) -> Result<bool, KeepError> {
        let now = self.app.clock.now();
        let key = upgrade.key.to_string();
        let (row, waits) = {
            let mut reader = self.app.db.read().await?;
            let row =
                store::by_room_id(&mut reader, upgrade.new_room.as_deref().unwrap_or_default());
            let row = row.await?;
            let former = upgrades::former_by_id(&mut reader, &upgrade.old_room).await?;
            let last = former.map_or(0, |former| former.last_row);
            let open = outbox::store::open_rows(&mut reader, &key, last).await?;
            (row, open > 0 && now - moved_at < DRAIN_MS_MAX)
        };
        // The new room must have been looked at: it has its alias and its place in the Space.
        let looked_at = |key: &RoomKey| plan.row(key).is_some_and(|row| row.checked_at.is_some());
        let Some(row) = row.filter(|row| row.checked_at.is_some() && looked_at(&row.key)) else {
            return Ok(false);
        };
        if waits {
            return Ok(false);
        }
        let Some(asked_at) = upgrade.asked_over_at else {
            self.ask_over(upgrade).await?;
            return Ok(false);
        };
        let settled = {
            let mut reader = self.app.db.read().await?;
            outbox::store::settled(&mut reader, &steps::cause(&upgrade.id)).await?
        };
        if !settled && now - asked_at < ASKED_MS_MAX {
            return Ok(false);
        }
        self.close_old(plan, upgrade, &row).await?;
        reach(Point::UpgradeClosed).await?;
        let mut effects = Effects::default();
        let ended = steps::Ended {
            key: key.clone(),
            room_id: row.room_id.clone(),
            version: row.version.clone(),
            people: upgrade.people,
        };
        let payload = serde_json::to_string(&ended).unwrap_or_default();
        effects.jobs.push(self.job(JOB_CLOSED, format!("{JOB_CLOSED}:{}", upgrade.id), payload));
        let mut tx = self.app.db.begin().await?;
        upgrades::closed(&mut tx, upgrade, now).await?;
        self.commit(tx, effects).await?;
        Ok(true)
    }

    /// Hands the worker who is in the old room, or asked into it; when that cannot be asked, who was
    /// known to be there.
    async fn ask_over(&self, upgrade: &UpgradeRow) -> Result<(), KeepError> {
        let users = match joined_or_asked(&self.app, &upgrade.old_room).await {
            Ok(users) => users,
            Err(CallError::Refused { .. }) => {
                let mut reader = self.app.db.read().await?;
                store::members::joined_in(&mut reader, &upgrade.old_room).await?
            }
            Err(error) => return Err(error.into()),
        };
        let over = steps::Over { id: upgrade.id.clone(), users };
        let payload = serde_json::to_string(&over).unwrap_or_default();
        let mut effects = Effects::default();
        let key = format!("{JOB_ASK_OVER}:{}", upgrade.id);
        effects.jobs.push(self.job(JOB_ASK_OVER, key, payload));
        let tx = self.app.db.begin().await?;
        self.commit(tx, effects).await
    }

    /// The pointer first: a room that only fell silent would be a riddle.
    async fn close_old(
        &self,
        plan: &Plan,
        upgrade: &UpgradeRow,
        new: &RoomRow,
    ) -> Result<(), KeepError> {
        let name = plan.wishes.iter().find(|wish| wish.key == upgrade.key);
        let name = name.map_or("This room", |wish| wish.name.as_str());
        let old = &upgrade.old_room;
        let version = {
            let mut reader = self.app.db.read().await?;
            upgrades::version_before(&mut reader, old).await?
        };
        let pointer = rules::tombstone(name, &new.room_id);
        let endless = rules::creator_is_endless(version.as_deref().unwrap_or("12"));
        let powers = rules::closed_powers(&self.app.program.bot, endless);
        for (kind, content) in [("m.room.tombstone", pointer), ("m.room.power_levels", powers)] {
            match put_state(&self.app, old, kind, "", &content).await {
                Ok(()) => {}
                // The bot is no longer in there, or lost its power: people are asked over all the same.
                Err(CallError::Refused { message, .. }) => {
                    tracing::warn!(room = old, kind, message, "the old room could not be closed");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn give_up(&self, upgrade: &UpgradeRow, why: &str) -> Result<(), KeepError> {
        let now = self.app.clock.now();
        tracing::error!(room = %upgrade.key, why, "a room could not be replaced");
        let finding = Finding {
            id: "upgrade_refused".into(),
            severity: Severity::Error,
            sentence: format!(
                "{} was not replaced by version {}: {}. Nothing has changed.",
                upgrade.key,
                upgrade.version,
                why.replace('`', "'")
            ),
            mend: Some("Mend that and run `room upgrade` again.".into()),
        };
        let mut effects = Effects::default();
        effects.jobs.push(self.alert(&finding, Some(&upgrade.old_room)));
        let mut tx = self.app.db.begin().await?;
        upgrades::failed(&mut tx, &upgrade.id, why, now).await?;
        self.commit(tx, effects).await
    }
}

/// Whether a no will stay one: of a version that the homeserver does not know at once, else after some
/// tries.
fn is_hopeless(error: &CallError, tries: u32) -> bool {
    match error {
        CallError::Refused { errcode, .. } => {
            errcode == "M_UNSUPPORTED_ROOM_VERSION" || tries >= REFUSED_MAX
        }
        _ => false,
    }
}
