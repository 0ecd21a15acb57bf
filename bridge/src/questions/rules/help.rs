//! The help that counts, computed from facts that are never changed: accepted answers, playbooks in
//! others' won sales, confirmed mentor sessions, and kudos, of which no single giver can make more
//! than a fifth.
use schema::ids::PartnerId;
use std::collections::{BTreeMap, BTreeSet};

/// Of a person's counted kudos, one in so many at most is from one giver.
pub const KUDOS_SHARE: i64 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpKind {
    Answer,
    Kudos,
    Playbook,
    Session,
}

impl HelpKind {
    pub const ALL: [Self; 4] = [Self::Answer, Self::Kudos, Self::Playbook, Self::Session];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Kudos => "kudos",
            Self::Playbook => "playbook",
            Self::Session => "session",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One fact: somebody helped somebody. One that reverses another takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpFact {
    pub id: String,
    pub kind: HelpKind,
    pub helper: PartnerId,
    pub helped: PartnerId,
    pub industry: Option<String>,
    /// Epoch milliseconds.
    pub at: i64,
    /// The event that made it a fact.
    pub cause: String,
    pub reverses: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HelpScore {
    pub answers: i64,
    pub playbooks: i64,
    pub sessions: i64,
    /// As far as they count.
    pub kudos: i64,
}

impl HelpScore {
    #[must_use]
    pub const fn total(self) -> i64 {
        self.answers + self.playbooks + self.sessions + self.kudos
    }
}

/// What a partner's help counts in a period (`[from, to)`; `None` is all time).
#[must_use]
pub fn score(facts: &[HelpFact], helper: PartnerId, bounds: Option<(i64, i64)>) -> HelpScore {
    let gone: BTreeSet<&str> = facts.iter().filter_map(|fact| fact.reverses.as_deref()).collect();
    let counts = |fact: &&HelpFact| {
        fact.helper == helper
            && fact.helped != helper
            && fact.reverses.is_none()
            && !gone.contains(fact.id.as_str())
            && bounds.is_none_or(|(from, to)| (from..to).contains(&fact.at))
    };
    let mut score = HelpScore::default();
    let mut givers: BTreeMap<PartnerId, i64> = BTreeMap::new();
    for fact in facts.iter().filter(counts) {
        match fact.kind {
            HelpKind::Answer => score.answers += 1,
            HelpKind::Playbook => score.playbooks += 1,
            HelpKind::Session => score.sessions += 1,
            HelpKind::Kudos => *givers.entry(fact.helped).or_default() += 1,
        }
    }
    score.kudos = counted(&givers.into_values().collect::<Vec<_>>());
    score
}

/// How many kudos count, from the number that each giver gave: the most of which nobody gave more
/// than a fifth. Fewer than five givers therefore count nothing: thanks among a few friends are no
/// help to the program.
#[must_use]
pub fn counted(by_giver: &[i64]) -> i64 {
    let most = by_giver.iter().copied().max().unwrap_or(0);
    let total = |cap: i64| by_giver.iter().map(|given| (*given).min(cap)).sum::<i64>();
    // With a higher cap the total grows by at most the number of givers who reach it: once a cap is
    // too high for its total every higher one is, too.
    (1..=most).take_while(|cap| total(*cap) >= KUDOS_SHARE * cap).last().map_or(0, total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fact(id: &str, kind: HelpKind, helped: u128, at: i64) -> HelpFact {
        HelpFact {
            id: id.to_owned(),
            kind,
            helper: PartnerId(1),
            helped: PartnerId(helped),
            industry: None,
            at,
            cause: format!("${id}"),
            reverses: None,
        }
    }

    #[test]
    fn nobody_gives_more_than_a_fifth() {
        let count = counted;
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[9]), 0);
        assert_eq!(count(&[3, 3, 3, 3]), 0);
        assert_eq!(count(&[1, 1, 1, 1, 1]), 5);
        assert_eq!(count(&[9, 1, 1, 1, 1]), 5);
        assert_eq!(count(&[3, 3, 3, 3, 3]), 15);
        assert_eq!(count(&[10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), 12);
    }

    #[test]
    fn facts_count_in_their_period_until_they_are_taken_back() {
        let mut facts = vec![
            fact("a", HelpKind::Answer, 2, 10),
            fact("b", HelpKind::Session, 2, 20),
            fact("c", HelpKind::Playbook, 3, 20),
            fact("d", HelpKind::Answer, 1, 20),
        ];
        for giver in 2..=6 {
            facts.push(fact(&format!("k{giver}"), HelpKind::Kudos, giver, 20));
        }
        let all = score(&facts, PartnerId(1), None);
        assert_eq!(all, HelpScore { answers: 1, playbooks: 1, sessions: 1, kudos: 5 });
        assert_eq!(all.total(), 8);
        assert_eq!(score(&facts, PartnerId(1), Some((0, 20))).total(), 1);
        assert_eq!(score(&facts, PartnerId(2), None).total(), 0);
        let back =
            HelpFact { reverses: Some("k2".to_owned()), ..fact("r", HelpKind::Kudos, 2, 21) };
        facts.push(back);
        assert_eq!(score(&facts, PartnerId(1), None).kudos, 0);
    }

    #[test]
    fn a_kind_of_help_is_read_as_it_is_written() {
        for kind in HelpKind::ALL {
            assert_eq!(HelpKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(HelpKind::parse("thanks"), None);
    }

    proptest! {
        #[test]
        fn the_count_is_the_largest_that_keeps_the_rule(gifts in prop::collection::vec(1..8_i64, 0..9)) {
            let count = counted(&gifts);
            // Some choice of parts keeps the rule and has this total …
            let fits = |total: i64| {
                let cap = total / KUDOS_SHARE;
                gifts.iter().map(|given| (*given).min(cap)).sum::<i64>() >= total
            };
            prop_assert!(count == 0 || fits(count));
            // … and none has more.
            let sum: i64 = gifts.iter().sum();
            for more in count + 1..=sum {
                prop_assert!(!fits(more), "{more} would do, not {count}");
            }
        }
    }
}
