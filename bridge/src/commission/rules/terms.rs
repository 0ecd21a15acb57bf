//! What pinned terms make of a part of a sale. A line is always what the rule makes of what is left;
//! an event posts the difference to what was posted before. So any number and order of refunds and
//! disputes ends at the same sum, and nothing left means no commission.
use super::{Body, Pay, Tier};
use crate::ledger::rules::Change;
use schema::money::{Overflow, bps, split};
use serde::{Deserialize, Serialize};

/// How a line pays: the rule's words, with what the month had seen when it was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pinned {
    Percent(i64),
    /// The partner's part of the flat amount.
    Flat(i64),
    Marginal {
        tiers: Vec<Tier>,
        /// What the month's earlier lines stood at.
        before: i64,
    },
    /// The rate is that of the whole month, so it moves with it.
    Slab(Vec<Tier>),
}

/// The terms of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub pay: Pinned,
    /// What the cap left when it was pinned; of a slab the cap itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<i64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bonus: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(minor: &i64) -> bool {
    *minor == 0
}

/// What a month's lines under the same rule stand at when a new one is pinned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Month {
    pub base: i64,
    pub earned: i64,
}

/// The partner's place in a sale: all weights, and which is theirs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub weights: &'a [u32],
    pub index: usize,
}

impl Terms {
    /// Pins a rule for a new line. `first`: the partner has no other sale that counts.
    ///
    /// # Errors
    /// `Overflow` where a part does not fit.
    pub fn pin(body: &Body, place: Place<'_>, month: Month, first: bool) -> Result<Self, Overflow> {
        let pay = match &body.pay {
            Pay::Percent(rate) => Pinned::Percent(*rate),
            Pay::Flat(minor) => {
                let parts = split(*minor, place.weights).ok_or(Overflow)?;
                Pinned::Flat(parts.get(place.index).copied().ok_or(Overflow)?)
            }
            Pay::Marginal(tiers) => Pinned::Marginal { tiers: tiers.clone(), before: month.base },
            Pay::Slab(tiers) => Pinned::Slab(tiers.clone()),
        };
        let room = match &pay {
            Pinned::Slab(_) => body.cap,
            _ => body.cap.map(|cap| cap.saturating_sub(month.earned).max(0)),
        };
        let bonus = if first { body.bonus_first.unwrap_or_default() } else { 0 };
        Ok(Self { pay, room, bonus })
    }

    /// What the line earns of `base`; a slab needs its month (`slab`).
    ///
    /// # Errors
    /// `Overflow` where it does not fit.
    pub fn earns(&self, base: i64) -> Result<i64, Overflow> {
        let earned = match &self.pay {
            _ if base == 0 => return Ok(0),
            Pinned::Percent(rate) => bps(base, *rate)?,
            Pinned::Flat(minor) => *minor,
            Pinned::Marginal { tiers, before } => {
                let end = before.checked_add(base).ok_or(Overflow)?;
                marginal(tiers, *before, end)?
            }
            Pinned::Slab(tiers) => bps(base, reached(tiers, base))?,
        };
        let earned = earned.checked_add(self.bonus).ok_or(Overflow)?;
        Ok(self.room.map_or(earned, |room| earned.min(room)))
    }
}

/// The rate that is reached at `volume`.
fn reached(tiers: &[Tier], volume: i64) -> i64 {
    tiers.iter().rev().find(|tier| tier.from <= volume).map_or(0, |tier| tier.bps)
}

/// Each tier's rate for what lies within it, rounded once for the whole.
fn marginal(tiers: &[Tier], from: i64, to: i64) -> Result<i64, Overflow> {
    let mut sum = 0_i128;
    for (index, tier) in tiers.iter().enumerate() {
        let end = tiers.get(index + 1).map_or(i64::MAX, |next| next.from);
        let inside = to.min(end).saturating_sub(from.max(tier.from)).max(0);
        sum += i128::from(inside) * i128::from(tier.bps);
    }
    // Half away from zero, as `bps` rounds; the sum is never negative.
    i64::try_from((sum + 5_000) / 10_000).map_err(|_| Overflow)
}

/// A line of a month under slab tiers, in the order in which they were pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub base: i64,
    /// Of it, what nobody disputes.
    pub clear: i64,
    pub bonus: i64,
}

/// What a line should stand at: all that it earns, and of that what is disputed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    pub total: i64,
    pub disputed: i64,
}

impl Terms {
    /// # Errors
    /// `Overflow` where it does not fit.
    pub fn held(&self, base: i64, clear: i64) -> Result<Held, Overflow> {
        let total = self.earns(base)?;
        Ok(Held { total, disputed: total - self.earns(clear)? })
    }
}

/// The month's lines under slab tiers: one rate for all, by what the month stands at; a cap is filled
/// in order.
///
/// # Errors
/// `Overflow` where a sum does not fit.
pub fn slab(tiers: &[Tier], cap: Option<i64>, lines: &[Member]) -> Result<Vec<Held>, Overflow> {
    let volume = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.base));
    let rate = reached(tiers, volume.ok_or(Overflow)?);
    let mut left = cap.unwrap_or(i64::MAX);
    let mut found = Vec::with_capacity(lines.len());
    for line in lines {
        let earns = |base: i64| match base {
            0 => Ok(0),
            base => bps(base, rate)?.checked_add(line.bonus).ok_or(Overflow),
        };
        let total = earns(line.base)?.min(left);
        let clear = earns(line.clear)?.min(total);
        found.push(Held { total, disputed: total - clear });
        left = left.saturating_sub(total);
    }
    Ok(found)
}

/// The change of a partner's accounts that takes a line from what is posted to what it should be.
/// What is not disputed lies in the hold, or after it is payable.
///
/// # Errors
/// `Overflow` where a difference does not fit.
pub fn change(posted: Held, wanted: Held, released: bool) -> Result<Change, Overflow> {
    let total = wanted.total.checked_sub(posted.total).ok_or(Overflow)?;
    let disputed = wanted.disputed.checked_sub(posted.disputed).ok_or(Overflow)?;
    let free = total.checked_sub(disputed).ok_or(Overflow)?;
    let (held, payable) = if released { (0, free) } else { (free, 0) };
    Ok(Change { held, payable, disputed })
}
