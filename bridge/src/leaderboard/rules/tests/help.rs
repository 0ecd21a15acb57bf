//! Help on boards: what counts where, what is taken back, and that a closed period stays as it was.
use super::*;
use crate::questions::rules::help::{HelpFact, HelpKind, counted};

fn fact(id: &str, kind: HelpKind, helped: PartnerId, at: i64) -> HelpFact {
    HelpFact {
        id: id.to_owned(),
        kind,
        helper: ANA,
        helped,
        industry: None,
        at,
        cause: format!("${id}"),
        reverses: None,
    }
}

fn back(id: &str, of: &HelpFact, at: i64) -> HelpFact {
    HelpFact { id: id.to_owned(), at, reverses: Some(of.id.clone()), ..of.clone() }
}

fn on(facts: &[HelpFact], kind: PeriodKind, at: i64, scope: Option<&str>) -> Option<Score> {
    let calendar = calendar();
    let period = calendar.period_at(kind, at);
    let key = BoardKey::new(Metric::Help, period, scope.map(str::to_owned));
    help_scores(facts, &calendar).unwrap().get(&key).copied()
}

#[test]
fn help_counts_in_every_period_and_its_industry() {
    let mut one = fact("a", HelpKind::Answer, BO, 40 * DAY);
    one.industry = Some("dental".to_owned());
    let facts = [one, fact("b", HelpKind::Session, CY, 41 * DAY)];
    for kind in PeriodKind::ALL {
        assert_eq!(on(&facts, *kind, 41 * DAY, None).map(|score| score.score), Some(2), "{kind:?}");
        assert_eq!(
            on(&facts, *kind, 41 * DAY, Some("dental")),
            Some(score(1, 40 * DAY)),
            "{kind:?}"
        );
    }
    assert_eq!(help_keys(&facts[0], &calendar()).len(), 2 * PeriodKind::ALL.len());
}

#[test]
fn nobody_helps_themselves_and_what_is_taken_back_is_gone() {
    let at = 40 * DAY;
    assert_eq!(on(&[fact("a", HelpKind::Answer, ANA, at)], PeriodKind::Year, at, None), None);
    let (one, two) = (fact("a", HelpKind::Answer, BO, at), fact("b", HelpKind::Answer, CY, at + 1));
    let facts = [one.clone(), two, back("c", &one, at + 2)];
    // Back at one, which was reached with the first.
    assert_eq!(on(&facts, PeriodKind::Year, at, None), Some(score(1, at)));
    // What takes back something unknown takes nothing back.
    let facts = [one.clone(), back("c", &fact("x", HelpKind::Answer, BO, at), at + 2)];
    assert_eq!(on(&facts, PeriodKind::Year, at, None), Some(score(1, at)));
}

#[test]
fn what_is_taken_back_after_a_period_stays_counted_there() {
    let (at, years_later) = (40 * DAY, 800 * DAY);
    let one = fact("a", HelpKind::Answer, BO, at);
    let facts = [one.clone(), back("b", &one, years_later)];
    assert_eq!(on(&facts, PeriodKind::Year, at, None), Some(score(1, at)));
    assert_eq!(on(&facts, PeriodKind::All, at, None).map(|score| score.score), Some(0));
    assert_eq!(on(&facts, PeriodKind::Year, years_later, None), None);
}

#[test]
fn thanks_count_beside_the_rest_and_one_giver_counts_little() {
    let at = 40 * DAY;
    let kudos = |n: i64, helped| fact(&format!("k{n}"), HelpKind::Kudos, helped, at + n);
    let givers = [BO, CY, DI, ED, FLO];
    let mut facts: Vec<HelpFact> = (0..5).zip(givers).map(|(n, from)| kudos(n, from)).collect();
    let thanks = counted(&[1; 5]);
    let year = |facts: &[HelpFact]| on(facts, PeriodKind::Year, at, None).map(|score| score.score);
    assert_eq!((thanks, year(&facts)), (5, Some(5)));
    facts.push(fact("a", HelpKind::Answer, BO, at + 9));
    assert_eq!(year(&facts), Some(6));
    facts.push(kudos(10, BO));
    assert_eq!(year(&facts), Some(1 + counted(&[2, 1, 1, 1, 1])));
    let gone = back("z", &facts[0], at + 11);
    facts.push(gone);
    assert_eq!(year(&facts), Some(6));
}
