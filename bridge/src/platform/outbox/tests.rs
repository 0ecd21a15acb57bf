//! The sender's own bookkeeping, without a homeserver: what it does when the database or the
//! homeserver is away. Whole ways are tested from end to end.
use super::deliver::Outcome;
use super::run::Sender;
use super::store::{Owed, REACTION};
use crate::platform::App;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, migrate};
use crate::platform::homeserver::{CallError, Homeserver, Put};
use crate::platform::signals::{Mark, Places, Signals};
use crate::platform::work::{MARKER, OutKind, event_ref};
use crate::program::Install;
use crate::rooms::tests::program;
use futures_util::FutureExt;
use ruma::OwnedEventId;
use ruma::api::auth_scheme::{AuthScheme, SendAccessToken};
use ruma::api::path_builder::PathBuilder;
use ruma::api::{OutgoingRequest, SupportedVersions};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// A homeserver that is away.
#[derive(Clone)]
struct Nobody;

impl Homeserver for Nobody {
    async fn put(&self, _: &Put<'_>) -> Result<OwnedEventId, CallError> {
        Err(CallError::Unreachable("nobody".into()))
    }

    async fn call<R>(&self, _: R) -> Result<R::IncomingResponse, CallError>
    where
        R: OutgoingRequest + Send + 'static,
        R::IncomingResponse: Send,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
    {
        Err(CallError::Unreachable("nobody".into()))
    }
}

fn row(id: i64, room: &str, content: &str) -> Owed {
    Owed {
        id,
        txn_id: id.to_string(),
        dedupe_key: id.to_string(),
        room: room.to_owned(),
        kind: OutKind::Message,
        event_type: "m.room.message".into(),
        subject: None,
        content: content.to_owned(),
        made_at: 0,
        cause: String::new(),
        unknown_at: None,
    }
}

/// A sender on an empty database of its own, with a clock that stands until it is turned.
async fn sender(name: &str) -> (Sender<Nobody>, App<Nobody>, Arc<AtomicI64>) {
    let file = std::env::temp_dir().join(format!("outbox-{name}-{}.db", std::process::id()));
    drop(std::fs::remove_file(&file));
    let db = Db::open(&format!("sqlite:{}", file.display())).await.unwrap();
    migrate(&db, 0).await.unwrap();
    let time = Arc::new(AtomicI64::new(0));
    let now = time.clone();
    let clock = Clock::new(move || now.load(Relaxed), |_| Box::pin(std::future::ready(())));
    let app = App {
        db,
        program: Arc::new(program()),
        install: Arc::new(Install { id: "test".into(), made_at: 0 }),
        homeserver: Nobody,
        clock,
        signals: Arc::new(Signals::default()),
    };
    (Sender::new(app.clone()), app, time)
}

#[tokio::test]
async fn a_database_that_is_away_leaves_no_lane_stuck() {
    let (mut sender, app, time) = sender("fault").await;
    drop(app.signals.outbox.take());
    let relation = format!("{{\"event_id\":\"{}\"}}", event_ref("k"));
    sender.lanes.push(row(1, "!a:x", &relation));
    app.db.close().await;
    assert!(sender.depart(0).await.is_err());
    assert!(sender.lanes.take().is_none());
    time.store(1_000, Relaxed);
    sender.lanes.wake(1_000);
    assert_eq!(sender.lanes.take().map(|(row, _)| row.id), Some(1));
}

#[tokio::test]
async fn rows_of_rooms_that_are_not_there_take_no_place() {
    let (mut sender, app, _) = sender("unplaced").await;
    drop(app.signals.outbox.take());
    let many = i64::try_from(app.program.limits.outbox_loaded_max).unwrap() * 3;
    for id in 1..=many {
        sender.add(row(id, "direct:@gone:example.org", "{}"));
    }
    sender.add(row(many + 1, "!here:x", "{}"));
    assert_eq!(sender.lanes.len(), 1);
    assert_eq!(sender.free(), app.program.limits.outbox_loaded_max - 1);
}

/// A reaction whose message was sent long ago, and whose mark is not written yet, waits for nothing.
#[tokio::test]
async fn a_reaction_behind_many_messages_finds_its_own() {
    let (mut sender, app, _) = sender("behind").await;
    drop(app.signals.outbox.take());
    let card = row(1, "!control:x", "{}");
    let mut press = row(2, "!control:x", &format!("{{\"event_id\":\"{}\"}}", event_ref("1")));
    press.event_type = REACTION.into();
    sender.add(card.clone());
    sender.add(press.clone());
    assert_eq!(sender.lanes.take().map(|(row, _)| row.id), Some(1));
    let press = Arc::new(press);
    assert_eq!(sender.filled(press.clone(), 0, 0).await.unwrap().map(|row| row.id), None);
    sender.landed(&card, Outcome::Sent("$card".into()));
    for id in 10..20_000 {
        sender.landed(&row(id, "!else:x", "{}"), Outcome::Sent(format!("${id}")));
    }
    let filled = sender.filled(press, 0, 0).await.unwrap().expect("it waits");
    assert_eq!(filled.content, r#"{"event_id":"$card"}"#);
    assert_eq!(sender.recent.get("1"), None);
}

#[tokio::test]
async fn waiting_lanes_do_not_keep_out_the_others() {
    let (mut sender, app, _) = sender("waiting").await;
    let max = app.program.limits.outbox_loaded_max;
    for id in 1..=i64::try_from(max).unwrap() {
        sender.lanes.push(row(id, "!stuck:x", "{}"));
    }
    assert_eq!(sender.free(), 0);
    assert!(sender.lanes.take().is_some());
    sender.lanes.again("!stuck:x", 60_000);
    assert_eq!(sender.free(), max);
}

#[tokio::test]
async fn waits_grow_while_the_homeserver_is_away_and_end_with_its_return() {
    let (mut sender, app, _) = sender("away").await;
    let (first, second) = (row(1, "!a:x", "{}"), row(2, "!b:x", "{}"));
    sender.lanes.push(first.clone());
    let mut waits = Vec::new();
    for _ in 0..8 {
        assert!(sender.lanes.take().is_some());
        sender.landed(&first, Outcome::Away);
        waits.extend(sender.lanes.wake(0));
        sender.lanes.wake_lane("!a:x");
    }
    assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    let told = app.signals.hung_up.notified();
    assert!(told.now_or_never().is_some(), "the canary was not told");
    assert!(sender.lanes.take().is_some());
    sender.landed(&first, Outcome::Away);
    sender.lanes.push(second.clone());
    assert_eq!(sender.lanes.take().map(|(row, _)| row.id), Some(2));
    sender.landed(&second, Outcome::Sent("$b".into()));
    assert_eq!(sender.lanes.take().map(|(row, _)| row.id), Some(1));
}

fn places() -> Places {
    let mut places = Places::default();
    places.kept.extend(["!new:x".to_owned(), "!old:x".to_owned()]);
    places.ids.insert("general".into(), "!new:x".into());
    places.former.insert("general".into(), vec![(5, "!old:x".into())]);
    places
}

#[tokio::test]
async fn what_is_for_a_room_that_the_bot_is_out_of_waits_and_is_told() {
    let (mut sender, app, _) = sender("lost").await;
    drop(app.signals.outbox.take());
    app.signals.set_places(places());
    sender.add(row(6, "general", "{}"));
    let (held, _) = sender.lanes.take().unwrap();
    sender.landed(&held, Outcome::Lost("!new:x".into()));
    let marks = app.signals.take_marks();
    assert!(
        matches!(marks.as_slice(), [Mark::Lost { room_id, .. }] if room_id == "!new:x"),
        "{marks:?}"
    );
    assert!(sender.lanes.take().is_none());
    let mut lost = places();
    lost.lost.insert("!new:x".into());
    app.signals.set_places(lost);
    assert!(sender.way_of(&held).await.unwrap().is_none());
    sender.add(row(7, "!new:x", "{}"));
    assert_eq!(sender.lanes.len(), 1, "what comes later waits in the database");
    app.signals.set_places(places());
    let way = sender.way_of(&held).await.unwrap().unwrap();
    assert_eq!((way.room_id.as_str(), way.is_anew), ("!new:x", false));
}

#[tokio::test]
async fn what_was_for_a_room_of_old_is_said_anew_in_that_of_today_when_the_bot_is_out_of_it() {
    let (mut sender, app, _) = sender("closed").await;
    drop(app.signals.outbox.take());
    app.signals.set_places(places());
    let said = r#"{"body":"S-1","m.relates_to":{"rel_type":"m.thread","event_id":"$a"}}"#;
    sender.add(row(3, "!old:x", said));
    let (held, _) = sender.lanes.take().unwrap();
    let way = sender.way_of(&held).await.unwrap().unwrap();
    assert_eq!((way.room_id.as_str(), way.is_anew), ("!old:x", false));
    sender.landed(&held, Outcome::Lost("!old:x".into()));
    assert!(app.signals.take_marks().is_empty(), "nobody brings it back there");
    let way = sender.way_of(&held).await.unwrap().unwrap();
    assert_eq!((way.room_id.as_str(), way.is_anew), ("!new:x", true));
    let anew: Value =
        serde_json::from_str(&Sender::<Nobody>::anew(&held).unwrap().content).unwrap();
    assert_eq!((&anew["body"], &anew[MARKER]), (&"S-1".into(), &"3".into()));
    assert!(anew.get("m.relates_to").is_none());
    let sign = Owed { event_type: REACTION.into(), ..row(4, "!old:x", r#"{"m.relates_to":{}}"#) };
    assert!(Sender::<Nobody>::anew(&sign).is_none());
    let erased = Owed { kind: OutKind::Redact, ..row(5, "!old:x", r#"{"body":"S-1"}"#) };
    assert!(Sender::<Nobody>::anew(&erased).is_none());
}

#[tokio::test]
async fn no_more_go_side_by_side_than_may() {
    let (mut sender, app, _) = sender("lanes").await;
    drop(app.signals.outbox.take());
    let max = app.program.limits.lanes_max;
    for id in 1..=i64::try_from(max).unwrap() + 1 {
        sender.lanes.push(row(id, &format!("!{id}:x"), "{}"));
    }
    sender.depart(0).await.unwrap();
    assert_eq!(sender.flights.len(), max);
}
