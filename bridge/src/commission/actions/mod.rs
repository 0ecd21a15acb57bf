//! Earns, corrects and releases commission. A line is kept at what its terms make of what is left of
//! the sale; each event posts the difference, one entry a line.
mod book;
mod earn;
mod leave;
mod release;
mod versions;

pub use book::record;
pub use earn::{earned, settle};
pub use leave::left;
pub use release::release;
pub use versions::{Explained, Tried, add, end, explain, imagined, list, tried, versions};

use crate::commission::store;
use crate::ledger::rules::Change;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::rates::rules::Exchange;
use jiff::civil::Date;
use schema::card::BalanceView;
use schema::ids::{ClientId, PartnerId, SaleId, SaleNumber};
use schema::money::{Currency, Money, Overflow, split};
use std::collections::HashMap;

/// A sale as commission sees it.
#[derive(Debug, Clone)]
pub struct Sale {
    pub id: SaleId,
    pub number: SaleNumber,
    pub client: ClientId,
    pub industry: Option<String>,
    pub on: Date,
    /// Since when its terms are pinned.
    pub approved_at: Option<i64>,
    /// From when on a hold counts, where that is not the approval: what is put right waits no second time.
    pub held_from: Option<i64>,
    pub currency: Currency,
    pub exchange: Option<Exchange>,
    /// What is left of the amount, minor units.
    pub net: i64,
    /// Of that, what is in dispute.
    pub disputed: i64,
    pub sellers: Vec<Seller>,
}

/// Who has a part in a sale.
#[derive(Debug, Clone)]
pub struct Seller {
    pub partner: PartnerId,
    pub user: String,
    pub weight: u32,
}

/// What happened to a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Refund,
    Void,
    DisputeOpened,
    DisputeWon,
    DisputeLost,
}

/// An event with its circumstances.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    pub event: Event,
    /// The same again for the same event.
    pub id: &'a str,
    /// `seq` of the entry that the commission's follows from.
    pub follows: i64,
    pub reason: &'a str,
}

/// What an event made of a partner's commission on a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub partner: PartnerId,
    pub sale: SaleId,
    pub currency: Currency,
    pub change: Change,
    /// Of new commission, the day from which it is payable, where that lies ahead.
    pub payable_on: Option<Date>,
}

impl Moved {
    /// What moved into dispute, or out of it.
    #[must_use]
    pub fn disputed(&self) -> Money {
        Money::new(self.change.disputed, self.currency)
    }

    /// The change of what is owed.
    #[must_use]
    pub fn total(&self) -> Money {
        Money::new(self.change.total().unwrap_or_default(), self.currency)
    }
}

impl Sale {
    fn weights(&self) -> Vec<u32> {
        self.sellers.iter().map(|seller| seller.weight).collect()
    }

    /// Everyone's part of so much of the sale, in the sale's currency or in the program's.
    fn parts(&self, minor: i64, currency: Currency) -> Result<Vec<i64>, Overflow> {
        let amount = Money::new(minor, self.currency);
        let amount = match self.exchange {
            Some(exchange) if currency != self.currency => {
                exchange.rate.convert(amount, currency)?
            }
            _ => amount,
        };
        split(amount.minor, &self.weights()).ok_or(Overflow)
    }
}

/// Accounts of partners, as long as nothing moved them.
#[derive(Default)]
struct Balances(HashMap<PartnerId, Vec<BalanceView>>);

/// Partners whose accounts are remembered at once.
const BALANCES_MAX: usize = 8_192;

/// A partner's accounts by currency.
///
/// # Errors
/// When the database refuses.
pub async fn balances(work: &mut Work<'_>, partner: PartnerId) -> Result<Vec<BalanceView>, Fault> {
    if let Some(known) = work.memory.cache::<Balances>().0.get(&partner) {
        return Ok(known.clone());
    }
    let paid = store::moves::paid(work.tx, partner).await?;
    let accounts = store::moves::balances(work.tx, partner).await?;
    let view = |(currency, change): &(Currency, Change)| {
        let money = |minor| Money::new(minor, *currency);
        let paid = paid.iter().find(|(other, _)| other == currency).map_or(0, |(_, paid)| *paid);
        BalanceView {
            held: money(change.held),
            payable: money(change.payable),
            disputed: money(change.disputed),
            paid: money(paid),
        }
    };
    let views: Vec<BalanceView> = accounts.iter().map(view).collect();
    let cache = &mut work.memory.cache::<Balances>().0;
    if cache.len() >= BALANCES_MAX {
        cache.clear();
    }
    cache.insert(partner, views.clone());
    Ok(views)
}

/// Something moved a partner's accounts.
pub fn forget(work: &mut Work<'_>, partner: PartnerId) {
    work.memory.cache::<Balances>().0.remove(&partner);
}
