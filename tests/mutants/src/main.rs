//! `mutants LIST FOLDER TARGET [CARGO'S ARGUMENTS …]`: plays cargo-mutants' list against the tests of a target, and only what
//! `missed.txt` of the folder still names, if it is there. What was missed is written there.
mod build;
mod list;
mod play;
mod switch;

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let list = list::read(Path::new(&args.next().context("a list")?))?;
    let at = std::path::absolute(args.next().context("a folder")?)?;
    let target = args.next().context("a target")?;
    let args: Vec<String> = args.collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let built = build::build(&std::env::current_dir()?, &at, &list, &args)?;
    println!(
        "{} changes are played; {} do not compile",
        built.ids.len(),
        list.len() - built.ids.len()
    );

    let missed = std::fs::read_to_string(at.join("missed.txt")).ok();
    let mut missed = match &missed {
        Some(names) => list::named(&list, names, &built.ids),
        None => built.ids.clone(),
    };
    let programs = built.tests.iter().filter(|(name, _)| *name == target);
    let programs: Vec<PathBuf> = programs.map(|(_, path)| path.clone()).collect();
    let (folder, beside) = match target.as_str() {
        "partnerspace_bridge" => ("bridge", play::UNIT_BESIDE),
        _ => ("tests", play::SUITE_BESIDE),
    };
    let folder = built.tree.join(folder);
    let seen = play::seen(&programs, &folder, beside)?;
    println!(
        "{target}: {} changes are come by",
        missed.iter().filter(|id| seen.contains_key(id)).count()
    );
    let caught = play::play(&missed, &seen, &folder, beside)?;
    missed.retain(|id| !caught.contains(id));
    build::write_names(&at.join("missed.txt"), &list, &missed)?;
    let (all, caught) = (built.ids.len(), built.ids.len() - missed.len());
    println!("{target}: {caught} of {all} are caught, {:.1} %", caught as f64 * 100.0 / all as f64);
    Ok(())
}
