//! Histories of sales, refunds and voids, early and late, shared and not: the program's replay and the
//! verifier's, which were written apart, make the same boards.
use bridge::leaderboard::rules::{Memberships, Periods, Posted, Tally, replay};
use bridge::ledger::rules::{Credit, CreditShare, EntryBody};
use jiff::{Timestamp, ToSpan};
use partnerspace_tests::Outcome;
use partnerspace_tests::verifier::boards::{self, Boards};
use partnerspace_tests::verifier::calendar::{Calendar as Own, KINDS, day};
use partnerspace_tests::verifier::entries::Entry;
use partnerspace_tests::verifier::organizations;
use proptest::prelude::*;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::Currency;
use schema::period::{Calendar, WeekStart};

/// Histories in an ordinary run; `PROPTEST_CASES=10000` plays as many.
const CASES: u32 = 2_500;
const DAY: i64 = 86_400_000;
/// 2026-02-20: a year's end, a leap of the clock and many ends of periods are near.
const BEGIN: i64 = 1_771_545_600_000;

#[derive(Debug, Clone)]
struct Act {
    /// Which earlier sale it takes from; none is a new one.
    of: Option<usize>,
    shares: Vec<(u128, i64)>,
    client: u128,
    industry: Option<usize>,
    /// How old the sale is, in days, and how long after the last act it comes, in hours.
    age: i64,
    pause: i64,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (
        prop::option::weighted(0.4, 0..6_usize),
        prop::collection::vec((1..4_u128, 1..200_i64), 1..3),
        1..3_u128,
        prop::option::of(0..2_usize),
        0..50_i64,
        0..400_i64,
    );
    let act = act.prop_map(|(of, shares, client, industry, age, pause)| Act {
        of,
        shares,
        client,
        industry,
        age,
        pause,
    });
    prop::collection::vec(act, 1..14)
}

/// The entries that the acts make, with their times.
fn ledger(acts: &[Act], zone: &jiff::tz::TimeZone) -> Outcome<Vec<(i64, EntryBody)>> {
    let (mut at, mut sold, mut entries) = (BEGIN, Vec::<Credit>::new(), Vec::new());
    for (n, act) in (1_u128..).zip(acts) {
        at += act.pause * DAY / 24;
        let taken = act.of.and_then(|which| sold.get(which)).cloned();
        let share = |sign: i64| {
            let share = move |(partner, minor): &(u128, i64)| CreditShare {
                partner: PartnerId(*partner),
                minor: minor * sign,
            };
            act.shares.iter().map(share).collect::<Vec<_>>()
        };
        let body = match taken {
            Some(credit) if act.client == 1 => EntryBody::sale_voided(&credit, 1),
            Some(credit) => EntryBody::sale_refunded(Credit { shares: share(-1), ..credit }, 1),
            None => {
                let today = Timestamp::from_millisecond(at)?.to_zoned(zone.clone()).date();
                let credit = Credit {
                    sale: SaleId(n),
                    client: ClientId(act.client),
                    industry: act.industry.map(|at| ["dental", "gyms"][at].to_owned()),
                    on: today.checked_sub(act.age.days())?,
                    currency: Currency::parse("EUR")?,
                    shares: share(1),
                };
                sold.push(credit.clone());
                EntryBody::sale_approved(&credit)
            }
        };
        entries.push((at, body));
    }
    Ok(entries)
}

fn by_the_program(entries: &[(i64, EntryBody)], calendar: &Calendar) -> Outcome<Boards> {
    let posted = (1..).zip(entries).map(|(seq, (at, body))| Posted { seq, at: *at, body });
    let mut boards = Boards::new();
    for (key, scores) in
        replay(posted, calendar, &|industry, period| twice(industry, &period.to_string()))?
    {
        for (partner, score) in scores {
            let industry = key.industry.clone().unwrap_or_default();
            let key =
                (key.metric.to_string(), key.period.to_string(), industry, partner.to_string());
            boards.insert(key, (i128::from(score.score), score.reached_at));
        }
    }
    Ok(boards)
}

/// New clients of one of the two industries count twice in some periods.
fn twice(industry: &str, period: &str) -> bool {
    industry == "gyms" && period.ends_with(['1', '3', '5', '7', '9'])
}

/// The periods of those that an entry may count in.
fn periods(entry: &Entry, calendar: &Own) -> Vec<(String, String)> {
    let days = [entry.text("on").and_then(day), Some(calendar.day_at(entry.at))];
    let names = days
        .into_iter()
        .flatten()
        .flat_map(|day| KINDS.into_iter().map(move |kind| calendar.period(kind, day).name));
    let name = |name: String| twice("gyms", &name).then(|| ("gyms".to_owned(), name));
    names.filter_map(name).collect()
}

fn by_the_verifier(entries: &[(i64, EntryBody)], calendar: &Own) -> Outcome<(Boards, Vec<i64>)> {
    let entry = |(seq, (at, body)): (i64, &(i64, EntryBody))| {
        let text = body.sealed(*at, "sale.approved", &seq.to_string());
        anyhow::Ok(Entry { seq, at: *at, body: serde_json::from_str(&text)? })
    };
    let entries = (1..).zip(entries).map(entry).collect::<Outcome<Vec<Entry>>>()?;
    let doubled = entries.iter().flat_map(|entry| periods(entry, calendar));
    Ok(boards::replay(&entries, calendar, &doubled.collect()))
}

/// Days after the beginning on which each partner of three moves from the first organization to the second,
/// if ever, and who stands without a name.
type People = Vec<(Option<i64>, bool)>;

fn people() -> impl Strategy<Value = People> {
    prop::collection::vec((prop::option::of(-40..60_i64), prop::bool::weighted(0.2)), 3)
}

fn organizations(
    (entries, people): (&[(i64, EntryBody)], &People),
    (calendar, own): (&Calendar, &Own),
) -> Outcome<(organizations::Totals, organizations::Totals)> {
    let first = jiff::civil::date(2026, 1, 1);
    let begin = calendar.day_of(BEGIN);
    let (mut spans, mut unnamed) = (Vec::new(), Vec::new());
    let mut verified = organizations::Memberships::default();
    for (n, (moves, hidden)) in (1_u128..).zip(people) {
        let partner = PartnerId(n);
        let moved = moves.map(|days| begin.saturating_add(days.days()));
        let mut span = |slug: &str, from: jiff::civil::Date, to: Option<jiff::civil::Date>| {
            spans.push((partner, slug.into(), from, to));
            let days = (day(&from.to_string()), to.map(|to| day(&to.to_string())));
            let (Some(from), to) = (days.0, days.1.flatten()) else { return };
            let own = verified.spans.entry(partner.to_string()).or_default();
            own.push((slug.to_owned(), from, to));
        };
        span("acme", first, moved);
        if let Some(day) = moved {
            span("beta", day, None);
        }
        if *hidden {
            unnamed.push(partner);
            verified.unnamed.insert(partner.to_string());
        }
    }
    let memberships = Memberships::new(spans, unnamed);
    let mut tally = Tally::new(&memberships, Periods::of(calendar));
    for (seq, (at, body)) in (1..).zip(entries) {
        tally.take(Posted { seq, at: *at, body }, true);
    }
    let program = tally.totals().into_iter().map(|((slug, key), total)| {
        let industry = key.industry.clone().unwrap_or_default();
        let key = (key.metric.to_string(), key.period.to_string(), industry, slug.to_string());
        (key, i128::from(total))
    });
    let entry = |(seq, (at, body)): (i64, &(i64, EntryBody))| {
        let text = body.sealed(*at, "sale.approved", &seq.to_string());
        anyhow::Ok(Entry { seq, at: *at, body: serde_json::from_str(&text)? })
    };
    let read = (1..).zip(entries).map(entry).collect::<Outcome<Vec<Entry>>>()?;
    Ok((program.collect(), organizations::totals(read.iter(), &verified, own)))
}

#[expect(clippy::needless_pass_by_value, reason = "what an error is mapped with")]
fn odd(error: anyhow::Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { CASES };
    ProptestConfig { cases, failure_persistence: None, ..asked }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn two_replays_make_the_same(
        acts in acts(),
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
        (start, name) in prop::sample::select(vec![(WeekStart::Monday, "monday"), (WeekStart::Sunday, "sunday")]),
    ) {
        let calendar = Calendar::named(zone, start).unwrap();
        let own = Own::new(zone, name, 7).unwrap();
        let entries = ledger(&acts, &calendar.zone).map_err(odd)?;
        let (boards, unread) = by_the_verifier(&entries, &own).map_err(odd)?;
        prop_assert_eq!(unread, Vec::<i64>::new());
        prop_assert_eq!(boards, by_the_program(&entries, &calendar).map_err(odd)?);
    }

    #[test]
    fn two_counts_of_organizations_are_the_same(acts in acts(), people in people()) {
        let calendar = Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap();
        let own = Own::new("Europe/Berlin", "monday", 7).unwrap();
        let entries = ledger(&acts, &calendar.zone).map_err(odd)?;
        let (program, verifier) =
            organizations((&entries, &people), (&calendar, &own)).map_err(odd)?;
        prop_assert_eq!(program, verifier);
    }
}
