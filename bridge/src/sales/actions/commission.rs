//! What a sale's way means for the commission of those who sold it.
use crate::commission::actions::{self as commission, Explained, Happened, Moved, Seller};
use crate::commission::render;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::sales::store::{self, SaleRow};
use schema::status::SaleStatus;

/// A sale as commission sees it.
fn of(sale: &SaleRow) -> commission::Sale {
    let counts = sale.status() == SaleStatus::Approved || sale.status() == SaleStatus::Claimed;
    let seller = |share: &crate::sales::rules::Share| Seller {
        partner: share.partner,
        user: share.user.clone(),
        weight: share.weight,
    };
    commission::Sale {
        id: sale.id,
        number: sale.number,
        client: sale.client_id,
        industry: sale.industry.clone(),
        on: sale.on,
        approved_at: sale.approved_at,
        held_from: None,
        currency: sale.amount.currency,
        exchange: sale.exchange,
        net: if counts { sale.net_minor } else { 0 },
        disputed: if counts { sale.disputed() } else { 0 },
        sellers: sale.shares.iter().map(seller).collect(),
    }
}

/// A sale was approved: everyone who has a part earns. A hold counts from `held_from`, where that is not now.
pub(super) async fn earned(
    work: &mut Work<'_>,
    sale: &SaleRow,
    (follows, held_from): (i64, Option<i64>),
) -> Result<Vec<Moved>, Fault> {
    commission::earned(work, &commission::Sale { held_from, ..of(sale) }, follows).await
}

/// Something befell a sale: commission follows. What it makes of each seller's own is given back, for
/// their message; who is moved by another sale's fate (the month has another rate) is told here.
pub(super) async fn befell(
    work: &mut Work<'_>,
    sale: &SaleRow,
    happened: Happened<'_>,
) -> Result<Vec<Moved>, Fault> {
    let moved = commission::settle(work, &of(sale), happened).await?;
    let (own, others): (Vec<Moved>, Vec<Moved>) =
        moved.into_iter().partition(|moved| moved.sale == sale.id);
    for moved in others {
        let Some(told) = store::by_id(work.tx, &moved.sale.to_string()).await? else { continue };
        let share = told.shares.iter().find(|share| share.partner == moved.partner);
        if let Some(share) = share {
            let message = render::moved(told.number, &moved);
            work.send(&format!("direct:{}", share.user), &message);
        }
    }
    Ok(own)
}

/// Which rule applied to each part of a sale, and why the others did not.
///
/// # Errors
/// When the database refuses.
pub async fn explain(work: &mut Work<'_>, sale: &SaleRow) -> Result<Vec<Explained>, Fault> {
    commission::explain(work, &of(sale)).await
}
