//! The changes as cargo-mutants lists them.
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Span {
    pub start: Place,
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
pub enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Mutant {
    /// From 1, in the order of the list.
    #[serde(skip)]
    pub id: usize,
    pub file: String,
    pub name: String,
    pub genre: Genre,
    pub replacement: String,
    pub span: Span,
}

pub fn read(path: &Path) -> Result<Vec<Mutant>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut list: Vec<Mutant> = serde_json::from_str(&text).context("cargo-mutants' list")?;
    for (n, mutant) in list.iter_mut().enumerate() {
        mutant.id = n + 1;
    }
    Ok(list)
}

pub fn by_file<'a>(list: impl Iterator<Item = &'a Mutant>) -> BTreeMap<&'a str, Vec<&'a Mutant>> {
    let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
    for mutant in list {
        files.entry(&mutant.file).or_default().push(mutant);
    }
    files
}

/// Those of the changes that the lines name.
pub fn named(list: &[Mutant], lines: &str, ids: &BTreeSet<usize>) -> BTreeSet<usize> {
    let names: BTreeSet<&str> = lines.lines().collect();
    let named = list.iter().filter(|mutant| names.contains(&*mutant.name));
    named.map(|mutant| mutant.id).filter(|id| ids.contains(id)).collect()
}
