//! What a report is of, and how its figures compare.
use crate::leaderboard::rules::bps;
use crate::platform::refusal::{Code, Refusal};
use crate::playbooks::rules::Outcome;
use jiff::Span as Time;
use jiff::civil::Date;
use schema::period::{Calendar, Period, PeriodKind};

/// Without a sale for so long a partner is dormant.
pub const DORMANT_DAYS: i64 = 90;
/// Playbooks named in a report.
pub const PLAYBOOKS_MAX: usize = 5;
/// Industries with a row of their own.
pub const INDUSTRIES_MAX: usize = 40;

/// The time that a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub period: Period,
    /// Instants `[from_at, to_at)`; `to_at` is not past what is known.
    pub from_at: i64,
    pub to_at: i64,
    /// Local days `[from_on, to_on)`.
    pub from_on: Date,
    pub to_on: Date,
    /// Not over yet.
    pub is_open: bool,
}

impl Span {
    #[must_use]
    pub fn of(calendar: &Calendar, period: Period, now: i64) -> Self {
        let today = calendar.day_of(now);
        let tomorrow = today.tomorrow().unwrap_or(today);
        let first = period.first_day(calendar.week_start).unwrap_or(Date::ZERO);
        let end = period.end_day(calendar.week_start).unwrap_or(tomorrow);
        let (from_at, to_at) = calendar.bounds(period).unwrap_or((0, i64::MAX));
        let to_on = end.min(tomorrow);
        let to_at = to_at.min(now.saturating_add(1));
        Self { period, from_at, to_at, from_on: first, to_on, is_open: end >= tomorrow }
    }

    /// The day from which on a sale makes a partner active.
    #[must_use]
    pub fn active_from(&self) -> Date {
        self.to_on.saturating_sub(Time::new().days(DORMANT_DAYS))
    }
}

/// A period by the word that people use: `month` and the like for the present one, or its name.
///
/// # Errors
/// A refusal when it is no period, or has not begun.
pub fn period(word: Option<&str>, calendar: &Calendar, today: Date) -> Result<Period, Refusal> {
    let Some(word) = word else { return Ok(calendar.period_of(PeriodKind::Month, today)) };
    if let Ok(kind) = word.parse::<PeriodKind>() {
        return Ok(calendar.period_of(kind, today));
    }
    let refused = |sentence: &str| Refusal::new(Code::Date, sentence).example("report 2026-10");
    let period: Period = word.parse().map_err(|_| {
        refused("A report is of week, month, quarter, year or all, or of a time such as 2026-10.")
    })?;
    if period > calendar.period_of(period.kind(), today) {
        return Err(refused("That time has not begun yet."));
    }
    Ok(period)
}

/// The period before; none before all time.
#[must_use]
pub fn before(calendar: &Calendar, period: Period) -> Option<Period> {
    let day = period.first_day(calendar.week_start)?.yesterday().ok()?;
    Some(calendar.period_of(period.kind(), day))
}

/// The last periods up to this one, oldest first: what a trend shows. All time is shown by months.
#[must_use]
pub fn leading_to(calendar: &Calendar, period: Period, today: Date) -> Vec<Period> {
    let (last, count) = match period.kind() {
        PeriodKind::Week => (period, 8),
        PeriodKind::Month => (period, 6),
        PeriodKind::Quarter => (period, 6),
        PeriodKind::Year => (period, 4),
        PeriodKind::All => (calendar.period_of(PeriodKind::Month, today), 12),
    };
    let mut periods: Vec<Period> =
        std::iter::successors(Some(last), |next| before(calendar, *next)).take(count).collect();
    periods.reverse();
    periods
}

/// Of those who applied in the time: how far they have come until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Funnel {
    pub applied: i64,
    pub approved: i64,
    pub first_sale: i64,
    pub repeat: i64,
}

/// Partners at the end of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct People {
    /// With a sale in the last days.
    pub active: i64,
    /// Without one, and not new.
    pub dormant: i64,
    /// Approved in the last days, without a sale yet.
    pub waiting: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Industry {
    /// Empty for what belongs to none.
    pub slug: String,
    pub name: String,
    pub revenue: i64,
    pub revenue_before: Option<i64>,
    /// Won in the time.
    pub clients: i64,
    pub clients_before: Option<i64>,
    /// Clients of the last twelve months and accounts to be won, where these are set.
    pub reached: Option<Reached>,
}

impl Industry {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let before = self.revenue_before.unwrap_or(0) == 0 && self.clients_before.unwrap_or(0) == 0;
        before && self.revenue == 0 && self.clients == 0 && self.reached.is_none()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub won: i64,
    pub accounts: i64,
    pub bps: i64,
}

impl Reached {
    #[must_use]
    pub fn of(won: i64, accounts: i64) -> Option<Self> {
        bps(won, accounts).map(|bps| Self { won, accounts, bps })
    }

    /// Of several together; none where no accounts are set.
    #[must_use]
    pub fn together<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let sum = |(won, accounts): (i64, i64), part: &Self| {
            (won.saturating_add(part.won), accounts.saturating_add(part.accounts))
        };
        let (won, accounts) = parts.into_iter().fold((0, 0), sum);
        Self::of(won, accounts)
    }
}

/// What was taken back of the sales of the time, until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refunds {
    pub sales: i64,
    /// Sales of which something was taken back.
    pub touched: i64,
    pub credited: i64,
    pub taken: i64,
}

impl Refunds {
    /// Basis points of the credit, cut off.
    #[must_use]
    pub fn bps(&self) -> Option<i64> {
        bps(self.taken.max(0), self.credited)
    }
}

/// How long claims waited that were decided in the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reviews {
    pub decided: i64,
    pub median_ms: Option<i64>,
    pub p90_ms: Option<i64>,
}

/// The place of a percentile among so many in order, from 0: the nearest rank.
#[must_use]
pub fn nearest(percent: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| ((of.saturating_mul(percent) + 99) / 100 - 1).max(0))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playbook {
    pub slug: String,
    pub title: String,
    pub outcome: Outcome,
}

/// The best by their smoothed rate of wins.
#[must_use]
pub fn best(mut playbooks: Vec<Playbook>) -> Vec<Playbook> {
    use std::cmp::Reverse;
    playbooks.sort_by_cached_key(|one| {
        (Reverse(one.outcome.rate_ppm()), Reverse(one.outcome.uses), one.slug.clone())
    });
    playbooks.truncate(PLAYBOOKS_MAX);
    playbooks
}

/// All figures of a report. Revenue and credit are minor units of the program's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub span: Span,
    pub before: Option<Period>,
    pub funnel: Funnel,
    pub people: People,
    pub revenue: i64,
    pub revenue_before: Option<i64>,
    pub clients: i64,
    pub clients_before: Option<i64>,
    /// By revenue, the largest first.
    pub industries: Vec<Industry>,
    pub reached: Option<Reached>,
    pub refunds: Refunds,
    pub reviews: Reviews,
    pub playbooks: Vec<Playbook>,
    pub trend: Vec<(Period, i64)>,
}

/// `▲12 %`, `▼7 %`, `=`, `new`; nothing where there is nothing to compare with. Whole percents, cut off.
#[must_use]
pub fn change(now: i64, before: Option<i64>) -> String {
    match before {
        None => String::new(),
        Some(before) if now == before => "=".to_owned(),
        Some(before) if before <= 0 => if now > 0 { "new" } else { "" }.to_owned(),
        Some(before) => {
            let by = (i128::from(now) - i128::from(before)) * 100 / i128::from(before);
            let sign = if now > before { '▲' } else { '▼' };
            format!("{sign}{} %", by.unsigned_abs())
        }
    }
}

/// `25 min`, `3 h`: whole, cut off; not less than a minute.
#[must_use]
pub fn hours(ms: i64) -> String {
    let minutes = (ms / 60_000).max(1);
    if minutes < 60 { format!("{minutes} min") } else { format!("{} h", minutes / 60) }
}

#[cfg(test)]
mod tests;
