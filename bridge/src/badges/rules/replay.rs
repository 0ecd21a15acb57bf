//! Whether the stored awards and places in tiers are those that the ledger and the facts of help make. Pure.
use std::collections::BTreeMap;

use jiff::civil::Date;
use schema::ids::PartnerId;

use super::counts::Facts;
use super::own::Own;
use super::tiers::Tier;
use super::{CATALOG, Fact, Rule, by_id, by_rule};
use crate::ledger::rules::Sealed;

/// The levels that a partner has earned of each badge by rule, in the catalog's order.
pub type Earned = [usize; CATALOG.len()];

/// Enters what these facts count.
pub fn earn(earned: &mut Earned, counted: Facts<'_>) {
    for (rule, count) in counted.counts(|_| true) {
        if let Some(at) = CATALOG.iter().position(|known| known.id == rule.id) {
            earned[at] = rule.level(count);
        }
    }
}

/// The first award that should not be there, or is missing. `is_checked`: rules that are switched off give and
/// take nothing, so that what stands there says nothing.
#[must_use]
pub fn odd_award(
    facts: &[Fact],
    earned: &Earned,
    is_checked: impl Fn(&Rule) -> bool,
) -> Option<String> {
    let known: BTreeMap<i64, &Fact> = facts.iter().map(|fact| (fact.n, fact)).collect();
    for fact in facts {
        let says = format!("{} {} (fact {})", fact.badge, fact.level, fact.n);
        if fact.cause.is_none() {
            return Some(format!("{says} has no cause"));
        }
        let ended = fact.revokes.map(|n| known.get(&n).filter(|award| is_ended(award, fact)));
        if ended == Some(None) {
            return Some(format!("{says} ends an award that was not given"));
        }
    }
    let held = by_rule(facts);
    for ((badge, level), n) in &held {
        let top = by_id(badge).map_or(0, |rule| rule.levels.len());
        if usize::try_from(*level).is_ok_and(|level| level > top) {
            return Some(format!("{badge} {level} (fact {n}) is of no rule"));
        }
    }
    for (rule, reached) in CATALOG.iter().zip(earned).filter(|(rule, _)| is_checked(rule)) {
        for level in 1..=rule.levels.len() {
            let fact = held.get(&(rule.id, i64::try_from(level).unwrap_or(i64::MAX)));
            match (fact, level <= *reached) {
                (Some(n), false) => {
                    return Some(format!("{} {level} (fact {n}) was not earned", rule.id));
                }
                (None, true) => {
                    return Some(format!("{} {level} was earned, and is not there", rule.id));
                }
                _ => {}
            }
        }
    }
    None
}

fn is_ended(award: &Fact, end: &Fact) -> bool {
    award.n < end.n
        && award.revokes.is_none()
        && (award.badge.as_str(), award.level) == (end.badge.as_str(), end.level)
}

/// What is stored of a partner's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub n: i64,
    pub kind: String,
    pub tier: Option<String>,
    pub on: Date,
    pub seq: Option<i64>,
    pub at: i64,
}

/// The tiers as they were at any time, those that there are now, and the day on which it is looked.
#[derive(Debug, Clone)]
pub struct Tiers {
    pub ever: Vec<Tier>,
    pub now: Vec<Tier>,
    pub today: Date,
    /// Whether everybody's place is being looked at anew, so that one may be missing for a moment.
    pub is_moving: bool,
}

impl Tiers {
    /// The first step of a partner into a tier that their credit did not reach, or the tier that they
    /// should be in. What time alone has done (a warning, a grace) is taken as it was written.
    #[must_use]
    pub fn odd_step(
        &self,
        partner: PartnerId,
        steps: &[Step],
        entries: &[(i64, Sealed)],
    ) -> Option<String> {
        let mut stood: Option<&String> = None;
        for step in steps {
            let says = format!("{} (fact {})", step.tier.as_deref().unwrap_or("no tier"), step.n);
            let fits = match (step.kind.as_str(), &step.tier) {
                ("entered", Some(slug)) => self.reached((slug, step), partner, entries, Tier::bar),
                ("left", Some(slug)) => {
                    self.reached((slug, step), partner, entries, Tier::keep_minor)
                }
                ("left", None) => stood.is_some(),
                ("warned" | "safe", Some(slug)) => stood == Some(slug),
                _ => false,
            };
            if !fits {
                return Some(format!("{} {says} does not follow from the ledger", step.kind));
            }
            stood = step.tier.as_ref();
        }
        let own = own_until(partner, entries, |_, _| true);
        let bar = |slug: &String| self.now.iter().find(|tier| tier.slug == *slug).map(Tier::bar);
        let has = stood.and_then(bar).unwrap_or(0);
        let due = self
            .now
            .iter()
            .rfind(|tier| own.after(tier.window_after(self.today)) >= tier.bar_minor);
        due.filter(|tier| tier.bar_minor > has && !self.is_moving)
            .map(|tier| format!("{} was reached, and is not there", tier.slug))
    }

    /// Whether some version of the tier let in, or kept, by what was in the ledger then.
    fn reached(
        &self,
        (slug, step): (&str, &Step),
        partner: PartnerId,
        entries: &[(i64, Sealed)],
        bar: impl Fn(&Tier) -> i64,
    ) -> bool {
        // What came in the same millisecond may have come before or after.
        let owns = match step.seq {
            Some(last) => vec![own_until(partner, entries, |seq, _| seq <= last)],
            None => vec![
                own_until(partner, entries, |_, at| at <= step.at),
                own_until(partner, entries, |_, at| at < step.at),
            ],
        };
        let mut versions = self.ever.iter().filter(|tier| tier.slug == slug);
        versions
            .any(|tier| owns.iter().any(|own| own.after(tier.window_after(step.on)) >= bar(tier)))
    }
}

fn own_until(
    partner: PartnerId,
    entries: &[(i64, Sealed)],
    counts: impl Fn(i64, i64) -> bool,
) -> Own {
    let mut own = Own::default();
    for (seq, sealed) in entries.iter().filter(|(seq, sealed)| counts(*seq, sealed.at)) {
        own.take(partner, *seq, &sealed.body);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::super::Cause;
    use super::*;

    fn fact(n: i64, badge: &str, level: i64, revokes: Option<i64>) -> Fact {
        let cause = Some(Cause::Entry(1));
        Fact { n, badge: badge.to_owned(), level, revokes, cause, celebrated: false, at: 1 }
    }

    fn odd(facts: &[Fact], first_sales: usize) -> Option<String> {
        let mut earned = Earned::default();
        earned[0] = first_sales;
        odd_award(facts, &earned, |_| true)
    }

    #[test]
    fn awards_are_those_that_were_earned() {
        assert_eq!(odd(&[], 0), None);
        assert_eq!(odd(&[fact(1, "first-sale", 1, None)], 1), None);
        let missing = odd(&[], 1).unwrap();
        assert_eq!(missing, "first-sale 1 was earned, and is not there");
        let more = odd(&[fact(7, "first-sale", 1, None)], 0).unwrap();
        assert_eq!(more, "first-sale 1 (fact 7) was not earned");
        let ended = [fact(1, "first-sale", 1, None), fact(2, "first-sale", 1, Some(1))];
        assert_eq!(odd(&ended, 0), None);
    }

    #[test]
    fn awards_that_no_rule_could_give_are_found_whatever_is_on() {
        let off = |facts: &[Fact]| odd_award(facts, &Earned::default(), |_| false);
        assert_eq!(off(&[fact(1, "first-sale", 1, None)]), None);
        assert!(off(&[fact(1, "first-sale", 2, None)]).unwrap().contains("of no rule"));
        assert!(off(&[fact(1, "golden-hat", 1, None)]).unwrap().contains("of no rule"));
        let alone = off(&[fact(2, "first-sale", 1, Some(1))]).unwrap();
        assert!(alone.contains("ends an award that was not given"));
        let mut bare = fact(1, "first-sale", 1, None);
        bare.cause = None;
        assert!(off(&[bare]).unwrap().contains("has no cause"));
        // By hand anything may be given that the team has made.
        let mut hand = fact(1, "golden-hat", 1, None);
        hand.cause = Some(Cause::Hand("@olga:a.org".to_owned(), "well done".to_owned()));
        assert_eq!(off(&[hand]), None);
    }

    #[test]
    fn an_award_is_ended_once_later_and_as_what_it_is() {
        let award = fact(2, "first-sale", 1, None);
        let end = |n, revokes| fact(n, "first-sale", 1, Some(revokes));
        assert_eq!(odd(&[award.clone(), end(3, 2)], 0), None);
        for (facts, why) in [
            (vec![award.clone(), fact(3, "streak", 1, Some(2))], "another badge"),
            (vec![award.clone(), fact(3, "first-sale", 2, Some(2))], "another level"),
            (vec![award.clone(), end(3, 2), end(4, 3)], "an end"),
            (vec![end(1, 2), award], "before it was given"),
            (vec![end(1, 1)], "itself"),
        ] {
            let odd = odd(&facts, 0).unwrap_or_default();
            assert!(odd.ends_with("ends an award that was not given"), "{why}: {odd:?}");
        }
    }

    #[test]
    fn nobody_enters_a_tier_without_the_credit_for_it() {
        let day = jiff::civil::date(2026, 11, 24);
        let tier =
            Tier { slug: "gold".into(), name: "Gold".into(), bar_minor: 100, window_months: 12 };
        let tiers =
            Tiers { ever: vec![tier.clone()], now: vec![tier], today: day, is_moving: false };
        let step = |kind: &str, tier: Option<&str>| Step {
            n: 1,
            kind: kind.to_owned(),
            tier: tier.map(str::to_owned),
            on: day,
            seq: None,
            at: 1,
        };
        assert_eq!(tiers.odd_step(PartnerId(1), &[], &[]), None);
        let entered = tiers.odd_step(PartnerId(1), &[step("entered", Some("gold"))], &[]);
        assert_eq!(entered.unwrap(), "entered gold (fact 1) does not follow from the ledger");
        assert!(tiers.odd_step(PartnerId(1), &[step("left", None)], &[]).is_some());
        assert!(tiers.odd_step(PartnerId(1), &[step("warned", Some("gold"))], &[]).is_some());
    }
}
