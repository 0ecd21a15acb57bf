//! The data beside the words.
use super::super::actions::{Asked, Closed, ShownBoard};
use super::super::store::SeasonRow;
use crate::platform::text::CARD_BYTES_MAX;
use crate::rewards::render::{Reader, won};
use schema::card::{
    Board, Card, Envelope, FinalBoard, HallOfFame, OwnStanding, Season, SeasonView, Seasons,
};
use schema::period::Period;

/// Of a card, what stands beside its list.
const REST_BYTES: usize = 1_024;
/// Rewards in a card.
const WON_MAX: usize = 30;

fn sealed(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

fn final_board(board: &ShownBoard) -> FinalBoard {
    FinalBoard {
        board: board.board.clone(),
        standings: board.standings.clone(),
        participants: board.participants,
        is_final: true,
    }
}

pub(super) fn season(closed: &Closed) -> Envelope {
    let season = &closed.season;
    sealed(Season {
        period: season.period,
        period_kind: season.period.kind(),
        from: season.from,
        to: season.to,
        timezone: season.timezone.clone(),
        is_final: true,
        boards: closed.boards.iter().chain(&closed.organizations).map(final_board).collect(),
        count: season.count(),
        rewards: closed.won.iter().take(WON_MAX).map(|one| won(one, Reader::All)).collect(),
        closed_at: season.closed_at,
        ledger_seq: season.ledger_seq,
        ledger_hash: season.ledger_hash.clone(),
        hash: season.hash.clone(),
    })
}

pub(super) fn board(season: &SeasonRow, board: &ShownBoard, you: Option<OwnStanding>) -> Envelope {
    sealed(Board {
        board: board.board.clone(),
        selection: None,
        reached: None,
        timezone: season.timezone.clone(),
        standings: board.standings.clone(),
        participants: board.participants,
        is_final: true,
        you,
        ledger_seq: season.ledger_seq,
        updated_at: season.closed_at,
    })
}

/// As many of the newest as fit.
fn views(seasons: &[Asked]) -> Vec<SeasonView> {
    let mut bytes = REST_BYTES;
    let views = seasons.iter().map(|asked| SeasonView {
        period: asked.season.period,
        period_kind: asked.season.period.kind(),
        closed_at: asked.season.closed_at,
        metric: asked.board.board.metric,
        standings: asked.board.standings.clone(),
        organizations: asked
            .organizations
            .as_ref()
            .map(|board| board.standings.clone())
            .unwrap_or_default(),
        hash: asked.season.hash.clone(),
    });
    let fits = |view: &SeasonView| {
        bytes += serde_json::to_string(view).map_or(usize::MAX, |text| text.len() + 1);
        bytes <= CARD_BYTES_MAX
    };
    views.take_while(fits).collect()
}

pub(super) fn hall(seasons: &[Asked]) -> Envelope {
    sealed(HallOfFame { seasons: views(seasons) })
}

pub(super) fn list(seasons: &[Asked], count: i64, closable: &[Period]) -> Envelope {
    sealed(Seasons { seasons: views(seasons), count, closable: closable.to_vec() })
}
