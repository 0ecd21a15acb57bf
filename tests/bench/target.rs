//! The process that is measured: `partnerspace`, or the bare echo in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use partnerspace_tests::fake::Registration;

use crate::stub::SERVER;
use crate::wire::Client;

/// Clock ticks of /proc per second on every Linux that we run on.
const TICKS: f64 = 100.0;
pub const OWNER: &str = "@boss:bench.example";

pub struct Target {
    pub name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    pub dir: PathBuf,
    pub address: String,
    pub raised: &'static [(&'static str, &'static str)],
    child: Option<Child>,
}

/// What `/proc` says at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub cpu_s: f64,
    pub rss_kib: u64,
}

/// Limits that the load would meet; the output says that they are raised.
pub const RAISED: [(&str, &str); 6] = [
    ("PARTNERSPACE__LIMITS__COMMANDS_BURST", "1000000000"),
    ("PARTNERSPACE__LIMITS__COMMANDS_EVERY_MS", "1"),
    ("PARTNERSPACE__LIMITS__INBOX_MAX", "10000000"),
    ("PARTNERSPACE__LIMITS__INBOX_COALESCE", "10000000"),
    ("PARTNERSPACE__LIMITS__INBOX_BUSY", "10000000"),
    // Else the profiles of the setup go out for minutes, and into what is measured.
    ("PARTNERSPACE__LIMITS__STATES_PER_SECOND", "500"),
];

/// Those without the pace of boards.
pub const OF_SPEAKERS: &[(&str, &str)] = RAISED.split_at(5).0;

pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Target {
    /// Runs `partnerspace init` in a new folder.
    pub fn program(program: &Path, dir: &Path, homeserver: &str) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let database = format!("sqlite:{}", dir.join("bench.db").display());
        let text = |dir: &Path| dir.display().to_string();
        let init = [
            "init",
            "--server-name",
            SERVER,
            "--homeserver-url",
            homeserver,
            "--owner",
            OWNER,
            "--listen",
            &address,
            "--url",
            &format!("http://{address}"),
            "--database",
            &database,
            "--name",
            "Bench",
            "--currency",
            "EUR",
            "--timezone",
            "Europe/Berlin",
            "--dir",
            &text(dir),
            "--force",
        ]
        .map(str::to_owned);
        let done = Command::new(program).args(&init).current_dir(dir).output()?;
        if !done.status.success() {
            bail!("init failed: {}", String::from_utf8_lossy(&done.stderr));
        }
        let config = text(&dir.join("partnerspace.toml"));
        let args = ["--config", &config, "run"].map(str::to_owned).to_vec();
        Ok(Self {
            name: "partnerspace",
            program: program.to_owned(),
            args,
            dir: dir.to_owned(),
            address,
            raised: &RAISED,
            child: None,
        })
    }

    /// This very binary as the bare durable echo.
    pub fn echo(dir: &Path, homeserver: &str) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let database = dir.join("echo.db").display().to_string();
        let args = ["echo-server", &address, homeserver, &database].map(str::to_owned).to_vec();
        let program = std::env::current_exe()?;
        Ok(Self {
            name: "bare echo",
            program,
            args,
            dir: dir.to_owned(),
            address,
            raised: &RAISED,
            child: None,
        })
    }

    pub fn registration(&self) -> Result<Registration> {
        if self.name == "bare echo" {
            return Ok(Registration::example(&format!("http://{}", self.address), SERVER));
        }
        let path = self.dir.join("registration.yaml");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Registration::from_yaml(&text)
    }

    pub fn start(&mut self) -> Result<Instant> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.dir.join("log"))?;
        let metrics = format!("127.0.0.1:{}", free_port()?);
        let started = Instant::now();
        let child = Command::new(&self.program)
            .args(&self.args)
            .current_dir(&self.dir)
            .envs(self.raised.iter().copied())
            .env("PARTNERSPACE__METRICS__LISTEN", metrics)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        Ok(started)
    }

    /// Ends it as `kill` does, so that SQLite and its files are closed.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        for _ in 0..500 {
            if matches!(child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    pub fn usage(&self) -> Result<Usage> {
        let id = self.child.as_ref().context("not running")?.id();
        usage(&id.to_string())
    }

    pub fn alive(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Asks for readiness until it is there.
    pub async fn ready(&mut self, deadline: Duration) -> Result<()> {
        let end = Instant::now() + deadline;
        let mut client = Client::new(&self.address);
        while Instant::now() < end {
            if matches!(client.call("GET", "/health/ready", "", "").await, Ok((200, _))) {
                return Ok(());
            }
            if !self.alive() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("{} is not ready; its log: {}", self.name, self.dir.join("log").display())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.stop();
    }
}

/// CPU and memory of a process; `self` is this one.
pub fn usage(pid: &str) -> Result<Usage> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let rss = rss.and_then(|text| text.split_whitespace().next()?.parse().ok());
    Ok(Usage { cpu_s: (ticks(11) + ticks(12)) / TICKS, rss_kib: rss.unwrap_or(0) })
}
