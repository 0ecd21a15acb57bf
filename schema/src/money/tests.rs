//! The worked examples of the domain rules on money, and what must hold for any amount.
use proptest::prelude::*;

use super::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn amount(text: &str, code: &str) -> Result<i64, AmountError> {
    Money::parse_amount(text, currency(code)).map(|money| money.minor)
}

#[test]
fn percentages_round_half_away_from_zero() {
    let cases = [
        (3, 2000, 1),
        (15, 1000, 2),
        (500, 290, 15),
        (2, 2000, 0),
        (-15, 1000, -2),
        (-3, 2000, -1),
    ];
    for (minor, basis_points, expected) in cases {
        assert_eq!(bps(minor, basis_points), Ok(expected), "{minor} × {basis_points}");
    }
    assert_eq!(bps(i64::MAX, 10_000), Ok(i64::MAX));
    assert_eq!(bps(i64::MAX, 10_001), Err(Overflow));
}

/// Target, not slice: what ten refunds of 10.00 take back of 33.33 % of 100.00.
#[test]
fn refunds_by_target_are_exact() {
    let mut posted = bps(10_000, 3333).unwrap();
    let mut deltas = Vec::new();
    for refund in 1..=10 {
        let target = bps(10_000 - refund * 1_000, 3333).unwrap();
        deltas.push(target - posted);
        posted = target;
    }
    assert_eq!(deltas, [-333, -334, -333, -333, -333, -334, -333, -333, -334, -333]);
    assert_eq!(posted, 0);
}

#[test]
fn splits_use_the_largest_remainder() {
    assert_eq!(split(10_000, &[1_u32, 1, 1]).unwrap(), [3334, 3333, 3333]);
    assert_eq!(split(-10_000, &[1_u32, 1, 1]).unwrap(), [-3334, -3333, -3333]);
    assert_eq!(split(1, &[50_u32, 30, 20]).unwrap(), [1, 0, 0]);
    assert_eq!(split(7, &[50_u32, 30, 20]).unwrap(), [4, 2, 1]);
    assert_eq!(split(9999, &[50_u32, 30, 20]).unwrap(), [4999, 3000, 2000]);
    assert_eq!(split(100_001, &[50_u32, 30, 20]).unwrap(), [50_001, 30_000, 20_000]);
    assert_eq!(split::<u32>(100, &[]), None);
    assert_eq!(split(100, &[0_u32, 0]), None);
    assert_eq!(split(100, &[0_u32, 1]).unwrap(), [0, 100]);
}

/// Pooled prizes of the second to fourth: 500.00 + 250.01 + nothing, in three.
#[test]
fn pooled_prizes() {
    assert_eq!(split(50_000 + 25_001, &[1_u32, 1, 1]).unwrap(), [25_001, 25_000, 25_000]);
}

#[test]
fn exchange_converts_once() {
    let eur = currency("EUR");
    let convert = |minor, code, rate: &str| {
        rate.parse::<Rate>().unwrap().convert(Money::new(minor, currency(code)), eur).unwrap().minor
    };
    assert_eq!(convert(123_456, "JPY", "0.006130"), 75_679);
    assert_eq!(convert(1_234_567, "KWD", "2.8415"), 350_802);
    let each: Vec<i64> = (0..3).map(|_| convert(100, "JPY", "0.00613")).collect();
    assert_eq!(each, [61, 61, 61]);
    assert_eq!(each.iter().sum::<i64>(), 183);
}

#[test]
fn rates_are_exact_decimals() {
    for text in ["0.006130", "1", "2.8415"] {
        assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
    }
    for text in ["0", "0.0", "-1", "1e3", ".5", "5.", "1.2.3", "", "1,5", "1.0000000000001"] {
        assert_eq!(text.parse::<Rate>(), Err(RateError), "{text}");
    }
}

#[test]
fn amounts_are_read_strictly() {
    assert_eq!(amount("1000", "EUR"), Ok(100_000));
    assert_eq!(amount("1000.5", "EUR"), Ok(100_050));
    assert_eq!(amount("0.01", "EUR"), Ok(1));
    assert_eq!(amount("100", "JPY"), Ok(100));
    assert_eq!(amount("1.234", "KWD"), Ok(1_234));
    assert_eq!(amount("10000000000000.00", "EUR"), Ok(CLAIM_MINOR_MAX));
    for text in ["-100", "0", "-0", "0.00"] {
        assert_eq!(amount(text, "EUR"), Err(AmountError::NotPositive), "{text}");
    }
    assert_eq!(amount("0.001", "EUR"), Err(AmountError::Scale { exponent: 2 }));
    assert_eq!(amount("100.5", "JPY"), Err(AmountError::Scale { exponent: 0 }));
    for text in ["1,000", "1'000.50", "1_000", "1.000,00", "100,50"] {
        assert_eq!(amount(text, "EUR"), Err(AmountError::Separator), "{text}");
    }
    for text in ["$100", "100$", "€100"] {
        assert!(matches!(amount(text, "EUR"), Err(AmountError::Symbol(_))), "{text}");
    }
    let forms =
        ["1E400", "NaN", "Infinity", "0x64", "１００", "½", "1Ⅿ", ".5", "5.", "1.2.3", "+5", ""];
    for text in forms {
        assert_eq!(amount(text, "EUR"), Err(AmountError::Form), "{text}");
    }
    let long = "9".repeat(400);
    for text in ["92233720368547758.08", "10000000000000.01", long.as_str()] {
        assert_eq!(amount(text, "EUR"), Err(AmountError::TooLarge), "{text}");
    }
}

#[test]
fn only_currencies_in_circulation() {
    assert_eq!(currency("eur").code(), "EUR");
    let exponents = ["JPY", "EUR", "KWD", "CHF", "KRW"].map(|code| currency(code).exponent());
    assert_eq!(exponents, [0, 2, 3, 2, 0]);
    let error = |text| Currency::parse(text).unwrap_err();
    for text in ["XXX", "XTS", "XAU", "XAG", "XDR", "CHE", "CLF", "USN"] {
        assert_eq!(error(text), CurrencyError::NotCirculating, "{text}");
    }
    for text in ["000", "USDT", "EU", "", "ZZZ", "1,0"] {
        assert_eq!(error(text), CurrencyError::Unknown, "{text}");
    }
    assert_eq!(error("\u{415}UR"), CurrencyError::LookAlike('\u{415}'));
    assert!(error("\u{415}UR").to_string().contains("U+0415"));
    assert_eq!(error("$"), CurrencyError::Symbol('$'));
    assert_eq!(error("€"), CurrencyError::Symbol('€'));
    assert_eq!(error("HRK").to_string(), "replaced by EUR");
}

#[test]
fn people_read_amounts() {
    let show = |minor, code| Money::new(minor, currency(code)).to_string();
    assert_eq!(show(9_240_000, "EUR"), "€92,400");
    assert_eq!(show(100_050, "CHF"), "CHF 1,000.50");
    assert_eq!(show(1_200, "JPY"), "¥1,200");
    assert_eq!(show(-525, "EUR"), "−€5.25");
    assert_eq!(show(5, "KWD"), "KWD 0.005");
    assert_eq!(show(99_999_999, "USD"), "$999,999.99");
    assert_eq!(show(0, "EUR"), "€0");
}

#[test]
fn money_on_the_wire() {
    let money = Money::new(10_050, currency("EUR"));
    let json = serde_json::to_value(money).unwrap();
    assert_eq!(json, serde_json::json!({"minor": 10_050, "currency": "EUR", "exponent": 2}));
    assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money);
    let wrong = serde_json::json!({"minor": 1, "currency": "EUR", "exponent": 3});
    assert!(serde_json::from_value::<Money>(wrong).is_err());
}

#[test]
fn sums_never_wrap() {
    let max = Money::new(i64::MAX, currency("EUR"));
    assert_eq!(max.checked_add(Money::new(1, max.currency)), Err(Overflow));
    assert_eq!(max.checked_add(Money::new(1, currency("CHF"))), Err(Overflow));
    assert_eq!(Money::new(i64::MIN, max.currency).checked_neg(), Err(Overflow));
    assert_eq!(max.checked_sub(max), Ok(Money::zero(max.currency)));
}

proptest! {
    #[test]
    fn shares_add_up_and_mirror(minor: i64, weights in prop::collection::vec(0_u32.., 1..12)) {
        prop_assume!(minor > i64::MIN && weights.iter().any(|w| *w > 0));
        let shares = split(minor, &weights).unwrap();
        prop_assert_eq!(shares.iter().map(|s| i128::from(*s)).sum::<i128>(), i128::from(minor));
        let mirrored: Vec<i64> = shares.iter().map(|s| -s).collect();
        prop_assert_eq!(split(-minor, &weights).unwrap(), mirrored);
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        for (share, weight) in shares.iter().zip(&weights) {
            let exact = i128::from(minor) * i128::from(*weight);
            prop_assert!((i128::from(*share) * total - exact).abs() < total);
        }
    }

    #[test]
    fn percentages_mirror_and_stay_within_a_half(minor in -1_i64 << 50..1 << 50, rate in 0..20_000_i64) {
        let part = bps(minor, rate).unwrap();
        prop_assert_eq!(bps(-minor, rate).unwrap(), -part);
        let twice = 2 * (i128::from(part) * 10_000 - i128::from(minor) * i128::from(rate));
        prop_assert!(twice.abs() <= 10_000);
    }

    #[test]
    fn what_we_write_we_read(minor in 1..=CLAIM_MINOR_MAX, code in "JPY|EUR|KWD") {
        let money = Money::new(minor, currency(&code));
        prop_assert_eq!(Money::parse_amount(&money.plain(), money.currency), Ok(money));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        if let Ok(money) = Money::parse_amount(&text, currency("EUR")) {
            prop_assert!(money.minor > 0 && money.minor <= CLAIM_MINOR_MAX);
        }
        let _ = Currency::parse(&text);
    }
}
