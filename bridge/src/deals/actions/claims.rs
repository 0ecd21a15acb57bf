//! What a registered client means for a claim: its own partner's wins the deal, a rival's waits for a
//! ruling, and where a ruling gave the client to two their parts are the ruling's.
use super::{by_itself, group, new_conflict, next_conflict, open_conflict, rulings, side, team};
use crate::deals::rules;
use crate::deals::store::{self, ConflictRow, DealRow, Sharing, changes, conflicts};
use crate::platform::access::Partner;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::claim::{Claim, ClaimPart};
use crate::sales::rules::Share;
use crate::sales::store::SaleRow;
use schema::card::{DealEvent, FlagKind, ReviewFlag, RulingKind};
use schema::ids::{ClientId, ConflictNumber, DealNumber, PartnerId, SaleId, SaleNumber};
use std::borrow::Cow;

/// How a claim stands to what is registered.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Nobody protects the client.
    Free,
    /// The claimant, or one they sold with, does; the other's follows where two share it.
    Own(Vec<DealRow>),
    /// Somebody else does; the number of the conflict.
    Rival(Box<DealRow>, ConflictNumber),
}

/// `won`: the deal that the claim is said to win; `sale`: the claim, where it is read anew.
///
/// # Errors
/// A refusal when a ruling has set the parts, and the claim names others.
pub async fn standing(
    work: &mut Work<'_>,
    partner: &Partner,
    claim: &Claim,
    (won, sale): (Option<DealNumber>, Option<(SaleId, SaleNumber)>),
) -> Result<Standing, Stop> {
    if super::last_number(work).await? == 0 {
        return Ok(Standing::Free);
    }
    let own = match won {
        Some(number) => {
            let deal = super::own(work, partner, number).await?;
            // An edit of the claim that won it.
            if deal.sale.is_none() || deal.sale != sale.map(|(_, number)| number) {
                rules::is_open(&deal, work.now)?;
            }
            group(work, &deal).await?
        }
        None => {
            let key = crate::sales::rules::client_key(&claim.client);
            let protecting = store::protecting(work.tx, (&key, &key), work.now).await?;
            let Some(first) = protecting.first() else { return Ok(Standing::Free) };
            let parts: Vec<PartnerId> = claim.parts.iter().map(|part| part.partner).collect();
            let own = rules::own(&protecting, partner.id(), &parts);
            if own.is_empty() {
                let number = conflict_of(work, first, sale.map(|(id, _)| id)).await?;
                return Ok(Standing::Rival(Box::new(first.clone()), number));
            }
            own.into_iter().cloned().collect()
        }
    };
    let ruled = own.iter().find(|deal| deal.sharing.is_some());
    if let Some(deal) = ruled.filter(|_| claim.parts.len() > 1) {
        return Err(rules::shared_by_ruling(deal).into());
    }
    Ok(Standing::Own(own))
}

/// The number of the conflict that a claim makes, or has made before it was edited.
async fn conflict_of(
    work: &mut Work<'_>,
    first: &DealRow,
    sale: Option<SaleId>,
) -> Result<ConflictNumber, Fault> {
    if let Some(sale) = sale
        && let Some(known) = conflicts::of_sale(work.tx, sale).await?
        && known.deal_id == first.id
    {
        return Ok(known.number);
    }
    next_conflict(work).await
}

impl Standing {
    /// The client that the deal is about, where the claim is its partner's.
    #[must_use]
    pub fn client(&self) -> Option<ClientId> {
        match self {
            Self::Own(deals) => deals.first().map(|deal| deal.client_id),
            Self::Free | Self::Rival(..) => None,
        }
    }

    fn sharing(&self) -> Option<&Sharing> {
        match self {
            Self::Own(deals) => deals.iter().find_map(|deal| deal.sharing.as_ref()),
            Self::Free | Self::Rival(..) => None,
        }
    }

    /// Whether a ruling has set the parts.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.sharing().is_some()
    }

    /// The claim, with the parts of a ruling where there is one.
    #[must_use]
    pub fn claim<'a>(&self, claim: &'a Claim) -> Cow<'a, Claim> {
        let Some(sharing) = self.sharing() else { return Cow::Borrowed(claim) };
        let (one, two) = sharing.weights;
        let part = |(side, weight): (&store::Side, u32)| ClaimPart {
            partner: side.id,
            user: side.user.clone(),
            name: side.name.clone(),
            weight,
        };
        let parts = sharing.sides.iter().zip([one, two]).map(part).collect();
        Cow::Owned(Claim { parts, ..claim.clone() })
    }

    /// Whom a ruling gave their part need not be asked.
    pub fn rule(&self, shares: &mut [Share]) {
        let Some(sharing) = self.sharing() else { return };
        for share in shares.iter_mut().filter(|share| share.asked_at.is_some()) {
            (share.asked_at, share.overridden_by) = (None, Some(sharing.by.clone()));
        }
    }

    /// What the reviewers must know.
    #[must_use]
    pub fn flag(&self) -> Option<ReviewFlag> {
        let (kind, conflict) = match self {
            Self::Rival(_, number) => (FlagKind::Protected, *number),
            Self::Own(_) => (FlagKind::Ruled, self.sharing()?.number),
            Self::Free => return None,
        };
        Some(ReviewFlag { conflict: Some(conflict), ..ReviewFlag::new(kind) })
    }
}

/// A claim was made: it wins its partner's deal, or makes a conflict.
///
/// # Errors
/// When the database refuses.
pub async fn claimed(
    work: &mut Work<'_>,
    partner: &Partner,
    sale: &SaleRow,
    standing: &Standing,
) -> Result<(), Fault> {
    let note = match standing {
        Standing::Free => return Ok(()),
        Standing::Own(deals) => {
            let ruled = |share: &&Share| share.asked_at.is_none() && share.overridden_by.is_some();
            for share in sale.shares.iter().filter(ruled) {
                work.direct(&share.user, &crate::sales::render::joined(sale, share));
            }
            win(work, deals, sale).await?
        }
        Standing::Rival(first, number) => {
            // The conflict names the claim.
            work.settle().await?;
            let conflict = new_conflict(work, *number, first, side(partner.row()));
            let named = Some((sale.id, sale.number, sale.amount));
            open_conflict(work, ConflictRow { sale: named, ..conflict }, first).await?;
            Some(format!(
                "Another partner registered this client first: a manager rules on it ({number})."
            ))
        }
    };
    if let Some(note) = note {
        let before = work.note.take().map(|before| format!("{before} ")).unwrap_or_default();
        work.note = Some(format!("{before}{note}"));
    }
    Ok(())
}

/// Marks deals as won, those that no claim has won yet.
async fn win(
    work: &mut Work<'_>,
    deals: &[DealRow],
    sale: &SaleRow,
) -> Result<Option<String>, Fault> {
    let open = |deal: &&DealRow| deal.sale.is_none_or(|number| number == sale.number);
    let open: Vec<&DealRow> = deals.iter().filter(open).collect();
    if open.is_empty() {
        return Ok(None);
    }
    work.settle().await?;
    for deal in &open {
        changes::won(work.tx, deal.id, sale.id, work.now).await?;
        work.audit("deal.won", &deal.number.to_string(), &sale.number.to_string());
        team::show(work, deal.id, DealEvent::Won).await?;
    }
    let own = open.iter().find(|deal| deal.partner.id == sale.partner_id);
    Ok(own.map(|deal| format!("🏁 {} is won with it.", deal.number)))
}

/// A claim was read anew after an edit: it may be about another client now.
///
/// # Errors
/// When the database refuses.
pub async fn amended(
    work: &mut Work<'_>,
    partner: &Partner,
    sale: &SaleRow,
    standing: &Standing,
) -> Result<(), Fault> {
    if super::last_number(work).await? == 0 {
        return Ok(());
    }
    changes::not_won_by(work.tx, sale.id).await?;
    let stays = |conflict: &ConflictRow| match standing {
        Standing::Rival(_, number) => conflict.number == *number,
        Standing::Free | Standing::Own(_) => false,
    };
    if let Some(conflict) = conflicts::of_sale(work.tx, sale.id).await? {
        if stays(&conflict) {
            return Ok(());
        }
        let why = format!("{} was edited.", sale.number);
        let ruling = by_itself(work, RulingKind::First, why);
        rulings::settle(work, &conflict, &ruling).await?;
    }
    claimed(work, partner, sale, standing).await
}

/// A claim was withdrawn or rejected: nothing is left to rule on.
///
/// # Errors
/// When the database refuses.
pub async fn sale_gone(work: &mut Work<'_>, sale: &SaleRow) -> Result<(), Fault> {
    if !sale.flags.iter().any(|flag| flag.flag == FlagKind::Protected) {
        return Ok(());
    }
    let Some(conflict) = conflicts::of_sale(work.tx, sale.id).await? else { return Ok(()) };
    let word = if sale.rejected_at.is_some() { "rejected" } else { "withdrawn" };
    let ruling = by_itself(work, RulingKind::First, format!("{} was {word}.", sale.number));
    rulings::settle(work, &conflict, &ruling).await
}
