//! Bands, and what is shown of whom.
use super::*;
use crate::sales::rules::tests::approved;
use proptest::prelude::*;
use schema::ids::PartnerId;
use schema::money::Currency;

fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::parse(code).unwrap())
}

#[test]
fn sizes_are_whole_units() {
    for (minor, code, text) in [
        (1, "EUR", "under €100"),
        (9_999, "EUR", "under €100"),
        (10_000, "EUR", "€100+"),
        (99_999, "EUR", "€500+"),
        (1_234_567, "EUR", "€10k+"),
        (5_000_000, "EUR", "€50k+"),
        (120_000_000, "CHF", "CHF 1M+"),
        (12_000, "JPY", "¥10k+"),
        (1_234_567, "KWD", "KWD 1k+"),
        (500_000_000_000, "EUR", "€5bn+"),
    ] {
        assert_eq!(band_text(&band(money(minor, code)).unwrap()), text, "{minor} {code}");
    }
    assert_eq!(band(money(0, "EUR")), None);
    assert_eq!(band(money(-5, "EUR")), None);
}

proptest! {
    #[test]
    fn every_amount_lies_in_its_band(minor in 1_i64..=schema::money::CLAIM_MINOR_MAX) {
        let band = band(money(minor, "EUR")).unwrap();
        prop_assert!(band.from <= minor / 100 && minor / 100 < band.to);
        prop_assert!(band.to <= 5 * band.from.max(20));
    }
}

fn seller(visibility: Visibility, amounts: Amounts, minor: i64) -> Seller {
    let row = PartnerRow {
        id: PartnerId(1),
        user_id: "@ana:a.org".to_owned(),
        name: "Ana".to_owned(),
        enrollment: Enrollment::Approved,
        visibility,
        industries: Vec::new(),
        timezone: None,
        organization: None,
        since: None,
        reason: None,
        mentoring: false,
        team: None,
    };
    Seller { row, amounts, part: money(minor, "EUR") }
}

#[test]
fn a_name_is_shown_to_whom_it_belongs() {
    let one = seller(Visibility::Public, Amounts::Band, 1).row;
    assert_eq!(winner(&one).unwrap().name, "Ana");
    let left = PartnerRow { enrollment: Enrollment::Left, ..one.clone() };
    assert_eq!(
        winner(&left).unwrap(),
        Winner { name: "former partner".into(), partner: None, user_id: None }
    );
    let anonymous = PartnerRow { visibility: Visibility::Anonymous, ..one.clone() };
    assert_eq!(
        winner(&anonymous).unwrap(),
        Winner { name: NAMELESS.into(), partner: None, user_id: None }
    );
    let hidden = PartnerRow { visibility: Visibility::Hidden, ..one };
    assert_eq!(winner(&hidden), None);
    assert_eq!(teller(&hidden).name, NAMELESS);
}

#[test]
fn an_amount_is_shown_as_the_most_careful_seller_wants() {
    use Amounts::{Band, Exact, Nothing};
    let shown = |sellers: &[Seller]| {
        let win = sale_win(&approved(), sellers).unwrap();
        (win.amount, win.band.map(|band| (band.from, band.to)))
    };
    let public = |amounts, minor| seller(Visibility::Public, amounts, minor);
    let euros = |minor| Some(money(minor, "EUR"));
    assert_eq!(shown(&[public(Exact, 5), public(Exact, 6)]), (euros(11), None));
    assert_eq!(shown(&[public(Exact, 5), public(Band, 6)]), (None, Some((0, 100))));
    assert_eq!(shown(&[public(Exact, 5), public(Nothing, 6)]), (None, None));
    // Whoever is hidden is not counted.
    let hidden = seller(Visibility::Hidden, Nothing, 100);
    assert_eq!(shown(&[public(Exact, 5), hidden]), (euros(5), None));
    assert_eq!(shown(&[public(Exact, 1)]), (euros(1), None));
    assert_eq!(shown(&[public(Exact, 0)]), (None, None));
}

#[test]
fn a_sale_is_shown_with_those_who_may_be_named_and_a_public_client() {
    let ana = seller(Visibility::Public, Amounts::Exact, 5);
    let (anonymous, hidden) = (Visibility::Anonymous, Visibility::Hidden);
    let [somebody, nobody] =
        [anonymous, hidden].map(|visibility| seller(visibility, Amounts::Exact, 5));
    let sale = approved();
    let win = sale_win(&sale, &[nobody.clone(), ana, somebody]).unwrap();
    let names: Vec<_> = win.partners.iter().map(|winner| winner.name.as_str()).collect();
    assert_eq!((names, win.client.as_deref()), (vec!["Ana", NAMELESS], Some("Acme")));
    assert_eq!(sale_win(&sale, &[nobody]), None);
    let discreet = SaleRow { public: false, ..sale };
    let win = sale_win(&discreet, &[seller(Visibility::Public, Amounts::Exact, 5)]).unwrap();
    assert_eq!((win.client, win.on), (None, discreet.on));
}

#[test]
fn there_is_something_to_tell_of_a_sale_while_anything_of_it_counts() {
    let code = |sale: &SaleRow| counts(sale, "win It went well").map_err(|refusal| refusal.code);
    let left = |net_minor| SaleRow { net_minor, ..approved() };
    for sale in [approved(), left(1)] {
        assert!(stands(&sale));
        assert_eq!(code(&sale), Ok(()));
    }
    let claimed = SaleRow { approved_at: None, ..approved() };
    let void = SaleRow { voided_at: Some(3), ..approved() };
    for sale in [left(0), claimed, void] {
        assert!(!stands(&sale));
        assert_eq!(code(&sale), Err(Code::Ref));
    }
}

#[test]
fn a_message_waits_for_company_and_keeps_its_distance() {
    let minute = 60_000;
    assert_eq!(due(1_000, None, minute), 61_000);
    assert_eq!(due(200_000, Some(1_000), minute), 260_000);
    // The last one was sent by a job whose clock is ahead of the input's.
    assert_eq!(due(1_000, Some(3_000), minute), 63_000);
}

#[test]
fn limits_hold_at_their_edge() {
    assert!(story(&"x".repeat(WIN_CHARS_MAX)).is_ok());
    assert_eq!(story(&"x".repeat(WIN_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
    assert_eq!(story(" \n").unwrap_err().code, Code::Usage);
    assert!(may_tell(WINS_A_DAY_MAX - 1).is_ok());
    assert_eq!(may_tell(WINS_A_DAY_MAX).unwrap_err().code, Code::Rate);
    let day = |text: &str| text.parse::<Date>().unwrap();
    assert!(is_old(day("2026-11-01"), day("2026-11-08")));
    assert!(!is_old(day("2026-11-02"), day("2026-11-08")));
}
