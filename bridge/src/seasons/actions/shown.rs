//! Closed periods as they are shown: ranks and scores from the final result, names by what others may
//! read of a partner today.
use super::super::jobs;
use super::super::render::{self, ROWS_ASKED};
use super::super::rules::{self, HALL, TOP_RANK, TOP_ROWS_MAX};
use super::super::store::{self, SeasonRow};
use super::{Prospect, organizations};
use crate::leaderboard::finals::End;
use crate::leaderboard::rules::{ANONYMOUS_FROM, BoardKey, Row};
use crate::leaderboard::views;
use crate::platform::access::{PartnerRow, store as people};
use crate::platform::pins;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::{Work, state_hash};
use crate::rewards::actions::{self as rewards, Won};
use schema::card::{BoardRef, OwnStanding};
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::money::Currency;
use schema::period::{Period, PeriodKind};
use schema::state::{SCOPE_ORGANIZATIONS, StandingRow};
use schema::status::Visibility;
use serde_json::json;

/// Closed periods of each kind in a list.
const LISTED_MAX: usize = 12;
const ROOM: &str = "leaderboard";
const SLOT: &str = "hall";

/// A final board with names.
#[derive(Debug, Clone)]
pub struct ShownBoard {
    pub board: BoardRef,
    pub scope_name: Option<String>,
    pub currency: Currency,
    pub standings: Vec<StandingRow>,
    pub participants: i64,
}

impl ShownBoard {
    /// Whether the rows are organizations.
    #[must_use]
    pub fn is_of_organizations(&self) -> bool {
        self.board.scope == SCOPE_ORGANIZATIONS
    }

    /// Only those who are congratulated.
    pub(super) fn highest(mut self) -> Self {
        self.standings.retain(|row| row.rank <= TOP_RANK);
        self
    }

    /// The place of who asks.
    pub(super) fn own(&self, score: i64, rank: Option<u32>, visibility: Visibility) -> OwnStanding {
        let of = u32::try_from(self.participants).unwrap_or(u32::MAX);
        OwnStanding { score, rank, of, percentile: None, moved: None, visibility }
    }
}

/// A closed period: the first places of the program's boards, and who has won what.
#[derive(Debug, Clone)]
pub struct Closed {
    pub season: SeasonRow,
    pub boards: Vec<ShownBoard>,
    pub organizations: Vec<ShownBoard>,
    pub won: Vec<Won>,
}

/// A closed period in a list: the first places of the board that counts most there.
#[derive(Debug, Clone)]
pub struct Asked {
    pub season: SeasonRow,
    pub board: ShownBoard,
    /// The same of its organizations, where any stand there.
    pub organizations: Option<ShownBoard>,
}

/// # Errors
/// When the database refuses.
pub async fn closed(work: &mut Work<'_>, season: &SeasonRow) -> Result<Closed, Fault> {
    let mut boards = Vec::new();
    for metric in Metric::ALL {
        let board = top(work, &BoardKey::new(*metric, season.period, None)).await?;
        if !board.standings.is_empty() {
            boards.push(board);
        }
    }
    let mut won = Vec::new();
    for one in rewards::of_period(work, season.period).await? {
        let key = BoardKey::new(one.metric, season.period, one.industry.clone());
        if one.is_named() || !is_among_few(store::participants(work.tx, &key).await?) {
            won.push(one);
        }
    }
    let organizations = organizations::tops(work, season.period).await?;
    Ok(Closed { season: season.clone(), boards, organizations, won })
}

/// Whether a row without a name would tell whose it is.
fn is_among_few(participants: i64) -> bool {
    participants < i64::from(ANONYMOUS_FROM)
}

/// Those who are congratulated.
async fn top(work: &mut Work<'_>, key: &BoardKey) -> Result<ShownBoard, Fault> {
    Ok(board(work, key, TOP_ROWS_MAX).await?.highest())
}

pub(super) async fn board(
    work: &mut Work<'_>,
    key: &BoardKey,
    rows_max: usize,
) -> Result<ShownBoard, Fault> {
    let ends = store::ends(work.tx, key, rows_max).await?;
    let participants = store::participants(work.tx, key).await?;
    Ok(ShownBoard {
        board: views::board_ref(work, key),
        scope_name: views::scope_name(work, key).await?,
        currency: work.program.currency,
        standings: named(work, &ends, participants).await?,
        participants,
    })
}

/// The first places of the program's boards as they will be.
///
/// # Errors
/// When the database refuses.
pub async fn foreseen(work: &mut Work<'_>, prospect: &Prospect) -> Result<Vec<ShownBoard>, Fault> {
    let mut shown = Vec::new();
    for own in prospect.boards.iter().filter(|board| board.key.industry.is_none()) {
        let ends: Vec<End> = own.top().copied().collect();
        shown.push(ShownBoard {
            board: views::board_ref(work, &own.key),
            scope_name: None,
            currency: work.program.currency,
            standings: named(work, &ends, own.participants()).await?,
            participants: own.participants(),
        });
    }
    Ok(shown)
}

/// Rows with the names that others may read; a row without one is left out among few.
async fn named(
    work: &mut Work<'_>,
    ends: &[End],
    participants: i64,
) -> Result<Vec<StandingRow>, Fault> {
    let mut rows = Vec::with_capacity(ends.len());
    for end in ends {
        let Some(rank) = end.rank else { continue };
        let partner = partner(work, end.partner).await?;
        if partner.visibility != Visibility::Public && is_among_few(participants) {
            continue;
        }
        let row = Row { rank, partner: end.partner, score: end.score.score };
        rows.push(views::standing(&partner, row, None, false));
    }
    Ok(rows)
}

async fn partner(work: &mut Work<'_>, id: PartnerId) -> Result<PartnerRow, Fault> {
    let row = people::partner_by_id(work.tx, &id.to_string()).await?;
    row.ok_or_else(|| Fault::Data(format!("partner {id} has a final place and no row")))
}

/// One board of a closed period, with the asking partner's own place.
///
/// # Errors
/// A refusal when it is not closed.
pub async fn asked(
    work: &mut Work<'_>,
    key: &BoardKey,
    me: Option<&PartnerRow>,
) -> Result<(SeasonRow, ShownBoard, Option<OwnStanding>), Stop> {
    let season = store::by_period(work.tx, key.period).await?;
    let season = season.ok_or_else(|| rules::not_closed(key.period))?;
    let shown = board(work, key, ROWS_ASKED).await?;
    let own = match me {
        Some(me) => store::own(work.tx, key, me.id).await?.map(|end| (me, end)),
        None => None,
    };
    let you = own.map(|(me, end)| shown.own(end.score.score, end.rank, me.visibility));
    Ok((season, shown, you))
}

/// The newest closed periods of a kind, each with the first places of the first board that anybody
/// stands on.
async fn newest(work: &mut Work<'_>, kind: PeriodKind, limit: usize) -> Result<Vec<Asked>, Fault> {
    let mut found = Vec::new();
    for season in store::newest(work.tx, kind, limit).await? {
        for metric in Metric::ALL {
            let board = top(work, &BoardKey::new(*metric, season.period, None)).await?;
            if !board.standings.is_empty() {
                let tops = organizations::tops(work, season.period).await?;
                found.push(Asked { season, board, organizations: tops.into_iter().next() });
                break;
            }
        }
    }
    Ok(found)
}

/// The newest closed periods of all kinds, the newest end first, and how many there are.
///
/// # Errors
/// When the database refuses.
pub async fn list(work: &mut Work<'_>) -> Result<(Vec<Asked>, i64), Fault> {
    let mut all = Vec::new();
    for (kind, _) in HALL {
        all.extend(newest(work, kind, LISTED_MAX).await?);
    }
    all.sort_by_key(|asked| std::cmp::Reverse((asked.season.to, asked.season.from)));
    let count = store::count(work.tx).await?;
    Ok((all, count))
}

/// Months, quarters and years that became ready after an instant, are not closed, and on whose boards
/// anybody stands.
///
/// # Errors
/// When the database refuses.
pub async fn closable(work: &mut Work<'_>, after: i64) -> Result<Vec<Period>, Fault> {
    let mut open = Vec::new();
    for period in rules::became_ready(&work.program.calendar, after, work.now) {
        if store::by_period(work.tx, period).await?.is_some() {
            continue;
        }
        for metric in Metric::ALL {
            if store::is_played(work.tx, &BoardKey::new(*metric, period, None)).await? {
                open.push(period);
                break;
            }
        }
    }
    Ok(open)
}

/// Brings the pinned hall of fame up to date.
///
/// # Errors
/// When the database refuses.
pub async fn hall(work: &mut Work<'_>) -> Result<Option<i64>, Fault> {
    let mut all = Vec::new();
    for (kind, limit) in HALL {
        all.extend(newest(work, kind, limit).await?);
    }
    if all.is_empty() {
        return Ok(None);
    }
    if let Some(until) = pins::resting(work, ROOM, SLOT).await? {
        return Ok(Some(until));
    }
    let message = render::hall(&all);
    let hash = state_hash(&json!([message.content_string()]));
    let shown = pins::Shown { message, hash, is_empty: false };
    pins::show(work, ROOM, SLOT, &shown).await?;
    Ok(None)
}

/// Names of partners, or what others may read of them, have changed.
pub fn people_changed(work: &mut Work<'_>) {
    jobs::hall(work);
}
