//! The worked examples on ranks, percentiles and movement; that any history gives the same boards
//! entry by entry as by replay; that a board of any size ranks as a plain sort does.
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::{Currency, WIRE_MAX};
use schema::period::{Calendar, PeriodKind, WeekStart};

mod board;
mod help;
mod organizations;
mod recount;
mod scores;

use super::*;
use crate::ledger::rules::{Credit, CreditShare, EntryBody};

const ANA: PartnerId = PartnerId(1);
const BO: PartnerId = PartnerId(2);
const CY: PartnerId = PartnerId(3);
const DI: PartnerId = PartnerId(4);
const ED: PartnerId = PartnerId(5);
const FLO: PartnerId = PartnerId(6);
const DAY: i64 = 86_400_000;

fn score(score: i64, reached_at: i64) -> Score {
    Score { score, reached_at }
}

fn example() -> Board {
    let mut board = Board::new();
    for (at, (partner, points)) in
        (0..).zip([(ED, 500), (DI, 700), (CY, 700), (BO, 700), (ANA, 900), (FLO, 0)])
    {
        board.set(partner, score(points, at));
    }
    board
}

#[test]
fn ranks_and_percentiles() {
    let board = example();
    let partners = [ANA, BO, CY, DI, ED, FLO];
    let standings = partners.map(|partner| board.standing_of(partner, 6));
    assert_eq!(standings.map(|s| s.rank), [1, 2, 2, 2, 5, 6]);
    assert_eq!(standings.map(|s| s.position), [1, 4, 3, 2, 5, 6]);
    let shown = standings.map(|s| percentile(s.rank, s.of));
    assert_eq!(shown, [100, 80, 80, 80, 20, 0].map(Some));
    let top: Vec<u32> = board.top(10).iter().map(|row| row.rank).collect();
    assert_eq!(top, [1, 2, 2, 2, 5]);
    assert_eq!(percentile(1, 4), None);
}

#[test]
fn a_board_says_whose_it_is() {
    let scope = |industry| {
        BoardKey::new(Metric::Revenue, "all".parse().unwrap(), industry).scope().to_owned()
    };
    assert_eq!(scope(None), "program");
    assert_eq!(scope(Some("dental".to_owned())), "dental");
}

#[test]
fn movement_against_a_baseline() {
    let mut before = Board::new();
    for (partner, points) in [(ANA, 5), (BO, 9), (CY, 7)] {
        before.set(partner, score(points, 0));
    }
    let baseline: BTreeMap<_, _> = before.ranks().into_iter().collect();
    let mut now = Board::new();
    for (partner, points) in [(ANA, 12), (BO, 9), (CY, 9), (DI, 1)] {
        now.set(partner, score(points, 0));
    }
    let rows = now.top(10);
    assert_eq!(rows.iter().map(|row| row.rank).collect::<Vec<_>>(), [1, 2, 2, 4]);
    let moves: Vec<_> =
        rows.iter().map(|row| movement(baseline.get(&row.partner).copied(), row.rank)).collect();
    assert_eq!(moves, [Some(2), Some(-1), Some(0), None]);
}

#[test]
fn hidden_partners_see_only_themselves() {
    let mut board = example();
    board.set_hidden(BO, true);
    assert_eq!(board.top(10).len(), 4);
    assert_eq!(board.standing_of(BO, 5).rank, 2);
    assert_eq!(board.standing_of(ED, 5).rank, 4);
    assert_eq!(board.standing_of(BO, 5).of, 6);
    let (above, below) = board.neighbors(BO, 2);
    assert_eq!(above.last().unwrap().partner, CY);
    assert_eq!(below.iter().map(|row| row.partner).collect::<Vec<_>>(), [ED]);
    board.set_hidden(BO, false);
    assert_eq!(board.top(10).len(), 5);
}

#[test]
fn neighbors_are_those_next_in_line() {
    let board = example();
    let (above, below) = board.neighbors(CY, 1);
    let line = |rows: &[Row]| rows.iter().map(|row| (row.rank, row.partner)).collect::<Vec<_>>();
    assert_eq!((line(&above), line(&below)), (vec![(2, DI)], vec![(2, BO)]));
    let (above, below) = board.neighbors(FLO, 2);
    assert_eq!((line(&above), line(&below)), (vec![(2, BO), (5, ED)], vec![]));
    assert_eq!(board.standing_of(PartnerId(99), 7).rank, 6);
    let mut sunk = example();
    sunk.set(FLO, score(-5, 9));
    assert_eq!(sunk.standing_of(FLO, 8).rank, 8);
    assert_eq!(sunk.top(10).len(), 5);
}

#[test]
fn board_keys_have_one_text() {
    for text in ["revenue|2026-W47|dental", "clients|all|", "revenue|2026-Q4|"] {
        assert_eq!(text.parse::<BoardKey>().unwrap().to_string(), text);
    }
    for text in ["revenue", "revenue|all", "sales|all|", "revenue|2026-13|"] {
        assert!(text.parse::<BoardKey>().is_err(), "{text}");
    }
}

fn calendar() -> Calendar {
    Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap()
}

/// One step of a history: days after 2026-01-01 on which it is posted, and how old the sale is.
#[derive(Debug, Clone)]
enum Act {
    Sell { partner: u128, client: u128, industry: Option<u8>, minor: i64, age: i64, pause: i64 },
    Void { which: usize, pause: i64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let industry = prop::option::of(0..2_u8);
    let sell = (1..4_u128, 1..4_u128, industry, 1..500_i64, 0..45_i64, 0..20_i64).prop_map(
        |(partner, client, industry, minor, age, pause)| Act::Sell {
            partner,
            client,
            industry,
            minor,
            age,
            pause,
        },
    );
    let void = (0..20_usize, 0..20_i64).prop_map(|(which, pause)| Act::Void { which, pause });
    prop::collection::vec(prop_oneof![3 => sell, 1 => void], 0..40)
}

/// The entries of a history, with their times.
fn entries(acts: &[Act]) -> Vec<(i64, EntryBody)> {
    let start = calendar().start_of(date(2026, 1, 1));
    let mut now = start;
    let mut open: Vec<(i64, Credit)> = Vec::new();
    let mut out: Vec<(i64, EntryBody)> = Vec::new();
    for act in acts {
        match act {
            Act::Sell { partner, client, industry, minor, age, pause } => {
                now += pause * DAY + 1;
                let mut shares = vec![CreditShare { partner: PartnerId(*partner), minor: *minor }];
                if minor % 5 == 0 {
                    shares.push(CreditShare { partner: PartnerId(partner % 3 + 1), minor: 7 });
                }
                let credit = Credit {
                    sale: SaleId(out.len() as u128),
                    client: ClientId(*client),
                    industry: industry.map(|i| format!("i{i}")),
                    on: calendar().day_of(now - age * DAY),
                    currency: Currency::parse("EUR").unwrap(),
                    shares,
                };
                out.push((now, EntryBody::sale_approved(&credit)));
                open.push((out.len() as i64, credit));
            }
            Act::Void { which, pause } if !open.is_empty() => {
                now += pause * DAY + 1;
                let (seq, credit) = open.remove(which % open.len());
                out.push((now, EntryBody::sale_voided(&credit, seq)));
            }
            Act::Void { .. } => {}
        }
    }
    out
}

fn posted(entries: &[(i64, EntryBody)]) -> Vec<Posted<'_>> {
    (1..).zip(entries).map(|(seq, (at, body))| Posted { seq, at: *at, body }).collect()
}

/// What a partner holds of a client's sales, read anew from the entries as a store would.
fn held(entries: &[Posted<'_>], partner: PartnerId, client: ClientId) -> Vec<Holding> {
    let mut sales: BTreeMap<SaleId, Holding> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.body.credit().unwrap().client == client) {
        let credit = entry.body.credit().unwrap();
        let own = credit.shares.iter().filter(|share| share.partner == partner);
        let minor: i64 = own.map(|share| share.minor).sum();
        let holding = sales.entry(credit.sale).or_insert_with(|| Holding {
            sale: credit.sale,
            seq: entry.seq,
            at: entry.at,
            on: credit.on,
            industry: credit.industry.clone(),
            minor: 0,
            milli: parts(credit).get(&partner).copied().unwrap_or(0),
        });
        holding.minor += minor;
    }
    sales.into_values().filter(|holding| holding.minor > 0).collect()
}

/// One of the two industries is hardly entered in every other month.
fn doubled(industry: &str, period: Period) -> bool {
    industry == "i1" && period.to_string().ends_with(['2', '4', '6', '8'])
}

/// As the live program does it: stored scores, one entry at a time.
fn live(entries: &[Posted<'_>]) -> Boards {
    let calendar = calendar();
    let mut boards = Boards::new();
    for (index, entry) in entries.iter().enumerate() {
        let client = entry.body.credit().unwrap().client;
        let known = Before {
            held: &|partner| held(&entries[..index], partner, client),
            net: &|partner, key| {
                boards.get(key).and_then(|board| board.get(&partner)).map_or(0, |s| s.score)
            },
            doubled: &doubled,
        };
        for delta in deltas(*entry, &calendar, known) {
            let board = boards.entry(delta.key.clone()).or_default();
            let now = match advance(board.get(&delta.partner).copied(), delta.by, entry.at).unwrap()
            {
                Step::Known(score) => score,
                Step::Look => {
                    let own = entries[..=index].iter().copied().filter(|entry| {
                        entry
                            .body
                            .credit()
                            .unwrap()
                            .shares
                            .iter()
                            .any(|s| s.partner == delta.partner)
                    });
                    replay_partner(delta.partner, own, &mut Periods::of(&calendar), &doubled)
                        .unwrap()[&delta.key]
                }
            };
            board.insert(delta.partner, now);
            if now.score == 0 {
                board.remove(&delta.partner);
            }
        }
    }
    boards.retain(|_, scores| !scores.is_empty());
    boards
}

fn key(metric: Metric, period: &str) -> BoardKey {
    BoardKey::new(metric, period.parse().unwrap(), None)
}

fn sale(n: u128, client: u128, minor: i64, on: jiff::civil::Date) -> Credit {
    let shares = vec![CreditShare { partner: ANA, minor }];
    let currency = Currency::parse("EUR").unwrap();
    Credit { sale: SaleId(n), client: ClientId(client), industry: None, on, currency, shares }
}

#[test]
fn a_void_takes_the_client_out_or_to_the_next_sale() {
    let at = |month, day| calendar().start_of(date(2026, month, day));
    let (first, second) = (sale(1, 1, 100, date(2026, 3, 2)), sale(2, 1, 200, date(2026, 3, 9)));
    let mut history = vec![
        (at(3, 3), EntryBody::sale_approved(&first)),
        (at(3, 10), EntryBody::sale_approved(&second)),
        (at(3, 11), EntryBody::sale_voided(&first, 1)),
    ];
    let month = |history: &[(i64, EntryBody)], metric| {
        let boards = replay(posted(history), &calendar(), &doubled).unwrap();
        boards.get(&key(metric, "2026-03")).and_then(|scores| scores.get(&ANA).copied())
    };
    assert_eq!(month(&history[..2], Metric::Clients), Some(score(1, at(3, 3))));
    assert_eq!(month(&history, Metric::Clients), Some(score(1, at(3, 3))));
    // 200 was passed when 300 was reached, and has been kept since.
    assert_eq!(month(&history, Metric::Revenue), Some(score(200, at(3, 10))));
    let boards = replay(posted(&history), &calendar(), &doubled).unwrap();
    assert_eq!(boards.get(&key(Metric::Clients, "2026-W10")), None);
    assert_eq!(boards[&key(Metric::Clients, "2026-W11")][&ANA].score, 1);
    history.push((at(3, 12), EntryBody::sale_voided(&second, 2)));
    assert_eq!(month(&history, Metric::Clients), None);
    assert_eq!(month(&history, Metric::Revenue), None);
}

#[test]
fn what_comes_after_the_close_counts_in_the_open_period() {
    let at = |month, day| calendar().start_of(date(2026, month, day));
    let (march, april) = (sale(1, 1, 100, date(2026, 3, 31)), sale(2, 2, 100, date(2026, 3, 31)));
    let history = [
        (at(4, 7), EntryBody::sale_approved(&march)),
        (at(4, 8), EntryBody::sale_approved(&april)),
        (at(5, 20), EntryBody::sale_voided(&march, 1)),
    ];
    let boards = replay(posted(&history), &calendar(), &doubled).unwrap();
    let of = |metric, period| boards.get(&key(metric, period)).map(|scores| scores[&ANA].score);
    assert_eq!(of(Metric::Revenue, "2026-03"), Some(100));
    assert_eq!(of(Metric::Revenue, "2026-04"), Some(100));
    assert_eq!(of(Metric::Revenue, "2026-05"), Some(-100));
    assert_eq!(of(Metric::Clients, "2026-05"), Some(-1));
    assert_eq!(of(Metric::Clients, "all"), Some(1));
}

#[test]
fn a_score_stays_within_the_wire() {
    let top = Some(score(WIRE_MAX, 1));
    assert!(advance(top, 1, 2).is_err());
    assert!(advance(None, -WIRE_MAX - 1, 2).is_err());
    assert!(advance(Some(score(i64::MAX, 1)), i64::MAX, 2).is_err());
    assert_eq!(advance(top, -WIRE_MAX, 2), Ok(Step::Known(score(0, 2))));
    assert_eq!(advance(top, -1, 2), Ok(Step::Look));
}

proptest! {
    // A history is replayed many times over: fewer of them, each with up to 40 entries.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn entry_by_entry_equals_replay(acts in acts()) {
        let entries = entries(&acts);
        let entries = posted(&entries);
        prop_assert_eq!(live(&entries), replay(entries.iter().copied(), &calendar(), &doubled).unwrap());
    }

    /// Sums over periods are those of all time, which are what a plain count says.
    #[test]
    fn nothing_is_lost_between_periods(acts in acts()) {
        let entries = entries(&acts);
        let entries = posted(&entries);
        let boards = replay(entries.iter().copied(), &calendar(), &doubled).unwrap();
        for partner in [ANA, BO, CY] {
            let clients = (1..4).filter(|c| !held(&entries, partner, ClientId(*c)).is_empty());
            let net: i64 = (1..4)
                .flat_map(|c| held(&entries, partner, ClientId(c)))
                .map(|holding| holding.minor)
                .sum();
            for (metric, expected) in [(Metric::Clients, clients.count() as i64), (Metric::Revenue, net)] {
                for kind in PeriodKind::ALL {
                    let sum: i64 = boards
                        .iter()
                        .filter(|(key, _)| key.metric == metric && key.industry.is_none())
                        .filter(|(key, _)| key.period.kind() == *kind)
                        .filter_map(|(_, scores)| scores.get(&partner))
                        .map(|score| score.score)
                        .sum();
                    prop_assert_eq!(sum, expected, "{:?} {} {}", partner, metric, kind);
                }
            }
        }
    }

    #[test]
    fn a_board_ranks_as_a_sort_does(
        sets in prop::collection::vec((1..900_u128, -2..40_i64, 0..50_i64), 0..1500),
        hidden in prop::collection::btree_set(1..900_u128, 0..20),
    ) {
        let mut board = Board::new();
        let mut plain: BTreeMap<PartnerId, Score> = BTreeMap::new();
        for (index, (partner, points, at)) in sets.iter().enumerate() {
            if index == sets.len() / 2 {
                hidden.iter().for_each(|p| board.set_hidden(PartnerId(*p), true));
            }
            board.set(PartnerId(*partner), score(*points, *at));
            plain.insert(PartnerId(*partner), score(*points, *at));
        }
        hidden.iter().for_each(|p| board.set_hidden(PartnerId(*p), true));
        let hidden: BTreeSet<PartnerId> = hidden.into_iter().map(PartnerId).collect();
        let mut rows: Vec<(PartnerId, Score)> = plain
            .iter()
            .filter(|(partner, score)| score.score > 0 && !hidden.contains(partner))
            .map(|(partner, score)| (*partner, *score))
            .collect();
        rows.sort_by_key(|(partner, s)| (std::cmp::Reverse(s.score), s.reached_at, *partner));
        let rank = |points| rows.iter().filter(|(_, s)| s.score > points).fold(1_u32, |n, _| n + 1);
        let expected: Vec<Row> = rows
            .iter()
            .map(|(partner, s)| Row { rank: rank(s.score), partner: *partner, score: s.score })
            .collect();
        prop_assert_eq!(board.top(usize::MAX), expected.clone());
        for (partner, own) in plain.iter().filter(|(_, s)| s.score >= 0).take(40) {
            let standing = board.standing_of(*partner, 900);
            prop_assert_eq!(standing.rank, rank(own.score));
            let (above, below) = board.neighbors(*partner, 2);
            if let Some(at) = expected.iter().position(|row| row.partner == *partner) {
                prop_assert_eq!(standing.position as usize, at + 1);
                prop_assert_eq!(&above[..], &expected[at.saturating_sub(2)..at]);
                prop_assert_eq!(&below[..], &expected[at + 1..expected.len().min(at + 3)]);
            }
        }
    }
}
