//! Numbers to a table for people and JSON lines for machines.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};

/// One measured scenario of one target.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub target: &'static str,
    pub scenario: String,
    pub events: u64,
    pub commands: u64,
    pub seconds: f64,
    pub ack_us: [u32; 3],
    pub reply_us: [u32; 3],
    pub cpu_ms_per_1000: f64,
    pub stub_cpu_ms_per_1000: f64,
    pub rss_kib: u64,
    pub lost: u64,
    pub doubled: u64,
    pub disordered: u64,
    pub others: u64,
    /// What else the scenario found, by name.
    pub more: Vec<(String, Value)>,
}

/// p50, p95, p99 by nearest rank.
pub fn percentiles(values: &mut [u32]) -> [u32; 3] {
    values.sort_unstable();
    [50, 95, 99].map(|percent| {
        let rank = (values.len() * percent).div_ceil(100);
        values.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    })
}

fn ms(us: u32) -> String {
    format!("{:.2}", f64::from(us) / 1000.0)
}

impl Row {
    fn per_second(&self, count: u64) -> f64 {
        if self.seconds > 0.0 { count as f64 / self.seconds } else { 0.0 }
    }

    fn line(&self) -> String {
        let [a50, a95, a99] = self.ack_us.map(ms);
        let [r50, r95, r99] = self.reply_us.map(ms);
        let reply = if self.commands == 0 { "–".into() } else { format!("{r50}/{r95}/{r99}") };
        let mut line = format!(
            "{:<13} {:<16} {:>9.0} {:>9.0}  {:>20} {:>22} {:>9.2} {:>7.1} {:>5} {:>5} {:>5}",
            self.target,
            self.scenario,
            self.per_second(self.events),
            self.per_second(self.commands),
            format!("{a50}/{a95}/{a99}"),
            reply,
            self.cpu_ms_per_1000,
            self.rss_kib as f64 / 1024.0,
            self.lost,
            self.doubled,
            self.disordered,
        );
        for (name, value) in &self.more {
            line.push_str(&format!("\n{:31}{name}: {value}", ""));
        }
        line
    }

    fn json(&self) -> Value {
        let [a50, a95, a99] = self.ack_us;
        let [r50, r95, r99] = self.reply_us;
        let mut json = json!({
            "target": self.target, "scenario": self.scenario, "events": self.events,
            "commands": self.commands, "seconds": self.seconds,
            "events_per_s": self.per_second(self.events),
            "commands_per_s": self.per_second(self.commands),
            "ack_us": {"p50": a50, "p95": a95, "p99": a99},
            "reply_us": {"p50": r50, "p95": r95, "p99": r99},
            "cpu_ms_per_1000_events": self.cpu_ms_per_1000,
            "stub_cpu_ms_per_1000_events": self.stub_cpu_ms_per_1000,
            "rss_kib": self.rss_kib, "lost": self.lost, "doubled": self.doubled,
            "out_of_order": self.disordered, "other_sends": self.others,
        });
        for (name, value) in &self.more {
            json[name] = value.clone();
        }
        json
    }
}

/// The table's head, with what was raised for the load.
pub fn head(raised: &[(&str, &str)]) -> String {
    let limits: Vec<String> =
        raised.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "limits raised for the load: {}\n{:<13} {:<16} {:>9} {:>9}  {:>20} {:>22} {:>9} {:>7} {:>5} {:>5} {:>5}",
        limits.join(" "),
        "target",
        "scenario",
        "events/s",
        "cmds/s",
        "ack ms 50/95/99",
        "reply ms 50/95/99",
        "CPU ms/k",
        "RSS MiB",
        "lost",
        "twice",
        "order",
    )
}

/// Prints the row and appends it to the file.
pub fn put(out: &mut dyn Write, file: &std::path::Path, row: &Row) -> Result<()> {
    writeln!(out, "{}", row.line())?;
    let mut lines = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(lines, "{}", row.json())?;
    Ok(())
}
