//! The scenarios: which load, and what is measured.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::feed::{Feed, Kind, Load};
use crate::report::{Row, percentiles};
use crate::stub::{Faults, Shared};
use crate::target::{Target, Usage, usage};

/// No answer for so long: what is missing now is lost.
const STALE: Duration = Duration::from_secs(10);
/// No send for so long: everything owed was sent.
const CALM: Duration = Duration::from_secs(1);
/// What needs no homeserver.
pub const ALONE: [&str; 6] = ["text", "search", "boards", "books", "statement", "pictures"];
pub const NAMES: [&str; 12] = [
    "text",
    "search",
    "books",
    "statement",
    "me",
    "sale",
    "chatter",
    "chatter1",
    "mixed",
    "faults",
    "memory",
    "start",
];

pub struct Session {
    pub stub: Shared,
    pub target: Target,
    /// Scales the number of events.
    pub scale: f64,
}

fn closed(kind: Kind, events: u64) -> Load {
    Load { kind, events, per_txn: 100, rate: None, window: 2_000, redeliver: 0 }
}

impl Session {
    fn scaled(&self, events: u64) -> u64 {
        ((events as f64 * self.scale) as u64).max(100)
    }

    /// Runs a scenario by name; None if the target does not have it.
    pub async fn run(&mut self, name: &str) -> Result<Option<Row>> {
        let chatter1 = Load { per_txn: 1, ..closed(Kind::Chatter, self.scaled(20_000)) };
        let load = match name {
            "me" => closed(Kind::Me, self.scaled(100_000)),
            "sale" => closed(Kind::Sale, self.scaled(50_000)),
            "chatter" => closed(Kind::Chatter, self.scaled(500_000)),
            "chatter1" => chatter1,
            "mixed" => Load { rate: Some(1_000.0), ..closed(Kind::Mixed, self.scaled(20_000)) },
            "faults" => return self.faults().await.map(Some),
            "boards-live" => return self.boards_live().await.map(Some),
            "memory" => return self.memory().await.map(Some),
            _ => return Ok(None),
        };
        let warm = Load { events: load.events / 10, ..load.clone() };
        self.measure("warm", warm).await?;
        self.measure(name, load).await.map(Some)
    }

    pub async fn measure(&mut self, name: &str, load: Load) -> Result<Row> {
        let before = self.target.usage()?;
        let own = usage("self")?;
        let (started, kind) = (Instant::now(), load.kind);
        {
            let mut stub = self.stub.borrow_mut();
            stub.stats.reset();
            stub.feed = Feed::Running { load, started, made: 0 };
            stub.changed.notify_one();
        }
        self.finish().await;
        let mut row = self.row(name, started, before, own)?;
        if kind == Kind::Sale && self.target.name == "partnerspace" {
            self.wholly(&mut row, started).await;
        }
        self.stub.borrow_mut().feed = Feed::Idle;
        Ok(row)
    }

    fn row(&self, name: &str, started: Instant, before: Usage, own: Usage) -> Result<Row> {
        let after = self.target.usage()?;
        let own_after = usage("self")?;
        let mut stub = self.stub.borrow_mut();
        let stats = &mut stub.stats;
        let per_1000 = |cpu_s: f64| cpu_s * 1e6 / stats.acked.max(1) as f64;
        let cpu_ms_per_1000 = per_1000(after.cpu_s - before.cpu_s);
        let stub_cpu_ms_per_1000 = per_1000(own_after.cpu_s - own.cpu_s);
        Ok(Row {
            target: self.target.name,
            scenario: name.to_owned(),
            events: stats.acked,
            commands: stats.answered,
            seconds: stats.last.duration_since(started).as_secs_f64(),
            ack_us: percentiles(&mut stats.acks_us),
            reply_us: percentiles(&mut stats.replies_us),
            cpu_ms_per_1000,
            stub_cpu_ms_per_1000,
            rss_kib: after.rss_kib,
            lost: stats.lost(),
            doubled: stats.doubled,
            disordered: stats.disordered,
            others: stats.others,
            more: Vec::new(),
        })
    }

    /// A sale is wholly processed when its review card is sent too: the time until then.
    async fn wholly(&mut self, row: &mut Row, started: Instant) {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let stub = self.stub.borrow();
            if stub.stats.last.elapsed() > CALM {
                let seconds = stub.stats.last.duration_since(started).as_secs_f64();
                row.more.push(("all_sends_s".into(), json!(seconds)));
                row.more.push(("other_sends".into(), json!(stub.stats.others)));
                let rate = row.commands as f64 / seconds;
                row.more.push(("commands_wholly_sent_per_s".into(), json!(rate)));
                return;
            }
        }
    }

    async fn finish(&mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let stub = self.stub.borrow();
            let done = stub.all_pushed() && stub.stats.outstanding() == 0 && !stub.pushing;
            if done || stub.stats.last.elapsed() > STALE {
                return;
            }
        }
    }

    /// 5 % each of 429, 500 and cut connections, half of the errors and cuts after the effect;
    /// transactions and events delivered again.
    async fn faults(&mut self) -> Result<Row> {
        self.stub.borrow_mut().faults = Faults { limited: 5, error: 5, cut: 5 };
        let events = self.scaled(20_000);
        let load = Load { redeliver: 5, ..closed(Kind::Me, events) };
        let row = self.measure("faults", load).await;
        self.stub.borrow_mut().faults = Faults::default();
        row
    }

    /// Resident memory idle, and while a million events pass, a tenth of them commands.
    async fn memory(&mut self) -> Result<Row> {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let idle = self.target.usage()?.rss_kib;
        let tenth = self.scaled(100_000);
        let mut marks = Vec::new();
        let mut row = Row::default();
        for _ in 0..10 {
            row = self.measure("memory", closed(Kind::Mixed, tenth)).await?;
            marks.push(row.rss_kib);
        }
        let (first, last) = (marks.get(1).copied().unwrap_or(0), row.rss_kib);
        let growth = (last as f64 - first as f64) / (8.0 * tenth as f64) * 100_000.0;
        row.more = vec![
            ("rss_idle_kib".into(), json!(idle)),
            ("rss_after_kib".into(), json!(last)),
            ("rss_each_tenth_kib".into(), json!(marks)),
            ("growth_kib_per_100000_events".into(), json!(growth)),
        ];
        Ok(row)
    }
}
