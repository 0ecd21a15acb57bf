//! The worked examples of the domain rules on periods, and that periods cover time without holes.
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
];

fn calendar(zone: &str) -> Calendar {
    Calendar::named(zone, WeekStart::Monday).unwrap()
}

fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn at(zone: &str, kind: PeriodKind, instant: &str) -> String {
    calendar(zone).period_at(kind, ms(instant)).to_string()
}

#[test]
fn one_instant_in_two_zones() {
    let instant = "2026-03-31T22:30:00Z";
    assert_eq!(at("Europe/Berlin", PeriodKind::Month, instant), "2026-04");
    assert_eq!(at("Europe/Berlin", PeriodKind::Quarter, instant), "2026-Q2");
    assert_eq!(at("America/New_York", PeriodKind::Month, instant), "2026-03");
}

#[test]
fn an_hour_of_a_day() {
    let nine = |zone, day: &str| calendar(zone).at_hour(day.parse().unwrap(), 9);
    assert_eq!(nine("Europe/Berlin", "2026-12-01"), ms("2026-12-01T08:00:00Z"));
    assert_eq!(nine("America/New_York", "2026-07-01"), ms("2026-07-01T13:00:00Z"));
    let skipped = calendar("Europe/Berlin").at_hour("2026-03-29".parse().unwrap(), 2);
    assert_eq!(skipped, ms("2026-03-29T01:00:00Z"));
}

#[test]
fn iso_weeks_around_new_year() {
    let week = |instant| at("Europe/Berlin", PeriodKind::Week, instant);
    assert_eq!(week("2026-12-31T12:00:00Z"), "2026-W53");
    assert_eq!(week("2027-01-03T22:59:59Z"), "2026-W53");
    assert_eq!(week("2027-01-03T23:00:00Z"), "2027-W01");
}

#[test]
fn a_hold_counts_full_local_days() {
    let until = calendar("Europe/Berlin").after_full_days(ms("2026-03-20T16:45:00Z"), 14);
    assert_eq!(until, ms("2026-04-03T22:00:00Z"));
}

#[test]
fn the_season_takes_a_week_of_grace() {
    let berlin = calendar("Europe/Berlin");
    let on = berlin.day_of(ms("2026-03-31T20:00:00Z"));
    let counted = |posted| {
        let (period, late) = berlin.counted_in(PeriodKind::Quarter, on, ms(posted));
        (period.to_string(), late)
    };
    assert_eq!(counted("2026-04-07T21:59:59Z"), ("2026-Q1".into(), false));
    assert_eq!(counted("2026-04-07T22:00:00Z"), ("2026-Q2".into(), true));
    let (all, late) = berlin.counted_in(PeriodKind::All, on, ms("2030-01-01T00:00:00Z"));
    assert_eq!((all, late), (Period::ALL, false));
}

#[test]
fn days_follow_the_zone() {
    let berlin = calendar("Europe/Berlin");
    let hours = |day: &str| {
        let day: Date = day.parse().unwrap();
        (berlin.start_of(day.tomorrow().unwrap()) - berlin.start_of(day)) / 3_600_000
    };
    assert_eq!([hours("2026-03-29"), hours("2026-10-25"), hours("2026-06-01")], [23, 25, 24]);
}

#[test]
fn weeks_may_begin_on_another_day() {
    let sunday: Date = "2026-11-22".parse().unwrap();
    let week = |day, start| Period::holding(PeriodKind::Week, day, start).to_string();
    assert_eq!(week(sunday, WeekStart::Monday), "2026-W47");
    assert_eq!(week(sunday, WeekStart::Sunday), "2026-W48");
    assert_eq!(week(sunday, WeekStart::Saturday), "2026-W48");
    let period: Period = "2026-W48".parse().unwrap();
    assert_eq!(period.first_day(WeekStart::Sunday), Some(sunday));
}

#[test]
fn only_written_names_are_periods() {
    for text in ["2026-W47", "2026-11", "2026-Q4", "2026", "all", "2026-W53", "0999"] {
        assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
    }
    assert_eq!("2026-w07".parse::<Period>().unwrap().to_string(), "2026-W07");
    let bad = [
        "2025-W53",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "26",
        "2026-W7",
        "20261",
        "",
        "-2026",
        "２０２６",
    ];
    for text in bad {
        assert!(text.parse::<Period>().is_err(), "{text}");
    }
}

proptest! {
    /// Every instant lies in exactly one period of each kind, whose neighbor begins where it ends.
    #[test]
    fn periods_cover_time(
        seconds in 0_i64..4_000_000_000,
        zone in prop::sample::select(&ZONES),
        start in prop::sample::select(WeekStart::ALL),
        kind in prop::sample::select(PeriodKind::ALL),
    ) {
        let calendar = Calendar::named(zone, start).unwrap();
        let ms = seconds * 1000;
        let day = calendar.day_of(ms);
        prop_assert!(calendar.start_of(day) <= ms);
        prop_assert!(ms < calendar.start_of(day.tomorrow().unwrap()));
        let period = calendar.period_at(kind, ms);
        prop_assert_eq!(period.to_string().parse(), Ok(period));
        let Some((from, to)) = calendar.bounds(period) else {
            prop_assert_eq!(kind, PeriodKind::All);
            return Ok(());
        };
        prop_assert!(from <= ms && ms < to);
        prop_assert_eq!(calendar.period_at(kind, from), period);
        let next = calendar.period_at(kind, to);
        prop_assert!(next > period);
        prop_assert_eq!(calendar.bounds(next).unwrap().0, to);
        let closes = calendar.closes_at(period).unwrap();
        prop_assert_eq!(calendar.counted_in(kind, day, closes - 1), (period, false));
        prop_assert!(calendar.counted_in(kind, day, closes).1);
    }
}

/// Zones whose clocks change at other times of the year, and in one case by half an hour.
const THREE_ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

/// Five years from 2024 on: two leap days, and with 2026 a year of 53 weeks.
fn five_years(calendar: &Calendar) -> (i64, i64) {
    let start = |year| calendar.start_of(jiff::civil::date(year, 1, 1));
    (start(2024), start(2029))
}

#[test]
fn five_years_are_covered_once_in_three_zones() {
    for zone in THREE_ZONES {
        let calendar = calendar(zone);
        let (from, to) = five_years(&calendar);
        for kind in PeriodKind::ALL.iter().filter(|kind| **kind != PeriodKind::All) {
            let mut periods = std::collections::BTreeSet::new();
            let (mut at, mut closed_at, mut days) = (from, i64::MIN, 0);
            while at < to {
                let period = calendar.period_at(*kind, at);
                let (begins, ends) = calendar.bounds(period).unwrap();
                // Each begins where the one before ended; only a week may have begun in 2023.
                assert!(
                    begins == at || (at == from && *kind == PeriodKind::Week),
                    "{zone} {period}"
                );
                assert!(periods.insert(period), "{zone}: {period} comes twice");
                assert_eq!(calendar.period_at(*kind, ends - 1), period);
                let closes = calendar.closes_at(period).unwrap();
                assert!(closes > ends && closes > closed_at, "{zone} {period}");
                (at, closed_at) = (ends, closes);
            }
            let mut day = jiff::civil::date(2024, 1, 1);
            while calendar.start_of(day) < to {
                let holds = |period: &&Period| {
                    let first = period.first_day(WeekStart::Monday).unwrap();
                    first <= day && day < period.end_day(WeekStart::Monday).unwrap()
                };
                let near: Vec<_> = periods.iter().filter(holds).collect();
                assert_eq!(near, [&calendar.period_of(*kind, day)], "{zone} {day}");
                (day, days) = (day.tomorrow().unwrap(), days + 1);
            }
            assert_eq!(days, 5 * 365 + 2);
            let count = match kind {
                PeriodKind::Week => 52 * 5 + 1,
                PeriodKind::Month => 60,
                PeriodKind::Quarter => 20,
                _ => 5,
            };
            assert_eq!(periods.len(), count, "{zone} {kind}");
        }
    }
}

#[test]
fn days_of_five_years_have_all_their_hours() {
    for (zone, short) in THREE_ZONES.into_iter().zip([60, 60, 30]) {
        let calendar = calendar(zone);
        let (from, to) = five_years(&calendar);
        let (mut at, mut odd) = (from, Vec::new());
        while at < to {
            let next = calendar.start_of(calendar.day_of(at).tomorrow().unwrap());
            assert_eq!(calendar.day_of(next - 1), calendar.day_of(at), "{zone}");
            let minutes = (next - at) / 60_000 - 24 * 60;
            odd.extend(Some(minutes).filter(|minutes| *minutes != 0));
            at = next;
        }
        assert_eq!(at, to);
        assert_eq!(odd.len(), 10, "{zone}: two a year");
        assert_eq!((odd.iter().sum::<i64>(), odd[0].abs()), (0, short), "{zone}");
    }
}

#[test]
fn a_year_has_53_weeks_where_its_thursdays_say_so() {
    let calendar = calendar("Europe/Berlin");
    let last = |year| {
        let day = jiff::civil::date(year, 12, 28);
        calendar.period_of(PeriodKind::Week, day).to_string()
    };
    assert_eq!(last(2026), "2026-W53");
    assert_eq!([last(2024), last(2025), last(2027)], ["2024-W52", "2025-W52", "2027-W52"]);
}
