//! A board whole, as a final result wants it: everyone with a score above 0, ranked for others or not.
use super::live::Live;
use super::rules::{BoardKey, Score};
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
