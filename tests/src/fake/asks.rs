//! Answers that take time: a person's `/sync`, and what the homeserver asks the appservice before it
//! can answer: the ping, an unknown alias, an unknown user.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::Shared;
use super::answer::{Answer, Refused, forbidden};
use super::http::Call;
use super::push::{with_header, with_token};

/// The answer of a ping; for other calls asks about names nobody knows yet and gives None.
pub async fn before(shared: &Arc<Shared>, call: &Call) -> Option<Answer> {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["_matrix", "client", _, "sync"]) => {
            return Some(super::sync::sync(shared, call).await);
        }
        ("POST", ["_matrix", "client", "v1", "appservice", id, "ping"]) => {
            return Some(ping(shared, call, id).await);
        }
        ("GET", [.., "directory", "room", alias]) | ("POST", [.., "join", alias])
            if alias.starts_with('#') =>
        {
            let unknown = {
                let world = shared.world.lock().unwrap();
                !world.aliases.contains_key(*alias) && world.registration.owns_alias(alias)
            };
            if unknown {
                let _ = query(shared, "rooms", alias).await;
            }
        }
        ("POST", [.., "rooms", _, "invite"]) => {
            let user = call.body["user_id"].as_str().unwrap_or_default();
            let unknown = {
                let world = shared.world.lock().unwrap();
                !world.users.contains_key(user) && world.is_ours(user)
            };
            if unknown {
                let _ = query(shared, "users", user).await;
            }
        }
        _ => {}
    }
    None
}

/// Asks whether a user or an alias of the namespaces exists.
pub async fn query(shared: &Shared, what: &str, name: &str) -> u16 {
    let request = {
        let world = shared.world.lock().unwrap();
        let mut url = match url::Url::parse(&world.registration.url) {
            Ok(url) => url,
            Err(_) => return 0,
        };
        url.path_segments_mut()
            .map(|mut path| {
                path.pop_if_empty().extend(["_matrix", "app", "v1", what, name]);
            })
            .unwrap_or_default();
        with_header(&world, shared.http.get(with_token(&world, url.into())))
    };
    request.send().await.map_or(0, |answer| answer.status().as_u16())
}

async fn ping(shared: &Arc<Shared>, call: &Call, id: &str) -> Answer {
    let request = {
        let world = shared.world.lock().unwrap();
        let caller = world.caller(call)?;
        if !caller.appservice {
            let text = "Only application services can use the /appservice/ping endpoint";
            return Err(forbidden(text));
        }
        if id != world.registration.id {
            return Err(forbidden("Mismatching application service ID in path"));
        }
        let url = format!("{}/_matrix/app/v1/ping", world.registration.url);
        let body = json!({"transaction_id": call.body["transaction_id"]});
        with_header(&world, shared.http.post(with_token(&world, url)).json(&body))
    };
    let started = Instant::now();
    let failed = |errcode, text: String| Refused::new(502, errcode, text);
    let answer = match request.send().await {
        Err(error) if error.is_timeout() => {
            return Err(Refused::new(504, "M_CONNECTION_TIMEOUT", "timed out"));
        }
        Err(error) => return Err(failed("M_CONNECTION_FAILED", error.to_string())),
        Ok(answer) => answer,
    };
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap_or_default();
    if status != 200 || serde_json::from_str::<Value>(&body).is_err() {
        let refused = failed("M_BAD_STATUS", format!("HTTP {status}"));
        return Err(refused.with("status", status).with("body", body));
    }
    shared.world.lock().unwrap().delivery.restore();
    shared.changed();
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(json!({"duration_ms": ms}))
}
