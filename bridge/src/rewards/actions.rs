//! Promising rewards, giving them at the close of a period, noting that they were handed over, taking them
//! back.
use super::render;
use super::rules::{self, Part, Place};
use super::store::{self, Earned, RewardRow, Which};
use crate::ledger;
use crate::ledger::rules::{EntryBody, Points, PointsBack};
use crate::platform::access::{Manager, PartnerRow, store as people};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::seasons::rules::Board;
use schema::ids::{PartnerId, RewardNumber};
use schema::period::Period;
use schema::status::Enrollment;

pub use super::store::Won;

/// Rewards of one period, and of one partner, that are shown.
const SHOWN_MAX: i64 = 100;

/// What a partner will get when a period is closed.
#[derive(Debug, Clone)]
pub struct Award {
    pub reward: RewardRow,
    pub part: Part,
    pub partner: PartnerRow,
}

/// Promises a reward; `n` is found here.
///
/// # Errors
/// A refusal when one of this title can be won already, or there are too many.
pub async fn add(
    work: &mut Work<'_>,
    manager: &Manager,
    reward: RewardRow,
) -> Result<RewardRow, Stop> {
    let live = store::all(work.tx, false).await?;
    let key = rules::key(&reward.title);
    if live.iter().any(|other| rules::key(&other.title) == key) {
        let sentence = "A reward of this title can be won already; end it first.";
        let end = format!("reward end {}", reward.title);
        return Err(Refusal::new(Code::Dup, sentence).example(end).into());
    }
    if live.len() >= rules::REWARDS_MAX {
        let sentence = format!("At most {} rewards can be won at a time.", rules::REWARDS_MAX);
        return Err(Refusal::new(Code::Long, sentence).example("reward list").into());
    }
    let n = store::last_number(work.tx).await? + 1;
    let reward = RewardRow { n, ..reward };
    let cause = work.cause.id.clone();
    store::insert(work.tx, &reward, (&key, manager.user_id(), &cause), work.now).await?;
    work.audit("reward.add", &reward.title, &render::noted_as(&reward));
    Ok(reward)
}

/// Periods that are over by now still earn it.
///
/// # Errors
/// A refusal when none of this title can be won.
pub async fn end(work: &mut Work<'_>, manager: &Manager, title: &str) -> Result<RewardRow, Stop> {
    let key = rules::key(&rules::title(title)?);
    let live = store::all(work.tx, false).await?;
    let found = live.into_iter().find(|reward| rules::key(&reward.title) == key);
    let reward = found.ok_or_else(rules::none_of_this_title)?;
    store::end(work.tx, reward.n, manager.user_id(), work.now).await?;
    work.audit("reward.end", &reward.title, "");
    Ok(RewardRow { ended_at: Some(work.now), ..reward })
}

/// Who will get what of the rewards that are for a period, which ends at `to`.
///
/// # Errors
/// When the database refuses.
pub async fn due(
    work: &mut Work<'_>,
    (period, to): (Period, i64),
    boards: &[Board],
) -> Result<Vec<Award>, Fault> {
    let mut awards = Vec::new();
    for reward in store::all(work.tx, true).await? {
        let from_at = work.program.calendar.start_of(reward.from);
        if reward.kind != period.kind() || !rules::is_for(to, (from_at, reward.ended_at)) {
            continue;
        }
        let same = |board: &&Board| {
            board.key.metric == reward.metric && board.key.industry == reward.industry
        };
        let Some(board) = boards.iter().find(same) else { continue };
        let people = high(work, board, reward.gives.ranks.1).await?;
        let places: Vec<Place> = people.iter().map(|(place, _)| *place).collect();
        for part in rules::parts(&reward.gives, &places) {
            let partner = people.iter().find(|(place, _)| place.partner == part.partner);
            let Some((_, partner)) = partner else { continue };
            awards.push(Award { reward: reward.clone(), part, partner: partner.clone() });
        }
    }
    Ok(awards)
}

/// Those ranked up to a rank, with their rows.
async fn high(
    work: &mut Work<'_>,
    board: &Board,
    last: u32,
) -> Result<Vec<(Place, PartnerRow)>, Fault> {
    let mut found = Vec::new();
    for end in &board.ends {
        let Some(rank) = end.rank.filter(|rank| *rank <= last) else { break };
        let row = people::partner_by_id(work.tx, &end.partner.to_string()).await?;
        let row = row.ok_or_else(|| Fault::Data(format!("{} has no row", end.partner)))?;
        let may_win = row.enrollment == Enrollment::Approved;
        found.push((Place { partner: end.partner, rank, may_win }, row));
    }
    Ok(found)
}

/// Writes what was earned, gives its points, and tells each winner.
///
/// # Errors
/// When the database refuses.
pub async fn earn(work: &mut Work<'_>, period: Period, awards: Vec<Award>) -> Result<(), Fault> {
    let mut last = store::last_earned(work.tx).await?;
    for Award { reward, part, .. } in awards {
        last += 1;
        let number = RewardNumber(last);
        let entry_seq = match part.points {
            Some(points) => Some(give(work, number, (part.partner, points)).await?),
            None => None,
        };
        let earned = Earned {
            number,
            reward: reward.n,
            period,
            partner: part.partner,
            rank: part.rank,
            minor: part.minor,
            points: part.points,
            entry_seq,
            at: work.now,
        };
        store::earn(work.tx, &earned).await?;
        let won = store::won_by(work.tx, Which::Number(number), 1).await?;
        let won =
            won.into_iter().next().ok_or_else(|| Fault::Bug(format!("{number} is not there")))?;
        work.direct(&won.user, &render::earned(&won));
    }
    Ok(())
}

async fn give(
    work: &mut Work<'_>,
    number: RewardNumber,
    (partner, points): (PartnerId, i64),
) -> Result<i64, Fault> {
    let body = EntryBody::PointsGiven(Points { partner, points, reason: "reward".to_owned() });
    let posted = ledger::actions::post(work, "reward.earned", &number.to_string(), &body).await?;
    Ok(posted.seq)
}

/// Notes how a reward was handed over, once; its winner hears of it.
///
/// # Errors
/// A refusal when nobody earned it, or nothing is left to hand over.
pub async fn fulfil(
    work: &mut Work<'_>,
    manager: &Manager,
    number: RewardNumber,
    note: &str,
) -> Result<Won, Stop> {
    let won = known(work, number).await?;
    rules::fulfillable(&won.number, won.note.is_some(), won.revoked.is_some())?;
    if !won.is_open() {
        let sentence = format!("{number} is points alone, which the partner has.");
        return Err(Refusal::new(Code::Dup, sentence).example("reward list").into());
    }
    store::fulfil(work.tx, number, (manager.user_id(), note), work.now).await?;
    work.audit("reward.fulfil", &number.to_string(), note);
    let won = known(work, number).await?;
    if !won.has_left {
        work.direct(&won.user, &render::fulfilled(&won));
    }
    Ok(won)
}

/// One that could be taken back: asked before the confirmation is.
///
/// # Errors
/// A refusal when nobody earned it, or nothing is left to take back.
pub async fn revocable(work: &mut Work<'_>, number: RewardNumber) -> Result<Won, Stop> {
    let won = known(work, number).await?;
    rules::revocable(&won.number, won.revoked.is_some(), won.is_open() || won.points.is_some())?;
    Ok(won)
}

/// Takes a reward back, for a reason that its winner hears: what it gave in points goes by an entry that
/// cites the one that gave them, and what was not handed over yet is not owed any more.
///
/// # Errors
/// As [`revocable`].
pub async fn revoke(
    work: &mut Work<'_>,
    manager: &Manager,
    number: RewardNumber,
    reason: &str,
) -> Result<Won, Stop> {
    let won = revocable(work, number).await?;
    let entry_seq = match won.points.zip(won.entry_seq) {
        Some((points, seq)) => Some(take(work, number, (won.partner, points), seq).await?),
        None => None,
    };
    let cause = work.cause.id.clone();
    let said = (manager.user_id(), reason, cause.as_str());
    store::revoke(work.tx, (number, entry_seq), said, work.now).await?;
    work.audit("reward.revoke", &number.to_string(), reason);
    let won = known(work, number).await?;
    if !won.has_left {
        work.direct(&won.user, &render::revoked(&won));
    }
    Ok(won)
}

async fn take(
    work: &mut Work<'_>,
    number: RewardNumber,
    (partner, points): (PartnerId, i64),
    reverses: i64,
) -> Result<i64, Fault> {
    let points = Points { partner, points: points.saturating_neg(), reason: "reward".to_owned() };
    let body = EntryBody::PointsTaken(PointsBack { reverses, points });
    let posted = ledger::actions::post(work, "reward.revoked", &number.to_string(), &body).await?;
    Ok(posted.seq)
}

async fn known(work: &mut Work<'_>, number: RewardNumber) -> Result<Won, Stop> {
    let won = store::won_by(work.tx, Which::Number(number), 1).await?;
    won.into_iter().next().ok_or_else(|| rules::none_of_this_number().into())
}

/// # Errors
/// When the database refuses.
pub async fn of_period(work: &mut Work<'_>, period: Period) -> Result<Vec<Won>, Fault> {
    Ok(store::won_by(work.tx, Which::Period(period), SHOWN_MAX).await?)
}

/// What can be won, and which of what was earned the asking one may read here.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    work: &mut Work<'_>,
    which: Option<Which>,
) -> Result<(Vec<RewardRow>, Vec<Won>), Fault> {
    let rewards = store::all(work.tx, false).await?;
    let won = match which {
        Some(which) => store::won_by(work.tx, which, SHOWN_MAX).await?,
        None => Vec::new(),
    };
    Ok((rewards, won))
}

/// A partner's points.
///
/// # Errors
/// When the database refuses.
pub async fn points(work: &mut Work<'_>, partner: PartnerId) -> Result<i64, Fault> {
    ledger::actions::points_of(work, partner).await
}
