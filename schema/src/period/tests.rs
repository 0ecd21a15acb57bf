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
