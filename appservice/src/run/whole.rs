//! The program between its database and its homeserver: what it consists of and which loops it has,
//! without saying where the loops run. `run` gives them tasks; tests drive them by hand.
use super::lease::Lease;
use super::program;
use crate::config::{Config, Registration};
use crate::damage::Damaged;
use crate::link::client::Client;
use crate::link::pings::Pings;
use crate::link::readiness::Readiness;
use crate::link::server::{NotAccepted, Server, Sink, router};
use crate::link::servercheck::{self, Looker};
use crate::link::startup::{Names, bring_up};
use anyhow::Context;
use axum::Router;
use bridge::platform::alarms::Alarm;
use bridge::platform::clock::Clock;
use bridge::platform::db::{Db, Engine};
use bridge::platform::gaps::{self, catchup};
use bridge::platform::inbox::{AcceptError, Inbox, Source};
use bridge::platform::lease::Tenure;
use bridge::platform::signals::Signals;
use bridge::platform::{App, inbox, install, outbox};
use bridge::program::{Install, Program};
use bridge::{operations, rooms};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, LocalBoxFuture, join};
use serde_json::value::RawValue;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::watch;

/// How often the rooms are looked at before the first readiness.
const READY_MS: u64 = 50;
/// How long a transaction waits for the look at the database; a long one goes on beside it.
const LOOK_MS_MAX: u64 = 500;
/// The pause before the team is told once more that the database is damaged, where it could not be.
const TELL_MS: u64 = 30_000;

/// Runs until something is wrong.
pub(super) type Loop = BoxFuture<'static, anyhow::Result<()>>;
pub(super) type LocalLoop = LocalBoxFuture<'static, anyhow::Result<()>>;

/// What runs side by side until one of it ends.
pub struct Loops {
    /// Busy ones, which are worth a task each.
    pub apart: Vec<Loop>,
    /// Those that mostly wait.
    pub together: Vec<LocalLoop>,
    /// What is left to do when the database is damaged; then nothing else runs.
    pub standby: LocalLoop,
}

/// Hands the homeserver's events to the inbox, once the database was looked at.
#[derive(Clone)]
pub struct ToInbox {
    inbox: Inbox,
    signals: Arc<Signals>,
    clock: Clock,
    looked: watch::Receiver<bool>,
    turn_ms_max: i64,
}

impl ToInbox {
    async fn looked_at(&self) {
        let mut looked = self.looked.clone();
        tokio::select! {
            biased;
            _ = looked.wait_for(|looked| *looked) => {}
            () = self.clock.sleep(LOOK_MS_MAX) => {}
        }
    }
}

impl Sink for ToInbox {
    fn stuck_ms(&self, now: i64) -> Option<i64> {
        Some(self.signals.turn.ms(now)).filter(|took| *took > self.turn_ms_max)
    }

    async fn accept(&self, events: &[&RawValue], now: i64) -> Result<(), NotAccepted> {
        self.looked_at().await;
        if self.signals.damage().is_some() {
            return Err(NotAccepted::Fault);
        }
        match self.inbox.accept(events, Source::Txn, now).await {
            Ok(_) => Ok(()),
            Err(AcceptError::Busy) => Err(NotAccepted::Busy),
            Err(AcceptError::Db(error)) => {
                tracing::error!(%error, "a transaction could not be kept; the homeserver will send it again");
                Err(NotAccepted::Fault)
            }
        }
    }
}

pub struct Whole {
    db: Db,
    pub program: Arc<Program>,
    install: Arc<Install>,
    pub signals: Arc<Signals>,
    inbox: Inbox,
    looker: Looker,
    clock: Clock,
    names: Names,
    pings: Pings,
    readiness: Readiness,
    /// Whether the database is to be looked at before the first answer, and then whether thoroughly.
    look: Option<bool>,
    looked: watch::Sender<bool>,
}

impl Whole {
    /// Reads what the database knows of this installation, or begins one with the given random number.
    ///
    /// # Errors
    /// When the configuration has a mistake, or the database refuses.
    pub async fn open(
        config: &Config,
        db: Db,
        looker: Looker,
        clock: Clock,
        random: u128,
    ) -> anyhow::Result<Self> {
        let program = Arc::new(program(config)?);
        let signals = Arc::new(Signals::default());
        let install = Arc::new(install::open(&db, random, clock.now()).await?);
        install::load(&db, &signals).await?;
        let names = Names::of(config, &program, db.engine() == Engine::Postgres);
        let inbox = Inbox::new(db.clone(), &program, signals.clone());
        let (pings, readiness) = (Pings::default(), Readiness::waiting("the homeserver"));
        let (look, looked) = (None, watch::Sender::new(true));
        Ok(Self {
            db,
            program,
            install,
            signals,
            inbox,
            looker,
            clock,
            names,
            pings,
            readiness,
            look,
            looked,
        })
    }

    /// Nothing is answered before the database was looked at.
    pub fn look_first(&mut self, thoroughly: bool) {
        self.look = Some(thoroughly);
        self.looked.send_replace(false);
    }

    async fn look(&self) {
        let Some(thoroughly) = self.look.filter(|_| !*self.looked.borrow()) else { return };
        match operations::damage::look(&self.db, thoroughly).await {
            Ok(None) => {}
            Ok(Some(what)) => {
                tracing::error!("{}", Damaged::new(&what));
                self.signals.set_damage(what);
            }
            Err(fault) => tracing::warn!(%fault, "the database could not be looked at"),
        }
        self.looked.send_replace(true);
    }

    /// The lease, where several instances may run.
    #[must_use]
    pub fn lease(&self, database_url: &str, random: u128) -> Option<Lease> {
        let is_shared = self.names.is_shared;
        is_shared.then(|| {
            Lease::new(database_url, random, self.db.clone(), &self.signals, &self.readiness)
        })
    }

    /// What answers the homeserver.
    pub fn routes(&self, config: &Config, registration: &Registration) -> Router {
        router(Server {
            sink: ToInbox {
                inbox: self.inbox.clone(),
                signals: self.signals.clone(),
                clock: self.clock.clone(),
                looked: self.looked.subscribe(),
                turn_ms_max: self.program.limits.turn_ms_max,
            },
            hs_token: Arc::new(registration.hs_token.clone()),
            bot: Arc::from(self.program.bot.as_str()),
            pings: self.pings.clone(),
            readiness: self.readiness.clone(),
            clock: self.clock.clone(),
            body_bytes_max: config.limits.body_bytes_max,
            legacy_paths: config.appservice.legacy_paths,
        })
    }

    /// The loops, once the link stands; none of them may end. Where several instances may run, they work
    /// only as long as the tenure lasts.
    pub async fn loops(&self, client: &Client, tenure: Option<&Tenure>) -> Loops {
        let up = async {
            let link =
                bring_up(client, &self.names, &self.pings, &self.readiness, &self.clock).await;
            // A large database is looked at for seconds: what comes in is kept meanwhile.
            let may = !self.signals.is_shut() && self.signals.damage().is_none();
            if may && is_whole(&self.signals) {
                self.readiness.set(self.signals.trouble());
                self.signals.ready.store(self.signals.trouble().is_none(), Relaxed);
            }
            link
        };
        let (link, ()) = join(up, self.look()).await;
        let (inbox, looker) = (self.inbox.clone(), self.looker.clone());
        let app = App {
            db: tenure.map_or_else(|| self.db.clone(), |tenure| self.db.held(tenure)),
            program: self.program.clone(),
            install: self.install.clone(),
            homeserver: link.client,
            clock: self.clock.clone(),
            signals: self.signals.clone(),
        };
        let standby = stand_by(app.clone(), self.readiness.clone()).map(Ok).boxed_local();
        if app.signals.damage().is_some() {
            return Loops { apart: Vec::new(), together: Vec::new(), standby };
        }
        if app.signals.is_shut() {
            let waits_for = "what the rooms hold since the backup".to_owned();
            self.readiness.set(Some(waits_for));
            catchup::begin(&app, &inbox).await;
        }
        let ended = |what: &'static str| anyhow::anyhow!("{what} has ended");
        let (sender, states, watch, checks, filler) =
            (app.clone(), app.clone(), app.clone(), app.clone(), app.clone());
        let log = app.db.clone();
        let (readiness, id) = (self.readiness.clone(), self.names.appservice_id.clone());
        let apart: Vec<Loop> = vec![
            inbox::run::run(app.clone()).map(|done| done.context("the worker")).boxed(),
            outbox::run::run(sender).map(move |()| Err(ended("the sender"))).boxed(),
            log.keep_log_short().map(move |()| Err(ended("the log's keeper"))).boxed(),
            outbox::states::run(states).map(move |()| Err(ended("the sender of states"))).boxed(),
        ];
        let together: Vec<LocalLoop> = vec![
            keepers(app.clone(), readiness.clone())
                .map(move |()| Err(ended("a keeper of the rooms")))
                .boxed_local(),
            operations::watch::run(watch).map(move |()| Err(ended("the watch"))).boxed_local(),
            servercheck::run(checks, looker)
                .map(move |()| Err(ended("the looks at servers")))
                .boxed_local(),
            gaps::run(filler, inbox, id).map(move |()| Err(ended("the gap filler"))).boxed_local(),
            keep_readiness(app, readiness).map(Ok).boxed_local(),
        ];
        Loops { apart, together, standby }
    }
}

/// The database is damaged: says so, and waits for somebody to bring a whole one.
pub(super) async fn stand_by(app: App<Client>, readiness: Readiness) {
    let what = app.signals.damage().unwrap_or_default();
    app.signals.ready.store(false, Relaxed);
    app.signals.raised.set(Alarm::Damage, true);
    readiness.set(Some(format!("a whole database: {what}")));
    let at = app.clock.now();
    while !operations::damage::tell(&app, Alarm::Damage, at).await {
        app.clock.sleep(TELL_MS).await;
    }
    std::future::pending::<()>().await;
}

/// What was done since a backup is done again first: then it is known which rooms are wanted.
async fn keepers(app: App<Client>, readiness: Readiness) {
    catchup::finish(&app).await;
    if !is_whole(&app.signals) {
        readiness.set(Some("the rooms".to_owned()));
    }
    tokio::select! {
        () = rooms::keeper::run(app.clone()) => {}
        () = rooms::keeper::run_chats(app.clone()) => {}
    }
}

/// Whether the rooms are there, and nothing of a restore is open.
fn is_whole(signals: &Signals) -> bool {
    let made =
        signals.places(|places| places.control.is_some() && places.ids.contains_key("space"));
    made && !signals.is_catching_up()
}

/// Says whether we are of use as long as we run: a link may break and come back.
async fn keep_readiness(app: App<Client>, readiness: Readiness) {
    let App { signals, clock, .. } = app;
    while !is_whole(&signals) {
        clock.sleep(READY_MS).await;
    }
    loop {
        let trouble = signals.trouble();
        match &trouble {
            None => tracing::info!("ready"),
            Some(why) => tracing::warn!("not ready: {why}"),
        }
        signals.ready.store(trouble.is_none(), Relaxed);
        readiness.set(trouble);
        signals.link_changed.notified().await;
    }
}
