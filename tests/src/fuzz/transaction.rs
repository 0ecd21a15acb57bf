//! The body of a transaction, through the real routes: an answer that the homeserver understands, and of each event
//! one view: what decides whether it gets a row reads the same as what works on the row.
use crate::fuzz::small::json_text;
use appservice::clock;
use appservice::link::pings::Pings;
use appservice::link::readiness::Readiness;
use appservice::link::server::{NotAccepted, Server, Sink, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use bridge::platform::commands::Content;
use bridge::platform::inbox::{Event, Filter, Peek, Relation, Verdict};
use bridge::platform::signals::Places;
use serde_json::Value;
use serde_json::value::RawValue;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tokio::runtime::{Builder, Runtime};
use tower::Service as _;

pub const WORDS: &[&str] = &[
    "{\"events\":[",
    "]}",
    "\"event_id\":\"$a\",",
    "\"room_id\":\"!r:x.org\",",
    "\"sender\":\"@a:x.org\",",
    "\"type\":\"m.room.message\",",
    "\"type\":\"m.reaction\",",
    "\"content\":{",
    "\"body\":\"!me\"",
    "\"msgtype\":\"m.text\",",
    "\"m.relates_to\":{",
    "\"rel_type\":\"m.annotation\",",
    "\"key\":\"✅\"",
    "\"m.new_content\":{",
    "\"state_key\":\"\",",
    "\"unsigned\":{",
    "\"origin_server_ts\":1e400,",
    "null",
    "[[[[[[[[[[[[[[[[",
    "\"agency.siso.partners.txn\":\"x\"",
    "\"ephemeral\":[",
    "\"redacts\":7,",
];

const TOKEN: &str = "token";
const BYTES_MAX: usize = 1 << 20;

/// Keeps what it was handed, until it is asked.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl Sink for Kept {
    async fn accept(&self, events: &[&RawValue], _now: i64) -> Result<(), NotAccepted> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(events.iter().map(|event| event.get().to_owned()));
        Ok(())
    }
}

fn routes(sink: Kept) -> Router {
    router(Server {
        sink,
        hs_token: Arc::new(TOKEN.to_owned().into()),
        bot: Arc::from("@bot:x.org"),
        pings: Pings::default(),
        readiness: Readiness::waiting("nothing"),
        clock: clock::real(),
        body_bytes_max: BYTES_MAX,
        legacy_paths: false,
    })
}

pub fn check(input: &[u8]) {
    static RUNTIME: LazyLock<Option<Runtime>> =
        LazyLock::new(|| Builder::new_current_thread().enable_all().build().ok());
    let kept = Kept::default();
    let mut routes = routes(kept.clone());
    let request = Request::put("/_matrix/app/v1/transactions/1")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Body::from(input.to_vec()));
    let (Some(runtime), Ok(request)) = (&*RUNTIME, request) else { panic!("no rig") };
    let (status, body) = runtime.block_on(async {
        let Ok(answer) = routes.call(request).await;
        let status = answer.status().as_u16();
        (status, to_bytes(answer.into_body(), BYTES_MAX).await.unwrap_or_default())
    });
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    assert!(matches!(status, 200 | 400), "answered {status}");
    assert!(answer.is_object(), "an answer that is no object");
    let events = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if status != 200 {
        assert!(events.is_empty() && answer["errcode"].is_string(), "refused, and yet taken");
        return;
    }
    // What a reader of all of it sees, where it can be read at all.
    if let Ok(whole) = serde_json::from_slice::<Value>(input) {
        assert_eq!(whole["events"].as_array().map_or(0, Vec::len), events.len(), "events");
    }
    events.iter().for_each(|event| one(event));
}

fn one(text: &str) {
    let Ok(peek) = serde_json::from_str::<Peek<'_>>(text) else { return };
    let verdict = Filter::new("@bot:x.org", "!").verdict(&peek, &Places::default());
    if verdict != Verdict::Keep {
        return;
    }
    let Ok(event) = Event::parse(text.as_bytes()) else { return };
    let seen = (&*event.event_id, &*event.room_id, &*event.sender, &*event.kind);
    let peeked = (&*peek.event_id, &*peek.room_id, &*peek.sender, &*peek.kind);
    assert_eq!(seen, peeked, "two views of one event");
    assert_eq!(event.state_key.as_deref(), peek.state_key.as_deref(), "two views of its state key");
    let content = event.content();
    let _relation = Relation::of(&content);
    let read = Content::read(event.content.get());
    if let (Some(body), Some(Value::String(other))) = (&read.body, content.get("body")) {
        assert_eq!(body, other, "two views of what was said: {}", json_text(text));
    }
    let _lags =
        (event.lag(1, true), peek.lag(1, true), event.ts(), event.redacts(), event.content_now());
}
