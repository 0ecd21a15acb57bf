//! Walks back through the rooms and hands to the inbox what it has never had, oldest first.
use super::placed::with_room;
use super::rules::{Walk, floor};
use super::store;
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::inbox::{AcceptError, Filter, Inbox, Peek, Source, Verdict};
use crate::platform::points::{Point, reach};
use crate::platform::refusal::Fault;
use crate::platform::seat::is_out;
use crate::rooms;
use futures_util::stream::{self, StreamExt};
use ruma::OwnedRoomId;
use ruma::api::Direction;
use ruma::api::client::message::get_message_events;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::Ordering::Relaxed;

const PAGE: u32 = 100;
const PAGES_MAX: usize = 2_000;
/// Found events held in memory; the next walk finds the rest.
const FRESH_MAX: usize = 20_000;
const BATCH: usize = 100;
const SIDE_BY_SIDE: usize = 4;
/// An event younger than this is most likely on its way to us.
const YOUNG_MS: i64 = 5_000;
/// How soon a new room is looked through.
const TICK_MS: u64 = 1_000;
const REMOTE_MS: i64 = 60_000;
const LOCAL_MS: i64 = 600_000;
/// How long homeservers are given to fetch from others what they do not have.
const FETCH_MS: i64 = 150_000;
const DEEP_EVERY_MS: i64 = 3_600_000;
const LIMITED_MS_MAX: u64 = 20_000;
const LIMITED_TRIES: usize = 5;

#[derive(Debug, thiserror::Error)]
pub enum GapError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the inbox is full")]
    Busy,
}

impl From<sqlx::Error> for GapError {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(Fault::Db(error))
    }
}

impl From<AcceptError> for GapError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Busy => Self::Busy,
            AcceptError::Db(error) => error.into(),
        }
    }
}

/// What a walk brought.
#[derive(Debug, Default, Clone, Copy)]
struct Walked {
    kept: usize,
    /// It reached its floor or the beginning of the room.
    whole: bool,
    /// It passed over events that were too young to be missing.
    young: bool,
    /// No walk went through this chat before: what was said until the bot came in is not pushed by any homeserver.
    is_first: bool,
}

/// A walk that goes further back than others, because something came late.
#[derive(Debug, Clone, Copy)]
struct Owed {
    to: i64,
    at: i64,
    /// The room's turn does not know of it yet.
    is_new: bool,
}

/// A room's next walk.
#[derive(Debug, Clone, Copy)]
struct Turn {
    due_at: i64,
    deep_at: i64,
}

/// What the filler remembers between its rounds.
#[derive(Default)]
struct Plan {
    turns: HashMap<String, Turn>,
    /// Walks further back than others.
    owed: HashMap<String, Owed>,
}

pub async fn run<H: Homeserver>(app: App<H>, inbox: Inbox) {
    let mut plan = Plan::default();
    loop {
        if let Err(error) = round(&app, &inbox, &mut plan).await {
            tracing::warn!(%error, "the rooms could not be looked through; trying again");
        }
        tokio::select! {
            biased;
            () = app.signals.gaps.notified() => plan.turns.clear(),
            () = app.clock.sleep(TICK_MS) => {}
        }
    }
}

/// One deep walk through every room; gives the number of inputs found.
///
/// # Errors
/// When the database is gone. A room that cannot be read is skipped.
pub async fn fill_once<H: Homeserver>(app: &App<H>, inbox: &Inbox) -> Result<usize, GapError> {
    app.signals.walks_owed.store(true, Relaxed);
    round(app, inbox, &mut Plan::default()).await
}

async fn round<H: Homeserver>(
    app: &App<H>,
    inbox: &Inbox,
    plan: &mut Plan,
) -> Result<usize, GapError> {
    let now = app.clock.now();
    let rooms = rooms_of(app);
    read_owed(app, plan).await?;
    let Plan { turns, owed } = plan;
    turns.retain(|room, _| rooms.contains(room));
    for (room, walk) in owed.iter_mut().filter(|(_, walk)| walk.is_new && walk.at <= now) {
        walk.is_new = false;
        if let Some(turn) = turns.get_mut(room) {
            turn.due_at = now;
        }
    }
    let due: Vec<(String, bool)> = rooms
        .into_iter()
        .filter_map(|room| match turns.get(&room) {
            None => Some((room, true)),
            Some(turn) if turn.due_at <= now => {
                let deep = turn.deep_at <= now;
                Some((room, deep))
            }
            Some(_) => None,
        })
        .collect();
    if due.is_empty() {
        return Ok(0);
    }
    let (walks, remote) = {
        let mut reader = app.db.read().await?;
        let remote =
            rooms::store::members::rooms_with_remote(&mut reader, &app.program.server_name).await?;
        (store::walks(&mut reader).await?, remote.into_iter().collect::<HashSet<_>>())
    };
    let results: Vec<_> = stream::iter(due)
        .map(|(room, deep)| {
            let walked_at = walks.get(&room).copied();
            // What was said before the bot came into a chat is not on its way.
            let chat = app.signals.places(|places| places.direct.contains(&room));
            let is_first = walked_at.is_none() && chat;
            let young_ms = if is_first { 0 } else { YOUNG_MS };
            let floor = floor(now, walked_at, deep);
            let far = owed.get(&room).filter(|walk| walk.at <= now);
            let floor = far.map_or(floor, |walk| floor.min(walk.to));
            async move {
                let walked = walk(app, inbox, &room, (floor, young_ms)).await;
                (room, deep, walked.map(|walked| Walked { is_first, ..walked }))
            }
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .collect()
        .await;
    settle(app, plan, &remote, results, now).await
}

type Result3 = (String, bool, Result<Walked, GapError>);

async fn settle<H: Homeserver>(
    app: &App<H>,
    plan: &mut Plan,
    remote: &HashSet<String>,
    results: Vec<Result3>,
    began_at: i64,
) -> Result<usize, GapError> {
    let Plan { turns, owed } = plan;
    let (mut kept, mut missed) = (0, 0);
    let (mut whole, mut paid) = (Vec::new(), Vec::new());
    for (room, deep, result) in results {
        let is_often = remote.contains(&room) || owed.contains_key(&room);
        let every = if is_often { REMOTE_MS } else { LOCAL_MS };
        let old = turns.get(&room).map_or(began_at, |turn| turn.deep_at);
        let deep_at = if deep { began_at + DEEP_EVERY_MS } else { old };
        let turn = match result {
            Ok(walked) => {
                kept += walked.kept;
                missed += if walked.is_first { 0 } else { walked.kept };
                let soon = walked.young || !walked.whole;
                if walked.whole {
                    whole.push((room.clone(), began_at));
                    let far = owed.get(&room).filter(|walk| is_paid(walk, &walked, began_at));
                    paid.extend(far.map(|walk| (room.clone(), *walk)));
                }
                Turn {
                    due_at: began_at + if soon { YOUNG_MS } else { every },
                    deep_at: if walked.whole { deep_at } else { began_at },
                }
            }
            Err(error) => {
                tracing::warn!(room, %error, "a room could not be looked through");
                if let GapError::Call(error) = &error {
                    // That the bot was put out may not have been heard. What is unclear is asked with the next walk.
                    drop(is_out(app, &room, error).await);
                }
                Turn { due_at: began_at + REMOTE_MS, deep_at: began_at }
            }
        };
        turns.insert(room, turn);
    }
    if !whole.is_empty() {
        let mut tx = app.db.begin().await?;
        store::walked(&mut tx, &whole).await?;
        for (room, walk) in &paid {
            store::paid(&mut tx, room, store::Walk { to: walk.to, at: walk.at }).await?;
            owed.remove(room);
        }
        tx.commit().await?;
    }
    if kept > missed {
        tracing::info!(
            read = kept - missed,
            "what was said in a chat before the bot came in was read"
        );
    }
    if missed > 0 {
        app.signals.counters.found.inc_by(missed as u64);
        tracing::warn!(missed, "inputs that were never pushed were found in the rooms");
    }
    Ok(kept)
}

/// Reads the walks that are owed, where there may be new ones.
async fn read_owed<H: Homeserver>(app: &App<H>, plan: &mut Plan) -> Result<(), GapError> {
    if !app.signals.walks_owed.swap(false, Relaxed) {
        return Ok(());
    }
    let read: Result<_, sqlx::Error> =
        async { store::owed(&mut *app.db.read().await?).await }.await;
    let walks = read.inspect_err(|_| app.signals.walks_owed.store(true, Relaxed))?;
    for (room, walk) in walks {
        let known = plan.owed.get(&room).is_some_and(|owed| owed.at == walk.at);
        if !known {
            plan.owed.insert(room, Owed { to: walk.to, at: walk.at, is_new: true });
        }
    }
    Ok(())
}

/// Whether a far walk is no longer owed: it brought nothing, and homeservers had time to fetch from
/// others what they did not have.
fn is_paid(owed: &Owed, walked: &Walked, began_at: i64) -> bool {
    walked.kept == 0 && !walked.young && began_at >= owed.at + FETCH_MS
}

/// Every room in which something may be said to us, in the same order each time.
fn rooms_of<H>(app: &App<H>) -> BTreeSet<String> {
    app.signals.places(|places| {
        let canary = places.ids.get("canary");
        let kept = places.kept.iter().filter(|room| Some(*room) != canary);
        kept.chain(&places.direct).cloned().collect()
    })
}

async fn walk<H: Homeserver>(
    app: &App<H>,
    inbox: &Inbox,
    room: &str,
    (floor, young_ms): (i64, i64),
) -> Result<Walked, GapError> {
    let Ok(id) = OwnedRoomId::try_from(room) else {
        return Ok(Walked { whole: true, ..Walked::default() });
    };
    let filter = Filter::new(&app.program.bot, &app.program.prefix);
    let mut fresh: Vec<Box<RawValue>> = Vec::new();
    let mut walk = Walk::new(floor);
    let mut walked = Walked::default();
    let mut from = None;
    for _ in 0..PAGES_MAX {
        let (events, end) = page(app, &id, from.take()).await?;
        let looks: Vec<Look> =
            events.into_iter().filter_map(|raw| look(app, &filter, room, raw)).collect();
        let ids: Vec<String> = looks.iter().filter_map(|look| look.id.clone()).collect();
        let known = {
            let mut reader = app.db.read().await?;
            store::known(&mut reader, &ids).await?
        };
        for look in looks {
            let new = look.id.as_ref().is_some_and(|id| !known.contains(id));
            let young = new && look.ts > app.clock.now() - young_ms;
            walked.young |= young;
            walked.whole |= walk.note(new, look.ts);
            if new && !young {
                fresh.push(look.raw);
            }
        }
        from = end;
        walked.whole |= from.is_none();
        if walked.whole || fresh.len() >= FRESH_MAX {
            break;
        }
    }
    if !fresh.is_empty() {
        reach(Point::GapFound).await?;
    }
    fresh.reverse();
    for batch in fresh.chunks(BATCH) {
        let batch: Vec<&RawValue> = batch.iter().map(|raw| &**raw).collect();
        walked.kept += inbox.accept(&batch, Source::Gap, app.clock.now()).await?;
    }
    Ok(walked)
}

pub(super) type Page = (Vec<Box<RawValue>>, Option<String>);

pub(super) async fn page<H: Homeserver>(
    app: &App<H>,
    room: &OwnedRoomId,
    from: Option<String>,
) -> Result<Page, CallError> {
    for _ in 0..LIMITED_TRIES {
        let mut request = get_message_events::v3::Request::new(room.clone(), Direction::Backward);
        request.from.clone_from(&from);
        request.limit = PAGE.into();
        match app.homeserver.call(request).await {
            Ok(answer) => {
                let events = answer.chunk.into_iter().map(ruma::serde::Raw::into_json).collect();
                return Ok((events, answer.end));
            }
            Err(CallError::Limited { retry_after_ms }) => {
                app.clock.sleep(retry_after_ms.unwrap_or(1_000).clamp(1, LIMITED_MS_MAX)).await;
            }
            Err(error) => return Err(error),
        }
    }
    Err(CallError::Limited { retry_after_ms: None })
}

/// An event of a page: its id where it is of consequence.
struct Look {
    id: Option<String>,
    ts: i64,
    raw: Box<RawValue>,
}

fn look<H>(app: &App<H>, filter: &Filter, room: &str, raw: Box<RawValue>) -> Option<Look> {
    let raw = with_room(room, raw)?;
    let peek: Peek<'_> = serde_json::from_str(raw.get()).ok()?;
    let verdict = app.signals.places(|places| filter.verdict(&peek, places));
    let id = (verdict == Verdict::Keep).then(|| peek.event_id.clone().into_owned());
    let ts = ts(&raw);
    Some(Look { id, ts, raw })
}

fn ts(raw: &RawValue) -> i64 {
    #[derive(serde::Deserialize)]
    struct Time {
        #[serde(default)]
        origin_server_ts: Value,
    }
    serde_json::from_str::<Time>(raw.get())
        .map_or(0, |time| time.origin_server_ts.as_i64().unwrap_or(0))
}
