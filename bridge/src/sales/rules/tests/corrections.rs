//! What a correction makes of the parts, who may make it, and for which amounts.
use super::*;
use crate::sales::claim::ClaimPart;

/// Ana's, sold 2:1 with the second.
fn co_sold() -> SaleRow {
    SaleRow { shares: vec![share(1, 2), share(2, 1)], ..approved() }
}

#[test]
fn a_correction_keeps_the_parts_unless_others_are_named() {
    let of = |parts: Option<&[ClaimPart]>| -> Vec<(u128, i64, i64)> {
        let shares = corrected_shares(&co_sold(), (900, 450), parts, "@olga:x").unwrap();
        shares.iter().map(|one| (one.partner.0, one.minor, one.credited_minor)).collect()
    };
    assert_eq!(of(None), [(1, 600, 300), (2, 300, 150)]);
    let named = |partner, weight| ClaimPart {
        partner: PartnerId(partner),
        user: format!("@p{partner}:x"),
        name: format!("P{partner}"),
        weight,
    };
    assert_eq!(of(Some(&[named(3, 1), named(1, 1)])), [(3, 450, 225), (1, 450, 225)]);
    assert_eq!(corrected_shares(&co_sold(), (900, 450), Some(&[]), "@olga:x"), None);
}

#[test]
fn what_co_sellers_get_by_a_correction_is_the_managers_word() {
    let shares = corrected_shares(&co_sold(), (900, 900), None, "@olga:x").unwrap();
    let by: Vec<_> = shares.iter().map(|one| one.overridden_by.as_deref()).collect();
    assert_eq!(by, [None, Some("@olga:x")]);
    assert!(shares.iter().all(|one| one.confirmed_at.is_none() && !one.is_open()));
    assert_eq!((shares[1].user.as_str(), shares[1].name.as_str()), ("@p2:x", "P2"));
}

#[test]
fn nobody_corrects_a_sale_of_theirs_before_or_after() {
    let after = [share(1, 1), share(3, 1)];
    let code = |manager| may_correct(&co_sold(), &after, manager).map_err(|refusal| refusal.code);
    assert_eq!(code("@olga:x"), Ok(()));
    for own in ["@ana:x", "@p2:x", "@p3:x"] {
        assert_eq!(code(own), Err(Code::Auth), "{own}");
    }
}

#[test]
fn a_larger_amount_for_two_is_claimed_anew() {
    let code = |sale: &SaleRow, minor, limit| {
        needs_no_second(sale, euros(minor), limit).map_err(|refusal| refusal.code)
    };
    let sale = approved();
    for (minor, limit, answer) in [
        (99_999, Some(50_000), Ok(())),
        (100_000, Some(50_000), Ok(())),
        (100_001, Some(50_000), Err(Code::Confirm)),
        (200_000, Some(200_000), Ok(())),
        (200_001, Some(200_000), Err(Code::Confirm)),
        (i64::MAX, None, Ok(())),
    ] {
        assert_eq!(code(&sale, minor, limit), answer, "{minor} {limit:?}");
    }
    // What it counts in the program's currency is compared.
    let rate = "0.8".parse().unwrap();
    let exchange = Exchange { rate, from: date(2026, 1, 1), reporting: euros(80_000) };
    let foreign = SaleRow { exchange: Some(exchange), ..approved() };
    assert_eq!(code(&foreign, 80_000, Some(50_000)), Ok(()));
    assert_eq!(code(&foreign, 80_001, Some(50_000)), Err(Code::Confirm));
}
