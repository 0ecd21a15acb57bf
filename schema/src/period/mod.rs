//! Periods by their written names (`2026-W47`, `2026-11`, `2026-Q4`, `2026`, `all`). Which instants
//! one covers is the `Calendar`'s to say, because that needs the program's zone.
mod calendar;

pub use calendar::{Calendar, GRACE_DAYS, zones_version};

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};

use crate::wire::{as_text, words};

words! {
    /// The length of a period.
    PeriodKind, "period kind" {
        Week = "week",
        Month = "month",
        Quarter = "quarter",
        Year = "year",
        All = "all",
    }
}

words! {
    /// The day on which the program's weeks begin.
    WeekStart, "week start" {
        Monday = "monday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

impl WeekStart {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// One period of the program's calendar. Periods of one kind order by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    kind: PeriodKind,
    year: i16,
    /// Week 1–53, month 1–12, quarter 1–4; 1 for a year and for all time.
    index: i8,
}

/// A text that names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a period; write 2026-W47, 2026-11, 2026-Q4, 2026 or all")]
pub struct PeriodError;

impl Period {
    /// All time.
    pub const ALL: Self = Self { kind: PeriodKind::All, year: 0, index: 1 };

    #[must_use]
    pub const fn kind(self) -> PeriodKind {
        self.kind
    }

    /// The period of `kind` that holds `day`. A week belongs to the ISO year and week of its
    /// Thursday, also where weeks begin on another day than Monday.
    #[must_use]
    pub fn holding(kind: PeriodKind, day: Date, week_start: WeekStart) -> Self {
        let index = match kind {
            PeriodKind::Week => return Self::week_of(day, week_start),
            PeriodKind::All => return Self::ALL,
            PeriodKind::Month => day.month(),
            PeriodKind::Quarter => (day.month() + 2) / 3,
            PeriodKind::Year => 1,
        };
        Self { kind, year: day.year(), index }
    }

    fn week_of(day: Date, week_start: WeekStart) -> Self {
        let into_week = day.weekday().since(week_start.weekday());
        let thursday_at = Weekday::Thursday.since(week_start.weekday());
        let to_thursday = i64::from(thursday_at) - i64::from(into_week);
        let thursday = day.saturating_add(jiff::Span::new().days(to_thursday));
        let iso = thursday.iso_week_date();
        Self { kind: PeriodKind::Week, year: iso.year(), index: iso.week() }
    }

    /// The first day; none for all time.
    #[must_use]
    pub fn first_day(self, week_start: WeekStart) -> Option<Date> {
        match self.kind {
            PeriodKind::All => None,
            PeriodKind::Week => {
                let thursday =
                    ISOWeekDate::new(self.year, self.index, Weekday::Thursday).ok()?.date();
                let back = Weekday::Thursday.since(week_start.weekday());
                Some(thursday.saturating_sub(jiff::Span::new().days(i64::from(back))))
            }
            PeriodKind::Month => Date::new(self.year, self.index, 1).ok(),
            PeriodKind::Quarter => Date::new(self.year, self.index * 3 - 2, 1).ok(),
            PeriodKind::Year => Date::new(self.year, 1, 1).ok(),
        }
    }

    /// The first day after it; none for all time.
    #[must_use]
    pub fn end_day(self, week_start: WeekStart) -> Option<Date> {
        let span = jiff::Span::new();
        let length = match self.kind {
            PeriodKind::All => return None,
            PeriodKind::Week => span.days(7),
            PeriodKind::Month => span.months(1),
            PeriodKind::Quarter => span.months(3),
            PeriodKind::Year => span.years(1),
        };
        self.first_day(week_start)?.checked_add(length).ok()
    }

    fn checked(kind: PeriodKind, year: i16, index: i8) -> Option<Self> {
        let fits = match kind {
            PeriodKind::Week => ISOWeekDate::new(year, index, Weekday::Thursday).is_ok(),
            PeriodKind::Month => (1..=12).contains(&index),
            PeriodKind::Quarter => (1..=4).contains(&index),
            PeriodKind::Year | PeriodKind::All => index == 1,
        };
        fits.then_some(Self { kind, year, index })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, year, index } = self;
        match kind {
            PeriodKind::Week => write!(f, "{year:04}-W{index:02}"),
            PeriodKind::Month => write!(f, "{year:04}-{index:02}"),
            PeriodKind::Quarter => write!(f, "{year:04}-Q{index}"),
            PeriodKind::Year => write!(f, "{year:04}"),
            PeriodKind::All => f.write_str("all"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads the written names, in any case.
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        parse(text).ok_or(PeriodError)
    }
}

fn parse(text: &str) -> Option<Period> {
    if text.eq_ignore_ascii_case("all") {
        return Some(Period::ALL);
    }
    let digits = |text: &str, count: usize| {
        let plain = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse::<i16>().ok()).flatten()
    };
    let small = |text: &str, count: usize| digits(text, count).and_then(|n| i8::try_from(n).ok());
    let Some((year, rest)) = text.split_once('-') else {
        return Period::checked(PeriodKind::Year, digits(text, 4)?, 1);
    };
    let year = digits(year, 4)?;
    if let Some(week) = rest.strip_prefix(['W', 'w']) {
        Period::checked(PeriodKind::Week, year, small(week, 2)?)
    } else if let Some(quarter) = rest.strip_prefix(['Q', 'q']) {
        Period::checked(PeriodKind::Quarter, year, small(quarter, 1)?)
    } else {
        Period::checked(PeriodKind::Month, year, small(rest, 2)?)
    }
}

as_text!(
    Period,
    "Period",
    "A period: 2026-W47, 2026-11, 2026-Q4, 2026 or all",
    "^([0-9]{4}(-(W[0-9]{2}|Q[1-4]|[0-9]{2}))?|all)$"
);

/// Serde of a local day as ISO text: `#[serde(with = "schema::period::day")]`.
pub mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de};

    /// Writes `2026-11-24`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    /// Reads `2026-11-24`.
    ///
    /// # Errors
    /// Where the text is no date.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
