//! The scenario `boards-live`: sales are approved at an even pace, and what others see of it is watched: state
//! events by key, edits of pinned boards, and when the last of them stood in the room.
//!
//! Limits are the program's own here, those of one speaker apart.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::feed::{Kind, Load, Speaker};
use crate::report::Row;
use crate::scenarios::Session;
use crate::setup;
use crate::target::OWNER;

const RATE: f64 = 200.0;
const SALES: u64 = 12_000;
/// Nothing new in the room for so long: all has been told.
const CALM: Duration = Duration::from_secs(20);
const BOARD: &str = "agency.siso.partners.leaderboard";

/// What others saw: states with their keys and contents, and rooms in which a message was edited.
#[derive(Default)]
pub struct Seen {
    pub states: Vec<(Instant, String, Value)>,
    pub edits: Vec<(Instant, String)>,
}

impl Session {
    /// Claims first; then their approvals, two hundred a second.
    pub async fn boards_live(&mut self) -> Result<Row> {
        let sales = ((SALES as f64 * self.scale) as u64).max(200);
        self.calm().await;
        let before = self.stub.borrow().stats.made();
        let claims = Load { window: 500, ..closed(Kind::Sale, sales) };
        let claimed = self.measure("claims", claims).await?;
        ensure!(claimed.lost == 0, "{} claims were not answered", claimed.lost);
        self.calm().await;
        let control = setup::control_room(&self.stub.borrow().world).context("a control room")?;
        let owner = Speaker { user: OWNER.to_owned(), room: control };
        let others = std::mem::replace(&mut self.stub.borrow_mut().stats.speakers, vec![owner]);
        self.stub.borrow_mut().seen = Seen::default();
        let (started, less) = (Instant::now(), before + sales - 1);
        let load = Load { rate: Some(RATE), ..closed(Kind::Approve { less }, sales) };
        let mut row = self.measure("boards-live", load).await?;
        let last = Instant::now();
        self.calm().await;
        self.stub.borrow_mut().stats.speakers = others;
        row.more = report(&self.stub.borrow().seen, started, last);
        Ok(row)
    }

    /// Waits until neither states nor edits come any more.
    async fn calm(&self) {
        let since = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let stub = self.stub.borrow();
            let newest = stub.seen.states.last().map(|(at, ..)| *at);
            let newest = newest.max(stub.seen.edits.last().map(|(at, _)| *at)).unwrap_or(since);
            if newest.elapsed() > CALM && stub.queue.is_empty() {
                return;
            }
        }
    }
}

fn closed(kind: Kind, events: u64) -> Load {
    Load { kind, events, per_txn: 100, rate: None, window: 2_000, redeliver: 0 }
}

fn report(seen: &Seen, started: Instant, last: Instant) -> Vec<(String, Value)> {
    let times: Vec<Instant> = seen.states.iter().map(|(at, ..)| *at).collect();
    let mut keys: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
    for (at, key, _) in &seen.states {
        keys.entry(key).or_default().push(*at);
    }
    let gaps = keys.values().flat_map(|times| times.windows(2).map(|two| two[1] - two[0]));
    let edits: Vec<Instant> = seen.edits.iter().map(|(at, _)| *at).collect();
    let mut by_room: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
    for (at, room) in &seen.edits {
        by_room.entry(room).or_default().push(*at);
    }
    let seconds = (last - started).as_secs_f64();
    let boards = seen.states.iter().filter(|(_, key, _)| key.starts_with(BOARD));
    let newest = boards.clone().max_by_key(|(_, _, content)| content["ledger_seq"].as_i64());
    let seq = newest.and_then(|(_, _, content)| content["ledger_seq"].as_i64());
    let behind = boards.filter(|(_, _, content)| content["ledger_seq"].as_i64() == seq);
    let behind = behind.map(|(at, ..)| *at).max().map(|at| ms(at.saturating_duration_since(last)));
    let per_key = keys.iter().filter(|(key, _)| key.starts_with(BOARD));
    let per_key = per_key.map(|(key, times)| ((*key).to_owned(), json!(times.len())));
    // Each review card is edited once, in one room; the rest are boards and celebrations.
    let cards = by_room.values().map(Vec::len).max().unwrap_or(0);
    vec![
        ("approved_in_s".into(), json!(seconds)),
        ("states".into(), json!(times.len())),
        ("state_keys".into(), json!(keys.len())),
        ("states_in_any_second_max".into(), json!(crowd(&times))),
        ("gap_of_a_key_min_ms".into(), json!(gaps.min().map(ms))),
        ("edits".into(), json!(edits.len())),
        ("edits_of_review_cards".into(), json!(cards)),
        ("edits_of_boards_and_wins".into(), json!(edits.len() - cards)),
        ("last_state_after_last_answer_ms".into(), json!(behind)),
        ("last_ledger_seq_in_state".into(), json!(seq)),
        ("states_by_board".into(), Value::Object(per_key.collect())),
    ]
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The most of them within a second.
fn crowd(times: &[Instant]) -> usize {
    let second = Duration::from_secs(1);
    let within =
        |at: usize| times[at..].iter().take_while(|time| **time - times[at] < second).count();
    (0..times.len()).map(within).max().unwrap_or(0)
}
