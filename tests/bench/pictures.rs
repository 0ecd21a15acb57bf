//! What a picture costs: a board of ten rows and one's own, a report, a goal, painted and deflated in process.
use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use bridge::pictures::{self, Bar, Goal, Head, Picture, Point, Unit};
use schema::money::{Currency, Money};

use crate::report::percentiles;

const ROUNDS: usize = 200;

pub fn print() -> Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("pictures: load average before {}", load.split(' ').next().unwrap_or_default());
    let euro = Currency::parse("EUR")?;
    let head = Head { title: "Revenue · 2026-11", under: "Example Partners" };
    let rows = rows(euro);
    measure("a board of ten rows and one's own", || pictures::board(head, &rows));
    let (months, unit) = (months(), Unit::Money(euro));
    let under = Head { title: "By industry · 2026-11", under: "The mark is 2026-10" };
    let few = &rows[..6];
    measure("a report", || pictures::report(head, &months, &unit, (under, few)));
    measure("a trend", || pictures::trend(head, &months, &unit));
    let goal = goal(euro);
    measure("a goal", || pictures::goal(&goal));
    Ok(())
}

fn measure(what: &str, paint: impl Fn() -> Picture) {
    let mut micros = Vec::with_capacity(ROUNDS);
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        bytes = black_box(paint()).bytes.len();
        micros.push(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    let [p50, p95, p99] = percentiles(&mut micros);
    println!("pictures: {what}: p50/p95/p99 {p50}/{p95}/{p99} µs, {bytes} bytes");
}

fn rows(euro: Currency) -> Vec<Bar> {
    let names =
        ["Ana Larsen", "Ben Okafor", "Дарья Иванова", "Ελένη Παπαδοπούλου", "Nguyễn Thị Ánh"];
    let bar = |rank: u32| {
        let value = 9_240_000 / i64::from(rank);
        Bar {
            rank: Some(rank),
            name: names[rank as usize % names.len()].to_owned(),
            value,
            label: Money::new(value, euro).to_string(),
            note: format!("▲{rank}"),
            own: rank == 11,
            apart: rank == 11,
            ..Bar::default()
        }
    };
    (1..=11).map(bar).collect()
}

fn months() -> Vec<Point> {
    let values = [0, 1_240_000, 900_000, 2_350_000, 2_100_000, 3_999_900];
    let point = |(n, value): (usize, &i64)| Point { label: format!("M{n}"), value: *value };
    values.iter().enumerate().map(point).collect()
}

fn goal(euro: Currency) -> Goal {
    let money = |minor| Money::new(minor, euro).to_string();
    Goal {
        title: "100 practices before Christmas".to_owned(),
        progress: 6_300_000,
        target: 10_000_000,
        progress_label: money(6_300_000),
        target_label: money(10_000_000),
        notes: vec!["until 2026-12-31".to_owned(), "7 partners together".to_owned()],
    }
}
