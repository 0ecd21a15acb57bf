//! A straight way for the texts of sales, which are nearly all: read without the detour that a body of
//! any kind needs, and written in their one order. It decides nothing: what is not read here goes the
//! general way, and what is written here is compared with what is stored.
use super::{Credit, CreditShare, EntryBody, Reversal, Sealed};
use jiff::civil::Date;
use schema::ids::{ClientId, SaleId};
use schema::money::Currency;
use serde::Deserialize;
use std::fmt::Write as _;

#[derive(Deserialize)]
struct Sale<'a> {
    at: i64,
    client: ClientId,
    currency: Currency,
    industry: Option<String>,
    kind: &'a str,
    #[serde(with = "schema::period::day")]
    on: Date,
    reverses: Option<i64>,
    sale: SaleId,
    shares: Vec<CreditShare>,
    source: String,
    source_id: String,
}

/// `None` where it is no sale's text, or not one that can be read so.
pub(super) fn read(text: &str) -> Option<Sealed> {
    let sale: Sale<'_> = serde_json::from_str(text).ok()?;
    let Sale { sale: id, client, industry, on, currency, shares, .. } = sale;
    let credit = Credit { sale: id, client, industry, on, currency, shares };
    let body = match (sale.kind, sale.reverses) {
        ("sale_approved", None) => EntryBody::SaleApproved(credit),
        ("sale_voided", Some(reverses)) => EntryBody::SaleVoided(Reversal { reverses, credit }),
        ("sale_refunded", Some(reverses)) => EntryBody::SaleRefunded(Reversal { reverses, credit }),
        ("sale_disputed", Some(reverses)) => EntryBody::SaleDisputed(Reversal { reverses, credit }),
        _ => return None,
    };
    Some(Sealed { at: sale.at, source: sale.source, source_id: sale.source_id, body })
}

/// The canonical text of a sale's entry.
pub(super) fn text(sealed: &Sealed) -> Option<String> {
    let (kind, reverses, credit) = match &sealed.body {
        EntryBody::SaleApproved(credit) => ("sale_approved", None, credit),
        EntryBody::SaleVoided(back) => ("sale_voided", Some(back.reverses), &back.credit),
        EntryBody::SaleRefunded(back) => ("sale_refunded", Some(back.reverses), &back.credit),
        EntryBody::SaleDisputed(back) => ("sale_disputed", Some(back.reverses), &back.credit),
        _ => return None,
    };
    let industry = serde_json::to_string(&credit.industry).ok()?;
    let mut out = String::with_capacity(512);
    write!(
        out,
        "{{\"at\":{},\"client\":\"{}\",\"currency\":\"{}\",\"industry\":{industry},\"kind\":\"{kind}\",\"on\":\"{}\"",
        sealed.at, credit.client, credit.currency, credit.on
    )
    .ok()?;
    if let Some(reverses) = reverses {
        write!(out, ",\"reverses\":{reverses}").ok()?;
    }
    write!(out, ",\"sale\":\"{}\",\"shares\":[", credit.sale).ok()?;
    for (n, share) in credit.shares.iter().enumerate() {
        let before = if n == 0 { "" } else { "," };
        write!(out, "{before}{{\"minor\":{},\"partner\":\"{}\"}}", share.minor, share.partner)
            .ok()?;
    }
    let [source, id] = [&sealed.source, &sealed.source_id].map(serde_json::to_string);
    write!(out, "],\"source\":{},\"source_id\":{}}}", source.ok()?, id.ok()?).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::canonical;
    use super::*;
    use proptest::prelude::*;
    use schema::ids::PartnerId;

    proptest! {
        /// The straight way and the general one are one.
        #[test]
        fn both_ways_say_the_same(
            (sale, client, partner) in (0_u128..=u128::MAX >> 1, 0_u128..=u128::MAX >> 1, 0_u128..=u128::MAX >> 1),
            industry in prop::option::of("\\PC{0,8}"),
            source in "[a-z.\"\\\\\n]{0,8}",
            day in 0..20_000_i32,
            minors in prop::collection::vec(any::<i64>(), 0..4),
            (kind, reverses, at) in (0..4, any::<i64>(), any::<i64>()),
        ) {
            let shares = minors.iter().map(|minor| CreditShare { partner: PartnerId(partner), minor: *minor });
            let on = jiff::civil::date(1980, 1, 1).saturating_add(jiff::Span::new().days(day));
            let credit = Credit {
                sale: SaleId(sale),
                client: ClientId(client),
                industry,
                on,
                currency: Currency::parse("EUR").unwrap(),
                shares: shares.collect(),
            };
            let body = match kind {
                0 => EntryBody::SaleApproved(credit),
                1 => EntryBody::SaleVoided(Reversal { reverses, credit }),
                2 => EntryBody::SaleRefunded(Reversal { reverses, credit }),
                _ => EntryBody::SaleDisputed(Reversal { reverses, credit }),
            };
            let sealed = Sealed { at, source: source.clone(), source_id: source, body };
            let general = canonical(&sealed);
            prop_assert_eq!(text(&sealed), Some(general.clone()));
            prop_assert_eq!(read(&general), Some(sealed.clone()));
            prop_assert_eq!(serde_json::from_str::<Sealed>(&general).unwrap(), sealed);
        }
    }
}
