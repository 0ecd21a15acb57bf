//! When an approved sale may be put right, and by whom.
use super::{Share, reviewers_needed, voidable};
use crate::platform::refusal::{Code, Refusal};
use crate::sales::claim::ClaimPart;
use crate::sales::store::SaleRow;
use schema::ids::SaleNumber;
use schema::money::{Money, split};

/// # Errors
/// When it does not count, nothing is left of it, or a dispute is open.
pub fn correctable(sale: &SaleRow) -> Result<(), Refusal> {
    voidable(sale)?;
    let number = sale.number;
    let refused = |sentence: String, example: String| {
        Err(Refusal::new(Code::Usage, sentence).example(example))
    };
    if sale.disputed() > 0 {
        let disputed = Money { minor: sale.disputed(), ..sale.amount };
        return refused(
            format!("{disputed} of {number} is in dispute; that is decided first."),
            format!("sale dispute {number} {} won", disputed.plain()),
        );
    }
    if sale.net_minor <= 0 {
        return refused(
            format!("Nothing is left of {number} that could be put right."),
            format!("sale show {number}"),
        );
    }
    Ok(())
}

/// The parts of the corrected sale; as they were where none are named. What others than who claimed it get
/// is the manager's word, not theirs. The amount is given in the sale's currency and in the program's. `None`
/// where the parts do not fit.
#[must_use]
pub fn corrected_shares(
    sale: &SaleRow,
    (minor, credited): (i64, i64),
    parts: Option<&[ClaimPart]>,
    by: &str,
) -> Option<Vec<Share>> {
    let named: Vec<ClaimPart> = parts.map_or_else(|| as_before(sale), <[ClaimPart]>::to_vec);
    let weights: Vec<u32> = named.iter().map(|part| part.weight).collect();
    let minors = split(minor, &weights)?.into_iter().zip(split(credited, &weights)?);
    let share = |(part, (minor, credited_minor)): (ClaimPart, (i64, i64))| Share {
        overridden_by: (part.partner != sale.partner_id).then(|| by.to_owned()),
        partner: part.partner,
        user: part.user,
        name: part.name,
        weight: part.weight,
        minor,
        credited_minor,
        asked_at: None,
        confirmed_at: None,
        declined_at: None,
    };
    Some(named.into_iter().zip(minors).map(share).collect())
}

fn as_before(sale: &SaleRow) -> Vec<ClaimPart> {
    let part = |share: &Share| ClaimPart {
        partner: share.partner,
        user: share.user.clone(),
        name: share.name.clone(),
        weight: share.weight,
    };
    sale.shares.iter().map(part).collect()
}

/// # Errors
/// When the manager has a part in the sale, before or after.
pub fn may_correct(sale: &SaleRow, after: &[Share], manager: &str) -> Result<(), Refusal> {
    let own = |share: &Share| share.user == manager;
    if sale.partner_user == manager || sale.shares.iter().chain(after).any(own) {
        let sentence =
            format!("You have a share in {}; another manager must correct it.", sale.number);
        return Err(Refusal::new(Code::Auth, sentence).example("role list"));
    }
    Ok(())
}

/// A larger amount than two people would have to agree to is claimed anew, so that they do.
///
/// # Errors
/// When it needs a second yes that nobody gave.
pub fn needs_no_second(
    sale: &SaleRow,
    after: Money,
    two_person_over: Option<i64>,
) -> Result<(), Refusal> {
    let before = sale.exchange.map_or(sale.amount, |pinned| pinned.reporting);
    if after.minor <= before.minor || reviewers_needed(after, two_person_over) < 2 {
        return Ok(());
    }
    let number = sale.number;
    let sentence = format!(
        "{after} needs the yes of two reviewers: take {number} back, and have it claimed anew."
    );
    Err(Refusal::new(Code::Confirm, sentence).example(format!("sale void {number} wrong amount")))
}

/// Why the wrong one is void.
#[must_use]
pub fn corrected_as(number: SaleNumber, reason: &str) -> String {
    format!("corrected as {number}: {}", reason.trim())
}
