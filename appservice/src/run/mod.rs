//! `run`: the listener first, so that nothing waits for us; then the link, the loops, the rooms.
//! The only place that starts tasks.
mod alone;
mod damaged;
pub mod disk;
mod lease;
mod metrics;
mod program;
mod verify;
mod whole;

pub use metrics::Metrics;
pub use program::program;
pub use verify::verify;
use whole::{LocalLoop, Loop};
pub use whole::{Loops, Whole};

use crate::config::{Config, Registration};
use crate::link::client::Client;
use crate::link::server::{serve, serve_homeserver};
use crate::link::servercheck::Looker;
use crate::telemetry;
use crate::{backup, clock, damage};
use anyhow::Context;
use axum::Router;
use bridge::platform::db::{Db, migrate, version};
use bridge::platform::lease::Tenure;
use bridge::platform::signals::Signals;
use futures_util::future::select_all;
use lease::Lease;
use secrecy::ExposeSecret;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long running requests and a last commit may take at the end.
const STOP_MS_MAX: u64 = 5_000;

/// Opens the database of a configuration and brings it to this program's schema.
///
/// # Errors
/// When it cannot be opened, is damaged, or is newer than this program.
pub async fn database(config_file: &Path, config: &Config) -> anyhow::Result<(Db, (i64, i64))> {
    damage::look_at_log(config.database.url.expose_secret())?;
    if let Some(file) = disk::file(config.database.url.expose_secret()) {
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
/// When it is not there, is damaged, or not of this program's schema.
pub async fn database_as_it_is(config: &Config) -> anyhow::Result<Db> {
    damage::look_at_log(config.database.url.expose_secret())?;
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
/// When one runs: with SQLite by the lock, with PostgreSQL by the lease or where it listens on this machine.
pub async fn alone(config: &Config) -> anyhow::Result<Option<std::fs::File>> {
    let held = alone::hold(config.database.url.expose_secret())?;
    if held.is_none() && lease::is_held(config.database.url.expose_secret()).await {
        anyhow::bail!(
            "Partnerspace runs: an instance works on this database; stop all of them first."
        );
    }
    if held.is_none() && tokio::net::TcpStream::connect(config.appservice.listen).await.is_ok() {
        anyhow::bail!(
            "Partnerspace runs: it listens on {}; stop it first.",
            config.appservice.listen
        );
    }
    Ok(held)
}

/// Runs until a signal ends it.
///
/// # Errors
/// When it cannot begin, or a loop that must not end has ended.
pub async fn run(config_file: &Path, config: &Config, random: u128) -> anyhow::Result<()> {
    let registration =
        Registration::read(&config.registration_path(config_file)).map_err(anyhow::Error::msg)?;
    let _alone = alone::hold(config.database.url.expose_secret())?;
    let (db, whole) = match opened(config_file, config, random).await {
        Ok(opened) => opened,
        Err(error) => match damage::told_by(&error) {
            Some(what) => return damaged::run(config, &registration, what).await,
            None => return Err(error),
        },
    };
    let signals = whole.signals.clone();
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let routes = whole.routes(config, &registration);
    listen(&mut tasks, config, routes, &signals, &stopped).await?;

    let client = Client::new(config, &registration)?;
    let database_url = config.database.url.expose_secret();
    let mut lease = whole.lease(database_url, random);

    if let Some(folder) = disk::folder(config.database.url.expose_secret()) {
        let (bytes_min, signals) = (config.limits.disk_free_bytes_min, signals.clone());
        tasks.spawn(async move {
            disk::watch(folder, bytes_min, &signals).await;
            Ok(())
        });
    }
    let ended = tokio::select! {
        () = ended_by_signal() => Ok(()),
        done = work(&whole, &client, database_url, lease.as_mut()) => done,
        Some(done) = tasks.join_next() => {
            done.context("a task has panicked").flatten().and_then(|()| anyhow::bail!("a task has ended"))
        }
    };
    tracing::info!("stopping");
    stop.send_replace(true);
    if let Some(lease) = &mut lease {
        lease.give_back().await;
    }
    tokio::time::sleep(Duration::from_millis(STOP_MS_MAX.min(200))).await;
    tasks.abort_all();
    if signals.damage().is_some() {
        // Closing it would write what stands in its log into a file that is damaged.
        std::mem::forget(db);
    } else {
        db.close().await;
    }
    ended
}

/// The database, looked at, and the program on it.
async fn opened(config_file: &Path, config: &Config, random: u128) -> anyhow::Result<(Db, Whole)> {
    let (db, _) = database(config_file, config).await?;
    let looker = Looker::new(&config.federation, config_file)?;
    let mut whole = Whole::open(config, db.clone(), looker, clock::real(), random).await?;
    whole.look_first(damage::is_small(config.database.url.expose_secret()));
    Ok((db, whole))
}

/// Works for as long as it is ours to do, again and again; ends only when something is wrong.
async fn work(
    whole: &Whole,
    client: &Client,
    database_url: &str,
    lease: Option<&mut Lease>,
) -> anyhow::Result<()> {
    let mut apart = JoinSet::new();
    let Some(lease) = lease else {
        return turn(whole, client, None, &mut apart).await;
    };
    let client = client.behind(lease.gate());
    loop {
        let tenure = lease.stand_by().await;
        let working = turn(whole, &client, Some(&tenure), &mut apart);
        tokio::select! {
            biased;
            () = lease.keep(&tenure) => {}
            () = lease::listen(database_url, &whole.signals) => {}
            done = working => return done,
        }
        apart.shutdown().await;
        lease.lost().await;
    }
}

/// Everything behind the listener; with a damaged database, nothing but to say so.
async fn turn(
    whole: &Whole,
    client: &Client,
    tenure: Option<&Tenure>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let Loops { apart, together, standby } = whole.loops(client, tenure).await;
    let signals = &whole.signals;
    let done = match signals.damage() {
        None => until_damaged(apart, together, signals, tasks).await,
        Some(_) => Ok(()),
    };
    if let Err(error) = &done
        && let Some(what) = damage::told_by(error)
    {
        signals.set_damage(what);
    }
    match signals.damage() {
        Some(_) => standby.await,
        None => done,
    }
}

/// Runs the loops until one ends, or the database turns out to be damaged; then none runs any more.
async fn until_damaged(
    apart: Vec<Loop>,
    together: Vec<LocalLoop>,
    signals: &Signals,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    for each in apart {
        tasks.spawn(each);
    }
    let done = tokio::select! {
        (done, ..) = select_all(together) => done,
        Some(done) = tasks.join_next() => done.context("a loop has panicked").flatten(),
        () = signals.damaged() => Ok(()),
    };
    if let Some(what) = signals.damage() {
        tracing::error!("{}", damage::Damaged::new(what));
    }
    tasks.shutdown().await;
    done
}

async fn listen(
    tasks: &mut JoinSet<anyhow::Result<()>>,
    config: &Config,
    routes: Router,
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
    tasks.spawn(async move { Ok(serve_homeserver(listener, routes, hung_up, stop).await?) });
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
