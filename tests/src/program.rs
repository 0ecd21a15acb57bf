//! The real `partnerspace` program as a child process, in a folder of its own, against any
//! homeserver and database. It can be killed, stalled and started again on the same data.
use crate::process::Process;
use crate::registration::Registration;
use crate::wait::until;
use crate::{Outcome, place, secrets};
use anyhow::{Context, ensure};
use std::fs::{OpenOptions, read_to_string};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use tempfile::TempDir;

/// By what the database knows the second of two instances.
pub const TWIN: &str = "twin";

/// What a program is started with.
pub struct Setup<'a> {
    pub homeserver_url: &'a str,
    pub server_name: &'a str,
    pub registration: Registration,
    /// A PostgreSQL URL; `None` is SQLite in the program's folder.
    pub database_url: Option<String>,
    /// Full user ids.
    pub owners: Vec<String>,
    /// More lines for `partnerspace.toml`, beginning with their section's name.
    pub more: String,
}

pub struct Program {
    folder: TempDir,
    pub registration: Registration,
    pub server_name: String,
    /// The bot's full user id.
    pub bot: String,
    /// Where its facts are, for looking.
    pub database_url: String,
    /// Where `/metrics` is.
    pub metrics_url: String,
    environment: Vec<(String, String)>,
    process: Mutex<Option<Process>>,
}

impl Program {
    /// Writes the configuration, starts the program and waits until it is ready.
    pub async fn start(setup: Setup<'_>) -> Outcome<Self> {
        let program = Self::prepare(setup)?;
        program.launch()?;
        program.ready().await?;
        Ok(program)
    }

    /// Everything but the start.
    pub fn prepare(setup: Setup<'_>) -> Outcome<Self> {
        let folder = crate::process::folder("partnerspace")?;
        let metrics = place::port()?;
        let file = folder.path().join("partnerspace.db");
        let sqlite = || format!("sqlite:{}", file.display());
        let database_url = setup.database_url.clone().unwrap_or_else(sqlite);
        let yaml = setup.registration.yaml(setup.server_name);
        write_private(&folder.path().join("registration.yaml"), &yaml)?;
        write_private(&folder.path().join("partnerspace.toml"), &configuration(&setup, metrics))?;
        Ok(Self {
            folder,
            bot: setup.registration.bot(setup.server_name),
            server_name: setup.server_name.to_owned(),
            registration: setup.registration,
            database_url,
            metrics_url: format!("http://127.0.0.1:{metrics}/metrics"),
            environment: Vec::new(),
            process: Mutex::new(None),
        })
    }

    /// A second instance on the same database, which listens elsewhere; not started yet.
    pub fn twin(&self) -> Outcome<Self> {
        let folder = crate::process::folder("partnerspace")?;
        let (port, metrics) = (place::port()?, place::port()?);
        let listen = |address: &str| format!("listen = \"{address}\"");
        let own = self.metrics_url.trim_start_matches("http://").trim_end_matches("/metrics");
        let configuration = read_to_string(self.folder.path().join("partnerspace.toml"))?
            .replace(
                &listen(&format!("127.0.0.1:{}", self.registration.port)),
                &listen(&format!("127.0.0.1:{port}")),
            )
            .replace(&listen(own), &listen(&format!("127.0.0.1:{metrics}")));
        let registration = read_to_string(self.folder.path().join("registration.yaml"))?;
        write_private(&folder.path().join("registration.yaml"), &registration)?;
        write_private(&folder.path().join("partnerspace.toml"), &configuration)?;
        let mut environment = self.environment.clone();
        environment.push(("PGAPPNAME".to_owned(), TWIN.to_owned()));
        Ok(Self {
            folder,
            registration: Registration { port, ..self.registration.clone() },
            server_name: self.server_name.clone(),
            bot: self.bot.clone(),
            database_url: self.database_url.clone(),
            metrics_url: format!("http://127.0.0.1:{metrics}/metrics"),
            environment,
            process: Mutex::new(None),
        })
    }

    /// Sets a variable for all following starts.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Starts it (again, on the same data); does not wait.
    pub fn launch(&self) -> Outcome<()> {
        let process = Process::start("partnerspace", self.command(&["run"])?, &self.log_file())?;
        *self.process() = Some(process);
        Ok(())
    }

    /// Waits until `/health/ready` says so.
    pub async fn ready(&self) -> Outcome<()> {
        let url = format!("{}/health/ready", self.url());
        let client = reqwest::Client::new();
        let ready = until("partnerspace to be ready", || async {
            if let Err(ended) = self.alive() {
                return Some(Err(ended));
            }
            let answer = client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(Ok(()))
        });
        ready.await.with_context(|| self.log_tail())?
    }

    /// `kill -9`, and gone when this returns.
    pub fn kill9(&self) {
        *self.process() = None;
    }

    /// `TERM` for an orderly end, `STOP` and `CONT` for a stall.
    pub fn signal(&self, name: &str) -> Outcome<()> {
        self.process().as_ref().context("partnerspace is not running")?.signal(name)
    }

    pub async fn restart(&self) -> Outcome<()> {
        self.kill9();
        self.launch()?;
        self.ready().await
    }

    /// An error with the end of the log when it is not running.
    pub fn alive(&self) -> Outcome<()> {
        self.process().as_mut().context("partnerspace is not running")?.alive()
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process().as_ref().map(Process::id)
    }

    /// Runs a subcommand with the same configuration to its end: `["ledger", "verify"]`.
    pub fn output(&self, arguments: &[&str]) -> Outcome<Output> {
        let output = self.command(arguments)?.output()?;
        for said in [&output.stdout, &output.stderr] {
            let found = secrets::found(&String::from_utf8_lossy(said), &self.registration);
            ensure!(found.is_none(), "{arguments:?} prints {}", found.unwrap_or_default());
        }
        Ok(output)
    }

    /// One of its numbers, as `/metrics` gives it.
    pub async fn metric(&self, name: &str) -> Outcome<u64> {
        let text = reqwest::get(&self.metrics_url).await?.text().await?;
        let line = format!("partnerspace_{name} ");
        let value = text.lines().find_map(|found| found.strip_prefix(&line));
        Ok(value.with_context(|| format!("no {name} in {text}"))?.parse()?)
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.registration.port)
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The full alias of one of its rooms: `general`, `industry-dental`, `control`, `space`.
    #[must_use]
    pub fn alias(&self, room: &str) -> String {
        format!("#{}-{room}:{}", self.registration.alias_prefix, self.server_name)
    }

    /// All that it has printed.
    #[must_use]
    pub fn log(&self) -> String {
        read_to_string(self.log_file()).unwrap_or_default()
    }

    #[must_use]
    pub fn log_tail(&self) -> String {
        crate::process::tail(&self.log_file())
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("partnerspace.log")
    }

    /// A subcommand with the same configuration, to be started.
    pub fn command(&self, arguments: &[&str]) -> Outcome<Command> {
        let mut command = Command::new(binary()?);
        command.args(["--config", "partnerspace.toml"]).args(arguments);
        command.current_dir(self.folder.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Program {
    /// The one place where all that any program of the tests has printed is searched for secrets.
    fn drop(&mut self) {
        self.kill9();
        let found = secrets::found(&self.log(), &self.registration);
        // A test that fails already says why; a second panic would end all of them.
        if let Some(place) = found.filter(|_| !std::thread::panicking()) {
            panic!("the program has printed a secret: {place}");
        }
    }
}

static NAMED: OnceLock<PathBuf> = OnceLock::new();

/// Names the program to start instead of the one that is built; before the first start.
pub fn use_binary(path: &Path) {
    // A second name would be too late; the first one holds.
    let _first = NAMED.set(path.to_path_buf());
}

/// The program, built now when it is not up to date: `cargo test -p` builds only what it links.
/// `PARTNERSPACE_BIN` names another one, for a test of a packaged binary.
pub fn binary() -> Outcome<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.clone().map_err(anyhow::Error::msg)
}

fn build() -> Outcome<PathBuf> {
    if let Some(named) = NAMED.get() {
        return Ok(named.clone());
    }
    if let Some(named) = std::env::var_os("PARTNERSPACE_BIN") {
        return Ok(named.into());
    }
    // With the whole workspace the features are those of the test build: nothing is built twice.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--workspace", "--bins"]).current_dir(place::root());
    let done = cargo.output()?;
    ensure!(done.status.success(), "building: {}", String::from_utf8_lossy(&done.stderr));
    beside(&std::env::current_exe()?).context("tests run outside a target folder")
}

/// The program beside a test, which lies one folder deeper than programs, or beside one such as `prove`.
fn beside(own: &Path) -> Option<PathBuf> {
    let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    folder.map(|folder| folder.join("partnerspace"))
}

fn configuration(setup: &Setup<'_>, metrics: u16) -> String {
    let Registration { id, port, prefix, alias_prefix, .. } = &setup.registration;
    let (url, server_name, more) = (setup.homeserver_url, setup.server_name, &setup.more);
    let database = setup.database_url.as_deref().unwrap_or("sqlite:partnerspace.db");
    let owners = &setup.owners;
    format!(
        "owners = {owners:?}\n\
         [homeserver]\n\
         url = \"{url}\"\n\
         server_name = \"{server_name}\"\n\
         [appservice]\n\
         id = \"{id}\"\n\
         listen = \"127.0.0.1:{port}\"\n\
         url = \"http://127.0.0.1:{port}\"\n\
         registration = \"registration.yaml\"\n\
         bot = \"{prefix}bot\"\n\
         prefix = \"{prefix}\"\n\
         [metrics]\n\
         listen = \"127.0.0.1:{metrics}\"\n\
         [database]\n\
         url = \"{database}\"\n\
         [program]\n\
         name = \"Northern partners\"\n\
         currency = \"EUR\"\n\
         timezone = \"Europe/Berlin\"\n\
         alias_prefix = \"{alias_prefix}\"\n\
         started_on = \"2020-01-01\"\n\
         {more}\n"
    )
}

fn write_private(path: &Path, text: &str) -> Outcome<()> {
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_lies_beside_whoever_starts_it() {
        for own in ["target/debug/deps/all-1a2b", "target/debug/prove"] {
            assert_eq!(beside(Path::new(own)).unwrap(), Path::new("target/debug/partnerspace"));
        }
    }
}
