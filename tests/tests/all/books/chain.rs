//! Ledgers as the program writes them, checked by the verifier that shares nothing with it: each holds,
//! and any single changed byte of a text or a hash breaks it at that entry or the next.
use bridge::ledger::rules::{self, Credit, CreditShare, EntryBody, GENESIS};
use jiff::civil::date;
use partnerspace_tests::verifier::chain::{Link, whole};
use proptest::prelude::*;
use proptest::sample::Index;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::Currency;

const CASES: u32 = 10_000;

struct Row {
    seq: i64,
    prev_hash: String,
    hash: String,
    body: String,
}

impl Row {
    fn link(&self) -> Link<'_> {
        let Self { seq, prev_hash, hash, body } = self;
        Link { seq: *seq, prev_hash, hash, body }
    }
}

fn bodies() -> impl Strategy<Value = Vec<EntryBody>> {
    let share = (any::<u128>(), any::<i64>())
        .prop_map(|(partner, minor)| CreditShare { partner: PartnerId(partner >> 1), minor });
    let credit = (
        (any::<u128>(), any::<u128>()),
        prop::option::of("[a-z]{1,8}"),
        (2020_i16..2030, 1_i8..13, 1_i8..29),
        prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        prop::collection::vec(share, 1..4),
    );
    let body = (credit, 0..3, 1_i64..1_000_000).prop_filter_map(
        "no currency",
        |(credit, kind, reverses)| {
            let ((sale, client), industry, (year, month, day), currency, shares) = credit;
            let credit = Credit {
                sale: SaleId(sale >> 1),
                client: ClientId(client >> 1),
                industry,
                on: date(year, month, day),
                currency: Currency::parse(currency).ok()?,
                shares,
            };
            Some(match kind {
                0 => EntryBody::sale_approved(&credit),
                1 => EntryBody::sale_voided(&credit, reverses),
                _ => EntryBody::sale_refunded(credit, reverses),
            })
        },
    );
    prop::collection::vec(body, 1..5)
}

fn ledger(bodies: &[EntryBody]) -> Vec<Row> {
    let mut prev = GENESIS.to_owned();
    let mut rows = Vec::new();
    for (seq, body) in (1..).zip(bodies) {
        let body = body.sealed(1_700_000_000_000 + seq, "sale.approved", &seq.to_string());
        let hash = rules::hash(&prev, &body);
        rows.push(Row { seq, prev_hash: std::mem::replace(&mut prev, hash.clone()), hash, body });
    }
    rows
}

fn check(rows: &[Row]) -> Result<(), (usize, String)> {
    whole(rows.iter().map(Row::link)).map(drop)
}

/// Another byte in the place of one; texts and hashes are ASCII, and stay so.
fn change(text: &mut String, at: Index, by: u8) {
    let mut bytes = std::mem::take(text).into_bytes();
    let at = at.index(bytes.len());
    bytes[at] = (bytes[at] + by) % 128;
    *text = bytes.into_iter().map(char::from).collect();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_breaks_it(
        bodies in bodies(),
        row in any::<Index>(),
        field in 0..3,
        at in any::<Index>(),
        by in 1..128_u8,
    ) {
        let mut rows = ledger(&bodies);
        prop_assert_eq!(check(&rows), Ok(()));
        let row = row.index(rows.len());
        match field {
            0 => change(&mut rows[row].body, at, by),
            1 => change(&mut rows[row].hash, at, by),
            _ => change(&mut rows[row].prev_hash, at, by),
        }
        let (broken, _) = check(&rows).expect_err("a changed byte went unseen");
        prop_assert!(broken == row || broken == row + 1, "entry {} broke, {} was changed", broken, row);
    }
}
