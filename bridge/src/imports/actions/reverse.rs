//! Takes a batch back: a negative entry for what is left of each of its sales.
use super::super::{render, store};
use super::{Sum, write};
use crate::goals;
use crate::ledger::{self, rules::EntryBody};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales::rules as sale_rules;
use crate::sales::store::{self as sales, SaleRow};
use schema::ids::BatchNumber;
use schema::status::SaleStatus;
use std::collections::BTreeSet;

/// # Errors
/// A refusal when there is no such batch, it was taken back before, or no reason is given.
pub async fn reverse(work: &mut Work<'_>, number: BatchNumber, reason: &str) -> Result<Sum, Stop> {
    let refused = |sentence: String| Stop::from(Refusal::new(Code::Ref, sentence));
    let batch = store::batch(work.tx, number).await?;
    let batch = batch.ok_or_else(|| refused(format!("There is no batch {number}.")))?;
    if batch.reversed_at.is_some() {
        return Err(refused(format!("{number} was reversed before.")));
    }
    sale_rules::reason(reason)?;
    let mut sum = Sum { batch: number, sales: 0, partners: 0, total: 0 };
    let (mut partners, mut slugs) = (BTreeSet::new(), BTreeSet::new());
    for id in store::sales(work.tx, number).await? {
        let sale = sales::by_id(work.tx, &id).await?;
        let sale =
            sale.ok_or_else(|| Fault::Data(format!("{number} names {id}, which is none")))?;
        // One that was voided by hand has its negative entry.
        if sale.status() != SaleStatus::Approved {
            continue;
        }
        let minor = void(work, number, &sale, reason).await?;
        sum.sales += 1;
        sum.total = sum.total.checked_add(minor).ok_or(Fault::Overflow("a reversal"))?;
        partners.extend(sale.shares.iter().map(|share| share.partner));
        slugs.extend(sale.industry);
    }
    sum.partners = i64::try_from(partners.len()).unwrap_or(i64::MAX);
    store::reverse(work.tx, number, reason, work.now).await?;
    write::shown(work, &partners, &slugs).await?;
    work.audit("import.reverse", &number.to_string(), reason);
    let message = render::reversed(&sum, reason, work.program);
    work.send_as(&format!("import:{number}:reversed"), "control", &message);
    Ok(sum)
}

/// What it took away, in the program's currency.
async fn void(
    work: &mut Work<'_>,
    number: BatchNumber,
    sale: &SaleRow,
    reason: &str,
) -> Result<i64, Stop> {
    let left: Vec<_> =
        sale.shares.iter().map(|share| (share.partner, share.credited_minor)).collect();
    let id = sale.id.to_string();
    let reverses = ledger::actions::seq_of(work, "sale.approved", &id).await?;
    let body = EntryBody::sale_voided(&sale.credit(&left), reverses);
    sales::void(work.tx, sale.id, &format!("import {number}"), reason, work.now).await?;
    // Nothing is left that a dispute could win back. Commission there is none.
    sales::disputes::end(work.tx, sale.id, &format!("import {number}"), work.now).await?;
    ledger::actions::post(work, "sale.voided", &id, &body).await?;
    goals::actions::credited(work, &body).await?;
    Ok(left.iter().map(|(_, minor)| minor).sum())
}
