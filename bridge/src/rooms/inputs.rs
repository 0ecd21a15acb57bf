//! What events say of our rooms: who came and went, and state that another hand than ours wrote.
//! Nothing is followed: a foreign change is told to the team and put back, an invitation counts only
//! when a person asks the bot into a chat of two.
use super::actions::alert_job;
use super::members::{Joined, Known};
use super::render;
use super::rules::{self, RoomKey};
use super::store::{self, RoomRow, chats, members, upgrades};
use crate::platform::access;
use crate::platform::inbox::Event;
use crate::platform::outbox;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::program::server_of;
use schema::card::{Alert, Finding, Severity};
use serde_json::Value;

/// Chats that one person may open with the bot; more are not followed.
const CHATS_MAX: i64 = 5;
/// Chats that people of one server may open who are nobody to the program: names are free on one's own server.
const STRANGERS_MAX: i64 = 200;
/// A longer display name is nobody's.
const NAME_BYTES_MAX: usize = 255;

/// A membership event in any room. `late`: it was found in the room's history, newer ones may be
/// known already.
///
/// # Errors
/// When the database refuses.
pub async fn member_changed(work: &mut Work<'_>, event: &Event, late: bool) -> Result<(), Fault> {
    let Some(user) = event.state_key.as_deref() else { return Ok(()) };
    let content = event.content();
    let Some(membership) = content.get("membership").and_then(Value::as_str) else { return Ok(()) };
    if user == work.program.bot {
        return bot_changed(work, event, membership, &content).await;
    }
    let chat = chats::by_room_id(work.tx, &event.room_id).await?;
    if chat.is_none() && !is_kept(work, &event.room_id).await? {
        return Ok(());
    }
    called(work, user, membership, &content, late).await?;
    if !late && matches!(membership, "invite" | "join") {
        super::reach::arrived(work, user).await?;
    }
    if !seen(work, event, user, membership, late).await? {
        return Ok(());
    }
    if chat.is_none() && membership == "join" {
        reached(work, &event.room_id, user).await?;
    }
    match chat {
        Some(chat) if chat.user_id == user => {
            let away = (membership != "join" && membership != "invite").then_some(work.now);
            if away.is_some() != chat.away_at.is_some() {
                chats::away(work.tx, &event.room_id, away).await?;
                work.effects.rooms_wanted = true;
            }
        }
        Some(_) if membership == "join" => {
            chats::crowded(work.tx, &event.room_id, work.now).await?;
            work.memory.cache::<Known>().remove(&event.room_id);
            work.effects.rooms_wanted = true;
        }
        _ => {}
    }
    Ok(())
}

/// A room can be reached by one more server: links to it name that soon, while they name few.
async fn reached(work: &mut Work<'_>, room_id: &str, user: &str) -> Result<(), Fault> {
    let server = server_of(user).unwrap_or_default();
    if server == work.program.server_name {
        return Ok(());
    }
    let Some(room) = store::by_room_id(work.tx, room_id).await? else { return Ok(()) };
    if room.via.len() < rules::VIA_MAX && !room.via.iter().any(|known| known == server) {
        store::drifted(work.tx, room_id, work.now).await?;
        work.effects.rooms_wanted = true;
    }
    Ok(())
}

/// Whether a room is one of ours, or was.
async fn is_kept(work: &mut Work<'_>, room_id: &str) -> Result<bool, Fault> {
    Ok(store::by_room_id(work.tx, room_id).await?.is_some()
        || upgrades::former_by_id(work.tx, room_id).await?.is_some())
}

/// Notes what a person calls themselves; of an old event only where nothing newer is known.
async fn called(
    work: &mut Work<'_>,
    user: &str,
    membership: &str,
    content: &Value,
    late: bool,
) -> Result<(), Fault> {
    let Some(name) = content.get("displayname").and_then(Value::as_str) else { return Ok(()) };
    let name = name.trim();
    let fits = (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.contains(char::is_control);
    if membership != "join" || !fits {
        return Ok(());
    }
    let known = members::name_of(work.tx, user).await?;
    if known.as_deref() != Some(name) && (known.is_none() || !late) {
        members::called(work.tx, user, name, work.now).await?;
    }
    Ok(())
}

/// Notes a membership in our view; false when it may be older than what is known. Then nothing is
/// known, and who needs it asks the homeserver.
async fn seen(
    work: &mut Work<'_>,
    event: &Event,
    user: &str,
    membership: &str,
    late: bool,
) -> Result<bool, Fault> {
    let room = event.room_id.as_str();
    let before = members::get(work.tx, room, user).await?;
    let fresh = !late && before.as_ref().is_none_or(|before| event.ts() >= before.ts);
    if late && before.as_ref().is_some_and(|before| before.membership == membership) {
        return Ok(false);
    }
    work.memory.cache::<Joined>().remove(room, user);
    if !fresh {
        members::forget(work.tx, room, user).await?;
        return Ok(false);
    }
    let now = members::Seen { membership: membership.to_owned(), ts: event.ts() };
    members::set(work.tx, (room, user), &now, work.now).await?;
    if membership == "join" {
        work.memory.cache::<Joined>().add(room, user);
    }
    Ok(true)
}

/// The bot's own membership: an invitation into a chat of two is followed, a removal is told.
async fn bot_changed(
    work: &mut Work<'_>,
    event: &Event,
    membership: &str,
    content: &Value,
) -> Result<(), Fault> {
    let room = store::by_room_id(work.tx, &event.room_id).await?;
    match (membership, room) {
        ("invite", Some(_)) => {
            store::drifted(work.tx, &event.room_id, work.now).await?;
            work.effects.rooms_wanted = true;
        }
        ("invite", None) => {
            let direct = content.get("is_direct").and_then(Value::as_bool) == Some(true);
            if direct && may_chat(work, &event.sender).await? {
                chats::invited(work.tx, &event.room_id, &event.sender, work.now).await?;
                work.effects.rooms_wanted = true;
            } else {
                tracing::info!(
                    room = event.room_id,
                    by = event.sender,
                    "an invitation is not followed"
                );
            }
        }
        ("leave" | "ban", Some(room)) => {
            is_out(work, &room).await?;
            told_once(work, event, &room, rules::not_joined(&room.key.to_string())).await?;
        }
        ("leave" | "ban", None) => {
            chats::gone(work.tx, &event.room_id).await?;
            work.memory.cache::<Known>().remove(&event.room_id);
            work.effects.rooms_wanted = true;
        }
        _ => {}
    }
    Ok(())
}

/// The bot is not in a room that is kept: it is brought back, and what is owed there waits.
async fn is_out(work: &mut Work<'_>, room: &RoomRow) -> Result<(), Fault> {
    store::drifted(work.tx, &room.room_id, work.now).await?;
    work.effects.rooms_wanted = true;
    work.effects.places_changed = true;
    Ok(())
}

/// Something for a room of ours was refused because the bot is not in it; that it was put out may not have been
/// heard yet, or never will be.
///
/// # Errors
/// When the database refuses.
pub async fn bot_is_out(work: &mut Work<'_>, room_id: &str) -> Result<(), Fault> {
    let Some(room) = store::by_room_id(work.tx, room_id).await? else { return Ok(()) };
    if room.is_lost() {
        return Ok(());
    }
    is_out(work, &room).await?;
    let finding = rules::not_joined(&room.key.to_string());
    work.effects.jobs.push(alert_job(&finding, Some(room_id), work.now));
    note(work, &room, finding).await
}

/// Whether a chat more with a person is followed.
async fn may_chat(work: &mut Work<'_>, user: &str) -> Result<bool, Fault> {
    if chats::count(work.tx, user).await? >= CHATS_MAX {
        return Ok(false);
    }
    let person = access::person(work, user).await?;
    let is_somebody = person.partner.is_some() || person.reviewer;
    if is_somebody || access::invitation(work, user).await?.is_some() {
        return Ok(true);
    }
    let server = server_of(user).unwrap_or_default().to_owned();
    if chats::of_strangers(work.tx, &server).await? < STRANGERS_MAX {
        return Ok(true);
    }
    let key = format!("chats-full:{server}:{}", work.today());
    let full = render::chats_full(&server, STRANGERS_MAX, work.now, &work.program.prefix);
    work.send_as(&key, &RoomKey::Control.to_string(), &full);
    Ok(false)
}

/// State in a room of ours that was written by another hand.
///
/// # Errors
/// When the database refuses.
pub async fn foreign_state(work: &mut Work<'_>, event: &Event) -> Result<(), Fault> {
    if event.state_key.is_none() || event.sender == work.program.bot {
        return Ok(());
    }
    if let Some(room) = store::by_room_id(work.tx, &event.room_id).await? {
        return kept_state(work, event, &room).await;
    }
    if event.kind == "m.room.encryption"
        && chats::by_room_id(work.tx, &event.room_id).await?.is_some()
    {
        chats::encrypted(work.tx, &event.room_id, work.now).await?;
        work.effects.rooms_wanted = true;
    }
    Ok(())
}

async fn kept_state(work: &mut Work<'_>, event: &Event, room: &RoomRow) -> Result<(), Fault> {
    let name = room.key.to_string();
    match event.kind.as_str() {
        "m.room.tombstone" => {
            let content = event.content();
            let to = content.get("replacement_room").and_then(Value::as_str);
            let finding = rules::closed_for(&room.key.to_string(), to);
            return told_once(work, event, room, finding).await;
        }
        "m.room.encryption" => {
            return told_once(work, event, room, rules::encrypted(&name)).await;
        }
        kind if kind.starts_with("agency.siso.partners.") => rewrite(work, event, room).await?,
        _ => {}
    }
    store::drifted(work.tx, &event.room_id, work.now).await?;
    work.effects.rooms_wanted = true;
    let sentence =
        format!("{} of {name} was changed by another than the bot; it is put back.", event.kind);
    tell(
        work,
        event,
        "state_differs",
        Severity::Warning,
        sentence,
        "Change rooms by commands, not by hand.",
    );
    Ok(())
}

/// What cannot be put back is told when it happens, with who did it; the keeper, which sees it in
/// the room's state ever after, finds it noted and is silent.
async fn told_once(
    work: &mut Work<'_>,
    event: &Event,
    room: &RoomRow,
    finding: Finding,
) -> Result<(), Fault> {
    if room.findings.iter().any(|known| known.id == finding.id) {
        return Ok(());
    }
    note(work, room, finding.clone()).await?;
    let mend = finding.mend.unwrap_or_default();
    tell(work, event, &finding.id, finding.severity, finding.sentence, &mend);
    Ok(())
}

/// Adds to what is wrong with a room.
async fn note(work: &mut Work<'_>, room: &RoomRow, finding: Finding) -> Result<(), Fault> {
    let mut findings = room.findings.clone();
    findings.push(finding);
    let text = serde_json::to_string(&findings).map_err(|error| Fault::Bug(error.to_string()))?;
    Ok(store::found(work.tx, &room.room_id, &text).await?)
}

/// Our own data, overwritten: what we last said is said again; what we never said is emptied.
async fn rewrite(work: &mut Work<'_>, event: &Event, room: &RoomRow) -> Result<(), Fault> {
    let key = event.state_key.as_deref().unwrap_or_default();
    let mut ours = false;
    work.effects.states_wanted = true;
    for name in [room.key.to_string(), room.room_id.clone()] {
        ours |= outbox::store::resend_state(work.tx, &name, &event.kind, key, work.now).await?;
    }
    let known = DATA.iter().find(|kind| **kind == event.kind);
    if let (false, Some(kind)) = (ours, known) {
        work.state(&room.key.to_string(), kind, key, &serde_json::json!({}));
    }
    Ok(())
}

/// State types whose rows stand in the state table; a room's own role is mended by the keeper.
const DATA: &[&str] = &[
    "agency.siso.partners.program",
    "agency.siso.partners.leaderboard",
    "agency.siso.partners.playbook",
    "agency.siso.partners.goal",
    "agency.siso.partners.industry",
    "agency.siso.partners.profile",
];

fn tell(
    work: &mut Work<'_>,
    event: &Event,
    id: &str,
    severity: Severity,
    sentence: String,
    mend: &str,
) {
    let alert = Alert {
        finding: Finding { id: id.to_owned(), severity, sentence, mend: Some(mend.to_owned()) },
        room_id: Some(event.room_id.clone()),
        event_id: Some(event.event_id.clone()),
        raised_at: work.now,
    };
    let by = event.sender.clone();
    work.audit("room.foreign", &event.room_id, &format!("{} by {by}", event.kind));
    work.send(&RoomKey::Control.to_string(), &render::alert_by(alert, &by, &work.program.prefix));
}
