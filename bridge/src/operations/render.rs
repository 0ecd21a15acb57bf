//! How health, quarantine and announcements look.
use super::store::Health;
use crate::platform::alarms::Alarm;
use crate::platform::inbox::store::Poison;
use crate::platform::text::{Line, Message};
use schema::card::{
    Announcement, Card, Done, Envelope, Finding, Inbox, InboxItem, QueueView, Severity, Status,
};
use schema::migrations::Engine;

/// What `!status` says beside the database's figures.
#[derive(Debug, Clone)]
pub struct Running {
    pub program: String,
    pub prefix: String,
    pub engine: Engine,
    pub started_at: i64,
    pub now: i64,
    pub partners: i64,
}

#[must_use]
pub fn status(health: &Health, running: &Running) -> Message {
    let lag = |oldest: Option<i64>| oldest.map_or(0, |at| (running.now - at).max(0));
    let queue = |waiting, oldest, dead| QueueView { waiting, lag_ms: lag(oldest), dead };
    let inbox = queue(health.inbox_waiting.max(1) - 1, health.inbox_oldest_at, health.inbox_poison);
    let outbox = queue(health.outbox_waiting, health.outbox_oldest_at, health.outbox_parked);
    let fine = inbox.dead == 0 && outbox.dead == 0;
    let title = if fine { "🟢 All is well" } else { "🟠 Something needs a look" };
    let mut lines = vec![
        Line::new()
            .plain(&format!("Partners {} · open claims {}", running.partners, health.open_claims)),
        Line::new().plain(&format!("Inbox: {} waiting, {} quarantined", inbox.waiting, inbox.dead)),
        Line::new().plain(&format!("Outbox: {} waiting, {} parked", outbox.waiting, outbox.dead)),
        Line::new().plain(&format!("Ledger: {} entries", health.ledger_seq)),
        Line::new().plain(&format!(
            "Version {} on {}",
            env!("CARGO_PKG_VERSION"),
            match running.engine {
                Engine::Sqlite => "SQLite",
                Engine::Postgres => "PostgreSQL",
            }
        )),
    ];
    let findings = findings(&inbox, &outbox);
    lines.extend(findings.iter().map(|found| {
        let line = Line::new().plain("👉 ").plain(&found.sentence).plain(" ");
        line.sentence(found.mend.as_deref().unwrap_or_default(), &running.prefix)
    }));
    Message::notice(title).lines(lines).card(&Envelope::from(Card::from(Status {
        program: running.program.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: running.started_at,
        homeserver: None,
        database: match running.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
        .to_owned(),
        schema_version: schema::migrations::NEWEST,
        partners: running.partners,
        open_claims: health.open_claims,
        ledger_seq: health.ledger_seq,
        ledger_hash: health.ledger_hash.clone(),
        inbox,
        outbox,
        canary_age_ms: None,
        findings,
    })))
}

/// What did not get through, and where to look.
fn findings(inbox: &QueueView, outbox: &QueueView) -> Vec<Finding> {
    let finding = |id: &str, sentence: String, mend: &str| Finding {
        id: id.to_owned(),
        severity: Severity::Warning,
        sentence,
        mend: Some(mend.to_owned()),
    };
    let mut found = Vec::new();
    if inbox.dead > 0 {
        let sentence = format!("{} inputs are quarantined.", inbox.dead);
        found.push(finding("inbox.poison", sentence, "`inbox list` shows them."));
    }
    if outbox.dead > 0 {
        let sentence = format!("The homeserver refused {} messages.", outbox.dead);
        found.push(finding("outbox.parked", sentence, "Each was told in this room."));
    }
    found
}

/// What the team is told of a fault.
#[must_use]
pub fn alarm(alarm: Alarm) -> Finding {
    let (sentence, mend) = match alarm {
        Alarm::Homeserver => (
            "The homeserver did not answer, or did not reach us, for a while.",
            "Look whether it runs and reaches this machine; partnerspace doctor tries both.",
        ),
        Alarm::Canary => (
            "The homeserver has not pushed our own messages back for two minutes; commands wait until it does, or are found in the rooms.",
            "Run partnerspace doctor; look whether the homeserver reaches this machine.",
        ),
        Alarm::Queue => (
            "More inputs wait than can be answered soon; questions are answered with “busy”.",
            "Look at the load of this machine and its disk; nothing is lost meanwhile.",
        ),
        Alarm::Database => (
            "The database takes no writes. Nothing is lost: the homeserver keeps what it could not hand over.",
            "Look at the database's disk and log; then it goes on by itself.",
        ),
        Alarm::Disk => (
            "The database's disk is nearly full; nothing is taken in until there is room.",
            "Make room on the disk of the database.",
        ),
        Alarm::Clock => (
            "Our clock and the homeserver's differ by more than half a minute; periods end by ours.",
            "Keep both machines' clocks by NTP.",
        ),
        Alarm::Limited => (
            "The homeserver has us wait before each message; answers come late.",
            "Set rate_limited: false in the registration, and restart the homeserver.",
        ),
        Alarm::Rooms => (
            "The bot is not in all of its rooms.",
            "What it owes there waits. `room list` names them; where nobody may invite the bot, `room upgrade` and the room's name makes a new one.",
        ),
        Alarm::Damage => (
            "The database is damaged. Nothing is taken in and nothing is sent; the homeserver keeps what people say.",
            "The log says what was found. Move the database away and run partnerspace restore with the last backup; what came after it is read from the rooms.",
        ),
    };
    finding_of(
        &format!("alarm.{}", alarm.as_str()),
        Severity::Error,
        sentence.to_owned(),
        Some(mend),
    )
}

/// What the team is told when it is over.
#[must_use]
pub fn over(alarm: Alarm, lasted_ms: i64) -> Finding {
    let what = match alarm {
        Alarm::Homeserver => "The homeserver answers and reaches us again",
        Alarm::Canary => {
            "The homeserver pushes events again; what was missed is looked for in the rooms"
        }
        Alarm::Queue => "The inputs that waited are worked off",
        Alarm::Database => "The database takes writes again",
        Alarm::Disk => "There is room on the database's disk again",
        Alarm::Clock => "Our clock and the homeserver's agree again",
        Alarm::Limited => "The homeserver takes messages without a wait again",
        Alarm::Rooms => "The bot is in all of its rooms again",
        Alarm::Damage => "The database is whole again",
    };
    let minutes = lasted_ms / 60_000;
    let lasted =
        if minutes < 2 { "two minutes at most".to_owned() } else { format!("{minutes} minutes") };
    let sentence = format!("{what} (it lasted {lasted}).");
    finding_of(&format!("alarm.{}.over", alarm.as_str()), Severity::Info, sentence, None)
}

fn finding_of(id: &str, severity: Severity, sentence: String, mend: Option<&str>) -> Finding {
    Finding { id: id.to_owned(), severity, sentence, mend: mend.map(str::to_owned) }
}

#[must_use]
pub fn inbox(items: &[Poison], prefix: &str) -> Message {
    let message = Message::notice(format!("Quarantine · {}", items.len()));
    let message = if items.is_empty() {
        message.line("Nothing is quarantined.")
    } else {
        let rows = items.iter().map(|item| {
            let line = Line::new().strong(&item.seq.to_string());
            if !item.is_event() {
                return line.plain(" is no event");
            }
            let tries = if item.attempts == 1 {
                "1 try".to_owned()
            } else {
                format!("{} tries", item.attempts)
            };
            line.plain(" from ").person(&item.sender).plain(&format!(", {tries}"))
        });
        let (retry, drop) = (items.iter().find(|item| item.is_event()), items.first());
        let mut hints = Vec::new();
        if let Some(item) = retry {
            let command = format!("{prefix}inbox retry {}", item.seq);
            hints.push(Line::new().code(&command).plain(" runs it again"));
        }
        if let Some(item) = drop {
            let command = format!("{prefix}inbox drop {}", item.seq);
            hints.push(Line::new().code(&command).plain(" ends it for good"));
        }
        message.lines(rows.collect()).lines(hints)
    };
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let cards = items
        .iter()
        .map(|item| InboxItem {
            n: item.seq,
            event_id: some(&item.event_id),
            room_id: some(&item.room_id),
            sender: some(&item.sender),
            received_at: item.received_at,
            attempts: item.attempts,
            reason: if item.is_event() { "failed" } else { "unreadable" }.to_owned(),
        })
        .collect();
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    message.card(&Envelope::from(Card::from(Inbox { items: cards, count })))
}

#[must_use]
pub fn done(what: &str, sentence: &str, subject: Option<String>) -> Message {
    Message::notice(sentence).card(&Envelope::from(Card::from(Done {
        what: what.to_owned(),
        sentence: sentence.to_owned(),
        subject,
    })))
}

/// What goes to the announcements room; a person's words, so nothing in them pings.
#[must_use]
pub fn announcement(text: &str, notify: bool, now: i64) -> Message {
    let title = Line::new().plain("📣 Announcement");
    let mut message = Message::text(title).prose(text);
    if notify {
        message = message.line(Line::new().room()).mention_room();
    }
    message.card(&Envelope::from(Card::from(Announcement {
        text: text.to_owned(),
        notify,
        announced_at: now,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poison(seq: i64, room: &str) -> Poison {
        let sender = if room.is_empty() { "" } else { "@ana:x.org" };
        Poison {
            seq,
            event_id: format!("$e{seq}"),
            sender: sender.to_owned(),
            room_id: room.to_owned(),
            received_at: 1,
            attempts: if room.is_empty() { 0 } else { 1 },
        }
    }

    #[test]
    fn the_quarantine_names_what_can_be_done_with_its_own_numbers() {
        let message = inbox(&[poison(136, ""), poison(140, "!a:x")], "!").content();
        assert_eq!(
            message["body"],
            "Quarantine · 2\n136 is no event\n140 from @\u{2060}ana:x.org, 1 try\n\
             !inbox retry 140 runs it again\n!inbox drop 136 ends it for good"
        );
    }

    #[test]
    fn what_needs_a_look_is_named_in_the_card() {
        let health = Health { inbox_poison: 2, outbox_parked: 1, ..Health::default() };
        let running = Running {
            program: "P".into(),
            prefix: "?".into(),
            engine: Engine::Sqlite,
            started_at: 7,
            now: 9,
            partners: 0,
        };
        let message = status(&health, &running).content();
        let card = &message["agency.siso.partners.card"];
        assert_eq!((&card["started_at"], &card["database"]), (&7.into(), &"sqlite".into()));
        assert_eq!(card["findings"][0]["id"], "inbox.poison");
        assert_eq!(card["findings"][1]["id"], "outbox.parked");
        assert!(message["body"].as_str().unwrap_or_default().contains("?inbox list shows them"));
        let fine = status(&Health::default(), &running).content();
        assert_eq!(fine["agency.siso.partners.card"]["findings"], serde_json::json!([]));
    }
}
