//! Who rules on a conflict, once, and what the ruling may be.
use super::*;
use crate::deals::store::{ConflictRow, RulingRow};
use crate::platform::access::Reviewer;
use schema::ids::ConflictId;

/// The second names the client that D-1 protects for the first.
fn conflict() -> ConflictRow {
    ConflictRow {
        id: ConflictId(4),
        number: ConflictNumber(4),
        deal_id: DealId(1),
        rival: side(2),
        rival_deal: None,
        sale: None,
        opened_at: 0,
        ruling: None,
    }
}

#[test]
fn a_conflict_is_decided_once() {
    assert_eq!(open(&conflict()), Ok(()));
    let decided = RulingRow {
        kind: RulingKind::First,
        weights: (1, 1),
        reason: "told us in May".into(),
        by: "@olga:x.org".into(),
        at: 1,
    };
    let refused = open(&ConflictRow { ruling: Some(decided), ..conflict() }).unwrap_err();
    assert_eq!(
        (refused.code, refused.sentence.as_str()),
        (Code::Dup, "C-4 is decided already: first.")
    );
}

#[test]
fn nobody_rules_on_their_own_client() {
    let code = |first: &DealRow, partner: Option<u128>| {
        let who = Reviewer::of("@olga:x.org", partner.map(PartnerId));
        may_rule(&conflict(), first, &who).map_err(|refusal| refusal.code)
    };
    let first = deal(1, 1, ever());
    assert_eq!(code(&first, None), Ok(()));
    assert_eq!(code(&first, Some(3)), Ok(()));
    for party in [1, 2] {
        assert_eq!(code(&first, Some(party)), Err(Code::Auth), "{party}");
    }
    // A third comes to a client that two share already.
    let third = ConflictRow { rival: side(3), ..conflict() };
    let sharer = Reviewer::of("@p2:x.org", Some(PartnerId(2)));
    assert_eq!(may_rule(&third, &shared(1, 1), &sharer).unwrap_err().code, Code::Auth);
}

#[test]
fn a_client_is_shared_by_two_and_not_by_three() {
    let (alone, pair) = (deal(1, 1, ever()), shared(1, 1));
    assert_eq!(sharable(&alone, &conflict(), RulingKind::Shares), Ok(()));
    for kind in [RulingKind::First, RulingKind::Second, RulingKind::None] {
        assert_eq!(sharable(&alone, &conflict(), kind), Ok(()), "{kind}");
        assert_eq!(sharable(&pair, &conflict(), kind), Ok(()), "{kind}");
    }
    let refused = sharable(&pair, &conflict(), RulingKind::Shares).unwrap_err();
    assert_eq!(
        (refused.code, refused.sentence.as_str()),
        (Code::Usage, "Two share D-1 already; say first, second or none.")
    );
}

#[test]
fn parts_are_named_in_the_smallest_numbers() {
    for (ruled, claimed, named) in [
        ((2, 2), vec![1], vec![1, 1]),
        ((4, 2), vec![3, 3], vec![4, 1, 1]),
        ((WEIGHT_MAX, WEIGHT_MAX), vec![50, 30, 20], vec![10, 5, 3, 2]),
        ((3, 2), vec![1], vec![3, 2]),
    ] {
        assert_eq!(parts(ruled, &claimed), Some(named), "{ruled:?} {claimed:?}");
    }
}
