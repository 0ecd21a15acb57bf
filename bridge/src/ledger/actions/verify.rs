//! The walk over the whole ledger, a page at a time: it can be left and taken up again.
use super::super::rules::{Head, Link};
use super::super::store::{self, EntryText, PostingText};
use crate::commission::store::moves::{self, MoveRow};
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use futures_util::future::join;

const PAGE: i64 = 1_000;
/// Entries between two halts.
const AT_A_TIME: usize = 32;

/// What a walk over the whole ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub entries: i64,
    pub hash: String,
    /// The first entry that is wrong, and in what.
    pub bad: Option<(i64, String)>,
}

/// How far a walk has come: the last entry that was found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk(pub Head);

impl Walk {
    #[must_use]
    pub fn begin() -> Self {
        Self(Head::genesis())
    }

    /// A walk that has come so far before.
    #[must_use]
    pub const fn at(seq: i64, hash: String) -> Self {
        Self(Head { seq, hash })
    }

    /// Goes on by one page; what was found, where the walk is at its end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn step(&mut self, connection: &mut Conn) -> Result<Option<Verified>, Fault> {
        match Page::read(connection, self.0.seq).await? {
            Some(page) => self.over(&page).await,
            None => Ok(Some(self.found(None))),
        }
    }

    /// Looks at a page; what was found, where an entry is wrong. It halts now and then, so that whoever
    /// reads the next page meanwhile gets on.
    async fn over(&mut self, page: &Page) -> Result<Option<Verified>, Fault> {
        let (entries, postings) =
            (store::entries(&page.entries)?, store::postings(&page.postings)?);
        let (mut rest, mut moved) = (postings.as_slice(), page.moves.as_slice());
        for some in entries.chunks(AT_A_TIME) {
            for entry in some {
                let (mine, others) =
                    rest.split_at(rest.partition_point(|row| row.seq <= entry.seq));
                rest = others;
                let (own, others) =
                    moved.split_at(moved.partition_point(|row| row.seq <= entry.seq));
                moved = others;
                if let Err(problem) = check(&mut self.0, entry, (mine, own)) {
                    let seq = self.0.seq + 1;
                    return Ok(Some(self.found(Some((seq, problem)))));
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    fn found(&self, bad: Option<(i64, String)>) -> Verified {
        Verified { entries: self.0.seq, hash: self.0.hash.clone(), bad }
    }
}

/// Some entries with all that belongs to them, as they were read.
struct Page {
    last: i64,
    entries: String,
    postings: String,
    moves: Vec<MoveRow>,
}

impl Page {
    /// Those after `seq`; `None` where there are none.
    async fn read(connection: &mut Conn, seq: i64) -> Result<Option<Self>, Fault> {
        let entries = store::after(connection, seq, PAGE).await?;
        let Some(last) = store::entries(&entries)?.last().map(|entry| entry.seq) else {
            return Ok(None);
        };
        let postings = store::postings_of(connection, seq + 1, last).await?;
        let moves = moves::between(connection, seq + 1, last).await?;
        Ok(Some(Self { last, entries, postings, moves }))
    }
}

/// Recomputes every hash and every sum.
///
/// # Errors
/// When the database refuses.
pub async fn verify(connection: &mut Conn) -> Result<Verified, Fault> {
    to_the_end(Walk::begin(), connection).await
}

/// Recomputes as many of the newest entries; the one before them is taken at its word.
///
/// # Errors
/// When the database refuses.
pub async fn verify_last(connection: &mut Conn, count: i64) -> Result<Verified, Fault> {
    let newest = store::head(connection).await?.map_or(0, |head| head.seq);
    let page = store::after(connection, (newest - count - 1).max(0), 1).await?;
    let walk = match store::entries(&page)?.first() {
        Some(before) if newest > count => Walk::at(before.seq, before.hash.to_owned()),
        _ => Walk::begin(),
    };
    to_the_end(walk, connection).await
}

/// While a page is looked at the database makes the next.
async fn to_the_end(mut walk: Walk, connection: &mut Conn) -> Result<Verified, Fault> {
    let mut page = Page::read(connection, walk.0.seq).await?;
    while let Some(read) = page {
        let (next, found) = join(Page::read(connection, read.last), walk.over(&read)).await;
        if let Some(found) = found? {
            return Ok(found);
        }
        page = next?;
    }
    Ok(walk.found(None))
}

/// The chain, the row's columns, and the postings and what statements show against the body.
fn check(
    head: &mut Head,
    entry: &EntryText<'_>,
    (postings, moves): (&[PostingText<'_>], &[MoveRow]),
) -> Result<(), String> {
    let mut next = head.clone();
    let link =
        Link { seq: entry.seq, prev_hash: entry.prev_hash, hash: entry.hash, body: entry.body };
    let (sealed, said) = next.read(link).map_err(|broken| broken.to_string())?;
    let told = (entry.source, entry.source_id, entry.posted_at, entry.book);
    if told != (&*sealed.source, &*sealed.source_id, sealed.at, sealed.body.book().as_str()) {
        return Err("its columns are not those of its body".to_owned());
    }
    let same = said.len() == postings.len()
        && said.iter().zip(postings).all(|(a, b)| {
            a.account == b.account && a.minor == b.minor && a.currency.code() == b.currency
        });
    if !same {
        return Err("its postings are not those of its body".to_owned());
    }
    let shown = moves.iter().map(|row| (row.at, row.kind.as_str(), &row.moved));
    let moved = sealed.body.moved();
    if !moved.iter().map(|moved| (sealed.at, sealed.source.as_str(), moved)).eq(shown) {
        return Err("statements show another change than its body".to_owned());
    }
    *head = next;
    Ok(())
}
