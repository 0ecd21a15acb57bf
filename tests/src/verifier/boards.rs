//! Boards from the entries: revenue and new clients by period and industry, with since when each score
//! is kept. Keeps the whole history of every score, and reads the answer off it.
use super::calendar::{Calendar, Day, KINDS, Period, day};
use super::entries::Entry;
use super::read::{Export, MANIFEST};
use super::{Report, finding};
use std::collections::BTreeMap;

/// Metric, period, industry (empty for the program) and partner.
pub type Key = (String, String, String, String);

/// Score, and since when it is kept.
pub type Boards = BTreeMap<Key, (i128, i64)>;

/// A sale as one partner holds it.
struct Held {
    sale: String,
    seq: i64,
    at: i64,
    on: Day,
    industry: Option<String>,
    minor: i128,
}

#[derive(Default)]
struct Books {
    /// By partner and client.
    held: BTreeMap<(String, String), Vec<Held>>,
    /// Every score that there ever was: since when, and what.
    history: BTreeMap<Key, Vec<(i64, i128)>>,
}

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    let manifest = &export.manifest;
    let text = |name: &str| manifest[name].as_str().unwrap_or_default();
    let grace = manifest["grace_days"].as_i64().unwrap_or_default();
    let calendar = match Calendar::new(text("timezone"), text("week_start"), grace) {
        Ok(calendar) => calendar,
        Err(error) => return report.findings.push(finding(MANIFEST, None, error.to_string())),
    };
    let (boards, odd) = replay(entries, &calendar);
    report.boards = boards;
    for seq in odd {
        report.findings.push(finding("entries", Some(seq), "a field is missing"));
    }
    compare(export, report);
}

/// Every score that is not 0 with since when it is kept, and the entries that cannot be read.
#[must_use]
pub fn replay(entries: &[Entry], calendar: &Calendar) -> (Boards, Vec<i64>) {
    let (mut books, mut boards, mut odd) = (Books::default(), Boards::new(), Vec::new());
    for entry in entries.iter().filter(|entry| entry.is_credit()) {
        if books.take(entry, calendar).is_none() {
            odd.push(entry.seq);
        }
    }
    for (key, scores) in books.history {
        let Some((_, score)) = scores.last().copied() else { continue };
        if score != 0 {
            boards.insert(key, (score, since(&scores, score)));
        }
    }
    (boards, odd)
}

/// Since when a score is kept: from the last change that brought it up to here and was never undone.
fn since(scores: &[(i64, i128)], score: i128) -> i64 {
    let last = scores.last().map_or(0, |(at, _)| *at);
    if score < 0 {
        return last;
    }
    let kept = scores.iter().rev().take_while(|(_, other)| *other >= score);
    kept.last().map_or(last, |(at, _)| *at)
}

fn compare(export: &Export, report: &mut Report) {
    let mut missing = report.boards.clone();
    for (number, row) in (1..).zip(export.rows("standings")) {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        let key = (text("metric"), text("period"), text("industry"), text("partner"));
        let stored = row.number("score").zip(row.number("reached_at"));
        let replayed = missing.remove(&key);
        if stored.map(|(score, at)| (i128::from(score), at)) != replayed {
            let what = format!("{key:?} is {stored:?}, the entries make {replayed:?}");
            report.findings.push(finding("standings", Some(number), what));
        }
    }
    for (key, score) in missing {
        let what = format!("{key:?} is missing, the entries make {score:?}");
        report.findings.push(finding("standings", None, what));
    }
}

impl Books {
    fn take(&mut self, entry: &Entry, calendar: &Calendar) -> Option<()> {
        let client = entry.text("client")?;
        let (sale, on) = (entry.text("sale")?, day(entry.text("on")?)?);
        let industry = entry.text("industry").map(str::to_owned);
        let mut parts: BTreeMap<&str, i128> = BTreeMap::new();
        for (partner, minor) in entry.shares() {
            *parts.entry(partner).or_default() += minor;
        }
        for (partner, minor) in parts {
            let mut moved: BTreeMap<Key, i128> = BTreeMap::new();
            let mut add = |metric: &str, period: Period, scope: &Option<String>, by: i128| {
                let scope = scope.clone().unwrap_or_default();
                let key = (metric.to_owned(), period.name, scope, partner.to_owned());
                *moved.entry(key).or_default() += by;
            };
            let mut scopes = vec![None];
            scopes.extend(industry.clone().map(Some));
            for (kind, scope) in pairs(&scopes) {
                add("revenue", calendar.counts_in(kind, on, entry.at), scope, minor);
            }
            let held = self.held.entry((partner.to_owned(), client.to_owned())).or_default();
            let before: Vec<_> = scopes.iter().map(|scope| first(held, scope)).collect();
            match held.iter_mut().find(|held| held.sale == sale) {
                Some(held) => held.minor += minor,
                None => held.push(Held {
                    sale: sale.to_owned(),
                    seq: entry.seq,
                    at: entry.at,
                    on,
                    industry: industry.clone(),
                    minor,
                }),
            }
            held.retain(|held| held.minor > 0);
            for (scope, before) in scopes.iter().zip(before) {
                let after = first(held, scope);
                if before.as_ref().map(|win| &win.0) == after.as_ref().map(|win| &win.0) {
                    continue;
                }
                for (win, by) in [(before, -1), (after, 1)] {
                    let Some((_, on, at)) = win else { continue };
                    for kind in KINDS {
                        let period = won_in(calendar, kind, (on, at), entry.at);
                        add("clients", period, scope, by);
                    }
                }
            }
            self.write(entry.at, moved);
        }
        Some(())
    }

    fn write(&mut self, at: i64, moved: BTreeMap<Key, i128>) {
        for (key, by) in moved.into_iter().filter(|(_, by)| *by != 0) {
            let scores = self.history.entry(key).or_default();
            let score = scores.last().map_or(0, |(_, score)| *score) + by;
            scores.push((at, score));
        }
    }
}

fn pairs(scopes: &[Option<String>]) -> impl Iterator<Item = (&'static str, &Option<String>)> {
    KINDS.into_iter().flat_map(|kind| scopes.iter().map(move |scope| (kind, scope)))
}

/// The first win of those that are held: sale, day, and when the ledger took it.
fn first(held: &[Held], scope: &Option<String>) -> Option<(String, Day, i64)> {
    let inside = held.iter().filter(|held| scope.is_none() || held.industry == *scope);
    let first = inside.min_by_key(|held| (held.on, held.seq))?;
    Some((first.sale.clone(), first.on, first.at))
}

/// Where a win counts: what is closed by now does not change, the open period takes it.
fn won_in(calendar: &Calendar, kind: &str, (on, at): (Day, i64), now: i64) -> Period {
    let period = calendar.counts_in(kind, on, at);
    if calendar.is_closed(&period, now) {
        calendar.period(kind, calendar.day_at(now))
    } else {
        period
    }
}
