//! The fake's own behavior where a wrong one would make other tests lie.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Fake, Fault, Faults, Quirks, Registration};

const SECOND: Duration = Duration::from_secs(5);
const BOT: &str = "@partners_bot:example.org";

/// An appservice that notes bodies and answers as told.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<(String, Value)>>>,
    fails: Arc<Mutex<u32>>,
}

async fn hear(State(ear): State<Ear>, request: Request) -> axum::response::Response {
    let path = request.uri().to_string();
    let body = axum::body::to_bytes(request.into_body(), 1 << 24).await.unwrap();
    let failing = {
        let mut left = ear.fails.lock().unwrap();
        let failing = *left > 0 && path.contains("transactions");
        *left -= u32::from(failing);
        failing
    };
    if failing {
        return (http::StatusCode::INTERNAL_SERVER_ERROR, "{}").into_response();
    }
    ear.heard.lock().unwrap().push((path, serde_json::from_slice(&body).unwrap_or_default()));
    axum::Json(json!({})).into_response()
}

impl Ear {
    fn events(&self) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        let lists = heard.iter().filter_map(|(_, body)| body["events"].as_array().cloned());
        lists.flatten().collect()
    }

    fn bodies(&self) -> Vec<String> {
        let text = |event: &Value| event["content"]["body"].as_str().map(str::to_owned);
        self.events().iter().filter_map(text).collect()
    }

    fn fail(&self, times: u32) {
        *self.fails.lock().unwrap() = times;
    }
}

async fn world(quirks: Quirks) -> (Fake, Ear) {
    let ear = Ear::default();
    let app = Router::new().fallback(hear).with_state(ear.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let registration = Registration::example(&url, "example.org");
    let fake = Fake::start("example.org", registration, quirks, 7).await.unwrap();
    (fake, ear)
}

struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    fn bot(fake: &Fake) -> Self {
        let base = format!("{}/_matrix/client/", fake.url());
        Self { http: reqwest::Client::new(), base, token: "as-secret".into() }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let request = self.http.request(method, format!("{}{path}", self.base));
        let Ok(answer) = request.bearer_auth(&self.token).json(&body).send().await else {
            return (0, Value::Null);
        };
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn register(&self) {
        let body = json!({"type": "m.login.application_service", "username": "partners_bot", "inhibit_login": true});
        assert_eq!(self.call("POST", "v3/register", body).await.0, 200);
    }
}

/// A room of a person with the bot inside.
async fn room_with_bot(fake: &Fake, client: &Client) -> (String, String) {
    client.register().await;
    let ana = fake.person("ana");
    let room = fake.create_room(&ana, &json!({"invite": [BOT]}));
    let path = format!("v3/join/{room}?user_id={BOT}");
    assert_eq!(client.call("POST", &path, json!({})).await.0, 200);
    (room, ana)
}

#[tokio::test]
async fn pushes_only_rooms_of_interest_and_echoes_own_events() {
    let (fake, ear) = world(Quirks::default()).await;
    let client = Client::bot(&fake);
    let (room, ana) = room_with_bot(&fake, &client).await;
    let other = fake.create_room(&ana, &json!({}));
    fake.say(&other, &ana, "private");
    fake.say(&room, &ana, "hello");
    let content = json!({"msgtype": "m.notice", "body": "echo", "marker": 1});
    let path = format!("v3/rooms/{room}/send/m.room.message/t1?user_id={BOT}");
    let (status, first) = client.call("PUT", &path, content.clone()).await;
    assert_eq!(status, 200);
    let (_, again) = client.call("PUT", &path, content).await;
    assert_eq!(first, again, "a transaction id answers the same");
    assert!(fake.settle().await);
    assert_eq!(ear.bodies(), ["hello", "echo"]);
}

#[tokio::test]
async fn retries_with_back_off_and_a_ping_restores() {
    let (fake, ear) = world(Quirks { clock_rate: 0.0, ..Quirks::default() }).await;
    let client = Client::bot(&fake);
    let (room, ana) = room_with_bot(&fake, &client).await;
    assert!(fake.settle().await);
    ear.fail(2);
    fake.say(&room, &ana, "one");
    assert!(fake.wait_until(|w| !w.delivery.up, SECOND).await);
    fake.say(&room, &ana, "two");
    let refused = |n: usize| {
        move |w: &super::World| w.delivery.done.iter().filter(|d| !d.accepted).count() == n
    };
    fake.advance(1.9);
    assert!(!fake.wait_until(refused(2), Duration::from_millis(50)).await, "not before 2 s");
    fake.advance(0.2);
    assert!(fake.wait_until(refused(2), SECOND).await, "at 2 s");
    let (status, _) = client.call("POST", "v1/appservice/partnerspace/ping", json!({})).await;
    assert_eq!(status, 200);
    assert!(fake.settle().await);
    assert_eq!(ear.bodies(), ["one", "two"]);
}

#[tokio::test]
async fn a_crash_forgets_what_waits_and_repeats_ids() {
    let (fake, ear) = world(Quirks::default()).await;
    let client = Client::bot(&fake);
    let (room, ana) = room_with_bot(&fake, &client).await;
    assert!(fake.settle().await);
    fake.quirks(|q| q.hold = true);
    fake.say(&room, &ana, "lost");
    fake.crash().await;
    fake.restart().await.unwrap();
    fake.quirks(|q| q.hold = false);
    fake.say(&room, &ana, "kept");
    assert!(fake.settle().await);
    assert_eq!(ear.bodies(), ["kept"]);
    assert_eq!(fake.pushed().last().unwrap().txn, "1");
    let path = format!("v3/rooms/{room}/messages?dir=b&limit=2&user_id={BOT}");
    let (_, page) = client.call("GET", &path, json!({})).await;
    assert_eq!(page["chunk"][1]["content"]["body"], "lost", "the room is the truth");
}

#[tokio::test]
async fn down_at_a_restart_waits_for_a_new_event() {
    let (fake, ear) = world(Quirks::default()).await;
    let client = Client::bot(&fake);
    let (room, ana) = room_with_bot(&fake, &client).await;
    assert!(fake.settle().await);
    ear.fail(u32::MAX);
    fake.say(&room, &ana, "one");
    assert!(fake.wait_until(|w| !w.delivery.up, SECOND).await);
    fake.crash().await;
    ear.fail(0);
    fake.restart().await.unwrap();
    client.call("POST", "v1/appservice/partnerspace/ping", json!({})).await;
    assert!(!fake.wait_until(|w| w.delivery.is_empty(), Duration::from_millis(100)).await);
    fake.say(&room, &ana, "two");
    assert!(fake.wait_until(|w| w.delivery.is_empty(), SECOND).await);
    assert_eq!(ear.bodies(), ["one", "two"]);
}

#[tokio::test]
async fn conduit_has_no_timer_and_refuses_the_token() {
    let quirks = Quirks { clock_rate: 0.0, ..Quirks::conduit() };
    let (fake, ear) = world(quirks).await;
    let client = Client::bot(&fake);
    let (room, ana) = room_with_bot(&fake, &client).await;
    assert!(fake.settle().await);
    ear.fail(1);
    fake.say(&room, &ana, "one");
    assert!(fake.wait_until(|w| !w.delivery.up, SECOND).await);
    fake.advance(31.0);
    assert!(!fake.wait_until(|w| w.delivery.is_empty(), Duration::from_millis(50)).await);
    fake.say(&room, &ana, "two");
    assert!(fake.settle().await);
    assert_eq!(ear.bodies(), ["one", "two"]);
    assert!(ear.heard.lock().unwrap().iter().all(|(path, _)| path.contains("access_token=")));
    let path = format!("v3/rooms/{room}/messages?dir=b&user_id={BOT}");
    assert_eq!(client.call("GET", &path, json!({})).await, (500, Value::Null));
    let login = json!({"type": "m.login.application_service", "identifier": {"type": "m.id.user", "user": "partners_bot"}});
    let (_, session) = client.call("POST", "v3/login", login).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let own = Client { token, ..Client::bot(&fake) };
    assert_eq!(own.call("GET", &path, json!({})).await.0, 200);
}

#[tokio::test]
async fn redaction_shrinks_what_still_waits() {
    let (fake, ear) = world(Quirks::default()).await;
    let client = Client::bot(&fake);
    let (room, ana) = room_with_bot(&fake, &client).await;
    assert!(fake.settle().await);
    fake.quirks(|q| q.hold = true);
    let said = fake.say(&room, &ana, "oops");
    fake.redact(&room, &ana, &said);
    fake.quirks(|q| q.hold = false);
    assert!(fake.settle().await);
    let event = ear.events().into_iter().find(|event| event["event_id"] == said.as_str()).unwrap();
    assert_eq!(event["content"], json!({}));
}

#[tokio::test]
async fn faults_cut_after_the_effect() {
    let (fake, _ear) = world(Quirks::default()).await;
    let client = Client::bot(&fake);
    let (room, _) = room_with_bot(&fake, &client).await;
    fake.plan("/send/", Fault::CutAfter, 1);
    let path = format!("v3/rooms/{room}/send/m.room.message/x?user_id={BOT}");
    let content = json!({"msgtype": "m.notice", "body": "once"});
    assert_eq!(client.call("PUT", &path, content.clone()).await.0, 0);
    assert_eq!(client.call("PUT", &path, content).await.0, 200);
    assert_eq!(fake.sent_by(&room, BOT).len(), 1);
    fake.quirks(|q| q.faults = Faults { limited_percent: 100, ..Faults::default() });
    assert_eq!(client.call("GET", "v3/account/whoami", json!({})).await.0, 429);
}

#[tokio::test]
async fn creators_of_version_12_are_not_listed() {
    let (fake, _ear) = world(Quirks::default()).await;
    let ana = fake.person("ana");
    let bob = fake.person("bob");
    let body = json!({"power_level_content_override": {"users": {&ana: 100}}});
    assert_eq!(fake.try_create_room(&ana, &body).unwrap_err().status, 400);
    let room = fake.create_room(&ana, &json!({}));
    assert!(!room.contains(':'), "no server part");
    let eleven = fake.create_room(&ana, &json!({"room_version": "11"}));
    assert!(eleven.ends_with(":example.org"));
    fake.invite(&room, &ana, &bob);
    fake.join(&room, &bob);
    assert_eq!(fake.try_act(&room, &bob, "kick", &ana).unwrap_err().status, 403);
    let topic = fake.try_set_state(&room, &bob, "m.room.topic", "", json!({"topic": "x"}));
    assert_eq!(topic.unwrap_err().status, 403);
}

#[tokio::test]
async fn restricted_rooms_take_members_of_the_space() {
    let (fake, _ear) = world(Quirks::default()).await;
    let (ana, bob, eve) = (fake.person("ana"), fake.person("bob"), fake.person("eve"));
    let space = fake.create_room(&ana, &json!({"invite": [&bob]}));
    fake.join(&space, &bob);
    let rule = json!({"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": space}]});
    let state = json!([{"type": "m.room.join_rules", "content": rule}]);
    let room = fake.create_room(&ana, &json!({"initial_state": state}));
    fake.join(&room, &bob);
    assert_eq!(fake.try_join(&room, &eve).unwrap_err().status, 403);
    fake.ban(&room, &ana, &bob);
    assert_eq!(fake.try_join(&room, &bob).unwrap_err().status, 403);
}

#[tokio::test]
async fn namespaces_are_exclusive() {
    let (fake, _ear) = world(Quirks::default()).await;
    let client = Client::bot(&fake);
    client.register().await;
    let body = json!({"type": "m.login.application_service", "username": "someone"});
    let (status, answer) = client.call("POST", "v3/register", body).await;
    assert_eq!((status, answer["errcode"].as_str()), (400, Some("M_EXCLUSIVE")));
    let path = "v3/account/whoami?user_id=@someone:example.org";
    assert_eq!(client.call("GET", path, json!({})).await.0, 403);
    let ana = fake.person("ana");
    let taken = fake.try_create_room(&ana, &json!({"room_alias_name": "partners-general"}));
    assert_eq!(taken.unwrap_err().errcode, "M_EXCLUSIVE");
    assert_eq!(client.call("GET", "v3/account/whoami?device_id=X", json!({})).await.0, 500);
}
