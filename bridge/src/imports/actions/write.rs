//! Writes what was judged: the batch, its sales, their entries, and what shows them.
use super::super::{render, store};
use super::Sum;
use super::judge::Sale;
use crate::goals;
use crate::leaderboard;
use crate::ledger::actions::IMPORT;
use crate::ledger::{
    self,
    rules::{Credit, CreditShare, EntryBody},
};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::rules::Share;
use crate::sales::store::{self as sales, NewSale};
use crate::{badges, industries, sales::rules as sale_rules};
use schema::ids::{BatchNumber, PartnerId, SaleId, SaleNumber};
use std::collections::BTreeSet;

pub async fn all(work: &mut Work<'_>, file: &str, rows: Vec<Sale>) -> Result<Sum, Stop> {
    let batch = BatchNumber(store::last(work.tx).await? + 1);
    store::insert(work.tx, batch, file, work.now).await?;
    let mut number = sales::last_number(work.tx).await?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in &rows {
        number += 1;
        ids.push(claim(work, (batch, SaleNumber(number)), row));
    }
    work.settle().await?;
    let mut sum = Sum { batch, sales: 0, partners: 0, total: 0 };
    let (mut partners, mut slugs) = (BTreeSet::new(), BTreeSet::new());
    for (row, id) in rows.iter().zip(ids) {
        let minor = count(work, batch, row, id).await?;
        sum.sales += 1;
        sum.total = sum.total.checked_add(minor).ok_or(Fault::Overflow("an import"))?;
        partners.insert(row.partner);
        slugs.extend(row.row.industry.clone());
    }
    sum.partners = i64::try_from(partners.len()).unwrap_or(i64::MAX);
    shown(work, &partners, &slugs).await?;
    work.audit("import", &batch.to_string(), &format!("{} sales", sum.sales));
    let message = render::brought(&sum, work.program);
    work.send_as(&format!("import:{batch}"), "control", &message);
    Ok(sum)
}

/// Boards and industries follow; the next run shows them.
pub(super) async fn shown(
    work: &mut Work<'_>,
    partners: &BTreeSet<PartnerId>,
    slugs: &BTreeSet<String>,
) -> Result<(), Stop> {
    for partner in partners {
        leaderboard::actions::rebuild(work, *partner).await?;
    }
    badges::actions::imported(work, partners, slugs).await?;
    for slug in slugs {
        work.effects.jobs.push(industries::actions::state_job(slug, work.now));
    }
    Ok(())
}

/// The sale and its one part, written at the latest with the next settlement.
fn claim(work: &mut Work<'_>, (batch, number): (BatchNumber, SaleNumber), sale: &Sale) -> SaleId {
    let id = SaleId(work.id().0);
    let cause = format!("{}{batch}:{}", sale_rules::IMPORTED, sale.row.line);
    let minor = sale.row.amount.minor;
    let new = NewSale {
        id,
        number,
        partner_id: sale.partner,
        client_id: sale.client,
        amount: sale.row.amount,
        industry: sale.row.industry.as_deref(),
        on: sale.row.on,
        note: sale.row.note.as_deref(),
        public: false,
        playbook: None,
        flags: "[]",
        cause: &cause,
        claimed_by: None,
        room_id: "",
        thread: None,
        line: &cause,
        claimed_at: work.now,
        asked_at: work.now,
    };
    sales::insert(work, &new);
    let share = Share {
        partner: sale.partner,
        user: sale.row.partner.clone(),
        name: String::new(),
        weight: 1,
        minor,
        credited_minor: minor,
        asked_at: None,
        confirmed_at: None,
        declined_at: None,
        overridden_by: None,
    };
    sales::shares::insert(work, id, 0, &share);
    id
}

/// Approves it with its entry; what it adds, in the program's currency.
async fn count(
    work: &mut Work<'_>,
    batch: BatchNumber,
    sale: &Sale,
    id: SaleId,
) -> Result<i64, Fault> {
    let counted = sale.exchange.map_or(sale.row.amount, |exchange| exchange.reporting);
    if let Some(exchange) = &sale.exchange {
        sales::pin(work.tx, id, exchange).await?;
        sales::shares::credit(work.tx, id, sale.partner, counted.minor).await?;
    }
    sales::approve(work.tx, id, &format!("import {batch}"), work.now).await?;
    let body = EntryBody::sale_approved(&Credit {
        sale: id,
        client: sale.client,
        industry: sale.row.industry.clone(),
        on: sale.row.on,
        currency: counted.currency,
        shares: vec![CreditShare { partner: sale.partner, minor: counted.minor }],
    });
    ledger::actions::post(work, IMPORT, &id.to_string(), &body).await?;
    goals::actions::credited(work, &body).await?;
    let row = (sale.row.external_id.as_str(), sale.content.as_str());
    store::add(work.tx, (batch, sale.row.line), row, id).await?;
    Ok(counted.minor)
}
