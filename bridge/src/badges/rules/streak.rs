//! Working days in a row. Saturdays and Sundays neither count nor break a row, and today is open until
//! it ends: the days are those of the program's zone.
use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

fn works(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The working day after a day.
fn next(day: Date) -> Option<Date> {
    let mut day = day.tomorrow().ok()?;
    while !works(day) {
        day = day.tomorrow().ok()?;
    }
    Some(day)
}

/// The rows of working days among days with a sale, in order: their last day and length.
fn rows(days: impl IntoIterator<Item = Date>) -> Vec<(Date, i64)> {
    let days: BTreeSet<Date> = days.into_iter().filter(|day| works(*day)).collect();
    let mut rows: Vec<(Date, i64)> = Vec::new();
    for day in days {
        match rows.last_mut() {
            Some(row) if next(row.0) == Some(day) => *row = (day, row.1 + 1),
            _ => rows.push((day, 1)),
        }
    }
    rows
}

/// The longest row there was.
#[must_use]
pub fn longest(days: impl IntoIterator<Item = Date>) -> i64 {
    rows(days).into_iter().map(|(_, length)| length).max().unwrap_or(0)
}

/// The row that goes on: a sale today, or on the working day before, keeps it.
#[must_use]
pub fn current(days: impl IntoIterator<Item = Date>, today: Date) -> i64 {
    let row = rows(days).pop().filter(|(last, _)| next(*last).is_none_or(|due| due >= today));
    row.map_or(0, |(_, length)| length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use schema::period::{Calendar, WeekStart};

    fn november(days: &[i8]) -> Vec<Date> {
        days.iter().map(|day| date(2026, 11, *day)).collect()
    }

    #[test]
    fn a_weekend_is_skipped_and_counts_for_nothing() {
        // 2 November 2026 is a Monday.
        assert_eq!(longest(november(&[5, 6, 9, 10])), 4);
        assert_eq!(longest(november(&[5, 6, 7, 8, 9])), 3);
        assert_eq!(longest(november(&[7, 8])), 0);
        assert_eq!(longest(november(&[2, 3, 3, 5, 6])), 2);
        assert_eq!(longest(november(&[6, 2, 4, 3, 5])), 5);
        assert_eq!(longest([]), 0);
    }

    #[test]
    fn today_is_open_until_it_ends() {
        let days = november(&[4, 5, 6]);
        for (today, kept) in [(6, 3), (7, 3), (8, 3), (9, 3), (10, 0)] {
            assert_eq!(current(days.clone(), date(2026, 11, today)), kept, "on {today}");
        }
        let on = november(&[4, 5, 6, 9]);
        assert_eq!(current(on.clone(), date(2026, 11, 9)), 4);
        assert_eq!(current(on, date(2026, 11, 10)), 4);
        assert_eq!(current([], date(2026, 11, 9)), 0);
    }

    #[test]
    fn a_day_of_25_hours_is_one_day() {
        // Clocks go back on Sunday, 25 October 2026, and forth on 29 March.
        let berlin = Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap();
        for (friday, monday) in
            [(date(2026, 10, 23), date(2026, 10, 26)), (date(2026, 3, 27), date(2026, 3, 30))]
        {
            let late = berlin.start_of(monday) - 1;
            assert_eq!(current([friday], berlin.day_of(late)), 1);
            let last = berlin.start_of(monday.tomorrow().unwrap()) - 1;
            assert_eq!(
                current([friday], berlin.day_of(last)),
                1,
                "Monday is open to its last moment"
            );
            assert_eq!(current([friday], berlin.day_of(last + 1)), 0);
            assert_eq!(longest([friday, berlin.day_of(last)]), 2);
        }
    }
}
