//! What a sale's way means for the commission of those who sold it.
use crate::commission::actions::{self as commission, Event, Explained, Happened, Moved, Seller};
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
        currency: sale.amount.currency,
        exchange: sale.exchange,
        net: if counts { sale.net_minor } else { 0 },
        disputed: if counts { sale.disputed() } else { 0 },
        sellers: sale.shares.iter().map(seller).collect(),
    }
}

/// A sale was approved: everyone who has a part earns.
pub(super) async fn earned(
    work: &mut Work<'_>,
    sale: &SaleRow,
    follows: i64,
) -> Result<Vec<Moved>, Fault> {
    commission::earned(work, &of(sale), follows).await
}

/// Something befell a sale: commission follows, and each partner is told in their own chat what was
/// taken, set aside or given back, of which sale and why.
pub(super) async fn befell(
    work: &mut Work<'_>,
    sale: &SaleRow,
    happened: Happened<'_>,
) -> Result<(), Fault> {
    for moved in commission::settle(work, &of(sale), happened).await? {
        let own = moved.sale == sale.id;
        let other = if own { None } else { store::by_id(work.tx, &moved.sale.to_string()).await? };
        let told = other.as_ref().unwrap_or(sale);
        let Some(share) = told.shares.iter().find(|share| share.partner == moved.partner) else {
            continue;
        };
        let (what, reason) = if own {
            (what(happened.event), happened.reason)
        } else {
            ("The month has another rate now.", "")
        };
        let figures = (moved.total(), moved.disputed());
        let message = render::moved(told.number, figures, (what, reason));
        work.send(&format!("direct:{}", share.user), &message);
    }
    Ok(())
}

const fn what(event: Event) -> &'static str {
    match event {
        Event::Refund => "A part of the sale was taken back.",
        Event::Void => "The sale was taken back in full.",
        Event::DisputeOpened => "The client disputes it: set aside until that is decided.",
        Event::DisputeWon => "The dispute is won: it is yours again.",
        Event::DisputeLost => "The dispute is lost.",
    }
}

/// Which rule applied to each part of a sale, and why the others did not.
///
/// # Errors
/// When the database refuses.
pub async fn explain(work: &mut Work<'_>, sale: &SaleRow) -> Result<Vec<Explained>, Fault> {
    commission::explain(work, &of(sale)).await
}
