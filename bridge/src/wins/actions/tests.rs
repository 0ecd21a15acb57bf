//! Whatever is celebrated and taken back, in any order and at any pace: each key is said at most once,
//! messages keep their distance, and nothing that was taken back while it waited is ever said.
use super::{celebrate, gather, retract};
use crate::platform::db::{Db, migrate};
use crate::platform::text::Line;
use crate::platform::work::{Cause, Effects, Memory, Work};
use crate::program::{Install, Program};
use crate::rooms::tests::program;
use proptest::prelude::*;
use std::collections::BTreeSet;

const MINUTE: i64 = 60_000;

#[derive(Debug, Clone)]
struct Said {
    /// Since the last.
    after: i64,
    /// The job is late by this much, an input by some of it.
    lag: i64,
    key: u8,
    retracts: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let after = prop_oneof![3 => 0..2_000_i64, 1 => 0..200_000_i64];
    (after, 0..5_000_i64, 0..24_u8, any::<bool>()).prop_map(|(after, lag, key, retracts)| Said {
        after,
        lag,
        key,
        retracts,
    })
}

/// What stands between the inputs: the one job, and what has been said.
struct Room {
    tx: crate::platform::db::Tx,
    program: Program,
    install: Install,
    memory: Memory,
    due: Option<i64>,
    /// When a message was sent, and what it said.
    posts: Vec<(i64, String)>,
    edits: usize,
}

impl Room {
    async fn input(&mut self, now: i64, one: Option<&Said>) {
        let mut effects = Effects::default();
        let place = (&self.program, &self.install);
        let cause = Cause { id: format!("${now}"), ..Cause::default() };
        let mut work = Work::new(&mut self.tx, now, place, &mut self.memory, &mut effects, cause);
        match one {
            None => gather(&mut work).await.unwrap(),
            Some(one) if one.retracts => {
                let line = Line::new().plain(&format!("gone-{};", one.key));
                retract(&mut work, &format!("k{}", one.key), line).await.unwrap();
            }
            Some(one) => {
                let line = Line::new().plain(&format!("key-{};", one.key));
                celebrate(&mut work, &format!("k{}", one.key), line).await.unwrap();
            }
        }
        for job in &effects.jobs {
            self.due = self.due.or(Some(job.run_at));
        }
        for row in &effects.out {
            if row.dedupe_key.starts_with("celebrations:") {
                self.posts.push((now, row.content.clone()));
            } else {
                self.edits += 1;
            }
        }
    }

    /// Runs the job where its time has come.
    async fn run_until(&mut self, now: i64, lag: i64) {
        while let Some(due) = self.due.filter(|due| due + lag <= now) {
            self.due = None;
            self.input(due + lag, None).await;
        }
    }
}

async fn played(db: &Db, all: &[Said]) -> Result<(), TestCaseError> {
    let mut room = Room {
        tx: db.begin().await.unwrap(),
        program: program(),
        install: Install { id: "test".into(), made_at: 0 },
        memory: Memory::default(),
        due: None,
        posts: Vec::new(),
        edits: 0,
    };
    let (mut now, mut waiting) = (1_000_000, BTreeSet::new());
    let (mut celebrated, mut never) = (BTreeSet::new(), BTreeSet::new());
    for one in all {
        now += one.after;
        let before = room.posts.len();
        room.run_until(now, one.lag).await;
        if room.posts.len() > before {
            waiting.clear();
        }
        room.input(now - one.lag / 2, Some(one)).await;
        if one.retracts {
            if waiting.remove(&one.key) {
                never.insert(one.key);
            }
        } else if celebrated.insert(one.key) {
            waiting.insert(one.key);
        }
    }
    room.run_until(i64::MAX / 2, 0).await;
    for pair in room.posts.windows(2) {
        prop_assert!(pair[1].0 - pair[0].0 >= MINUTE, "{} after {}", pair[1].0, pair[0].0);
    }
    for key in 0..24 {
        let word = format!("key-{key};");
        let count = room.posts.iter().filter(|(_, content)| content.contains(&word)).count();
        prop_assert!(count <= 1, "{word} was said {count} times");
        prop_assert!(count == 0 || !never.contains(&key), "{word} was taken back before");
    }
    let waits = sqlx::query("select key from celebration_line where post is null");
    prop_assert!(waits.fetch_all(&mut *room.tx).await.unwrap().is_empty(), "some wait for ever");
    let carried = sqlx::query("select key from celebration_line").fetch_all(&mut *room.tx).await;
    prop_assert_eq!(carried.unwrap().len(), celebrated.len() - never.len());
    room.tx.rollback().await.unwrap();
    Ok(())
}

#[test]
fn nothing_is_said_twice_and_nothing_too_soon() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = std::env::temp_dir().join(format!("wins-{}.db", std::process::id()));
    drop(std::fs::remove_file(&file));
    let db = runtime.block_on(async {
        let db = Db::open(&format!("sqlite:{}", file.display())).await.unwrap();
        migrate(&db, 0).await.unwrap();
        db
    });
    proptest!(ProptestConfig::with_cases(48), |(all in prop::collection::vec(said(), 1..60))| {
        runtime.block_on(played(&db, &all))?;
    });
    drop(std::fs::remove_file(&file));
}

#[test]
fn a_flood_is_one_message() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = std::env::temp_dir().join(format!("wins-flood-{}.db", std::process::id()));
    drop(std::fs::remove_file(&file));
    runtime.block_on(async {
        let db = Db::open(&format!("sqlite:{}", file.display())).await.unwrap();
        migrate(&db, 0).await.unwrap();
        let mut room = Room {
            tx: db.begin().await.unwrap(),
            program: program(),
            install: Install { id: "test".into(), made_at: 0 },
            memory: Memory::default(),
            due: None,
            posts: Vec::new(),
            edits: 0,
        };
        for key in 0..250 {
            room.input(1_000, Some(&Said { after: 0, lag: 0, key, retracts: false })).await;
        }
        room.run_until(1_000 + MINUTE - 1, 0).await;
        assert!(room.posts.is_empty());
        room.run_until(i64::MAX / 2, 0).await;
        assert_eq!(room.posts.len(), 1);
        let content = &room.posts[0].1;
        assert!(content.contains("250 to celebrate") && content.contains("and 240 more"));
        assert!(content.contains("key-9;") && !content.contains("key-10;"));
        // One of the counted ones is taken back: the message follows.
        room.input(MINUTE * 9, Some(&Said { after: 0, lag: 0, key: 77, retracts: true })).await;
        assert_eq!((room.posts.len(), room.edits), (1, 1));
    });
    drop(std::fs::remove_file(&file));
}
