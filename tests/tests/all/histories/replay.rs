//! What the entries of a ledger make of boards, statements and payouts, and whether the program's own rows
//! and words say the same. Reads the texts of entries; of the program it takes no arithmetic.
use super::play::Said;
use anyhow::{Context, ensure};
use jiff::Timestamp;
use partnerspace_tests::Outcome;
use partnerspace_tests::desk::{Desk, user};
use partnerspace_tests::verifier::boards::{self, Boards};
use partnerspace_tests::verifier::calendar::Calendar;
use partnerspace_tests::verifier::chain::{self, Link};
use partnerspace_tests::verifier::entries::Entry;
use partnerspace_tests::verifier::lines;
use partnerspace_tests::verifier::read::hex;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use std::collections::BTreeMap;

const ZONE: &str = "Europe/Berlin";
/// What is payable below this waits; in other currencies than the program's nothing does.
const MINIMUM: i128 = 2_000;
const POTS: [&str; 3] = ["held", "payable", "disputed"];

/// A partner and a currency.
type Account = (String, String);

/// An entry as it moves an account: its number, its time, what it moves in each pot.
type Move = (i64, i64, [i128; 3]);

/// A payout's part: what it pays, the hash of its statement, by which entries it was locked, paid, failed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Part {
    minor: i128,
    statement: String,
    locked: i64,
    paid: Option<i64>,
    failed: Option<i64>,
}

#[derive(Default)]
struct Books {
    moves: BTreeMap<Account, Vec<Move>>,
    parts: BTreeMap<(i64, Account), Part>,
    boards: Boards,
}

async fn books(desk: &mut Desk) -> Outcome<Books> {
    let rows = sqlx::query("select seq, posted_at, body, prev_hash, hash from entry order by seq")
        .fetch_all(&mut *desk.tx)
        .await?;
    let mut entries = Vec::new();
    for row in &rows {
        let body: &str = row.try_get(2)?;
        let body = serde_json::from_str(body)?;
        entries.push(Entry { seq: row.try_get(0)?, at: row.try_get(1)?, body });
    }
    let link = |row| {
        let row: &sqlx::any::AnyRow = row;
        anyhow::Ok(Link {
            seq: row.try_get(0)?,
            body: row.try_get(2)?,
            prev_hash: row.try_get(3)?,
            hash: row.try_get(4)?,
        })
    };
    let links = rows.iter().map(link).collect::<Outcome<Vec<_>>>()?;
    chain::whole(links).map_err(|(at, what)| anyhow::anyhow!("link {at}: {what}"))?;
    let mut books = Books::default();
    for entry in &entries {
        take(&mut books, entry).with_context(|| format!("entry {}", entry.seq))?;
    }
    let calendar = Calendar::new(ZONE, "monday", 7)?;
    let (boards, odd) = boards::replay(&entries, &calendar, &boards::Doubled::new());
    ensure!(odd.is_empty(), "{odd:?}");
    books.boards = boards;
    Ok(books)
}

fn take(books: &mut Books, entry: &Entry) -> Outcome<()> {
    let postings = lines::of(entry).context("no such kind")?;
    let sum: i128 = postings.iter().map(|(_, minor, _)| minor).sum();
    ensure!(sum == 0, "it sums to {sum}");
    for (account, minor, currency) in postings {
        let parts: Vec<&str> = account.split(':').collect();
        let ["partner", partner, pot] = parts[..] else { continue };
        let pot = POTS.iter().position(|known| *known == pot).context("no such pot")?;
        let own = books.moves.entry((partner.to_owned(), currency)).or_default();
        if own.last().is_none_or(|last| last.0 != entry.seq) {
            own.push((entry.seq, entry.at, [0; 3]));
        }
        if let Some(last) = own.last_mut() {
            last.2[pot] += minor;
        }
    }
    let kind = entry.text("kind").unwrap_or_default();
    if kind.starts_with("payout_") {
        let text = |name| entry.text(name).unwrap_or_default().to_owned();
        let number = entry.body["payout"].as_i64().context("a payout")?;
        let part = books.parts.entry((number, (text("partner"), text("currency")))).or_default();
        match kind {
            "payout_locked" => {
                part.minor = i128::from(entry.body["minor"].as_i64().context("an amount")?);
                (part.statement, part.locked) = (text("statement"), entry.seq);
            }
            "payout_paid" => part.paid = Some(entry.seq),
            _ => part.failed = Some(entry.seq),
        }
    }
    Ok(())
}

fn pots(moves: &[Move]) -> [i128; 3] {
    moves
        .iter()
        .fold([0; 3], |sum, (_, _, pots)| [sum[0] + pots[0], sum[1] + pots[1], sum[2] + pots[2]])
}

fn total(moves: &[Move]) -> i128 {
    pots(moves).iter().sum()
}

/// After a command: boards, the moves that statements show, payouts, and the words of the answer.
pub async fn agrees(desk: &mut Desk, said: &Said, who: &str) -> Outcome<()> {
    let books = books(desk).await?;
    standings(desk, &books).await?;
    moves(desk, &books).await?;
    payouts(desk, &books).await?;
    if said.line == "!payout prepare" {
        due(&books, &said.card)?;
    }
    if said.line.contains(" paid ") || said.line.starts_with("!sale approve") {
        statement_of(desk, &books, who).await?;
    }
    Ok(())
}

async fn standings(desk: &mut Desk, books: &Books) -> Outcome<()> {
    let rows = sqlx::query("select board, partner_id, score, reached_at from standing")
        .fetch_all(&mut *desk.tx)
        .await?;
    let mut stored = Boards::new();
    for row in &rows {
        let board: &str = row.try_get(0)?;
        let [metric, period, industry] = board.split('|').collect::<Vec<_>>()[..] else {
            anyhow::bail!("{board}")
        };
        let partner: String = row.try_get(1)?;
        let key = (metric.to_owned(), period.to_owned(), industry.to_owned(), partner);
        stored.insert(key, (i128::from(row.try_get::<i64, _>(2)?), row.try_get(3)?));
    }
    ensure!(stored == books.boards, "boards: {stored:?}\nreplayed: {:?}", books.boards);
    Ok(())
}

async fn moves(desk: &mut Desk, books: &Books) -> Outcome<()> {
    let rows = sqlx::query(
        "select partner_id, currency, seq, at, held_minor, payable_minor, disputed_minor \
         from commission_move order by seq",
    )
    .fetch_all(&mut *desk.tx)
    .await?;
    let mut shown: BTreeMap<Account, Vec<Move>> = BTreeMap::new();
    for row in &rows {
        let pot = |column| row.try_get::<i64, _>(column).map(i128::from);
        let one = (row.try_get(2)?, row.try_get(3)?, [pot(4)?, pot(5)?, pot(6)?]);
        shown.entry((row.try_get(0)?, row.try_get(1)?)).or_default().push(one);
    }
    // An entry that only says what a sale of nothing earned has no postings.
    for own in shown.values_mut() {
        own.retain(|(_, _, pots)| *pots != [0; 3]);
    }
    shown.retain(|_, own| !own.is_empty());
    ensure!(shown == books.moves, "moves: {shown:?}\nreplayed: {:?}", books.moves);
    Ok(())
}

async fn payouts(desk: &mut Desk, books: &Books) -> Outcome<()> {
    let rows = sqlx::query(
        "select payout, partner_id, currency, minor, statement, locked_seq, paid_seq, failed_seq \
         from payout_part where locked_seq is not null order by payout, partner_id, currency",
    )
    .fetch_all(&mut *desk.tx)
    .await?;
    let mut stored = BTreeMap::new();
    for row in &rows {
        let account: Account = (row.try_get(1)?, row.try_get(2)?);
        let frozen: String = row.try_get(4)?;
        let part = Part {
            minor: i128::from(row.try_get::<i64, _>(3)?),
            statement: hex(&Sha256::digest(frozen.as_bytes())),
            locked: row.try_get(5)?,
            paid: row.try_get(6)?,
            failed: row.try_get(7)?,
        };
        let own = books.moves.get(&account).map(Vec::as_slice).unwrap_or_default();
        froze(&serde_json::from_str(&frozen)?, own)
            .with_context(|| format!("{frozen}, of {own:?}"))?;
        stored.insert((row.try_get(0)?, account), part);
    }
    ensure!(stored == books.parts, "payouts: {stored:?}\nreplayed: {:?}", books.parts);
    Ok(())
}

/// A frozen statement holds the entries since the one before it.
fn froze(frozen: &Value, own: &[Move]) -> Outcome<()> {
    let number = |name: &str| frozen[name].as_i64().context("a number");
    let (after, until) = (number("after")?, number("until")?);
    let before = &own[..own.partition_point(|(seq, ..)| *seq <= after)];
    let upto = &own[..own.partition_point(|(seq, ..)| *seq <= until)];
    ensure!(i128::from(number("opening")?) == total(before), "its opening balance");
    ensure!(i128::from(number("closing")?) == total(upto), "its closing balance");
    let line = |line: &Value| (line["seq"].as_i64(), line["amount"].as_i64().map(i128::from));
    let lines = frozen["lines"].as_array().context("lines")?.iter().map(line);
    let lines = lines.filter(|line| line.1 != Some(0));
    let moved = upto[before.len()..].iter();
    let moved = moved.map(|(seq, _, pots)| (Some(*seq), Some(pots.iter().sum::<i128>())));
    ensure!(lines.eq(moved.filter(|line| line.1 != Some(0))), "its lines");
    Ok(())
}

/// What is prepared is what is payable, above the minimum; a debt is carried.
fn due(books: &Books, card: &Value) -> Outcome<()> {
    let mut due = BTreeMap::new();
    for (account, own) in &books.moves {
        let payable = pots(own)[1];
        if payable >= if account.1 == "EUR" { MINIMUM } else { 1 } {
            due.insert(account.clone(), payable);
        }
    }
    let mut said = BTreeMap::new();
    for part in card["parts"].as_array().context("parts")? {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let account = (text(&part["partner"]["id"]), text(&part["amount"]["currency"]));
        said.insert(account, i128::from(part["amount"]["minor"].as_i64().context("an amount")?));
    }
    ensure!(said == due, "prepared {said:?}, payable {due:?}");
    Ok(())
}

/// What a partner reads of this month is what the entries say.
pub async fn statement(desk: &mut Desk, who: &str) -> Outcome<()> {
    let books = books(desk).await?;
    statement_of(desk, &books, who).await
}

async fn statement_of(desk: &mut Desk, books: &Books, who: &str) -> Outcome<()> {
    let id = sqlx::query("select id from partner where user_id = $1")
        .bind(user(who))
        .fetch_one(&mut *desk.tx)
        .await?;
    let id: String = id.try_get(0)?;
    let today = Timestamp::from_millisecond(desk.now)?.in_tz(ZONE)?.date();
    let begin = today.first_of_month().in_tz(ZONE)?.timestamp().as_millisecond();
    let (said, card) = desk.ask(who, "statement").await?;
    let mut told = BTreeMap::new();
    for account in card["accounts"].as_array().with_context(|| said.clone())? {
        let minor =
            |name: &str| account[name]["minor"].as_i64().map(i128::from).context("an amount");
        let currency = account["opening"]["currency"].as_str().unwrap_or_default().to_owned();
        let own = books.moves.get(&(id.clone(), currency.clone())).cloned().unwrap_or_default();
        let before = &own[..own.partition_point(|(_, at, _)| *at < begin)];
        let [held, payable, disputed] = pots(&own);
        ensure!(minor("opening")? == total(before), "{said}: its opening balance");
        ensure!(minor("closing")? == total(&own), "{said}: its closing balance");
        let lies = [minor("held")?, minor("payable")?, minor("disputed")?];
        ensure!(lies == [held, payable, disputed], "{said}: {lies:?} of {own:?}");
        for line in account["lines"].as_array().context("lines")? {
            let (seq, amount) = (line["ledger_seq"].as_i64(), line["amount"]["minor"].as_i64());
            let Some(one) = own.iter().find(|(own, ..)| Some(*own) == seq) else {
                // What earned nothing has no postings.
                ensure!(amount == Some(0), "{said}: line {seq:?} is in no entry");
                continue;
            };
            ensure!(amount.map(i128::from) == Some(one.2.iter().sum()), "{said}: line {seq:?}");
        }
        told.insert(currency, ());
    }
    for ((partner, currency), own) in &books.moves {
        let is_silent = *partner == id && !told.contains_key(currency);
        ensure!(!is_silent || total(own) == 0, "{said}: nothing of {currency}");
    }
    Ok(())
}
