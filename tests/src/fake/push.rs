//! Carries out deliveries: one transaction in flight, real HTTP to the appservice.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use super::Shared;
use super::delivery::{Item, Pushed, Step, Txn};
use super::world::World;

/// Pushes until the task is aborted.
pub async fn run(shared: Arc<Shared>) {
    loop {
        let step = shared.world.lock().unwrap().step();
        match step {
            Step::Idle => shared.wake.notified().await,
            Step::Wait(time) => {
                let _ = tokio::time::timeout(time, shared.wake.notified()).await;
            }
            Step::Send(txn) => deliver(&shared, &txn).await,
        }
    }
}

async fn deliver(shared: &Shared, txn: &Txn) {
    loop {
        let (request, events) = {
            let world = shared.world.lock().unwrap();
            let (body, events) = body(&world, txn);
            (request(shared, &world, txn, body), events)
        };
        let (status, accepted) = outcome(request).await;
        let pushed = Pushed { txn: txn.id.clone(), events, status, accepted };
        let again = shared.world.lock().unwrap().pushed(txn, pushed);
        shared.changed();
        if !again {
            return;
        }
    }
}

/// Events as they are now; a redacted one has shrunk since it was queued.
pub fn body(world: &World, txn: &Txn) -> (String, Vec<String>) {
    let (mut parts, mut ids) = (Vec::new(), Vec::new());
    for item in &txn.items {
        match item {
            Item::Event { room, id } => {
                let Some(event) = world.rooms.get(room).and_then(|r| r.event(id)) else { continue };
                let mut json = event.json(world.now());
                add_invite_state(world, &mut json);
                parts.push(json.to_string());
                ids.push(id.clone());
            }
            Item::Loose(event) => {
                parts.push(event.json(world.now()).to_string());
                ids.push(event.id.clone());
            }
            Item::Raw(raw) => parts.push(raw.clone()),
        }
    }
    (format!("{{\"events\":[{}]}}", parts.join(",")), ids)
}

/// An invite carries the stripped state of its room.
fn add_invite_state(world: &World, event: &mut Value) {
    if event["content"]["membership"] != "invite" {
        return;
    }
    let Some(room) = event["room_id"].as_str().and_then(|id| world.rooms.get(id)) else { return };
    let kinds = [
        "m.room.create",
        "m.room.join_rules",
        "m.room.name",
        "m.room.canonical_alias",
        "m.room.encryption",
    ];
    let state: Vec<Value> = kinds
        .iter()
        .filter_map(|kind| room.get(kind, ""))
        .map(|e| json!({"type": e.kind, "state_key": "", "sender": e.sender, "content": e.content}))
        .collect();
    event["invite_room_state"] = json!(state);
    event["unsigned"]["invite_room_state"] = json!(state);
}

fn request(shared: &Shared, world: &World, txn: &Txn, body: String) -> reqwest::RequestBuilder {
    let url = format!("{}/_matrix/app/v1/transactions/{}", world.registration.url, txn.id);
    let request = shared.http.put(with_token(world, url)).timeout(world.quirks.push_timeout);
    with_header(world, request).header("content-type", "application/json").body(body)
}

/// The address, with the token in it where the homeserver does that.
pub fn with_token(world: &World, url: String) -> String {
    let token = &world.registration.hs_token;
    if world.quirks.token_in_url { format!("{url}?access_token={token}") } else { url }
}

pub fn with_header(world: &World, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    let token = &world.registration.hs_token;
    if world.quirks.token_in_header { request.bearer_auth(token) } else { request }
}

/// Only 2xx with a length and a JSON body counts.
async fn outcome(request: reqwest::RequestBuilder) -> (u16, bool) {
    let Ok(answer) = request.send().await else { return (0, false) };
    let status = answer.status();
    let sized = answer.headers().contains_key("content-length");
    let parsed = answer.json::<Value>().await.is_ok();
    (status.as_u16(), status.is_success() && sized && parsed)
}
