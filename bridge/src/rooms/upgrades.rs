//! Rooms that are replaced by new ones of another version. The keeper makes and fills the new room; at
//! one moment, in one transaction of the worker, it becomes the room of its key; then people are asked
//! over and the old room is closed. Each step can be repeated, and rows say how far it has come.
use super::access;
use super::rules::{RoomKey, VERSIONS};
use super::store::{self, RoomRow, upgrades::UpgradeRow};
use super::{members, render};
use crate::industries;
use crate::platform::access::{self as people, Manager};
use crate::platform::outbox::{self, carry};
use crate::platform::pins;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::status::Enrollment;
use serde::{Deserialize, Serialize};

/// The new room becomes the room of its key; the payload is the upgrade's id.
pub const JOB_MOVED: &str = "room.moved";
/// People are asked over; the payload is an [`Over`].
pub const JOB_ASK_OVER: &str = "room.ask_over";
/// The team hears that all is done; the payload is an [`Ended`].
pub const JOB_CLOSED: &str = "room.upgraded";

/// Who is in the old room.
#[derive(Debug, Serialize, Deserialize)]
pub struct Over {
    pub id: String,
    pub users: Vec<String>,
}

/// How an upgrade ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ended {
    pub key: String,
    pub room_id: String,
    pub version: String,
    pub people: i64,
}

/// What causes the rows of an upgrade.
#[must_use]
pub fn cause(id: &str) -> String {
    format!("upgrade:{id}")
}

/// The room version that a person means; the configured one when they name none.
///
/// # Errors
/// When the program does not know it.
pub fn version(work: &Work<'_>, named: Option<&str>) -> Result<String, Refusal> {
    let named = named.unwrap_or(&work.program.room_version);
    if VERSIONS.contains(&named) {
        return Ok(named.to_owned());
    }
    let sentence = format!("I know room versions {}.", VERSIONS.join(" and "));
    Err(Refusal::new(Code::Usage, sentence).example("room upgrade general 12"))
}

/// The rooms that a word means and that can be replaced now.
///
/// # Errors
/// When there is no such room, it is being replaced, or has that version and nothing is wrong with it.
pub async fn meant(work: &mut Work<'_>, word: &str, version: &str) -> Result<Vec<RoomRow>, Stop> {
    let open = store::upgrades::open(work.tx).await?;
    let under_way = |row: &RoomRow| open.iter().any(|upgrade| upgrade.key == row.key);
    let rooms = kept(work).await?;
    if word.eq_ignore_ascii_case("all") {
        let due = |row: &RoomRow| needs(row, version) && !under_way(row);
        let due: Vec<RoomRow> = rooms.into_iter().filter(due).collect();
        if due.is_empty() {
            let sentence = format!("Every room has version {version}, or is on its way there.");
            return Err(Refusal::new(Code::Dup, sentence).example("room list").into());
        }
        return Ok(due);
    }
    let word = word.to_lowercase();
    let key = RoomKey::parse(&word).unwrap_or(RoomKey::Industry(word));
    let Some(row) = rooms.into_iter().find(|row| row.key == key) else {
        let sentence = "There is no such room; `room list` shows them.";
        return Err(Refusal::new(Code::Ref, sentence).example("room upgrade general").into());
    };
    if under_way(&row) {
        let sentence =
            format!("{key} is being replaced already; you will hear here when it is done.");
        return Err(Refusal::new(Code::Dup, sentence).example("room list").into());
    }
    if !needs(&row, version) {
        let sentence = format!("{key} has version {version} already.");
        return Err(Refusal::new(Code::Dup, sentence).example("room list").into());
    }
    Ok(vec![row])
}

/// Rooms that the keeper looks after; the room of a mentorship only while it lasts.
async fn kept(work: &mut Work<'_>) -> Result<Vec<RoomRow>, Fault> {
    let pairs = store::pairs(work.tx).await?;
    let lasts = |key: &RoomKey| match key {
        RoomKey::Pair(id) => pairs.iter().any(|(pair, _)| pair == id),
        _ => true,
    };
    Ok(store::rooms(work.tx).await?.into_iter().filter(|row| lasts(&row.key)).collect())
}

/// A room of the wanted version is replaced only when somebody closed or encrypted it, or the bot is out of it.
fn needs(row: &RoomRow, version: &str) -> bool {
    let broken = |id: &str| matches!(id, "tombstone" | "encrypted");
    row.version != version
        || row.is_lost()
        || row.findings.iter().any(|finding| broken(&finding.id))
}

/// Has rooms replaced; the Space first, as the others name it.
///
/// # Errors
/// When the database refuses.
pub async fn begin(
    work: &mut Work<'_>,
    manager: &Manager,
    rooms: &[RoomRow],
    version: &str,
) -> Result<(), Fault> {
    for row in rooms {
        let id = work.id().to_string();
        let room = (&row.key, row.room_id.as_str(), version);
        store::upgrades::insert(work.tx, &id, room, (manager.user_id(), work.now)).await?;
        work.audit("room.upgrade", &row.key.to_string(), version);
    }
    work.effects.rooms_wanted = true;
    Ok(())
}

async fn known(work: &mut Work<'_>, id: &str) -> Result<Option<UpgradeRow>, Fault> {
    Ok(store::upgrades::open(work.tx).await?.into_iter().find(|row| row.id == id))
}

/// From this commit on the new room is the room of its key: what is owed from now on goes there, what
/// was owed before still goes to the old one, and what people say in either counts.
///
/// # Errors
/// When the database refuses.
pub async fn moved(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(upgrade) = known(work, id).await?.filter(|row| row.moved_at.is_none()) else {
        return Ok(());
    };
    let (Some(room), Some(version)) = (&upgrade.new_room, &upgrade.made_version) else {
        return Err(Fault::Bug(format!("{} has no new room to move to", upgrade.key)));
    };
    let key = upgrade.key.to_string();
    let last_row = work.memory.outbox_id;
    store::upgrades::moved(work.tx, &upgrade, (room, version), last_row, work.now).await?;
    let since = upgrade.copied_at.unwrap_or(0);
    outbox::store::resend_since(work.tx, &key, since, work.now).await?;
    carry_pins(work, &upgrade).await?;
    carry_cards(work, &upgrade).await?;
    // Every room names the Space, and the Space the others.
    if upgrade.key == RoomKey::Space {
        store::all_drifted(work.tx, work.now).await?;
    } else {
        store::key_drifted(work.tx, &RoomKey::Space.to_string(), work.now).await?;
    }
    if let Some(slug) = upgrade.key.industry() {
        industries::actions::show(work, slug).await?;
    }
    members::forget(work.memory);
    work.effects.places_changed = true;
    work.effects.states_wanted = true;
    work.effects.rooms_wanted = true;
    work.audit("room.moved", &key, room);
    Ok(())
}

async fn carry_pins(work: &mut Work<'_>, upgrade: &UpgradeRow) -> Result<(), Fault> {
    let key = upgrade.key.to_string();
    for pin in pins::pins(work.tx, &key).await? {
        carry::again(work, &key, upgrade.n, &pin.dedupe_key).await?;
    }
    Ok(())
}

/// What still waits for somebody's answer is said again; answers to the old message count as well.
async fn carry_cards(work: &mut Work<'_>, upgrade: &UpgradeRow) -> Result<(), Fault> {
    let room = upgrade.key.to_string();
    for (card, signs) in store::upgrades::open_cards(work.tx, &upgrade.key).await? {
        if !carry::again(work, &room, upgrade.n, &card).await? {
            continue;
        }
        let by_key = outbox::store::carried_key(upgrade.n, &room, &card);
        store::upgrades::posted_again(work.tx, &card, &by_key).await?;
        if signs {
            work.react(&room, &card, "✅");
            work.react(&room, &card, "❌");
        }
    }
    Ok(())
}

/// Asks everybody of the old room over who belongs to the program now, and says farewell there.
///
/// # Errors
/// When the database refuses, or the payload is not ours.
pub async fn ask_over(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let over: Over = serde_json::from_str(payload)
        .map_err(|error| Fault::Data(format!("a {JOB_ASK_OVER} job: {error}")))?;
    let Some(upgrade) = known(work, &over.id).await?.filter(|row| row.asked_over_at.is_none())
    else {
        return Ok(());
    };
    work.cause.id = cause(&upgrade.id);
    let mut count = 0;
    for user in &over.users {
        if follows(work, &upgrade.key, user).await? {
            access::let_in(work, &upgrade.key, user).await?;
            count += 1;
        }
    }
    let name = match upgrade.key.industry() {
        Some(slug) => industries::actions::name(work, slug).await?,
        None => None,
    };
    let name = name.unwrap_or_else(|| render::room_name(&upgrade.key, work.program));
    let room = store::rooms(work.tx).await?.into_iter().find(|row| row.key == upgrade.key);
    if let Some(room) = room.filter(|_| upgrade.key != RoomKey::Canary) {
        let message = render::farewell(&name, &room, &work.program.server_name);
        work.send_as(&format!("farewell:{}", upgrade.id), &upgrade.old_room, &message);
    }
    store::upgrades::asked_over(work.tx, &upgrade.id, count, work.now).await?;
    work.effects.rooms_wanted = true;
    Ok(())
}

/// Whether somebody of the old room belongs into the new one. Authority is the database: who was
/// suspended a moment ago and is still in the old room is not asked.
async fn follows(work: &mut Work<'_>, key: &RoomKey, user: &str) -> Result<bool, Fault> {
    if work.program.is_ours(user) {
        return Ok(false);
    }
    let person = people::person(work, user).await?;
    let partner = person.partner.as_ref().map(|row| row.enrollment);
    Ok(match key {
        RoomKey::Canary => false,
        RoomKey::Control => person.reviewer,
        RoomKey::Organization(slug) => {
            let own = person.partner.as_ref().and_then(|row| row.organization.as_ref());
            person.manager || partner == Some(Enrollment::Approved) && own == Some(slug)
        }
        _ => person.reviewer || partner == Some(Enrollment::Approved),
    })
}

/// # Errors
/// When the payload is not ours.
#[expect(clippy::unused_async, reason = "one shape for all jobs")]
pub async fn tell_closed(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let ended: Ended = serde_json::from_str(payload)
        .map_err(|error| Fault::Data(format!("a {JOB_CLOSED} job: {error}")))?;
    let message = render::upgraded(&ended, work.program, work.now);
    work.send(&RoomKey::Control.to_string(), &message);
    Ok(())
}
