//! How the audit looks.
use super::store::Line as Entry;
use crate::platform::text::{Line, Message};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schema::card::{ActionView, Audit, Card, Envelope};

/// Day and minute in the program's zone.
fn moment(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// What was done, and under it when, by whom and why.
fn rows(entry: &Entry, zone: &TimeZone) -> Vec<Line> {
    let what = Line::new().strong(&entry.action).plain(" ").person(&entry.object);
    let when = Line::new().plain(&moment(entry.at, zone)).plain(" by ").plain(&entry.actor);
    let why = (!entry.detail.is_empty()).then(|| Line::new().person_cut(&entry.detail, 80));
    [what, when].into_iter().chain(why).collect()
}

#[must_use]
pub fn audit(entries: &[Entry], zone: &TimeZone) -> Message {
    let mut message = Message::notice(format!("Audit · last {}", entries.len()));
    if entries.is_empty() {
        message = message.line("Nothing yet.");
    }
    for entry in entries {
        message = message.lines(rows(entry, zone));
    }
    let actions = entries
        .iter()
        .map(|entry| ActionView {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor.clone(),
            action: entry.action.clone(),
            subject: entry.object.clone(),
            detail: Some(entry.detail.clone()).filter(|detail| !detail.is_empty()),
            confirmed_by: None,
        })
        .collect();
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    message.card(&Envelope::from(Card::from(Audit { actions, count })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_minute_in_the_programs_zone() {
        let entry = Entry {
            seq: 1,
            at: 1_795_521_851_215,
            actor: "@olga:x.org".into(),
            action: "sale.approve".into(),
            object: "S-1".into(),
            detail: String::new(),
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let message = audit(&[entry], &zone).content();
        let body = message["body"].as_str().unwrap_or_default();
        assert!(body.contains("sale.approve S-1\n2026-11-24 13:04 by @olga:x.org"), "{body}");
    }
}
