//! The sender. It reads what is owed, sends it, and leaves marks; the rows are the truth, so that a
//! kill at any point only repeats a request that the homeserver knows by its transaction id.
use super::lanes::Lanes;
use super::recover::{self, LOOK_AFTER_MS};
use super::store::{self, Owed};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::platform::recent::Recent;
use crate::platform::refusal::Fault;
use crate::platform::signals::Mark;
use crate::platform::work::OutKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use ruma::api::client::membership::{invite_user, kick_user};
use ruma::{OwnedRoomId, OwnedUserId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

/// The first wait after no clear answer; it doubles with each try.
const RETRY_MS: i64 = 250;
const RETRY_SHIFT_MAX: u32 = 10;
const RETRY_MS_MAX: i64 = 60_000;
const ROOM_WAIT_MS: i64 = 5_000;
const REF_WAIT_MS: i64 = 200;
/// Recently sent keys, so that a reference need not ask the database.
const RECENT: usize = 2_048;
const IDLE_MS_MAX: i64 = 10_000;

/// How sending one row ended.
#[derive(Debug)]
pub enum Outcome {
    Sent(String),
    Parked(String),
    Unknown,
    Later(i64),
}

type Flight = BoxFuture<'static, (Arc<Owed>, Outcome)>;

pub struct Sender<H> {
    app: App<H>,
    lanes: Lanes,
    flights: FuturesUnordered<Flight>,
    cursor: i64,
    recent: Recent<String>,
    /// Keys that the first row of a lane waits for.
    awaited: HashMap<String, String>,
    places_version: u64,
}

/// Sends until the future is dropped.
pub async fn run<H: Homeserver>(app: App<H>) {
    let mut sender = Sender::new(app);
    loop {
        if let Err(fault) = sender.turn().await {
            tracing::error!(%fault, "the outbox could not be read; trying again");
            sender.app.clock.sleep(1_000).await;
        }
    }
}

impl<H: Homeserver> Sender<H> {
    #[must_use]
    pub fn new(app: App<H>) -> Self {
        Self {
            app,
            lanes: Lanes::default(),
            flights: FuturesUnordered::new(),
            cursor: 0,
            recent: Recent::new(RECENT),
            awaited: HashMap::new(),
            places_version: 0,
        }
    }

    async fn turn(&mut self) -> Result<(), Fault> {
        let now = self.app.clock.now();
        if self.lanes.len() < self.app.program.limits.outbox_loaded_max / 2 {
            self.load().await?;
        }
        let next_lane = self.lanes.wake(now);
        while self.flights.len() < self.app.program.limits.lanes_max {
            let Some((row, tries)) = self.lanes.take() else { break };
            if let Some(flight) = self.flight(row, tries, now).await? {
                self.flights.push(flight);
            }
        }
        self.app.signals.outbox_pending.store(self.lanes.len(), Relaxed);
        let next = next_lane.unwrap_or(i64::MAX).min(now + IDLE_MS_MAX);
        let pause = u64::try_from(next - now).unwrap_or(0).max(1);
        let signals = self.app.signals.clone();
        let sleep = self.app.clock.sleep(pause);
        tokio::select! {
            Some((row, outcome)) = self.flights.next(), if !self.flights.is_empty() => {
                self.landed(&row, outcome);
                while let Some(Some((row, outcome))) = self.flights.next().now_or_never() {
                    self.landed(&row, outcome);
                }
            }
            () = signals.outbox.woken() => {
                let version = signals.places_version.load(Acquire);
                if version != self.places_version {
                    self.places_version = version;
                    self.lanes.wake_all();
                }
            }
            () = sleep => {}
        }
        Ok(())
    }

    /// Takes over what was handed on, and reads what was not.
    async fn load(&mut self) -> Result<(), Fault> {
        let (rows, unread_after) = self.app.signals.outbox.take();
        for row in rows {
            self.add(row);
        }
        if unread_after.is_none() {
            return Ok(());
        }
        // Rows are numbered in the order of their commits: all up to the cursor were seen.
        let limit = self.app.program.limits.outbox_loaded_max.saturating_sub(self.lanes.len());
        if limit == 0 {
            self.doubt();
            return Ok(());
        }
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

    fn add(&mut self, row: Owed) {
        if row.id > self.cursor {
            self.cursor = row.id;
            self.lanes.push(row);
        }
    }

    fn doubt(&self) {
        self.app.signals.outbox.unread(self.cursor);
    }

    /// The request of a row, or a wait where its room or the event it refers to is not there yet.
    async fn flight(
        &mut self,
        mut row: Arc<Owed>,
        tries: u32,
        now: i64,
    ) -> Result<Option<Flight>, Fault> {
        let Some(room_id) = self.room_of(&row.room) else {
            self.app.signals.rooms.notify_one();
            self.lanes.again(&row.lane(), now + ROOM_WAIT_MS);
            return Ok(None);
        };
        // An event of ours that a row names (in its content, or to take it back) may itself be owed.
        if let Some(key) = row.target().or_else(|| reference(&row.content)) {
            match self.event_of(&key).await? {
                Some(event) => Arc::make_mut(&mut row).name(&key, &event),
                None => {
                    self.awaited.insert(key, row.lane());
                    self.lanes.again(&row.lane(), now + (REF_WAIT_MS << tries.min(8)));
                    return Ok(None);
                }
            }
        }
        let homeserver = self.app.homeserver.clone();
        let old = now - row.unknown_at.unwrap_or(row.made_at) > LOOK_AFTER_MS;
        let flight = async move {
            if old && row.kind == OutKind::Message {
                match recover::find(&homeserver, &room_id, &row).await {
                    Ok(Some(event)) => return (row, Outcome::Sent(event)),
                    Ok(None) => {}
                    Err(outcome) => return (row, outcome),
                }
            }
            let outcome = deliver(&homeserver, &room_id, &row).await;
            (row, outcome)
        };
        Ok(Some(flight.boxed()))
    }

    fn room_of(&self, room: &str) -> Option<String> {
        if room.starts_with('!') {
            return Some(room.to_owned());
        }
        self.app.signals.places(|places| places.ids.get(room).cloned())
    }

    async fn event_of(&mut self, key: &str) -> Result<Option<String>, Fault> {
        if let Some(event) = self.recent.get(key) {
            return Ok(Some(event.clone()));
        }
        let mut reader = self.app.db.read().await?;
        Ok(store::event_of(&mut reader, key).await?)
    }

    fn landed(&mut self, row: &Owed, outcome: Outcome) {
        let now = self.app.clock.now();
        let signals = &self.app.signals;
        match outcome {
            Outcome::Sent(event_id) => {
                if let Some(lane) = self.awaited.remove(&row.dedupe_key) {
                    self.lanes.wake_lane(&lane);
                }
                self.recent.insert(row.dedupe_key.clone(), event_id.clone());
                signals.counters.sent.fetch_add(1, Relaxed);
                signals.mark(Mark::Sent { id: row.id, txn_id: row.txn_id.clone(), event_id });
                self.lanes.done(&row.lane());
            }
            Outcome::Parked(why) => {
                tracing::error!(
                    row = row.id,
                    why,
                    "the homeserver will not take a message; parked"
                );
                signals.counters.parked.fetch_add(1, Relaxed);
                signals.mark(Mark::Parked { id: row.id, why });
                signals.inbox.wake();
                self.lanes.done(&row.lane());
            }
            Outcome::Unknown => {
                signals.counters.retried.fetch_add(1, Relaxed);
                signals.mark(Mark::Unknown { id: row.id, at: now });
                let wait = RETRY_MS << self.lanes.tries(&row.lane()).min(RETRY_SHIFT_MAX);
                self.lanes.again(&row.lane(), now + wait.min(RETRY_MS_MAX));
            }
            Outcome::Later(ms) => self.lanes.again(&row.lane(), now + ms.min(RETRY_MS_MAX)),
        }
    }
}

/// The key in a content's `$event:…` placeholder.
pub(crate) fn reference(content: &str) -> Option<String> {
    let rest = content.split_once("\"$event:")?.1;
    Some(rest.split('"').next()?.to_owned())
}

async fn deliver<H: Homeserver>(homeserver: &H, room_id: &str, row: &Owed) -> Outcome {
    match row.kind {
        OutKind::Message | OutKind::Redact => {
            let put = Put {
                room_id,
                kind: if row.kind == OutKind::Redact { PutKind::Redact } else { PutKind::Message },
                event_type: &row.event_type,
                key: &row.txn_id,
                redacts: row.subject.as_deref(),
                content: &row.content,
            };
            match homeserver.put(&put).await {
                Ok(event) => Outcome::Sent(event.to_string()),
                Err(error) => outcome(error),
            }
        }
        OutKind::Invite | OutKind::Remove => {
            let ids = OwnedRoomId::try_from(room_id)
                .ok()
                .zip(row.subject.as_deref().and_then(|user| OwnedUserId::try_from(user).ok()));
            let Some((room, user)) = ids else { return Outcome::Parked("no such user id".into()) };
            membership(homeserver, room, user, row).await
        }
    }
}

/// Invitations and removals; what is so already counts as done.
async fn membership<H: Homeserver>(
    homeserver: &H,
    room: OwnedRoomId,
    user: OwnedUserId,
    row: &Owed,
) -> Outcome {
    let result = if row.kind == OutKind::Invite {
        let recipient =
            invite_user::v3::InvitationRecipient::UserId(invite_user::v3::InviteUserId::new(user));
        homeserver.call(invite_user::v3::Request::new(room, recipient)).await.map(|_| ())
    } else {
        let mut request = kick_user::v3::Request::new(room, user);
        request.reason = (!row.content.is_empty()).then(|| row.content.clone());
        homeserver.call(request).await.map(|_| ())
    };
    match result {
        Ok(()) => Outcome::Sent(format!("done:{}", row.txn_id)),
        Err(CallError::Refused { message, .. }) if so_already(&message) => {
            Outcome::Sent(format!("done:{}", row.txn_id))
        }
        Err(error) => outcome(error),
    }
}

/// Homeservers give no code of their own for "is already in the room" and "is not in the room".
fn so_already(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "already in the room",
        "already joined",
        "is already",
        "not in the room",
        "not in room",
        "not joined",
        "does not exist in room",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// What a failed call means for a row.
#[must_use]
pub fn outcome(error: CallError) -> Outcome {
    match error {
        CallError::Refused { status: 400 | 403 | 404 | 413, errcode, message } => {
            Outcome::Parked(format!("{errcode}: {message}"))
        }
        CallError::Limited { retry_after_ms } => {
            Outcome::Later(retry_after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(RETRY_MS))
        }
        CallError::Unreachable(_) => Outcome::Later(RETRY_MS),
        CallError::Refused { .. } | CallError::Unknown(_) => Outcome::Unknown,
    }
}
