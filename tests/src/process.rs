//! A child process that cannot outlive the tests: killed when dropped, and by a watchdog when the
//! test binary itself is killed or leaves without dropping (shared servers live in statics). The
//! watchdog removes their folders as well.
use crate::Outcome;
use anyhow::Context;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

const TAIL_LINES: usize = 60;

pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a command; what it prints is appended to the log file.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Outcome<Self> {
        let file = OpenOptions::new().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        watch(&format!("+{}", child.id()));
        Ok(Self { name: name.to_owned(), child, log: log.to_path_buf() })
    }

    /// `kill -9`, and gone when this returns.
    pub fn kill9(&mut self) {
        // An error means that it has already ended, which is what was wanted.
        let _ended = self.child.kill();
        let _status = self.child.wait();
        watch(&format!("-{}", self.child.id()));
    }

    /// Another signal, by the word that `kill` takes: `STOP`, `CONT`, `TERM`, `INT`.
    pub fn signal(&self, name: &str) -> Outcome<()> {
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status()?;
        anyhow::ensure!(status.success(), "{kill} failed");
        Ok(())
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, when it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// An error when the process has ended by itself, with the end of its log.
    pub fn alive(&mut self) -> Outcome<()> {
        match self.ended() {
            None => Ok(()),
            Some(status) => anyhow::bail!("{} ended ({status}):\n{}", self.name, self.tail()),
        }
    }

    /// The last lines it printed.
    #[must_use]
    pub fn tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill9();
    }
}

/// A temporary folder that is gone after the tests, however they end.
pub fn folder(name: &str) -> Outcome<TempDir> {
    let folder = tempfile::Builder::new().prefix(&format!("{name}-")).tempdir()?;
    watch(&format!("={}", folder.path().display()));
    Ok(folder)
}

/// The last lines of a log file.
#[must_use]
pub fn tail(log: &Path) -> String {
    let Ok(file) = File::open(log) else { return format!("(no log at {})", log.display()) };
    let mut last = VecDeque::new();
    for line in BufReader::new(file).lines().map_while(Result::ok) {
        if last.len() == TAIL_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
    Vec::from(last).join("\n")
}

/// Keeps the list of children and folders; when the tests' end of the pipe closes, asks the
/// children to end, then insists, and tidies up. Its own process group, so that Ctrl-C does not take it before its work.
const WATCHDOG: &str = r#"
ids=" "
folders=""
while read -r line; do
  case $line in
    +*) ids="$ids${line#+} " ;;
    -*) ids=$(echo "$ids" | sed "s/ ${line#-} / /") ;;
    =*) folders="$folders ${line#=}" ;;
  esac
done
if [ -n "${ids# }" ]; then kill -INT $ids; sleep 2; kill -KILL $ids; fi
rm -rf $folders
"#;

fn watch(line: &str) {
    static PIPE: Mutex<Option<ChildStdin>> = Mutex::new(None);
    let mut pipe = PIPE.lock().unwrap_or_else(PoisonError::into_inner);
    if pipe.is_none() {
        let started = Command::new("sh")
            .args(["-c", WATCHDOG])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        *pipe = started.ok().and_then(|mut watchdog| watchdog.stdin.take());
    }
    if let Some(pipe) = &mut *pipe {
        // Without the watchdog the drop still kills; only a killed test run would leave children.
        let _written = writeln!(pipe, "{line}");
    }
}
