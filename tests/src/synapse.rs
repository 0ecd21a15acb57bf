//! A real Synapse: some that all tests of the binary share, and own ones for tests that kill it or
//! federate. Every one has a client listener and a TLS listener for federation on 127.0.0.1, and is
//! started with registrations enough for many programs side by side.
use crate::certificates;
use crate::gate::Gate;
use crate::process::Process;
use crate::registration::{Registration, secret};
use crate::wait::until;
use crate::wallclock::WallClock;
use crate::{Outcome, place};
use anyhow::Context;
use ruma::serde::Base64;
use ruma::serde::base64::Standard;
use std::fmt::Write as _;
use std::fs::{create_dir_all, write};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A Synapse compares every event with the registrations of all programs, which was a third of its work
/// when there were sixty-four, and it uses one core only.
const SHARED: usize = 6;
/// Programs that can run against each; raise it when there are more such tests.
const SHARED_REGISTRATIONS: usize = 18;

pub struct Synapse {
    folder: TempDir,
    /// `localhost:port`; an explicit port needs neither DNS nor .well-known.
    pub server_name: String,
    /// Where clients and the program reach it.
    pub url: String,
    process: Mutex<Process>,
    unused: Mutex<Vec<Registration>>,
    /// What its process finds around it.
    environment: Vec<(String, String)>,
    /// The line on which others reach it, where it can be cut.
    gate: Option<Gate>,
}

/// The next of the Synapses that all tests share, started by the first that gets it.
pub async fn shared() -> Outcome<&'static Synapse> {
    static ALL: [OnceCell<Synapse>; SHARED] = [const { OnceCell::const_new() }; SHARED];
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let next = &ALL[ASKED.fetch_add(1, Ordering::Relaxed) % SHARED];
    next.get_or_try_init(|| Synapse::start(SHARED_REGISTRATIONS)).await
}

impl Synapse {
    /// A Synapse of one's own, with this many registrations.
    pub async fn start(registrations: usize) -> Outcome<Self> {
        Self::begin(registrations, place::port()?, None, Vec::new()).await
    }

    /// One that lives by a wall clock of its own, and whose line to others can be cut. With those that
    /// do not answer it has as much patience as Synapse has by itself.
    pub async fn apart(registrations: usize, clock: &WallClock) -> Outcome<Self> {
        let port = place::port()?;
        let gate = Gate::before(port).await?;
        Self::begin(registrations, port, Some(gate), clock.environment()).await
    }

    async fn begin(
        registrations: usize,
        federation: u16,
        gate: Option<Gate>,
        environment: Vec<(String, String)>,
    ) -> Outcome<Self> {
        let folder = crate::process::folder("synapse")?;
        let client = place::port()?;
        let server_name =
            format!("localhost:{}", gate.as_ref().map_or(federation, |gate| gate.port));
        let unused: Vec<_> = (0..registrations).map(Registration::new).collect::<Result<_, _>>()?;
        certificates::write_leaf(folder.path())?;
        let patience = if gate.is_some() { PATIENT } else { HASTY };
        configure(folder.path(), &server_name, (client, federation), &unused, patience)?;
        let process = Mutex::new(launch(folder.path(), &environment)?);
        let url = format!("http://127.0.0.1:{client}");
        let unused = Mutex::new(unused);
        let synapse = Self { folder, server_name, url, process, unused, environment, gate };
        synapse.ready().await?;
        Ok(synapse)
    }

    /// A registration that no other test has.
    pub fn registration(&self) -> Outcome<Registration> {
        let taken = self.unused.lock().unwrap_or_else(PoisonError::into_inner).pop();
        taken.context("all registrations are taken: raise SHARED_REGISTRATIONS")
    }

    /// What makes a process live by the same clock.
    #[must_use]
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Whether it was started by [`Synapse::apart`].
    #[must_use]
    pub fn is_apart(&self) -> bool {
        self.gate.is_some()
    }

    /// No other homeserver reaches it; its own people do.
    pub fn cut(&self) {
        if let Some(gate) = &self.gate {
            gate.cut();
        }
    }

    pub fn mend(&self) {
        if let Some(gate) = &self.gate {
            gate.mend();
        }
    }

    /// Asks it something, so that it looks at its clock.
    pub async fn answers(&self) {
        let asked = reqwest::get(format!("{}/_matrix/client/versions", self.url)).await;
        // One that does not answer is noticed by whoever waits for what it should do.
        drop(asked);
    }

    /// From when on it tries another homeserver again that did not answer, epoch milliseconds, where
    /// that one has missed something.
    pub async fn tries_at(&self, server: &str) -> Outcome<Option<i64>> {
        use sqlx::{Connection as _, Row as _};
        let mut db = sqlx::SqliteConnection::connect(&self.database()).await?;
        let row = sqlx::query(
            "select retry_last_ts + retry_interval from destinations where destination = $1 \
             and retry_interval > 0 and exists (select 1 from destination_rooms r \
             where r.destination = $1 and r.stream_ordering > coalesce(last_successful_stream_ordering, 0))",
        );
        let row = row.bind(server.to_owned()).fetch_optional(&mut db).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// `kill -9`.
    pub fn kill9(&self) {
        self.process().kill9();
    }

    /// `STOP` and `CONT` make a stall.
    pub fn signal(&self, name: &str) -> Outcome<()> {
        self.process().signal(name)
    }

    /// Starts it again on the same data after `kill9`, and waits until it answers.
    pub async fn restart(&self) -> Outcome<()> {
        let process = launch(self.folder.path(), &self.environment)?;
        *self.process() = process;
        self.ready().await
    }

    /// A new local account; the id and the password.
    pub async fn account(&self, name: &str) -> Outcome<(String, String)> {
        let password = secret();
        let body = serde_json::json!({
            "username": name, "password": password, "inhibit_login": true,
            "auth": { "type": "m.login.dummy" },
        });
        let url = format!("{}/_matrix/client/v3/register", self.url);
        let answer = reqwest::Client::new().post(url).json(&body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "registering {name}: {status} {text}");
        Ok((format!("@{name}:{}", self.server_name), password))
    }

    /// An access token of an account.
    pub async fn token(&self, id: &str, password: &str) -> Outcome<String> {
        let body = serde_json::json!({
            "type": "m.login.password", "password": password,
            "identifier": { "type": "m.id.user", "user": id },
        });
        let url = format!("{}/_matrix/client/v3/login", self.url);
        let answer = reqwest::Client::new().post(url).json(&body).send().await?;
        let answer: serde_json::Value = answer.error_for_status()?.json().await?;
        Ok(answer["access_token"].as_str().context("no token")?.to_owned())
    }

    /// Every event that it holds, whoever may read it, as text: from its database.
    pub async fn events(&self) -> Outcome<Vec<String>> {
        use sqlx::{Connection as _, Row as _};
        let mut db = sqlx::SqliteConnection::connect(&self.database()).await?;
        let rows = sqlx::query("select json from event_json").fetch_all(&mut db).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    fn database(&self) -> String {
        format!("sqlite:{}?mode=ro", self.folder.path().join("homeserver.db").display())
    }

    /// The end of its log.
    #[must_use]
    pub fn tail(&self) -> String {
        crate::process::tail(&self.folder.path().join("synapse.log"))
    }

    async fn ready(&self) -> Outcome<()> {
        let url = format!("{}/_matrix/client/versions", self.url);
        let client = reqwest::Client::new();
        until("Synapse to answer", || async {
            if let Err(ended) = self.process().alive() {
                return Some(Err(ended));
            }
            let answer = client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(Ok(()))
        })
        .await?
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn launch(folder: &Path, environment: &[(String, String)]) -> Outcome<Process> {
    let mut command = Command::new(place::python()?);
    command
        .arg(place::root().join("tests/data/homeserver.py"))
        .args(["-c", "homeserver.yaml", "-c"])
        .arg(place::root().join("deploy/synapse-local.yaml"))
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(folder);
    Process::start("Synapse", command, &folder.join("synapse.log"))
}

fn configure(
    folder: &Path,
    server_name: &str,
    (client, federation): (u16, u16),
    registrations: &[Registration],
    patience: &str,
) -> Outcome<()> {
    let mut files = String::new();
    create_dir_all(folder.join("registrations"))?;
    for registration in registrations {
        let file = folder.join("registrations").join(format!("{}.yaml", registration.id));
        write(&file, registration.yaml(server_name))?;
        writeln!(files, "  '{}',", file.display())?;
    }
    let seed = Base64::<Standard>::new(secret().into_bytes().split_off(32));
    write(
        folder.join("signing.key"),
        format!("ed25519 a_test {}\n", seed.encode().trim_end_matches('=')),
    )?;
    write(folder.join("log.yaml"), LOG)?;
    let settings = format!(
        "server_name: '{server_name}'\n\
         public_baseurl: 'http://127.0.0.1:{client}/'\n\
         listeners:\n\
         - {{port: {client}, type: http, tls: false, bind_addresses: ['127.0.0.1'], \
            resources: [{{names: [client]}}]}}\n\
         - {{port: {federation}, type: http, tls: true, bind_addresses: ['127.0.0.1'], \
            resources: [{{names: [federation]}}]}}\n\
         app_service_config_files: [\n{files}]\n{SETTINGS}{patience}"
    );
    write(folder.join("homeserver.yaml"), settings)?;
    Ok(())
}

/// All paths are relative to the folder of this Synapse, where it is started.
const SETTINGS: &str = "
database: {name: sqlite3, args: {database: homeserver.db}}
pid_file: synapse.pid
log_config: log.yaml
media_store_path: media
signing_key_path: signing.key
macaroon_secret_key: tests
form_secret: tests
enable_registration: true
enable_registration_without_verification: true
tls_certificate_path: tls.crt
tls_private_key_path: tls.key
federation_custom_ca_list: [ca.crt]
ip_range_blacklist: []
allow_public_rooms_over_federation: true
";
/// A test that stops one does not wait ten minutes for the other to notice that it is back.
const HASTY: &str =
    "federation: {destination_min_retry_interval: 1s, destination_max_retry_interval: 10s}\n";
/// Ten minutes at first, up to a week, as Synapse has it. What it would ask again within a minute it asks
/// once: such pauses are of no interest here.
const PATIENT: &str = "federation: {max_long_retries: 0, max_short_retries: 0}\n";

const LOG: &str = "
version: 1
formatters: {plain: {format: '%(asctime)s %(levelname)s %(name)s: %(message)s'}}
handlers: {console: {class: logging.StreamHandler, formatter: plain}}
root: {level: WARNING, handlers: [console]}
disable_existing_loggers: false
";
