//! `/sync`, as far as a person at a small client needs it: new timeline events of joined rooms and
//! new invitations, waiting for the next one. The token is what this client has already: the
//! length of each room's timeline, and `i` for a room it knows to be invited to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Shared;
use super::answer::Answer;
use super::http::Call;
use super::world::World;

pub async fn sync(shared: &Arc<Shared>, call: &Call) -> Answer {
    let patience = call.query.get("timeout").and_then(|ms| ms.parse().ok()).unwrap_or(0);
    let since = call.query.get("since").map_or("", String::as_str);
    let mut changes = shared.version.subscribe();
    let next = async {
        loop {
            changes.mark_unchanged();
            let (news, batch) = look(&mut shared.world.lock().unwrap(), call, since)?;
            if news || since.is_empty() {
                return Ok(batch);
            }
            // The sender lives as long as `shared`.
            let _ = changes.changed().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_millis(patience), next).await;
    waited.unwrap_or_else(|_| look(&mut shared.world.lock().unwrap(), call, since).map(|(_, b)| b))
}

/// Whether there is anything new, and the answer that holds it.
fn look(w: &mut World, call: &Call, since: &str) -> Result<(bool, Value), super::answer::Refused> {
    let me = w.caller(call)?.user;
    let now = w.now();
    let known: BTreeMap<&str, &str> =
        since.split(',').filter_map(|entry| entry.split_once('=')).collect();
    let (mut joined, mut invited, mut token) = (Map::new(), Map::new(), Vec::new());
    for room in w.rooms.values() {
        let before = known.get(room.id.as_str()).copied().unwrap_or_default();
        match room.membership(&me) {
            "join" => {
                let from = before.parse::<usize>().unwrap_or(0);
                let new = room.timeline.iter().skip(from).filter(|event| !event.soft_failed);
                let events: Vec<Value> = new.map(|event| event.json(now)).collect();
                if !events.is_empty() {
                    joined.insert(room.id.clone(), json!({"timeline": {"events": events}}));
                }
                token.push(format!("{}={}", room.id, room.timeline.len()));
            }
            "invite" => {
                if before != "i"
                    && let Some(member) = room.get("m.room.member", &me)
                {
                    let events = [member.json(now)];
                    invited.insert(room.id.clone(), json!({"invite_state": {"events": events}}));
                }
                token.push(format!("{}=i", room.id));
            }
            _ => {}
        }
    }
    let news = !joined.is_empty() || !invited.is_empty();
    let rooms = json!({"join": joined, "invite": invited});
    Ok((news, json!({"next_batch": token.join(","), "rooms": rooms})))
}
