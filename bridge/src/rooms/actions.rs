//! What the program may do with its rooms from inside a unit of work: look things up, let people in
//! and out, ask for repairs. Nothing here touches the network; the keeper and the sender do.
mod out;

pub use super::inputs::{bot_is_out, foreign_state, member_changed};
pub use out::{still_in, strangers_job, take_out};

use super::members::{self, Joined, Known};
use super::rules::RoomKey;
use super::{access, render, store, upgrades};
use crate::industries;
use crate::platform::App;
use crate::platform::access::{Manager, Place};
use crate::platform::db::Conn;
use crate::platform::homeserver::Homeserver;
use crate::platform::outbox;
use crate::platform::refusal::Fault;
use crate::platform::signals::Places;
use crate::platform::work::{JobRow, Work};
use schema::card::{Alert, Finding};

/// A job that tells the control room of something; its payload is an alert as JSON.
const JOB_ALERT: &str = "room.alert";
const DAY_MS: i64 = 86_400_000;
/// A room of old is read for missed commands as long before the last replacement of its key.
const FORMER_READ_MS: i64 = 8 * DAY_MS;
/// A job after the keeper changed rows that the worker remembers.
pub const JOB_CHANGED: &str = "room.changed";
/// A job that asks the team into the control room.
pub const JOB_TEAM: &str = "room.team";

/// The job that tells the control room of a finding.
#[must_use]
pub fn alert_job(finding: &Finding, room_id: Option<&str>, now: i64) -> JobRow {
    let alert = Alert {
        finding: finding.clone(),
        room_id: room_id.map(str::to_owned),
        event_id: None,
        raised_at: now,
    };
    let key = format!("{JOB_ALERT}:{}:{}:{now}", finding.id, room_id.unwrap_or_default());
    let payload = serde_json::to_string(&alert).unwrap_or_default();
    JobRow { key, kind: JOB_ALERT, payload, run_at: now }
}

/// The job that tells the control room of a finding at most once a day for each `what`: its number
/// of the day makes the message's key.
#[must_use]
pub fn alert_once_a_day(finding: &Finding, room_id: Option<&str>, what: &str, now: i64) -> JobRow {
    let key = format!("{JOB_ALERT}:{}:{what}", finding.id);
    JobRow { key, run_at: now - now.rem_euclid(DAY_MS), ..alert_job(finding, room_id, now) }
}

/// Tells those who work outside of a transaction where the rooms are now. One at a time: the worker and the keeper
/// both do so after a commit, and who has read before the other's commit must not have the last word.
///
/// # Errors
/// When the database refuses.
pub async fn show_places<H: Homeserver>(app: &App<H>) -> Result<(), Fault> {
    let _turn = app.signals.placing().await;
    let mut reader = app.db.snapshot().await?;
    app.signals.set_places(places(&mut reader).await?);
    Ok(())
}

/// Where all our rooms are; for `Signals::set_places` at start and after each change.
///
/// # Errors
/// When the database refuses.
pub async fn places(reader: &mut Conn) -> Result<Places, Fault> {
    let mut places = Places::default();
    let former = store::upgrades::former(reader).await?;
    // What was said in a room before it was closed may still be missing, also in one before that where they were replaced
    // within the time in which it counts. In older ones it is not.
    for row in &former {
        let last = former.iter().rfind(|other| other.key == row.key);
        if last.is_none_or(|last| last.replaced_at - row.replaced_at < FORMER_READ_MS) {
            places.kept.insert(row.room_id.clone());
        }
    }
    for row in former {
        if row.key == RoomKey::Control {
            places.former_control.insert(row.room_id.clone());
        }
        let rooms = places.former.entry(row.key.to_string()).or_default();
        rooms.push((row.last_row, row.room_id));
    }
    for row in store::rooms(reader).await? {
        if row.key == RoomKey::Control {
            places.control = Some(row.room_id.clone());
        }
        if row.is_lost() {
            places.lost.insert(row.room_id.clone());
        }
        places.kept.insert(row.room_id.clone());
        places.ids.insert(row.key.to_string(), row.room_id);
    }
    for (user, room) in store::chats::directs(reader).await? {
        places.ids.insert(format!("direct:{user}"), room);
    }
    for chat in store::chats::all(reader).await? {
        if chat.joined_at.is_some() && chat.crowded_at.is_none() {
            places.direct.insert(chat.room_id);
        }
    }
    Ok(places)
}

/// What a room is to the program.
///
/// # Errors
/// When the database refuses.
pub async fn place_of(work: &mut Work<'_>, room_id: &str) -> Result<Place, Fault> {
    if !work.memory.cache::<Known>().is_loaded() {
        let rooms = store::rooms(work.tx).await?;
        let former = store::upgrades::former(work.tx).await?;
        let rooms = rooms.into_iter().map(|row| (row.room_id, place(row.key)));
        let former = former.into_iter().map(|row| (row.room_id, place(row.key)));
        work.memory.cache::<Known>().load(former.chain(rooms));
    }
    if let Some(place) = work.memory.cache::<Known>().get(room_id) {
        return Ok(place.clone());
    }
    let place = read_place(work.tx, room_id).await?;
    if place != Place::Other {
        work.memory.cache::<Known>().add(room_id, place.clone());
    }
    Ok(place)
}

async fn read_place(reader: &mut Conn, room_id: &str) -> Result<Place, Fault> {
    if let Some(room) = store::by_room_id(reader, room_id).await? {
        return Ok(place(room.key));
    }
    // What was said in a room before it was replaced, or is pressed there, still counts.
    if let Some(room) = store::upgrades::former_by_id(reader, room_id).await? {
        return Ok(place(room.key));
    }
    let chat = store::chats::by_room_id(reader, room_id).await?;
    let direct = chat.is_some_and(|chat| chat.crowded_at.is_none());
    Ok(if direct { Place::Direct } else { Place::Other })
}

fn place(key: RoomKey) -> Place {
    match key {
        RoomKey::Control => Place::Control,
        key => Place::Kept { key: key.to_string(), industry: key.industry().map(str::to_owned) },
    }
}

/// Whether a message of ours stands in a room, by what its row calls the room: nothing said in one room is
/// about a message of another, whoever has come to know its id. A room and the one that replaced it are
/// the same.
///
/// # Errors
/// When the database refuses.
pub async fn stands_in(work: &mut Work<'_>, named: &str, room_id: &str) -> Result<bool, Fault> {
    if named == room_id {
        return Ok(true);
    }
    if let Some(user) = named.strip_prefix("direct:") {
        let chat = store::chats::by_room_id(work.tx, room_id).await?;
        return Ok(chat.is_some_and(|chat| chat.user_id == user));
    }
    let Some(here) = key_of(work, room_id).await? else { return Ok(false) };
    let there = if named.starts_with('!') { key_of(work, named).await? } else { None };
    Ok(there.map_or_else(|| named == here.to_string(), |there| there == here))
}

/// What a room is kept as, or was.
async fn key_of(work: &mut Work<'_>, room_id: &str) -> Result<Option<RoomKey>, Fault> {
    if let Some(room) = store::by_room_id(work.tx, room_id).await? {
        return Ok(Some(room.key));
    }
    Ok(store::upgrades::former_by_id(work.tx, room_id).await?.map(|room| room.key))
}

/// The person of a direct chat.
///
/// # Errors
/// When the database refuses.
pub async fn chat_with(work: &mut Work<'_>, room_id: &str) -> Result<Option<String>, Fault> {
    let chat = store::chats::by_room_id(work.tx, room_id).await?;
    Ok(chat.filter(|chat| chat.crowded_at.is_none()).map(|chat| chat.user_id))
}

/// Whether a person is in a room, as far as our own view knows; `None` when it does not. Only
/// `Some(true)` is sure enough to go by: an event that would tell of a join may have been lost.
///
/// # Errors
/// When the database refuses.
pub async fn is_joined(
    work: &mut Work<'_>,
    room_id: &str,
    user: &str,
) -> Result<Option<bool>, Fault> {
    if members::certain(work.memory, room_id, user) {
        return Ok(Some(true));
    }
    let seen = store::members::get(work.tx, room_id, user).await?;
    let joined = seen.map(|seen| seen.membership == "join");
    if joined == Some(true) {
        work.memory.cache::<Joined>().add(room_id, user);
    }
    Ok(joined)
}

/// What a person calls themselves, as far as a membership has told us.
///
/// # Errors
/// When the database refuses.
pub async fn display_name(work: &mut Work<'_>, user: &str) -> Result<Option<String>, Fault> {
    Ok(store::members::name_of(work.tx, user).await?)
}

/// The homeserver itself said that a person is in a room.
///
/// # Errors
/// When the database refuses.
pub async fn learned(work: &mut Work<'_>, room_id: &str, user: &str) -> Result<(), Fault> {
    let seen = store::members::Seen { membership: "join".into(), ts: 0 };
    store::members::set(work.tx, (room_id, user), &seen, work.now).await?;
    work.memory.cache::<Joined>().add(room_id, user);
    Ok(())
}

/// Asks a partner into the Space; from there they can join its rooms.
///
/// # Errors
/// When the database refuses.
pub async fn let_in(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    access::let_in(work, &RoomKey::Space, user).await
}

/// Asks a member of the team into the control room.
///
/// # Errors
/// When the database refuses.
pub async fn let_into_control(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    access::let_in(work, &RoomKey::Control, user).await
}

/// Asks a person into an organization's room.
///
/// # Errors
/// When the database refuses.
pub async fn let_into_organization(
    work: &mut Work<'_>,
    slug: &str,
    user: &str,
) -> Result<(), Fault> {
    access::let_in(work, &RoomKey::Organization(slug.to_owned()), user).await
}

/// Takes a person, or their invitation, out of an organization's room.
pub fn take_out_of_organization(work: &mut Work<'_>, slug: &str, user: &str, reason: &str) {
    out::take_out_of(work, &RoomKey::Organization(slug.to_owned()), user, reason);
}

/// An organization's room is to be made, renamed or shut; the Space's list follows.
///
/// # Errors
/// When the database refuses.
pub async fn organization_changed(work: &mut Work<'_>, slug: &str) -> Result<(), Fault> {
    let key = RoomKey::Organization(slug.to_owned()).to_string();
    store::key_drifted(work.tx, &key, work.now).await?;
    store::key_drifted(work.tx, &RoomKey::Space.to_string(), work.now).await?;
    work.effects.rooms_wanted = true;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn take_out_of_control(
    work: &mut Work<'_>,
    user: &str,
    reason: &str,
) -> Result<(), Fault> {
    out::take_out_of(work, &RoomKey::Control, user, reason);
    for row in store::upgrades::former(work.tx).await? {
        if row.key == RoomKey::Control {
            work.remove(&row.room_id, user, reason);
        }
    }
    Ok(())
}

/// Opens an unencrypted chat with a person soon, even when nothing is owed to them yet.
///
/// # Errors
/// When the database refuses.
pub async fn want_direct(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    store::chats::want(work.tx, user, work.now).await?;
    work.effects.rooms_wanted = true;
    Ok(())
}

/// Has every room looked at and mended, and all our own state sent again.
///
/// # Errors
/// When the database refuses.
pub async fn repair(work: &mut Work<'_>, _: &Manager) -> Result<(), Fault> {
    store::all_drifted(work.tx, work.now).await?;
    work.effects.states_wanted = true;
    outbox::store::resend_states(work.tx, work.now).await?;
    work.effects.rooms_wanted = true;
    work.audit("room.repair", "all", "");
    Ok(())
}

/// The industry's channel is to be made, renamed or shut; the Space's list follows.
///
/// # Errors
/// When the database refuses.
pub async fn channel_changed(work: &mut Work<'_>, slug: &str) -> Result<(), Fault> {
    let key = RoomKey::Industry(slug.to_owned()).to_string();
    store::key_drifted(work.tx, &key, work.now).await?;
    store::key_drifted(work.tx, &RoomKey::Space.to_string(), work.now).await?;
    work.effects.rooms_wanted = true;
    Ok(())
}

/// Runs a job whose kind begins with `room.`.
///
/// # Errors
/// When the database refuses, or the payload is not ours.
pub async fn run_job(work: &mut Work<'_>, kind: &str, payload: &str) -> Result<(), Fault> {
    match kind {
        JOB_ALERT => {
            let alert: Alert = serde_json::from_str(payload)
                .map_err(|error| Fault::Data(format!("a {JOB_ALERT} job: {error}")))?;
            work.send(&RoomKey::Control.to_string(), &render::alert(alert, &work.program.prefix));
        }
        industries::actions::JOB_STATE => industries::actions::show(work, payload).await?,
        JOB_CHANGED => members::forget(work.memory),
        access::JOB_LET_IN => access::let_in_later(work, payload).await?,
        upgrades::JOB_MOVED => upgrades::moved(work, payload).await?,
        upgrades::JOB_ASK_OVER => upgrades::ask_over(work, payload).await?,
        upgrades::JOB_CLOSED => upgrades::tell_closed(work, payload).await?,
        super::reach::JOB => super::reach::run(work, payload).await?,
        out::JOB_STRANGERS => out::put_out(work, payload).await?,
        out::JOB_VERIFY => out::verify(work, payload).await?,
        JOB_TEAM => {
            first_words(work).await?;
            for user in team(work).await? {
                let_into_control(work, &user).await?;
            }
        }
        other => return Err(Fault::Bug(format!("no job of the rooms is called {other}"))),
    }
    Ok(())
}

/// The control room's first message: what the team does first. Once for a room.
async fn first_words(work: &mut Work<'_>) -> Result<(), Fault> {
    let control = store::rooms(work.tx).await?.into_iter().find(|row| row.key == RoomKey::Control);
    if let Some(control) = control {
        let message = render::first_words(work.program);
        work.send_as(
            &format!("first:{}", control.room_id),
            &RoomKey::Control.to_string(),
            &message,
        );
    }
    Ok(())
}

/// Those of the team who were never asked into the control room; who left it is not asked again.
async fn team(work: &mut Work<'_>) -> Result<Vec<String>, Fault> {
    let control = store::rooms(work.tx).await?.into_iter().find(|row| row.key == RoomKey::Control);
    let Some(control) = control else { return Ok(Vec::new()) };
    let mut people = work.program.owners.clone();
    people.extend(store::team(work.tx).await?);
    // One invitation a person for this room, however often the team is looked at.
    work.cause.id = format!("team:{}", control.room_id);
    let mut missing = Vec::new();
    for user in people {
        let seen = store::members::get(work.tx, &control.room_id, &user).await?;
        if seen.is_none() && !missing.contains(&user) {
            missing.push(user);
        }
    }
    Ok(missing)
}
