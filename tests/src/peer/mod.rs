//! A homeserver of an enemy: it joins rooms as any other does, and then sends what Synapse's people could
//! not: forged times, forks of the past, foreign senders, events that break the rules. It holds rooms only
//! as far as it needs to refer to events, and speaks to one server.
mod heard;
mod serve;
mod sign;

pub use heard::{Heard, Room};
pub use sign::{Signed, event_id};

use crate::fake::clock;
use crate::people::Event;
use crate::synapse::Synapse;
use crate::wait::until;
use crate::{Outcome, certificates};
use anyhow::{Context, ensure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use sign::Key;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub struct Peer {
    /// Its server name.
    pub name: String,
    /// The server that it speaks to.
    here: String,
    http: Client,
    shared: Arc<Shared>,
    sent: AtomicU32,
    _serving: JoinSet<()>,
}

pub struct Shared {
    name: String,
    key: Key,
    heard: Mutex<Heard>,
}

impl Shared {
    pub fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peer {
    pub async fn start(here: &Synapse) -> Outcome<Self> {
        let port = crate::place::port()?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        // Lists of servers know hosts, not ports: one of its own, by which it can be banned.
        let name = format!("127.0.0.1:{port}");
        let key = Key::new(&name)?;
        let shared = Arc::new(Shared { name: name.clone(), key, heard: Mutex::default() });
        let mut serving = JoinSet::new();
        serving.spawn(serve::serve(shared.clone(), listener, serve::acceptor()?));
        let authority = Certificate::from_pem(certificates::authority()?.as_bytes())?;
        let http = Client::builder().tls_certs_only([authority]).build()?;
        let here = here.server_name.clone();
        Ok(Self { name, here, http, shared, sent: AtomicU32::new(0), _serving: serving })
    }

    /// A full id of somebody there.
    #[must_use]
    pub fn user(&self, name: &str) -> String {
        format!("@{name}:{}", self.name)
    }

    pub fn heard(&self) -> MutexGuard<'_, Heard> {
        self.shared.heard()
    }

    /// Waits for an answer to a question about what it has heard.
    pub async fn until<T>(&self, what: &str, ask: impl Fn(&Heard) -> Option<T>) -> Outcome<T> {
        until(&format!("the peer to hear {what}"), || async { ask(&self.heard()) }).await
    }

    /// Waits for an invitation to a room that is wanted.
    pub async fn invited(&self, user: &str, wanted: impl Fn(&str) -> bool) -> Outcome<String> {
        self.until(&format!("an invitation of {user}"), |heard| {
            let mut all = heard.invited.iter();
            all.find(|(room, who)| who == user && wanted(room)).map(|(room, _)| room.clone())
        })
        .await
    }

    /// Joins a room, as every server does.
    pub async fn join(&self, room: &str, user: &str) -> Outcome<()> {
        let path = format!("make_join/{}/{}?ver=12", encoded(room), encoded(user));
        let mut made = self.ask(Method::GET, &format!("v1/{path}"), None).await?;
        ensure!(made["room_version"] == "12", "{room} has another version: {made}");
        let mut event = made["event"].take();
        event["origin_server_ts"] = clock().into();
        let Signed { id, pdu } = self.signed(event);
        let path = format!("v2/send_join/{}/{}", encoded(room), encoded(&id));
        let joined = self.ask(Method::PUT, &path, Some(&pdu)).await?;
        let event = Some(&joined["event"]).filter(|event| event.is_object()).unwrap_or(&pdu);
        self.heard().join(event, &joined["state"]);
        Ok(())
    }

    /// The room as it is known now, to refer to later as the past.
    pub fn room(&self, room: &str) -> Outcome<Room> {
        self.heard().rooms.get(room).cloned().with_context(|| format!("never heard of {room}"))
    }

    /// An unsigned event after all others of the room.
    pub fn draft(&self, room: &str, sender: &str, kind: &str, content: &Value) -> Outcome<Value> {
        Ok(after(&self.room(room)?, (room, sender), kind, content))
    }

    /// The same with a state key.
    pub fn draft_state(
        &self,
        room: &str,
        sender: &str,
        (kind, key): (&str, &str),
        content: &Value,
    ) -> Outcome<Value> {
        let known = self.room(room)?;
        let mut pdu = after(&known, (room, sender), kind, content);
        pdu["state_key"] = key.into();
        if kind == "m.room.member" {
            let wanted = [("m.room.join_rules", ""), ("m.room.member", key)];
            let more = wanted.iter().filter_map(|(kind, key)| id_of(&known, kind, key));
            let mut ids: Vec<Value> = pdu["auth_events"].as_array().cloned().unwrap_or_default();
            for id in more.cloned().map(Value::from) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            pdu["auth_events"] = ids.into();
        }
        Ok(pdu)
    }

    #[must_use]
    pub fn signed(&self, pdu: Value) -> Signed {
        self.shared.key.signed(pdu)
    }

    /// Sends events as they are, in one transaction; what the other server says of each. What it refers to
    /// later is not changed by them.
    pub async fn push(&self, events: &[Signed]) -> Outcome<Value> {
        let pdus: Vec<&Value> = events.iter().map(|event| &event.pdu).collect();
        for event in events {
            let mut heard = self.heard();
            heard.known.entry(event.id.clone()).or_insert_with(|| event.pdu.clone());
        }
        self.transaction(&json!(pdus), &json!([])).await
    }

    /// Sends what is not kept in rooms.
    pub async fn push_passing(&self, edus: &Value) -> Outcome<Value> {
        self.transaction(&json!([]), edus).await
    }

    async fn transaction(&self, pdus: &Value, edus: &Value) -> Outcome<Value> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "origin": self.name, "origin_server_ts": clock(), "pdus": pdus, "edus": edus,
        });
        self.ask(Method::PUT, &format!("v1/send/{}-{number}", clock()), Some(&body)).await
    }

    /// Sends an event as an honest server would; its id.
    pub async fn send(
        &self,
        room: &str,
        sender: &str,
        kind: &str,
        content: &Value,
    ) -> Outcome<String> {
        let event = self.signed(self.draft(room, sender, kind, content)?);
        let answer = self.push(std::slice::from_ref(&event)).await?;
        ensure!(answer["pdus"][&event.id]["error"].is_null(), "{kind} is refused: {answer}");
        self.heard().take(&event.pdu);
        Ok(event.id)
    }

    /// Says a line; the event's id.
    pub async fn say(&self, room: &str, sender: &str, text: &str) -> Outcome<String> {
        self.send(room, sender, "m.room.message", &said(text)).await
    }

    /// Says a line and waits for the first answer to it.
    pub async fn asks(&self, room: &str, sender: &str, text: &str) -> Outcome<Event> {
        let id = self.say(room, sender, text).await?;
        self.answer_to(&id).await
    }

    /// Waits for the first answer to an event.
    pub async fn answer_to(&self, id: &str) -> Outcome<Event> {
        self.until(&format!("an answer to {id}"), |heard| {
            heard.events.iter().find(|(_, pdu)| answers(pdu, id)).map(shown)
        })
        .await
    }

    /// All that came in, as people's clients have it.
    #[must_use]
    pub fn shown(&self) -> Vec<Event> {
        self.heard().events.iter().map(shown).collect()
    }

    /// A signed request under `/_matrix/federation/`.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Value> {
        let uri = format!("/_matrix/federation/{path}");
        let key = &self.shared.key;
        let header = key.authorization(method.as_str(), &uri, &self.here, body);
        let mut request = self.http.request(method, format!("https://{}{uri}", self.here));
        request = request.header("authorization", header);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

/// The content of a message.
#[must_use]
pub fn said(text: &str) -> Value {
    json!({ "msgtype": "m.text", "body": text })
}

/// An unsigned event that follows what a room held at some time.
#[must_use]
pub fn after(known: &Room, (room, sender): (&str, &str), kind: &str, content: &Value) -> Value {
    let wanted = [("m.room.power_levels", ""), ("m.room.member", sender)];
    let authority: Vec<_> =
        wanted.iter().filter_map(|(kind, key)| id_of(known, kind, key)).collect();
    json!({
        "type": kind, "room_id": room, "sender": sender, "content": content,
        "origin_server_ts": clock(), "depth": known.depth + 1,
        "prev_events": known.latest, "auth_events": authority,
    })
}

fn id_of<'a>(known: &'a Room, kind: &str, key: &str) -> Option<&'a String> {
    known.state.get(&(kind.to_owned(), key.to_owned()))
}

fn shown((id, pdu): &(String, Value)) -> Event {
    let mut json = pdu.clone();
    json["event_id"] = id.as_str().into();
    Event { room: pdu["room_id"].as_str().unwrap_or_default().to_owned(), json }
}

fn answers(pdu: &Value, id: &str) -> bool {
    let relation = &pdu["content"]["m.relates_to"];
    let thread = relation["rel_type"] == "m.thread" && relation["event_id"] == id;
    thread || relation["m.in_reply_to"]["event_id"] == id
}

fn encoded(part: &str) -> String {
    utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()
}
