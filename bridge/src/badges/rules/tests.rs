//! That awards are a function of the ledger: followed entry by entry for those concerned, they are what a
//! plain count of all entries says after each. And what hands do stays.
use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::Currency;

use super::counts::Facts;
use super::own::{Own, reverses};
use super::*;
use crate::ledger::rules::{Credit, CreditShare, EntryBody};

mod counts;
mod places;

const PARTNERS: u128 = 3;

#[derive(Debug, Clone)]
enum Act {
    Sell { partners: Vec<u128>, client: u128, industry: Option<u8>, day: i32, minor: i64 },
    Void { which: usize },
    Refund { which: usize, minor: i64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let partners = prop::sample::subsequence(vec![1, 2, 3_u128], 1..=2);
    // Two weeks, and days long after them: rows of working days, and comebacks.
    let day = prop_oneof![8 => 0..14_i32, 1 => 100..114_i32, 1 => 210..215_i32];
    let industry = prop::option::of(0..3_u8);
    let sell = (partners, 1..5_u128, industry, day, 1..120_000_i64).prop_map(
        |(partners, client, industry, day, minor)| Act::Sell {
            partners,
            client,
            industry,
            day,
            minor,
        },
    );
    let void = (0..20_usize).prop_map(|which| Act::Void { which });
    let refund =
        (0..20_usize, 1..60_000_i64).prop_map(|(which, minor)| Act::Refund { which, minor });
    prop::collection::vec(prop_oneof![6 => sell, 2 => void, 1 => refund], 0..14)
}

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

/// The entries of a history: nothing is taken back that is not there.
fn entries(acts: &[Act]) -> Vec<EntryBody> {
    let mut open: Vec<(i64, Credit)> = Vec::new();
    let mut out = Vec::new();
    for act in acts {
        let seq = i64::try_from(out.len()).unwrap() + 1;
        match act {
            Act::Sell { partners, client, industry, day, minor } => {
                let share = |id: &u128| CreditShare { partner: PartnerId(*id), minor: *minor };
                let credit = Credit {
                    sale: SaleId(u128::try_from(seq).unwrap()),
                    client: ClientId(*client),
                    industry: industry.map(|i| format!("i{i}")),
                    on: date(2026, 3, 23).saturating_add((*day).days()),
                    currency: eur(),
                    shares: partners.iter().map(share).collect(),
                };
                out.push(EntryBody::sale_approved(&credit));
                open.push((seq, credit));
            }
            Act::Void { which } if !open.is_empty() => {
                let (of, credit) = open.remove(which % open.len());
                out.push(EntryBody::sale_voided(&credit, of));
            }
            Act::Refund { which, minor } if !open.is_empty() => {
                let at = which % open.len();
                let (of, credit) = &mut open[at];
                let mut taken = credit.clone();
                for (share, left) in taken.shares.iter_mut().zip(&mut credit.shares) {
                    share.minor = -left.minor.min(*minor);
                    left.minor += share.minor;
                }
                out.push(EntryBody::sale_refunded(taken, *of));
                if credit.shares.iter().all(|share| share.minor == 0) {
                    open.remove(at);
                }
            }
            Act::Void { .. } | Act::Refund { .. } => {}
        }
    }
    out
}

/// What is left of each sale, by partner.
fn left(entries: &[EntryBody]) -> BTreeMap<(SaleId, PartnerId), i64> {
    let mut left = BTreeMap::new();
    for credit in entries.iter().filter_map(EntryBody::credit) {
        for share in &credit.shares {
            *left.entry((credit.sale, share.partner)).or_insert(0) += share.minor;
        }
    }
    left
}

fn first_of(
    (entries, left): (&[EntryBody], &BTreeMap<(SaleId, PartnerId), i64>),
    industry: &str,
) -> Option<SaleId> {
    let credits = entries.iter().filter_map(EntryBody::credit);
    let mut own = credits.filter(|credit| credit.industry.as_deref() == Some(industry));
    own.find(|c| c.shares.iter().any(|share| left[&(c.sale, share.partner)] > 0)).map(|c| c.sale)
}

/// As the live program does it: one entry at a time, for those whom it concerns.
fn live(entries: &[EntryBody]) -> BTreeMap<PartnerId, Vec<Fact>> {
    let mut known: BTreeMap<PartnerId, Own> = BTreeMap::new();
    let mut facts: BTreeMap<PartnerId, Vec<Fact>> = BTreeMap::new();
    let mut n = 0;
    for (at, body) in entries.iter().enumerate() {
        let seq = i64::try_from(at).unwrap() + 1;
        let (now, credit) = (&entries[..=at], body.credit().unwrap());
        let left = left(now);
        let first_of = |slug: &str| first_of((now, &left), slug);
        let mut concerned: BTreeSet<_> = credit.shares.iter().map(|share| share.partner).collect();
        for id in &concerned {
            known.entry(*id).or_default().take(*id, seq, body);
        }
        let first = credit.industry.as_deref().and_then(first_of);
        if let Some(first) = first.filter(|_| reverses(body).is_some()) {
            concerned.extend(left.keys().filter(|(sale, _)| *sale == first).map(|k| k.1));
        }
        for id in concerned {
            let own = known.entry(id).or_default();
            let slugs: BTreeSet<_> = own.standing().filter_map(|p| p.industry.clone()).collect();
            let is_first = |slug: &&String| {
                let first = first_of(slug);
                own.standing().any(|part| Some(part.sale) == first)
            };
            let pioneered = i64::try_from(slugs.iter().filter(is_first).count()).unwrap();
            let counts = Facts::Credit { own, pioneered, exponent: 2 }.counts(|_| true);
            let have = facts.entry(id).or_default();
            for Change { badge, level, revokes } in changes(&counts, have) {
                n += 1;
                let cause = Some(Cause::Entry(seq));
                have.push(Fact { n, badge, level, revokes, cause, celebrated: false, at: 0 });
            }
        }
    }
    facts
}

/// A plain count of everything, with nothing of the program's own.
fn counted(
    (entries, left): (&[EntryBody], &BTreeMap<(SaleId, PartnerId), i64>),
    id: PartnerId,
    badge: &str,
) -> i64 {
    let gave: Vec<&Credit> = entries
        .iter()
        .filter(|body| reverses(body).is_none())
        .filter_map(EntryBody::credit)
        .filter(|credit| credit.shares.iter().any(|share| share.partner == id))
        .collect();
    let won: Vec<&&Credit> = gave.iter().filter(|c| left[&(c.sale, id)] > 0).collect();
    let distinct = |values: Vec<String>| values.into_iter().collect::<BTreeSet<_>>().len();
    let clients = || won.iter().map(|c| c.client.to_string()).collect::<Vec<_>>();
    let count = match badge {
        "first-sale" | "closer" => won.len(),
        "clients" => distinct(clients()),
        "loyalty" => {
            let all = clients();
            distinct(
                all.iter().filter(|c| all.iter().filter(|d| d == c).count() > 1).cloned().collect(),
            )
        }
        "revenue" => {
            let sum: i64 = left.iter().filter(|((_, p), _)| *p == id).map(|(_, minor)| minor).sum();
            usize::try_from(sum / 100).unwrap()
        }
        "team-player" => won.iter().filter(|c| c.shares.len() > 1).count(),
        "explorer" => distinct(won.iter().filter_map(|c| c.industry.clone()).collect()),
        "regular" => {
            distinct(won.iter().map(|c| format!("{} {}", c.on.year(), c.on.month())).collect())
        }
        "pioneer" => {
            let slugs: BTreeSet<&String> = won.iter().filter_map(|c| c.industry.as_ref()).collect();
            let mine = |slug: &&&String| {
                let first = first_of((entries, left), slug);
                won.iter().any(|c| Some(c.sale) == first)
            };
            slugs.iter().filter(mine).count()
        }
        "comeback" => {
            let paused = |(at, c): &(usize, &&Credit)| {
                let before = gave[..*at].iter().map(|c| c.on).max();
                left[&(c.sale, id)] > 0
                    && before.is_some_and(|day| day.saturating_add(90.days()) < c.on)
            };
            gave.iter().enumerate().filter(paused).count()
        }
        "streak" => {
            let days: BTreeSet<Date> = won.iter().map(|c| c.on).collect();
            days.iter().map(|day| run(*day, &days)).max().unwrap_or(0)
        }
        other => panic!("{other} is not counted"),
    };
    i64::try_from(count).unwrap()
}

/// Working days with a sale from a day on, weekends passed over.
fn run(mut day: Date, days: &BTreeSet<Date>) -> usize {
    let mut length = 0;
    loop {
        let rests = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !rests && !days.contains(&day) {
            return length;
        }
        length += usize::from(!rests);
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn credit_after_a_day_is_of_later_days_only() {
    let sell = |day, minor| Act::Sell { partners: vec![1], client: 1, industry: None, day, minor };
    let mut own = Own::default();
    for (seq, body) in (1_i64..).zip(entries(&[sell(0, 1), sell(1, 20), sell(2, 300)])) {
        own.take(PartnerId(1), seq, &body);
    }
    let start = date(2026, 3, 23);
    let after = [-1, 0, 1, 2].map(|days: i32| own.after(start.saturating_add(days.days())));
    assert_eq!(after, [321, 320, 300, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn awards_are_a_function_of_the_ledger(acts in acts()) {
        let entries = entries(&acts);
        let facts = live(&entries);
        let credit = || CATALOG.iter().filter(|rule| rule.source == Source::Credit);
        for id in (1..=PARTNERS).map(PartnerId) {
            let own = facts.get(&id).cloned().unwrap_or_default();
            let mut has: BTreeSet<(&str, i64)> = BTreeSet::new();
            for at in 0..entries.len() {
                let left = left(&entries[..=at]);
                let seq = i64::try_from(at).unwrap() + 1;
                let mut expected = BTreeSet::new();
                for rule in credit() {
                    let level = rule.level(counted((&entries[..=at], &left), id, rule.id));
                    expected.extend((1..=i64::try_from(level).unwrap()).map(|level| (rule.id, level)));
                }
                let lost: BTreeSet<_> = has.difference(&expected).copied().collect();
                prop_assert!(lost.is_empty() || reverses(&entries[at]).is_some(), "{:?} at {}", lost, seq);
                let new: BTreeSet<_> = expected.difference(&has).copied().collect();
                let wrote = |revokes: bool| -> BTreeSet<(&str, i64)> {
                    let here = own.iter().filter(|fact| fact.cause == Some(Cause::Entry(seq)));
                    let here = here.filter(|fact| fact.revokes.is_some() == revokes);
                    here.map(|fact| (fact.badge.as_str(), fact.level)).collect()
                };
                prop_assert_eq!((wrote(false), wrote(true)), (new, lost), "entry {}", seq);
                has = expected;
            }
            let now: BTreeSet<_> = by_rule(&own).into_keys().collect();
            prop_assert_eq!(now, has);
        }
    }
}

fn fact(n: i64, level: i64, revokes: Option<i64>, cause: Cause) -> Fact {
    let badge = "streak".to_owned();
    Fact { n, badge, level, revokes, cause: Some(cause), celebrated: false, at: 0 }
}

fn hand() -> Cause {
    Cause::Hand("@o:a.org".into(), "why".into())
}

#[test]
fn no_rule_takes_what_a_hand_gave() {
    let streak = by_id("streak").unwrap();
    let given = [fact(1, 1, None, hand())];
    assert_eq!(changes(&[(streak, 0)], &given), []);
    // The rule gives its own beside it, and takes that back alone.
    let both = [fact(1, 1, None, hand()), fact(2, 1, None, Cause::Entry(1))];
    let back = Change { badge: "streak".into(), level: 1, revokes: Some(2) };
    assert_eq!(changes(&[(streak, 0)], &both), [back]);
    assert_eq!(shown(&both), BTreeMap::from([("streak".to_owned(), 1)]));
}

#[test]
fn what_a_hand_took_comes_only_when_it_is_earned_anew() {
    let streak = by_id("streak").unwrap();
    let mut facts = vec![fact(1, 1, None, Cause::Entry(1)), fact(2, 1, Some(1), hand())];
    assert_eq!(shown(&facts), BTreeMap::new());
    assert_eq!(changes(&[(streak, 4)], &facts), []);
    let lost = changes(&[(streak, 2)], &facts);
    assert_eq!(lost[0].revokes, Some(1));
    facts.push(fact(3, 1, Some(1), Cause::Entry(2)));
    let again = changes(&[(streak, 3)], &facts);
    assert_eq!(again, [Change { badge: "streak".into(), level: 1, revokes: None }]);
}

#[test]
fn only_the_highest_level_shows() {
    let streak = by_id("streak").unwrap();
    let new = changes(&[(streak, 11)], &[]);
    assert_eq!(new.iter().map(|change| change.level).collect::<Vec<_>>(), [1, 2, 3]);
    let facts: Vec<Fact> =
        (1..).zip(&new).map(|(n, c)| fact(n, c.level, None, Cause::Entry(1))).collect();
    assert_eq!(shown(&facts), BTreeMap::from([("streak".to_owned(), 3)]));
    let fallen = changes(&[(streak, 5)], &facts);
    assert_eq!(fallen.iter().map(|c| (c.level, c.revokes)).collect::<Vec<_>>(), [(3, Some(3))]);
}

#[test]
fn the_catalog_is_sound_and_partners_can_read_it() {
    let partner = include_str!("../../../../docs/partner.md");
    let mut ids = BTreeSet::new();
    for rule in &CATALOG {
        assert!(ids.insert(rule.id), "{} twice", rule.id);
        assert!(rule.levels.is_sorted_by(|a, b| a < b) && rule.levels[0] > 0, "{}", rule.id);
        let off = if rule.by_default { "" } else { "off at first" };
        let levels: Vec<String> =
            rule.levels.iter().map(|n| schema::money::thousands(n.unsigned_abs())).collect();
        let row = format!(
            "| {} {} | {} | {} | {off} |",
            rule.emoji,
            rule.name,
            rule.earned,
            levels.join(", ")
        );
        assert!(partner.contains(&row), "docs/partner.md has no row\n{row}");
    }
}
