//! What the program's team sees of playbooks in the control room.
use super::{about, card, title, view};
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message};
use crate::playbooks::facts::Facts;
use crate::playbooks::rules::changes::Changes;
use schema::card::{Done, PlaybookReport, Review, ReviewStatus, ReviewSubject};
use schema::ids::ConfirmationId;

/// The review card of a version, as it stands now; the text is in its thread.
#[must_use]
pub fn review(facts: &Facts, changes: Option<&Changes>, decided_by: Option<&str>) -> Message {
    let status = status(facts);
    let mark = match status {
        ReviewStatus::Approved => "✅",
        ReviewStatus::Rejected => "❌",
        ReviewStatus::Withdrawn => "↩",
        ReviewStatus::Open | ReviewStatus::ReasonWanted => "🔎",
    };
    let version = facts.version.version;
    let head = title(mark, facts).plain(&format!(" · playbook {}, v{version}", facts.row.slug));
    let mut message = about(Message::text(head), facts);
    if let Some(changes) = changes {
        let what = super::answers::came_and_went(changes);
        message = message.line(format!("Against what is published: {what}"));
    }
    let who = decided_by.unwrap_or_default();
    message = match status {
        ReviewStatus::Approved => message.line(Line::new().plain("Published by ").code(who)),
        ReviewStatus::Rejected => {
            let reason = facts.version.reject_reason.as_deref().unwrap_or_default();
            message
                .line(Line::new().plain("Turned down by ").code(who))
                .quote(Line::new().person_cut(reason, 300))
        }
        ReviewStatus::Withdrawn => message.line("A newer version has replaced it."),
        ReviewStatus::Open | ReviewStatus::ReasonWanted => message.line(
            "The text is in the thread. React with ✅ to publish, or ❌ and then reply with a reason.",
        ),
    };
    message.card(&card(Review {
        status,
        subject: ReviewSubject::Playbook { playbook: Box::new(view(facts)) },
        needed: 1,
        approvals: decided_by
            .filter(|_| status == ReviewStatus::Approved)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        rejected_by: decided_by.filter(|_| status == ReviewStatus::Rejected).map(str::to_owned),
        reason: facts.version.reject_reason.clone(),
        flags: Vec::new(),
    }))
}

fn status(facts: &Facts) -> ReviewStatus {
    if facts.version.published_at.is_some() {
        ReviewStatus::Approved
    } else if facts.version.rejected_at.is_some() {
        ReviewStatus::Rejected
    } else if facts.row.version > facts.version.version || facts.version.erased_at.is_some() {
        ReviewStatus::Withdrawn
    } else {
        ReviewStatus::Open
    }
}

/// A complaint, in the control room.
#[must_use]
pub fn report(facts: &Facts, user: &str, reason: &str, (prefix, now): (&str, i64)) -> Message {
    let slug = &facts.row.slug;
    Message::text(title("🚩", facts))
        .line(Line::new().plain("Reported by ").code(user))
        .quote(Line::new().person_cut(reason, 500))
        .line(
            Line::new()
                .code(&format!("{prefix}playbook takedown {slug} <reason>"))
                .plain(" hides it; ")
                .code(&format!("{prefix}playbook show {slug}"))
                .plain(" shows it."),
        )
        .card(&card(PlaybookReport {
            slug: slug.clone(),
            user_id: user.to_owned(),
            reason: reason.to_owned(),
            reported_at: now,
        }))
}

/// What the person who complained hears.
#[must_use]
pub fn reported(slug: &str) -> Message {
    let sentence = "Thank you: the program's team will look at it.";
    done("playbook.report", sentence, Some(slug))
}

/// Says exactly what an erasure does, and waits.
#[must_use]
pub fn ask_erase(user: &str, versions: usize, line: &str, asker: (&str, i64)) -> Message {
    let effect = format!(
        "The text of {versions} versions that hold their words is deleted for good: in the \
         database, and in our messages. Hashes, results and the sales stay."
    );
    let message = Message::notice(Line::new().plain("Erase the words of ").code(user).plain("?"))
        .line(effect.as_str());
    confirm::waits(message, effect, (line, ConfirmationId(0)), asker)
}

#[must_use]
pub fn erased(user: &str, versions: usize) -> Message {
    done(
        "playbook.erase",
        &format!("Erased: the text of {versions} version{}.", if versions == 1 { "" } else { "s" }),
        Some(user),
    )
}

fn done(what: &str, sentence: &str, subject: Option<&str>) -> Message {
    Message::notice(sentence).card(&card(Done {
        what: what.to_owned(),
        sentence: sentence.to_owned(),
        subject: subject.map(str::to_owned),
    }))
}
