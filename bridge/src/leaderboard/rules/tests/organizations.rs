//! Organizations' totals: they add up, a move splits them exactly by the sales' days, a client counts once,
//! who stands without a name is as if they had sold nothing, and counting by pages is counting at once.
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use schema::ids::{ClientId, PartnerId};
use schema::metric::Metric;
use schema::period::{Calendar, Period, WeekStart};

use super::super::{
    BoardKey, Memberships, Periods, Posted, Slug, Tally, Totals, ranked, replay, replay_member,
};
use super::recount::{entries, steps};
use super::sale;
use crate::ledger::rules::EntryBody;

type Entries = Vec<(i64, EntryBody)>;

const FIRST: Date = date(2020, 1, 1);
const PARTNERS: [PartnerId; 3] = [PartnerId(1), PartnerId(2), PartnerId(3)];

fn calendar() -> Calendar {
    Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap()
}

fn memberships(
    spans: &[(PartnerId, &str, Date, Option<Date>)],
    unnamed: &[PartnerId],
) -> Memberships {
    let spans = spans.iter().map(|(who, slug, from, to)| (*who, Slug::from(*slug), *from, *to));
    Memberships::new(spans, unnamed.iter().copied())
}

#[test]
fn nobody_belonged_anywhere_until_somebody_did() {
    assert!(memberships(&[], &[PartnerId(1)]).is_empty());
    assert!(!memberships(&[(PartnerId(1), "acme", FIRST, None)], &[]).is_empty());
}

#[test]
fn somebody_belongs_from_the_first_day_until_the_day_of_leaving() {
    let (from, to) = (date(2026, 5, 4), date(2026, 6, 10));
    let members = memberships(&[(PartnerId(1), "acme", from, Some(to))], &[]);
    let on = |day: Date| members.of(PartnerId(1), day).map(ToString::to_string);
    assert_eq!(on(date(2026, 5, 3)), None);
    assert_eq!(on(from).as_deref(), Some("acme"));
    assert_eq!(on(date(2026, 6, 9)).as_deref(), Some("acme"));
    assert_eq!(on(to), None);
}

fn totals(entries: &Entries, memberships: &Memberships) -> Totals {
    let calendar = calendar();
    let mut tally = Tally::new(memberships, Periods::of(&calendar));
    for (seq, (at, body)) in (1..).zip(entries) {
        tally.take(Posted { seq, at: *at, body }, true);
    }
    tally.totals()
}

/// As the program does it: page by page, and in each by all entries of the clients that it names.
fn by_pages(entries: &Entries, memberships: &Memberships, page: usize) -> Totals {
    let calendar = calendar();
    let mut sums = Totals::new();
    let posted: Vec<Posted<'_>> =
        (1..).zip(entries).map(|(seq, (at, body))| Posted { seq, at: *at, body }).collect();
    for from in (0..posted.len()).step_by(page) {
        let to = (from + page).min(posted.len());
        let client = |entry: &Posted<'_>| entry.body.credit().unwrap().client;
        let clients: BTreeSet<ClientId> = posted[from..to].iter().map(client).collect();
        let mut tally = Tally::new(memberships, Periods::of(&calendar));
        for named in clients {
            for entry in posted[..to].iter().filter(|entry| client(entry) == named) {
                tally.take(*entry, entry.seq > i64::try_from(from).unwrap());
            }
        }
        for (key, by) in tally.totals() {
            *sums.entry(key).or_default() += by;
        }
    }
    sums.retain(|_, total| *total != 0);
    sums
}

fn revenue(totals: &Totals) -> BTreeMap<BoardKey, i64> {
    let mut sums = BTreeMap::new();
    for ((_, key), total) in totals.iter().filter(|((_, key), _)| key.metric == Metric::Revenue) {
        *sums.entry(key.clone()).or_default() += total;
    }
    sums.retain(|_, total| *total != 0);
    sums
}

fn of(totals: &Totals, slug: &str, metric: Metric) -> i64 {
    let key = (Slug::from(slug), BoardKey::new(metric, Period::ALL, None));
    totals.get(&key).copied().unwrap_or(0)
}

/// The clients of whom something is left of the parts that count.
fn clients(entries: &Entries, counts: impl Fn(PartnerId, Date) -> bool) -> i64 {
    let mut left: BTreeMap<ClientId, i64> = BTreeMap::new();
    for (_, body) in entries {
        let credit = body.credit().unwrap();
        for share in credit.shares.iter().filter(|share| counts(share.partner, credit.on)) {
            *left.entry(credit.client).or_default() += share.minor;
        }
    }
    left.values().filter(|minor| **minor > 0).count().try_into().unwrap()
}

fn minor(entries: &Entries, counts: impl Fn(PartnerId, Date) -> bool) -> i64 {
    let credits = entries.iter().map(|(_, body)| body.credit().unwrap());
    let parts = credits.flat_map(|credit| credit.shares.iter().map(|share| (share, credit.on)));
    parts.filter(|(share, on)| counts(share.partner, *on)).map(|(share, _)| share.minor).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn totals_add_up_and_a_move_splits_them(steps in steps(), days in -60..60_i64) {
        let entries = entries(&steps, &calendar());
        let [ana, bo, cy] = PARTNERS;
        let day = date(2026, 1, 1).saturating_add(jiff::Span::new().days(days));
        // Bo moves on that day; Cy is of none until then.
        let moved = memberships(&[
            (ana, "acme", FIRST, None),
            (bo, "acme", FIRST, Some(day)),
            (bo, "beta", day, None),
            (cy, "beta", day, None),
        ], &[]);
        let found = totals(&entries, &moved);
        let acme = |who, on| who == ana || who == bo && on < day;
        let beta = |who, on| (who == bo || who == cy) && on >= day;
        prop_assert_eq!(of(&found, "acme", Metric::Revenue), minor(&entries, acme));
        prop_assert_eq!(of(&found, "beta", Metric::Revenue), minor(&entries, beta));
        prop_assert_eq!(of(&found, "acme", Metric::Clients), clients(&entries, acme));
        prop_assert_eq!(of(&found, "beta", Metric::Clients), clients(&entries, beta));
        // With those of nobody they are the program's, on every board.
        let nobody = totals(&entries, &memberships(&[(cy, "none", FIRST, Some(day))], &[]));
        let mut sums = revenue(&found);
        for (key, total) in revenue(&nobody) {
            *sums.entry(key).or_default() += total;
        }
        sums.retain(|_, total| *total != 0);
        let posted = (1..).zip(&entries).map(|(seq, (at, body))| Posted { seq, at: *at, body });
        let mut program = BTreeMap::new();
        for (key, scores) in replay(posted, &calendar(), &|_, _| false).unwrap() {
            if key.metric == Metric::Revenue {
                program.insert(key, scores.values().map(|score| score.score).sum::<i64>());
            }
        }
        program.retain(|_, total| *total != 0);
        prop_assert_eq!(sums, program);
    }

    #[test]
    fn who_has_no_name_is_not_there(steps in steps(), page in 1..5_usize) {
        let entries = entries(&steps, &calendar());
        let spans = PARTNERS.map(|who| (who, "acme", FIRST, None));
        let hidden = memberships(&spans, &[PartnerId(2)]);
        let absent = memberships(&[spans[0], spans[2]], &[]);
        let found = totals(&entries, &hidden);
        prop_assert_eq!(&found, &totals(&entries, &absent));
        prop_assert_eq!(found, by_pages(&entries, &hidden, page), "by pages");
    }
}

#[test]
fn a_day_belongs_to_one_organization() {
    let day = date(2026, 3, 1);
    let ana = PARTNERS[0];
    let moved =
        memberships(&[(ana, "acme", FIRST, Some(day)), (ana, "beta", day, None)], &[PARTNERS[1]]);
    let on = |on| moved.of(ana, on).map(|slug| slug.to_string());
    assert_eq!(on(date(2019, 12, 31)), None);
    assert_eq!(on(date(2026, 2, 28)).as_deref(), Some("acme"));
    assert_eq!(on(day).as_deref(), Some("beta"));
    assert!(moved.has(ana) && !moved.has(PARTNERS[1]));
    assert!(moved.shown(PARTNERS[1], day).is_none());
}

#[test]
fn those_with_one_score_share_a_rank() {
    assert_eq!(ranked(&[900, 700, 700, 500]), [1, 2, 2, 4]);
    assert!(ranked(&[]).is_empty());
}

#[test]
fn an_entry_concerns_an_organization_only_through_who_is_of_it_by_name() {
    let [ana, bo, _] = PARTNERS;
    let since = date(2026, 3, 1);
    let credit = sale(1, 1, 100, since);
    for (partner, unnamed, concerns) in [(ana, bo, true), (ana, ana, false), (bo, bo, false)] {
        let memberships = memberships(&[(partner, "acme", since, None)], &[unnamed]);
        let calendar = calendar();
        let tally = Tally::new(&memberships, Periods::of(&calendar));
        assert_eq!(tally.concerns(&credit), concerns, "{partner:?} but for {unnamed:?}");
        assert!(!tally.concerns(&sale(2, 1, 100, since.yesterday().unwrap())));
    }
}

#[test]
fn organizations_are_those_that_ever_had_somebody() {
    let [ana, bo, cy] = PARTNERS;
    let day = date(2026, 3, 1);
    let spans =
        [(ana, "beta", FIRST, Some(day)), (ana, "acme", day, None), (bo, "acme", day, None)];
    let all = memberships(&spans, &[bo, cy]);
    assert_eq!(all.organizations(), ["acme", "beta"].map(Slug::from).into());
    assert_eq!(all.unnamed(), [bo].into(), "Cy was never of one");
}

#[test]
fn a_member_s_scores_are_of_what_they_sold_as_one() {
    let ana = PARTNERS[0];
    let moved = date(2026, 3, 10);
    let memberships =
        memberships(&[(ana, "acme", FIRST, Some(moved)), (ana, "beta", moved, None)], &[ana]);
    let (old, new) = (sale(1, 1, 100, moved.yesterday().unwrap()), sale(2, 2, 40, moved));
    let more = sale(3, 3, 2, moved.tomorrow().unwrap());
    let entries: Vec<_> = (1_i64..)
        .zip([&old, &new, &more])
        .map(|(seq, credit)| {
            (seq, calendar().start_of(credit.on), EntryBody::sale_approved(credit))
        })
        .collect();
    for (slug, revenue, clients) in [("acme", 100, 1), ("beta", 42, 2)] {
        let calendar = calendar();
        let periods = &mut Periods::of(&calendar);
        let scores = replay_member(ana, &entries, (&memberships, slug), periods).unwrap();
        let of = |metric| scores[&BoardKey::new(metric, Period::ALL, None)].score;
        assert_eq!((of(Metric::Revenue), of(Metric::Clients)), (revenue, clients), "{slug}");
    }
    let periods = calendar();
    let none = replay_member(ana, &entries, (&memberships, "gamma"), &mut Periods::of(&periods));
    assert_eq!(none, Ok(BTreeMap::new()));
}
