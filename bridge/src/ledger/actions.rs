//! Posting and verifying. An entry is posted once per source; its hash hangs on the one before.
use super::rules::{self, EntryBody, Head, Link, Sealed};
use super::store::{self, EntryRow};
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
pub async fn post(
    work: &mut Work<'_>,
    source: &str,
    source_id: &str,
    body: &EntryBody,
) -> Result<Posted, Fault> {
    if let Some(row) = store::by_source(work.tx, source, source_id).await? {
        let stored = Sealed::read(&row.body).map_err(|error| Fault::Data(error.to_string()))?;
        return match rules::replay(Some(&stored.body), body) {
            rules::Replay::Conflict => {
                Err(Fault::Bug(format!("{source} {source_id} was posted with another body")))
            }
            _ => Ok(Posted {
                seq: row.seq,
                hash: row.hash,
                posted_at: row.posted_at,
                replayed: true,
            }),
        };
    }
    let text = body.sealed(work.now, source, source_id);
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
    let head = store::head(work.tx).await?.unwrap_or_else(Head::genesis);
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
    pub hash: String,
    /// The first entry that is wrong, and in what.
    pub bad: Option<(i64, String)>,
}

/// Recomputes every hash and every sum, a page at a time.
///
/// # Errors
/// When the database refuses.
pub async fn verify(connection: &mut Conn) -> Result<Verified, Fault> {
    let mut head = Head::genesis();
    loop {
        let page = store::after(connection, head.seq, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found(head, None)) };
        let postings = store::postings(connection, head.seq + 1, last.seq).await?;
        let mut rest = postings.as_slice();
        for entry in &page {
            let (mine, others) = rest.split_at(rest.partition_point(|row| row.0 <= entry.seq));
            rest = others;
            if let Err(problem) = check(&mut head, entry, mine) {
                let seq = head.seq + 1;
                return Ok(found(head, Some((seq, problem))));
            }
        }
    }
}

fn found(head: Head, bad: Option<(i64, String)>) -> Verified {
    Verified { entries: head.seq, hash: head.hash, bad }
}

/// The chain, the row's columns, and the postings against the body.
fn check(
    head: &mut Head,
    entry: &EntryRow,
    postings: &[(i64, String, i64, String)],
) -> Result<(), String> {
    let mut next = head.clone();
    let link =
        Link { seq: entry.seq, prev_hash: &entry.prev_hash, hash: &entry.hash, body: &entry.body };
    let sealed = next.take(link).map_err(|broken| broken.to_string())?;
    let told = (&entry.source, &entry.source_id, entry.posted_at, entry.book.as_str());
    if told != (&sealed.source, &sealed.source_id, sealed.at, sealed.body.book().as_str()) {
        return Err("its columns are not those of its body".to_owned());
    }
    let said = sealed.body.postings();
    let same = said.len() == postings.len()
        && said
            .iter()
            .zip(postings)
            .all(|(a, b)| a.account == b.1 && a.minor == b.2 && a.currency.code() == b.3);
    if !same {
        return Err("its postings are not those of its body".to_owned());
    }
    *head = next;
    Ok(())
}
