//! The program on a database that cannot be opened because it is damaged. It stays up, so that the homeserver and
//! whoever watches hear why nothing is taken in, and touches nothing: what is there is evidence, and may be mended.
use super::whole::stand_by;
use super::{ended_by_signal, listen, program};
use crate::clock;
use crate::config::{Config, Registration};
use crate::damage::Damaged;
use crate::link::client::Client;
use crate::link::pings::Pings;
use crate::link::readiness::Readiness;
use crate::link::server::{NotAccepted, Server, Sink, router};
use crate::link::startup::{Names, bring_up};
use bridge::platform::alarms::Alarm;
use bridge::platform::db::Db;
use bridge::platform::signals::Signals;
use bridge::platform::{App, install};
use bridge::rooms::actions::places;
use secrecy::ExposeSecret;
use serde_json::value::RawValue;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Takes nothing: the homeserver keeps it.
#[derive(Clone)]
struct Nothing;

impl Sink for Nothing {
    async fn accept(&self, _events: &[&RawValue], _now: i64) -> Result<(), NotAccepted> {
        Err(NotAccepted::Fault)
    }
}

/// Runs until a signal ends it.
///
/// # Errors
/// When it cannot listen.
pub async fn run(config: &Config, registration: &Registration, what: String) -> anyhow::Result<()> {
    tracing::error!("{}", Damaged::new(&what));
    let readiness = Readiness::waiting(&format!("a whole database: {what}"));
    let signals = Arc::new(Signals::default());
    signals.set_damage(what);
    signals.raised.set(Alarm::Damage, true);
    let program = Arc::new(program(config)?);
    let pings = Pings::default();
    let routes = router(Server {
        sink: Nothing,
        hs_token: Arc::new(registration.hs_token.clone()),
        bot: Arc::from(program.bot.as_str()),
        pings: pings.clone(),
        readiness: readiness.clone(),
        clock: clock::real(),
        body_bytes_max: config.limits.body_bytes_max,
        legacy_paths: config.appservice.legacy_paths,
    });
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    listen(&mut tasks, config, routes, &signals, &stopped).await?;
    let client = Client::new(config, registration)?;
    let telling = async {
        let Some(mut app) = untouched(config, &program, &signals, &client).await else {
            return std::future::pending().await;
        };
        let names = Names::of(config, &program, false);
        let waiting = Readiness::waiting("the homeserver");
        app.homeserver = bring_up(&client, &names, &pings, &waiting, &app.clock).await.client;
        stand_by(app, readiness).await;
    };
    tokio::select! {
        () = ended_by_signal() => {}
        () = telling => {}
        Some(done) = tasks.join_next() => done??,
    }
    tracing::info!("stopping");
    stop.send_replace(true);
    tasks.abort_all();
    Ok(())
}

/// Who we are and where the team is, from the file as it lies there; without its log it is an older moment,
/// which is good enough to find the room.
async fn untouched(
    config: &Config,
    program: &Arc<bridge::program::Program>,
    signals: &Arc<Signals>,
    client: &Client,
) -> Option<App<Client>> {
    let read = async {
        let db = Db::open_untouched(config.database.url.expose_secret()).await?;
        let install = install::read(&db).await?;
        let places = places(&mut *db.read().await?).await?;
        anyhow::Ok((db, install, places))
    };
    let (db, install, places) = match read.await {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%error, "the control room is not told: where it is cannot be read");
            return None;
        }
    };
    signals.set_places(places);
    Some(App {
        db,
        program: program.clone(),
        install: Arc::new(install?),
        homeserver: client.clone(),
        clock: clock::real(),
        signals: signals.clone(),
    })
}
