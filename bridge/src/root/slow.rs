//! What happens to a person who says too much too fast.
use super::Input;
use crate::platform::access::{Caller, Place};
use crate::platform::rate;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;

/// A command that nobody answered: its person was told to slow down before.
pub(super) const SLOWED: &str = "rate limited";

/// How it ends for a person who says too much too fast; everything that gets an answer counts.
pub(super) fn slowed(
    work: &mut Work<'_>,
    caller: &Caller,
    input: &Input<'_>,
) -> Option<Result<&'static str, Stop>> {
    // The team in its own room sets up a program in one go.
    if caller.place == Place::Control && caller.is_team() {
        return None;
    }
    let limited = match input.late_ms() {
        Some(_) => rate::limited_late(work),
        None => rate::limited(work, said_at(work, input)),
    };
    Some(match limited? {
        rate::Slow::Say(refusal) => Err(refusal.into()),
        rate::Slow::Silent => Ok(SLOWED),
    })
}

/// Answers by a sign or a yes are no commands; a refusal of one is an answer all the same, and counts.
pub(super) fn bounded(
    work: &mut Work<'_>,
    caller: &Caller,
    input: &Input<'_>,
    done: Result<&'static str, Stop>,
) -> Result<&'static str, Stop> {
    match done {
        Err(Stop::Refusal(_)) => slowed(work, caller, input).unwrap_or(done),
        done => done,
    }
}

/// What the rate is measured by: after an outage of ours many come in at once that were said one by
/// one. People of our own server cannot choose their event's time.
fn said_at(work: &Work<'_>, input: &Input<'_>) -> i64 {
    let local = work.program.is_local(&work.cause.actor);
    if local { input.event.ts().min(input.at) } else { work.now }
}
