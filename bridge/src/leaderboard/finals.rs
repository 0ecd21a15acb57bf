//! A board whole, as a final result wants it: everyone with a score above 0, ranked for others or not; the
//! same of organizations.
use super::actions::organizations;
use super::live::Live;
use super::rules::{BoardKey, Score};
use super::store::organizations as store;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;

/// A partner's end of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub partner: PartnerId,
    /// Absent for who is not ranked for others.
    pub rank: Option<u32>,
    pub score: Score,
}

/// In the order of the board; who is not ranked comes last.
///
/// # Errors
/// When the database refuses.
pub async fn of(work: &mut Work<'_>, key: &BoardKey) -> Result<Vec<End>, Fault> {
    let mut live = work.memory.take::<Live>();
    let ends = live.board(work, key).await.map(|loaded| {
        let board = &loaded.board;
        let ranked = board.top(usize::MAX).into_iter().filter_map(|row| {
            let score = board.score_of(row.partner)?;
            Some(End { partner: row.partner, rank: Some(row.rank), score })
        });
        let unranked = board.unranked().into_iter();
        let unranked = unranked.map(|(partner, score)| End { partner, rank: None, score });
        ranked.chain(unranked).collect()
    });
    work.memory.put(live);
    ends
}

/// An organization's end of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationEnd {
    pub slug: String,
    /// Absent for one that stands on no board: suspended, or gone.
    pub rank: Option<u32>,
    pub score: i64,
}

/// In the order of the board; who is not ranked comes last. The totals must have been brought to the head of
/// the ledger.
///
/// # Errors
/// When the database refuses.
pub async fn of_organizations(
    work: &mut Work<'_>,
    key: &BoardKey,
) -> Result<Vec<OrganizationEnd>, Fault> {
    let ranked = organizations::board(work, key).await?.into_iter();
    let ranked = ranked.map(|(rank, place)| (Some(rank), place));
    let withdrawn = store::withdrawn(work.tx, &key.to_string()).await?;
    let all = ranked.chain(withdrawn.into_iter().map(|place| (None, place)));
    Ok(all.map(|(rank, one)| OrganizationEnd { slug: one.slug, rank, score: one.score }).collect())
}
