//! Whether invitations arrive. Servers are down for a while and people turn invitations off: the team
//! hears of it once for a person and a reason, not for each room, and again when it is over.
use super::rules::{self, RoomKey};
use super::store::reach::Hindered;
use super::{render, store};
use crate::platform::access::Manager;
use crate::platform::refusal::Fault;
use crate::platform::work::{JobRow, Work};
use schema::card::ReachView;
use schema::status::Reach;
use serde::{Deserialize, Serialize};

/// A job about a person whom an invitation does not reach; its payload is a [`News`].
pub const JOB: &str = "room.reach";
/// For so long a silent server is nothing to tell.
const TELL_MS: i64 = 3_600_000;

#[derive(Debug, Serialize, Deserialize)]
struct News {
    user: String,
    /// What is new; absent when it is time to tell of a silence.
    reach: Option<Reach>,
    /// When it was so.
    at: i64,
}

/// The job by which one who is no worker says that an invitation was hindered.
#[must_use]
pub fn job(user: &str, reach: Reach, at: i64) -> JobRow {
    let news = News { user: user.to_owned(), reach: Some(reach), at };
    JobRow { key: format!("{JOB}:{user}:{reach}"), kind: JOB, payload: text(&news), run_at: at }
}

fn text(news: &News) -> String {
    serde_json::to_string(news).unwrap_or_default()
}

/// Runs a job of ours.
///
/// # Errors
/// When the database refuses, or the payload is not ours.
pub async fn run(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let news: News = serde_json::from_str(payload)
        .map_err(|error| Fault::Data(format!("a {JOB} job: {error}")))?;
    match news.reach {
        Some(Reach::Away) => away(work, &news.user, news.at).await,
        Some(reach) => hindered(work, &news.user, reach).await,
        None => still_away(work, &news.user, news.at).await,
    }
}

/// A person's server does not answer. It may be back soon: the team hears of it after a while.
///
/// # Errors
/// When the database refuses.
pub async fn away(work: &mut Work<'_>, user: &str, at: i64) -> Result<(), Fault> {
    let before = store::reach::get(work.tx, user).await?;
    if before.is_some_and(|before| before.reach == Reach::Away) {
        return Ok(());
    }
    let now = Hindered { reach: Reach::Away, since_at: at, told_at: None };
    store::reach::set(work.tx, user, now).await?;
    let news = News { user: user.to_owned(), reach: None, at };
    work.job(JOB, format!("{JOB}:{user}:{at}"), text(&news), at + TELL_MS);
    Ok(())
}

async fn still_away(work: &mut Work<'_>, user: &str, since: i64) -> Result<(), Fault> {
    let Some(now) = store::reach::get(work.tx, user).await? else { return Ok(()) };
    if now.reach != Reach::Away || now.since_at != since || now.told_at.is_some() {
        return Ok(());
    }
    tell(work, user, now).await
}

/// A clear no to an invitation.
///
/// # Errors
/// When the database refuses.
pub async fn refused(work: &mut Work<'_>, user: &str, why: &str) -> Result<(), Fault> {
    let given_up = why == crate::platform::outbox::run::GIVEN_UP;
    let reach = if given_up { Reach::GivenUp } else { rules::hindrance(why) };
    hindered(work, user, reach).await
}

async fn hindered(work: &mut Work<'_>, user: &str, reach: Reach) -> Result<(), Fault> {
    let before = store::reach::get(work.tx, user).await?;
    if before.is_some_and(|before| before.reach == reach) {
        return Ok(());
    }
    tell(work, user, Hindered { reach, since_at: work.now, told_at: None }).await
}

async fn tell(work: &mut Work<'_>, user: &str, now: Hindered) -> Result<(), Fault> {
    let now = Hindered { told_at: Some(work.now), ..now };
    store::reach::set(work.tx, user, now).await?;
    work.audit("invite.hindered", user, now.reach.as_str());
    let (version, prefix) = (&work.program.room_version, &work.program.prefix);
    let message = render::hindered(user, (now.reach, now.since_at), version, (prefix, work.now));
    work.send(&RoomKey::Control.to_string(), &message);
    Ok(())
}

/// An invitation has arrived, or the person is in.
///
/// # Errors
/// When the database refuses.
pub async fn arrived(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    let Some(before) = store::reach::get(work.tx, user).await? else { return Ok(()) };
    store::reach::clear(work.tx, user).await?;
    if before.told_at.is_some() {
        work.audit("invite.arrived", user, before.reach.as_str());
        let message = render::arrived(user, before.reach, work.now);
        work.send(&RoomKey::Control.to_string(), &message);
    }
    Ok(())
}

/// Whether a person is in the Space, or what keeps them out.
///
/// # Errors
/// When the database refuses.
pub async fn of(work: &mut Work<'_>, user: &str) -> Result<Option<ReachView>, Fault> {
    let space = store::rooms(work.tx).await?.into_iter().find(|row| row.key == RoomKey::Space);
    let Some(space) = space else { return Ok(None) };
    let seen = store::members::get(work.tx, &space.room_id, user).await?;
    let membership = seen.as_ref().map(|seen| seen.membership.as_str());
    if membership == Some("join") {
        return Ok(Some(ReachView { reach: Reach::Joined, since: None }));
    }
    if let Some(row) = store::reach::get(work.tx, user).await? {
        return Ok(Some(ReachView { reach: row.reach, since: Some(row.since_at) }));
    }
    let reach = match membership {
        _ if store::reach::is_asked(work.tx, user).await? => Reach::Waiting,
        Some("invite") => Reach::Invited,
        Some("ban") => Reach::Banned,
        _ => Reach::Out,
    };
    Ok(Some(ReachView { reach, since: None }))
}

/// Asks a partner in again, whatever became of the invitation before.
///
/// # Errors
/// When the database refuses.
pub async fn again(work: &mut Work<'_>, _: &Manager, user: &str) -> Result<(), Fault> {
    store::reach::clear(work.tx, user).await?;
    work.audit("partner.invite", user, "");
    super::actions::let_in(work, user).await?;
    super::actions::want_direct(work, user).await
}
