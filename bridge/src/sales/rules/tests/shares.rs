//! The parts of a new claim, and when they can be named anew.
use super::*;
use crate::sales::claim::{Claim, ClaimPart};

#[test]
fn all_who_share_a_claim_are_asked_but_who_made_it() {
    let part = |partner, name: &str, weight| ClaimPart {
        partner: PartnerId(partner),
        user: format!("@{}:x", name.to_lowercase()),
        name: name.to_owned(),
        weight,
    };
    let claim = Claim {
        amount: euros(100_001),
        client: "Acme".to_owned(),
        industry: None,
        on: date(2026, 11, 1),
        note: None,
        public: false,
        playbook: None,
        parts: vec![part(2, "Ben", 50), part(1, "Ana", 30), part(3, "Cy", 20)],
    };
    let shared = shares(&claim, PartnerId(1), 100_001, 9).unwrap();
    let seen: Vec<_> =
        shared.iter().map(|one| (one.name.as_str(), one.minor, one.asked_at)).collect();
    assert_eq!(seen, [("Ben", 50_001, Some(9)), ("Ana", 30_000, None), ("Cy", 20_000, Some(9))]);
    assert!(shared.iter().all(|one| one.credited_minor == one.minor));
    assert_eq!(waiting(&shared), "Ben, Cy");
}

#[test]
fn parts_that_a_ruling_set_are_not_edited() {
    let olga = || Some("@olga:x".to_owned());
    let code = |one: Share, ruled_again| {
        let sale = SaleRow { shares: vec![share(2, 1), one], ..claimed() };
        may_amend(&sale, ruled_again).map_err(|refusal| refusal.code)
    };
    let claimants = Share { asked_at: None, confirmed_at: None, ..share(1, 1) };
    let approved_anyway = Share { overridden_by: olga(), confirmed_at: None, ..share(1, 1) };
    for free in [share(1, 1), claimants.clone(), approved_anyway] {
        assert_eq!(code(free.clone(), false), Ok(()), "{free:?}");
        assert_eq!(code(free.clone(), true), Ok(()), "{free:?}");
    }
    let ruled = Share { overridden_by: olga(), ..claimants };
    assert_eq!(code(ruled.clone(), false), Err(Code::Usage));
    assert_eq!(code(ruled, true), Ok(()));
}
