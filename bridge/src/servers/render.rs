//! A look at another homeserver, as the team reads it.
use crate::platform::text::{Line, Message};
use schema::card::{Card, CheckStatus, Envelope, Finding, ServerCheck, Severity};

/// The answer follows.
#[must_use]
pub fn asked(server: &str) -> Message {
    let check = ServerCheck {
        status: CheckStatus::Asked,
        server: server.to_owned(),
        software: None,
        version: None,
        checked_at: None,
        findings: Vec::new(),
    };
    Message::notice(Line::new().plain("🔎 Looking at ").code(server))
        .line("I tell you here what I find; it may take a minute.")
        .card(&Envelope::from(Card::from(check)))
}

/// What was found.
#[must_use]
pub fn checked(check: &ServerCheck, now: i64, prefix: &str) -> Message {
    let server = Line::new();
    let title = match check.status {
        CheckStatus::Asked | CheckStatus::Fine => {
            server.plain("✅ ").code(&check.server).plain(" can take part")
        }
        CheckStatus::Mend => {
            server.plain("⚠️ ").code(&check.server).plain(" can take part, nearly")
        }
        CheckStatus::Broken => {
            server.plain("🔴 ").code(&check.server).plain(" cannot take part yet")
        }
    };
    let lines = check.findings.iter().flat_map(|finding| rows(finding, prefix)).collect();
    let mut message = Message::notice(title).lines(lines);
    let age_s = check.checked_at.map_or(0, |at| (now - at) / 1_000);
    if age_s >= 5 {
        message = message.line(format!("Looked at {age_s} s ago."));
    }
    message.card(&Envelope::from(Card::from(check.clone())))
}

fn rows(finding: &Finding, prefix: &str) -> Vec<Line> {
    let mark = match finding.severity {
        Severity::Info => "✓ ",
        Severity::Warning => "⚠️ ",
        Severity::Error => "🔴 ",
    };
    let mut rows = vec![Line::new().plain(mark).sentence(&finding.sentence, prefix)];
    if let Some(mend) = &finding.mend {
        rows.push(Line::new().plain("👉 ").sentence(mend, prefix));
    }
    rows
}
