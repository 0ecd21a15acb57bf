//! Managers rule on a client that two name as theirs; what is ruled happens at once.
use super::{by_itself, card_key, fresh, group, team};
use crate::deals::rules::{self, Ruling, Term};
use crate::deals::store::{self, ConflictRow, DealRow, RulingRow, changes, conflicts};
use crate::deals::{jobs, render};
use crate::platform::access::{Manager, Reviewer};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::{Work, event_ref};
use crate::sales;
use schema::card::{DealEvent, RulingKind};
use schema::ids::ConflictNumber;

/// # Errors
/// `E-REF` when there is none of this number.
pub async fn known_conflict(
    work: &mut Work<'_>,
    number: ConflictNumber,
) -> Result<(ConflictRow, DealRow), Stop> {
    let Some(conflict) = conflicts::by_number(work.tx, number).await? else {
        return Err(rules::no_such_conflict().into());
    };
    let first = first_of(work, &conflict).await?;
    Ok((conflict, first))
}

async fn first_of(work: &mut Work<'_>, conflict: &ConflictRow) -> Result<DealRow, Fault> {
    let first = store::by_id(work.tx, &conflict.deal_id.to_string()).await?;
    first.ok_or_else(|| Fault::Bug(format!("no deal behind {}", conflict.number)))
}

/// A ruling is between two people: it decides on all that the second has on this client. The manager
/// is a reviewer as well, in whose name a claim is rejected.
///
/// # Errors
/// A refusal when it is decided, about the manager's own, or not possible.
pub async fn rule(
    work: &mut Work<'_>,
    (_, reviewer): (&Manager, &Reviewer),
    number: ConflictNumber,
    ruling: &Ruling,
) -> Result<(ConflictRow, DealRow), Stop> {
    let (conflict, first) = known_conflict(work, number).await?;
    rules::open(&conflict)?;
    rules::may_rule(&conflict, &first, reviewer)?;
    rules::sharable(&first, &conflict, ruling.kind)?;
    let all = conflicts::open_on(work.tx, first.id).await?;
    let (same, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|other| other.rival.id == conflict.rival.id);
    let holders = group(work, &first).await?;
    let moves = matches!(ruling.kind, RulingKind::Second | RulingKind::None);
    if moves {
        for deal in holders.iter().filter(|deal| deal.lost_at.is_none()) {
            changes::lose(work.tx, deal.id, work.now).await?;
        }
    }
    // The ruling stands before anything is said of it: who shares is read from it.
    for conflict in &same {
        settle(work, conflict, ruling).await?;
    }
    let term = first.term.filter(|_| first.protects(work.now));
    let term = term.unwrap_or_else(|| fresh(work, first.days));
    let shared = (ruling.kind == RulingKind::Shares).then(|| conflict.id.to_string());
    if let Some(id) = &shared {
        changes::protect(work.tx, first.id, term, Some(id), work.now).await?;
        jobs::owe(work, &DealRow { term: Some(term), ..first.clone() });
    }
    for conflict in &same {
        carry_out(work, Some(reviewer), conflict, ruling, (term, shared.as_deref())).await?;
    }
    tell_first(work, &holders, ruling).await?;
    let why = format!("{number}: {}.", ruling.kind);
    match ruling.kind {
        RulingKind::First | RulingKind::Shares => {}
        RulingKind::Second => {
            let heir = heir_of(work, &same).await?;
            pass_on(work, others, heir, &why).await?;
        }
        RulingKind::None => {
            let free = by_itself(work, RulingKind::None, why);
            for conflict in &others {
                settle(work, conflict, &free).await?;
                carry_out(work, None, conflict, &free, (term, None)).await?;
            }
        }
    }
    known_conflict(work, number).await
}

/// The deal to which the protection has moved.
async fn heir_of(work: &mut Work<'_>, same: &[ConflictRow]) -> Result<Option<DealRow>, Fault> {
    match same.iter().find_map(|conflict| conflict.rival_deal) {
        Some((id, _)) => Ok(store::by_id(work.tx, &id.to_string()).await?),
        None => Ok(None),
    }
}

async fn tell_first(
    work: &mut Work<'_>,
    holders: &[DealRow],
    ruling: &Ruling,
) -> Result<(), Fault> {
    let event = match ruling.kind {
        RulingKind::First => DealEvent::Kept,
        RulingKind::Second => DealEvent::Lost,
        RulingKind::Shares => DealEvent::Shared,
        RulingKind::None => DealEvent::Freed,
    };
    for deal in holders {
        tell(work, deal, event, ruling).await?;
    }
    Ok(())
}

/// As the deal is now.
async fn tell(
    work: &mut Work<'_>,
    deal: &DealRow,
    event: DealEvent,
    ruling: &Ruling,
) -> Result<(), Fault> {
    let Some(deal) = store::by_id(work.tx, &deal.id.to_string()).await? else { return Ok(()) };
    let reason = (ruling.by != work.program.bot).then_some(ruling.reason.as_str());
    work.direct(&deal.partner.user, &render::ruled(&deal, event, reason, work.now));
    team::show(work, deal.id, event).await
}

/// Notes a ruling, on the card and in its thread.
///
/// # Errors
/// When the database refuses.
pub(super) async fn settle(
    work: &mut Work<'_>,
    conflict: &ConflictRow,
    ruling: &Ruling,
) -> Result<(), Fault> {
    conflicts::rule(work.tx, conflict, ruling, work.now).await?;
    let first = first_of(work, conflict).await?;
    let Ruling { kind, weights, reason, by } = ruling.clone();
    let row = RulingRow { kind, weights, reason, by, at: work.now };
    let decided = ConflictRow { ruling: Some(row), ..conflict.clone() };
    let key = card_key(conflict.id);
    work.edit("control", &key, &render::conflict(&first, &decided, work.now));
    if ruling.by == work.program.bot {
        let message = render::settled(&first, &decided, work.now);
        work.send_in_thread("control", &event_ref(&key), &message);
    }
    let detail = format!("{} {}", ruling.kind, ruling.reason);
    work.audit("deal.rule", &conflict.number.to_string(), &detail);
    Ok(())
}

/// What a ruling makes of the second's registration or claim.
async fn carry_out(
    work: &mut Work<'_>,
    reviewer: Option<&Reviewer>,
    conflict: &ConflictRow,
    ruling: &Ruling,
    (term, shared): (Term, Option<&str>),
) -> Result<(), Fault> {
    if let Some((id, _)) = conflict.rival_deal {
        let event = match ruling.kind {
            RulingKind::First | RulingKind::None => {
                changes::lose(work.tx, id, work.now).await?;
                if ruling.kind == RulingKind::First { DealEvent::Lost } else { DealEvent::Freed }
            }
            RulingKind::Second => {
                protect(work, id, None).await?;
                DealEvent::Kept
            }
            RulingKind::Shares => {
                protect(work, id, Some((term, shared))).await?;
                DealEvent::Shared
            }
        };
        if let Some(deal) = store::by_id(work.tx, &id.to_string()).await? {
            tell(work, &deal, event, ruling).await?;
        }
    }
    if let Some((id, number, _)) = conflict.sale {
        claim(work, reviewer, (id, number), conflict, ruling).await?;
    }
    Ok(())
}

/// Gives a waiting deal its protection: a term of its own, or that of the one it shares with.
async fn protect(
    work: &mut Work<'_>,
    id: schema::ids::DealId,
    shared: Option<(Term, Option<&str>)>,
) -> Result<(), Fault> {
    let Some(deal) = store::by_id(work.tx, &id.to_string()).await? else { return Ok(()) };
    let (term, shared) = shared.unwrap_or_else(|| (fresh(work, deal.days), None));
    changes::protect(work.tx, id, term, shared, work.now).await?;
    jobs::owe(work, &DealRow { term: Some(term), ..deal });
    Ok(())
}

async fn claim(
    work: &mut Work<'_>,
    reviewer: Option<&Reviewer>,
    (id, number): (schema::ids::SaleId, schema::ids::SaleNumber),
    conflict: &ConflictRow,
    ruling: &Ruling,
) -> Result<(), Fault> {
    let with = match (ruling.kind, reviewer) {
        (RulingKind::First, Some(reviewer)) => {
            let reason = format!("{}: {}", conflict.number, ruling.reason);
            return match sales::actions::reject(work, reviewer, number, &reason).await {
                Ok(()) => Ok(()),
                Err(Stop::Fault(fault)) => Err(fault),
                Err(Stop::Refusal(refusal)) => Err(Fault::Bug(refusal.sentence)),
            };
        }
        (RulingKind::First, None) => return Ok(()),
        (RulingKind::Shares, _) => {
            let first = first_of(work, conflict).await?;
            Some((first.partner, ruling.weights))
        }
        (RulingKind::Second | RulingKind::None, _) => None,
    };
    let decided = sales::actions::Ruled {
        conflict: conflict.number,
        with,
        by: &ruling.by,
        reason: &ruling.reason,
    };
    let won = sales::actions::ruled(work, id, decided).await?;
    let deals = match ruling.kind {
        RulingKind::Shares => {
            let first = first_of(work, conflict).await?;
            group(work, &first).await?
        }
        _ => Vec::new(),
    };
    for deal in deals.iter().filter(|deal| won && deal.sale.is_none()) {
        changes::won(work.tx, deal.id, id, work.now).await?;
        work.audit("deal.won", &deal.number.to_string(), &number.to_string());
        team::show(work, deal.id, DealEvent::Won).await?;
    }
    Ok(())
}

/// A protection is gone, and others wait: it moves to the heir, else to the registration that has
/// waited longest; what remains waits for a ruling against that. Without a registration the claims
/// stand.
///
/// # Errors
/// When the database refuses.
pub(super) async fn pass_on(
    work: &mut Work<'_>,
    mut waiting: Vec<ConflictRow>,
    mut heir: Option<DealRow>,
    why: &str,
) -> Result<(), Fault> {
    let never = Term { ends_on: work.today(), ends_at: work.now };
    if heir.is_none()
        && let Some(at) = waiting.iter().position(|conflict| conflict.rival_deal.is_some())
    {
        let next = waiting.remove(at);
        let ruling = by_itself(work, RulingKind::Second, why.to_owned());
        settle(work, &next, &ruling).await?;
        carry_out(work, None, &next, &ruling, (never, None)).await?;
        heir = heir_of(work, &[next]).await?;
    }
    for mut conflict in waiting {
        match &heir {
            Some(heir) if !heir.is_of(conflict.rival.id) => {
                conflicts::follow(work.tx, conflict.id, heir.id).await?;
                conflict.deal_id = heir.id;
                let message = render::conflict(heir, &conflict, work.now);
                work.edit("control", &card_key(conflict.id), &message);
            }
            heir => {
                let kind = if heir.is_some() { RulingKind::Second } else { RulingKind::None };
                let ruling = by_itself(work, kind, why.to_owned());
                settle(work, &conflict, &ruling).await?;
                carry_out(work, None, &conflict, &ruling, (never, None)).await?;
            }
        }
    }
    Ok(())
}
