//! The client against a stub that answers as told and remembers what it was asked.
use super::*;
use crate::config;
use crate::link::capabilities;
use crate::link::pings::Pings;
use crate::link::readiness::Readiness;
use crate::link::startup::{self, Names};
use axum::Router;
use axum::extract::{Request, State};
use bridge::platform::homeserver::PutKind;
use rand::SeedableRng;
use ruma::api::client::message::get_message_events::v3 as messages;
use serde_json::{Value, json};
use std::sync::Mutex;

type Answerer = fn(&Asked) -> (u16, Value);

#[derive(Debug, Clone)]
struct Asked {
    line: String,
    token: String,
    body: String,
}

#[derive(Clone)]
struct Stub {
    answerer: Answerer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

async fn serve(State(stub): State<Stub>, request: Request) -> axum::response::Response {
    let line = format!("{} {}", request.method(), request.uri());
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let asked = Asked { line, token, body: String::from_utf8(body.to_vec()).unwrap() };
    let (status, body) = (stub.answerer)(&asked);
    stub.asked.lock().unwrap().push(asked);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    http::Response::builder().status(status).header("retry-after", "2").body(body.into()).unwrap()
}

async fn stub(answerer: Answerer) -> (Client, Stub) {
    let stub = Stub { answerer, asked: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().fallback(serve).with_state(stub.clone());
    #[expect(clippy::disallowed_methods, reason = "the test's own server")]
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (client(&format!("http://{address}")), stub)
}

fn client(url: &str) -> Client {
    let text = format!(
        "owners = [\"@a:h.org\"]\n[homeserver]\nurl = \"{url}\"\nserver_name = \"h.org\"\n\
         [program]\n[limits]\ncall_ms_max = 1000\n"
    );
    let config = config::parse(&text).unwrap_or_else(|e| panic!("{e}"));
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let mut registration = Registration::for_config(&config, &mut rng);
    registration.as_token = SecretString::from("as-token".to_owned());
    Client::new(&config, &registration).unwrap()
}

fn put(kind: PutKind) -> Put<'static> {
    Put {
        room_id: "!a/b:h.org",
        kind,
        event_type: "m.room.message",
        key: "k?#% é",
        redacts: Some("$e/1"),
        content: "{\"body\":\"x\"}",
    }
}

impl Stub {
    fn lines(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.line.clone()).collect()
    }
}

#[tokio::test]
async fn puts_go_to_the_right_place_as_the_bot() {
    let (client, stub) = stub(|_| (200, json!({"event_id": "$new"}))).await;
    for kind in [PutKind::Message, PutKind::State, PutKind::Redact] {
        assert_eq!(client.put(&put(kind)).await.unwrap(), "$new");
    }
    let room = "PUT /_matrix/client/v3/rooms/!a%2Fb:h.org";
    let end = "k%3F%23%25%20%C3%A9?user_id=@partners_bot:h.org";
    let wanted = ["send/m.room.message", "state/m.room.message", "redact/$e%2F1"];
    assert_eq!(stub.lines(), wanted.map(|part| format!("{room}/{part}/{end}")));
    let asked = stub.asked.lock().unwrap()[0].clone();
    assert_eq!(
        (asked.token.as_str(), asked.body.as_str()),
        ("Bearer as-token", "{\"body\":\"x\"}")
    );
}

#[tokio::test]
async fn answers_become_conclusions() {
    let table: [(Answerer, &str); 9] = [
        (|_| (403, json!({"errcode": "M_FORBIDDEN", "error": "no"})), "403 M_FORBIDDEN: no"),
        (|_| (404, Value::Null), "404 M_UNKNOWN: "),
        (|_| (302, Value::Null), "no clear answer: 302"),
        (|_| (429, json!({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7})), "limited 7"),
        (|_| (429, json!({"errcode": "M_LIMIT_EXCEEDED"})), "limited 2000"),
        (|_| (500, Value::Null), "no clear answer: 500"),
        (|_| (502, json!({"errcode": "M_X", "error": "y"})), "no clear answer: 502 M_X y"),
        (|_| (408, json!({"errcode": "M_X", "error": "y"})), "no clear answer: 408 M_X y"),
        (
            |_| (200, json!({"event": 1})),
            "no clear answer: answer not understood: missing field `event_id` at line 1 column 11",
        ),
    ];
    for (answerer, wanted) in table {
        let (client, _stub) = stub(answerer).await;
        let found = match client.put(&put(PutKind::Message)).await.unwrap_err() {
            CallError::Limited { retry_after_ms } => format!("limited {}", retry_after_ms.unwrap()),
            other => other.to_string(),
        };
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn silence_is_unknown_and_nobody_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = client(&url).put(&put(PutKind::Message)).await;
    assert!(matches!(silent, Err(CallError::Unknown(_))), "{silent:?}");
    drop(listener);
    let nobody = client(&url).put(&put(PutKind::Message)).await;
    let Err(CallError::Unreachable(why)) = nobody else { panic!("{nobody:?}") };
    assert!(!why.contains("partners_bot"), "{why}");
}

/// Conduit: no device for the as_token, an empty 500 on reading, another token by login.
fn conduit(asked: &Asked) -> (u16, Value) {
    let line = asked.line.as_str();
    let logged_in = asked.token == "Bearer login-2";
    match () {
        () if line.contains("/client/versions") => (200, json!({"versions": ["v1.4"]})),
        () if line.contains("federation/v1/version") => {
            (200, json!({"server": {"name": "Conduit", "version": "0.11"}}))
        }
        () if line.contains("/messages") && !logged_in && asked.token == "Bearer login-1" => {
            (401, json!({"errcode": "M_UNKNOWN_TOKEN", "error": ""}))
        }
        () if line.contains("/messages") && !logged_in => (500, Value::Null),
        () if line.contains("/messages") => (200, json!({"start": "s", "chunk": []})),
        () if line.contains("/devices/") => (404, json!({"errcode": "M_NOT_FOUND"})),
        () if line.contains("/capabilities") => {
            let versions = json!({"default": "12", "available": {"12": "stable", "11": "stable"}});
            (200, json!({"capabilities": {"m.room_versions": versions}}))
        }
        () => (404, json!({"errcode": "M_UNRECOGNIZED"})),
    }
}

static LOGINS: Mutex<u32> = Mutex::new(0);

fn conduit_with_logins(asked: &Asked) -> (u16, Value) {
    if !asked.line.contains("/login") {
        return conduit(asked);
    }
    assert!(asked.body.contains("m.login.application_service"), "{}", asked.body);
    let mut logins = LOGINS.lock().unwrap();
    *logins += 1;
    let token = format!("login-{logins}");
    (200, json!({"user_id": "@partners_bot:h.org", "access_token": token, "device_id": DEVICE}))
}

#[tokio::test]
async fn conduit_is_read_with_a_login_that_is_renewed() {
    let (client, stub) = stub(conduit_with_logins).await;
    let found = capabilities::probe(&client).await.unwrap();
    assert!(!found.device_masquerade && !found.as_token_reads);
    assert_eq!(found.software.name, "Conduit");
    assert_eq!(found.room_versions.len(), 2);
    let client = client.with(&found);
    let room = ruma::room_id!("!a:h.org").to_owned();
    let request = || messages::Request::new(room.clone(), ruma::api::Direction::Backward);
    client.call(request()).await.unwrap();
    client.call(request()).await.unwrap();
    assert_eq!(stub.lines().iter().filter(|line| line.contains("/login")).count(), 2);
    let last = stub.asked.lock().unwrap().last().cloned().unwrap();
    assert!(!last.line.contains("user_id=") && last.token == "Bearer login-2", "{last:?}");
}

/// A homeserver that knows us, with devices, whose ping goes nowhere.
fn synapse(asked: &Asked) -> (u16, Value) {
    let line = asked.line.as_str();
    match () {
        () if line.contains("/client/versions") => (200, json!({"versions": ["v1.11"]})),
        () if line.contains("/messages") => (403, json!({"errcode": "M_FORBIDDEN"})),
        () if line.contains("/register") => (400, json!({"errcode": "M_USER_IN_USE"})),
        () if line.contains("/whoami?device_id=") => {
            (200, json!({"user_id": "@partners_bot:h.org", "device_id": DEVICE}))
        }
        () if line.contains("/whoami") => (200, json!({"user_id": "@partners_sender:h.org"})),
        () if line.contains("/ping") => (404, json!({"errcode": "M_UNRECOGNIZED"})),
        () if line.starts_with("GET") && line.contains("/displayname") => {
            (200, json!({"displayname": "Old"}))
        }
        () => (200, json!({})),
    }
}

#[tokio::test]
async fn startup_makes_itself_known_and_uses_the_device_from_then_on() {
    let (client, stub) = stub(synapse).await;
    let names = Names {
        appservice_id: "partnerspace".into(),
        bot_localpart: "partners_bot".into(),
        sender_localpart: "partners_sender".into(),
        display_name: "Program".into(),
        is_shared: false,
    };
    let readiness = Readiness::waiting("start");
    let clock = crate::clock::real();
    let link = startup::bring_up(&client, &names, &Pings::default(), &readiness, &clock).await;
    assert!(link.capabilities.device_masquerade && link.capabilities.as_token_reads);
    let lines = stub.lines();
    assert!(lines.iter().any(|l| l.starts_with("PUT") && l.contains("/displayname")), "{lines:?}");
    let _ = link.client.put(&put(PutKind::Message)).await;
    let last = stub.lines().pop().unwrap();
    assert!(last.ends_with("?user_id=@partners_bot:h.org&device_id=PARTNERSPACE"), "{last}");
}
