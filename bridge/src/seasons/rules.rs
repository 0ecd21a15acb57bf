//! When a period may be closed, what its final result is as a text, what stands in the hall of fame.
//! Pure.
use crate::leaderboard::finals::{End, OrganizationEnd};
use crate::leaderboard::rules::BoardKey;
use crate::platform::refusal::{Code, Refusal};
use jiff::civil::Date;
use schema::ids::PartnerId;
use schema::period::{Calendar, GRACE_DAYS, Period, PeriodKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Ranks that are congratulated.
pub const TOP_RANK: u32 = 3;
/// Rows of them, where ties make more than three.
pub const TOP_ROWS_MAX: usize = 5;
/// What the hall of fame holds of each kind, the newest.
pub const HALL: [(PeriodKind, usize); 4] = [
    (PeriodKind::Year, 10),
    (PeriodKind::Quarter, 4),
    (PeriodKind::Month, 6),
    (PeriodKind::Week, 4),
];
/// Periods of one kind that are looked at for what can be closed.
pub const BACK_MAX: usize = 12;

/// A board at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    pub key: BoardKey,
    pub ends: Vec<End>,
}

impl Board {
    /// How many are ranked for others.
    #[must_use]
    pub fn participants(&self) -> i64 {
        let ranked = self.ends.iter().filter(|end| end.rank.is_some()).count();
        i64::try_from(ranked).unwrap_or(i64::MAX)
    }

    /// Those who are congratulated.
    pub fn top(&self) -> impl Iterator<Item = &End> {
        let high = |end: &&End| end.rank.is_some_and(|rank| rank <= TOP_RANK);
        self.ends.iter().filter(high).take(TOP_ROWS_MAX)
    }
}

/// A board whose rows are organizations at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationBoard {
    pub key: BoardKey,
    pub ends: Vec<OrganizationEnd>,
}

impl OrganizationBoard {
    pub fn ranked(&self) -> impl Iterator<Item = (u32, &OrganizationEnd)> {
        self.ends.iter().filter_map(|end| Some((end.rank?, end)))
    }
}

/// The organizations' part of a final result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organizations {
    pub boards: Vec<OrganizationBoard>,
    /// Members who count for none, because they do not stand with their name. Without them nobody could
    /// count the rows again once somebody shows themselves otherwise.
    pub unnamed: BTreeSet<PartnerId>,
}

/// What a final result says beside its boards.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    pub period: Period,
    pub bounds: (i64, i64),
    pub timezone: &'a str,
    pub ledger_seq: i64,
    pub ledger_hash: &'a str,
}

/// The text of a final result: a line that says when and of which ledger, then a line for each place,
/// by industry (the program's first), metric and place; then the same for organizations, and who counts for
/// none. A program without organizations has none of these.
/// The page for auditors tells how to make it from an export.
#[must_use]
pub fn text(head: Head<'_>, boards: &[Board], organizations: &Organizations) -> String {
    let Head { period, bounds: (from, to), timezone, ledger_seq, ledger_hash } = head;
    let mut text = format!("{period} {from} {to} {timezone} {ledger_seq} {ledger_hash}\n");
    let mut boards: Vec<&Board> = boards.iter().collect();
    boards.sort_by_key(|board| (&board.key.industry, board.key.metric.as_str()));
    for board in boards {
        let industry = board.key.industry.as_deref().unwrap_or("-");
        for end in &board.ends {
            let rank = rank_text(end.rank);
            let End { partner, score, .. } = end;
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "{} {industry} {partner} {rank} {} {}",
                board.key.metric, score.score, score.reached_at
            );
        }
    }
    let mut boards: Vec<&OrganizationBoard> = organizations.boards.iter().collect();
    boards.sort_by_key(|board| (&board.key.industry, board.key.metric.as_str()));
    for board in boards {
        let industry = board.key.industry.as_deref().unwrap_or("-");
        for OrganizationEnd { slug, rank, score } in &board.ends {
            let (metric, rank) = (board.key.metric, rank_text(*rank));
            let _ = writeln!(text, "organization {metric} {industry} {slug} {rank} {score}");
        }
    }
    for partner in &organizations.unnamed {
        let _ = writeln!(text, "unnamed {partner}");
    }
    text
}

fn rank_text(rank: Option<u32>) -> String {
    rank.map_or_else(|| "-".to_owned(), |rank| rank.to_string())
}

/// SHA-256 in lower-case hex.
#[must_use]
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// # Errors
/// When the words name no period.
pub fn period(text: &str) -> Result<Period, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(Code::Date, "A period is written 2026-11, 2026-W47, 2026-Q4 or 2026.")
            .example("season show 2026-10")
    })
}

/// # Errors
/// When it still takes what belongs to it: says from when on it can be closed.
pub fn may_close(calendar: &Calendar, period: Period, now: i64) -> Result<(), Refusal> {
    let Some(at) = calendar.closes_at(period) else {
        let sentence = "All time has no end; close a week, a month, a quarter or a year.";
        return Err(Refusal::new(Code::Date, sentence).example("season close 2026-10"));
    };
    if now >= at {
        return Ok(());
    }
    let zone = calendar.zone_name();
    let sentence = format!(
        "{period} still takes what belongs to it. It can be closed from {} on ({zone}), \
         {GRACE_DAYS} full days after its end.",
        local(calendar, at)
    );
    Err(Refusal::new(Code::Date, sentence).example("season list"))
}

/// `2026-12-08 00:00` in the program's zone.
fn local(calendar: &Calendar, at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(
        |_| calendar.day_of(at).to_string(),
        |instant| instant.to_zoned(calendar.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

#[must_use]
pub fn nobody(period: Period) -> Refusal {
    let sentence = format!("Nobody stands on a board of {period}: there is nothing to close.");
    Refusal::new(Code::Ref, sentence).example("season list")
}

#[must_use]
pub fn closed_before(period: Period) -> Refusal {
    let sentence = format!("{period} was closed before; it stays as it is.");
    Refusal::new(Code::Dup, sentence).example(format!("season show {period}"))
}

#[must_use]
pub fn not_closed(period: Period) -> Refusal {
    let sentence = format!("{period} is not closed, or never was: `season list` shows which are.");
    Refusal::new(Code::Ref, sentence).example("season list")
}

/// Months, quarters and years that became ready to be closed after one instant and up to another,
/// the oldest first; of each kind at most the newest [`BACK_MAX`].
#[must_use]
pub fn became_ready(calendar: &Calendar, after: i64, now: i64) -> Vec<Period> {
    let mut ready = Vec::new();
    for kind in [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year] {
        let mut at = now;
        let mut left = BACK_MAX;
        while let (Some((from, _)), true) =
            (calendar.bounds(calendar.period_at(kind, at)), left > 0)
        {
            let period = calendar.period_at(kind, from - 1);
            let Some(closes) = calendar.closes_at(period).filter(|closes| *closes > after) else {
                break;
            };
            if closes <= now {
                ready.push((closes, period));
                left -= 1;
            }
            at = from - 1;
        }
    }
    ready.sort_by_key(|(closes, _)| *closes);
    ready.into_iter().map(|(_, period)| period).collect()
}

/// The next instant at which a month can be closed: quarters and years end with one.
#[must_use]
pub fn next_ready(calendar: &Calendar, now: i64) -> Option<i64> {
    let this = calendar.period_at(PeriodKind::Month, now);
    let (from, _) = calendar.bounds(this)?;
    let last = calendar.period_at(PeriodKind::Month, from - 1);
    [last, this].into_iter().filter_map(|month| calendar.closes_at(month)).find(|at| *at > now)
}

/// The month that something of the day `on` counts in, where that is another than its own because the
/// ledger took it after its own was over for good.
#[must_use]
pub fn late(calendar: &Calendar, on: Date, posted_at: i64) -> Option<Period> {
    let (period, is_late) = calendar.counted_in(PeriodKind::Month, on, posted_at);
    is_late.then_some(period)
}

#[cfg(test)]
mod tests;
