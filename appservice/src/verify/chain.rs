//! The chain of extracts: each link's hash from its own text, each hanging on the one before, none
//! missing, in the order in which they were made.
use super::Findings;
use super::events::Event;
use schema::card::{Extract, GENESIS};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A link as it stands in the room.
#[derive(Debug, Clone)]
pub struct Link {
    pub told: Extract,
    /// When the homeserver took it.
    ts: i64,
    /// The hash of its text, computed here.
    made: String,
}

/// The links that the bot sent, in order; what is wrong with them is a finding.
pub fn links<'a>(events: impl Iterator<Item = &'a Event>, found: &mut Findings) -> Vec<Link> {
    let mut links: BTreeMap<i64, Link> = BTreeMap::new();
    for event in events {
        let Some(card) = event.card("extract") else { continue };
        let told: Extract = match serde_json::from_value(card.clone()) {
            Ok(told) => told,
            Err(error) => {
                found.differs(format!("an extract cannot be read: {error}"));
                continue;
            }
        };
        let link = Link { told, ts: event.ts, made: hash(card) };
        let n = link.told.n;
        match links.get(&n) {
            Some(other) if other.made == link.made => {}
            Some(_) => found.differs(format!("there are two extracts no. {n}, and they differ")),
            None => drop(links.insert(n, link)),
        }
    }
    let links: Vec<Link> = links.into_values().collect();
    check(&links, found);
    links
}

fn check(links: &[Link], found: &mut Findings) {
    let Some(first) = links.first() else { return };
    if first.told.n != 1 {
        found.untold(format!(
            "the extracts here begin with no. {}: those before are needed, too (an older room, or the \
             rest of the export)",
            first.told.n
        ));
    } else if first.told.prev != GENESIS {
        found.differs("extract no. 1 hangs on something before it".to_owned());
    }
    for link in links.iter().filter(|link| link.made != link.told.hash) {
        found.differs(format!("extract no. {}: its hash is not that of its text", link.told.n));
    }
    for pair in links.windows(2) {
        let [old, new] = pair else { continue };
        let (before, after) = (&old.told, &new.told);
        let n = after.n;
        if n != before.n + 1 {
            found.differs(format!(
                "{} missing between no. {} and no. {n}: taken out of the room, or left out of the file",
                if n == before.n + 2 { "an extract is" } else { "extracts are" },
                before.n
            ));
            continue;
        }
        if after.prev != before.hash {
            found.differs(format!("extract no. {n} does not hang on no. {}", before.n));
        }
        let goes_on = (after.since, after.ledger_seq) == (before.since, before.ledger_seq);
        if !goes_on && after.since != before.ledger_seq {
            found.differs(format!("extract no. {n} does not begin where no. {} ends", before.n));
        }
        if after.ledger_seq < before.ledger_seq || after.at < before.at || new.ts < old.ts {
            found.differs(format!("extract no. {n} is older than no. {}", before.n));
        }
    }
}

/// SHA-256 of a card's canonical text without its `hash`.
#[must_use]
pub fn hash(card: &Value) -> String {
    let mut card = card.clone();
    if let Some(fields) = card.as_object_mut() {
        fields.remove("hash");
    }
    let mut text = String::new();
    canonical(&card, &mut text);
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            text.push('{');
            for (at, name) in names.into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                canonical(&fields[name], text);
            }
            text.push('}');
        }
        Value::Array(list) => {
            text.push('[');
            for (at, one) in list.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                canonical(one, text);
            }
            text.push(']');
        }
        leaf => {
            let _ = write!(text, "{leaf}");
        }
    }
}
