//! All changes in one build. What does not compile is left out, as cargo-mutants would have counted it unviable.
use crate::list::{Mutant, by_file};
use crate::switch::switched;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Found not to compile, by name: kept for the next time.
const UNVIABLE: &str = "unviable.txt";
const ROUNDS_MAX: usize = 20;
/// The program that tests start.
pub const PROGRAM: &str = "partnerspace";

/// Asked at each change: whether it is the one that is on. What was asked for is written down once.
const QUESTION: &str = r#"
/// Of the changes that are played: whether this one is on.
pub fn mutant(id: usize) -> bool {
    use std::io::Write as _;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    static ON: LazyLock<usize> = LazyLock::new(|| {
        std::env::var("MUTANT").ok().and_then(|id| id.parse().ok()).unwrap_or(0)
    });
    static SEEN: LazyLock<Option<(std::fs::File, Vec<AtomicBool>)>> = LazyLock::new(|| {
        let path = std::env::var("MUTANTS_SEEN").ok()?;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
        Some((file, (0..10_000).map(|_| AtomicBool::new(false)).collect()))
    });
    if let Some((file, seen)) = &*SEEN
        && seen.get(id).is_some_and(|seen| !seen.swap(true, Relaxed))
    {
        let _ = (&*file).write_all(format!("{id}\n").as_bytes());
    }
    *ON == id
}
"#;

/// A copy of the tree, and the programs of its tests.
pub struct Built {
    pub tree: PathBuf,
    /// By the name of their target.
    pub tests: Vec<(String, PathBuf)>,
    /// Those in it.
    pub ids: BTreeSet<usize>,
}

/// `args`: what is built, as `cargo test` has it.
pub fn build(root: &Path, at: &Path, list: &[Mutant], args: &[&str]) -> Result<Built> {
    let tree = at.join("tree");
    copy(root, &tree)?;
    let known = std::fs::read_to_string(at.join(UNVIABLE)).unwrap_or_default();
    let known: BTreeSet<&str> = known.lines().collect();
    let unviable = list.iter().filter(|mutant| known.contains(&*mutant.name));
    let mut dropped: BTreeSet<usize> = unviable.map(|mutant| mutant.id).collect();
    for round in 1..=ROUNDS_MAX {
        let ids = write(root, &tree, list, &dropped)?;
        println!("round {round}: {} of {} changes in the build", ids.len(), list.len());
        let (tests, errors) = compile(&tree, &at.with_file_name("target"), args)?;
        if errors.is_empty() {
            return Ok(Built { tree, tests, ids });
        }
        let before = dropped.len();
        let mut unknown = Vec::new();
        for error in errors {
            match blamed(&tree, &error)? {
                found if found.is_empty() => unknown.push(error["rendered"].to_string()),
                found => dropped.extend(found),
            }
        }
        write_names(&at.join(UNVIABLE), list, &dropped)?;
        if dropped.len() == before {
            bail!("errors in no change:\n{}", unknown.join("\n").replace("\\n", "\n"));
        }
    }
    bail!("it does not compile after {ROUNDS_MAX} rounds")
}

pub fn write_names(path: &Path, list: &[Mutant], ids: &BTreeSet<usize>) -> Result<()> {
    let mutants = list.iter().filter(|mutant| ids.contains(&mutant.id));
    let names: String = mutants.map(|mutant| format!("{}\n", mutant.name)).collect();
    std::fs::write(path, names).with_context(|| path.display().to_string())
}

fn copy(root: &Path, tree: &Path) -> Result<()> {
    let _ = std::fs::remove_dir_all(tree);
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    for name in String::from_utf8(listed.stdout)?.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), tree.join(name));
        if !from.is_file() {
            continue;
        }
        std::fs::create_dir_all(to.parent().context("a folder")?)?;
        std::fs::copy(&from, &to).with_context(|| name.to_owned())?;
    }
    Ok(())
}

fn write(
    root: &Path,
    tree: &Path,
    list: &[Mutant],
    dropped: &BTreeSet<usize>,
) -> Result<BTreeSet<usize>> {
    let mut ids = BTreeSet::new();
    for (file, mutants) in by_file(list.iter()) {
        let mutants: Vec<&Mutant> =
            mutants.into_iter().filter(|mutant| !dropped.contains(&mutant.id)).collect();
        let text = std::fs::read_to_string(root.join(file))?;
        let (text, done) = switched(&text, &mutants).with_context(|| file.to_owned())?;
        std::fs::write(tree.join(file), text)?;
        ids.extend(done);
    }
    let lib = "bridge/src/lib.rs";
    let text = std::fs::read_to_string(root.join(lib))?;
    std::fs::write(tree.join(lib), format!("{text}{QUESTION}"))?;
    Ok(ids)
}

/// The tests' programs, or the errors.
fn compile(
    tree: &Path,
    target: &Path,
    args: &[&str],
) -> Result<(Vec<(String, PathBuf)>, Vec<Value>)> {
    let cargo = |what: &[&str]| {
        Command::new("cargo")
            .args(what)
            .args(args)
            .args(["--quiet", "--config", "profile.dev.debug=0"])
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", target)
            .current_dir(tree)
            .output()
    };
    let output = cargo(&["test", "--no-run", "--message-format=json"])?;
    let (mut tests, mut errors) = (Vec::new(), Vec::new());
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let said: Value = serde_json::from_slice(line)?;
        if said["reason"] == "compiler-message" && said["message"]["level"] == "error" {
            let spans = said["message"]["spans"].as_array().map_or(0, Vec::len);
            if spans > 0 {
                errors.push(said["message"].clone());
            }
        }
        if let (Some(path), true) = (said["executable"].as_str(), said["profile"]["test"] == true) {
            let name = said["target"]["name"].as_str().unwrap_or_default();
            tests.push((name.to_owned(), PathBuf::from(path)));
        }
    }
    let mut ended = output;
    if errors.is_empty() && ended.status.success() && args.contains(&PROGRAM) {
        // Tests start it, and nothing that they are built from does.
        ended = cargo(&["build", "--bins"])?;
    }
    if errors.is_empty() && !ended.status.success() {
        bail!("{}", String::from_utf8_lossy(&ended.stderr));
    }
    Ok((tests, errors))
}

/// The changes within which an error lies.
fn blamed(tree: &Path, error: &Value) -> Result<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    let mut spans: Vec<&Value> = error["spans"].as_array().into_iter().flatten().collect();
    spans.sort_by_key(|span| span["is_primary"] != true);
    for mut span in spans {
        while span["expansion"]["span"].is_object() {
            span = &span["expansion"]["span"];
        }
        let path = tree.join(span["file_name"].as_str().unwrap_or_default());
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let at = usize::try_from(span["byte_start"].as_u64().unwrap_or(0))?;
        let until = usize::try_from(span["byte_end"].as_u64().unwrap_or(0))?;
        found.extend(asked(&text[at..until]).or_else(|| around(&text, at, until)));
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() {
        let notes = error["children"].as_array().into_iter().flatten();
        for span in notes.flat_map(|note| note["spans"].as_array().into_iter().flatten()) {
            let path = tree.join(span["file_name"].as_str().unwrap_or_default());
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let until = usize::try_from(span["byte_end"].as_u64().unwrap_or(0))?;
            found.extend(in_function(&text[until..]));
        }
    }
    if found.is_empty() {
        // A type that only the changes of the line, or of what follows, can have spoiled.
        for span in error["spans"].as_array().into_iter().flatten() {
            let path = tree.join(span["file_name"].as_str().unwrap_or_default());
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let at = usize::try_from(span["byte_start"].as_u64().unwrap_or(0))?;
            let line = text[..at].rfind('\n').unwrap_or(0);
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            found.extend(ids(&text[line..end]));
            if found.is_empty() {
                found.extend(in_function(&text[line + 1..]));
            }
        }
    }
    Ok(found)
}

/// The changes of the function whose body begins here: one that a constant is made by.
fn in_function(text: &str) -> Vec<usize> {
    let ends = ["\n}", "\n    }"].into_iter().filter_map(|end| text.find(end));
    ids(&text[..ends.min().unwrap_or(text.len())])
}

fn ids(text: &str) -> Vec<usize> {
    let asked = text.split("crate::mutant(").skip(1);
    asked.filter_map(|rest| rest.split(')').next()?.parse().ok()).collect()
}

/// The change whose question this is: it stands where nothing can be asked.
fn asked(text: &str) -> Option<usize> {
    text.strip_prefix("crate::mutant(")?.strip_suffix(')')?.parse().ok()
}

/// The innermost change around a place; of those within a range, the first.
fn around(text: &str, at: usize, until: usize) -> Option<usize> {
    let before = &text[..at];
    let mut open = Vec::new();
    for (place, _) in before.match_indices("/*<") {
        let id: usize = text[place + 3..].split('*').next()?.parse().ok()?;
        let end = text.find(&format!("/*{id}>*/"))?;
        if end >= at {
            open.push(id);
        }
    }
    if let Some(id) = open.last() {
        return Some(*id);
    }
    let within = text.get(at..until)?;
    let place = within.find("/*<")?;
    within[place + 3..].split('*').next()?.parse().ok()
}
