//! The house's order, kept by reading its `use` lines: crates point one way, each file of a
//! capability uses only what its name allows, and files stay short enough to be read.
use partnerspace_tests::{Outcome, place};
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// From left to right nothing is used: `schema ← bridge ← appservice ← tests`.
const CRATES: [&str; 4] = ["schema", "bridge", "appservice", "tests"];

/// Words that must not occur in a path that a file of this name uses.
const FORBIDDEN: [(&str, &[&str]); 6] = [
    (
        "rules.rs",
        &[
            "store",
            "actions",
            "commands",
            "render",
            "routes",
            "platform::db",
            "tokio",
            "sqlx",
            "axum",
        ],
    ),
    (
        "render.rs",
        &["store", "actions", "commands", "routes", "platform::db", "tokio", "sqlx", "axum"],
    ),
    ("store.rs", &["actions", "commands", "render", "routes", "tokio", "axum"]),
    ("actions.rs", &["commands", "routes", "sqlx", "tokio", "axum"]),
    ("commands.rs", &["sqlx", "tokio", "axum"]),
    ("routes.rs", &["sqlx", "tokio", "commands", "render"]),
];

const LINES_MAX: usize = 400;

#[test]
fn crates_point_one_way() -> Outcome<()> {
    let mut wrong = Vec::new();
    for (position, name) in CRATES.iter().enumerate() {
        for file in rust_files(&place::root().join(name))? {
            let later = &CRATES[position + 1..];
            let used = used_paths(&read_to_string(&file)?);
            let bad = used.into_iter().filter(|path| {
                let root = path.split("::").next().unwrap_or_default();
                later.contains(&root) || (position < 2 && root == "matrix_sdk")
            });
            wrong.extend(bad.map(|path| format!("{}: {path}", shown(&file))));
        }
    }
    assert!(wrong.is_empty(), "against the line of crates:\n{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn files_of_a_capability_keep_to_their_part() -> Outcome<()> {
    let mut wrong = Vec::new();
    for file in rust_files(&place::root().join("bridge/src"))? {
        let name = file.file_name().unwrap_or_default();
        let Some((_, words)) = FORBIDDEN.iter().find(|(known, _)| *known == name) else { continue };
        let text = read_to_string(&file)?;
        for path in used_paths(&text).into_iter().chain(named_inline(&text)) {
            if words.iter().any(|word| has_part(&path, word)) && !is_row(&path) {
                wrong.push(format!("{}: {path}", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "not for a file of this name:\n{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn files_are_short() -> Outcome<()> {
    let mut files = Vec::new();
    for folder in CRATES {
        files.extend(rust_files(&place::root().join(folder))?);
    }
    files.extend(read_dir(place::root().join("deploy/lib"))?.flatten().map(|entry| entry.path()));
    files.retain(|file| file.is_file());
    let mut long = Vec::new();
    for file in files {
        let lines = read_to_string(&file)?.lines().count();
        if lines >= LINES_MAX {
            long.push(format!("{}: {lines} lines", shown(&file)));
        }
    }
    assert!(long.is_empty(), "files have fewer than {LINES_MAX} lines:\n{}", long.join("\n"));
    Ok(())
}

#[test]
fn files_say_what_they_are() -> Outcome<()> {
    let mut silent = Vec::new();
    for folder in CRATES {
        for file in rust_files(&place::root().join(folder))? {
            if !read_to_string(&file)?.starts_with("//!") {
                silent.push(shown(&file));
            }
        }
    }
    assert!(silent.is_empty(), "begin with a line on what and why:\n{}", silent.join("\n"));
    Ok(())
}

#[test]
fn use_lines_are_read() {
    let text = "use a::{b::C, d};\n    pub use e::f;\nfn x() { sqlx::query(1); }\n// use g::h;\n";
    let mut paths = used_paths(text);
    paths.sort();
    assert_eq!(paths, ["a::b::C", "a::d", "e::f"]);
    assert!(has_part("crate::sales::store::Row", "store"));
    assert!(!has_part("crate::stores::Row", "store"));
}

/// The paths of all `use` declarations, with groups spread out.
fn used_paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
        let Some(first) = line.strip_prefix("use ") else { continue };
        let mut declaration = first.to_owned();
        while !declaration.contains(';') {
            let Some(next) = lines.next() else { break };
            declaration.push_str(next.trim());
        }
        spread("", declaration.split(';').next().unwrap_or_default(), &mut paths);
    }
    paths
}

/// Crates that are named in an expression, without a `use`.
fn named_inline(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let named = |line: &str| {
        let crates = ["sqlx", "tokio", "axum"].into_iter();
        crates.filter(|name| line.contains(&format!("{name}::"))).map(str::to_owned).collect()
    };
    code.flat_map(|line| -> Vec<String> { named(line) }).collect()
}

fn spread(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        paths.push(format!("{prefix}{path}"));
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let group = group.rsplit_once('}').map_or(group, |(inside, _)| inside);
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                spread(&prefix, &group[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !group[start..].trim().is_empty() {
        spread(&prefix, &group[start..], paths);
    }
}

/// A type that a store or an action gives, such as `super::store::SaleRow`: data, not a way to the
/// database. What is wrong is to call over there.
fn is_row(path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap_or_default();
    let data = has_part(path, "store") || has_part(path, "actions");
    data && name.chars().next().is_some_and(char::is_uppercase)
}

fn has_part(path: &str, word: &str) -> bool {
    format!("::{path}::").contains(&format!("::{word}::"))
}

fn rust_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn shown(file: &Path) -> String {
    file.strip_prefix(place::root()).unwrap_or(file).display().to_string()
}
