//! What people hear of the ledger: whether it verifies, and once a day where its head is.
use super::super::{render, store};
use super::{Walk, head};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use serde::{Deserialize, Serialize};

/// Pages of one turn: about fifty milliseconds of work, so that other people's commands go between.
const PAGES_TURN: usize = 2;
const PAUSE_MS: i64 = 50;
pub const VERIFY: &str = "ledger.verify";
const ROOM: &str = "leaderboard";

/// A walk that goes on in a job, and where its answer goes.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    seq: i64,
    hash: String,
    room: Option<String>,
    thread: Option<String>,
    reply_to: Option<String>,
}

/// Answers at once where the ledger is short; else says that the answer follows, and walks on in a job.
///
/// # Errors
/// When the database refuses.
pub async fn verify_here(work: &mut Work<'_>) -> Result<(), Fault> {
    let mut walk = Walk::begin();
    if turn(work, &mut walk).await? {
        return Ok(());
    }
    let entries = head(work).await?.seq;
    work.reply(&render::verifying(entries));
    let key = format!("{VERIFY}:{}", work.cause.id);
    go_on(work, key, walk)
}

/// # Errors
/// When the database refuses, or the payload is none.
pub async fn verify_on(work: &mut Work<'_>, key: &str, payload: &str) -> Result<(), Fault> {
    let asked: Asked =
        serde_json::from_str(payload).map_err(|error| Fault::Data(error.to_string()))?;
    let Asked { seq, hash, room, thread, reply_to } = asked;
    work.cause.room_id = room;
    (work.cause.thread, work.cause.reply_to) = (thread, reply_to);
    let mut walk = Walk::at(seq, hash);
    if turn(work, &mut walk).await? {
        return Ok(());
    }
    go_on(work, key.to_owned(), walk)
}

/// Some pages; whether the end was reached and told.
async fn turn(work: &mut Work<'_>, walk: &mut Walk) -> Result<bool, Fault> {
    for _ in 0..PAGES_TURN {
        if let Some(found) = walk.step(work.tx).await? {
            work.reply(&render::verified(&found));
            return Ok(true);
        }
    }
    Ok(false)
}

fn go_on(work: &mut Work<'_>, key: String, walk: Walk) -> Result<(), Fault> {
    let asked = Asked {
        seq: walk.0.seq,
        hash: walk.0.hash,
        room: work.cause.room_id.clone(),
        thread: work.cause.thread.clone(),
        reply_to: work.cause.reply_to.clone(),
    };
    let payload = serde_json::to_string(&asked).map_err(|error| Fault::Data(error.to_string()))?;
    work.job(VERIFY, key, payload, work.now + PAUSE_MS);
    Ok(())
}

/// The key of the message that tells a head.
#[must_use]
pub fn head_key(seq: i64) -> String {
    format!("ledger.head:{seq}")
}

/// Tells the head in the leaderboard room, whose messages partners' servers keep, if it is another
/// than the one told last; the `seq` told.
///
/// # Errors
/// When the database refuses.
pub async fn tell_head(work: &mut Work<'_>, told: i64) -> Result<i64, Fault> {
    let Some((head, at)) = store::last(work.tx).await?.filter(|(head, _)| head.seq > told) else {
        return Ok(told);
    };
    work.send_as(&head_key(head.seq), ROOM, &render::head(&head, at));
    Ok(head.seq)
}
