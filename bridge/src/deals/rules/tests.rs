//! Protection in full local days, one extension, whose claim it is, and the weights of a ruling.
mod rulings;

use super::*;
use crate::deals::store::{DealRow, Sharing, Side};
use jiff::civil::date;
use proptest::prelude::*;
use schema::card::RulingKind;
use schema::ids::{ClientId, ConflictNumber, DealId, DealNumber, PartnerId, SaleNumber};
use schema::period::WeekStart;

fn calendar(zone: &str) -> Calendar {
    Calendar::named(zone, WeekStart::Monday).unwrap()
}

fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn side(n: u128) -> Side {
    Side { id: PartnerId(n), user: format!("@p{n}:x.org"), name: format!("P{n}") }
}

fn deal(n: i64, partner: u128, term: Term) -> DealRow {
    DealRow {
        id: DealId(n.unsigned_abs().into()),
        number: DealNumber(n),
        partner: side(partner),
        client_id: ClientId(1),
        client_name: "Acme".into(),
        name_key: "acme".into(),
        industry: None,
        note: None,
        cause: format!("$e{n}"),
        registered_at: 0,
        days: 90,
        protected_at: Some(0),
        term: Some(term),
        extended_at: None,
        extend_reason: None,
        sale: None,
        dropped_at: None,
        drop_reason: None,
        lost_at: None,
        ended_at: None,
        shared_id: None,
        sharing: None,
    }
}

fn ever() -> Term {
    Term { ends_on: date(2099, 1, 1), ends_at: i64::MAX }
}

/// Given by C-1 to the first and the second.
fn shared(n: i64, partner: u128) -> DealRow {
    let sharing = Sharing {
        number: ConflictNumber(1),
        sides: [side(1), side(2)],
        weights: (2, 1),
        by: "@olga:x.org".into(),
    };
    DealRow { shared_id: Some("c".into()), sharing: Some(sharing), ..deal(n, partner, ever()) }
}

#[test]
fn ninety_days_are_local_days() {
    let berlin = calendar("Europe/Berlin");
    for (registered, ends_on, ends_at) in [
        // Over the day with 23 hours, over the day with 25, over both, and late in the evening.
        ("2026-03-20T16:45:00Z", date(2026, 6, 19), "2026-06-18T22:00:00Z"),
        ("2026-08-01T10:00:00Z", date(2026, 10, 31), "2026-10-30T23:00:00Z"),
        ("2026-11-24T10:00:00Z", date(2027, 2, 23), "2027-02-22T23:00:00Z"),
        ("2026-11-24T23:30:00Z", date(2027, 2, 24), "2027-02-23T23:00:00Z"),
    ] {
        let term = term(&berlin, ms(registered), 90);
        assert_eq!((term.ends_on, term.ends_at), (ends_on, ms(ends_at)), "{registered}");
    }
    let spring = term(&berlin, ms("2026-03-20T16:45:00Z"), 90);
    let twice = extended(&berlin, spring.ends_on, 90);
    assert_eq!((twice.ends_on, twice.ends_at), (date(2026, 9, 17), ms("2026-09-16T22:00:00Z")));
    assert_eq!(remind_at(&berlin, spring.ends_on, 14), ms("2026-06-05T07:00:00Z"));
}

#[test]
fn it_holds_to_the_instant_and_not_longer() {
    let row = deal(1, 1, Term { ends_on: date(2026, 6, 19), ends_at: 1_000 });
    assert!(row.protects(0) && row.protects(999) && !row.protects(1_000));
    assert_eq!(row.status(999), DealStatus::Open);
    assert_eq!(row.status(1_000), DealStatus::Ended);
    let won = DealRow { sale: Some(SaleNumber(1)), ..row.clone() };
    assert!(won.protects(999) && won.status(2_000) == DealStatus::Won);
    let contested = DealRow { protected_at: None, term: None, ..row.clone() };
    assert_eq!(contested.status(0), DealStatus::Contested);
    assert!(droppable(&contested, 0).is_ok() && extendable(&contested, 0).is_err());
    for gone in [
        DealRow { dropped_at: Some(1), ..row.clone() },
        DealRow { lost_at: Some(1), ..row.clone() },
    ] {
        assert!(!gone.protects(0) && is_open(&gone, 0).is_err() && droppable(&gone, 0).is_err());
    }
}

#[test]
fn one_extension_is_all() {
    let row = deal(1, 1, ever());
    assert!(extendable(&row, 0).is_ok());
    let extended = DealRow { extended_at: Some(5), ..row };
    assert_eq!(extendable(&extended, 0).unwrap_err().code, Code::Dup);
}

#[test]
fn a_claim_is_its_partners_or_a_rivals() {
    let (ana, ben, cy) = (PartnerId(1), PartnerId(2), PartnerId(3));
    let first = deal(1, 1, ever());
    let numbers = |deals: &[DealRow], claimant, parts: &[PartnerId]| -> Vec<i64> {
        own(deals, claimant, parts).iter().map(|deal| deal.number.0).collect()
    };
    assert_eq!(numbers(&[], ana, &[ana]), Vec::<i64>::new());
    assert_eq!(numbers(std::slice::from_ref(&first), ana, &[ana]), [1]);
    assert_eq!(numbers(std::slice::from_ref(&first), ben, &[ben]), Vec::<i64>::new());
    // Sold together with who was first: no rival.
    assert_eq!(numbers(std::slice::from_ref(&first), ben, &[ben, ana]), [1]);
    // A deal of another under the client's name stays theirs.
    let apart = [deal(1, 1, ever()), deal(2, 2, ever())];
    assert_eq!(numbers(&apart, ana, &[ana]), [1]);
    assert_eq!(numbers(&apart, ben, &[ben]), [2]);
    let pair = [shared(1, 1), shared(2, 2)];
    assert_eq!(numbers(&pair, ana, &[ana]), [1, 2]);
    assert_eq!(numbers(&pair, ben, &[ben]), [1, 2]);
    assert_eq!(numbers(&pair, cy, &[cy, ana]), Vec::<i64>::new());
    // Without a registration of the second.
    assert_eq!(numbers(&pair[..1], ben, &[ben]), [1]);
    let and_another = [shared(1, 1), deal(2, 3, ever())];
    assert_eq!(numbers(&and_another, ana, &[ana]), [1]);
}

#[test]
fn words_of_a_ruling() {
    assert_eq!(ruling("Shares").unwrap(), RulingKind::Shares);
    assert!(ruling("both").is_err());
    assert_eq!(weights(None, RulingKind::First).unwrap(), (1, 1));
    assert_eq!(weights(Some("2:1"), RulingKind::Shares).unwrap(), (2, 1));
    assert_eq!(weights(Some(" 100 : 1 "), RulingKind::Shares).unwrap(), (WEIGHT_MAX, 1));
    for wrong in ["", "1", "1:", ":1", "0:1", "1:101", "1:1:1", "-1:1", "1.5:1", "+1:1", "a:b"] {
        assert!(weights(Some(wrong), RulingKind::Shares).is_err(), "{wrong}");
    }
    assert!(weights(Some("1:1"), RulingKind::First).is_err());
    let long = |count: usize| reason(Some(&"é".repeat(count)), RULING_REASON_CHARS_MAX, "x");
    assert!(long(RULING_REASON_CHARS_MAX).is_ok());
    assert_eq!(long(RULING_REASON_CHARS_MAX + 1).unwrap_err().code, Code::Long);
    assert_eq!(reason(Some("  "), 10, "x").unwrap_err().code, Code::Usage);
    assert_eq!(parts((1, 1), &[1]), Some(vec![1, 1]));
    assert_eq!(parts((1, 1), &[2, 1]), Some(vec![3, 2, 1]));
    assert_eq!(parts((2, 1), &[1]), Some(vec![2, 1]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// Whatever the zone and the clocks there: so many whole days are protected, and not one more.
    #[test]
    fn so_many_full_days(
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran",
            "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "UTC",
        ]),
        now in 1_000_000_000_000_i64..2_000_000_000_000,
        days in 1_i64..200,
    ) {
        let calendar = calendar(zone);
        let term = term(&calendar, now, days);
        let today = calendar.day_of(now);
        prop_assert_eq!(term.ends_on, today.saturating_add((days + 1).days()));
        // The first full day begins after the registration, the last ends with the protection.
        prop_assert!(calendar.start_of(today.saturating_add(1.days())) > now);
        prop_assert_eq!(calendar.start_of(term.ends_on), term.ends_at);
        let last = calendar.day_of(term.ends_at - 1);
        prop_assert!(last < term.ends_on);
        let again = extended(&calendar, term.ends_on, days);
        prop_assert_eq!(again.ends_on, term.ends_on.saturating_add(days.days()));
        prop_assert!(again.ends_at > term.ends_at);
    }

    /// Against all who claimed the first has exactly the ruling's weight, and they keep theirs.
    #[test]
    fn parts_keep_their_proportions(
        one in 1..=WEIGHT_MAX,
        two in 1..=WEIGHT_MAX,
        claimed in prop::collection::vec(1_u32..=1_000_000, 1..12),
    ) {
        let all = parts((one, two), &claimed).unwrap();
        let (first, rest) = (u64::from(all[0]), &all[1..]);
        let sum: u64 = rest.iter().map(|weight| u64::from(*weight)).sum();
        prop_assert_eq!(first * u64::from(two), sum * u64::from(one));
        for (was, is) in claimed.iter().zip(rest) {
            prop_assert_eq!(u64::from(*was) * u64::from(rest[0]), u64::from(*is) * u64::from(claimed[0]));
        }
    }
}
