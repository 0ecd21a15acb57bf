//! Each change against those tests that come by its place, until one of them fails.
use crate::build::PROGRAM;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Tests of one process, of the next one, and so on.
const TOGETHER: [usize; 3] = [6, 24, 400];
/// A process plays all of its tests whichever fails: those that take longer than this have one each.
const TOGETHER_MAX: Duration = Duration::from_secs(2);
/// What a test may take with a change in it: a loop without an end is a failure.
const SLOWER: u32 = 8;
const LEAST: Duration = Duration::from_secs(10);
/// So many tests run beside each other for each core: those of the suite wait most of their time.
pub const UNIT_BESIDE: usize = 1;
pub const SUITE_BESIDE: usize = 4;
/// Without a change: what takes longer, or fails, is not played.
const ALONE_MAX: Duration = Duration::from_secs(40);
/// They play again what others play, beside servers that take seconds to start.
const DEAR: [&str; 2] = ["synapse", "postgres"];
/// What all tests of one change may usually take.
const OF_ONE_MAX: Duration = Duration::from_secs(60);
/// Told to a test's program and all that it starts.
const MARK: &str = "MUTANTS_MARK";

#[derive(Debug, Clone)]
pub struct Test {
    pub program: PathBuf,
    pub name: String,
    pub took: Duration,
    /// The changes that it comes by: one of few looks closer at each.
    pub comes_by: usize,
}

/// A test's program, told where the program is that it starts: it would build another one.
fn to_play(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    let built = program.ancestors().nth(2).map(|built| built.join(PROGRAM));
    command.current_dir(folder).envs(built.map(|built| ("PARTNERSPACE_BIN", built)));
    command
}

impl Test {
    fn weight(&self) -> u128 {
        self.took.as_millis() * self.comes_by as u128
    }
}

fn names(program: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut command = Command::new(program);
    command.args(["--list", "--format", "terse"]).current_dir(folder);
    let text = String::from_utf8(command.output()?.stdout)?;
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    let names = names.filter(|name| !DEAR.iter().any(|word| name.contains(word)));
    Ok(names.map(str::to_owned).collect())
}

/// Which tests come by which changes, and how long they take without any.
pub fn seen(
    programs: &[PathBuf],
    folder: &Path,
    beside: usize,
) -> Result<BTreeMap<usize, Vec<Test>>> {
    let mut all = Vec::new();
    for program in programs {
        all.extend(names(program, folder)?.into_iter().map(|name| (program.clone(), name)));
    }
    let found: Mutex<BTreeMap<usize, Vec<Test>>> = Mutex::default();
    side_by_side(&all, beside, |(program, name)| {
        let file = std::env::temp_dir().join(format!(
            "seen-{}-{}",
            std::process::id(),
            name.replace("::", "-")
        ));
        let started = Instant::now();
        let mut command = to_play(program, folder);
        command.args(["--exact", name]).env("MUTANTS_SEEN", &file);
        let passed = ends_well(command, ALONE_MAX)?;
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let _ = std::fs::remove_file(&file);
        if !passed {
            println!("not played, as it fails or takes too long without any change: {name}");
            return Ok(());
        }
        let ids: BTreeSet<usize> = text.lines().filter_map(|line| line.parse().ok()).collect();
        let test = Test {
            program: program.clone(),
            name: name.clone(),
            took: started.elapsed(),
            comes_by: ids.len(),
        };
        let mut found = found.lock().expect("no panic");
        for id in ids {
            found.entry(id).or_default().push(test.clone());
        }
        Ok(())
    })?;
    let mut found = found.into_inner().expect("no panic");
    for tests in found.values_mut() {
        tests.sort_by_key(Test::weight);
        let mut usual = Duration::ZERO;
        let fits = |test: &&Test| {
            usual += test.took;
            usual <= OF_ONE_MAX
        };
        tests.truncate(tests.iter().take_while(fits).count().max(1));
    }
    Ok(found)
}

/// Those of the changes that a test fails with.
pub fn play(
    ids: &BTreeSet<usize>,
    seen: &BTreeMap<usize, Vec<Test>>,
    folder: &Path,
    beside: usize,
) -> Result<BTreeSet<usize>> {
    let caught: Mutex<BTreeSet<usize>> = Mutex::default();
    // In no order, so that what is said on the way holds for all.
    let mut ids: Vec<usize> = ids.iter().copied().collect();
    ids.sort_by_key(|id| id.wrapping_mul(2_654_435_761) % 4_294_967_296);
    let done = AtomicUsize::new(0);
    side_by_side(&ids, beside, |id| {
        let tests = seen.get(id).map_or(&[][..], Vec::as_slice);
        if is_caught(*id, tests, folder)? {
            caught.lock().expect("no panic").insert(*id);
        }
        let done = done.fetch_add(1, Relaxed) + 1;
        if done.is_multiple_of(20) {
            let caught = caught.lock().expect("no panic").len();
            println!("{done} of {}: {caught} caught", ids.len());
        }
        Ok(())
    })?;
    Ok(caught.into_inner().expect("no panic"))
}

fn is_caught(id: usize, tests: &[Test], folder: &Path) -> Result<bool> {
    let mut left = tests;
    for together in TOGETHER.into_iter().cycle() {
        let Some(first) = left.first() else { return Ok(false) };
        let mut usual = Duration::ZERO;
        let mut fits = |test: &&Test| {
            usual += test.took;
            test.name == first.name || test.program == first.program && usual <= TOGETHER_MAX
        };
        let now: Vec<&Test> = left.iter().take(together).take_while(|test| fits(test)).collect();
        left = &left[now.len()..];
        let usual: Duration = now.iter().map(|test| test.took).sum();
        let fails = || -> Result<bool> {
            let mut command = to_play(&first.program, folder);
            command.arg("--exact").args(now.iter().map(|test| &test.name));
            command.args(["--test-threads", "1"]).env("MUTANT", id.to_string());
            Ok(!ends_well(command, LEAST + usual * SLOWER)?)
        };
        // Twice: a test among many others may fail by itself.
        if fails()? && fails()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a program ends in time and without a failure. Otherwise what it started is ended, too.
fn ends_well(mut command: Command, limit: Duration) -> Result<bool> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let mark = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).env(MARK, &mark);
    let mut child = command.spawn().context("a test's program")?;
    let started = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                end_all(&mark)?;
            }
            return Ok(status.success());
        }
        if started.elapsed() > limit {
            end_all(&mark)?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// A test that is stopped, or panics, stops nothing that it has started.
fn end_all(mark: &str) -> Result<()> {
    let marked = format!("{MARK}={mark}");
    for process in std::fs::read_dir("/proc")?.flatten() {
        let Ok(environment) = std::fs::read(process.path().join("environ")) else { continue };
        let mut said = environment.split(|byte| *byte == 0);
        if said.any(|variable| variable == marked.as_bytes()) {
            let id = process.file_name();
            Command::new("kill").arg("-9").arg(id).stderr(Stdio::null()).status()?;
        }
    }
    Ok(())
}

fn side_by_side<T: Sync>(
    all: &[T],
    beside: usize,
    work: impl Fn(&T) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism()?.get() * beside;
    std::thread::scope(|scope| {
        let worker = || -> Result<()> {
            while let Some(one) = all.get(next.fetch_add(1, Relaxed)) {
                work(one)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("no panic"))
    })
}
