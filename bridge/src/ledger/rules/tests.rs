//! The worked examples on the chain and on repeated inputs, and that any change shows.
use proptest::prelude::*;

use super::*;

fn credit(sale: u128, minor: i64) -> Credit {
    Credit {
        sale: SaleId(sale),
        client: ClientId(9),
        industry: Some("dental".into()),
        on: jiff::civil::date(2026, 3, 20),
        currency: Currency::parse("EUR").unwrap(),
        shares: vec![CreditShare { partner: PartnerId(5), minor }],
    }
}

fn chain(bodies: &[EntryBody]) -> Vec<(i64, String, String, String)> {
    let mut prev = GENESIS.to_owned();
    (1_i64..)
        .zip(bodies)
        .map(|(seq, body)| {
            let text = body.sealed(1000 + seq, "sale.approved", &seq.to_string());
            let own = hash(&prev, &text);
            (seq, std::mem::replace(&mut prev, own.clone()), own, text)
        })
        .collect()
}

fn walk(rows: &[(i64, String, String, String)]) -> Result<Head, (i64, Broken)> {
    verify(rows.iter().map(|(seq, prev_hash, hash, body)| Link {
        seq: *seq,
        prev_hash,
        hash,
        body,
    }))
}

#[test]
fn a_body_has_one_text() {
    let body = EntryBody::sale_approved(&credit(1, 10_000));
    let expected = concat!(
        r#"{"client":"00000000000000000000000009","currency":"EUR","industry":"dental","#,
        r#""kind":"sale_approved","on":"2026-03-20","sale":"00000000000000000000000001","#,
        r#""shares":[{"minor":10000,"partner":"00000000000000000000000005"}]}"#,
    );
    assert_eq!(body.canonical(), expected);
    let void = EntryBody::sale_voided(&credit(1, 10_000), 1);
    let sealed = Sealed::read(&void.sealed(7, "sale.voided", "x")).unwrap();
    assert_eq!((sealed.at, sealed.source_id.as_str(), sealed.body), (7, "x", void));
}

#[test]
fn a_void_mirrors_the_sale() {
    let sale = EntryBody::sale_approved(&credit(1, 10_000));
    let void = EntryBody::sale_voided(&credit(1, 10_000), 1);
    check_balanced(&sale.postings()).unwrap();
    check_balanced(&void.postings()).unwrap();
    let sum = |body: &EntryBody| body.postings().iter().map(|p| p.minor).collect::<Vec<_>>();
    assert_eq!((sum(&sale), sum(&void)), (vec![-10_000, 10_000], vec![10_000, -10_000]));
    assert_eq!(sale.postings()[0].account, "market:dental");
    let loose = Credit { industry: None, ..credit(1, 1) };
    assert_eq!(EntryBody::sale_approved(&loose).postings()[0].account, "market:none");
}

#[test]
fn the_same_input_twice() {
    let (first, other) = (credit(1, 100), credit(1, 200));
    let (first, other) = (EntryBody::sale_approved(&first), EntryBody::sale_approved(&other));
    assert_eq!(replay(None, &first), Replay::Posted);
    assert_eq!(replay(Some(&first), &first), Replay::Replayed);
    assert_eq!(replay(Some(&first), &other), Replay::Conflict);
}

#[test]
fn the_chain_covers_what_came_before() {
    assert_eq!(
        hash(GENESIS, "{}"),
        hex::encode(Sha256::digest(format!("{GENESIS}\n{{}}").as_bytes()))
    );
    let second = EntryBody::sale_approved(&credit(2, 200));
    let one = chain(&[EntryBody::sale_approved(&credit(1, 100)), second.clone()]);
    let other = chain(&[EntryBody::sale_approved(&credit(1, 101)), second]);
    assert_eq!(one[1].3, other[1].3);
    assert_ne!(one[1].2, other[1].2);
}

#[test]
fn unbalanced_postings_are_named() {
    let mut postings = EntryBody::sale_approved(&credit(1, 100)).postings();
    postings[0].minor = -99;
    let currency = postings[0].currency;
    assert_eq!(check_balanced(&postings), Err(Unbalanced { currency, sum: 1 }));
    // What would not fit does not balance either, instead of wrapping.
    let mut huge = credit(1, i64::MAX);
    huge.shares.push(CreditShare { partner: PartnerId(6), minor: i64::MAX });
    assert!(check_balanced(&EntryBody::sale_approved(&huge).postings()).is_err());
}

proptest! {
    /// Whatever is changed in whichever row, the walk stops there or right after.
    #[test]
    fn any_change_is_found(count in 1_usize..8, at in 0_usize..8, field in 0..5, delta in 1_i64..9) {
        let bodies: Vec<EntryBody> = (1..=count)
            .map(|n| EntryBody::sale_approved(&credit(n as u128, n as i64 * 100)))
            .collect();
        let mut rows = chain(&bodies);
        prop_assert_eq!(walk(&rows).unwrap().seq, count as i64);
        let at = at % count;
        let row = &mut rows[at];
        match field {
            0 => row.0 += delta,
            1 => row.1 = hash(&row.1, "x"),
            2 => row.2 = hash(&row.2, "x"),
            3 => row.3 = row.3.replace("\"at\":100", "\"at\":200"),
            _ => row.3.push(' '),
        }
        prop_assert_eq!(walk(&rows).unwrap_err().0, at as i64 + 1);
    }
}

fn any_change() -> impl Strategy<Value = Change> {
    let minor = -1_000_000_000_i64..1_000_000_000;
    (minor.clone(), minor.clone(), minor).prop_map(|(held, payable, disputed)| Change {
        held,
        payable,
        disputed,
    })
}

/// Accounts are written down for ever: their names are a format.
#[test]
fn accounts_and_books_have_their_names() {
    let (partner, currency) = (PartnerId(5), Currency::parse("EUR").unwrap());
    assert_eq!(credit_account(partner), format!("credit:{partner}"));
    assert_eq!(points_account(partner), format!("points:{partner}"));
    let books = [Book::Credit, Book::Commission, Book::Points].map(Book::as_str);
    assert_eq!(books, ["credit", "commission", "points"]);
    assert_eq!(EntryBody::SaleApproved(credit(1, 5)).book(), Book::Credit);
    let part = PayoutPart { payout: 3, partner, currency, minor: 70, statement: String::new() };
    let lines = |body: EntryBody| -> Vec<(String, i64)> {
        body.postings().into_iter().map(|line| (line.account, line.minor)).collect()
    };
    let payable = format!("partner:{partner}:payable");
    let wanted = [(payable, -70), ("payout:3".to_owned(), 70)];
    assert_eq!(lines(EntryBody::PayoutLocked(part.clone())), wanted);
    let wanted = [("payout:3".to_owned(), -70), ("external".to_owned(), 70)];
    assert_eq!(lines(EntryBody::PayoutPaid(part.clone())), wanted);
    assert_eq!(EntryBody::PayoutPaid(part).book(), Book::Commission);
}

fn any_commission_entry() -> impl Strategy<Value = EntryBody> {
    (0_u8..10, 1_u128..4, any_change(), 1_i64..1_000_000_000).prop_map(
        |(kind, partner, change, minor)| {
            let partner = PartnerId(partner);
            let currency = Currency::parse("EUR").unwrap();
            let commission = Commission {
                sale: SaleId(7),
                partner,
                rule: RuleRef { rule: 1, version: 2 },
                currency,
                base: minor,
                change,
                follows: 1,
            };
            let statement = "0".repeat(64);
            let part = PayoutPart { payout: 3, partner, currency, minor, statement };
            match kind {
                0 => EntryBody::CommissionEarned(commission),
                1 => EntryBody::CommissionAdjusted(commission),
                2 => EntryBody::CommissionReleased(commission),
                3 => EntryBody::DisputeOpened(commission),
                4 => EntryBody::DisputeWon(commission),
                5 => EntryBody::DisputeLost(commission),
                6 => EntryBody::PayoutLocked(part),
                7 => EntryBody::PayoutPaid(part),
                8 => EntryBody::PayoutFailed(PayoutFailed {
                    part,
                    was_paid: minor % 2 == 0,
                    reverses: 1,
                }),
                _ => EntryBody::BalanceWrittenOff(WriteOff { partner, currency, minor }),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    /// A partner's accounts as the postings make them are those of the lines that statements and
    /// payouts read; every entry sums to zero, and is read back as it was written.
    #[test]
    fn statements_are_a_replay_of_the_postings(bodies in prop::collection::vec(any_commission_entry(), 1..30)) {
        let mut posted: BTreeMap<String, i64> = BTreeMap::new();
        let mut shown: BTreeMap<String, i64> = BTreeMap::new();
        for body in &bodies {
            let postings = body.postings();
            prop_assert!(check_balanced(&postings).is_ok());
            prop_assert_eq!(body.book(), Book::Commission);
            for posting in postings.iter().filter(|posting| posting.account.starts_with("partner:")) {
                *posted.entry(posting.account.clone()).or_default() += posting.minor;
            }
            if let Some(moved) = body.moved() {
                let Change { held, payable, disputed } = moved.change;
                for (pot, minor) in [(Pot::Held, held), (Pot::Payable, payable), (Pot::Disputed, disputed)] {
                    *shown.entry(account(moved.partner, pot)).or_default() += minor;
                }
            }
            let sealed = Sealed::read(&body.sealed(5, "source", "id")).unwrap();
            prop_assert_eq!(&sealed.body, body);
        }
        posted.retain(|_, minor| *minor != 0);
        shown.retain(|_, minor| *minor != 0);
        prop_assert_eq!(posted, shown);
    }
}
