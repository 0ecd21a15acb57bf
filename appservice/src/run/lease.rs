//! The lease of a running program: waits for it, keeps it, gives it back. Safety is the database's (see
//! `bridge::platform::lease`); here it is decided when loops begin and end.
use crate::clock::{Stopwatch, now};
use crate::link::client::Gate;
use crate::link::readiness::Readiness;
use anyhow::Context;
use bridge::platform::db::Db;
use bridge::platform::install;
use bridge::platform::lease::rules::{LEASE_MS, LOOK_MS, RENEW_MS};
use bridge::platform::lease::{Tenure, store};
use bridge::platform::outbox;
use bridge::platform::signals::Signals;
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, Connection as _};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// No question to the database takes longer than this, or it counts as not answered.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// Looks between two readings of what an instance that stands by must know.
const LOOKS: u32 = 4;
/// At first the connections of a predecessor that was killed may still be going.
const FIRST_LOOKS: u32 = 10;
const FIRST_LOOK_MS: u64 = 50;

pub struct Lease {
    url: String,
    /// Names this process in the row, for people who look.
    holder: String,
    db: Db,
    signals: Arc<Signals>,
    readiness: Readiness,
    connection: Option<AnyConnection>,
    held: Option<Tenure>,
    gate: Gate,
    /// The newest event of our own that others were told of.
    told_echo_at: i64,
    /// Whether it was lost and what only we know is not told yet.
    owes_word: bool,
}

impl Lease {
    pub fn new(url: &str, random: u128, db: Db, signals: &Arc<Signals>, ready: &Readiness) -> Self {
        signals.lease.store(-1, Relaxed);
        Self {
            url: url.to_owned(),
            holder: format!("{random:032x}"),
            db,
            signals: signals.clone(),
            readiness: ready.clone(),
            connection: None,
            held: None,
            gate: Gate::new(),
            told_echo_at: 0,
            owes_word: false,
        }
    }

    /// What requests go through while we hold it.
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Waits until we hold it, and accepts meanwhile.
    pub async fn stand_by(&mut self) -> Tenure {
        let mut looks = 0;
        loop {
            let asked = Stopwatch::start();
            match timeout(ANSWER_MAX, self.look(looks)).await {
                Ok(Ok(Some(epoch))) => return self.taken(epoch, asked),
                Ok(Ok(None)) => self.stands_by(looks),
                Ok(Err(error)) => self.unanswered(&error.to_string()),
                Err(_) => self.unanswered("no answer in time"),
            }
            let pause = if looks < FIRST_LOOKS { FIRST_LOOK_MS } else { LOOK_MS };
            looks = looks.saturating_add(1);
            sleep(Duration::from_millis(pause)).await;
        }
    }

    /// One look; the epoch where it is ours now.
    async fn look(&mut self, looks: u32) -> Result<Option<i64>, anyhow::Error> {
        let connection = connected(&mut self.connection, &self.url, None).await?;
        if self.owes_word {
            hand_over(connection, &self.signals).await?;
            self.owes_word = false;
        }
        let seen = store::look(connection).await?;
        if seen.may_be_taken() {
            if seen.is_over() {
                store::end_transactions(connection).await?;
            }
            let ms = i64::try_from(LEASE_MS)?;
            if store::take(connection, seen.epoch, &self.holder, ms).await? {
                install::load(&self.db, &self.signals).await?;
                return Ok(Some(seen.epoch + 1));
            }
            store::unlock(connection).await?;
        }
        let echo_at = self.signals.last_echo_at.load(Relaxed);
        if echo_at > self.told_echo_at {
            store::heard(connection, (now() - echo_at).max(0)).await?;
            self.told_echo_at = echo_at;
        }
        if looks.is_multiple_of(LOOKS) {
            install::load(&self.db, &self.signals).await?;
            self.signals.forget_work();
        }
        self.signals.written(true);
        Ok(None)
    }

    fn taken(&mut self, epoch: i64, asked: Stopwatch) -> Tenure {
        tracing::info!(epoch, "this instance works");
        self.signals.forget_work();
        self.signals.lease.store(1, Relaxed);
        self.signals.ready.store(false, Relaxed);
        self.readiness.set(Some("the homeserver".to_owned()));
        self.gate.keep_open(asked);
        let tenure = Tenure::new(epoch);
        self.held = Some(tenure.clone());
        tenure
    }

    fn stands_by(&self, looks: u32) {
        if looks == FIRST_LOOKS {
            tracing::info!("another instance works; this one accepts and stands by");
        }
        if looks >= FIRST_LOOKS {
            self.signals.lease.store(0, Relaxed);
            self.signals.ready.store(true, Relaxed);
            self.readiness.stand_by();
        }
    }

    fn unanswered(&mut self, why: &str) {
        self.connection = None;
        tracing::warn!(why, "the lease could not be looked at");
        self.signals.lease.store(-1, Relaxed);
        self.signals.ready.store(false, Relaxed);
        self.readiness.set(Some(format!("the database ({why})")));
    }

    /// Renews it until another instance has it.
    pub async fn keep(&mut self, tenure: &Tenure) {
        loop {
            let asked = Stopwatch::start();
            let renewed = timeout(ANSWER_MAX, self.renew(tenure.epoch())).await;
            let error = match renewed {
                Ok(Ok(true)) => None,
                Ok(Ok(false)) => return tenure.end(),
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("no answer in time".to_owned()),
            };
            // A database that does not answer gives the lease to nobody else, and begins nothing for us. What
            // goes out without it has an id by which the homeserver knows it.
            self.gate.keep_open(asked);
            let mut pause = RENEW_MS;
            if let Some(why) = error {
                tracing::warn!(why, "the lease could not be renewed");
                self.connection = None;
                pause = LOOK_MS;
            }
            tokio::select! {
                () = tenure.ended() => return,
                () = sleep(Duration::from_millis(pause)) => {}
            }
        }
    }

    /// Whether it is still ours; takes over what others have told.
    async fn renew(&mut self, epoch: i64) -> Result<bool, anyhow::Error> {
        let connection = connected(&mut self.connection, &self.url, Some(epoch)).await?;
        let ms = i64::try_from(LEASE_MS)?;
        let Some(renewed) = store::renew(connection, epoch, ms).await? else { return Ok(false) };
        if let Some(age) = renewed.echo_age_ms {
            self.signals.last_echo_at.fetch_max(now() - age, Relaxed);
        }
        if self.signals.seq.fetch_max(renewed.seq, Relaxed) < renewed.seq {
            self.signals.wake_all();
            install::count(&self.db, &self.signals).await?;
        }
        Ok(true)
    }

    /// Another instance has it: whatever we had begun has ended.
    pub async fn lost(&mut self) {
        tracing::warn!("another instance has taken over; this one stands by");
        self.held = None;
        self.signals.lease.store(0, Relaxed);
        self.signals.forget_work();
        self.readiness.stand_by();
        if let Some(connection) = self.connection.take() {
            // Its advisory lock ends with it.
            let _ = timeout(ANSWER_MAX, connection.close()).await;
        }
        self.owes_word = true;
    }

    /// Lets others have it at once; our loops have ended.
    pub async fn give_back(&mut self) {
        let Some(tenure) = self.held.take() else { return };
        let given = timeout(ANSWER_MAX, async {
            let connection = connected(&mut self.connection, &self.url, None).await?;
            store::give_back(connection, tenure.epoch()).await?;
            anyhow::Ok(())
        });
        match given.await {
            Ok(Ok(())) => tracing::info!("the lease is given back"),
            _ => tracing::warn!("the lease could not be given back; it ends with the connection"),
        }
    }
}

/// Tells what only we know: that a state of ours may have come after a newer one and is to be sent again, and
/// that we may have accepted something since the other one looked.
async fn hand_over(connection: &mut AnyConnection, signals: &Signals) -> Result<(), sqlx::Error> {
    let flying = || signals.state_flying.lock().unwrap_or_else(PoisonError::into_inner);
    let state = flying().clone();
    if let Some([room, kind, key]) = state {
        outbox::store::resend_state(connection, &room, &kind, &key, now()).await?;
        flying().take();
    }
    store::tell(connection).await
}

/// The one connection, made anew where it was lost, with the advisory lock of the epoch that we hold.
async fn connected<'a>(
    held: &'a mut Option<AnyConnection>,
    url: &str,
    epoch: Option<i64>,
) -> Result<&'a mut AnyConnection, anyhow::Error> {
    if held.is_none() {
        let mut connection = AnyConnection::connect(url).await?;
        if let Some(epoch) = epoch {
            store::lock(&mut connection, epoch).await?;
        }
        *held = Some(connection);
    }
    held.as_mut().context("there is a connection")
}

/// Hears what other instances accept, until the future is dropped.
pub async fn listen(url: &str, signals: &Signals) {
    loop {
        if let Err(error) = hear(url, signals).await {
            tracing::warn!(%error, "what other instances accept is not heard now");
        }
        sleep(Duration::from_millis(RENEW_MS)).await;
    }
}

async fn hear(url: &str, signals: &Signals) -> Result<(), anyhow::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(store::CHANNEL).await?;
    loop {
        // Said before, or lost with a connection: it stands in the table.
        signals.wake_all();
        listener.try_recv().await?;
    }
}

/// Whether an instance works on the database; one that cannot be asked has none.
pub async fn is_held(url: &str) -> bool {
    let seen = timeout(ANSWER_MAX, async {
        sqlx::any::install_default_drivers();
        store::look(&mut AnyConnection::connect(url).await?).await
    });
    matches!(seen.await, Ok(Ok(seen)) if !seen.may_be_taken())
}
