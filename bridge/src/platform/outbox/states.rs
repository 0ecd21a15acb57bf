//! Room state: only the newest content of a key goes out, a key at most every 15 s, all keys
//! together at most two a second, and never what is already there. A loop of its own, so that the
//! sender of messages never waits for it.
use super::deliver::is_final;
use super::refs;
use super::store::{self, Target, WantedState};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::platform::points::{Point, reach};
use crate::platform::refusal::Fault;
use crate::platform::seat::is_out;
use crate::platform::work::Effects;
use crate::rooms::actions::alert_once_a_day;
use schema::card::{Finding, Severity};
use std::sync::PoisonError;

const RETRY_MS: i64 = 2_000;
const RETRY_SHIFT_MAX: i64 = 6;
const ROOM_WAIT_MS: i64 = 5_000;
const SCAN_MS: i64 = 250;
const REF_WAIT_MS: i64 = 500;
/// A state may be wanted shortly before the commit of the message that it refers to.
const ABSENT_TRIES_MAX: i64 = 5;
const IDLE_MS_MAX: i64 = 60_000;

struct States<H> {
    app: App<H>,
}

/// Sends until the future is dropped; one state is on its way at a time.
pub async fn run<H: Homeserver>(app: App<H>) {
    let mut states = States { app };
    let pace = 1_000 / u64::from(states.app.program.limits.states_per_second.max(1));
    loop {
        let now = states.app.clock.now();
        match states.turn(now).await {
            Ok(None) => states.app.clock.sleep(pace).await,
            Ok(Some(until)) => states.rest(until - now).await,
            Err(fault) => {
                states.app.signals.failed(&fault);
                tracing::error!(%fault, "the wanted states could not be read; trying again");
                states.app.clock.sleep(1_000).await;
            }
        }
    }
}

impl<H: Homeserver> States<H> {
    /// Sends the one that is due longest; where none is, gives the time at which to look again.
    async fn turn(&mut self, now: i64) -> Result<Option<i64>, Fault> {
        let mut reader = self.app.db.read().await?;
        let due = store::due_states(&mut reader, now, 1).await?;
        let Some(state) = due.into_iter().next() else {
            let next = store::next_state_at(&mut reader).await?.unwrap_or(i64::MAX);
            return Ok(Some(next.clamp(now + SCAN_MS, now + IDLE_MS_MAX)));
        };
        drop(reader);
        self.send(state, now).await?;
        Ok(None)
    }

    /// Until the time has come or something new is wanted.
    async fn rest(&self, ms: i64) {
        tokio::select! {
            biased;
            () = self.app.clock.sleep(u64::try_from(ms).unwrap_or(0)) => {}
            () = self.app.signals.states.notified() => {}
        }
    }

    async fn send(&mut self, state: WantedState, now: i64) -> Result<(), Fault> {
        let room = self.app.signals.places(|places| places.open(&state.room).map(str::to_owned));
        let Some(room_id) = room else {
            let mut tx = self.app.db.begin().await?;
            store::state_failed(&mut tx, &state, now + ROOM_WAIT_MS, None).await?;
            tx.commit().await?;
            return Ok(());
        };
        let Some(state) = self.resolved(state, &room_id).await? else { return Ok(()) };
        let put = Put {
            room_id: &room_id,
            kind: PutKind::State,
            event_type: &state.event_type,
            key: &state.state_key,
            redacts: None,
            content: &state.content,
        };
        // Should the work go to another instance meanwhile, nobody else knows that this one may land late.
        self.flies(Some([&state.room, &state.event_type, &state.state_key].map(String::clone)));
        let result = self.app.homeserver.put(&put).await.map(|_| ());
        reach(Point::StatePut).await?;
        self.landed(&state, &room_id, result, self.app.clock.now()).await?;
        self.flies(None);
        Ok(())
    }

    fn flies(&self, state: Option<[String; 3]>) {
        let held = self.app.signals.state_flying.lock();
        *held.unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// The content with the ids of our own events that it names; those not sent yet are waited for,
    /// and where one will never be, it is unpinned, or the state is parked.
    async fn resolved(
        &mut self,
        mut state: WantedState,
        room_id: &str,
    ) -> Result<Option<WantedState>, Fault> {
        let now = self.app.clock.now();
        while let Some(key) = refs::key(&state.content) {
            let mut reader = self.app.db.read().await?;
            let target = store::event_of(&mut reader, &key).await?;
            drop(reader);
            let waits = match target {
                Target::Sent(event) => {
                    state.content = refs::filled(&state.content, &key, &event);
                    continue;
                }
                Target::Waiting => true,
                Target::Absent => state.attempts < ABSENT_TRIES_MAX,
                Target::Refused => false,
            };
            if waits {
                let mut tx = self.app.db.begin().await?;
                store::state_failed(&mut tx, &state, now + REF_WAIT_MS, None).await?;
                tx.commit().await?;
                return Ok(None);
            }
            let Some(content) = refs::unpinned(&state.content, &key) else {
                let (errcode, message) = ("M_NOT_FOUND".to_owned(), refs::GONE.to_owned());
                let gone = CallError::Refused { status: 404, errcode, message };
                self.landed(&state, room_id, Err(gone), now).await?;
                return Ok(None);
            };
            state.content = content;
        }
        Ok(Some(state))
    }

    async fn landed(
        &mut self,
        state: &WantedState,
        room_id: &str,
        result: Result<(), CallError>,
        now: i64,
    ) -> Result<(), Fault> {
        let result = match result {
            // What is unclear is asked with the next try.
            Err(error) if is_out(&self.app, room_id, &error).await.unwrap_or(true) => {
                Err(CallError::Limited { retry_after_ms: u64::try_from(ROOM_WAIT_MS).ok() })
            }
            result => result,
        };
        let mut tx = self.app.db.begin().await?;
        let mut told = false;
        match result {
            Ok(()) => {
                let due = now + self.app.program.limits.state_every_ms;
                store::state_sent(&mut tx, state, now, due).await?;
            }
            Err(error) if is_final(&error) => {
                let why = error.to_string();
                tracing::error!(
                    kind = state.event_type,
                    key = state.state_key,
                    why,
                    "room state refused"
                );
                store::state_failed(&mut tx, state, now, Some(&why)).await?;
                self.told(state, room_id, &why, now).flush(&mut tx).await?;
                told = true;
            }
            Err(error) => {
                let asked = match error {
                    CallError::Limited { retry_after_ms } => retry_after_ms.unwrap_or(0),
                    _ => 0,
                };
                let wait = RETRY_MS << state.attempts.min(RETRY_SHIFT_MAX);
                let wait = wait.max(i64::try_from(asked).unwrap_or(wait));
                store::state_failed(&mut tx, state, now + wait, None).await?;
            }
        }
        tx.commit().await?;
        if told {
            self.app.signals.wake_jobs();
        }
        Ok(())
    }

    /// The team hears of it once a day for each type of a room, however often it changes.
    fn told(&self, state: &WantedState, room_id: &str, why: &str, now: i64) -> Effects {
        let WantedState { room, event_type, .. } = state;
        let finding = Finding {
            id: "state_parked".into(),
            severity: Severity::Error,
            sentence: format!(
                "The homeserver refused {event_type} in {room} ({why}); what people see there is old."
            ),
            mend: Some(format!(
                "Give the bot its power in the room back; then {}room repair sends it again.",
                self.app.program.prefix
            )),
        };
        let what = format!("{room}:{event_type}");
        let job = alert_once_a_day(&finding, Some(room_id), &what, now);
        Effects { jobs: vec![job], ..Effects::default() }
    }
}
