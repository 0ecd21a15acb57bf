//! The program at work, with its disk looked at between any two of its steps.
use super::state::State;
use crate::Outcome;
use crate::simulation::base::{OWNER, PARTNERS};
use crate::simulation::check::Said;
use crate::simulation::disk::Disk;
use crate::simulation::town::{Place, Town};
use anyhow::ensure;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::collections::HashSet;
use std::sync::Arc;

/// A checkpoint after so many pages: the program's own 4,000 would be one in a recording.
const CHECKPOINT_PAGES: &str = "pragma wal_autocheckpoint=50";
const STEPS: u32 = 70;
/// Looks at the disk in a step, and the time between two.
const LOOKS: u32 = 30;
const LOOK_MS: i64 = 3;
/// As many moments are more than any size of this proof needs.
const MOMENTS_MAX: usize = 600;

/// The disk when the program was at rest. Nothing is unsynced then.
pub struct Moment {
    pub db: Arc<Vec<u8>>,
    pub log: Vec<u8>,
    /// So many of the recording's events had their 200.
    pub acknowledged: usize,
}

impl Moment {
    #[must_use]
    pub fn disk(&self) -> Disk {
        Disk { db: (*self.db).clone(), log: self.log.clone() }
    }
}

pub struct Recording {
    pub moments: Vec<Moment>,
    /// Commands in the order of their 200.
    pub acknowledged: Vec<String>,
    /// All facts in the end.
    pub last: State,
}

impl Recording {
    pub fn checkpoints(&self) -> usize {
        self.moments.windows(2).filter(|pair| !Arc::ptr_eq(&pair[0].db, &pair[1].db)).count()
    }

    pub fn commits(&self) -> Outcome<usize> {
        let mut commits = 0;
        for pair in self.moments.windows(2) {
            commits += super::images::new_transactions(&pair[0], &pair[1])?.len();
        }
        Ok(commits)
    }
}

/// Plays a busy hour of a place.
pub async fn record(place: &Place, seed: u64) -> Outcome<Recording> {
    let mut town = Town::at(place, None)?;
    town.fake.world().reseed(seed);
    town.net.set_seed(seed);
    town.start().await?;
    town.pass(2_000).await?;
    checkpoint_often(&town).await?;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut recorder = Recorder::default();
    for n in 1..=STEPS {
        speak(&town, &mut recorder.said, n, &mut rng)?;
        for _ in 0..LOOKS {
            town.pass(LOOK_MS).await?;
            recorder.look(&town)?;
        }
    }
    town.pass(20_000).await?;
    recorder.look(&town)?;
    let Recorder { moments, acknowledged, .. } = recorder;
    ensure!(acknowledged.len() > 50, "only {} commands were heard", acknowledged.len());
    ensure!(moments.len() < MOMENTS_MAX, "{} moments", moments.len());
    let last = State::of(town.db()?).await?;
    Ok(Recording { moments, acknowledged, last })
}

/// On the one connection that there is.
pub async fn checkpoint_often(town: &Town) -> Outcome<()> {
    let mut connection = town.db()?.read().await?;
    sqlx::query(CHECKPOINT_PAGES).fetch_all(&mut *connection).await?;
    Ok(())
}

/// Somebody claims, looks, or decides.
pub fn speak(town: &Town, said: &mut Said, n: u32, rng: &mut StdRng) -> Outcome<()> {
    let general = town.room("general")?;
    let who = PARTNERS[rng.random_range(0..PARTNERS.len())];
    if n.is_multiple_of(3) {
        let control = town.room("control")?;
        said.command(town, &control, OWNER, &format!("!sale approve S-{}", n / 3));
    }
    for extra in 0..rng.random_range(1..4) {
        let line = if extra == 0 {
            format!("!sale add {} EUR Client {n}", rng.random_range(1..9_000))
        } else {
            "!me".to_owned()
        };
        said.command(town, &general, who, &line);
    }
    Ok(())
}

#[derive(Default)]
struct Recorder {
    said: Said,
    moments: Vec<Moment>,
    acknowledged: Vec<String>,
    /// Answers of the program that were looked at.
    pushes: usize,
}

impl Recorder {
    fn look(&mut self, town: &Town) -> Outcome<()> {
        let commands: HashSet<&str> = self.said.lines.iter().map(|line| &*line.event).collect();
        let world = town.fake.world();
        for push in world.delivery.done.iter().skip(self.pushes).filter(|push| push.accepted) {
            for event in push.events.iter().filter(|event| commands.contains(event.as_str())) {
                if !self.acknowledged.contains(event) {
                    self.acknowledged.push(event.clone());
                }
            }
        }
        self.pushes = world.delivery.done.len();
        drop(world);
        let Disk { db, log } = town.disk()?;
        let last = self.moments.last();
        if last.is_some_and(|last| last.log == log && *last.db == db) {
            return Ok(());
        }
        let db = match last {
            Some(last) if *last.db == db => last.db.clone(),
            _ => Arc::new(db),
        };
        self.moments.push(Moment { db, log, acknowledged: self.acknowledged.len() });
        Ok(())
    }
}
