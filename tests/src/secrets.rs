//! Words that are planted where secrets and people's words are, and that no program may ever print. What
//! each program of the tests has printed is searched when it goes (`Program`'s drop).
use crate::registration::Registration;

/// PostgreSQL's password in the tests; the server trusts everybody and does not ask for it.
pub const DATABASE: &str = "planted-database-h7gq";

/// Where a secret is planted, and the secret. The tokens of a registration are two more: they differ
/// from program to program.
pub const PLANTED: [(&str, &str); 20] = [
    ("the database's URL", DATABASE),
    ("a variable of the environment", "planted-environment-k2vd"),
    ("talk in a room", "planted-talk-w8xs"),
    ("a command's line", "planted-line-p4mz"),
    ("a client's name", "planted-client-c9rt"),
    ("the evidence of a sale", "planted-evidence-e3hb"),
    ("the reason of a rejection", "planted-reason-r6yk"),
    ("a story of success", "planted-story-s5jn"),
    ("a playbook's text", "planted-playbook-b1fl"),
    ("thanks", "planted-thanks-t0dq"),
    ("a question", "planted-question-q7ow"),
    ("a chat with the bot", "planted-chat-d2ue"),
    ("an application", "planted-application-a8ic"),
    ("an announcement", "planted-announcement-n4pa"),
    ("a goal's title", "planted-goal-g6sm"),
    ("something that is no event", "planted-malformed-m3xv"),
    ("an input that fails", "planted-failing-f9kz"),
    ("what the homeserver refuses", "planted-refused-u5bt"),
    ("a reaction's key", "planted-reaction-y1gh"),
    ("an edit", "planted-edit-i7rw"),
];

/// The first secret in a text, by its place.
#[must_use]
pub fn found(text: &str, registration: &Registration) -> Option<&'static str> {
    let Registration { as_token, hs_token, .. } = registration;
    if text.contains(as_token.as_str()) {
        return Some("the application service's token");
    }
    if text.contains(hs_token.as_str()) {
        return Some("the homeserver's token");
    }
    PLANTED.iter().find(|(_, word)| text.contains(word)).map(|(place, _)| *place)
}

/// The word that is planted at a place.
#[must_use]
pub fn planted(place: &str) -> &'static str {
    PLANTED.iter().find(|(known, _)| known.ends_with(place)).map_or("", |(_, word)| word)
}
