//! What works without a session: register, login, public profile and directory reads.

use serde_json::json;

use super::answer::{Answer, Refused, bad_json, forbidden};
use super::http::Call;
use super::world::{User, World};
use super::{account, directory};

pub fn open(w: &mut World, call: &Call, method: &str, rest: &[&str]) -> Option<Answer> {
    Some(match (method, rest) {
        ("POST", ["register"]) => register(w, call),
        ("GET", ["login"]) => {
            let mut flows = vec![json!({"type": "m.login.password"})];
            if !w.quirks.msc4190 {
                flows.push(json!({"type": "m.login.application_service"}));
            }
            Ok(json!({"flows": flows}))
        }
        ("POST", ["login"]) => login(w, call),
        ("GET", ["directory", "room", alias]) => directory::lookup(w, alias),
        ("GET", ["profile", user, field @ ..]) => account::profile(w, user, field),
        _ => return None,
    })
}

fn register(w: &mut World, call: &Call) -> Answer {
    let body = &call.body;
    let service = body["type"] == "m.login.application_service";
    let Some(name) = body["username"].as_str().map(str::to_lowercase) else {
        return Err(bad_json("Invalid username"));
    };
    let user = format!("@{name}:{}", w.server);
    let ours = w.is_ours(&user);
    if service {
        if call.token.as_deref() != Some(w.registration.as_token.as_str()) {
            return Err(Refused::new(401, "M_UNKNOWN_TOKEN", "Invalid AS token"));
        }
        if !ours {
            let text = "Invalid user localpart for this application service.";
            return Err(Refused::new(400, "M_EXCLUSIVE", text));
        }
    } else if ours {
        let text = "This user ID is reserved by an application service.";
        return Err(Refused::new(400, "M_EXCLUSIVE", text));
    } else if body.get("auth").is_none() {
        let flows = json!([{"stages": ["m.login.dummy"]}]);
        let asked = Refused::new(401, "", "").with("flows", flows).with("session", "s");
        return Err(asked.with("params", json!({})));
    }
    let inhibit = body["inhibit_login"] == true;
    if service && w.quirks.msc4190 && !inhibit {
        let text = "Appservice login is not supported";
        return Err(Refused::new(400, "M_APPSERVICE_LOGIN_UNSUPPORTED", text));
    }
    if w.users.contains_key(&user) {
        return Err(Refused::new(400, "M_USER_IN_USE", "User ID already taken."));
    }
    let password = body["password"].as_str().unwrap_or_default().to_owned();
    w.add_user(&user, &password);
    let mut answer = json!({"user_id": user, "home_server": w.server});
    if !inhibit {
        let device = body["device_id"].as_str().map(str::to_owned);
        let (token, device) = w.open_session(&user, device);
        answer["access_token"] = json!(token);
        answer["device_id"] = json!(device);
    }
    Ok(answer)
}

fn login(w: &mut World, call: &Call) -> Answer {
    let body = &call.body;
    let name = body["identifier"]["user"].as_str().or(body["user"].as_str()).unwrap_or_default();
    let user =
        if name.starts_with('@') { name.to_owned() } else { format!("@{name}:{}", w.server) };
    match body["type"].as_str() {
        Some("m.login.password") => {
            let known = w.users.get(&user);
            let right = known.is_some_and(|known| {
                !known.password.is_empty() && body["password"].as_str() == Some(&known.password)
            });
            if !right {
                return Err(forbidden("Invalid username or password"));
            }
        }
        Some("m.login.application_service") if w.quirks.msc4190 => {
            let text = "Appservice login is not supported";
            return Err(Refused::new(400, "M_APPSERVICE_LOGIN_UNSUPPORTED", text));
        }
        Some("m.login.application_service") => {
            if call.token.as_deref() != Some(w.registration.as_token.as_str()) {
                return Err(Refused::new(401, "M_MISSING_TOKEN", "Missing access token"));
            }
            if !w.is_ours(&user) {
                return Err(Refused::new(403, "M_EXCLUSIVE", "Invalid login submission"));
            }
            if !w.users.contains_key(&user) {
                return Err(forbidden("User not registered"));
            }
        }
        _ => return Err(Refused::new(400, "M_UNKNOWN", "Unknown login type")),
    }
    let device = body["device_id"].as_str().map(str::to_owned);
    let (token, device) = w.open_session(&user, device);
    Ok(json!({
        "user_id": user, "access_token": token, "device_id": device, "home_server": w.server,
    }))
}

impl World {
    pub fn add_user(&mut self, user: &str, password: &str) {
        let local = user.trim_start_matches('@').split(':').next().unwrap_or_default().to_owned();
        let mut new = User { password: password.to_owned(), ..User::default() };
        new.profile.insert("displayname".into(), json!(local));
        self.users.insert(user.to_owned(), new);
    }

    /// A token of a new session, and its device.
    pub fn open_session(&mut self, user: &str, device: Option<String>) -> (String, String) {
        let device = device.unwrap_or_else(|| self.id(10).to_uppercase());
        let token = format!("syt_{}", self.id(24));
        if let Some(known) = self.users.get_mut(user) {
            known.devices.entry(device.clone()).or_default();
        }
        self.tokens.insert(token.clone(), (user.to_owned(), device.clone()));
        (token, device)
    }
}
