//! Spans and periods, how figures compare, and what a report leaves out.
use super::*;
use proptest::prelude::*;
use schema::period::WeekStart;

fn berlin() -> Calendar {
    Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap()
}

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn a_span_is_of_the_programs_zone_and_ends_now() {
    let now = at("2026-11-24T23:30:00Z");
    let span = Span::of(&berlin(), "2026-11".parse().unwrap(), now);
    assert_eq!((span.from_at, span.to_at), (at("2026-10-31T23:00:00Z"), now + 1));
    // In Berlin it is the 25th already.
    assert_eq!(span.to_on.to_string(), "2026-11-26");
    assert!(span.is_open);
    let past = Span::of(&berlin(), "2026-Q3".parse().unwrap(), now);
    assert_eq!(past.to_at, at("2026-09-30T22:00:00Z"));
    assert_eq!(
        (past.from_on.to_string(), past.to_on.to_string()),
        ("2026-07-01".into(), "2026-10-01".into())
    );
    assert_eq!(past.active_from().to_string(), "2026-07-03");
    assert!(!past.is_open);
    let all = Span::of(&berlin(), Period::ALL, now);
    assert_eq!((all.from_at, all.to_at, all.is_open), (0, now + 1, true));
}

#[test]
fn the_last_day_of_a_period_is_still_open() {
    let month = "2026-11".parse().unwrap();
    assert!(Span::of(&berlin(), month, at("2026-11-30T22:59:59Z")).is_open);
    assert!(!Span::of(&berlin(), month, at("2026-11-30T23:00:00Z")).is_open);
}

#[test]
fn periods_are_words_or_names_and_have_begun() {
    let today = jiff::civil::date(2026, 11, 24);
    let asked = |word| period(word, &berlin(), today).map(|period| period.to_string());
    for (word, said) in [
        (None, "2026-11"),
        (Some("Quarter"), "2026-Q4"),
        (Some("all"), "all"),
        (Some("2026-w01"), "2026-W01"),
        (Some("2026-11"), "2026-11"),
        (Some("2026-W48"), "2026-W48"),
        (Some("2025"), "2025"),
    ] {
        assert_eq!(asked(word).ok().as_deref(), Some(said));
    }
    for wrong in ["2026-12", "2027", "lately", "2026-13", "2026-W49"] {
        assert_eq!(asked(Some(wrong)).unwrap_err().code, Code::Date, "{wrong}");
    }
}

#[test]
fn a_trend_leads_to_the_period() {
    let today = jiff::civil::date(2027, 1, 5);
    let said = |word: &str| -> Vec<String> {
        let periods = leading_to(&berlin(), word.parse().unwrap(), today);
        periods.iter().map(ToString::to_string).collect()
    };
    assert_eq!(said("2027-01"), ["2026-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-01"]);
    assert_eq!(said("2027-W01")[6..], ["2026-W53", "2027-W01"]);
    assert_eq!(said("all").len(), 12);
    assert_eq!(before(&berlin(), Period::ALL), None);
}

#[test]
fn changes_are_exact() {
    for (now, before, said) in [
        (112, Some(100), "▲12 %"),
        (93, Some(100), "▼7 %"),
        (1_009, Some(1_000), "▲0 %"),
        (5, Some(5), "="),
        (0, Some(0), "="),
        (5, Some(0), "new"),
        (5, Some(-3), "new"),
        (0, Some(-3), ""),
        (-5, Some(0), ""),
        (-50, Some(100), "▼150 %"),
        (5, None, ""),
        (i64::MAX, Some(1), "▲922337203685477580600 %"),
    ] {
        assert_eq!(change(now, before), said, "{now} after {before:?}");
    }
    assert_eq!(
        (hours(59 * 60_000 + 59_999).as_str(), hours(3_600_000).as_str()),
        ("59 min", "1 h")
    );
    assert_eq!(hours(26 * 3_600_000 + 1).as_str(), "26 h");
}

#[test]
fn rates_need_something_to_be_of() {
    assert_eq!(Refunds::default().bps(), None);
    let refunds = Refunds { sales: 40, touched: 3, credited: 7_400_000, taken: 185_000 };
    assert_eq!(refunds.bps(), Some(250));
    let parts = [(18, 120), (6, 40), (30, 1000)].map(|(won, all)| Reached::of(won, all).unwrap());
    assert_eq!(Reached::together(&parts).map(|all| all.bps), Some(465));
    assert_eq!(Reached::together([]), None);
}

#[test]
fn an_industry_is_empty_where_nothing_is_or_was() {
    let none = Industry { slug: "dental".into(), name: "Dental".into(), ..Industry::default() };
    assert!(none.is_empty());
    let zeros = Industry { revenue_before: Some(0), clients_before: Some(0), ..none.clone() };
    assert!(zeros.is_empty());
    for some in [
        Industry { revenue: 5, ..none.clone() },
        Industry { revenue: -5, ..none.clone() },
        Industry { clients: 1, ..none.clone() },
        Industry { revenue_before: Some(5), ..none.clone() },
        Industry { clients_before: Some(1), ..none.clone() },
        Industry { reached: Reached::of(0, 120), ..none.clone() },
    ] {
        assert!(!some.is_empty(), "{some:?}");
    }
}

#[test]
fn among_none_there_is_no_percentile() {
    assert_eq!(nearest(50, 0), None);
    assert_eq!((nearest(50, 1), nearest(90, 1)), (Some(0), Some(0)));
    assert_eq!((nearest(50, 10), nearest(90, 10), nearest(91, 10)), (Some(4), Some(8), Some(9)));
}

#[test]
fn many_uses_that_won_come_before_a_few() {
    let book = |slug: &str, won, uses| Playbook {
        slug: slug.to_owned(),
        title: slug.to_owned(),
        outcome: Outcome { uses, won },
    };
    let best = best(vec![book("three", 3, 3), book("forty", 40, 50), book("lost", 0, 9)]);
    let slugs: Vec<_> = best.iter().map(|book| book.slug.as_str()).collect();
    assert_eq!(slugs, ["forty", "three", "lost"]);
}

proptest! {
    /// The nearest rank: at least so many percent are no larger, and one place less is too few.
    #[test]
    fn percentiles_are_nearest_ranks(percent in 1_i64..=100, of in 1_i64..10_000) {
        let at = nearest(percent, of).unwrap();
        prop_assert!(at < of && (at + 1) * 100 >= percent * of);
        prop_assert!(at * 100 < percent * of);
    }
}
