//! The one port: what the program asks of the homeserver. Implemented by `appservice`'s link;
//! tests replace the homeserver, not this trait, so that the real client is always in the path.
use ruma::OwnedEventId;
use ruma::api::auth_scheme::{AuthScheme, SendAccessToken};
use ruma::api::path_builder::PathBuilder;
use ruma::api::{OutgoingRequest, SupportedVersions};
use std::borrow::Cow;
use std::future::Future;

/// One outgoing event, as the bot.
#[derive(Debug, Clone, Copy)]
pub struct Put<'a> {
    pub room_id: &'a str,
    pub kind: PutKind,
    pub event_type: &'a str,
    /// The transaction id of a message or redaction, the state key of a state event.
    pub key: &'a str,
    /// The event a redaction removes.
    pub redacts: Option<&'a str>,
    /// JSON text.
    pub content: &'a str,
}

impl<'a> Put<'a> {
    /// A message that does not wait in the outbox, under a transaction id.
    #[must_use]
    pub const fn message(room_id: &'a str, txn: &'a str, content: &'a str) -> Self {
        let (kind, event_type) = (PutKind::Message, "m.room.message");
        Self { room_id, kind, event_type, key: txn, redacts: None, content }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutKind {
    Message,
    State,
    Redact,
}

/// How a call ended when it did not succeed; what may be concluded differs by variant.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// The homeserver understood and said no: nothing happened and repeating changes nothing.
    #[error("{status} {errcode}: {message}")]
    Refused { status: u16, errcode: String, message: String },
    /// Nothing happened; try again after the given time.
    #[error("rate limited")]
    Limited { retry_after_ms: Option<u64> },
    /// It may or may not have happened (timeout, cut, 5xx, unreadable answer).
    #[error("no clear answer: {0}")]
    Unknown(String),
    /// Nothing left this machine (connection refused, name not found).
    #[error("not reachable: {0}")]
    Unreachable(String),
}

impl CallError {
    /// Whether the homeserver said that the thing asked for does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

pub trait Homeserver: Clone + Send + Sync + 'static {
    fn put(&self, put: &Put<'_>) -> impl Future<Output = Result<OwnedEventId, CallError>> + Send;

    fn call<R>(
        &self,
        request: R,
    ) -> impl Future<Output = Result<R::IncomingResponse, CallError>> + Send
    where
        R: OutgoingRequest + Send + 'static,
        R::IncomingResponse: Send,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>;
}
