//! The stub homeserver: rooms and members by the tests' fake (setting up is not measured), sends on
//! a path of its own that keeps nothing but times.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};

use partnerspace_tests::fake::{Call, Quirks, Registration, World, route};
use rand::Rng;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::feed::{Feed, Stats};
use crate::live::Seen;
use crate::wire::{Buffer, Client, Request, find, header, response};

pub const SERVER: &str = "bench.example";
/// How event ids of the load begin: `$BE` and twelve digits.
pub const OURS: &[u8] = b"$BE";
pub const DIGITS: usize = 12;

/// Chances in percent per send.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    pub limited: u8,
    pub error: u8,
    pub cut: u8,
}

pub struct Stub {
    pub world: World,
    /// JSON of events on their way to the program.
    pub queue: VecDeque<Queued>,
    pub feed: Feed,
    pub stats: Stats,
    pub seen: Seen,
    /// Transaction id → event id, for ever: sends with the same id are one event.
    sent: HashMap<Box<[u8]>, u64>,
    next: u64,
    pub send_delay: Duration,
    pub faults: Faults,
    pub echo: bool,
    /// A transaction is in flight.
    pub pushing: bool,
    pub changed: Rc<Notify>,
    pub address: String,
}

pub struct Queued {
    pub json: String,
    /// The command's number, when it is one that wants an answer.
    pub command: Option<u32>,
}

pub type Shared = Rc<RefCell<Stub>>;

impl Stub {
    pub fn new(registration: Registration, address: &str) -> Shared {
        let quirks = Quirks { publish: true, ..Quirks::default() };
        Rc::new(RefCell::new(Self {
            world: World::new(SERVER, registration, quirks, 1),
            queue: VecDeque::new(),
            feed: Feed::Idle,
            stats: Stats::default(),
            seen: Seen::default(),
            sent: HashMap::new(),
            next: 0,
            send_delay: Duration::ZERO,
            faults: Faults::default(),
            echo: true,
            pushing: false,
            changed: Rc::new(Notify::new()),
            address: address.to_owned(),
        }))
    }

    /// Stores a send; gives its event id. A known transaction id is the same event.
    fn store(&mut self, room: &[u8], kind: &str, txn: &[u8], user: &str, body: &[u8]) -> u64 {
        if let Some(id) = self.sent.get(txn) {
            return *id;
        }
        self.next += 1;
        let id = self.next;
        self.sent.insert(txn.into(), id);
        self.stats.heard(room, body);
        if find(body, b"\"m.replace\"").is_some() {
            self.seen.edits.push((Instant::now(), decode(room)));
        }
        if self.echo {
            let (room, user) = (decode(room), decode(user.as_bytes()));
            let content = String::from_utf8_lossy(body);
            let now = self.world.now();
            let json = format!(
                r#"{{"type":"{kind}","room_id":"{room}","sender":"{user}","content":{content},"event_id":"{}","origin_server_ts":{now},"unsigned":{{"age":2}},"user_id":"{user}","age":2}}"#,
                event_id(id)
            );
            self.queue.push_back(Queued { json, command: None });
        }
        self.changed.notify_one();
        id
    }

    fn strike(&mut self) -> Option<(Strike, bool)> {
        let faults = self.faults;
        if faults.limited + faults.error + faults.cut == 0 {
            return None;
        }
        let roll = self.world.rng.random_range(0..100_u8);
        let late = self.world.rng.random_bool(0.5);
        match roll {
            _ if roll < faults.limited => Some((Strike::Limited, false)),
            _ if roll < faults.limited + faults.error => Some((Strike::Error, late)),
            _ if roll < faults.limited + faults.error + faults.cut => Some((Strike::Cut, late)),
            _ => None,
        }
    }

    /// The JSON of what the fake's rooms owe the appservice.
    pub fn drain_world(&mut self) {
        let now = self.world.now();
        while let Some(json) = self.world.next_waiting(now) {
            self.queue.push_back(Queued { json, command: None });
        }
    }
}

#[derive(Clone, Copy)]
enum Strike {
    Limited,
    Error,
    Cut,
}

pub fn event_id(n: u64) -> String {
    format!("$S{n:012}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
}

/// Serves on this thread until the task ends.
pub async fn serve(stub: Shared, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let stub = stub.clone();
        tokio::task::spawn_local(async move {
            let _ = connection(stub, stream).await;
        });
    }
}

async fn connection(stub: Shared, mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = Buffer::default();
    while let Some((head, end)) = buffer.message(&mut stream).await? {
        let Some(request) = buffer.request(head, end) else { return Ok(()) };
        let answer = match hot(&stub, &request) {
            Some(hot) => {
                let delay = stub.borrow().send_delay;
                if !delay.is_zero() {
                    tokio::time::sleep(delay).await;
                }
                hot
            }
            None => Some(cold(&stub, &request).await),
        };
        let Some(answer) = answer else { return Ok(()) };
        stream.write_all(&answer).await?;
        buffer.consume(end);
    }
    Ok(())
}

/// `PUT …/rooms/{room}/send/{type}/{txn}`. The outer None: another request; the inner: cut.
fn hot(stub: &Shared, request: &Request<'_>) -> Option<Option<Vec<u8>>> {
    if request.method != "PUT" {
        return None;
    }
    let rest = request.path().strip_prefix("/_matrix/client/v3/rooms/")?;
    let (room, rest) = rest.split_once('/')?;
    let (kind, txn) = rest.strip_prefix("send/")?.split_once('/')?;
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let user = query.split('&').find_map(|pair| pair.strip_prefix("user_id=")).unwrap_or_default();
    let mut stub = stub.borrow_mut();
    let strike = stub.strike();
    if let Some((strike, false)) = strike {
        return Some(fault(strike));
    }
    let id = stub.store(room.as_bytes(), kind, txn.as_bytes(), user, request.body);
    if let Some((strike, true)) = strike {
        return Some(fault(strike));
    }
    let body = format!("{{\"event_id\":\"{}\"}}", event_id(id));
    Some(Some(response(200, &body)))
}

fn texts(segments: &[String]) -> Vec<&str> {
    segments.iter().map(String::as_str).collect()
}

fn fault(strike: Strike) -> Option<Vec<u8>> {
    match strike {
        Strike::Limited => {
            let body = r#"{"errcode":"M_LIMIT_EXCEEDED","error":"slow","retry_after_ms":20}"#;
            Some(response(429, body))
        }
        Strike::Error => Some(response(500, r#"{"errcode":"M_UNKNOWN","error":"fault"}"#)),
        Strike::Cut => None,
    }
}

/// Everything else: the fake's endpoints, and the ping.
async fn cold(stub: &Shared, request: &Request<'_>) -> Vec<u8> {
    if request.method == "POST" && request.path().ends_with("/ping") {
        let (address, token, body) = {
            let stub = stub.borrow();
            let body = String::from_utf8_lossy(request.body).into_owned();
            (stub.address.clone(), stub.world.registration.hs_token.clone(), body)
        };
        let ping = Client::new(&address).call("POST", "/_matrix/app/v1/ping", &token, &body).await;
        return match ping {
            Ok((200, _)) => response(200, r#"{"duration_ms":1}"#),
            _ => response(502, r#"{"errcode":"M_CONNECTION_FAILED","error":"no"}"#),
        };
    }
    let target = url::Url::parse(&format!("http://h{}", request.target));
    let query = target.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
    let bearer = header(request.head, "authorization").and_then(|v| v.strip_prefix("Bearer "));
    let call = Call {
        method: request.method.to_owned(),
        path: request.path().to_owned(),
        segments: request.path().split('/').skip(1).map(|s| decode(s.as_bytes())).collect(),
        query,
        token: bearer.map(str::to_owned),
        body: serde_json::from_slice(request.body).unwrap_or(Value::Object(serde_json::Map::new())),
        body_bad: false,
        raw: request.body.to_vec().into(),
        mime: None,
    };
    let mut stub = stub.borrow_mut();
    if let ("PUT", ["state", kind, key]) =
        (call.method.as_str(), &texts(&call.segments)[5.min(call.segments.len())..])
    {
        let key = format!("{kind} {key}");
        stub.seen.states.push((Instant::now(), key, call.body.clone()));
    }
    let answer = route(&mut stub.world, &call);
    if request.path().ends_with("/createRoom") || request.path().ends_with("/invite") {
        welcome(&mut stub.world);
    }
    stub.changed.notify_one();
    match answer {
        Ok(body) => response(200, &body.to_string()),
        Err(refused) => response(refused.status, &refused.body().to_string()),
    }
}

/// Everybody who is invited joins at once.
fn welcome(world: &mut World) {
    for (room, user) in world.open_invites() {
        if !world.is_ours(&user) {
            let _ = world.join(&room, &user);
        }
    }
}

/// Percent decoding.
pub fn decode(bytes: &[u8]) -> String {
    percent_encoding::percent_decode(bytes).decode_utf8_lossy().into_owned()
}

/// The number of the command that this content answers.
pub fn answered(body: &[u8]) -> Option<u32> {
    let at = find(body, OURS)? + OURS.len();
    std::str::from_utf8(body.get(at..at + DIGITS)?).ok()?.parse().ok()
}
