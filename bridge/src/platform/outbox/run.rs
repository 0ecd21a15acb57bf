//! The sender. It reads what is owed, sends it, and leaves marks; the rows are the truth, so that a
//! kill at any point only repeats a request that the homeserver knows by its transaction id.
use super::deliver::{Outcome, deliver};
use super::gates::{GIVE_UP_MS, Gates};
use super::in_hand::InHand;
use super::lanes::Lanes;
use super::recover::{self, LOOK_AFTER_MS};
use super::rooms::Way;
use super::store::{self, Owed, Target};
use super::unplaced::Unplaced;
use crate::platform::App;
use crate::platform::alarms::Alarm;
use crate::platform::counters::observe;
use crate::platform::homeserver::Homeserver;
use crate::platform::recent::Recent;
use crate::platform::refusal::Fault;
use crate::platform::seat::Seat;
use crate::platform::signals::Mark;
use crate::platform::work::OutKind;
use crate::program::server_of;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use tracing::Instrument as _;

/// The first wait after no clear answer, or none at all; it doubles with each try.
const RETRY_MS: i64 = 250;
const RETRY_SHIFT_MAX: u32 = 10;
const RETRY_MS_MAX: i64 = 60_000;
/// A refused connection costs little, and nobody else may notice that the homeserver is back.
const AWAY_MS_MAX: i64 = 10_000;
pub(super) const ROOM_WAIT_MS: i64 = 5_000;
const FAULT_WAIT_MS: i64 = 1_000;
/// Recently settled keys, so that a reference need not ask the database.
const RECENT: usize = 2_048;
const IDLE_MS_MAX: i64 = 10_000;
/// Rows that wait for their turn are not counted against those that may go, up to so many times the
/// limit of both together.
const HELD_FACTOR: usize = 2;
/// Rows of a room that has just become known, read at once.
const PLACED_ROWS_MAX: i64 = 200;

/// Why an invitation is parked whose server was waited for too long.
pub const GIVEN_UP: &str = "their server did not answer for two weeks";

type Flight = BoxFuture<'static, (Arc<Owed>, Outcome)>;

pub struct Sender<H> {
    pub(super) app: App<H>,
    pub(super) lanes: Lanes,
    pub(super) flights: FuturesUnordered<Flight>,
    cursor: i64,
    /// What became of rows that others may refer to.
    pub(super) recent: Recent<Target>,
    pub(super) in_hand: InHand,
    /// Keys that the first row of a lane waits for.
    pub(super) awaited: HashMap<String, String>,
    /// Rows on their way that stand for one that was refused, by its key.
    pub(super) standing: HashMap<i64, String>,
    unplaced: Unplaced,
    /// Rooms that were replaced, and that the bot is out of.
    pub(super) closed: HashSet<String>,
    /// Rooms may be there that were not.
    placed: bool,
    places_version: u64,
    /// The homeserver was not there for the last row.
    away: bool,
    /// Lanes that it has wait.
    limited: HashSet<String>,
    /// Other servers, as far as those invited there go.
    gates: Gates,
}

/// Sends until the future is dropped.
pub async fn run<H: Homeserver>(app: App<H>) {
    let mut sender = Sender::new(app);
    loop {
        if let Err(fault) = sender.turn().await {
            sender.app.signals.failed(&fault);
            tracing::error!(%fault, "the outbox could not be read; trying again");
            sender.app.clock.sleep(1_000).await;
        }
    }
}

impl<H: Homeserver> Sender<H> {
    #[must_use]
    pub fn new(app: App<H>) -> Self {
        Self {
            gates: Gates::new(app.program.limits.lanes_max),
            app,
            lanes: Lanes::default(),
            flights: FuturesUnordered::new(),
            cursor: 0,
            recent: Recent::new(RECENT),
            in_hand: InHand::default(),
            awaited: HashMap::new(),
            standing: HashMap::new(),
            unplaced: Unplaced::default(),
            closed: HashSet::new(),
            placed: false,
            places_version: 0,
            away: false,
            limited: HashSet::new(),
        }
    }

    async fn turn(&mut self) -> Result<(), Fault> {
        let now = self.app.clock.now();
        let version = self.app.signals.places_version.load(Acquire);
        if version != self.places_version {
            self.places_version = version;
            self.placed = true;
            // Messages may have been carried to another room.
            self.recent = Recent::new(RECENT);
            self.in_hand.doubt();
            self.lanes.wake_all();
        }
        if self.placed {
            self.read_placed().await?;
        }
        let free = self.free();
        if free > self.app.program.limits.outbox_loaded_max / 2 {
            self.load(free).await?;
        }
        let next_lane = self.lanes.wake(now);
        self.depart(now).await?;
        self.app.signals.outbox_pending.store(self.lanes.len(), Relaxed);
        let next = next_lane.unwrap_or(i64::MAX).min(now + IDLE_MS_MAX);
        let pause = u64::try_from(next - now).unwrap_or(0).max(1);
        let signals = self.app.signals.clone();
        let sleep = self.app.clock.sleep(pause);
        tokio::select! {
            biased;
            Some((row, outcome)) = self.flights.next(), if !self.flights.is_empty() => {
                self.landed(&row, outcome);
                while let Some(Some((row, outcome))) = self.flights.next().now_or_never() {
                    self.landed(&row, outcome);
                }
            }
            () = signals.outbox.woken() => {}
            () = sleep => {}
        }
        Ok(())
    }

    /// Sends as many as may go side by side.
    pub(super) async fn depart(&mut self, now: i64) -> Result<(), Fault> {
        while self.flights.len() < self.app.program.limits.lanes_max {
            let Some((row, tries)) = self.lanes.take() else { break };
            match self.flight(row.clone(), tries, now).await {
                Ok(Some(flight)) => self.flights.push(flight),
                Ok(None) => {}
                Err(fault) => {
                    self.lanes.again(&row.lane(), now + FAULT_WAIT_MS);
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    /// How many rows more may be held: those that wait do not keep out those that may go.
    pub(super) fn free(&self) -> usize {
        let max = self.app.program.limits.outbox_loaded_max;
        let held = self.lanes.len();
        if held < max / 2 {
            return max - held;
        }
        max.saturating_sub(self.lanes.movable()).min((max * HELD_FACTOR).saturating_sub(held))
    }

    /// Takes over what was handed on, and reads what was not.
    async fn load(&mut self, limit: usize) -> Result<(), Fault> {
        let (rows, unread_after) = self.app.signals.outbox.take();
        for row in rows {
            self.add(row);
        }
        if unread_after.is_none() {
            return Ok(());
        }
        // Rows are numbered in the order of their commits: all up to the cursor were seen.
        let mut reader = self.app.db.read().await.inspect_err(|_| self.doubt())?;
        let rows = store::owed(&mut reader, self.cursor, i64::try_from(limit).unwrap_or(i64::MAX))
            .await
            .inspect_err(|_| self.doubt())?;
        let whole = rows.len() < limit;
        for row in rows {
            self.add(row);
        }
        if !whole {
            self.doubt();
        }
        Ok(())
    }

    pub(super) fn add(&mut self, row: Owed) {
        if row.id <= self.cursor {
            return;
        }
        self.cursor = row.id;
        if !self.unplaced.has(&row.room) && self.is_placed(&row.room) {
            self.hold(row);
        } else if self.unplaced.pass(row.room, row.id) {
            self.app.signals.want_rooms();
        }
    }

    /// Reads the rows of rooms that are there by now.
    async fn read_placed(&mut self) -> Result<(), Fault> {
        self.placed = false;
        let found = self.unplaced.found(|room| self.is_placed(room));
        for (room, first) in found {
            self.placed = true;
            if self.lanes.len() >= self.app.program.limits.outbox_loaded_max {
                return Ok(());
            }
            let mut reader = self.app.db.read().await?;
            let span = (first, self.cursor);
            let rows = store::owed_in(&mut reader, &room, span, PLACED_ROWS_MAX).await?;
            let whole = i64::try_from(rows.len()).is_ok_and(|read| read < PLACED_ROWS_MAX);
            let next = rows.last().filter(|_| !whole).map(|row| row.id + 1);
            for row in rows {
                self.hold(row);
            }
            self.unplaced.read(&room, next);
        }
        Ok(())
    }

    fn is_placed(&self, room: &str) -> bool {
        self.app.signals.places(|places| places.open(room).is_some())
    }

    fn doubt(&self) {
        self.app.signals.outbox.unread(self.cursor);
    }

    /// The request of a row, or a wait where its room or the event it refers to is not there yet.
    async fn flight(
        &mut self,
        row: Arc<Owed>,
        tries: u32,
        now: i64,
    ) -> Result<Option<Flight>, Fault> {
        let Some(Way { room_id, is_anew }) = self.way_of(&row).await? else {
            self.wait_for_room(&row, now);
            return Ok(None);
        };
        let Some(mut row) = self.filled(row, tries, now).await? else { return Ok(None) };
        if is_anew {
            let Some(anew) = Self::anew(&row) else {
                self.landed(&row, Outcome::Sent(format!("done:{}", row.txn_id)));
                return Ok(None);
            };
            row = anew;
        }
        let elsewhere = self.elsewhere(&row);
        if let Some(at) = elsewhere.as_deref().and_then(|server| self.gates.enter(server, now)) {
            self.lanes.hold(&row.lane(), at);
            return Ok(None);
        }
        let app = self.app.clone();
        let old = now - row.unknown_at.unwrap_or(row.made_at) > LOOK_AFTER_MS;
        let (cause, number) = (row.cause.clone(), row.id);
        let flight = async move {
            if old && matches!(row.kind, OutKind::Message | OutKind::File) {
                match recover::find(&app.homeserver, &room_id, &row).await {
                    Ok(Some(event)) => return (row, Outcome::Sent(event)),
                    // Where nothing is to be read, nothing is to be said: the refusal of that is what counts.
                    Ok(None) | Err(Outcome::Parked(_)) => {}
                    Err(outcome) => return (row, outcome),
                }
            }
            // Into a chat nobody would bring the bot back.
            let is_ours = || app.signals.places(|places| places.is_ours(&room_id));
            let seat = || is_ours().then(|| Seat::of(&app, &room_id)).flatten();
            let outcome = match deliver(&app.homeserver, &room_id, &row, seat).await {
                // Ours has asked theirs; what it says of that differs by homeserver.
                Outcome::Unknown if elsewhere.is_some() => Outcome::ServerAway,
                outcome => outcome,
            };
            (row, outcome)
        };
        let span = tracing::info_span!("send", event = cause, row = number);
        Ok(Some(flight.instrument(span).boxed()))
    }

    /// The server of somebody invited, where it is not ours.
    fn elsewhere(&self, row: &Owed) -> Option<String> {
        let server = row.invited().and_then(server_of);
        server.filter(|server| *server != self.app.program.server_name).map(str::to_owned)
    }

    pub(super) fn landed(&mut self, row: &Owed, outcome: Outcome) {
        let now = self.app.clock.now();
        let signals = self.app.signals.clone();
        let away = outcome == Outcome::ServerAway;
        let elsewhere = self.elsewhere(row);
        let next_at = elsewhere.map_or(now, |server| self.gates.leave(&server, away, now));
        let is_limited = matches!(outcome, Outcome::Limited(_));
        if !self.limited.is_empty() && !is_limited && self.limited.remove(&row.lane()) {
            signals.noticed.set(Alarm::Limited, !self.limited.is_empty());
        }
        let outcome = match outcome {
            Outcome::ServerAway if now - row.made_at > GIVE_UP_MS => {
                Outcome::Parked(GIVEN_UP.to_owned())
            }
            outcome => outcome,
        };
        match outcome {
            Outcome::Sent(event_id) => self.sent(row, event_id),
            Outcome::Parked(why) => {
                tracing::error!(
                    event = row.cause,
                    row = row.id,
                    why,
                    "a message will never be sent; parked"
                );
                signals.counters.parked.inc();
                signals.mark(Mark::Parked { id: row.id, why });
                signals.inbox.wake();
                self.noted(row, Target::Refused);
                self.lanes.done(&row.lane());
            }
            Outcome::Lost(room_id) => self.lost(row, room_id, now),
            Outcome::Unknown => {
                signals.counters.retried.inc();
                signals.mark(Mark::Unknown { id: row.id, at: now });
                self.lanes.again(&row.lane(), now + self.backoff(row, RETRY_MS_MAX));
            }
            Outcome::Away => {
                signals.counters.retried.inc();
                if !std::mem::replace(&mut self.away, true) {
                    signals.hung_up.notify_one();
                }
                self.lanes.again(&row.lane(), now + self.backoff(row, AWAY_MS_MAX));
            }
            Outcome::ServerAway => {
                signals.counters.retried.inc();
                signals.mark(Mark::Unknown { id: row.id, at: now });
                let user = row.invited().unwrap_or_default().to_owned();
                signals.mark(Mark::Hindered { user, at: now });
                self.lanes.hold(&row.lane(), next_at);
            }
            Outcome::Limited(ms) => {
                signals.counters.limited.inc();
                self.limited.insert(row.lane());
                signals.noticed.set(Alarm::Limited, true);
                self.lanes.hold(&row.lane(), now.saturating_add(ms));
            }
        }
    }

    fn sent(&mut self, row: &Owed, event_id: String) {
        let signals = self.app.signals.clone();
        if std::mem::take(&mut self.away) {
            self.lanes.wake_all();
        }
        if let Some(key) = self.standing.remove(&row.id) {
            signals.mark(Mark::Stands { key: key.clone(), event_id: event_id.clone() });
            self.settled(&key, Target::Sent(event_id.clone()));
        }
        self.noted(row, Target::Sent(event_id.clone()));
        signals.counters.sent.inc();
        observe(&signals.counters.send_lag, self.app.clock.now() - row.made_at);
        tracing::debug!(event = row.cause, row = row.id, sent = event_id, "sent");
        signals.mark(Mark::Sent { id: row.id, txn_id: row.txn_id.clone(), event_id });
        self.lanes.done(&row.lane());
    }

    fn backoff(&self, row: &Owed, ms_max: i64) -> i64 {
        (RETRY_MS << self.lanes.tries(&row.lane()).min(RETRY_SHIFT_MAX)).min(ms_max)
    }
}
