//! Days and periods, by counting days: weeks by the ISO rule, months, quarters, years, and the week of
//! grace after each. Of the time library it takes only at which instant a local day begins.
use crate::Outcome;
use anyhow::{Context, bail};
use jiff::tz::TimeZone;

/// Days since 1970-01-01.
pub type Day = i64;

pub const KINDS: [&str; 5] = ["week", "month", "quarter", "year", "all"];

pub struct Calendar {
    zone: TimeZone,
    /// Days after Monday on which weeks begin.
    week_begins: i64,
    grace: i64,
}

/// A period by its written name, with its first day and the first after it; none for all time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub name: String,
    days: Option<(Day, Day)>,
}

impl Calendar {
    /// # Errors
    /// When the zone or the first day of the week is not known.
    pub fn new(zone: &str, week_start: &str, grace: i64) -> Outcome<Self> {
        let week_begins = match week_start {
            "monday" => 0,
            "saturday" => 5,
            "sunday" => 6,
            other => bail!("weeks begin on {other}"),
        };
        let zone = TimeZone::get(zone).with_context(|| format!("no zone {zone}"))?;
        Ok(Self { zone, week_begins, grace })
    }

    /// The instant at which a day begins, epoch milliseconds.
    fn begin(&self, day: Day) -> i64 {
        let (year, month, day) = date(day);
        let small = |number: i64| i8::try_from(number).ok();
        let date = i16::try_from(year)
            .ok()
            .and_then(|year| jiff::civil::Date::new(year, small(month)?, small(day)?).ok());
        let zoned = date.and_then(|date| date.to_zoned(self.zone.clone()).ok());
        zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The local day of an instant.
    #[must_use]
    pub fn day_at(&self, ms: i64) -> Day {
        // Nowhere is the clock more than a day off.
        let mut day = ms.div_euclid(86_400_000) - 2;
        while self.begin(day + 1) <= ms {
            day += 1;
        }
        day
    }

    #[must_use]
    pub fn period(&self, kind: &str, day: Day) -> Period {
        let (year, month, _) = date(day);
        let (name, days) = match kind {
            "week" => return self.week(day),
            "month" => {
                let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let days = (number(year, month, 1), number(next.0, next.1, 1));
                (format!("{year:04}-{month:02}"), Some(days))
            }
            "quarter" => {
                let first = (month - 1) / 3 * 3 + 1;
                let next = if first == 10 { (year + 1, 1) } else { (year, first + 3) };
                let days = (number(year, first, 1), number(next.0, next.1, 1));
                (format!("{year:04}-Q{}", (month + 2) / 3), Some(days))
            }
            "year" => (format!("{year:04}"), Some((number(year, 1, 1), number(year + 1, 1, 1)))),
            _ => ("all".to_owned(), None),
        };
        Period { name, days }
    }

    /// A week belongs to the year in which its Thursday lies.
    fn week(&self, day: Day) -> Period {
        // The first day of 1970 was a Thursday: three days after Monday.
        let weekday = (day + 3).rem_euclid(7);
        let first = day - (weekday - self.week_begins).rem_euclid(7);
        let thursday = first + (3 - self.week_begins).rem_euclid(7);
        let year = date(thursday).0;
        let week = (thursday - number(year, 1, 1)) / 7 + 1;
        Period { name: format!("{year:04}-W{week:02}"), days: Some((first, first + 7)) }
    }

    /// Whether a period takes nothing more at an instant.
    #[must_use]
    pub fn is_closed(&self, period: &Period, ms: i64) -> bool {
        period.days.is_some_and(|(_, end)| ms >= self.begin(end + self.grace))
    }

    /// Where something of a day counts that the ledger took at an instant: in its own period, or when
    /// that is closed in the one of the instant.
    #[must_use]
    pub fn counts_in(&self, kind: &str, day: Day, ms: i64) -> Period {
        let own = self.period(kind, day);
        if self.is_closed(&own, ms) { self.period(kind, self.day_at(ms)) } else { own }
    }
}

/// `2026-11-24` as a day.
#[must_use]
pub fn day(text: &str) -> Option<Day> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| number(year, month, day))
}

/// Years begin in March here, so that the leap day is the last.
fn number(year: i64, month: i64, day: i64) -> Day {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From the first of March of the year 0.
    days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// Year, month, day: found by looking, which is slow and plain.
fn date(day: Day) -> (i64, i64, i64) {
    let mut year = 1970 + if day < 0 { day.div_euclid(365) } else { day / 366 };
    while number(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 12;
    while number(year, month, 1) > day {
        month -= 1;
    }
    (year, month, day - number(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Calendar {
        Calendar::new("Europe/Berlin", "monday", 7).unwrap()
    }

    fn ms(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn the_rules_own_examples() {
        let calendar = berlin();
        let name = |kind, at: &str| calendar.period(kind, calendar.day_at(ms(at))).name;
        assert_eq!(name("month", "2026-03-31T22:30:00Z"), "2026-04");
        assert_eq!(name("quarter", "2026-03-31T22:30:00Z"), "2026-Q2");
        assert_eq!(name("week", "2026-12-31T12:00:00Z"), "2026-W53");
        assert_eq!(name("week", "2027-01-03T22:59:59Z"), "2026-W53");
        assert_eq!(name("week", "2027-01-03T23:00:00Z"), "2027-W01");
        let on = calendar.day_at(ms("2026-03-31T20:00:00Z"));
        let counted = |at: &str| calendar.counts_in("quarter", on, ms(at)).name;
        assert_eq!(counted("2026-04-07T21:59:59Z"), "2026-Q1");
        assert_eq!(counted("2026-04-07T22:00:00Z"), "2026-Q2");
    }

    #[test]
    fn days_are_counted_as_the_world_does() {
        for (text, expected) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-24", 20_781)]
        {
            assert_eq!(day(text), Some(expected), "{text}");
        }
        for number in -200_000..200_000 {
            let (year, month, day) = date(number);
            assert_eq!(super::number(year, month, day), number);
        }
        assert_eq!((day("2026-13-01"), day("yesterday")), (None, None));
    }
}
