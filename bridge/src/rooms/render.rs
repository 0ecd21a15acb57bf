//! How rooms and their troubles look to the team.
mod reach;

use super::rules::{Access, RoomKey, Wish, wish};
use super::store::RoomRow;
use super::upgrades::Ended;
use crate::platform::text::{Line, Message};
use crate::program::Program;
pub use reach::{arrived, hindered, long, row as reach_row};
use schema::card::{Alert, Card, Envelope, Finding, RoomView, Rooms, Severity, Welcome};
use schema::status::RoomRole;

const ROWS_MAX: usize = 60;

/// What the team reads first in its new room.
#[must_use]
pub fn first_words(program: &Program) -> Message {
    let Program { name, prefix, .. } = program;
    let commands =
        ["industry add dental \"Dental practices\"", "partner add @ana:example.org", "help"];
    let says = ["opens an industry with its channel", "lets a partner in", "shows the rest"];
    let rows = commands.iter().zip(says).map(|(command, does)| {
        Line::new().code(&format!("{prefix}{command}")).plain(" ").plain(does)
    });
    Message::text(Line::new().plain("👋 The control room of ").plain(name))
        .line("Applications and claims come here: react with ✅ or ❌. To begin:")
        .lines(rows.collect())
        .card(&Envelope::from(Card::from(Welcome {
            program: name.clone(),
            space: format!("#{}-space:{}", program.alias_prefix, program.server_name),
            partner: None,
            commands: commands.iter().map(|command| (*command).to_owned()).collect(),
        })))
}

/// Something that nobody asked about.
#[must_use]
pub fn alert(alert: Alert, prefix: &str) -> Message {
    shown(alert, None, prefix)
}

/// As [`alert`], with the person who caused it.
#[must_use]
pub fn alert_by(alert: Alert, by: &str, prefix: &str) -> Message {
    shown(alert, Some(by), prefix)
}

/// Too many people of a server who are nobody to the program have a chat with the bot.
#[must_use]
pub fn chats_full(server: &str, max: i64, now: i64, prefix: &str) -> Message {
    let sentence = format!(
        "{max} people of {server} who are not partners have a chat with the bot; no more of them are followed."
    );
    let mend = format!("Let in whom you know with `partner add @ana:{server}`.");
    let finding = Finding {
        id: "chats_full".to_owned(),
        severity: Severity::Warning,
        sentence,
        mend: Some(mend),
    };
    let alert_of = Alert { finding, room_id: None, event_id: None, raised_at: now };
    alert(alert_of, prefix)
}

fn shown(alert: Alert, by: Option<&str>, prefix: &str) -> Message {
    let mut lines = vec![Line::new().sentence(&alert.finding.sentence, prefix)];
    if let Some(by) = by {
        lines.push(Line::new().plain("By ").person(by));
    }
    if let Some(mend) = &alert.finding.mend {
        lines.push(Line::new().plain("👉 ").sentence(mend, prefix));
    }
    Message::text(title(alert.finding.severity))
        .lines(lines)
        .card(&Envelope::from(Card::from(alert)))
}

fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "ℹ️ For your information",
        Severity::Warning => "⚠️ Something was not as it should be",
        Severity::Error => "🔴 Something needs you",
    }
}

/// One room for `room list`: as it should be, and what is known of it.
#[must_use]
pub fn view(wish: &Wish, row: Option<&RoomRow>) -> Option<RoomView> {
    let role: RoomRole = wish.key.role()?;
    Some(RoomView {
        role,
        industry: wish.key.industry().map(str::to_owned),
        name: wish.name.clone(),
        room_id: row.map(|row| row.room_id.clone()),
        alias: wish.alias.clone().unwrap_or_default(),
        version: row.map(|row| row.version.clone()),
        findings: row.map(|row| row.findings.clone()).unwrap_or_default(),
    })
}

#[must_use]
pub fn list(views: Vec<RoomView>, repairing: bool, prefix: &str) -> Message {
    let lines = views.iter().take(ROWS_MAX).flat_map(row).collect();
    let troubles: Vec<Line> = views
        .iter()
        .flat_map(|view| &view.findings)
        .map(|found| trouble(found, prefix))
        .take(ROWS_MAX)
        .collect();
    let message = Message::notice("Rooms").lines(lines);
    let message = if troubles.is_empty() { message } else { message.lines(troubles) };
    let message = if repairing {
        message.line(
            "Looking at all of them now; what differs is mended, what cannot be is told here.",
        )
    } else {
        message
            .line(Line::new().plain("Look again and mend: ").code(&format!("{prefix}room repair")))
    };
    message.card(&Envelope::from(Card::from(Rooms { repairing, rooms: views })))
}

/// A room's name as the program gives it.
#[must_use]
pub fn room_name(key: &RoomKey, program: &Program) -> String {
    match key {
        RoomKey::Industry(_) | RoomKey::Pair(_) => key.to_string(),
        key => wish(key, None, program).name,
    }
}

/// A link to a room that works on every server.
#[must_use]
pub fn room_link(line: Line, name: &str, row: &RoomRow, own: &str) -> Line {
    let own = [own.to_owned()];
    let via = if row.via.is_empty() { &own[..] } else { &row.via };
    let via: Vec<String> = via.iter().map(|server| format!("via={server}")).collect();
    line.link(name, &format!("https://matrix.to/#/{}?{}", row.room_id, via.join("&")))
}

/// The last words in a room that was replaced.
#[must_use]
pub fn farewell(name: &str, new: &RoomRow, own: &str) -> Message {
    Message::text("➡️ This room has moved")
        .line(room_link(Line::new().plain("It goes on in "), name, new, own))
        .line("You are invited there; pinned messages are there already.")
        .line("What was said here stays readable.")
}

/// What a manager is about to do.
#[must_use]
pub fn upgrade_asked(rooms: &[RoomRow], version: &str) -> Message {
    let one = rooms.len() == 1;
    let title = if one { "⚠️ Replace this room?" } else { "⚠️ Replace these rooms?" };
    let rows = rooms.iter().take(ROWS_MAX).map(|row| {
        let from = format!(" {} → {version}", row.version);
        Line::new().plain("• ").code(&row.key.to_string()).plain(&from)
    });
    Message::text(title).lines(rows.collect()).line(UPGRADE_EFFECT)
}

/// What an upgrade does, in a sentence.
pub const UPGRADE_EFFECT: &str =
    "A new room takes over: people are asked over, the old one is closed for good.";

#[must_use]
pub fn upgrade_begun(rooms: usize, version: &str) -> Message {
    let what = if rooms == 1 { "A room is".to_owned() } else { format!("{rooms} rooms are") };
    Message::notice(format!("⏳ {what} being replaced"))
        .line(format!("Room version {version}. You hear here when it is done."))
        .line("Commands count in the old room as in the new one.")
}

/// An upgrade is over.
#[must_use]
pub fn upgraded(ended: &Ended, program: &Program, now: i64) -> Message {
    let people = match ended.people {
        1 => "1 person was asked over".to_owned(),
        n => format!("{n} people were asked over"),
    };
    let sentence = format!("{} has room version {} now; {people}.", ended.key, ended.version);
    let finding =
        Finding { id: "room_upgraded".into(), severity: Severity::Info, sentence, mend: None };
    let room_id = Some(ended.room_id.clone());
    alert(Alert { finding, room_id, event_id: None, raised_at: now }, &program.prefix)
}

/// Whose servers may take part.
#[must_use]
pub fn access(access: Option<&Access>, own: &str, prefix: &str) -> Message {
    let (title, line) = match access {
        None | Some(Access::Open) => {
            ("🔓 Rooms are open", "People of every server may take part once they are let in.")
        }
        Some(Access::Members(_)) => ("🔒 Rooms are closed", "Only these servers may take part:"),
    };
    let message = Message::notice(title).line(line);
    match access {
        Some(closed @ Access::Members(_)) => {
            let hosts = closed.hosts(own);
            let rows = hosts.iter().take(ROWS_MAX).map(|host| Line::new().plain("• ").code(host));
            message
                .lines(rows.collect())
                .line("New people's servers are let in before they are invited.")
        }
        _ => message.line(Line::new().plain("Close: ").code(&format!("{prefix}room acl members"))),
    }
}

/// The name, and under it the alias, which is as long.
fn row(view: &RoomView) -> impl Iterator<Item = Line> {
    let mark = match (&view.room_id, view.findings.is_empty()) {
        (None, _) => "⏳ ",
        (Some(_), true) => "✅ ",
        (Some(_), false) => "⚠️ ",
    };
    let alias = (!view.alias.is_empty()).then(|| Line::new().code(&view.alias));
    std::iter::once(Line::new().plain(mark).person_strong(&view.name)).chain(alias)
}

fn trouble(finding: &Finding, prefix: &str) -> Line {
    Line::new().plain("⚠️ ").sentence(&finding.sentence, prefix)
}
