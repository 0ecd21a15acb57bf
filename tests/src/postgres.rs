//! A PostgreSQL cluster of one's own in a temporary folder: a database per test, made from a
//! template. The server refuses to run as root, so root starts it as an unprivileged user.
use crate::process::Process;
use crate::wait::until;
use crate::{Outcome, place, secrets};
use anyhow::{Context, ensure};
use sqlx::{Connection, Executor, PgConnection};
use std::fs::{read_dir, read_to_string};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;
use tokio::sync::OnceCell;

pub struct Postgres {
    folder: TempDir,
    port: u16,
    safe: bool,
    process: Mutex<Process>,
    databases: AtomicU32,
}

/// The cluster that all tests share. It does not wait for the disk: what survives a crash of the
/// machine is not what they test.
pub async fn shared() -> Outcome<&'static Postgres> {
    static SHARED: OnceCell<Postgres> = OnceCell::const_new();
    SHARED.get_or_try_init(|| Postgres::start(false)).await
}

impl Postgres {
    /// A cluster of one's own; `safe` waits for the disk at every commit (`fsync=on`).
    pub async fn start(safe: bool) -> Outcome<Self> {
        let folder = crate::process::folder("postgres")?;
        let port = place::port()?;
        if let Some((user, group)) = unprivileged(folder.path())? {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let mut initdb = server_command("initdb", folder.path())?;
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        initdb.args(["--no-sync", "-D", "data"]);
        let done = initdb.output()?;
        ensure!(done.status.success(), "initdb: {}", String::from_utf8_lossy(&done.stderr));
        let process = Mutex::new(launch(folder.path(), port, safe)?);
        let cluster = Self { folder, port, safe, process, databases: AtomicU32::new(0) };
        cluster.ready().await?;
        Ok(cluster)
    }

    /// A new empty database; its URL.
    pub async fn database(&self) -> Outcome<String> {
        self.database_like("template1").await
    }

    /// A new database with everything that is in another one (which nobody may have open now).
    pub async fn database_like(&self, template: &str) -> Outcome<String> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test{number}");
        let statement = format!("create database {name} template {template}");
        let mut admin = PgConnection::connect(&self.url("postgres")).await?;
        admin.execute(sqlx::AssertSqlSafe(statement)).await?;
        admin.close().await?;
        Ok(self.url(&name))
    }

    /// `kill -9`; the server's own children see it and leave.
    pub fn kill9(&self) {
        self.process().kill9();
    }

    /// Starts it again on the same data after `kill9`.
    pub async fn restart(&self) -> Outcome<()> {
        let process = until("the old server to be gone", || async {
            let lock = self.folder.path().join("data/postmaster.pid");
            // A server that was killed leaves its lock; while its children live, the next refuses.
            let _absent = std::fs::remove_file(lock);
            launch(self.folder.path(), self.port, self.safe).ok()
        })
        .await?;
        *self.process() = process;
        self.ready().await
    }

    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/{database}", secrets::DATABASE, self.port)
    }

    async fn ready(&self) -> Outcome<()> {
        until("PostgreSQL to answer", || async {
            if let Err(ended) = self.process().alive() {
                return Some(Err(ended));
            }
            PgConnection::connect(&self.url("postgres")).await.ok().map(|_| Ok(()))
        })
        .await?
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn launch(folder: &Path, port: u16, safe: bool) -> Outcome<Process> {
    let mut server = server_command("postgres", folder)?;
    server.args(["-D", "data", "-p", &port.to_string()]);
    server.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
    server.args(["-c", "max_connections=200", "-c", "shared_buffers=64MB"]);
    if !safe {
        server.args(["-c", "fsync=off", "-c", "synchronous_commit=off"]);
        server.args(["-c", "full_page_writes=off"]);
    }
    Process::start("PostgreSQL", server, &folder.join("server.log"))
}

/// A server program, to be run in the folder as a user that is not root.
fn server_command(name: &str, folder: &Path) -> Outcome<Command> {
    let mut command = Command::new(binary(name)?);
    command.current_dir(folder);
    if let Some((user, group)) = unprivileged(folder)? {
        command.uid(user).gid(group);
    }
    Ok(command)
}

/// On the path, or where Debian puts it.
fn binary(name: &str) -> Outcome<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&path).collect();
    if let Ok(versions) = read_dir("/usr/lib/postgresql") {
        places.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let found = places.into_iter().map(|place| place.join(name)).find(|file| file.is_file());
    found.with_context(|| format!("{name} is missing: install postgresql, or use tests/run"))
}

/// The user and group to run as when we are root (who owns a folder that we have just made).
fn unprivileged(folder: &Path) -> Outcome<Option<(u32, u32)>> {
    let our_own = folder.join("owner");
    std::fs::write(&our_own, "")?;
    if std::fs::metadata(&our_own)?.uid() != 0 {
        return Ok(None);
    }
    let users = read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = ids("postgres:").or_else(|| ids("nobody:"));
    found.context("there is neither a user postgres nor nobody to run PostgreSQL as").map(Some)
}
