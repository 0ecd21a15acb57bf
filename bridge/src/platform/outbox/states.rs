//! Room state: only the newest content of a key goes out, a key at most every 15 s, all keys
//! together at most two a second, and never what is already there.
use super::run::reference;
use super::store::{self, WantedState};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::platform::refusal::Fault;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

const RETRY_MS: i64 = 2_000;
const RETRY_SHIFT_MAX: i64 = 6;
const ROOM_WAIT_MS: i64 = 5_000;
const SCAN_MS: i64 = 250;
const REF_WAIT_MS: i64 = 500;

type Flight = BoxFuture<'static, (WantedState, Result<(), CallError>)>;

pub struct States<H> {
    app: App<H>,
    /// At most one state is on its way.
    flight: Option<Flight>,
    next_at: i64,
}

impl<H: Homeserver> States<H> {
    #[must_use]
    pub fn new(app: App<H>) -> Self {
        Self { app, flight: None, next_at: 0 }
    }

    /// Moves on what can move; gives the time at which to call again.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn turn(&mut self, now: i64) -> Result<i64, Fault> {
        if let Some(flight) = &mut self.flight {
            match flight.now_or_never() {
                Some((state, result)) => {
                    self.flight = None;
                    self.landed(&state, result, now).await?;
                }
                None => return Ok(now + 5),
            }
        }
        if now < self.next_at {
            return Ok(self.next_at);
        }
        let mut reader = self.app.db.read().await?;
        let due = store::due_states(&mut reader, now, 1).await?;
        let Some(state) = due.into_iter().next() else {
            let next = store::next_state_at(&mut reader).await?.unwrap_or(i64::MAX);
            self.next_at = now + SCAN_MS;
            return Ok(next.max(self.next_at));
        };
        drop(reader);
        self.next_at = now + 1_000 / i64::from(self.app.program.limits.states_per_second.max(1));
        self.start(state, now).await?;
        Ok(now + 1)
    }

    async fn start(&mut self, state: WantedState, now: i64) -> Result<(), Fault> {
        let room = if state.room.starts_with('!') {
            Some(state.room.clone())
        } else {
            self.app.signals.places(|places| places.ids.get(&state.room).cloned())
        };
        let Some(room_id) = room else {
            let mut tx = self.app.db.begin().await?;
            store::state_failed(&mut tx, &state, now + ROOM_WAIT_MS, None).await?;
            tx.commit().await?;
            return Ok(());
        };
        let Some(state) = self.resolved(state).await? else { return Ok(()) };
        let homeserver = self.app.homeserver.clone();
        let flight = async move {
            let put = Put {
                room_id,
                kind: PutKind::State,
                event_type: state.event_type.clone(),
                key: state.state_key.clone(),
                redacts: None,
                content: state.content.clone(),
            };
            let result = homeserver.put(&put).await.map(|_| ());
            (state, result)
        };
        self.flight = Some(flight.boxed());
        Ok(())
    }

    /// The content with the ids of our own events that it names; those not sent yet are waited for.
    async fn resolved(&mut self, mut state: WantedState) -> Result<Option<WantedState>, Fault> {
        let now = self.app.clock.now();
        while let Some(key) = reference(&state.content) {
            let mut reader = self.app.db.read().await?;
            let event = store::event_of(&mut reader, &key).await?;
            drop(reader);
            let Some(event) = event else {
                let mut tx = self.app.db.begin().await?;
                store::state_failed(&mut tx, &state, now + REF_WAIT_MS, None).await?;
                tx.commit().await?;
                return Ok(None);
            };
            state.content = state.content.replace(&format!("$event:{key}"), &event);
        }
        Ok(Some(state))
    }

    async fn landed(
        &mut self,
        state: &WantedState,
        result: Result<(), CallError>,
        now: i64,
    ) -> Result<(), Fault> {
        let mut tx = self.app.db.begin().await?;
        match result {
            Ok(()) => {
                let due = now + self.app.program.limits.state_every_ms;
                store::state_sent(&mut tx, state, now, due).await?;
            }
            Err(CallError::Refused { status: 400 | 403 | 404 | 413, errcode, message }) => {
                let why = format!("{errcode}: {message}");
                tracing::error!(
                    kind = state.event_type,
                    key = state.state_key,
                    why,
                    "room state refused"
                );
                store::state_failed(&mut tx, state, now, Some(&why)).await?;
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
        Ok(())
    }
}
