//! After a restore: what came after the backup stands only in the rooms. Before anything else is done,
//! all of it is read back and put through the same door, in the order and with the times at which it
//! was said, so that each number and each day is what it was. What we said ourselves is found by its
//! marker: a row that is owed again is written as sent, with the event that it already is.
use super::filler::{GapError, page};
use super::placed::with_room;
use super::store;
use crate::backup;
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::inbox::{Filter, Inbox, Peek, Verdict};
use crate::platform::outbox;
use crate::rooms::keeper;
use ruma::OwnedRoomId;
use ruma::api::client::membership::joined_rooms;
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering::Relaxed;

const PAGES_MAX: usize = 20_000;
/// Clocks differ, and a message was on its way while the backup was made.
const MARGIN_MS: i64 = 3_600_000;
/// So many in a row from before the backup end a room.
const OLD_STREAK: usize = 50;
const BATCH: usize = 100;
const OWED_MAX: i64 = 500;
const AGAIN_MS: u64 = 2_000;
const LOOK_MS: u64 = 200;

/// Something that was said while nobody here remembers it.
struct Said {
    at: i64,
    raw: Box<RawValue>,
}

/// Reads the rooms back where a restore asks for it, as often as it takes. The doors of the inbox are
/// open when it returns; [`finish`] is to be run beside the worker.
pub async fn begin<H: Homeserver>(app: &App<H>, inbox: &Inbox) {
    while let Err(error) = read_back(app, inbox).await {
        tracing::warn!(%error, "the rooms could not be read back after the restore; trying again");
        app.clock.sleep(AGAIN_MS).await;
    }
    app.signals.set_shut(false);
}

/// Waits until what was read back is worked off, and then what the clock has owed meanwhile.
pub async fn finish<H: Homeserver>(app: &App<H>) {
    if !app.signals.is_catching_up() {
        return;
    }
    let last = app.signals.seq.load(Relaxed);
    let due = app.clock.now();
    loop {
        match left(app, last, due).await {
            Ok((0, 0)) => match end(app).await {
                Ok(()) => break,
                Err(error) => tracing::error!(%error, "the end of the restore could not be noted"),
            },
            Ok((0, _)) => app.signals.release_jobs(),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "catching up: the database does not answer"),
        }
        app.clock.sleep(LOOK_MS).await;
    }
    app.signals.set_found(None);
    tracing::info!("caught up with the rooms after the restore");
}

async fn left<H>(app: &App<H>, last: i64, due: i64) -> Result<(i64, i64), sqlx::Error> {
    backup::store::left(&mut *app.db.read().await?, last, due).await
}

async fn end<H>(app: &App<H>) -> Result<(), sqlx::Error> {
    let mut tx = app.db.begin().await?;
    backup::store::caught_up(&mut tx, app.clock.now()).await?;
    tx.commit().await
}

async fn read_back<H: Homeserver>(app: &App<H>, inbox: &Inbox) -> Result<(), GapError> {
    let since = backup::store::open_restore(&mut *app.db.read().await?).await?;
    let Some(backup_at) = since else { return Ok(()) };
    keeper::take_up(app).await.map_err(|error| match error {
        keeper::KeepError::Fault(fault) => GapError::Fault(fault),
        keeper::KeepError::Call(error) => GapError::Call(error),
    })?;
    let filter = Filter::new(&app.program.bot, &app.program.prefix);
    let mut said = Vec::new();
    let mut found = HashMap::new();
    for room in rooms(app).await? {
        walk(app, &filter, &room, backup_at, (&mut said, &mut found)).await?;
    }
    settle(app, &found).await?;
    app.signals.set_found(Some(found));
    said.sort_by_key(|one: &Said| one.at);
    let mut kept = 0;
    for batch in said.chunks(BATCH) {
        let rows: Vec<(&RawValue, i64)> = batch.iter().map(|one| (&*one.raw, one.at)).collect();
        kept += inbox.accept_said(&rows).await?;
    }
    tracing::warn!(kept, backup_at, "restored: inputs since the backup were read from the rooms");
    Ok(())
}

/// Every room that the bot is in, known or not: chats may have been opened since.
async fn rooms<H: Homeserver>(app: &App<H>) -> Result<BTreeSet<String>, CallError> {
    let joined = app.homeserver.call(joined_rooms::v3::Request::new()).await?;
    let canary = app.signals.places(|places| places.ids.get("canary").cloned());
    let rooms = joined.joined_rooms.into_iter().map(String::from);
    Ok(rooms.filter(|room| canary.as_ref() != Some(room)).collect())
}

async fn walk<H: Homeserver>(
    app: &App<H>,
    filter: &Filter,
    room: &str,
    backup_at: i64,
    (said, found): (&mut Vec<Said>, &mut HashMap<String, String>),
) -> Result<(), GapError> {
    let Ok(id) = OwnedRoomId::try_from(room) else { return Ok(()) };
    let (mut from, mut old) = (None, 0);
    let mut here: Vec<(i64, String, Box<RawValue>)> = Vec::new();
    'pages: for _ in 0..PAGES_MAX {
        let (events, end) = page(app, &id, from.take()).await?;
        for raw in events.into_iter().filter_map(|raw| with_room(room, raw)) {
            let Ok(peek) = serde_json::from_str::<Peek<'_>>(raw.get()) else { continue };
            let at = peek.said_at();
            // A room that nobody remembers may be a chat: there, every message is for us.
            let verdict = app.signals.places(|places| {
                let known = places.kept.contains(room) || places.direct.contains(room);
                filter.verdict_in(&peek, places, !known)
            });
            let event_id = peek.event_id.clone().into_owned();
            match verdict {
                Verdict::Echo { txn_id } => drop(found.insert(txn_id, event_id)),
                Verdict::Keep => here.push((at, event_id, raw)),
                Verdict::Skip | Verdict::Broken => {}
            }
            old = if at < backup_at - MARGIN_MS { old + 1 } else { 0 };
            if old >= OLD_STREAK {
                break 'pages;
            }
        }
        from = end;
        if from.is_none() {
            break;
        }
    }
    here.reverse();
    let ids: Vec<String> = here.iter().map(|(_, id, _)| id.clone()).collect();
    let known = store::known(&mut *app.db.read().await?, &ids).await?;
    // The order of the room is sure; a time that another server gave is only believed within it.
    let (mut last, now) = (backup_at, app.clock.now());
    for (at, id, raw) in here {
        if !known.contains(&id) {
            last = at.clamp(last, now.max(last));
            said.push(Said { at: last, raw });
        }
    }
    Ok(())
}

/// Rows that were owed when the backup was made, and went out after it.
async fn settle<H>(app: &App<H>, found: &HashMap<String, String>) -> Result<(), sqlx::Error> {
    let mut after = 0;
    loop {
        let mut tx = app.db.begin().await?;
        let rows = outbox::store::owed(&mut tx, after, OWED_MAX).await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(()) };
        after = last;
        let told: Vec<outbox::store::Told<'_>> = rows
            .iter()
            .filter_map(|row| {
                let event_id = found.get(&row.txn_id)?;
                Some(outbox::store::Told { id: row.id, event_id, confirmed: true })
            })
            .collect();
        outbox::store::told(&mut tx, &told, app.clock.now()).await?;
        tx.commit().await?;
    }
}
