//! The only place that knows every capability: it turns an input into a call of one of them.
mod ahead;
mod arms;
mod asked;
mod backlog;
mod commands;
mod edits;
mod grammars;
mod quoted;
mod reactions;
mod say;
mod slow;
mod stories;
mod talk;
mod threads;
mod withheld;

pub use ahead::{look_ahead, look_back};
pub use backlog::older;
pub use grammars::{Control, Partner};
pub use say::{tell_parked, tell_poison};

use crate::platform::access::{self, Caller, Place};
use crate::platform::inbox::Event;
use crate::platform::inbox::late::LATE_MS_MIN;
use crate::platform::inbox::proof::{Found, Need};
use crate::platform::inbox::store::Waiting;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::{
    badges, commission, deals, digests, extracts, goals, insights, leaderboard, ledger, mentorship,
    operations, partners, playbooks, questions, rooms, sales, seasons, servers, wins,
};
use serde::Deserialize;
use std::borrow::Cow;

/// One event, as the worker hands it over.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub event: &'a Event,
    /// Found by the gap filler: nobody answered it when it was said.
    pub late: bool,
    /// Of another homeserver's person.
    pub foreign: bool,
    /// The homeserver was asked about the sender and the event, and what it told beside.
    pub found: Option<&'a Found>,
    /// The running time, where the work's own is the time of receipt.
    pub at: i64,
    pub received_at: i64,
}

impl Input<'_> {
    /// What was said before and this input is about, oldest first.
    #[must_use]
    pub fn quoted(&self) -> &[Event] {
        self.found.map_or(&[], |found| &found.quoted)
    }

    /// How long ago it was said, where nobody heard it then: what the gap filler found, and what was
    /// pushed long after it was said, because a server was down or cut off.
    fn late_ms(&self) -> Option<i64> {
        if self.late {
            let said_at = self.event.ts();
            return (said_at > 0).then(|| (self.at - said_at).max(0));
        }
        Some(self.event.lag(self.received_at, self.foreign)).filter(|lag| *lag >= LATE_MS_MIN)
    }

    /// The days since it was said, where they are too many for it to be run.
    fn too_late_days(&self, days_max: i64) -> Option<i64> {
        let late_ms = self.late_ms()?;
        (late_ms > days_max.saturating_mul(DAY_MS)).then_some(late_ms / DAY_MS)
    }
}

const DAY_MS: i64 = 86_400_000;

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    state_key: Option<Cow<'a, str>>,
}

/// What must be asked of the homeserver before an input may run.
///
/// # Errors
/// When the database refuses.
pub async fn need(work: &mut Work<'_>, row: &Waiting) -> Result<Need, Fault> {
    let kind = std::str::from_utf8(&row.raw)
        .ok()
        .and_then(|text| serde_json::from_str::<Kind<'_>>(text).ok());
    if row.sender == work.program.bot {
        return Ok(Need::default());
    }
    let remote = !work.program.is_local(&row.sender);
    let said = kind.as_ref().is_some_and(|kind| {
        matches!(&*kind.kind, "m.room.message" | "m.reaction" | "m.room.redaction")
    });
    if !said {
        // A server can fork a room's past and have its people join there again, whom nobody sees.
        let member = kind.is_some_and(|kind| {
            let of_us = kind.state_key.as_deref() == Some(work.program.bot.as_str());
            kind.kind == "m.room.member" && !of_us
        });
        let visibility = member && remote && !row.late;
        return Ok(Need { visibility, ..Need::default() });
    }
    let joined = rooms::actions::is_joined(work, &row.room_id, &row.sender).await?;
    let quoted = quoted::wanted(work, row).await?;
    Ok(Need { membership: joined != Some(true), visibility: remote && !row.late, quoted })
}

/// Runs one event; the word says how it ended.
///
/// # Errors
/// A fault of ours; the input is tried again.
pub async fn handle(work: &mut Work<'_>, input: &Input<'_>) -> Result<&'static str, Fault> {
    let event = input.event;
    if input.found.is_some() && event.kind != "m.room.member" {
        rooms::actions::learned(work, &event.room_id, &event.sender).await?;
    }
    if work.program.is_ours(&event.sender) && event.kind != "m.room.member" {
        return Ok("own");
    }
    if event.kind != "m.room.message" {
        work.settle().await?;
    }
    match event.kind.as_str() {
        "m.room.message" if event.state_key.is_none() => commands::message(work, input).await,
        "m.reaction" if event.state_key.is_none() => reactions::handle(work, input).await,
        "m.room.redaction" if event.state_key.is_none() => edits::redacted(work, input).await,
        // Said and state at once is neither.
        "m.room.message" | "m.reaction" | "m.room.redaction" => Ok("ignored"),
        "m.room.member" if event.state_key.is_some() => {
            rooms::actions::member_changed(work, event, input.late).await?;
            if let Some(user) = event.state_key.as_deref() {
                partners::actions::name_learned(work, user).await?;
            }
            talk::greet(work, event).await?;
            Ok("member")
        }
        "m.room.encrypted" => say::cannot_read(work, event).await,
        _ if event.state_key.is_some() => {
            rooms::inputs::foreign_state(work, event).await?;
            Ok("state")
        }
        _ => Ok("ignored"),
    }
}

/// Runs a job that is due.
///
/// # Errors
/// A fault of ours; the job comes again.
pub async fn run_job(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    work.settle().await?;
    match job.kind.split('.').next() {
        Some("badge") => badges::jobs::run(work, job).await,
        Some("commission") => commission::jobs::run(work, job).await,
        Some("board") => leaderboard::jobs::run(work, job).await,
        Some("digest") => digests::jobs::run(work, job).await,
        Some("extract") => extracts::jobs::run(work, job).await,
        Some("deal") => deals::jobs::run(work, job).await,
        Some("goal") => goals::jobs::run(work, job).await,
        Some("mentor") => mentorship::jobs::run(work, job).await,
        Some("team" | "organization") => crate::organizations::jobs::run(work, job).await,
        Some("onboarding") => crate::onboarding::jobs::run(work, job).await,
        Some("question") => questions::jobs::run(work, job).await,
        Some("inbox") => operations::jobs::run(work, job).await,
        Some("insights") => insights::jobs::run(work, job).await,
        Some("ledger") => ledger::jobs::run(work, job).await,
        Some("season") => seasons::jobs::run(work, job).await,
        Some("server") => servers::jobs::run(work, job).await,
        Some("sale") => sales::jobs::run(work, job).await,
        Some("statement") => crate::statements::jobs::run(work, job).await,
        Some("story") => crate::stories::jobs::run(work, job).await,
        Some("terms") => crate::terms::jobs::run(work, job).await,
        Some("win") => wins::jobs::run(work, job).await,
        Some("playbook") => playbooks::jobs::run(work, job).await,
        Some("room") => rooms::actions::run_job(work, &job.kind, &job.payload).await,
        _ => Err(Fault::Bug(format!("no capability runs a job of kind {}", job.kind))),
    }
}

/// Who speaks, and where.
async fn caller(work: &mut Work<'_>, event: &Event) -> Result<Caller, Fault> {
    let place = rooms::actions::place_of(work, &event.room_id).await?;
    let person = access::person(work, &event.sender).await?;
    if place.is_direct() {
        work.cause.thread = None;
    }
    Ok(Caller { person, place })
}

/// Whether anything said in this place is for us.
fn is_kept(place: &Place) -> bool {
    *place != Place::Other
}

/// What must be owed from the first start on; asked for again at every start, and then the same.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    for owner in work.program.owners.clone() {
        rooms::actions::let_in(work, &owner).await?;
    }
    operations::jobs::start(work);
    insights::jobs::start(work);
    ledger::jobs::start(work);
    extracts::jobs::start(work);
    playbooks::jobs::start(work);
    questions::jobs::start(work);
    digests::jobs::start(work).await?;
    goals::jobs::start(work).await?;
    badges::jobs::start(work).await?;
    seasons::jobs::start(work);
    crate::organizations::jobs::start(work).await?;
    leaderboard::jobs::start(work).await
}
