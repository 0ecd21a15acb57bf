//! Posting and verifying. An entry is posted once per source; its hash hangs on the one before.
use super::rules::{self, EntryBody};
use super::store::{self, EntryRow, Head};
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const PAGE: i64 = 1_000;

#[derive(Default)]
struct KnownHead(Option<Head>);

/// What a posting became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub seq: i64,
    pub hash: String,
    pub posted_at: i64,
    /// The same input had been posted before: nothing was written.
    pub replayed: bool,
}

/// Appends an entry. The same source with the same body is a replay; with another it is an alarm.
///
/// # Errors
/// A fault when the postings do not balance, or the source was posted with another body.
pub async fn post(work: &mut Work<'_>, source: &str, source_id: &str, body: &EntryBody) -> Result<Posted, Fault> {
    let text = body.canonical();
    if let Some(row) = store::by_source(work.tx, source, source_id).await? {
        if row.body != text {
            return Err(Fault::Bug(format!("{source} {source_id} was posted with another body")));
        }
        return Ok(Posted { seq: row.seq, hash: row.hash, posted_at: row.posted_at, replayed: true });
    }
    let postings = body.postings();
    rules::check_balanced(&postings).map_err(|error| Fault::Bug(error.to_string()))?;
    let head = head(work).await?;
    let entry = EntryRow {
        seq: head.seq + 1,
        book: body.book().as_str().to_owned(),
        source: source.to_owned(),
        source_id: source_id.to_owned(),
        hash: rules::hash(&head.hash, &text),
        prev_hash: head.hash,
        body: text,
        posted_at: work.now,
    };
    let cause = work.cause.id.clone();
    store::insert(work.tx, &entry, &cause, &postings).await?;
    let head = Head { seq: entry.seq, hash: entry.hash.clone() };
    work.memory.cache::<KnownHead>().0 = Some(head);
    Ok(Posted { seq: entry.seq, hash: entry.hash, posted_at: entry.posted_at, replayed: false })
}

/// The last entry; before the first one, sequence 0 and the genesis hash.
///
/// # Errors
/// When the database refuses.
pub async fn head(work: &mut Work<'_>) -> Result<Head, Fault> {
    if let Some(head) = &work.memory.cache::<KnownHead>().0 {
        return Ok(head.clone());
    }
    let head = store::head(work.tx)
        .await?
        .unwrap_or_else(|| Head { seq: 0, hash: rules::GENESIS.to_owned() });
    work.memory.cache::<KnownHead>().0 = Some(head.clone());
    Ok(head)
}

/// The entry that a source became.
///
/// # Errors
/// A fault when it was never posted.
pub async fn seq_of(work: &mut Work<'_>, source: &str, source_id: &str) -> Result<i64, Fault> {
    store::by_source(work.tx, source, source_id)
        .await?
        .map(|row| row.seq)
        .ok_or_else(|| Fault::Data(format!("{source} {source_id} has no ledger entry")))
}

/// What a walk over the whole ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub entries: i64,
    pub head: String,
    /// The first entry that is wrong, and in what.
    pub bad: Option<(i64, String)>,
}

/// Recomputes every hash and every sum, a page at a time.
///
/// # Errors
/// When the database refuses.
pub async fn verify(connection: &mut Conn) -> Result<Verified, Fault> {
    let mut found = Verified { entries: 0, head: rules::GENESIS.to_owned(), bad: None };
    loop {
        let page = store::after(connection, found.entries, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        let postings = store::postings(connection, found.entries + 1, last.seq).await?;
        let mut rest = postings.as_slice();
        for entry in &page {
            let own = rest.partition_point(|row| row.0 <= entry.seq);
            let (mine, others) = rest.split_at(own);
            rest = others;
            if let Some(problem) = problem(entry, &found, mine) {
                found.bad = Some((entry.seq, problem));
                return Ok(found);
            }
            found.entries = entry.seq;
            found.head.clone_from(&entry.hash);
        }
    }
}

fn problem(entry: &EntryRow, before: &Verified, postings: &[(i64, String, i64, String)]) -> Option<String> {
    if entry.seq != before.entries + 1 {
        return Some(format!("entry {} is missing", before.entries + 1));
    }
    if entry.prev_hash != before.head {
        return Some("it does not hang on the entry before".to_owned());
    }
    if rules::hash(&entry.prev_hash, &entry.body) != entry.hash {
        return Some("its body does not match its hash".to_owned());
    }
    let Ok(body) = EntryBody::parse(&entry.body) else { return Some("its body is not readable".to_owned()) };
    let said = body.postings();
    let same = said.len() == postings.len()
        && said.iter().zip(postings).all(|(a, b)| a.account == b.1 && a.minor == b.2 && a.currency.code() == b.3);
    (!same).then(|| "its postings are not those of its body".to_owned())
}
