//! What the words of `goal set` may just say.
use super::*;

#[test]
fn what_just_fits_is_taken() {
    let title = "ä".repeat(TITLE_CHARS_MAX);
    assert_eq!(read(&[&title, "clients", "4", "", "2026-12-31"]).unwrap().title, title);
    let why = "ä".repeat(REASON_CHARS_MAX);
    assert_eq!(reason(Some(&why)), Ok(Some(why.clone())));
}

#[test]
fn a_goal_may_be_of_one_day_and_begin_a_year_ago() {
    let days = |until, from| {
        let goal = read(&["A", "clients", "4", "", until, from]).unwrap();
        (goal.from, goal.to)
    };
    assert_eq!(days("today", "today"), (TODAY, TODAY));
    let first = TODAY.saturating_sub(BACK_DAYS_MAX.days());
    assert_eq!(days("2026-11-24", &first.to_string()), (first, TODAY));
}

#[test]
fn a_challenge_needs_no_target() {
    let said = Said {
        title: Some("Who wins more?"),
        metric: Some("clients"),
        until: Some("2026-12-31"),
        challenge: true,
        ..Said::default()
    };
    assert_eq!(wanted(said, eur(), TODAY).unwrap().target, None);
    let said = Said { target: Some("40"), ..said };
    assert_eq!(wanted(said, eur(), TODAY).unwrap().target, Some(40));
}
