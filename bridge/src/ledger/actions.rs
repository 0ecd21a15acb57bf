//! Posting and verifying. An entry is posted once per source; its hash hangs on the one before.
mod partners;
mod tell;
mod verify;

pub use partners::each_partner;
pub use tell::{VERIFY, head_key, tell_head, verify_here, verify_on};
pub use verify::{Verified, Walk, verify, verify_last};

use super::rules::{self, Book, EntryBody, Head, Sealed};
use super::store::{self, EntryRow};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;
use std::collections::HashMap;

/// The source of the credit of sales that were brought in; of all others it is their approval.
pub const IMPORT: &str = "import";
const APPROVED: &str = "sale.approved";

#[derive(Default)]
struct KnownHead(Option<Head>);

/// Partners whose points are remembered until any are given or taken back.
const POINTS_MAX: usize = 4_096;

#[derive(Default)]
struct KnownPoints(HashMap<PartnerId, i64>);

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
    if body.book() == Book::Points {
        work.memory.take::<KnownPoints>();
    }
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

/// A partner's points: what the points book has given them.
///
/// # Errors
/// When the database refuses.
pub async fn points_of(work: &mut Work<'_>, partner: PartnerId) -> Result<i64, Fault> {
    if let Some(points) = work.memory.cache::<KnownPoints>().0.get(&partner) {
        return Ok(*points);
    }
    let points = store::balance(work.tx, &rules::points_account(partner)).await?;
    let known = &mut work.memory.cache::<KnownPoints>().0;
    if known.len() >= POINTS_MAX {
        known.clear();
    }
    known.insert(partner, points);
    Ok(points)
}

/// The entry that a source became; the approval of a sale that was brought in is its import.
///
/// # Errors
/// A fault when it was never posted.
pub async fn seq_of(work: &mut Work<'_>, source: &str, source_id: &str) -> Result<i64, Fault> {
    let mut row = store::by_source(work.tx, source, source_id).await?;
    if row.is_none() && source == APPROVED {
        row = store::by_source(work.tx, IMPORT, source_id).await?;
    }
    row.map(|row| row.seq)
        .ok_or_else(|| Fault::Data(format!("{source} {source_id} has no ledger entry")))
}
