//! When a digest is due: at nine on the Monday after its week, in the zone of whoever reads it and never in
//! their night. Only the last week that ended is ever told of: what was missed before it is folded away.
use crate::reports::rules::before;
use jiff::civil::Weekday;
use jiff::{Span, Timestamp};
use schema::period::{Calendar, Period, PeriodKind};

pub const HOUR: i8 = 9;
/// From this hour on nobody is written to…
pub const QUIET_FROM: i8 = 22;
/// … until this one.
pub const QUIET_UNTIL: i8 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// This week is to be told of, if it was not yet.
    Now(Period),
    /// Nothing is, before this instant.
    Later(i64),
}

/// Where there is no calendar any more, nothing is due.
const NEVER: i64 = i64::MAX;

/// When a week of the program is told of in a zone. Where Monday's morning comes before the program's week
/// has ended, it is Tuesday's.
#[must_use]
pub fn due_at(program: &Calendar, zone: &Calendar, week: Period) -> Option<i64> {
    let end = week.end_day(program.week_start)?;
    let ahead = i64::from(Weekday::Monday.since(end.weekday()));
    let monday = end.checked_add(Span::new().days(ahead)).ok()?;
    let at = zone.at_hour(monday, HOUR);
    if at >= program.start_of(end) {
        return Some(at);
    }
    Some(zone.at_hour(monday.tomorrow().ok()?, HOUR))
}

/// What is to be done at an instant.
#[must_use]
pub fn turn(program: &Calendar, zone: &Calendar, now: i64) -> Turn {
    let open = program.period_at(PeriodKind::Week, now);
    let due = before(program, open).and_then(|week| Some((week, due_at(program, zone, week)?)));
    match due {
        None => Turn::Later(NEVER),
        Some((_, at)) if now < at => Turn::Later(at),
        Some((week, _)) => morning(zone, now).map_or(Turn::Now(week), Turn::Later),
    }
}

/// When the week that is open now is told of.
#[must_use]
pub fn next_at(program: &Calendar, zone: &Calendar, now: i64) -> i64 {
    due_at(program, zone, program.period_at(PeriodKind::Week, now)).unwrap_or(NEVER)
}

/// The end of the wait, where it is night.
fn morning(zone: &Calendar, now: i64) -> Option<i64> {
    let today = zone.day_of(now);
    let hour = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.zone.clone()).hour();
    if hour >= QUIET_FROM {
        Some(zone.at_hour(today.tomorrow().ok()?, HOUR))
    } else {
        (hour < QUIET_UNTIL).then(|| zone.at_hour(today, HOUR))
    }
}
