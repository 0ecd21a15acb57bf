//! How rooms and their troubles look to the team.
mod reach;

use super::rules::Wish;
use super::store::RoomRow;
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
    let lines = views.iter().take(ROWS_MAX).map(row).collect();
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

fn row(view: &RoomView) -> Line {
    let mark = match (&view.room_id, view.findings.is_empty()) {
        (None, _) => "⏳ ",
        (Some(_), true) => "✅ ",
        (Some(_), false) => "⚠️ ",
    };
    Line::new().plain(mark).person_strong(&view.name).plain(" ").code(&view.alias)
}

fn trouble(finding: &Finding, prefix: &str) -> Line {
    Line::new().plain("⚠️ ").sentence(&finding.sentence, prefix)
}
