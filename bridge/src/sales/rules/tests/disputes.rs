//! How much of a sale can be disputed, and which dispute an amount means.
use super::*;

/// Over so much, of which less was left.
fn over(said: i64, minor: i64) -> Dispute {
    Dispute { said, ..dispute(minor, None) }
}

#[test]
fn a_dispute_is_over_what_is_left_at_most() {
    let of = |sale: &SaleRow, minor| {
        disputable(sale, euros(minor)).map_err(|refusal| (refusal.code, refusal.sentence))
    };
    // €600 of its €1,000 are left.
    let sale = approved();
    for (said, minor) in
        [(1, 1), (59_999, 59_999), (60_000, 60_000), (60_001, 60_000), (100_000, 60_000)]
    {
        assert_eq!(of(&sale, said), Ok(minor), "{said}");
    }
    assert_eq!(of(&sale, 100_001), Err((Code::Amount, "S-7 was €1,000 only.".to_owned())));
    // What is in dispute already comes off, and what was won is free again.
    let disputes = vec![dispute(15_000, None), dispute(30_000, Some(2))];
    let again = SaleRow { disputes, ..approved() };
    assert_eq!((of(&again, 45_000), of(&again, 60_000)), (Ok(45_000), Ok(45_000)));
    let nothing = "Nothing is left of S-7 that could be disputed.";
    for spent in [
        SaleRow { net_minor: 0, ..approved() },
        SaleRow { disputes: vec![dispute(60_000, None)], ..approved() },
    ] {
        assert_eq!(of(&spent, 1), Err((Code::Amount, nothing.to_owned())));
    }
}

#[test]
fn only_a_sale_that_counts_is_disputed() {
    let code = |sale: &SaleRow| disputable(sale, euros(1)).map_err(|refusal| refusal.code);
    assert_eq!(code(&approved()), Ok(1));
    assert_eq!(code(&SaleRow { voided_at: Some(3), ..approved() }), Err(Code::Dup));
    assert_eq!(code(&claimed()), Err(Code::Usage));
    assert_eq!(code(&SaleRow { rejected_at: Some(3), ..claimed() }), Err(Code::Usage));
}

#[test]
fn a_dispute_is_meant_by_what_was_said_or_what_was_left() {
    let disputes =
        vec![dispute(10_000, Some(2)), over(50_000, 40_000), over(30_000, 20_000), over(20_000, 5)];
    let sale = SaleRow { disputes, ..approved() };
    // Two are over €200: what was said of one goes before what was left of the other.
    for (said, index) in [(50_000, 1), (30_000, 2), (20_000, 3), (40_000, 1), (5, 3)] {
        assert_eq!(open_dispute(&sale, euros(said)), Ok(index), "{said}");
    }
}

#[test]
fn a_dispute_over_another_amount_is_told_and_a_closed_one_is_none() {
    let lost = Dispute { lost_at: Some(3), ..dispute(10_000, None) };
    let mut sale = SaleRow { disputes: vec![dispute(10_000, Some(2)), lost], ..approved() };
    let refused = |sale: &SaleRow| {
        let refusal = open_dispute(sale, euros(10_000)).unwrap_err();
        (refusal.code, refusal.sentence, refusal.example.unwrap())
    };
    assert_eq!(
        refused(&sale),
        (
            Code::Ref,
            "No dispute is open on S-7.".to_owned(),
            "sale dispute S-7 100 open".to_owned()
        )
    );
    sale.disputes.push(over(30_000, 20_000));
    assert_eq!(
        refused(&sale),
        (
            Code::Amount,
            "The open dispute on S-7 is over €300.".to_owned(),
            "sale dispute S-7 300 won".to_owned()
        )
    );
}
