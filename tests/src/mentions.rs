//! Nobody is mentioned who need not act: which messages of the bot may mention somebody. Transcripts ask it of
//! what people saw, the fake homeserver of everything that it was sent.
use anyhow::ensure;
use serde_json::{Value, json};

/// What asks a named person for something: a co-seller's yes, an answer, a mentor's yes, a confirmation,
/// a deal before its end, a reason.
const ASKING: [(&str, &str); 6] = [
    ("sale", "asked"),
    ("question", "asked"),
    ("mentorship", "asked"),
    ("mentorship", "logged"),
    ("deal", "reminded"),
    ("hint", ""),
];

/// # Errors
/// With the message, if it mentions somebody for nothing, or does not say whom it mentions.
pub fn check(content: &Value, card: &Value) -> crate::Outcome<()> {
    ensure!(is_due(content, card), "mentions for nothing: {content}");
    Ok(())
}

fn is_due(content: &Value, card: &Value) -> bool {
    let mentions = &content["m.mentions"];
    if *mentions == json!({}) {
        return true;
    }
    let kind = card["kind"].as_str().unwrap_or_default();
    let event = card["event"].as_str().unwrap_or_default();
    let named = mentions["user_ids"].as_array().is_some_and(|users| !users.is_empty());
    let asks = ASKING.contains(&(kind, event)) && named && mentions["room"].is_null();
    asks || kind == "announcement" && mentions["room"] == true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_must_act_is_mentioned() {
        let named = json!({"m.mentions": {"user_ids": ["@ana:a.org"]}});
        let ask = json!({"kind": "sale", "event": "asked"});
        assert!(is_due(&named, &ask));
        assert!(!is_due(&named, &json!({"kind": "board"})));
        assert!(!is_due(&json!({"m.mentions": {"room": true}}), &ask));
        assert!(!is_due(&json!({}), &json!({"kind": "board"})));
        assert!(is_due(&json!({"m.mentions": {}}), &json!({"kind": "board"})));
    }
}
