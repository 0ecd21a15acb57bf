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

#[test]
fn what_is_too_long_for_one_file_goes_on_in_the_next() {
    let lines: Vec<Line> = (1..=14_000).map(|n| line(n, n, "Acme & Sons", "")).collect();
    let found = accounts(&[], lines).unwrap();
    let make = |part: &[Account], of: &str| {
        let who = ("Program", "Ana");
        Ok(page(&format!("Statement{of}"), who, part, (&calendar(), eur())).into_bytes())
    };
    let files = files(&found, ("statement", "html", "text/html"), make).unwrap();
    assert_eq!(files.len(), 2);
    let texts: Vec<String> =
        files.iter().map(|file| String::from_utf8(file.bytes().to_vec()).unwrap()).collect();
    let rows = |text: &String| text.matches("Acme &amp; Sons").count();
    assert_eq!(texts.iter().map(rows).collect::<Vec<_>>(), [7_000, 7_000]);
    // 1 + 2 + … + 7,000, in cents.
    let carried = "€245,035";
    let row = |word: &str| format!("{word}</td><td class=\"n\">{carried}</td>");
    assert!(texts[0].contains("Statement · 1 of 2") && texts[0].contains(&row("Carried forward")));
    assert!(texts[1].contains("Statement · 2 of 2") && texts[1].contains(&row("Opening balance")));
    assert!(!texts[0].contains("Closing balance") && texts[1].contains("Closing balance"));
}

#[test]
fn a_whole_library_is_refused() {
    let found = accounts(&[], (1..=100).map(|n| line(n, n, "Acme", "")).collect()).unwrap();
    let large = |_: &[Account], _: &str| Ok(vec![0; FILE_BYTES_MAX + 1]);
    let stop = files(&found, ("statement", "csv", "text/csv"), large).unwrap_err();
    assert!(matches!(stop, Stop::Refusal(no) if no.code == Code::Long), "too many files");
}
