//! When periods may be closed, what is ready when, and what a final result is as a text.
use super::*;
use crate::leaderboard::rules::Score;
use proptest::prelude::*;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::WeekStart;

fn calendar(zone: &str) -> Calendar {
    Calendar::named(zone, WeekStart::Monday).unwrap()
}

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn named(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn a_period_closes_after_its_grace() {
    let berlin = calendar("Europe/Berlin");
    let quarter = named("2026-Q1");
    let refusal = may_close(&berlin, quarter, at("2026-04-07T21:59:59Z")).unwrap_err();
    assert!(refusal.sentence.contains("from 2026-04-08 00:00 on (Europe/Berlin)"), "{refusal}");
    assert!(may_close(&berlin, quarter, at("2026-04-07T22:00:00Z")).is_ok());
    assert!(may_close(&berlin, Period::ALL, i64::MAX).is_err());
}

#[test]
fn what_became_ready_is_told_once() {
    let berlin = calendar("Europe/Berlin");
    let ready = |after, now| {
        let found = became_ready(&berlin, at(after), at(now));
        found.iter().map(Period::to_string).collect::<Vec<_>>()
    };
    assert_eq!(ready("2026-04-07T21:59:59Z", "2026-04-07T22:00:00Z"), ["2026-03", "2026-Q1"]);
    assert!(ready("2026-04-07T22:00:00Z", "2026-05-07T21:59:59Z").is_empty());
    assert_eq!(
        ready("2026-12-01T00:00:00Z", "2027-02-01T00:00:00Z"),
        ["2026-11", "2026-12", "2026-Q4", "2026"]
    );
    let long = became_ready(&berlin, 0, at("2026-11-24T12:00:00Z"));
    assert_eq!(long.len(), BACK_MAX * 3);
    assert_eq!(next_ready(&berlin, at("2026-04-05T12:00:00Z")), Some(at("2026-04-07T22:00:00Z")));
    assert_eq!(next_ready(&berlin, at("2026-04-07T22:00:00Z")), Some(at("2026-05-07T22:00:00Z")));
}

#[test]
fn five_years_become_ready_once_each_in_three_zones() {
    for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"] {
        let calendar = calendar(zone);
        let start = calendar.start_of(jiff::civil::date(2024, 1, 8));
        let (mut told, mut found) = (start, Vec::new());
        while let Some(now) = next_ready(&calendar, told)
            .filter(|now| *now <= calendar.start_of(jiff::civil::date(2029, 1, 8)))
        {
            for period in became_ready(&calendar, told, now) {
                assert!(may_close(&calendar, period, now).is_ok());
                assert!(may_close(&calendar, period, now - 1).is_err());
                found.push(period);
            }
            told = now;
        }
        let all: BTreeSet<_> = found.iter().collect();
        assert_eq!((found.len(), all.len()), (60 + 20 + 5, 60 + 20 + 5), "{zone}");
    }
}

fn board(metric: Metric, industry: Option<&str>, ends: &[(u128, Option<u32>, i64)]) -> Board {
    let end = |(partner, rank, score): &(u128, Option<u32>, i64)| End {
        partner: PartnerId(*partner),
        rank: *rank,
        score: Score { score: *score, reached_at: 7 },
    };
    let key = BoardKey::new(metric, named("2026-02"), industry.map(str::to_owned));
    Board { key, ends: ends.iter().map(end).collect() }
}

fn head(period: Period) -> Head<'static> {
    Head { period, bounds: (1, 2), timezone: "Europe/Berlin", ledger_seq: 9, ledger_hash: "ab" }
}

#[test]
fn a_result_is_one_text() {
    let boards = [
        board(Metric::Revenue, Some("dental"), &[(1, Some(1), 90)]),
        board(Metric::Revenue, None, &[(1, Some(1), 90), (2, None, 200)]),
        board(Metric::Clients, None, &[(1, Some(1), 1)]),
    ];
    let [one, two] = [1, 2].map(|id| PartnerId(id).to_string());
    let expected = format!(
        "2026-02 1 2 Europe/Berlin 9 ab\nclients - {one} 1 1 7\nrevenue - {one} 1 90 7\n\
         revenue - {two} - 200 7\nrevenue dental {one} 1 90 7\n"
    );
    let alone = Organizations::default();
    assert_eq!(text(head(named("2026-02")), &boards, &alone), expected);
    let end = |slug: &str, rank, score| OrganizationEnd { slug: slug.to_owned(), rank, score };
    let of = |metric, industry: Option<&str>, ends| OrganizationBoard {
        key: BoardKey::new(metric, named("2026-02"), industry.map(str::to_owned)),
        ends,
    };
    let organizations = Organizations {
        boards: vec![
            of(Metric::Revenue, Some("dental"), vec![end("acme", Some(1), 90)]),
            of(Metric::Revenue, None, vec![end("acme", Some(1), 90), end("beta", None, 200)]),
        ],
        unnamed: [PartnerId(2)].into(),
    };
    let expected = format!(
        "{expected}organization revenue - acme 1 90\norganization revenue - beta - 200\n\
         organization revenue dental acme 1 90\nunnamed {two}\n"
    );
    assert_eq!(text(head(named("2026-02")), &boards, &organizations), expected);
    assert_eq!(hash("").len(), 64);
}

#[test]
fn three_places_are_congratulated() {
    let tied = board(
        Metric::Revenue,
        None,
        &[(1, Some(1), 9), (2, Some(2), 7), (3, Some(2), 7), (4, Some(4), 5), (5, None, 20)],
    );
    assert_eq!(tied.top().map(|end| end.partner.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(tied.participants(), 4);
    let many: Vec<_> = (0..9).map(|id| (id, Some(1), 5)).collect();
    assert_eq!(board(Metric::Revenue, None, &many).top().count(), TOP_ROWS_MAX);
}

#[test]
fn late_is_what_its_own_month_did_not_take() {
    let berlin = calendar("Europe/Berlin");
    let on = jiff::civil::date(2026, 3, 31);
    assert_eq!(late(&berlin, on, at("2026-04-07T21:59:59Z")), None);
    assert_eq!(late(&berlin, on, at("2026-04-07T22:00:00Z")), Some(named("2026-04")));
}

proptest! {
    /// Whatever is changed of a result, its hash is another.
    #[test]
    fn any_change_is_seen(
        ends in prop::collection::vec((1..9_u128, prop::option::of(1..5_u32), 1..100_i64), 1..6),
        at in 0..6_usize,
        by in 1..4_i64,
    ) {
        let before = [board(Metric::Revenue, None, &ends)];
        let mut other = ends.clone();
        let index = at % other.len();
        other[index].2 += by;
        let period = named("2026-02");
        let alone = Organizations::default();
        let said = |boards: &[Board]| hash(&text(head(period), boards, &alone));
        prop_assert_ne!(said(&before), said(&[board(Metric::Revenue, None, &other)]));
        let elsewhere = hash(&text(head(named("2026-03")), &before, &alone));
        prop_assert_ne!(said(&before), elsewhere);
        let unnamed = Organizations { unnamed: [PartnerId(1)].into(), ..alone.clone() };
        prop_assert_ne!(said(&before), hash(&text(head(period), &before, &unnamed)));
    }
}
