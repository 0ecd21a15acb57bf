//! That any history gives the same goal entry by entry, in any order, and by plain sums; what the
//! words of `goal set` may say; milestones, shares, ends.
use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use schema::ids::{ClientId, GoalNumber, PartnerId, SaleId};
use schema::metric::Metric;
use schema::money::Currency;
use schema::period::{Calendar, WeekStart};
use schema::status::GoalStatus;

mod sides;
mod words;

use super::*;
use crate::leaderboard::rules::Memberships;
use crate::ledger::rules::{Credit, CreditShare};

const TODAY: Date = date(2026, 11, 24);

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

/// A sale to a client on a day, and what is taken back of it later, share by share in turns.
#[derive(Debug, Clone)]
struct Story {
    client: u128,
    industry: Option<u8>,
    /// Days from the goal's first one.
    on: i64,
    parts: Vec<(u128, i64)>,
    /// Per mille of each part that is left; the last 1000 is a void.
    taken: Vec<i64>,
}

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let parts = prop::collection::vec((1..5_u128, 1..400_i64), 1..4);
    let taken = prop::collection::vec(prop_oneof![Just(1_000), 1..1_000_i64], 0..3);
    let story = (1..5_u128, prop::option::of(0..3_u8), -4..14_i64, parts, taken);
    let story = story.prop_map(|(client, industry, on, parts, taken)| Story {
        client,
        industry,
        on,
        parts,
        taken,
    });
    prop::collection::vec(story, 0..25)
}

fn from() -> Date {
    date(2026, 3, 25)
}

/// The entries of a story, the sale first.
fn entries(n: usize, story: &Story) -> Vec<Credit> {
    let mut left: Vec<(u128, i64)> = story.parts.clone();
    let credit = |parts: &[(u128, i64)]| Credit {
        sale: SaleId(n as u128),
        client: ClientId(story.client),
        industry: story.industry.map(|n| format!("i{n}")),
        on: from().saturating_add(story.on.days()),
        currency: eur(),
        shares: parts
            .iter()
            .map(|(partner, minor)| CreditShare { partner: PartnerId(*partner), minor: *minor })
            .collect(),
    };
    let mut entries = vec![credit(&left)];
    for mille in &story.taken {
        let taken: Vec<_> = left.iter().map(|(p, minor)| (*p, -(minor * mille / 1_000))).collect();
        for ((_, own), (_, by)) in left.iter_mut().zip(&taken) {
            *own += by;
        }
        entries.push(credit(&taken));
    }
    entries
}

/// Sales one after another, and what is taken back as late as it can be: refunds of all sales mixed.
fn history(stories: &[Story]) -> Vec<Credit> {
    let all: Vec<Vec<Credit>> = stories.iter().enumerate().map(|(n, s)| entries(n, s)).collect();
    let longest = all.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|step| all.iter().filter_map(move |own| own.get(step).cloned())).collect()
}

fn terms(metric: Metric, sides: &[Option<&str>]) -> Terms {
    let side = |slug: &&str| Side::Industry((*slug).to_owned());
    let sides = sides.iter().map(|slug| slug.as_ref().map_or(Side::Program, side)).collect();
    Terms { metric, from: from(), to: from().saturating_add(9.days()), sides }
}

fn tally(terms: &Terms, history: &[Credit]) -> Tally {
    let mut tally = Tally::default();
    for credit in history {
        tally.take(terms, credit, &Memberships::default()).unwrap();
    }
    tally
}

/// Progress of a side and of each partner by plain sums over all entries at once.
fn plain(terms: &Terms, place: usize, history: &[Credit]) -> (i64, BTreeMap<PartnerId, i64>) {
    let mut sums: BTreeMap<(ClientId, PartnerId), i64> = BTreeMap::new();
    for credit in history {
        let day = credit.on >= terms.from && credit.on <= terms.to;
        let side = match &terms.sides[place] {
            Side::Industry(slug) => credit.industry.as_ref() == Some(slug),
            _ => true,
        };
        for share in credit.shares.iter().filter(|_| day && side) {
            *sums.entry((credit.client, share.partner)).or_default() += share.minor;
        }
    }
    let (mut whole, mut parts) = (BTreeMap::<ClientId, i64>::new(), BTreeMap::new());
    for ((client, partner), minor) in &sums {
        *whole.entry(*client).or_default() += minor;
        let by = if terms.metric.is_money() { *minor } else { i64::from(*minor > 0) };
        *parts.entry(*partner).or_insert(0_i64) += by;
    }
    parts.retain(|_, score| *score != 0);
    let clients = whole.values().filter(|minor| **minor > 0).count() as i64;
    (if terms.metric.is_money() { whole.values().sum() } else { clients }, parts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn entry_by_entry_is_what_plain_sums_say(stories in stories(), seed in any::<usize>()) {
        let history = history(&stories);
        let mut mixed = history.clone();
        let len = mixed.len().max(1);
        for at in 0..mixed.len() {
            mixed.swap(at, seed.wrapping_mul(at + 7) % len);
        }
        for metric in [Metric::Revenue, Metric::Clients] {
            for sides in [&[None][..], &[Some("i0")], &[Some("i0"), Some("i1"), Some("i2")]] {
                let terms = terms(metric, sides);
                let tally = tally(&terms, &history);
                prop_assert_eq!(&tally, &self::tally(&terms, &mixed), "any order");
                for place in 0..sides.len() {
                    let (progress, parts) = plain(&terms, place, &history);
                    prop_assert_eq!(tally.progress_of(place), progress);
                    prop_assert!(progress >= 0);
                    let own = tally.parts.iter().filter(|((at, _), _)| *at == place);
                    let own: BTreeMap<_, _> = own.map(|((_, who), score)| (*who, *score)).collect();
                    prop_assert_eq!(own, parts);
                }
            }
        }
    }

    /// Up and down again as it may: no milestone twice, and of a jump the highest.
    #[test]
    fn milestones_are_passed_once(walk in prop::collection::vec(0..2_600_i64, 0..60)) {
        let (mut kept, mut celebrated) = (0, Vec::new());
        for progress in &walk {
            let mark = milestone(*progress, 2_000);
            if mark > kept {
                celebrated.push(mark);
            }
            kept = mark.max(kept);
        }
        let once: BTreeSet<_> = celebrated.iter().copied().collect();
        prop_assert_eq!(once.len(), celebrated.len());
        let best = walk.iter().max().map_or(0, |best| best * 100 / 2_000);
        prop_assert_eq!(kept, MILESTONES.into_iter().filter(|m| best >= *m).max().unwrap_or(0));
    }
}

#[test]
fn a_client_of_two_counts_once_and_for_both() {
    let story =
        Story { client: 1, industry: None, on: 0, parts: vec![(1, 50), (2, 50)], taken: vec![] };
    let terms = terms(Metric::Clients, &[None]);
    let mut history = entries(1, &story);
    let (one, two) = (PartnerId(1), PartnerId(2));
    let all = tally(&terms, &history);
    assert_eq!((all.progress_of(0), &all.parts[&(0, one)], &all.parts[&(0, two)]), (1, &1, &1));
    history.extend(entries(2, &Story { parts: vec![(2, 9)], taken: vec![1_000], ..story.clone() }));
    history.push(entries(1, &Story { taken: vec![1_000], ..story }).remove(1));
    assert_eq!(tally(&terms, &history), Tally { progress: [(0, 0)].into(), ..Tally::default() });
}

#[test]
fn figures_say_what_they_mean() {
    assert_eq!(
        [0, 2_499, 2_500, 9_999, 10_000, 20_000].map(|p| milestone(p, 10_000)),
        [0, 0, 25, 75, 100, 100]
    );
    assert_eq!(
        [0, 1, 5_000, 99_999, i64::MAX].map(|p| bar(p, 10_000)),
        ["░░░░░░░░░░", "█░░░░░░░░░", "█████░░░░░", "██████████", "██████████"]
    );
    assert_eq!((percent(1, 3), percent(-5, 3), percent(i64::MAX, 1)), (33, 0, i64::MAX));
    let share = |metric, all, of| equal_share(metric, all, of);
    assert_eq!(share(Metric::Revenue, 10_000, 3), Some(3_333));
    assert_eq!(share(Metric::Revenue, 5, 2), Some(3));
    assert_eq!(share(Metric::Clients, 1, 3), Some(33));
    assert_eq!(share(Metric::Clients, 1, 0), None);
    assert_eq!(
        [(24, 3), (23, 2), (30, 0)].map(|(day, _)| days_left(TODAY, date(2026, 11, day))),
        [0, 0, 6]
    );
}

#[test]
fn the_end_says_who_has_won() {
    assert_eq!(outcome(&[100], Some(100)), (GoalStatus::Reached, vec![]));
    assert_eq!(outcome(&[99], Some(100)), (GoalStatus::Missed, vec![]));
    assert_eq!(outcome(&[5, 7, 6], None), (GoalStatus::Reached, vec![1]));
    assert_eq!(outcome(&[7, 7], None), (GoalStatus::Reached, vec![0, 1]));
    assert_eq!(outcome(&[7, 5], Some(8)), (GoalStatus::Missed, vec![0]));
    assert_eq!(outcome(&[0, 0], None), (GoalStatus::Missed, vec![]));
    let (last, next) = (date(2026, 11, 20), |days: i8| date(2026, 11, 20 + days));
    assert!(waits(1, next(1), last, false, false) && waits(1, next(7), last, true, true));
    for over in [
        waits(0, next(1), last, false, true),
        waits(1, next(8), last, false, true),
        waits(1, next(1), last, true, false),
    ] {
        assert!(!over);
    }
}

/// Clocks change in the night of the last day: it is over when the next one begins.
#[test]
fn a_day_ends_in_its_zone() {
    let berlin = Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap();
    let hours = |day: Date| (end_at(&berlin, day) - berlin.start_of(day)) / 3_600_000;
    assert_eq!([date(2026, 3, 29), date(2026, 10, 25), TODAY].map(hours), [23, 25, 24]);
    assert_eq!(end_at(&berlin, date(2026, 3, 29)), berlin.start_of(date(2026, 3, 30)));
}

/// Five years of twenty goals a month, open ones among them: numbers stay few, and none is in use twice.
#[test]
fn numbers_stay_few() {
    let mut in_use: Vec<(GoalNumber, Option<i64>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for now in 0..1_200_i64 {
        let open = in_use.iter().filter(|(_, over)| over.is_none()).count();
        if open == OPEN_MAX {
            let first = in_use.iter_mut().find(|(_, over)| over.is_none()).unwrap();
            first.1 = Some(now);
        }
        let (number, taken_over) = next_number(&in_use).unwrap();
        let old = in_use.iter().position(|(other, _)| *other == number);
        assert_eq!(old.is_some(), taken_over);
        if let Some(at) = old {
            let oldest = in_use.iter().filter_map(|(_, over)| *over).min();
            assert_eq!(in_use.remove(at).1, oldest, "the one that was over first");
        }
        in_use.push((number, None));
        seen.insert(number);
    }
    assert_eq!(seen.len() as i64, NUMBERS_MAX);
    let open: Vec<_> = (1..=NUMBERS_MAX).map(|n| (GoalNumber(n), None)).collect();
    assert_eq!(next_number(&open), None);
}

fn read<'a>(words: &[&'a str]) -> Result<Wanted, Refusal> {
    let word = |at: usize| words.get(at).copied().filter(|word: &&'a str| !word.is_empty());
    let said = Said {
        title: word(0),
        metric: word(1),
        target: word(2),
        currency: word(3),
        until: word(4),
        from: word(5),
        challenge: false,
    };
    wanted(said, eur(), TODAY)
}

#[test]
fn a_goal_is_read_strictly() {
    let goal = read(&["Autumn  push", "Revenue", "50000.5", "eur", "2026-12-31"]).unwrap();
    let (from, to) = (TODAY, date(2026, 12, 31));
    let title = "Autumn push".to_owned();
    assert_eq!(goal, Wanted { title, metric: Metric::Revenue, target: Some(5_000_050), from, to });
    let goal = read(&["Doors", "clients", "40", "", "today", "2026-11-01"]).unwrap();
    assert_eq!((goal.target, goal.from, goal.to), (Some(40), date(2026, 11, 1), TODAY));
    let long = "t".repeat(TITLE_CHARS_MAX + 1);
    let many = (CLIENTS_MAX + 1).to_string();
    for (words, code, part) in [
        (&["", "revenue", "1", "", "2026-12-31"][..], Code::Usage, "needs a title"),
        (&[&long, "revenue", "1", "", "2026-12-31"], Code::Long, "at most 60"),
        (&["A", "push", "1", "", "2026-12-31"], Code::Usage, "in quotes"),
        (&["A", "breadth", "1", "", "2026-12-31"], Code::Usage, "breadth has boards only"),
        (&["A", "revenue", "", "", "2026-12-31"], Code::Usage, "How much"),
        (&["A", "revenue", "0", "", "2026-12-31"], Code::Amount, "above 0"),
        (&["A", "revenue", "-5", "", "2026-12-31"], Code::Amount, "above 0"),
        (&["A", "revenue", "5,000", "", "2026-12-31"], Code::Amount, "without separators"),
        (
            &["A", "revenue", "5", "USD", "2026-12-31"],
            Code::Currency,
            "the program's currency, EUR",
        ),
        (&["A", "clients", "0", "", "2026-12-31"], Code::Amount, "from 1 to"),
        (&["A", "clients", "+4", "", "2026-12-31"], Code::Amount, "from 1 to"),
        (&["A", "clients", "4.5", "", "2026-12-31"], Code::Amount, "from 1 to"),
        (&["A", "clients", &many, "", "2026-12-31"], Code::Amount, "from 1 to"),
        (&["A", "clients", "4", "EUR", "2026-12-31"], Code::Amount, "no currency"),
        (&["A", "clients", "4"], Code::Date, "Until when"),
        (&["A", "clients", "4", "", "soon"], Code::Date, "YYYY-MM-DD"),
        (&["A", "clients", "4", "", "2026-11-23"], Code::Date, "is over"),
        (&["A", "clients", "4", "", "2026-12-01", "2026-12-02"], Code::Date, "before it begins"),
        (&["A", "clients", "4", "", "2026-12-01", "2025-11-22"], Code::Date, "366 days ago"),
        (&["A", "clients", "4", "", "2028-11-24"], Code::Date, "at most 731 days"),
        (&["A", "clients", "4", "", "9999-12-31", "9999-12-31"], Code::Date, ""),
    ] {
        match read(words) {
            Err(refusal) => {
                assert_eq!(refusal.code, code, "{words:?}");
                assert!(refusal.sentence.contains(part), "{words:?}: {}", refusal.sentence);
                assert!(refusal.example.is_some(), "{words:?}");
            }
            Ok(goal) => assert!(part.is_empty() && goal.to == goal.from, "{words:?}: {goal:?}"),
        }
    }
    assert!(read(&["A", "clients", "4", "", "2028-11-23"]).is_ok(), "the longest");
    assert_eq!(
        reason(Some(&"r".repeat(REASON_CHARS_MAX + 1))).map_err(|refusal| refusal.code),
        Err(Code::Long)
    );
    assert_eq!(reason(Some(" ")).unwrap(), None);
    assert!(number("G-0").is_err() && number("g-12").is_ok());
}
