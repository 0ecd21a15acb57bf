//! Shared sales: who has which part, who still has to say yes, and what a refund takes from whom.
use crate::platform::refusal::{Code, Refusal};
use crate::sales::claim::{Claim, ClaimPart};
use crate::sales::store::SaleRow;
use schema::ids::PartnerId;
use schema::money::{Overflow, split};

/// Co-sellers of one sale, beside the claimant.
pub const CO_SELLERS_MAX: usize = 10;
pub const WEIGHT_MAX: u32 = 1_000_000;
/// After this, those who have not answered are reminded.
pub const REMIND_MS: i64 = 2 * DAY_MS;
/// After this, a claim that is not confirmed by all is withdrawn.
pub const LAPSE_MS: i64 = 30 * DAY_MS;
const DAY_MS: i64 = 86_400_000;

/// A partner's part of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub partner: PartnerId,
    pub user: String,
    pub name: String,
    pub weight: u32,
    /// Of the whole amount, minor units.
    pub minor: i64,
    /// What the ledger credits of it after adjustments, in the program's currency.
    pub credited_minor: i64,
    /// When they were asked; the claimant is not.
    pub asked_at: Option<i64>,
    pub confirmed_at: Option<i64>,
    pub declined_at: Option<i64>,
    /// The manager who let it count without their yes.
    pub overridden_by: Option<String>,
}

impl Share {
    /// Whether their yes is still needed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.asked_at.is_some() && self.confirmed_at.is_none() && self.overridden_by.is_none()
    }
}

#[must_use]
pub fn not_a_partner() -> Refusal {
    Refusal::new(Code::Ref, "A co-seller must be an active partner of this program.")
        .example("sale add 1000 EUR Acme")
}

/// Only who claimed a sale may take the claim back.
#[must_use]
pub fn not_the_claimant(sale: &SaleRow) -> Refusal {
    let sentence = format!(
        "{} was claimed by {}; press ❌ if your part in it is wrong.",
        sale.number,
        crate::platform::text::foreign(&sale.partner_name)
    );
    Refusal::new(Code::Auth, sentence).example(format!("sale show {}", sale.number))
}

/// An edit names the parts anew; those that a ruling has set it cannot.
///
/// # Errors
/// When a ruling has set them, and would not again.
pub fn may_amend(sale: &SaleRow, ruled_again: bool) -> Result<(), Refusal> {
    let ruled = |share: &Share| share.asked_at.is_none() && share.overridden_by.is_some();
    if ruled_again || !sale.shares.iter().any(ruled) {
        return Ok(());
    }
    let number = sale.number;
    let sentence = format!(
        "A manager ruled how {number} is shared, so an edit cannot change it; take it back and claim anew."
    );
    Err(Refusal::new(Code::Usage, sentence).example(format!("sale withdraw {number}")))
}

/// The parts of a new claim. All but the claimant are asked.
#[must_use]
pub fn shares(claim: &Claim, claimant: PartnerId, minor: i64, asked_at: i64) -> Option<Vec<Share>> {
    let weights: Vec<u32> = claim.parts.iter().map(|part| part.weight).collect();
    let minors = split(minor, &weights)?;
    let share = |(part, minor): (&ClaimPart, i64)| Share {
        partner: part.partner,
        user: part.user.clone(),
        name: part.name.clone(),
        weight: part.weight,
        minor,
        credited_minor: minor,
        asked_at: (part.partner != claimant).then_some(asked_at),
        confirmed_at: None,
        declined_at: None,
        overridden_by: None,
    };
    Some(claim.parts.iter().zip(minors).map(share).collect())
}

/// What an adjustment makes of a sale of which `net` is left, in the program's currency: the new parts
/// are the split of what is left, and each partner is posted the difference to what they have. Exact
/// for any number and order of adjustments; ties go to the earlier named.
///
/// # Errors
/// `Overflow` where a part does not fit.
pub fn adjusted(shares: &[Share], net: i64) -> Result<Vec<i64>, Overflow> {
    let weights: Vec<u32> = shares.iter().map(|share| share.weight).collect();
    let targets = split(net, &weights).ok_or(Overflow)?;
    let delta = |(share, target): (&Share, i64)| target.checked_sub(share.credited_minor);
    shares.iter().zip(targets).map(delta).collect::<Option<_>>().ok_or(Overflow)
}

/// Those whose yes is missing, as a sentence names them.
#[must_use]
pub fn waiting(shares: &[Share]) -> String {
    let names = shares.iter().filter(|share| share.is_open());
    names.map(|share| share.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(weight: u32, minor: i64) -> Share {
        Share {
            partner: PartnerId(0),
            user: String::new(),
            name: String::new(),
            weight,
            minor,
            credited_minor: minor,
            asked_at: None,
            confirmed_at: None,
            declined_at: None,
            overridden_by: None,
        }
    }

    fn sold(amount: i64, weights: &[u32]) -> Vec<Share> {
        let parts = split(amount, weights).unwrap();
        weights.iter().zip(parts).map(|(weight, minor)| share(*weight, minor)).collect()
    }

    fn refund(shares: &mut [Share], net: i64) -> Vec<i64> {
        let deltas = adjusted(shares, net).unwrap();
        for (share, delta) in shares.iter_mut().zip(&deltas) {
            share.credited_minor += delta;
        }
        deltas
    }

    #[test]
    fn who_is_asked_has_a_month_and_hears_again_after_two_days() {
        assert_eq!((REMIND_MS, LAPSE_MS), (172_800_000, 2_592_000_000));
    }

    #[test]
    fn refunds_of_a_co_sale_end_at_nothing() {
        let mut shares = sold(100_001, &[50, 30, 20]);
        let minors: Vec<i64> = shares.iter().map(|share| share.minor).collect();
        assert_eq!(minors, [50_001, 30_000, 20_000]);
        assert_eq!(refund(&mut shares, 66_668), [-16_667, -10_000, -6_666]);
        assert_eq!(refund(&mut shares, 0), [-33_334, -20_000, -13_334]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn whatever_the_refunds_the_parts_are_those_of_what_is_left(
            amount in 1_i64..1_000_000_000_000_000,
            weights in prop::collection::vec(1_u32..=WEIGHT_MAX, 1..11),
            cuts in prop::collection::vec(0_u8..=100, 1..8),
        ) {
            let mut shares = sold(amount, &weights);
            let mut net = amount;
            for cut in cuts {
                net -= i64::try_from(i128::from(net) * i128::from(cut) / 100).unwrap();
                let deltas = refund(&mut shares, net);
                let left: i64 = shares.iter().map(|share| share.credited_minor).sum();
                prop_assert_eq!(left, net);
                prop_assert!(shares.iter().all(|share| share.credited_minor >= 0));
                prop_assert_eq!(deltas.len(), shares.len());
            }
            refund(&mut shares, 0);
            prop_assert!(shares.iter().all(|share| share.credited_minor == 0));
        }
    }
}
