//! `run`: the listener first, so that nothing waits for us; then the link, the loops, the rooms.
//! The only place that starts tasks.
mod alone;
pub mod disk;
mod metrics;
mod program;

pub use metrics::Metrics;
pub use program::program;

use crate::config::{Config, Registration};
use crate::link::client::Client;
use crate::link::pings::Pings;
use crate::link::readiness::Readiness;
use crate::link::server::{NotAccepted, Server, Sink, router, serve, serve_homeserver};
use crate::link::servercheck::{self, Looker};
use crate::link::startup::{Names, bring_up};
use crate::telemetry;
use crate::{backup, clock};
use anyhow::Context;
use bridge::ledger::actions::Verified;
use bridge::platform::clock::Clock;
use bridge::platform::db::{Db, migrate, version};
use bridge::platform::gaps::{self, catchup};
use bridge::platform::inbox::{AcceptError, Inbox, Source};
use bridge::platform::signals::Signals;
use bridge::platform::{App, inbox, install, outbox};
use bridge::program::Program;
use bridge::{goals, leaderboard, ledger, operations, rooms};
use secrecy::ExposeSecret;
use serde_json::value::RawValue;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long running requests and a last commit may take at the end.
const STOP_MS_MAX: u64 = 5_000;
/// How often the rooms are looked at before the first readiness.
const READY_MS: u64 = 50;

/// Opens the database of a configuration and brings it to this program's schema.
///
/// # Errors
/// When it cannot be opened, or is newer than this program.
pub async fn database(config_file: &Path, config: &Config) -> anyhow::Result<(Db, (i64, i64))> {
    if let Some(file) = disk::sqlite_file(config.database.url.expose_secret()) {
        disk::keep_private(&file)?;
    }
    let db = Db::open(config.database.url.expose_secret())
        .await
        .context("the database cannot be opened; check `database.url`")?;
    backup::before_migration(&db, config.database.url.expose_secret(), config_file).await?;
    let versions = migrate(&db, clock::now()).await?;
    Ok((db, versions))
}

/// Opens the database for looking: nothing is made, nothing is brought to another schema.
///
/// # Errors
/// When it is not there, or not of this program's schema.
pub async fn database_as_it_is(config: &Config) -> anyhow::Result<Db> {
    let db = Db::open_present(config.database.url.expose_secret())
        .await
        .context("there is no database at `database.url`; partnerspace run makes it")?;
    let (found, newest) = (version(&db).await?, schema::migrations::NEWEST);
    if found != newest {
        anyhow::bail!(
            "the database has schema version {found}, this program works with {newest}; \
             partnerspace migrate brings it there"
        );
    }
    Ok(db)
}

/// Holds the database against a program that runs on it; what the result is must live as long.
///
/// # Errors
/// When one runs: with SQLite by the lock, with PostgreSQL where it listens on this machine.
pub async fn alone(config: &Config) -> anyhow::Result<Option<std::fs::File>> {
    let held = alone::hold(config.database.url.expose_secret())?;
    if held.is_none() && tokio::net::TcpStream::connect(config.appservice.listen).await.is_ok() {
        anyhow::bail!(
            "Partnerspace runs: it listens on {}; stop it first.",
            config.appservice.listen
        );
    }
    Ok(held)
}

/// What a walk over the ledger finds, and what its boards differ in: side by side, as each takes a
/// processor for itself.
///
/// # Errors
/// When the database refuses.
pub async fn verify(
    db: &Db,
    program: &Program,
) -> anyhow::Result<(Verified, anyhow::Result<Option<String>>)> {
    let mut beside = JoinSet::new();
    let (own, calendar) = (db.clone(), program.calendar.clone());
    beside.spawn(async move {
        let mut snapshot = own.snapshot().await?;
        let odd = leaderboard::actions::differs_from_replay(&mut snapshot, &calendar).await?;
        if odd.is_some() {
            return Ok(odd);
        }
        Ok(goals::actions::differs_from_replay(&mut snapshot).await?)
    });
    let mut snapshot = db.snapshot().await?;
    let found = ledger::actions::verify(&mut snapshot).await?;
    let boards = beside.join_next().await.context("nothing was begun")?;
    Ok((found, boards.context("the replay has panicked")?))
}

#[derive(Clone)]
struct ToInbox(Inbox);

impl Sink for ToInbox {
    async fn accept(&self, events: &[&RawValue], now: i64) -> Result<(), NotAccepted> {
        match self.0.accept(events, Source::Txn, now).await {
            Ok(_) => Ok(()),
            Err(AcceptError::Busy) => Err(NotAccepted::Busy),
            Err(AcceptError::Db(error)) => {
                tracing::error!(%error, "a transaction could not be kept; the homeserver will send it again");
                Err(NotAccepted::Fault)
            }
        }
    }
}

/// Runs until a signal ends it.
///
/// # Errors
/// When it cannot begin, or a loop that must not end has ended.
pub async fn run(config_file: &Path, config: &Config, random: u128) -> anyhow::Result<()> {
    let registration =
        Registration::read(&config.registration_path(config_file)).map_err(anyhow::Error::msg)?;
    let program = Arc::new(program(config)?);
    let _alone = alone::hold(config.database.url.expose_secret())?;
    let (db, _) = database(config_file, config).await?;
    let signals = Arc::new(Signals::default());
    let install = Arc::new(install::open(&db, random, clock::now()).await?);
    install::load(&db, &signals).await?;
    let inbox = Inbox::new(db.clone(), &program, signals.clone());
    let readiness = Readiness::waiting("the homeserver");
    let pings = Pings::default();
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();

    let server = Server {
        sink: ToInbox(inbox.clone()),
        hs_token: Arc::new(registration.hs_token.clone()),
        bot: Arc::from(program.bot.as_str()),
        pings: pings.clone(),
        readiness: readiness.clone(),
        body_bytes_max: config.limits.body_bytes_max,
        legacy_paths: config.appservice.legacy_paths,
    };
    listen(&mut tasks, config, server, &signals, &stopped).await?;

    let client = Client::new(config, &registration)?;
    let names = Names {
        appservice_id: config.appservice.id.clone(),
        bot_localpart: config.appservice.bot.clone(),
        sender_localpart: config.sender_localpart(),
        display_name: program.name.clone(),
    };
    let looker = Looker::new(&config.federation, config_file)?;
    let parts = Parts { db: db.clone(), program, install, signals: signals.clone(), inbox, looker };
    let working = async {
        let link = bring_up(&client, &names, &pings, &readiness).await;
        work(parts, link.client, names.appservice_id.clone(), readiness.clone()).await
    };

    if let Some(folder) = disk::folder(config.database.url.expose_secret()) {
        let (bytes_min, signals) = (config.limits.disk_free_bytes_min, signals.clone());
        tasks.spawn(async move {
            disk::watch(folder, bytes_min, &signals).await;
            Ok(())
        });
    }
    let ended = tokio::select! {
        () = ended_by_signal() => Ok(()),
        done = working => done,
        Some(done) = tasks.join_next() => {
            done.context("a task has panicked").flatten().and_then(|()| anyhow::bail!("a task has ended"))
        }
    };
    tracing::info!("stopping");
    stop.send_replace(true);
    tokio::time::sleep(Duration::from_millis(STOP_MS_MAX.min(200))).await;
    tasks.abort_all();
    db.close().await;
    ended
}

async fn listen(
    tasks: &mut JoinSet<anyhow::Result<()>>,
    config: &Config,
    server: Server<ToInbox>,
    signals: &Arc<Signals>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let until = |mut stopped: watch::Receiver<bool>| async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let address = config.appservice.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("`appservice.listen`: {address} cannot be used"))?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening for the homeserver");
    let stop = until(stopped.clone());
    let hung_up = {
        let signals = signals.clone();
        move || signals.hung_up.notify_one()
    };
    tasks
        .spawn(async move { Ok(serve_homeserver(listener, router(server), hung_up, stop).await?) });
    if config.metrics.enabled {
        let address = config.metrics.listen;
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("`metrics.listen`: {address} cannot be used"))?;
        let metrics = Metrics::new(signals.clone());
        let routes = telemetry::routes(move || metrics.text());
        let stop = until(stopped.clone());
        tasks.spawn(async move { Ok(serve(listener, routes, stop).await?) });
    }
    Ok(())
}

struct Parts {
    db: Db,
    program: Arc<Program>,
    install: Arc<bridge::program::Install>,
    signals: Arc<Signals>,
    inbox: Inbox,
    looker: Looker,
}

/// The loops, once the link stands; they run side by side until one ends. The worker and the sender
/// have tasks of their own; the keeper and the gap filler mostly wait and share this one.
async fn work(
    parts: Parts,
    client: Client,
    appservice_id: String,
    readiness: Readiness,
) -> anyhow::Result<()> {
    let Parts { db, program, install, signals, inbox, looker } = parts;
    let clock =
        Clock::new(clock::now, |ms| Box::pin(tokio::time::sleep(Duration::from_millis(ms))));
    let app = App { db, program, install, homeserver: client, clock, signals: signals.clone() };
    if signals.is_shut() {
        readiness.set(Some("what the rooms hold since the backup".to_owned()));
        catchup::begin(&app, &inbox).await;
    }
    let mut loops = JoinSet::new();
    let own = app.clone();
    loops.spawn(async move { inbox::run::run(own).await.context("the worker") });
    let own = app.clone();
    loops.spawn(async move {
        outbox::run::run(own).await;
        Ok(())
    });
    let own = app.clone();
    loops.spawn(async move {
        outbox::states::run(own).await;
        Ok(())
    });
    let ready = async {
        while !is_whole(&signals) {
            tokio::time::sleep(Duration::from_millis(READY_MS)).await;
        }
        keep_readiness(&signals, &readiness).await;
    };
    let keepers = async {
        // What was done since a backup is done again first: then it is known which rooms are wanted.
        catchup::finish(&app).await;
        if !is_whole(&signals) {
            readiness.set(Some("the rooms".to_owned()));
        }
        tokio::select! {
            () = rooms::keeper::run(app.clone()) => {}
            () = rooms::keeper::run_chats(app.clone()) => {}
        }
    };
    tokio::select! {
        () = ready => Ok(()),
        () = keepers => anyhow::bail!("a keeper of the rooms has ended"),
        () = operations::watch::run(app.clone()) => anyhow::bail!("the watch has ended"),
        () = servercheck::run(app.clone(), looker) => anyhow::bail!("the looks at servers have ended"),
        () = gaps::run(app.clone(), inbox, appservice_id) => anyhow::bail!("the gap filler has ended"),
        Some(done) = loops.join_next() => {
            done.context("a loop has panicked").flatten().and_then(|()| anyhow::bail!("a loop has ended"))
        }
    }
}

/// Whether the rooms are there, and nothing of a restore is open.
fn is_whole(signals: &Signals) -> bool {
    let made =
        signals.places(|places| places.control.is_some() && places.ids.contains_key("space"));
    made && !signals.is_catching_up()
}

/// Says whether we are of use as long as we run: a link may break and come back.
async fn keep_readiness(signals: &Signals, readiness: &Readiness) {
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

async fn ended_by_signal() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
