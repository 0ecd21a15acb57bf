//! What a partner has of their own in the ledger, sale by sale, as far as badges and tiers need it.
use std::collections::BTreeMap;

use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId, SaleId};

use crate::ledger::rules::EntryBody;

/// A partner's part of one sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub sale: SaleId,
    /// The entry that gave the credit.
    pub seq: i64,
    pub client: ClientId,
    pub industry: Option<String>,
    pub on: Date,
    pub is_shared: bool,
    /// What is left of it.
    pub minor: i64,
}

/// All parts that a partner ever had, in the order of the ledger; what is taken back stays with 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    parts: Vec<Part>,
    places: BTreeMap<u128, usize>,
    last: i64,
}

impl Own {
    /// Takes the next entry; one that was taken before changes nothing.
    pub fn take(&mut self, partner: PartnerId, seq: i64, body: &EntryBody) {
        let Some(credit) = body.credit() else { return };
        if seq <= self.last {
            return;
        }
        let own = credit.shares.iter().filter(|share| share.partner == partner);
        let minor = own.fold(0_i64, |sum, share| sum.saturating_add(share.minor));
        if !credit.shares.iter().any(|share| share.partner == partner) {
            return;
        }
        self.last = seq;
        if let Some(place) = self.places.get(&credit.sale.0) {
            if let Some(part) = self.parts.get_mut(*place) {
                part.minor = part.minor.saturating_add(minor);
            }
            return;
        }
        self.places.insert(credit.sale.0, self.parts.len());
        self.parts.push(Part {
            sale: credit.sale,
            seq,
            client: credit.client,
            industry: credit.industry.clone(),
            on: credit.on,
            is_shared: credit.shares.iter().any(|share| share.partner != partner),
            minor,
        });
    }

    /// The newest entry in which the partner has a part; 0 before the first.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.last
    }

    /// Parts of which something is left.
    pub fn standing(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.minor > 0)
    }

    /// All parts, those that were taken back included.
    #[must_use]
    pub fn all(&self) -> &[Part] {
        &self.parts
    }

    /// Net credit of sales after a day.
    #[must_use]
    pub fn after(&self, day: Date) -> i64 {
        let new = self.parts.iter().filter(|part| part.on > day);
        new.fold(0_i64, |sum, part| sum.saturating_add(part.minor))
    }
}

/// The entry that this one takes credit back from.
#[must_use]
pub const fn reverses(body: &EntryBody) -> Option<i64> {
    match body {
        EntryBody::SaleVoided(reversal)
        | EntryBody::SaleRefunded(reversal)
        | EntryBody::SaleDisputed(reversal) => Some(reversal.reverses),
        _ => None,
    }
}
