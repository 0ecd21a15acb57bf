//! Boards against a recount that shares none of their code: every score is counted from nothing after each
//! entry, by the definitions alone. Histories have ties, shared sales, partial and full refunds, late
//! approvals, closed periods, days around midnight, and three zones.
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::metric::Metric;
use schema::money::Currency;
use schema::period::{Calendar, Period, PeriodKind, WeekStart};

use super::super::{Board, BoardKey, Boards, Posted, Row, replay};
use super::doubled;
use crate::ledger::rules::{Credit, CreditShare, EntryBody};

const HOUR: i64 = 3_600_000;
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Pacific/Apia"];

/// A step: hours later, a sale is approved, or (a part of) an earlier one is taken back.
#[derive(Debug, Clone)]
pub(super) struct Step {
    hours: i64,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Sale { partners: Vec<u128>, client: u128, industry: Option<u8>, minor: i64, age: i64 },
    Refund { which: usize, percent: i64 },
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let partners = prop::collection::btree_set(1..4_u128, 1..3);
    let sale = (partners, 1..4_u128, prop::option::weighted(0.8, 0..2_u8), 1..6_i64, 0..60_i64);
    let sale = sale.prop_map(|(partners, client, industry, minor, age)| Kind::Sale {
        partners: partners.into_iter().collect(),
        client,
        industry,
        minor: minor * 100,
        age,
    });
    let refund = (0..9_usize, prop_oneof![Just(100_i64), 1..100_i64])
        .prop_map(|(which, percent)| Kind::Refund { which, percent });
    let step = (0..500_i64, prop_oneof![3 => sale, 2 => refund]);
    prop::collection::vec(step.prop_map(|(hours, kind)| Step { hours, kind }), 1..10)
}

/// The entries with their times, from the turn of a year on.
pub(super) fn entries(steps: &[Step], calendar: &Calendar) -> Vec<(i64, EntryBody)> {
    let mut now = calendar.start_of(jiff::civil::date(2026, 1, 1)) - 1;
    let mut open: Vec<(i64, Credit)> = Vec::new();
    let mut out: Vec<(i64, EntryBody)> = Vec::new();
    for step in steps {
        now += step.hours * HOUR;
        match &step.kind {
            Kind::Sale { partners, client, industry, minor, age } => {
                let share = |(n, id): (i64, &u128)| CreditShare {
                    partner: PartnerId(*id),
                    minor: minor / (n + 1),
                };
                let credit = Credit {
                    sale: SaleId(out.len() as u128),
                    client: ClientId(*client),
                    industry: industry.map(|i| format!("i{i}")),
                    on: calendar.day_of(now - age * 24 * HOUR),
                    currency: Currency::parse("EUR").unwrap(),
                    shares: (0..).zip(partners).map(share).collect(),
                };
                out.push((now, EntryBody::sale_approved(&credit)));
                open.push((out.len() as i64, credit));
            }
            Kind::Refund { which, percent } if !open.is_empty() => {
                let at = which % open.len();
                let (seq, left) = &mut open[at];
                let mut taken = left.clone();
                for (mine, theirs) in left.shares.iter_mut().zip(&mut taken.shares) {
                    let part = mine.minor * percent / 100;
                    mine.minor -= part;
                    theirs.minor = -part;
                }
                out.push((now, EntryBody::sale_refunded(taken, *seq)));
            }
            Kind::Refund { .. } => {}
        }
    }
    out
}

/// A sale as far as it was taken back.
#[derive(Debug, Clone)]
struct Sold {
    seq: usize,
    at: i64,
    credit: Credit,
    net: BTreeMap<PartnerId, i64>,
}

impl Sold {
    /// A partner's part of the client in thousandths: what is cut off goes to the largest remainders.
    fn milli(&self, partner: PartnerId) -> i64 {
        let total: i64 = self.credit.shares.iter().map(|share| share.minor).sum();
        let mut parts: Vec<(i64, i64, PartnerId)> = self
            .credit
            .shares
            .iter()
            .map(|s| (s.minor * 1_000 / total, s.minor * 1_000 % total, s.partner))
            .collect();
        let missing = 1_000 - parts.iter().map(|part| part.0).sum::<i64>();
        for _ in 0..missing {
            let most = parts.iter().map(|part| part.1).max().unwrap();
            let next = parts.iter_mut().find(|part| part.1 == most).unwrap();
            next.0 += 1;
            next.1 = -1;
        }
        parts.iter().find(|part| part.2 == partner).map_or(0, |part| part.0)
    }
}

fn sold(entries: &[(i64, EntryBody)]) -> Vec<Sold> {
    let mut sales: Vec<Sold> = Vec::new();
    for (seq, (at, body)) in entries.iter().enumerate() {
        let credit = body.credit().unwrap().clone();
        match sales.iter_mut().find(|sale| sale.credit.sale == credit.sale) {
            Some(sale) => credit
                .shares
                .iter()
                .for_each(|share| *sale.net.get_mut(&share.partner).unwrap() += share.minor),
            None => {
                let net = credit.shares.iter().map(|s| (s.partner, s.minor)).collect();
                sales.push(Sold { seq, at: *at, credit, net });
            }
        }
    }
    sales
}

/// The won clients of all partners: who, which, in what scope, by which sale.
type Wins = BTreeMap<(PartnerId, ClientId, Option<String>), Sold>;

fn wins(entries: &[(i64, EntryBody)]) -> Wins {
    let mut wins = Wins::new();
    let mut sales = sold(entries);
    sales.sort_by_key(|sale| (sale.credit.on, sale.seq));
    for sale in sales {
        for (partner, net) in &sale.net {
            for scope in BTreeSet::from([None, sale.credit.industry.clone()]) {
                if *net > 0 {
                    let key = (*partner, sale.credit.client, scope);
                    wins.entry(key).or_insert_with(|| sale.clone());
                }
            }
        }
    }
    wins
}

type Sums = BTreeMap<(BoardKey, PartnerId), i64>;

fn counted(entries: &[(i64, EntryBody)], calendar: &Calendar) -> Sums {
    let mut sums = Sums::new();
    let mut add = |metric, period: Period, scope: Option<String>, partner, by: i64| {
        *sums.entry((BoardKey::new(metric, period, scope), partner)).or_insert(0) += by;
    };
    let mut nets: BTreeMap<(PartnerId, Period, String), i64> = BTreeMap::new();
    let mut before = Wins::new();
    for (n, (at, body)) in entries.iter().enumerate() {
        let credit = body.credit().unwrap();
        let after = wins(&entries[..=n]);
        for kind in PeriodKind::ALL {
            let period = calendar.counted_in(*kind, credit.on, *at).0;
            for share in &credit.shares {
                add(Metric::Revenue, period, None, share.partner, share.minor);
                if let Some(slug) = &credit.industry {
                    add(Metric::Revenue, period, Some(slug.clone()), share.partner, share.minor);
                    *nets.entry((share.partner, period, slug.clone())).or_default() += share.minor;
                }
            }
            let mut moved = |all: &Wins, other: &Wins, sign: i64| {
                for (key, win) in all {
                    if other.get(key).map(|sale| sale.seq) == Some(win.seq) {
                        continue;
                    }
                    let own = calendar.counted_in(*kind, win.credit.on, win.at).0;
                    let closed = calendar.closes_at(own).is_some_and(|closes| *at >= closes);
                    let period = if closed { calendar.period_at(*kind, *at) } else { own };
                    let (partner, _, scope) = key;
                    add(Metric::Clients, period, scope.clone(), *partner, sign);
                    if let Some(slug) = scope {
                        let weight = 1 + i64::from(doubled(slug, own));
                        let by = sign * weight * win.milli(*partner);
                        add(Metric::Penetration, period, None, *partner, by);
                        add(Metric::Penetration, period, scope.clone(), *partner, by);
                    }
                }
            };
            moved(&before, &after, -1);
            moved(&after, &before, 1);
        }
        before = after;
    }
    for ((partner, period, _), net) in nets {
        add(Metric::Breadth, period, None, partner, i64::from(net > 0));
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn posted(entries: &[(i64, EntryBody)]) -> Vec<Posted<'_>> {
    (1..).zip(entries).map(|(seq, (at, body))| Posted { seq, at: *at, body }).collect()
}

/// The rows of a board by the definition of rank, without its order statistics.
fn ranked(boards: &Boards, key: &BoardKey, hidden: &BTreeSet<PartnerId>) -> Vec<Row> {
    let mut rows: Vec<_> = boards[key]
        .iter()
        .filter(|(partner, score)| score.score > 0 && !hidden.contains(partner))
        .collect();
    rows.sort_by_key(|(partner, score)| (-score.score, score.reached_at, **partner));
    let above = |own: i64| rows.iter().filter(|(_, score)| score.score > own).count();
    let row = |(partner, score): &(&PartnerId, &super::Score)| Row {
        rank: u32::try_from(above(score.score)).unwrap() + 1,
        partner: **partner,
        score: score.score,
    };
    rows.iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn boards_are_what_a_recount_says(
        steps in steps(),
        zone in 0..3_usize,
        hidden in prop::collection::btree_set(1..4_u128, 0..2),
    ) {
        let calendar = Calendar::named(ZONES[zone], WeekStart::Monday).unwrap();
        let entries = entries(&steps, &calendar);
        let boards = replay(posted(&entries), &calendar, &doubled).unwrap();
        let scores: Sums = boards
            .iter()
            .flat_map(|(key, rows)| rows.iter().map(|(id, s)| ((key.clone(), *id), s.score)))
            .collect();
        prop_assert_eq!(&scores, &counted(&entries, &calendar));

        // Somebody hides, after the board was made or before: the others stand as a plain sort says.
        let hidden: BTreeSet<PartnerId> = hidden.into_iter().map(PartnerId).collect();
        for key in boards.keys().filter(|key| key.period == Period::ALL) {
            let mut board = Board::of(boards[key].iter().map(|(id, score)| (*id, *score)));
            hidden.iter().for_each(|id| board.set_hidden(*id, true));
            prop_assert_eq!(board.top(9), ranked(&boards, key, &hidden));
            hidden.iter().for_each(|id| board.set_hidden(*id, false));
            prop_assert_eq!(board.top(9), ranked(&boards, key, &BTreeSet::new()));
        }

        // What came after a period's close has not touched it.
        let end = entries.last().map_or(0, |(at, _)| *at);
        let mut prefixes: BTreeMap<usize, Boards> = BTreeMap::new();
        for (key, rows) in &boards {
            let Some(closes) = calendar.closes_at(key.period).filter(|at| *at <= end) else { continue };
            let before = entries.iter().take_while(|(at, _)| *at < closes).count();
            let then = prefixes.entry(before).or_insert_with(|| {
                replay(posted(&entries[..before]), &calendar, &doubled).unwrap()
            });
            prop_assert_eq!(Some(rows), then.get(key));
        }
    }
}
