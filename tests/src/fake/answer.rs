//! What an endpoint answers: a JSON body, or a refusal in the homeserver's words.

use serde_json::{Map, Value, json};

pub type Answer = Result<Value, Refused>;

/// A client-server error. `bare` sends the status without any body, as Conduit does.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub status: u16,
    pub errcode: &'static str,
    pub error: String,
    pub extra: Map<String, Value>,
    pub bare: bool,
}

impl Refused {
    pub fn new(status: u16, errcode: &'static str, error: impl Into<String>) -> Self {
        Self { status, errcode, error: error.into(), extra: Map::new(), bare: false }
    }

    pub fn bare(status: u16) -> Self {
        Self { bare: true, ..Self::new(status, "", "") }
    }

    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(key.to_owned(), value.into());
        self
    }

    pub fn body(&self) -> Value {
        let mut body = self.extra.clone();
        if !self.errcode.is_empty() {
            body.insert("errcode".into(), json!(self.errcode));
            body.insert("error".into(), json!(self.error));
        }
        Value::Object(body)
    }
}

pub fn forbidden(error: impl Into<String>) -> Refused {
    Refused::new(403, "M_FORBIDDEN", error)
}

pub fn not_found(error: impl Into<String>) -> Refused {
    Refused::new(404, "M_NOT_FOUND", error)
}

pub fn bad_json(error: impl Into<String>) -> Refused {
    Refused::new(400, "M_BAD_JSON", error)
}

pub fn unrecognized(status: u16) -> Refused {
    Refused::new(status, "M_UNRECOGNIZED", "Unrecognized request")
}
