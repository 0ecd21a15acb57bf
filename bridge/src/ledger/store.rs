//! Rows of the ledger. Nothing here updates or deletes; the database refuses it too.
use super::rules::{Head, Posting};
use crate::platform::db::packed::Packed;
use crate::platform::db::{Conn, Damaged, checksum};
use crate::platform::refusal::Fault;
use futures_util::future::join;
use sqlx::Row as _;

const CREDITS_PAGE: i64 = 1_000;
const CAUSES_PAGE: i64 = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub seq: i64,
    pub book: String,
    pub source: String,
    pub source_id: String,
    pub body: String,
    pub prev_hash: String,
    pub hash: String,
    pub posted_at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn head(tx: &mut Conn) -> Result<Option<Head>, sqlx::Error> {
    let row = sqlx::query("select seq, hash from entry order by seq desc limit 1")
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok(Head { seq: row.try_get(0)?, hash: row.try_get(1)? })).transpose()
}

/// As `head`, with the time at which the ledger took it.
///
/// # Errors
/// When the database refuses.
pub async fn last(tx: &mut Conn) -> Result<Option<(Head, i64)>, sqlx::Error> {
    let row = sqlx::query("select seq, hash, posted_at from entry order by seq desc limit 1")
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok((Head { seq: row.try_get(0)?, hash: row.try_get(1)? }, row.try_get(2)?)))
        .transpose()
}

/// # Errors
/// When the database refuses.
pub async fn by_source(
    tx: &mut Conn,
    source: &str,
    source_id: &str,
) -> Result<Option<EntryRow>, sqlx::Error> {
    let row = sqlx::query(
        "select seq, book, source, source_id, body, prev_hash, hash, posted_at from entry where source = $1 and source_id = $2",
    )
    .bind(source)
    .bind(source_id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// An entry as a page of them holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryText<'a> {
    pub seq: i64,
    pub posted_at: i64,
    pub book: &'a str,
    pub source: &'a str,
    pub source_id: &'a str,
    pub prev_hash: &'a str,
    pub hash: &'a str,
    pub body: &'a str,
}

/// Entries after `seq`, in order, as one text for [`entries`]. The order is that of the inner statement: to
/// ask for it in the aggregate as well costs a tree of all texts, and where one were out of place the walk would say so.
///
/// # Errors
/// When the database refuses.
pub async fn after(tx: &mut Conn, seq: i64, limit: i64) -> Result<String, sqlx::Error> {
    let page: Option<String> = sqlx::query(
        "select string_agg(concat(seq, ':', posted_at, ':', octet_length(book), ':', book, \
         octet_length(source), ':', source, octet_length(source_id), ':', source_id, \
         octet_length(prev_hash), ':', prev_hash, octet_length(hash), ':', hash, \
         octet_length(body), ':', body), '') from (select seq, posted_at, book, source, \
         source_id, prev_hash, hash, body from entry where seq > $1 order by seq limit $2) page",
    )
    .bind(seq)
    .bind(limit)
    .fetch_one(tx)
    .await?
    .try_get(0)?;
    Ok(page.unwrap_or_default())
}

/// # Errors
/// When the text is no page of entries.
pub fn entries(page: &str) -> Result<Vec<EntryText<'_>>, sqlx::Error> {
    let mut packed = Packed::new(page);
    let mut entries = Vec::new();
    while !packed.is_at_end() {
        entries.push(EntryText {
            seq: packed.number()?,
            posted_at: packed.number()?,
            book: packed.text()?,
            source: packed.text()?,
            source_id: packed.text()?,
            prev_hash: packed.text()?,
            hash: packed.text()?,
            body: packed.text()?,
        });
    }
    Ok(entries)
}

fn read(row: &sqlx::any::AnyRow) -> Result<EntryRow, sqlx::Error> {
    Ok(EntryRow {
        seq: row.try_get(0)?,
        book: row.try_get(1)?,
        source: row.try_get(2)?,
        source_id: row.try_get(3)?,
        body: row.try_get(4)?,
        prev_hash: row.try_get(5)?,
        hash: row.try_get(6)?,
        posted_at: row.try_get(7)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    entry: &EntryRow,
    cause: &str,
    postings: &[Posting],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into entry (seq, book, source, source_id, cause, body, prev_hash, hash, posted_at, checksum) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(entry.seq)
    .bind(&entry.book)
    .bind(&entry.source)
    .bind(&entry.source_id)
    .bind(cause)
    .bind(&entry.body)
    .bind(&entry.prev_hash)
    .bind(&entry.hash)
    .bind(entry.posted_at)
    .bind(cause_checksum(entry.seq, cause))
    .execute(&mut *tx)
    .await?;
    for (n, posting) in (1_i64..).zip(postings) {
        sqlx::query(
            "insert into posting (seq, n, account, minor, currency) values ($1, $2, $3, $4, $5)",
        )
        .bind(entry.seq)
        .bind(n)
        .bind(&posting.account)
        .bind(posting.minor)
        .bind(posting.currency.code())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The chain of hashes covers all of an entry but what brought it about.
fn cause_checksum(seq: i64, cause: &str) -> i64 {
    checksum(&[Some(&seq.to_be_bytes()), Some(cause.as_bytes())])
}

/// Looks through what brought the entries about.
///
/// # Errors
/// When one is not what was written, or the database refuses.
pub async fn check_causes(reader: &mut Conn) -> Result<(), sqlx::Error> {
    let mut last = 0;
    loop {
        let rows = sqlx::query(
            "select seq, cause, checksum from entry where seq > $1 order by seq limit $2",
        )
        .bind(last)
        .bind(CAUSES_PAGE)
        .fetch_all(&mut *reader)
        .await?;
        for row in &rows {
            last = row.try_get(0)?;
            let (cause, wanted): (String, Option<i64>) = (row.try_get(1)?, row.try_get(2)?);
            if wanted.is_some_and(|wanted| wanted != cause_checksum(last, &cause)) {
                return Err(Damaged::error("entry", &last));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// A posting as a page of them holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostingText<'a> {
    pub seq: i64,
    pub minor: i64,
    pub account: &'a str,
    pub currency: &'a str,
}

/// The postings of some entries, in order, as one text for [`postings`].
///
/// # Errors
/// When the database refuses.
pub async fn postings_of(tx: &mut Conn, from: i64, to: i64) -> Result<String, sqlx::Error> {
    let page: Option<String> = sqlx::query(
        "select string_agg(concat(seq, ':', minor, ':', octet_length(account), ':', account, \
         octet_length(currency), ':', currency), '') from (select seq, minor, account, currency from posting \
         where seq between $1 and $2 order by seq, n limit $3) page",
    )
    .bind(from)
    .bind(to)
    .bind(i64::MAX)
    .fetch_one(tx)
    .await?
    .try_get(0)?;
    Ok(page.unwrap_or_default())
}

/// # Errors
/// When the text is no page of postings.
pub fn postings(page: &str) -> Result<Vec<PostingText<'_>>, sqlx::Error> {
    let mut packed = Packed::new(page);
    let mut postings = Vec::new();
    while !packed.is_at_end() {
        postings.push(PostingText {
            seq: packed.number()?,
            minor: packed.number()?,
            account: packed.text()?,
            currency: packed.text()?,
        });
    }
    Ok(postings)
}

/// What an account holds, all currencies together: for those that have but one.
///
/// # Errors
/// When the database refuses.
pub async fn balance(tx: &mut Conn, account: &str) -> Result<i64, sqlx::Error> {
    sqlx::query("select cast(coalesce(sum(minor), 0) as bigint) from posting where account = $1")
        .bind(account)
        .fetch_one(tx)
        .await?
        .try_get(0)
}

/// The bodies of the entries that move an account, in order.
///
/// # Errors
/// When the database refuses.
pub async fn bodies_of(tx: &mut Conn, account: &str) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct e.seq, e.body from entry e join posting p on p.seq = e.seq where p.account = $1 order by e.seq",
    )
    .bind(account)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Every entry in which a partner has credit, as account, `seq` and body: the entries of an account
/// one after another, in order. Page by page in the order of an index, so that nothing is sorted; while a
/// page is looked at the database makes the next.
///
/// # Errors
/// When the database refuses, or the entry is not readable.
pub async fn each_credit(
    tx: &mut Conn,
    mut see: impl FnMut(&str, i64, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut page = credits_page(tx, ("", 0)).await?;
    while let Some(text) = page {
        let (mut packed, mut rows) = (Packed::new(&text), Vec::new());
        while !packed.is_at_end() {
            rows.push((packed.text()?, packed.number()?, packed.text()?));
        }
        let last = rows.last().map_or(("", 0), |(account, seq, _)| (*account, *seq));
        let look =
            async { rows.iter().try_for_each(|(account, seq, body)| see(account, *seq, body)) };
        let (next, looked) = join(credits_page(tx, last), look).await;
        looked?;
        page = next?;
    }
    Ok(())
}

async fn credits_page(
    tx: &mut Conn,
    (account, seq): (&str, i64),
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query(
        "select string_agg(concat(octet_length(account), ':', account, seq, ':', octet_length(body), ':', body), '') \
         from (select p.account, p.seq, e.body from posting p \
         join entry e on e.seq = p.seq where (p.account, p.seq) > ($1, $2) and p.account like 'credit:%' \
         order by p.account, p.seq limit $3) page",
    )
    .bind(account)
    .bind(seq)
    .bind(CREDITS_PAGE)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_a_cause_is_of_its_entry_and_its_words() {
        let sums = [cause_checksum(1, "$a"), cause_checksum(2, "$a"), cause_checksum(1, "$b")];
        assert!(sums[0] != sums[1] && sums[0] != sums[2] && sums[1] != sums[2], "{sums:?}");
    }
}
