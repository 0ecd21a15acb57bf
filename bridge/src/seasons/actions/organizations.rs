//! Organizations in a final result: frozen with it, shown from it. Their names are those of today.
use super::super::render::ROWS_ASKED;
use super::super::rules::{self, OrganizationBoard, Organizations, TOP_RANK, TOP_ROWS_MAX};
use super::super::store::organizations::{self as store, Place};
use super::super::store::{self as seasons, SeasonRow};
use super::{Prospect, ShownBoard};
use crate::leaderboard::actions::organizations as live;
use crate::leaderboard::finals;
use crate::leaderboard::rules::BoardKey;
use crate::leaderboard::views;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::card::OwnStanding;
use schema::period::Period;
use schema::state::{SCOPE_ORGANIZATIONS, StandingRow};
use schema::status::Visibility;

/// What a period's result says of organizations when it is frozen now.
///
/// # Errors
/// When the database refuses.
pub(super) async fn of(work: &mut Work<'_>, period: Period) -> Result<Organizations, Fault> {
    let memberships = live::caught_up(work).await?;
    if memberships.is_empty() {
        return Ok(Organizations::default());
    }
    let slugs = crate::industries::store::all(work.tx).await?.into_iter().map(|row| row.slug);
    let scopes: Vec<Option<String>> = std::iter::once(None).chain(slugs.map(Some)).collect();
    let mut boards = Vec::new();
    for scope in scopes {
        for metric in live::METRICS {
            let key = BoardKey::new(metric, period, scope.clone());
            let ends = finals::of_organizations(work, &key).await?;
            if !ends.is_empty() {
                boards.push(OrganizationBoard { key, ends });
            }
        }
    }
    Ok(Organizations { boards, unnamed: memberships.unnamed() })
}

/// # Errors
/// When the database refuses.
pub(super) async fn freeze(
    work: &mut Work<'_>,
    period: Period,
    organizations: &Organizations,
) -> Result<(), Fault> {
    for board in &organizations.boards {
        store::insert(work.tx, &board.key, &board.ends).await?;
    }
    let unnamed: Vec<_> = organizations.unnamed.iter().copied().collect();
    Ok(store::insert_unnamed(work.tx, period, &unnamed).await?)
}

/// The first places of a final board.
pub(super) async fn board(
    work: &mut Work<'_>,
    key: &BoardKey,
    rows_max: usize,
) -> Result<ShownBoard, Fault> {
    let ends = store::ends(work.tx, key, rows_max).await?;
    let participants = store::participants(work.tx, key).await?;
    framed(work, key, (ends, participants)).await
}

async fn framed(
    work: &mut Work<'_>,
    key: &BoardKey,
    (ends, participants): (Vec<Place>, i64),
) -> Result<ShownBoard, Fault> {
    let mut board = views::board_ref(work, key);
    SCOPE_ORGANIZATIONS.clone_into(&mut board.scope);
    let row = |place: Place| StandingRow {
        rank: place.rank,
        partner: place.slug,
        user_id: None,
        name: place.name,
        score: place.score,
        moved: None,
        new: false,
    };
    Ok(ShownBoard {
        board,
        scope_name: views::scope_name(work, key).await?,
        currency: work.program.currency,
        standings: ends.into_iter().map(row).collect(),
        participants,
    })
}

/// Those of the program's boards who are congratulated.
///
/// # Errors
/// When the database refuses.
pub(super) async fn tops(work: &mut Work<'_>, period: Period) -> Result<Vec<ShownBoard>, Fault> {
    let mut boards = Vec::new();
    for metric in live::METRICS {
        let key = BoardKey::new(metric, period, None);
        let shown = board(work, &key, TOP_ROWS_MAX).await?.highest();
        if !shown.standings.is_empty() {
            boards.push(shown);
        }
    }
    Ok(boards)
}

/// The same as they will be.
///
/// # Errors
/// When the database refuses.
pub async fn foreseen(work: &mut Work<'_>, prospect: &Prospect) -> Result<Vec<ShownBoard>, Fault> {
    let mut shown = Vec::new();
    let own = prospect.organizations.boards.iter().filter(|board| board.key.industry.is_none());
    for board in own {
        let mut places = Vec::new();
        let high = board.ranked().filter(|(rank, _)| *rank <= TOP_RANK).take(TOP_ROWS_MAX);
        for (rank, end) in high {
            let name = crate::organizations::actions::name(work, &end.slug).await?;
            let slug = end.slug.clone();
            let name = name.unwrap_or_else(|| slug.clone());
            places.push(Place { slug, name, rank, score: end.score });
        }
        let participants = i64::try_from(board.ranked().count()).unwrap_or(i64::MAX);
        shown.push(framed(work, &board.key, (places, participants)).await?);
    }
    shown.retain(|board| !board.standings.is_empty());
    Ok(shown)
}

/// A board of a closed period, with an organization's own place.
///
/// # Errors
/// A refusal when it is not closed.
pub async fn asked(
    work: &mut Work<'_>,
    key: &BoardKey,
    own: Option<&str>,
) -> Result<(SeasonRow, ShownBoard, Option<OwnStanding>), Stop> {
    let season = seasons::by_period(work.tx, key.period).await?;
    let season = season.ok_or_else(|| rules::not_closed(key.period))?;
    let shown = board(work, key, ROWS_ASKED).await?;
    let own = match own {
        Some(slug) => store::own(work.tx, key, slug).await?,
        None => None,
    };
    let you = own.map(|place| shown.own(place.score, Some(place.rank), Visibility::Public));
    Ok((season, shown, you))
}
