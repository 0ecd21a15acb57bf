//! Who may decide, and how much: each rule on both sides of its edge.
mod corrections;
mod disputes;
mod shares;

use super::*;
use crate::sales::store::Dispute;
use jiff::civil::date;
use schema::card::ReviewFlag;
use schema::ids::{ClientId, ConflictNumber, SaleId};
use schema::money::Currency;

#[test]
fn a_reason_is_short_and_there() {
    assert!(reason(&"r".repeat(REASON_CHARS_MAX)).is_ok());
    assert_eq!(reason(" ").unwrap_err().code, Code::Usage);
    assert_eq!(reason(&"r".repeat(REASON_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
}

fn euros(minor: i64) -> Money {
    Money { minor, currency: Currency::parse("EUR").unwrap() }
}

pub(crate) fn approved() -> SaleRow {
    let amount = euros(100_000);
    SaleRow {
        id: SaleId(1),
        number: SaleNumber(7),
        partner_id: PartnerId(1),
        partner_user: "@ana:x".to_owned(),
        partner_name: "Ana".to_owned(),
        client_id: ClientId(1),
        client_name: "Acme".to_owned(),
        amount,
        net_minor: 60_000,
        exchange: None,
        shares: Vec::new(),
        adjustments: Vec::new(),
        disputes: Vec::new(),
        industry: None,
        on: date(2026, 11, 1),
        note: None,
        public: true,
        flags: Vec::new(),
        cause: "$a".to_owned(),
        room_id: "!a:x".to_owned(),
        thread: None,
        claimed_at: 1,
        claimed_by: None,
        approved_at: Some(2),
        approved_by: Some("@olga:x".to_owned()),
        rejected_at: None,
        rejected_by: None,
        reject_reason: None,
        withdrawn_at: None,
        voided_at: None,
        voided_by: None,
        void_reason: None,
        playbook: None,
        late: None,
        corrects: None,
    }
}

#[test]
fn of_a_sale_no_more_is_given_back_than_is_left() {
    let of = |sale: &SaleRow, minor| {
        let refused = refundable(sale, Money { minor, ..sale.amount });
        refused.map_err(|refusal| (refusal.code, refusal.sentence))
    };
    let sale = approved();
    assert_eq!(of(&sale, 60_000), Ok(()));
    let (code, sentence) = of(&sale, 60_001).unwrap_err();
    assert_eq!((code, sentence.as_str()), (Code::Amount, "Only €600 is left of S-7."));
    let spent = SaleRow { net_minor: 0, ..approved() };
    assert_eq!(of(&spent, 1).unwrap_err().1, "Nothing is left of S-7.");
    let void = SaleRow { voided_at: Some(3), ..approved() };
    assert_eq!(of(&void, 1).unwrap_err(), (Code::Dup, "S-7 is void already.".to_owned()));
    let claimed = SaleRow { approved_at: None, ..approved() };
    assert_eq!(of(&claimed, 1).unwrap_err().0, Code::Usage);
    assert_eq!(voidable(&void).unwrap_err().code, Code::Dup);
    assert_eq!(voidable(&claimed).unwrap_err().code, Code::Usage);
    assert_eq!(voidable(&sale), Ok(()));
}

#[test]
fn days_lie_between_the_start_and_today() {
    let (today, start) = (date(2026, 11, 24), date(2020, 1, 1));
    assert!(effective_day(today, today, start, false).is_ok());
    assert!(effective_day(date(2026, 10, 10), today, start, false).is_ok());
    assert!(effective_day(date(2026, 10, 9), today, start, false).is_err());
    assert!(effective_day(date(2026, 10, 9), today, start, true).is_ok());
    for day in [date(2026, 11, 25), date(9999, 12, 31), date(1969, 12, 31)] {
        assert_eq!(effective_day(day, today, start, true).unwrap_err().code, Code::Date);
    }
    assert_eq!(effective_day(start, today, start, true), Ok(()));
    assert!(effective_day(date(2019, 12, 31), today, start, true).is_err());
}

#[test]
fn a_look_alike_is_told_with_the_sign_that_is_odd() {
    // Its first letter is Cyrillic.
    let refused = looks_like("Аcme", "Acme");
    assert_eq!(refused.code, Code::Ref);
    let told = "only looks like the known client Acme (it has U+0410);";
    assert!(refused.sentence.contains(told), "{}", refused.sentence);
}

fn claimed() -> SaleRow {
    SaleRow { approved_at: None, approved_by: None, ..approved() }
}

fn share(partner: u128, weight: u32) -> Share {
    Share {
        partner: PartnerId(partner),
        user: format!("@p{partner}:x"),
        name: format!("P{partner}"),
        weight,
        minor: 0,
        credited_minor: 0,
        asked_at: Some(1),
        confirmed_at: Some(2),
        declined_at: None,
        overridden_by: None,
    }
}

fn dispute(minor: i64, won_at: Option<i64>) -> Dispute {
    Dispute {
        id: "d".to_owned(),
        said: minor,
        minor,
        reason: "late".to_owned(),
        opened_by: "@olga:x".to_owned(),
        opened_at: 1,
        won_at,
        lost_at: None,
    }
}

fn flag(flag: FlagKind, conflict: Option<ConflictNumber>) -> ReviewFlag {
    ReviewFlag { conflict, ..ReviewFlag::new(flag) }
}

#[test]
fn only_a_claim_is_open() {
    assert_eq!(open(&claimed()), Ok(()));
    let said = |sale: &SaleRow| open(sale).unwrap_err().sentence;
    assert!(said(&approved()).contains("already approved"));
    assert!(said(&SaleRow { rejected_at: Some(3), ..claimed() }).contains("already rejected"));
    assert!(said(&SaleRow { withdrawn_at: Some(3), ..claimed() }).contains("already withdrawn"));
    assert!(said(&SaleRow { voided_at: Some(3), ..approved() }).contains("already void"));
}

#[test]
fn nobody_approves_their_own_or_twice() {
    let sale = SaleRow { shares: vec![share(1, 1), share(2, 1)], ..claimed() };
    let code = |user: &str, partner: Option<u128>, said: &[&str]| {
        let said: Vec<String> = said.iter().map(|user| (*user).to_owned()).collect();
        let reviewer = Reviewer::of(user, partner.map(PartnerId));
        may_approve(&sale, &reviewer, &said).map_err(|refusal| refusal.code)
    };
    assert_eq!(code("@olga:x", None, &[]), Ok(()));
    assert_eq!(code("@olga:x", Some(3), &["@rita:x"]), Ok(()));
    assert_eq!(code("@ana:x", None, &[]), Err(Code::Auth));
    assert_eq!(code("@other-name:x", Some(2), &[]), Err(Code::Auth));
    assert_eq!(code("@olga:x", None, &["@rita:x", "@olga:x"]), Err(Code::Dup));
    let decided = may_approve(&approved(), &Reviewer::of("@olga:x", None), &[]);
    assert_eq!(decided.unwrap_err().code, Code::Dup);
}

#[test]
fn a_conflict_is_ruled_on_first() {
    let conflict = Some(ConflictNumber(4));
    let with = |flags| ruled_on(&SaleRow { flags, ..claimed() });
    assert_eq!(with(Vec::new()), Ok(()));
    assert_eq!(with(vec![flag(FlagKind::TwoReviewers, conflict)]), Ok(()));
    let refused = with(vec![flag(FlagKind::Protected, conflict)]).unwrap_err();
    assert_eq!(refused.code, Code::Confirm);
    assert!(refused.sentence.contains("rules on C-4 first"), "{}", refused.sentence);
}

#[test]
fn a_shared_sale_waits_for_each_yes() {
    let mut sale = SaleRow { shares: vec![share(1, 1), share(2, 1)], ..claimed() };
    assert_eq!(confirmed_by_all(&sale), Ok(()));
    sale.shares[1].confirmed_at = None;
    let refused = confirmed_by_all(&sale).unwrap_err();
    assert_eq!(refused.code, Code::Confirm);
    assert!(refused.sentence.contains("P2 has not said yes"), "{}", refused.sentence);
}

#[test]
fn what_is_in_dispute_is_not_given_back() {
    let disputes = vec![dispute(10_000, None), dispute(5_000, None), dispute(20_000, Some(2))];
    let sale = SaleRow { disputes, ..approved() };
    assert_eq!(sale.disputed(), 15_000);
    assert_eq!(refundable(&sale, euros(45_000)), Ok(()));
    let refused = refundable(&sale, euros(45_001)).unwrap_err();
    assert!(refused.sentence.starts_with("Only €450 of S-7"), "{}", refused.sentence);
    assert!(format!("{refused:?}").contains("sale dispute S-7 150"), "{refused:?}");
    let refused = correctable(&sale).unwrap_err();
    assert!(refused.sentence.starts_with("€150 of S-7 is in dispute"), "{}", refused.sentence);
    assert_eq!(correctable(&approved()), Ok(()));
    assert!(correctable(&SaleRow { net_minor: 0, ..approved() }).is_err());
    assert_eq!(
        corrected_as(SaleNumber(8), " a zero too many "),
        "corrected as S-8: a zero too many"
    );
}

#[test]
fn two_decide_above_the_limit_and_not_at_it() {
    let limit = Some(50_000);
    let needed = [49_999, 50_000, 50_001].map(|minor| reviewers_needed(euros(minor), limit));
    assert_eq!((needed, reviewers_needed(euros(i64::MAX), None)), ([1, 1, 2], 1));
    // Not converted yet: by its flag. Converted: by what it counts.
    let flags = vec![flag(FlagKind::TwoReviewers, None)];
    let flagged = SaleRow { flags, ..claimed() };
    assert_eq!((claimed().reviewers_needed(limit), flagged.reviewers_needed(limit)), (1, 2));
    let of = |minor| {
        let rate = "0.5".parse().unwrap();
        let exchange = Exchange { rate, from: date(2026, 1, 1), reporting: euros(minor) };
        SaleRow { exchange: Some(exchange), ..flagged.clone() }
    };
    assert_eq!((of(50_000).reviewers_needed(limit), of(50_001).reviewers_needed(limit)), (1, 2));
    assert_eq!(of(50_000).reporting(4_001), Ok(euros(2_001)));
    assert_eq!(claimed().reporting(4_001), Ok(euros(4_001)));
}

#[test]
fn parts_of_what_is_left_go_by_weight() {
    let sale = SaleRow { shares: vec![share(1, 2), share(2, 1)], ..approved() };
    assert_eq!(sale.parts_left(), [40_000, 20_000]);
    let credit = sale.credit(&[(PartnerId(1), 5), (PartnerId(2), 0), (PartnerId(3), -5)]);
    let parts: Vec<_> = credit.shares.iter().map(|part| (part.partner, part.minor)).collect();
    assert_eq!(parts, [(PartnerId(1), 5), (PartnerId(3), -5)]);
    assert!(!sale.is_imported());
    assert!(SaleRow { cause: "import:7".to_owned(), ..approved() }.is_imported());
}
