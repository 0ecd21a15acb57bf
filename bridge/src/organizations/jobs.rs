//! What organizations owe at a time: the end of an invitation that nobody answers, and the first words of
//! their rooms.
use super::actions::{invitations, room, servers};
use super::rules::INVITATION_DAYS;
use super::store::invitations::InvitedRow;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const LAPSE: &str = "team.lapse";
const ABOUT: &str = "team.about";
const DAY_MS: i64 = 86_400_000;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match (job.kind.as_str(), job.payload.split_once(' ')) {
        (LAPSE, Some((id, slug))) => invitations::lapse(work, id, slug).await,
        (ABOUT, _) => room::about(work, &job.payload).await,
        (servers::LOOKED, _) => servers::looked(work, &job.payload).await,
        (other, _) => Err(Fault::Bug(format!("no job of organizations is called {other}"))),
    }
}

/// Ends an invitation that stays without an answer.
pub fn lapse_later(work: &mut Work<'_>, row: &InvitedRow) {
    let at = row.invited_at + INVITATION_DAYS * DAY_MS;
    let payload = format!("{} {}", row.id, row.organization);
    work.job(LAPSE, format!("{LAPSE}:{}", row.id), payload, at);
}

/// To be asked for at every start: the words may be those of an older program.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    room::about_all(work).await
}

/// What the room's first message says may be otherwise now.
pub fn about_soon(work: &mut Work<'_>, slug: &str) {
    let now = work.now;
    work.job(ABOUT, format!("{ABOUT}:{slug}"), slug.to_owned(), now);
}
