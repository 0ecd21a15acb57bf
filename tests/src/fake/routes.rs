//! Which endpoint answers, by method and path segments.

use serde_json::json;

use super::answer::{Answer, Refused, forbidden, unrecognized};
use super::http::Call;
use super::world::{Caller, World};
use super::{account, create, directory, login, media, members, read, send};

pub fn route(w: &mut World, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let method = call.method.as_str();
    match (method, segments.as_slice()) {
        ("OPTIONS", _) => Ok(json!({})),
        (_, ["_matrix", "client", "versions"]) => Ok(versions(w)),
        (_, ["_matrix", "federation", "v1", "version"]) => {
            let name = if w.quirks.conduit { "Conduit" } else { "Synapse" };
            let version = if w.quirks.conduit { "0.11.0-alpha" } else { "1.163.2" };
            Ok(json!({"server": {"name": name, "version": version}}))
        }
        ("POST", ["_matrix", "media", "v3", "upload"]) => media::upload(w, call),
        (_, ["_matrix", "client", _version, rest @ ..]) => client(w, call, method, rest),
        _ => Err(unrecognized(404)),
    }
}

fn versions(w: &World) -> serde_json::Value {
    let versions: Vec<String> = (1..=12).map(|minor| format!("v1.{minor}")).collect();
    let unstable = if w.quirks.conduit {
        json!({})
    } else {
        json!({"org.matrix.msc3202": true, "fi.mau.msc2659.stable": true})
    };
    json!({"versions": versions, "unstable_features": unstable})
}

fn client(w: &mut World, call: &Call, method: &str, rest: &[&str]) -> Answer {
    if let Some(answer) = login::open(w, call, method, rest) {
        return answer;
    }
    let caller = w.caller(call)?;
    let c = &caller;
    if w.quirks.conduit && call.token.as_deref() == Some(w.registration.as_token.as_str()) {
        let needs_device =
            matches!(rest, ["rooms", _, "messages" | "context", ..] | ["sync", ..] | ["keys", ..]);
        if needs_device {
            return Err(Refused::bare(500));
        }
    }
    let groups =
        [account::route, directory::route, media::route, members::route, send::route, read::route];
    if (method, rest) == ("POST", &["createRoom"]) {
        return create::create(w, c, &call.body);
    }
    for group in groups {
        if let Some(answer) = group(w, c, call, rest) {
            return answer;
        }
    }
    Err(unrecognized(404))
}

impl World {
    /// Who asks, with the masquerade of an application service.
    pub fn caller(&self, call: &Call) -> Result<Caller, Refused> {
        let Some(token) = call.token.as_deref() else {
            return Err(Refused::new(401, "M_MISSING_TOKEN", "Missing access token"));
        };
        if token != self.registration.as_token {
            let Some((user, device)) = self.tokens.get(token) else {
                return Err(Refused::new(401, "M_UNKNOWN_TOKEN", "Invalid access token passed."));
            };
            let (user, device) = (user.clone(), Some(device.clone()));
            return Ok(Caller { appservice: self.is_ours(&user), user, device });
        }
        let user = call.query.get("user_id").cloned();
        let device = call.query.get("device_id").or(call.query.get("org.matrix.msc3202.device_id"));
        let Some(user) = user else {
            if device.is_some() && !self.quirks.conduit {
                return Err(Refused::new(500, "M_UNKNOWN", "Internal server error"));
            }
            let sender = self.sender();
            if self.quirks.conduit && !self.users.contains_key(&sender) {
                return Err(forbidden("User does not exist."));
            }
            return Ok(Caller { user: sender, device: None, appservice: true });
        };
        self.may_masquerade(&user)?;
        let device = device.filter(|_| !self.quirks.conduit).cloned();
        if let Some(device) = &device
            && !self.users[&user].devices.contains_key(device)
        {
            let text = format!(
                "Application service trying to use a device that doesn't exist ('{device}' for {user})"
            );
            return Err(Refused::new(400, "M_UNKNOWN_DEVICE", text));
        }
        Ok(Caller { user, device, appservice: true })
    }

    fn may_masquerade(&self, user: &str) -> Result<(), Refused> {
        if !self.is_ours(user) {
            if self.quirks.conduit {
                return Err(Refused::new(400, "M_EXCLUSIVE", "User is not in namespace."));
            }
            let text = format!("Application service cannot masquerade as this user ({user}).");
            return Err(forbidden(text));
        }
        if user != self.sender() && !self.users.contains_key(user) {
            let text = format!("Application service has not registered this user ({user})");
            return Err(forbidden(text));
        }
        Ok(())
    }
}
