//! What must be there after power comes back, whatever the disk held.
use super::images::Image;
use super::record::Recording;
use crate::Outcome;
use anyhow::{Context, ensure};
use bridge::operations::damage;
use bridge::platform::db::{Db, migrate, version};
use bridge::program::Program;
use rand::Rng as _;
use rand::rngs::StdRng;
use schema::migrations::NEWEST;
use sqlx::Row as _;
use std::collections::HashSet;
use std::fs::write;
use tempfile::TempDir;

/// Inputs, and the facts that can only grow, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub inputs: Vec<String>,
    pub facts: [Vec<String>; 3],
}

const INPUTS: &str = "select event_id from inbox order by seq";
const FACTS: [&str; 3] = [
    "select hash || ' ' || body from entry order by seq",
    "select seq || ' ' || account || ' ' || minor || ' ' || currency from posting order by seq, n",
    "select number || ' ' || cause || ' ' || amount_minor || ' ' || line from sale order by number",
];

impl State {
    pub async fn of(db: &Db) -> Outcome<Self> {
        let inputs = texts(db, INPUTS).await?;
        let mut facts = [const { Vec::new() }; 3];
        for (held, query) in facts.iter_mut().zip(FACTS) {
            *held = texts(db, query).await?;
        }
        Ok(Self { inputs, facts })
    }
}

async fn texts(db: &Db, query: &'static str) -> Outcome<Vec<String>> {
    let rows = sqlx::query(query).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Opens an image as the program opens it, and looks.
pub async fn holds(
    folder: &TempDir,
    image: &Image,
    recording: &Recording,
    program: &Program,
    rng: &mut StdRng,
) -> Outcome<()> {
    image.disk.write(folder.path())?;
    if rng.random_range(0..4) == 0 {
        // It is in memory only; what the file holds is whatever was written of it.
        let junk: Vec<u8> = (0..32_768).map(|_| rng.random()).collect();
        write(folder.path().join("p.db-shm"), junk)?;
    }
    let url = format!("sqlite:{}", folder.path().join("p.db").display());
    appservice::damage::look_at_log(&url).context("a false alarm")?;
    let db = Db::open(&url).await?;
    let held = whole(&db, image, recording, program).await;
    db.close().await;
    held
}

async fn whole(db: &Db, image: &Image, recording: &Recording, program: &Program) -> Outcome<()> {
    ensure!(version(db).await? == NEWEST, "the schema is gone");
    migrate(db, 1).await?;
    let odd = damage::look(db, true).await?;
    ensure!(odd.is_none(), "damaged: {}", odd.unwrap_or_default());
    let (found, boards) = appservice::run::verify(db, program).await?;
    ensure!(found.bad.is_none(), "{:?}", found.bad);
    ensure!(boards?.is_none(), "the boards differ from a replay");
    let state = State::of(db).await?;
    let inputs: HashSet<&String> = state.inputs.iter().collect();
    let moment = &recording.moments[image.since];
    for event in &recording.acknowledged[..moment.acknowledged] {
        ensure!(inputs.contains(event), "{event} was acknowledged, and is lost");
    }
    for (held, last) in state.facts.iter().zip(&recording.last.facts) {
        ensure!(last.starts_with(held), "facts are no prefix of what was written");
    }
    Ok(())
}
