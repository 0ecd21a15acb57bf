//! Boards from the entries: revenue, new clients, penetration and breadth by period and industry, with
//! since when each score is kept. Keeps the whole history of every score, and reads the answer off it.
use super::calendar::{Calendar, Day, KINDS, Period, day};
use super::entries::Entry;
use super::read::{Export, MANIFEST};
use super::{Report, finding};
use std::collections::{BTreeMap, BTreeSet};

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
    /// The partner's part of the client, of 1000, when the sale was approved.
    part: i128,
}

/// Industry and period in which new clients count twice.
pub type Doubled = BTreeSet<(String, String)>;

#[derive(Default)]
struct Books {
    /// By partner and client.
    held: BTreeMap<(String, String), Vec<Held>>,
    /// Every score that there ever was: since when, and what.
    history: BTreeMap<Key, Vec<(i64, i128)>>,
    /// In which industries a partner has something left, by partner and period.
    left: BTreeMap<(String, String), BTreeSet<String>>,
}

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    let manifest = &export.manifest;
    let text = |name: &str| manifest[name].as_str().unwrap_or_default();
    let grace = manifest["grace_days"].as_i64().unwrap_or_default();
    let calendar = match Calendar::new(text("timezone"), text("week_start"), grace) {
        Ok(calendar) => calendar,
        Err(error) => return report.findings.push(finding(MANIFEST, None, error.to_string())),
    };
    let (mut boards, odd) = replay(entries, &calendar, &doubled(export));
    boards.append(&mut super::help::all(export, &calendar));
    report.boards = boards;
    for seq in odd {
        report.findings.push(finding("entries", Some(seq), "a field is missing"));
    }
    compare(export, report);
}

/// Periods that began with less than a twentieth of an industry's accounts won.
fn doubled(export: &Export) -> Doubled {
    let start = |row: super::read::Row<'_>| {
        let (clients, targets) = (row.number("clients")?, row.number("targets")?);
        let key = (row.text("industry")?.to_owned(), row.text("period")?.to_owned());
        (i128::from(clients) * 20 < i128::from(targets)).then_some(key)
    };
    export.rows("industry_starts").filter_map(start).collect()
}

/// Every score that is not 0 with since when it is kept, and the entries that cannot be read.
#[must_use]
pub fn replay(entries: &[Entry], calendar: &Calendar, doubled: &Doubled) -> (Boards, Vec<i64>) {
    let (mut books, mut boards, mut odd) = (Books::default(), Boards::new(), Vec::new());
    for entry in entries.iter().filter(|entry| entry.is_credit()) {
        if books.take(entry, calendar, doubled).is_none() {
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
pub(super) fn since(scores: &[(i64, i128)], score: i128) -> i64 {
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
    fn take(&mut self, entry: &Entry, calendar: &Calendar, doubled: &Doubled) -> Option<()> {
        let client = entry.text("client")?;
        let (sale, on) = (entry.text("sale")?, day(entry.text("on")?)?);
        let industry = entry.text("industry").map(str::to_owned);
        let parts = sums(entry);
        let thousandths = thousandths(&entry.shares().collect::<Vec<_>>());
        for (partner, minor) in parts.iter().map(|(partner, minor)| (*partner, *minor)) {
            let mut moved: BTreeMap<Key, i128> = BTreeMap::new();
            let mut add = |metric: &str, period: Period, scope: &str, by: i128| {
                let key = (metric.to_owned(), period.name, scope.to_owned(), partner.to_owned());
                *moved.entry(key).or_default() += by;
            };
            let mut scopes = vec![None];
            scopes.extend(industry.clone().map(Some));
            for (kind, scope) in pairs(&scopes) {
                let period = calendar.counts_in(kind, on, entry.at);
                add("revenue", period, scope.as_deref().unwrap_or_default(), minor);
            }
            let held = self.held.entry((partner.to_owned(), client.to_owned())).or_default();
            let before: Vec<_> = scopes.iter().map(|scope| first(held, scope)).collect();
            let part = thousandths.get(partner).copied().unwrap_or_default();
            let new = Held {
                sale: sale.to_owned(),
                seq: entry.seq,
                at: entry.at,
                on,
                industry: industry.clone(),
                minor,
                part,
            };
            book(held, new);
            for (scope, before) in scopes.iter().zip(before) {
                let after = first(held, scope);
                if before.as_ref().map(|win| &win.sale) == after.as_ref().map(|win| &win.sale) {
                    continue;
                }
                for (win, sign) in [(before, -1), (after, 1)] {
                    let Some(win) = win else { continue };
                    for kind in KINDS {
                        let own = calendar.counts_in(kind, win.on, win.at);
                        let within = won_in(calendar, kind, (win.on, win.at), entry.at);
                        let Some(slug) = scope else {
                            add("clients", within, "", sign);
                            continue;
                        };
                        let twice = doubled.contains(&(slug.clone(), own.name));
                        let by = sign * win.part * if twice { 2 } else { 1 };
                        add("clients", within.clone(), slug, sign);
                        add("penetration", within.clone(), slug, by);
                        add("penetration", within, "", by);
                    }
                }
            }
            let revenue = moved.keys().filter(|key| key.0 == "revenue" && !key.2.is_empty());
            let periods = revenue.map(|key| (key.1.clone(), key.2.clone())).collect();
            self.write(entry.at, moved);
            self.reach(entry.at, partner, periods);
        }
        Some(())
    }

    /// Breadth is what the boards of revenue say: in how many industries something is left.
    fn reach(&mut self, at: i64, partner: &str, moved: Vec<(String, String)>) {
        for (period, industry) in moved {
            let revenue = ("revenue".to_owned(), period.clone(), industry, partner.to_owned());
            let (_, period, industry, who) = &revenue;
            let scores = self.history.get(&revenue);
            let left = scores.and_then(|scores| scores.last()).is_some_and(|(_, score)| *score > 0);
            let inside = self.left.entry((who.clone(), period.clone())).or_default();
            if left {
                inside.insert(industry.clone());
            } else {
                inside.remove(industry);
            }
            let count = i128::try_from(inside.len()).unwrap_or(i128::MAX);
            let key = ("breadth".to_owned(), period.clone(), String::new(), who.clone());
            let scores = self.history.entry(key).or_default();
            if scores.last().map_or(0, |(_, last)| *last) != count {
                scores.push((at, count));
            }
        }
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

/// What each partner gets of an entry.
fn sums(entry: &Entry) -> BTreeMap<&str, i128> {
    let mut parts = BTreeMap::new();
    for (partner, minor) in entry.shares() {
        *parts.entry(partner).or_default() += minor;
    }
    parts
}

/// A new sale, or a change of one that is held.
fn book(held: &mut Vec<Held>, new: Held) {
    match held.iter_mut().find(|held| held.sale == new.sale) {
        Some(old) => old.minor += new.minor,
        None => held.push(new),
    }
    held.retain(|held| held.minor > 0);
}

/// The first win of those that are held.
fn first(held: &[Held], scope: &Option<String>) -> Option<Win> {
    let inside = held.iter().filter(|held| scope.is_none() || held.industry == *scope);
    let first = inside.min_by_key(|held| (held.on, held.seq))?;
    Some(Win { sale: first.sale.clone(), on: first.on, at: first.at, part: first.part })
}

struct Win {
    sale: String,
    on: Day,
    /// When the ledger took it.
    at: i64,
    part: i128,
}

/// Parts of 1000, rounded down; what is missing goes to the largest remainders, first to the first named.
fn thousandths(shares: &[(&str, i128)]) -> BTreeMap<String, i128> {
    let total: i128 = shares.iter().map(|share| share.1).sum();
    let mut parts = BTreeMap::new();
    if total <= 0 {
        return parts;
    }
    let cut = |share: &(&str, i128)| (share.1 * 1_000 / total, share.1 * 1_000 % total);
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|at| -cut(&shares[*at]).1);
    let missing = 1_000 - shares.iter().map(|share| cut(share).0).sum::<i128>();
    let missing = usize::try_from(missing).unwrap_or_default();
    for (place, at) in order.into_iter().enumerate() {
        let part = cut(&shares[at]).0 + i128::from(place < missing);
        *parts.entry(shares[at].0.to_owned()).or_default() += part;
    }
    parts
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
