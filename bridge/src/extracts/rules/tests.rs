//! Units and properties of the arithmetic.
use super::*;
use proptest::prelude::*;
use schema::period::WeekStart;

fn calendar() -> Calendar {
    Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap()
}

fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn empty() -> Extract {
    Extract {
        n: 1,
        since: 0,
        ledger_seq: 3,
        ledger_hash: "0".repeat(64),
        at: 5,
        moves: Vec::new(),
        withheld: Vec::new(),
        shown: Vec::new(),
        moving: Vec::new(),
        whole: true,
        prev: "0".repeat(64),
        hash: String::new(),
    }
}

#[test]
fn periods_in_their_grace_are_looked_at() {
    let names = |since: &str, now: &str| {
        let periods = open_since(&calendar(), ms(since), ms(now));
        periods.iter().map(Period::to_string).collect::<Vec<_>>()
    };
    let now = "2026-11-05T12:00:00Z";
    assert_eq!(
        names(now, now),
        ["2026-W45", "2026-W44", "2026-11", "2026-10", "2026-Q4", "2026", "all"]
    );
    // Down for long: weeks that could still take something after the last extract.
    let slept = names("2026-10-10T12:00:00Z", now);
    assert!(slept.contains(&"2026-W40".to_owned()) && !slept.contains(&"2026-W39".to_owned()));
    assert!(!slept.contains(&"2026-Q3".to_owned()), "{slept:?}");
}

fn change(
    partner: u128,
    metric: Metric,
    period: Period,
    industry: Option<&str>,
    by: i64,
) -> Change {
    Change {
        partner: PartnerId(partner),
        key: BoardKey::new(metric, period, industry.map(str::to_owned)),
        by,
    }
}

#[test]
fn many_boards_on_the_move_are_all() {
    let keys = |count| (0..count).map(|n| format!("{n:04}")).collect::<BTreeSet<_>>();
    let few = moving(keys(MOVING_MAX));
    assert_eq!(few.len(), MOVING_MAX);
    assert_eq!(few.first(), Some(&Item::Moving("0000".to_owned())));
    assert_eq!(moving(keys(MOVING_MAX + 1)), [Item::Moving(ALL_MOVING.to_owned())]);
}

#[test]
fn a_sale_is_two_rows() {
    let calendar = calendar();
    let periods = PeriodKind::ALL.iter().map(|kind| calendar.period_at(*kind, 1_700_000_000_000));
    let mut changes = Vec::new();
    for period in periods {
        for industry in [None, Some("dental")] {
            changes.push(change(1, Metric::Revenue, period, industry, 10_000));
            changes.push(change(1, Metric::Clients, period, industry, 1));
        }
    }
    assert_eq!(rows(&changes).len(), 2, "{:?}", rows(&changes));
}

#[test]
fn a_score_below_0_is_told_as_0() {
    for (score, told) in [(-5, 0), (-1, 0), (0, 0), (1, 1), (92_400, 92_400)] {
        assert_eq!(seen(score), told, "{score}");
    }
}

fn partners(count: u128) -> impl Iterator<Item = PartnerId> {
    (0..count).map(PartnerId)
}

fn moved(partner: PartnerId) -> Move {
    Move { partner, industry: None, revenue: 10_000, clients: 1, penetration: 0, help: 0 }
}

fn weeks(from: i64, count: i64) -> Vec<Period> {
    let monday = ms("2026-01-05T12:00:00Z");
    let week = |n| calendar().period_at(PeriodKind::Week, monday + n * 7 * 86_400_000);
    (from..from + count).map(week).collect()
}

#[test]
fn a_card_takes_what_just_fits() {
    let keys = (0..20).map(|n| format!("{n:04}"));
    for items in [
        partners(20).map(Item::Withheld).collect::<Vec<_>>(),
        partners(20).map(Item::Shown).collect(),
        keys.map(Item::Moving).collect(),
    ] {
        let card = filled(empty(), &items);
        let list = match items.first() {
            Some(Item::Withheld(_)) => serde_json::to_string(&card.withheld),
            Some(Item::Shown(_)) => serde_json::to_string(&card.shown),
            _ => serde_json::to_string(&card.moving),
        };
        // A comma behind each, the brackets not counted.
        let bytes = list.unwrap().len() - 1;
        let cut = |bytes_max| {
            let (parts, rest) = parts(items.clone(), bytes_max, 9);
            (parts.iter().map(Vec::len).collect::<Vec<_>>(), rest)
        };
        assert_eq!(cut(bytes), (vec![20], 0), "{items:?}");
        assert_eq!(cut(bytes - 1), (vec![19, 1], 0), "{items:?}");
    }
}

#[test]
fn cards_are_filled_to_their_end_and_never_beyond() {
    const BYTES_MAX: usize = 5_000;
    let together: Vec<Item> =
        partners(300).map(|partner| Item::Row(weeks(0, 3), moved(partner))).collect();
    let alone: Vec<Item> = (0..100).map(|n| Item::Row(weeks(n, 20), moved(PartnerId(1)))).collect();
    for items in [together, alone] {
        let (parts, rest) = parts(items, BYTES_MAX, 99);
        assert!(parts.len() > 2 && rest == 0);
        let bytes: Vec<usize> = parts
            .iter()
            .map(|part| serde_json::to_string(&filled(empty(), part).moves).unwrap().len())
            .collect();
        assert!(bytes.iter().all(|bytes| *bytes <= BYTES_MAX), "{bytes:?}");
        let (_, full) = bytes.split_last().unwrap();
        assert!(full.iter().all(|bytes| *bytes > BYTES_MAX * 9 / 10), "{bytes:?}");
    }
}

#[test]
fn the_hash_covers_every_field() {
    let first = sealed(empty());
    assert_eq!(sealed(first.clone()), first);
    let mut other = first.clone();
    other.whole = false;
    assert_ne!(sealed(other).hash, first.hash);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_every_part_fits(
        drawn in prop::collection::vec((0..30_u128, 0..4_usize, 0..4_usize, 0..3_usize, 1..9_i64), 0..200),
        bytes_max in 300..900_usize,
        parts_max in 1..60_usize,
    ) {
        let calendar = calendar();
        let mut changed = BTreeMap::new();
        for (partner, metric, kind, industry, by) in drawn {
            let period = calendar.period_at(PeriodKind::ALL[kind], 1_700_000_000_000);
            let industry = [None, Some("dental"), Some("gyms")][industry];
            let one = change(partner, TOLD[metric], period, industry, by);
            changed.insert((one.partner, one.key.clone()), one);
        }
        let changed: Vec<Change> = changed.into_values().collect();
        let items = rows(&changed);
        let count = items.len();
        let (parts, rest) = parts(items, bytes_max, parts_max);
        prop_assert!(parts.len() <= parts_max);
        prop_assert_eq!(parts.iter().map(Vec::len).sum::<usize>() + rest, count);
        let mut told = Vec::new();
        for part in &parts {
            let card = filled(empty(), part);
            let text = serde_json::to_string(&card.moves).unwrap();
            prop_assert!(text.len() <= bytes_max + 2, "{} of {}", text.len(), bytes_max);
            for moves in &card.moves {
                told.extend(moves.rows.iter().flat_map(|row| changes(&moves.periods, row)));
            }
        }
        if rest == 0 {
            let sorted = |mut list: Vec<Change>| {
                list.sort_by(|a, b| (a.partner, &a.key).cmp(&(b.partner, &b.key)));
                list
            };
            prop_assert_eq!(sorted(told), sorted(changed));
        }
    }
}
