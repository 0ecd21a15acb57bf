//! Nobody stays in a room who may not be there. Whoever goes is taken out of all rooms at once; some
//! seconds later the rooms' real state is looked at, and after that at each of the keeper's rounds: who
//! came back, or stayed because a removal was lost, is taken out again, and the team hears of it.
use crate::platform::access::PartnerRow;
use crate::platform::refusal::Fault;
use crate::platform::text::foreign;
use crate::platform::work::{JobRow, Work};
use crate::rooms::rules::RoomKey;
use crate::rooms::{render, store};
use schema::card::{Alert, Finding, Severity};
use schema::status::Enrollment;
use serde::{Deserialize, Serialize};

/// A job about people whom the keeper saw where they may not be.
pub const JOB_STRANGERS: &str = "room.strangers";
/// A job that has rooms looked at; its payload are their keys.
pub const JOB_VERIFY: &str = "room.verify";
/// After so long a removal has reached the homeserver.
const VERIFY_MS: i64 = 20_000;
/// A removal that the homeserver refused is not asked for again so soon.
const AGAIN_MS: i64 = 86_400_000;
/// People of one room who are taken out at once; the rest at the next look.
const OUT_MAX: usize = 100;

/// Whom the keeper saw in a room.
#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    key: String,
    room_id: String,
    users: Vec<String>,
}

/// The job for what the keeper saw: it decides on the facts of its own moment.
#[must_use]
pub fn strangers_job(key: &RoomKey, room_id: &str, users: &[String], now: i64) -> JobRow {
    let seen = Seen {
        key: key.to_string(),
        room_id: room_id.to_owned(),
        users: users.iter().take(OUT_MAX).cloned().collect(),
    };
    let payload = serde_json::to_string(&seen).unwrap_or_default();
    JobRow { key: format!("{JOB_STRANGERS}:{key}"), kind: JOB_STRANGERS, payload, run_at: now }
}

/// Removes a person from every room of the program, the control room apart; their direct chat stays.
/// It is owed whatever our view says: that they are not there counts as done.
///
/// # Errors
/// When the database refuses.
pub async fn take_out(work: &mut Work<'_>, user: &str, reason: &str) -> Result<(), Fault> {
    let theirs = store::members::rooms_of(work.tx, user).await?;
    let pairs = store::people::pairs_of(work.tx, user).await?;
    let mut left = Vec::new();
    for row in store::rooms(work.tx).await? {
        // Of the many private rooms those that we know them in, or that were made for them.
        let of_two = matches!(&row.key, RoomKey::Pair(id) if pairs.contains(id));
        let may_be_in = !row.key.is_private() || of_two || theirs.contains(&row.room_id);
        if row.key.is_for_partners() && may_be_in {
            let key = row.key.to_string();
            work.remove(&key, user, reason);
            left.push(key);
        }
    }
    for row in store::upgrades::former(work.tx).await? {
        if row.key.is_for_partners() && theirs.contains(&row.room_id) {
            work.remove(&row.room_id, user, reason);
        }
    }
    verify_later(work, user, &left);
    Ok(())
}

/// Takes a person, or their invitation, out of one room.
pub(super) fn take_out_of(work: &mut Work<'_>, key: &RoomKey, user: &str, reason: &str) {
    let key = key.to_string();
    work.remove(&key, user, reason);
    verify_later(work, &format!("{key}:{user}"), std::slice::from_ref(&key));
}

/// The rooms in which somebody who is shut out or gone still is, as far as is known; none of others.
///
/// # Errors
/// When the database refuses.
pub async fn still_in(work: &mut Work<'_>, row: &PartnerRow) -> Result<Option<Vec<String>>, Fault> {
    if !matches!(row.enrollment, Enrollment::Suspended | Enrollment::Left) {
        return Ok(None);
    }
    let people = store::people::read(work.tx, &work.program.owners).await?;
    let mut rooms = store::people::places_of(work.tx, &row.user_id).await?;
    let may_be =
        |key: &String| RoomKey::parse(key).is_none_or(|key| people.may_be_in(&key, &row.user_id));
    rooms.retain(|key| !may_be(key));
    Ok(Some(rooms))
}

fn verify_later(work: &mut Work<'_>, what: &str, rooms: &[String]) {
    if !rooms.is_empty() {
        let at = work.now + VERIFY_MS;
        work.job(JOB_VERIFY, format!("{JOB_VERIFY}:{what}"), rooms.join(" "), at);
    }
}

/// Has rooms looked at as they really are.
pub(super) async fn verify(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    for key in payload.split(' ') {
        store::key_drifted(work.tx, key, work.now).await?;
    }
    work.effects.rooms_wanted = true;
    Ok(())
}

/// Takes out whom the keeper saw, unless they may be there by now, or are on their way out already.
pub(super) async fn put_out(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let seen: Seen = serde_json::from_str(payload)
        .map_err(|error| Fault::Data(format!("a {JOB_STRANGERS} job: {error}")))?;
    let Some(key) = RoomKey::parse(&seen.key) else { return Ok(()) };
    let people = store::people::read(work.tx, &work.program.owners).await?;
    let mut any = false;
    for user in &seen.users {
        if work.program.is_ours(user) || people.may_be_in(&key, user) {
            continue;
        }
        any = true;
        let since = work.now - AGAIN_MS;
        if !store::people::is_going(work.tx, (&seen.key, user), since).await? {
            work.remove(&seen.key, user, "not of the program");
            work.audit("room.stranger", user, &seen.key);
            tell(work, &seen, user);
        }
    }
    if any {
        verify_later(work, &seen.key, std::slice::from_ref(&seen.key));
    }
    Ok(())
}

/// Once a day for a person and room.
fn tell(work: &mut Work<'_>, seen: &Seen, user: &str) {
    let sentence = format!(
        "{} was in {}, or asked into it, and may not be; they are taken out.",
        foreign(user),
        seen.key
    );
    let mend = "Who is to be there is a partner, of the organization, or has a role: `role grant`.";
    let alert = Alert {
        finding: Finding {
            id: "stranger".to_owned(),
            severity: Severity::Warning,
            sentence,
            mend: Some(mend.to_owned()),
        },
        room_id: Some(seen.room_id.clone()),
        event_id: None,
        raised_at: work.now,
    };
    let key = format!("stranger:{}:{user}:{}", seen.room_id, work.today());
    let message = render::alert(alert, &work.program.prefix);
    work.send_as(&key, &RoomKey::Control.to_string(), &message);
}
