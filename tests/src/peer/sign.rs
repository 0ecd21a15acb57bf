//! Event hashes, ids and signatures of room version 12, by hand: a library would refuse to sign what this
//! peer sends. [Spec](https://spec.matrix.org/latest/server-server-api/#signing-events)
use crate::fake::kept;
use crate::{Outcome, registration};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use ruma::serde::Base64;
use ruma::serde::base64::{Standard, UrlSafe};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

const NAME: &str = "ed25519:peer";
/// Keys of an event that a redaction leaves.
const KEPT: [&str; 11] = [
    "type",
    "room_id",
    "sender",
    "state_key",
    "content",
    "hashes",
    "signatures",
    "depth",
    "prev_events",
    "auth_events",
    "origin_server_ts",
];

/// An event as it is sent, and its id.
#[derive(Debug, Clone)]
pub struct Signed {
    pub id: String,
    pub pdu: Value,
}

pub struct Key {
    server: String,
    pair: Ed25519KeyPair,
}

impl Key {
    pub fn new(server: &str) -> Outcome<Self> {
        let seed = Sha256::digest(registration::secret().as_bytes());
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(anyhow::Error::msg)?;
        Ok(Self { server: server.to_owned(), pair })
    }

    /// What `/_matrix/key/v2/server` answers.
    #[must_use]
    pub fn published(&self, valid_until: i64) -> Value {
        let key = base64(self.pair.public_key().as_ref());
        let mut keys = json!({
            "server_name": self.server, "valid_until_ts": valid_until, "old_verify_keys": {},
            "verify_keys": { NAME: { "key": key } },
        });
        self.sign(&mut keys);
        keys
    }

    /// The header of a request.
    #[must_use]
    pub fn authorization(
        &self,
        method: &str,
        uri: &str,
        destination: &str,
        content: Option<&Value>,
    ) -> String {
        let origin = &self.server;
        let mut request = json!({
            "method": method, "uri": uri, "origin": origin, "destination": destination,
        });
        if let Some(content) = content {
            request["content"] = content.clone();
        }
        let signature = self.signature(&request);
        format!(
            "X-Matrix origin=\"{origin}\",destination=\"{destination}\",key=\"{NAME}\",sig=\"{signature}\""
        )
    }

    /// Hashes and signs an event, whatever stands in it.
    #[must_use]
    pub fn signed(&self, mut pdu: Value) -> Signed {
        let hash = Sha256::digest(canonical(&without(&pdu, &["hashes", "signatures", "unsigned"])));
        pdu["hashes"] = json!({ "sha256": base64(&hash) });
        self.countersign(&mut pdu);
        Signed { id: event_id(&pdu), pdu }
    }

    /// Adds this server's signature to an event that has its hashes.
    pub fn countersign(&self, pdu: &mut Value) {
        let mut redacted = redacted(pdu);
        self.sign(&mut redacted);
        let ours = redacted["signatures"][&self.server].take();
        if !pdu["signatures"].is_object() {
            pdu["signatures"] = json!({});
        }
        pdu["signatures"][&self.server] = ours;
    }

    fn sign(&self, object: &mut Value) {
        let signature = self.signature(object);
        object["signatures"] = json!({ &self.server: { NAME: signature } });
    }

    fn signature(&self, object: &Value) -> String {
        let text = canonical(&without(object, &["signatures", "unsigned"]));
        base64(self.pair.sign(text.as_bytes()).as_ref())
    }
}

/// `$` and the hash of what a redaction leaves.
#[must_use]
pub fn event_id(pdu: &Value) -> String {
    let text = canonical(&without(&redacted(pdu), &["signatures", "unsigned"]));
    format!("${}", Base64::<UrlSafe, _>::new(Sha256::digest(text).to_vec()).encode())
}

fn redacted(pdu: &Value) -> Value {
    let mut redacted = only(pdu, &KEPT);
    redacted["content"] = kept(pdu["type"].as_str().unwrap_or_default(), &pdu["content"]);
    redacted
}

fn only(object: &Value, keys: &[&str]) -> Value {
    let fields = object.as_object().into_iter().flatten();
    fields
        .filter(|(key, _)| keys.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn without(object: &Value, keys: &[&str]) -> Value {
    let fields = object.as_object().into_iter().flatten();
    fields
        .filter(|(key, _)| !keys.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn base64(bytes: &[u8]) -> String {
    Base64::<Standard, _>::new(bytes.to_vec()).encode().trim_end_matches('=').to_owned()
}

/// Keys in order, nothing between; numbers as they are, also those that the spec forbids.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            let field =
                |key: &String| format!("{}:{}", Value::from(key.as_str()), canonical(&fields[key]));
            let fields: Vec<_> = keys.into_iter().map(field).collect();
            format!("{{{}}}", fields.join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_does_not_depend_on_what_is_redacted() {
        let key = Key::new("localhost:1").unwrap();
        let said = json!({"type": "m.room.message", "content": {"body": "a"}, "room_id": "!a"});
        let signed = key.signed(said);
        let mut other = signed.pdu.clone();
        other["content"] = json!({});
        other["unsigned"] = json!({"age": 1});
        assert_eq!(event_id(&other), signed.id);
        other["hashes"]["sha256"] = json!("x");
        assert_ne!(event_id(&other), signed.id);
        assert_eq!(signed.id.len(), 44);
    }
}
