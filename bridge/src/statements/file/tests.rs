//! Files hold what the accounts say, and nothing that a program or a browser would run.
use super::super::rules::accounts;
use super::*;
use crate::commission::rules::{Pinned, Terms};
use crate::ledger::rules::Change;
use schema::ids::SaleNumber;
use schema::money::Currency;
use schema::period::WeekStart;

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn calendar() -> Calendar {
    Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap()
}

fn line(seq: i64, held: i64, client: &str, reason: &str) -> Line {
    Line {
        seq,
        at: 1_774_000_000_000,
        kind: "commission.earned".to_owned(),
        sale: Some(SaleNumber(seq)),
        client: Some(client.to_owned()),
        rule: Some(("start".to_owned(), 1)),
        terms: Some(Terms { pay: Pinned::Percent(1_000), room: None, bonus: 0 }),
        on: None,
        payout: None,
        currency: eur(),
        base: held * 10,
        change: Change { held, ..Change::default() },
        reason: reason.to_owned(),
    }
}

#[test]
fn a_table_adds_up_and_runs_nothing() {
    let lines = vec![line(1, 5_000, "=cmd|' /C calc'!A0", ""), line(2, -333, "Acme", "+1 refund")];
    let found = accounts(&[], lines).unwrap();
    let text = String::from_utf8(table(&found, &calendar(), eur()).unwrap()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(&rows[1][4], "'=cmd|' /C calc'!A0");
    assert_eq!((&rows[1][9], &rows[2][9], &rows[2][11]), ("50", "-3.33", "46.67"));
    assert_eq!((&rows[2][13], &rows[3][2], &rows[3][11]), ("'+1 refund", "closing", "46.67"));
}

#[test]
fn a_page_holds_no_markup_of_people() {
    let lines =
        vec![line(1, 5_000, "<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>")];
    let text = page(
        "Statement 2026-03",
        ("Program", "A & B"),
        &accounts(&[], lines).unwrap(),
        (&calendar(), eur()),
    );
    assert!(!text.contains("<img") && !text.contains("<script"), "{text}");
    assert!(text.contains("A &amp; B") && text.contains("€50") && text.contains("Closing balance"));
}
