//! That every week is told of once and in the morning in any zone and over every change of clocks, that what
//! was missed folds into one, and what is news, a climb, a suggestion.
use super::*;
use crate::playbooks::rules::Outcome;
use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;
use schema::money::{Currency, Money};
use schema::period::{Calendar, Period, PeriodKind, WeekStart};

const HOUR_MS: i64 = 3_600_000;
const ZONES: [&str; 7] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
];

fn calendar(zone: &str, start: WeekStart) -> Calendar {
    Calendar::named(zone, start).unwrap()
}

fn berlin() -> Calendar {
    calendar("Europe/Berlin", WeekStart::Monday)
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn local(zone: &Calendar, ms: i64) -> (Date, i8, i8) {
    let local = Timestamp::from_millisecond(ms).unwrap().to_zoned(zone.zone.clone());
    (local.date(), local.hour(), local.minute())
}

fn week(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn it_is_mondays_nine_over_changes_of_clocks() {
    let zone = berlin();
    for (name, said) in [
        ("2026-W12", "2026-03-23T08:00:00Z"),
        // The night before, the clocks went ahead; half a year later, back.
        ("2026-W13", "2026-03-30T07:00:00Z"),
        ("2026-W42", "2026-10-19T07:00:00Z"),
        ("2026-W43", "2026-10-26T08:00:00Z"),
    ] {
        assert_eq!(due_at(&zone, &zone, week(name)), Some(at(said)), "{name}");
    }
    let sunday = calendar("Europe/Berlin", WeekStart::Sunday);
    let due = due_at(&sunday, &sunday, week("2026-W43")).unwrap();
    assert_eq!(local(&sunday, due), (date(2026, 10, 26), 9, 0));
}

#[test]
fn a_morning_before_the_week_has_ended_is_the_next_one() {
    let program = calendar("America/New_York", WeekStart::Monday);
    let zone = calendar("Pacific/Auckland", WeekStart::Monday);
    let due = due_at(&program, &zone, week("2026-W47")).unwrap();
    assert_eq!(local(&zone, due), (date(2026, 11, 24), 9, 0));
    let near = due_at(&zone, &program, week("2026-W47")).unwrap();
    assert_eq!(local(&program, near), (date(2026, 11, 23), 9, 0));
}

#[test]
fn what_was_missed_folds_and_waits_for_the_morning() {
    let zone = berlin();
    let turn = |text: &str| turn(&zone, &zone, at(text));
    // Three weeks late: the last one alone, and not at night.
    assert_eq!(turn("2026-11-26T12:00:00Z"), Turn::Now(week("2026-W47")));
    assert_eq!(turn("2026-11-26T21:00:00Z"), Turn::Later(at("2026-11-27T08:00:00Z")));
    assert_eq!(turn("2026-11-26T20:59:59Z"), Turn::Now(week("2026-W47")));
    assert_eq!(turn("2026-11-26T05:59:59Z"), Turn::Later(at("2026-11-26T08:00:00Z")));
    assert_eq!(turn("2026-11-26T06:00:00Z"), Turn::Now(week("2026-W47")));
    // Late on Sunday the week that is about to end is the one to wait for.
    assert_eq!(turn("2026-11-29T22:00:00Z"), Turn::Later(at("2026-11-30T08:00:00Z")));
    assert_eq!(turn("2026-11-30T07:59:59Z"), Turn::Later(at("2026-11-30T08:00:00Z")));
    assert_eq!(turn("2026-11-30T08:00:00Z"), Turn::Now(week("2026-W48")));
    assert_eq!(next_at(&zone, &zone, at("2026-11-30T08:00:00Z")), at("2026-12-07T08:00:00Z"));
}

/// Five years as the jobs go through them: the weeks that were told of.
fn five_years(program: &Calendar, zone: &Calendar) -> Vec<Period> {
    let (mut now, end) = (at("2024-01-03T12:00:00Z"), at("2029-01-10T00:00:00Z"));
    let mut told = Vec::new();
    while now < end {
        match turn(program, zone, now) {
            Turn::Later(next) => {
                assert!(next > now, "{now} waits for {next}");
                now = next;
            }
            Turn::Now(week) => {
                let (day, hour, minute) = local(zone, now);
                if !told.is_empty() {
                    assert_eq!((hour, minute), (HOUR, 0), "{day}");
                    assert!(matches!(day.weekday(), Weekday::Monday | Weekday::Tuesday), "{day}");
                }
                told.push(week);
                let next = next_at(program, zone, now);
                assert!(next > now, "{now} goes on at {next}");
                now = next;
            }
        }
    }
    told
}

#[test]
fn five_years_in_all_zones_have_every_week_once() {
    for program in ZONES {
        for start in [WeekStart::Monday, WeekStart::Saturday, WeekStart::Sunday] {
            let program = calendar(program, start);
            for zone in ZONES {
                let told = five_years(&program, &calendar(zone, start));
                assert!(told.contains(&week("2026-W53")) && told.len() > 255, "{}", told.len());
                for pair in told.windows(2) {
                    let after = pair[0].end_day(start).unwrap();
                    assert_eq!(program.period_of(PeriodKind::Week, after), pair[1], "{zone}");
                }
            }
        }
    }
}

proptest! {
    /// Whenever a job runs: of an ended week, the last one that was due, and never at night.
    #[test]
    fn no_digest_is_early_or_at_night(
        now in at("2024-01-01T00:00:00Z")..at("2029-01-01T00:00:00Z"),
        program in prop::sample::select(&ZONES[..]), zone in prop::sample::select(&ZONES[..]),
    ) {
        let (program, zone) = (calendar(program, WeekStart::Monday), calendar(zone, WeekStart::Monday));
        match turn(&program, &zone, now) {
            Turn::Now(week) => {
                let hour = local(&zone, now).1;
                prop_assert!((QUIET_UNTIL..QUIET_FROM).contains(&hour));
                prop_assert!(program.bounds(week).unwrap().1 <= now);
                prop_assert!(due_at(&program, &zone, week).unwrap() <= now);
            }
            Turn::Later(at) => {
                prop_assert!(at > now && at - now <= 60 * HOUR_MS);
                prop_assert_eq!(local(&zone, at).1, HOUR);
            }
        }
    }
}

fn partner(n: u128) -> PartnerId {
    PartnerId(n)
}

#[test]
fn who_climbed_most_is_first() {
    let ranks = |rows: &[(u128, u32)]| -> Vec<(PartnerId, u32)> {
        rows.iter().map(|(id, rank)| (partner(*id), *rank)).collect()
    };
    let now = ranks(&[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]);
    let before = ranks(&[(1, 3), (2, 1), (3, 5), (5, 5), (9, 4)]);
    assert_eq!(climbers(&now, &before), [(partner(1), 1, 2), (partner(3), 3, 2)]);
    assert_eq!(climbers(&now, &[]), []);
}

fn playbook(slug: &str, uses: i64, won: i64) -> Playbook {
    let outcome = Outcome { uses, won };
    Playbook { slug: slug.to_owned(), title: slug.to_uppercase(), outcome }
}

#[test]
fn a_playbook_that_works_is_suggested_before_an_industry() {
    let industries = [("legal", "Law"), ("dental", "Dentists")];
    let industries = industries.map(|(slug, name)| (slug.to_owned(), name.to_owned()));
    let books = [playbook("lost", 9, 0), playbook("b", 4, 3), playbook("a", 4, 3)];
    let found = suggestion(&books, &industries).unwrap();
    assert_eq!((found.slug.as_str(), found.uses, found.won), ("a", Some(4), Some(3)));
    let found = suggestion(&books[..1], &industries).unwrap();
    assert_eq!((found.what, found.name.as_str()), (SuggestionKind::Industry, "Dentists"));
    assert_eq!(suggestion(&[], &[]), None);
}

fn moved(revenue: i64, before: i64, clients: i64) -> WeekMoved {
    let money = |minor| Money::new(minor, Currency::parse("EUR").unwrap());
    WeekMoved { revenue: money(revenue), revenue_before: money(before), clients, clients_before: 0 }
}

#[test]
fn nothing_is_no_news() {
    assert!(!is_news(&moved(0, 500, 0), 0), "the week before is no news");
    assert!(is_news(&moved(0, 0, 0), 1) && is_news(&moved(-1, 0, 0), 0));
    let nothing = Own::default();
    assert!(!is_own_news(&moved(0, 0, 0), nothing));
    assert!(is_own_news(&moved(0, 500, 0), nothing), "a place was lost");
    assert!(is_own_news(&moved(0, 0, 0), Own { has_given: true, ..nothing }));
    assert!(is_own_news(&moved(0, 0, 0), Own { open_claims: 1, ..nothing }));
    assert!(is_own_news(&moved(0, 0, 0), Own { badges: 1, ..nothing }));
}

#[test]
fn a_digest_is_on_or_off() {
    assert_eq!((wanted("on").ok(), wanted("OFF").ok()), (Some(true), Some(false)));
    assert_eq!(wanted("weekly").unwrap_err().code, Code::Usage);
}
