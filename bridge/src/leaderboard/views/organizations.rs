//! Boards whose rows are organizations, and the board inside one of them.
use super::{board_ref, selected};
use crate::industries;
use crate::leaderboard::actions::organizations as actions;
use crate::leaderboard::render::View;
use crate::leaderboard::rules::{Board, BoardKey, Standing, movement};
use crate::leaderboard::store;
use crate::ledger;
use crate::organizations::store::members;
use crate::platform::access::PartnerRow;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::card::{OwnStanding, Selection};
use schema::ids::PartnerId;
use schema::state::{LeaderboardState, SCOPE_ORGANIZATIONS, StandingRow};
use schema::status::{Enrollment, Visibility};
use std::collections::{HashMap, HashSet};

/// All rows of a board.
async fn rows(work: &mut Work<'_>, key: &BoardKey) -> Result<Vec<StandingRow>, Fault> {
    actions::caught_up(work).await?;
    let before = store::organizations::baseline(work.tx, &key.to_string()).await?;
    let before: HashMap<String, u32> = before.into_iter().collect();
    let row = |(rank, place): (u32, store::organizations::Place)| {
        let old = before.get(&place.slug).copied();
        StandingRow {
            rank,
            user_id: None,
            score: place.score,
            moved: movement(old, rank),
            new: !before.is_empty() && old.is_none(),
            partner: place.slug,
            name: place.name,
        }
    };
    Ok(actions::board(work, key).await?.into_iter().map(row).collect())
}

/// A board's first rows.
///
/// # Errors
/// When the database refuses.
pub async fn view(work: &mut Work<'_>, key: &BoardKey, rows_max: usize) -> Result<View, Fault> {
    let rows = rows(work, key).await?;
    framed(work, key, rows, rows_max).await
}

/// The same, with where an organization stands.
///
/// # Errors
/// When the database refuses.
pub async fn with_own(
    work: &mut Work<'_>,
    key: &BoardKey,
    (slug, rows_max): (&str, usize),
) -> Result<(View, OwnStanding), Fault> {
    let rows = rows(work, key).await?;
    let own = rows.iter().find(|row| row.partner == slug);
    let you = OwnStanding {
        score: own.map_or(0, |row| row.score),
        rank: own.map(|row| row.rank),
        of: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        percentile: None,
        moved: own.and_then(|row| row.moved),
        visibility: Visibility::Public,
    };
    Ok((framed(work, key, rows, rows_max).await?, you))
}

async fn framed(
    work: &mut Work<'_>,
    key: &BoardKey,
    mut rows: Vec<StandingRow>,
    rows_max: usize,
) -> Result<View, Fault> {
    let participants = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    rows.truncate(rows_max);
    let mut board = board_ref(work, key);
    SCOPE_ORGANIZATIONS.clone_into(&mut board.scope);
    let scope_name = match &key.industry {
        Some(slug) => industries::actions::name(work, slug).await?,
        None => None,
    };
    Ok(View {
        board,
        selection: None,
        reached: None,
        scope_name,
        currency: work.program.currency,
        standings: rows,
        participants,
        timezone: work.program.timezone.clone(),
        ledger_seq: ledger::actions::head(work).await?.seq,
        now: work.now,
    })
}

/// The room state of a board.
///
/// # Errors
/// When the database refuses.
pub async fn state(work: &mut Work<'_>, key: &BoardKey) -> Result<LeaderboardState, Fault> {
    let view = view(work, key, work.program.limits.standings_max).await?;
    super::content(work, view).await
}

/// The people of an organization now, by what they sold while they were of it, with where one of them
/// stands. Who is hidden is ranked for nobody here either.
///
/// # Errors
/// When the database refuses.
pub async fn team(
    work: &mut Work<'_>,
    key: &BoardKey,
    (slug, rows_max): (&str, usize),
    me: Option<PartnerId>,
) -> Result<(View, Option<Standing>), Fault> {
    let people = members::of_organization(work.tx, slug).await?;
    let people = people.into_iter().filter(|one| one.enrollment == Enrollment::Approved);
    let people: Vec<PartnerId> = people.map(|one| one.partner).collect();
    let scores = actions::inside(work, slug, &people, key).await?;
    let hidden: HashSet<PartnerId> = store::hidden(work.tx).await?.into_iter().collect();
    let mut board = Board::of(scores);
    for partner in people.iter().filter(|partner| hidden.contains(partner)) {
        board.set_hidden(*partner, true);
    }
    let public = board.public();
    let own = me.filter(|me| people.contains(me)).map(|me| board.standing_of(me, public));
    let view = selected::shown(work, key, (&board, Selection::Team), rows_max).await?;
    let name = crate::organizations::actions::name(work, slug).await?;
    Ok((View { scope_name: name, ..view }, own))
}

/// A member's place among their colleagues.
#[must_use]
pub fn own(me: &PartnerRow, own: Standing) -> OwnStanding {
    OwnStanding {
        score: own.score,
        rank: (own.score > 0).then_some(own.rank),
        of: own.of,
        percentile: None,
        moved: None,
        visibility: me.visibility,
    }
}
