//! What rows say, and that whatever is wrong is told with its line.
use super::*;
use jiff::civil::date;

const HEAD: &str = "external_id,partner,client,amount,currency,on,industry,note,rate";

fn bounds() -> Bounds {
    let currency = Currency::parse("EUR").unwrap();
    Bounds { currency, today: date(2026, 11, 24), started_on: date(2020, 1, 1) }
}

fn rows(text: &str) -> Vec<Result<Row, (u64, String)>> {
    let records = read(text.as_bytes()).unwrap();
    let row = |record: Result<Record, (u64, String)>| {
        record.and_then(|record| row(&record, bounds()).map_err(|why| (record.line, why)))
    };
    records.into_iter().map(row).collect()
}

fn one(line: &str) -> Result<Row, String> {
    rows(&format!("{HEAD}\n{line}\n")).remove(0).map_err(|(_, why)| why)
}

#[test]
fn a_conflict_names_where_the_other_one_is() {
    let sentence = conflict_in_file(17);
    assert_eq!(sentence, "this external_id stands in line 17 with other words.");
    let before = conflict(SaleNumber(12));
    assert!(before.starts_with("this external_id was brought in before as S-12,"), "{before}");
}

#[test]
fn a_row_is_told_by_whose_how_much_to_whom_and_when() {
    let row = one("crm-1,@ana:a.org,Acme,100,USD,2021-01-01,dental,two sites,0.92").unwrap();
    assert_eq!(row.words(), format!("crm-1 · @ana:a.org · {} · Acme · 2021-01-01", row.amount));
    let long = "x".repeat(SHOWN_CHARS_MAX + 1);
    let row = one(&format!("{long},@ana:a.org,Acme,100,EUR,2021-01-01,,,")).unwrap();
    assert!(row.words().starts_with(&format!("{} · @ana:a.org · €100 ·", &long[1..])));
}

#[test]
fn a_late_sale_is_new_and_only_wrong_ones_stop_a_batch() {
    for (fate, is_new, is_wrong) in [
        (Fate::New, true, false),
        (Fate::Late("2026-10".parse().unwrap()), true, false),
        (Fate::Known(SaleNumber(12)), false, false),
        (Fate::Again(3), false, false),
        (Fate::Wrong("amount is empty.".to_owned()), false, true),
    ] {
        assert_eq!((fate.is_new(), fate.is_wrong()), (is_new, is_wrong), "{fate:?}");
    }
}

#[test]
fn columns_stand_in_any_order_and_optional_ones_may_be_absent() {
    let text = "\u{feff}On;Currency;amount;client;partner;external_id\r\n\
                2021-03-02;eur;1000.50;\"Smile; Clinic\";@ana:a.org;crm-1\r\n";
    let row = rows(text).remove(0).unwrap();
    assert_eq!((row.line, row.client.as_str()), (2, "Smile; Clinic"));
    assert_eq!((row.amount.minor, row.on), (100_050, date(2021, 3, 2)));
    assert_eq!((row.industry, row.note, row.rate), (None, None, None));
}

#[test]
fn a_file_that_is_none_is_refused_as_a_whole() {
    for (text, words) in [
        ("", "empty"),
        ("external_id,partner\n", "client is missing"),
        ("external_id,external_id\n", "twice"),
        ("external_id,partner,client,amount,currency,on,price\n", "no column price"),
        ("external_id,partner;client\n", "no column partner;client"),
    ] {
        assert!(read(text.as_bytes()).unwrap_err().contains(words), "{text}");
    }
    let many = format!("{HEAD}\n{}", "a,b,c,1,EUR,2021-01-01,,,\n".repeat(ROWS_MAX + 1));
    assert!(read(many.as_bytes()).unwrap_err().contains("more than 100000 rows"));
}

#[test]
fn a_wrong_row_has_its_line_and_one_sentence() {
    let text = format!(
        "{HEAD}\na,@ana:a.org,Acme,1,EUR,2021-01-01,,\nb,@ana:a.org,\"A\nB\",1,EUR,2021-01-01,,,\nc,\n"
    );
    let found = rows(&text);
    assert_eq!(found[0].as_ref().unwrap_err().0, 2);
    assert_eq!(found[1].as_ref().unwrap().client, "A B");
    assert_eq!(found[2].as_ref().unwrap_err().0, 5);
    let windows = format!("{HEAD}\r\n\r\na,\r\n\r\nb,\r\n");
    let lines: Vec<u64> = rows(&windows).into_iter().map(|row| row.unwrap_err().0).collect();
    assert_eq!(lines, [3, 5]);
    let mut bytes = format!("{HEAD}\na,@ana:a.org,").into_bytes();
    bytes.extend(b"\xff,1,EUR,2021-01-01,,,\n");
    assert_eq!(read(&bytes).unwrap()[0], Err((2, "it is not UTF-8.".to_owned())));
}

#[test]
fn wrong_words_are_told() {
    let good = "crm-1,@ana:a.org,Acme,100,USD,2021-01-01,dental,two sites,0.92";
    assert_eq!(one(good).unwrap().rate.unwrap().to_string(), "0.92");
    for (line, words) in [
        (",@ana:a.org,Acme,100,EUR,2021-01-01,,,", "external_id is empty"),
        ("a,,Acme,100,EUR,2021-01-01,,,", "partner is empty"),
        ("a,@ana:a.org,,100,EUR,2021-01-01,,,", "client is empty"),
        ("a,@ana:a.org,Acme,,EUR,2021-01-01,,,", "amount is empty"),
        ("a,@ana:a.org,Acme,\"1,000\",EUR,2021-01-01,,,", "1000 or 1.00?"),
        ("a,@ana:a.org,Acme,-5,EUR,2021-01-01,,,", "above 0"),
        ("a,@ana:a.org,Acme,100,USDT,2021-01-01,,,", "USDT is no currency"),
        ("a,@ana:a.org,Acme,100,EUR,01.02.2021,,,", "YYYY-MM-DD"),
        ("a,@ana:a.org,Acme,100,EUR,today,,,", "YYYY-MM-DD"),
        ("a,@ana:a.org,Acme,100,EUR,2027-01-01,,,", "future"),
        ("a,@ana:a.org,Acme,100,EUR,2019-12-31,,,", "before the program began"),
        ("a,@ana:a.org,Acme,100,EUR,2021-01-01,,,0.9", "own currency"),
        ("a,@ana:a.org,Acme,100,USD,2021-01-01,,,0", "decimal above 0"),
    ] {
        let why = one(line).unwrap_err();
        assert!(why.contains(words), "{line}: {why}");
    }
    let named = |chars| format!("{},@ana:a.org,Acme,1,EUR,2021-01-01,,,", "x".repeat(chars));
    assert!(one(&named(EXTERNAL_ID_CHARS_MAX)).is_ok());
    let long = one(&named(EXTERNAL_ID_CHARS_MAX + 1)).unwrap_err();
    assert!(long.contains("100 characters"), "{long}");
}

#[test]
fn a_cell_of_an_export_is_read_as_it_was() {
    let row = one("crm-1,'@ana:a.org,'=Acme,100,EUR,2021-01-01,,,").unwrap();
    assert_eq!((row.partner.as_str(), row.client.as_str()), ("@ana:a.org", "=Acme"));
}

#[test]
fn a_terminal_is_not_steered_by_a_file() {
    assert_eq!(shown("a\u{1b}[2Jb\u{202e}c\r\n"), "a[2Jbc");
    assert_eq!(shown(&"x".repeat(SHOWN_CHARS_MAX + 1)).len(), SHOWN_CHARS_MAX);
}

#[test]
fn the_same_words_are_the_same_content() {
    let row = |client: &str, amount: &str| {
        one(&format!("a,@ana:a.org,{client},{amount},EUR,2021-01-01,,,")).unwrap().content()
    };
    assert_eq!(row("Acme", "100"), row(" ACME ", "100.00"));
    assert_ne!(row("Acme", "100"), row("Acme", "100.01"));
}
