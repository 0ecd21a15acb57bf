//! What of the ledger counts for a goal. `step` says it for one entry and one side; the live program
//! applies it to the stored figures, `Tally` to figures from nothing, and both give the same.
use std::collections::BTreeMap;

use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId};
use schema::metric::Metric;
use schema::money::Overflow;

use crate::leaderboard::rules::Memberships;
use crate::ledger::rules::Credit;
use std::borrow::Cow;

/// Whose sales count for a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Everybody's.
    Program,
    /// Those in an industry, by slug.
    Industry(String),
    /// Those of people while they are of an organization, by its short name.
    Organization(String),
}

/// What a goal counts: the credit of sales of these days, by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub metric: Metric,
    /// First and last local day.
    pub from: Date,
    pub to: Date,
    /// One goal has one side, a challenge several.
    pub sides: Vec<Side>,
}

impl Terms {
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && on <= self.to
    }

    /// What of an entry counts for a side, if anything. In a challenge between organizations everybody
    /// sees the figures, so they hold only who stands with their name; what one wants alone, only its own
    /// people see.
    #[must_use]
    pub fn part<'a>(
        &self,
        place: usize,
        credit: &'a Credit,
        memberships: &Memberships,
    ) -> Option<Cow<'a, Credit>> {
        match self.sides.get(place)? {
            Side::Program => Some(Cow::Borrowed(credit)),
            Side::Industry(slug) if credit.industry.as_ref() == Some(slug) => {
                Some(Cow::Borrowed(credit))
            }
            Side::Industry(_) => None,
            Side::Organization(slug) => {
                let mut part = credit.clone();
                part.shares.retain(|share| {
                    let own = if self.is_challenge() {
                        memberships.shown(share.partner, credit.on)
                    } else {
                        memberships.of(share.partner, credit.on)
                    };
                    own.is_some_and(|own| **own == **slug)
                });
                if part.shares.is_empty() { None } else { Some(Cow::Owned(part)) }
            }
        }
    }

    /// Whether any side is an organization.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        self.sides.iter().any(|side| matches!(side, Side::Organization(_)))
    }

    #[must_use]
    pub const fn is_challenge(&self) -> bool {
        self.sides.len() > 1
    }
}

/// What one entry does to one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    pub progress: i64,
    /// By partner, in order; none is 0.
    pub parts: Vec<(PartnerId, i64)>,
    /// What each partner holds of the entry's client from now on; only where clients count.
    pub held: Vec<(PartnerId, i64)>,
}

/// `held`: what each partner has of the entry's client in this side before it, net; only asked where
/// clients count. A client counts while anybody's net credit of it is above 0 in sum, and for each
/// partner while their own is.
///
/// # Errors
/// `Overflow` where a sum leaves `i64`.
pub fn step(metric: Metric, credit: &Credit, held: &[(PartnerId, i64)]) -> Result<Step, Overflow> {
    let mut shares = BTreeMap::<PartnerId, i64>::new();
    for share in &credit.shares {
        add(shares.entry(share.partner).or_default(), share.minor)?;
    }
    if metric.is_money() {
        let progress = sum(shares.values())?;
        let parts = shares.into_iter().filter(|(_, minor)| *minor != 0).collect();
        return Ok(Step { progress, parts, held: Vec::new() });
    }
    let before: BTreeMap<PartnerId, i64> = held.iter().copied().collect();
    let (old, mut new) = (sum(before.values())?, sum(before.values())?);
    let mut step = Step::default();
    for (partner, minor) in shares {
        let own = before.get(&partner).copied().unwrap_or_default();
        let now = own.checked_add(minor).ok_or(Overflow)?;
        add(&mut new, minor)?;
        step.held.push((partner, now));
        let by = i64::from(now > 0) - i64::from(own > 0);
        if by != 0 {
            step.parts.push((partner, by));
        }
    }
    step.progress = i64::from(new > 0) - i64::from(old > 0);
    Ok(step)
}

fn add(sum: &mut i64, by: i64) -> Result<(), Overflow> {
    *sum = sum.checked_add(by).ok_or(Overflow)?;
    Ok(())
}

fn sum<'a>(values: impl Iterator<Item = &'a i64>) -> Result<i64, Overflow> {
    values.copied().try_fold(0_i64, i64::checked_add).ok_or(Overflow)
}

/// A goal's figures from nothing, entry by entry, in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By side.
    pub progress: BTreeMap<usize, i64>,
    /// By side and partner; none is 0.
    pub parts: BTreeMap<(usize, PartnerId), i64>,
    /// By side, client and partner; none is 0.
    pub held: BTreeMap<(usize, ClientId), BTreeMap<PartnerId, i64>>,
}

impl Tally {
    /// Takes one entry's credit; what it is not of, it leaves alone.
    ///
    /// # Errors
    /// `Overflow` where a sum leaves `i64`.
    pub fn take(
        &mut self,
        terms: &Terms,
        credit: &Credit,
        memberships: &Memberships,
    ) -> Result<(), Overflow> {
        if !terms.holds(credit.on) {
            return Ok(());
        }
        for place in 0..terms.sides.len() {
            let Some(credit) = terms.part(place, credit, memberships) else { continue };
            let client = self.held.entry((place, credit.client)).or_default();
            let held: Vec<_> = client.iter().map(|(partner, minor)| (*partner, *minor)).collect();
            let step = step(terms.metric, &credit, &held)?;
            client.extend(step.held);
            client.retain(|_, minor| *minor != 0);
            if client.is_empty() {
                self.held.remove(&(place, credit.client));
            }
            add(self.progress.entry(place).or_default(), step.progress)?;
            for (partner, by) in step.parts {
                let key = (place, partner);
                add(self.parts.entry(key).or_default(), by)?;
                if self.parts.get(&key) == Some(&0) {
                    self.parts.remove(&key);
                }
            }
        }
        Ok(())
    }

    #[must_use]
    pub fn progress_of(&self, place: usize) -> i64 {
        self.progress.get(&place).copied().unwrap_or_default()
    }
}
