//! Images of the disk between two moments. Each is one that SQLite's order of writes and syncs allows.
use super::record::{Moment, Recording};
use crate::Outcome;
use crate::simulation::disk::{Disk, FRAME, HEAD, PAGE, SECTOR};
use rand::Rng as _;
use rand::rngs::StdRng;

pub const APPEND: &str = "the log grows";
pub const TORN: &str = "sectors of a commit in any order";
pub const BEGIN: &str = "the log begins anew";
pub const CHECKPOINT: &str = "a checkpoint is half done";

/// Of each torn thing so many.
const DRAWS: usize = 3;

pub struct Image {
    pub kind: &'static str,
    pub disk: Disk,
    /// The moment whose everything must be there.
    pub since: usize,
}

/// Those between a moment and the next.
pub fn after(recording: &Recording, since: usize, rng: &mut StdRng) -> Outcome<Vec<Image>> {
    let mut images = Vec::new();
    if let [before, after] = &recording.moments[since..since + 2] {
        between(before, after, since, rng, &mut images)?;
    }
    Ok(images)
}

/// The transactions that the second moment's log has beyond the first's.
pub fn new_transactions(before: &Moment, after: &Moment) -> Outcome<Vec<(usize, usize)>> {
    let (first, second) = (before.disk(), after.disk());
    let all = second.transactions()?;
    if first.salts() != second.salts() {
        return Ok(all);
    }
    let known = first.transactions()?.len();
    Ok(all.into_iter().skip(known).collect())
}

fn between(
    before: &Moment,
    after: &Moment,
    since: usize,
    rng: &mut StdRng,
    images: &mut Vec<Image>,
) -> Outcome<()> {
    let (first, second) = (before.disk(), after.disk());
    let is_new = first.salts() != second.salts();
    let is_same_db = first.db == second.db;
    let settled = first.settled()?;
    let mut add = |kind, disk| images.push(Image { kind, disk, since });
    // A checkpoint: the log that it copies is whole, of the pages some are there.
    let copied = if is_new { &first } else { &second };
    if !is_same_db && copied.settled()? == second.db {
        for _ in 0..DRAWS * 2 {
            let db = mixed(&first.db, &second.db, if rng.random() { PAGE } else { SECTOR }, rng);
            add(CHECKPOINT, Disk { db, log: copied.log.clone() });
        }
    }
    // Transactions of the log; where it begins anew, all that it replaces is in the database.
    let db = if is_new { &second.db } else { &first.db };
    if is_new && settled != second.db {
        return Ok(());
    }
    for (n, (begin, end)) in new_transactions(before, after)?.into_iter().enumerate() {
        // Below it everything is as it was written, above it as it was before.
        let mut base = first.log.clone();
        let kind = if is_new && n == 0 { BEGIN } else { APPEND };
        let from = if begin == HEAD { 0 } else { begin };
        put(&mut base, 0, &second.log[..begin]);
        for cut in (begin..=end).step_by(FRAME) {
            add(kind, Disk { db: db.clone(), log: grown(&base, &second.log, from, cut) });
            let inside = cut + rng.random_range(1..FRAME);
            if inside < end {
                add(kind, Disk { db: db.clone(), log: grown(&base, &second.log, from, inside) });
            }
        }
        for _ in 0..DRAWS {
            let mut log = base.clone();
            let until = end.min(second.log.len());
            let new = mixed(
                base.get(begin..).unwrap_or_default(),
                &second.log[begin..until],
                SECTOR,
                rng,
            );
            put(&mut log, begin, &new);
            add(TORN, Disk { db: db.clone(), log });
        }
        if n == 0 && is_new && first.log.len() >= HEAD {
            // The head is not written yet: the log that was there says what the database says.
            add(BEGIN, Disk { db: db.clone(), log: first.log.clone() });
        }
    }
    Ok(())
}

fn put(log: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if log.len() < at + bytes.len() {
        log.resize(at + bytes.len(), 0);
    }
    log[at..at + bytes.len()].copy_from_slice(bytes);
}

/// The new log up to here; beyond, what stood there.
fn grown(base: &[u8], new: &[u8], from: usize, to: usize) -> Vec<u8> {
    let mut log = base.to_vec();
    put(&mut log, from, &new[from..to]);
    log
}

/// Old and new by the toss of a coin for each unit; what neither has is zero or not there.
fn mixed(old: &[u8], new: &[u8], unit: usize, rng: &mut StdRng) -> Vec<u8> {
    let mut mixed = old.to_vec();
    let share = rng.random_range(0.1..0.95);
    for (n, piece) in new.chunks(unit).enumerate() {
        if rng.random_bool(share) {
            put(&mut mixed, n * unit, piece);
        }
    }
    mixed
}
