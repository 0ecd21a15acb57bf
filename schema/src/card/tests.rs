//! The envelope, and that every kind round-trips by its tag.
use serde_json::json;

use super::*;
use crate::money::{Currency, Money};

#[test]
fn a_card_is_flat() {
    let refusal = Refusal {
        code: "E-AMOUNT".into(),
        sentence: "The amount must be above 0.".into(),
        usage: None,
        example: Some("sale add 100 EUR Acme".into()),
        sale: None,
    };
    let envelope = Envelope::from(Card::from(refusal));
    let expected = json!({
        "v": 1, "kind": "refusal", "code": "E-AMOUNT",
        "sentence": "The amount must be above 0.", "example": "sale add 100 EUR Acme",
    });
    assert_eq!(serde_json::to_value(&envelope).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Envelope>(expected).unwrap(), envelope);
}

#[test]
fn amounts_carry_their_currency_and_exponent() {
    let sales = Sales {
        period: Some("2026-11".parse().unwrap()),
        status: None,
        partner: None,
        sales: vec![],
        count: 0,
        approved: Money::zero(Currency::parse("JPY").unwrap()),
    };
    let value = serde_json::to_value(Envelope::from(Card::from(sales))).unwrap();
    assert_eq!(value["approved"], json!({"minor": 0, "currency": "JPY", "exponent": 0}));
    assert_eq!(value["period"], "2026-11");
    assert_eq!(value["kind"], "sales");
}

#[test]
fn no_schema_allows_a_fraction() {
    for exported in crate::export() {
        let text = serde_json::to_string(&exported.schema).unwrap();
        assert!(!text.contains("\"type\":\"number\""), "{} is not all integers", exported.name);
        assert!(!exported.description.is_empty(), "{} has no description", exported.name);
    }
}
