//! When a score was reached, how far scores go, and on which boards an entry's breadth depends.
use super::*;

/// A score's way by the definition: reached when it was last below, and kept since.
fn reached(way: &[(i64, i64)]) -> Option<Score> {
    let (now, at) = *way.last()?;
    let kept = way.iter().rev().take_while(|(score, _)| now > 0 && *score >= now);
    Some(score(now, kept.last().map_or(at, |(_, at)| *at)))
}

#[test]
fn a_score_was_reached_when_it_was_last_passed() {
    let mut path = Path::default();
    let steps = [(100, 1), (200, 2), (-100, 3), (200, 4), (-150, 5), (-250, 6), (50, 7)];
    let found = steps.map(|(by, at)| path.step(by, at).unwrap());
    let times = [(100, 1), (300, 2), (200, 2), (400, 4), (250, 4), (0, 6), (50, 7)];
    assert_eq!(found, times.map(|(points, at)| score(points, at)));
    assert_eq!(path.last(), Some(score(50, 7)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_path_remembers_what_the_whole_way_says(
        steps in prop::collection::vec(prop_oneof![-9..0_i64, 1..10_i64], 1..60),
    ) {
        let (mut path, mut way) = (Path::default(), Vec::new());
        for (at, by) in (1..).zip(steps) {
            way.push((way.last().map_or(0, |(score, _)| *score) + by, at));
            prop_assert_eq!(Some(path.step(by, at).unwrap()), reached(&way), "{:?}", way);
        }
    }
}

#[test]
fn the_largest_score_is_one_that_the_wire_carries() {
    let almost = Some(score(WIRE_MAX - 1, 1));
    assert_eq!(advance(almost, 1, 2), Ok(Step::Known(score(WIRE_MAX, 2))));
    assert_eq!(advance(almost, 2, 2), Err(schema::money::Overflow));
    assert_eq!(advance(None, -WIRE_MAX, 2), Ok(Step::Known(score(-WIRE_MAX, 2))));
}

#[test]
fn breadth_depends_on_the_revenue_in_the_entry_s_industry() {
    let (on, at) = (date(2026, 3, 2), calendar().start_of(date(2026, 3, 3)));
    let plain = sale(1, 1, 100, on);
    assert_eq!(revenue_keys(&plain, at, &calendar()), []);
    let dental = Credit { industry: Some("dental".to_owned()), ..plain };
    let keys: BTreeSet<String> =
        revenue_keys(&dental, at, &calendar()).iter().map(BoardKey::to_string).collect();
    let periods = ["2026-W10", "2026-03", "2026-Q1", "2026", "all"];
    assert_eq!(keys, periods.map(|period| format!("revenue|{period}|dental")).into());
}
