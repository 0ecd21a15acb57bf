//! How questions look.
pub mod kudos;

use super::rules::routing::Candidate;
use super::store::QuestionRow;
use crate::platform::text::{Line, Message};
use ruma::UserId;
use schema::card::{
    Card, Envelope, PartnerRef, Question, QuestionEvent, QuestionStatus, QuestionView, Questions,
};

/// Characters of a question in a row of a list.
const ROW_CHARS: usize = 80;
const DAY_MS: i64 = 86_400_000;

pub(super) fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

#[must_use]
pub fn view(question: &QuestionRow) -> QuestionView {
    QuestionView {
        number: question.number,
        status: question.status(),
        text: question.text.clone(),
        industry: question.industry.clone(),
        asker: PartnerRef {
            id: question.partner_id,
            user_id: Some(question.asker_user.clone()),
            name: question.asker_name.clone(),
        },
        asked_at: question.asked_at,
        answered_by: question.answer_user.clone(),
        answer_event: question.answer_event.clone(),
        decided_at: question.withdrawn_at.or(question.answered_at),
    }
}

/// The message on which the thread of the answers hangs, as the question stands now.
#[must_use]
pub fn root(question: &QuestionRow, routed: &[Candidate], answerer: Option<&str>) -> Message {
    let number = question.number.to_string();
    let asked = Line::new().plain("Asked by ").person_strong(&question.asker_name);
    let (title, event) = match question.status() {
        QuestionStatus::Open => (Line::new().plain(&format!("❓ {number}")), QuestionEvent::Asked),
        QuestionStatus::Answered => {
            let by = answerer.or(question.answer_user.as_deref()).unwrap_or_default();
            let title = Line::new().plain(&format!("✅ {number} · answered by ")).person(by);
            (title, QuestionEvent::Answered)
        }
        QuestionStatus::Withdrawn => {
            let title = Line::new().plain(&format!("↩ {number} was taken back"));
            (title, QuestionEvent::Withdrawn)
        }
    };
    let mut message = Message::text(title).prose(&question.text);
    if question.status() != QuestionStatus::Withdrawn {
        message = message.line(asked);
    }
    if question.status() == QuestionStatus::Open {
        message = open(message, question, routed);
    }
    let routed = routed.iter().map(|one| one.user_id.clone()).collect();
    message.card(&card(Question { event, question: view(question), routed }))
}

/// What to do: answer, for those who may know with a mention.
fn open(mut message: Message, question: &QuestionRow, routed: &[Candidate]) -> Message {
    let mut people = Line::new();
    for one in routed {
        let Ok(id) = UserId::parse(&one.user_id) else { continue };
        let before = if people.is_empty() { "You may know: " } else { ", " };
        people = people.plain(before).user(&id);
        message = message.mention(&id);
    }
    if !people.is_empty() {
        message = message.line(people);
    }
    message.line(
        Line::new()
            .plain("Answer in this thread. ")
            .person(&question.asker_name)
            .plain(": press ✅ on the answer that helped."),
    )
}

/// The reply to who asked.
#[must_use]
pub fn asked(question: &QuestionRow, channel: &str) -> Message {
    let message = Message::notice(format!("❓ {} is asked in {channel}", question.number))
        .line("Answers come in its thread. Press ✅ on the one that helped.");
    let event = QuestionEvent::Asked;
    message.card(&card(Question { event, question: view(question), routed: Vec::new() }))
}

/// In the thread: which answer was accepted, and how to keep it.
#[must_use]
pub fn accepted(question: &QuestionRow, answerer: &str, own: bool, prefix: &str) -> Message {
    let title = Line::new().plain(&format!("✅ {} · ", question.number));
    let title = if own {
        title.person_strong(&question.asker_name).plain(" has found the answer.")
    } else {
        title.plain("the answer of ").person_strong(answerer).plain(" helped. Thank you!")
    };
    let slug = question.number.to_string().to_lowercase();
    Message::notice(title)
        .line(
            Line::new()
                .plain("Worth keeping? Reply to it with ")
                .code(&format!("{prefix}playbook save {slug} \"A short title\"")),
        )
        .card(&card(Question {
            event: QuestionEvent::Answered,
            question: view(question),
            routed: Vec::new(),
        }))
}

#[must_use]
pub fn withdrawn(question: &QuestionRow) -> Message {
    Message::notice(format!("↩ {} is taken back.", question.number)).card(&card(Question {
        event: QuestionEvent::Withdrawn,
        question: view(question),
        routed: Vec::new(),
    }))
}

fn row(question: &QuestionRow, now: i64) -> Line {
    let place = question.industry.as_deref().unwrap_or("general");
    let age = match (now - question.asked_at) / DAY_MS {
        ..=0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    Line::new()
        .strong(&question.number.to_string())
        .plain(" ")
        .person_cut(&question.text.replace('\n', " "), ROW_CHARS)
        .plain(&format!(" · {place} · {age}"))
}

/// Open questions, as many as a phone shows.
#[must_use]
pub fn list(
    rows: &[QuestionRow],
    (count, industry): (i64, Option<&str>),
    now: i64,
    prefix: &str,
) -> Message {
    let scope = industry.map(|slug| format!(" · {slug}")).unwrap_or_default();
    let mut message = Message::notice(format!("Open questions{scope} · {count}"));
    if rows.is_empty() {
        message = message.line(
            Line::new()
                .plain("None is open. Ask one: ")
                .code(&format!("{prefix}ask How do I reach clinics in Graz?")),
        );
    } else {
        message = message.lines(rows.iter().map(|question| row(question, now)).collect());
    }
    let more = count - i64::try_from(rows.len()).unwrap_or(count);
    if more > 0 {
        message = message.line(format!("… and {more} more."));
    }
    message.card(&card(Questions {
        industry: industry.map(str::to_owned),
        questions: rows.iter().map(view).collect(),
        count,
        digest: false,
    }))
}

/// The daily message about questions that wait.
#[must_use]
pub fn digest(rows: &[QuestionRow], now: i64) -> Message {
    let title = match rows.len() {
        1 => "❓ One question still waits for an answer".to_owned(),
        n => format!("❓ {n} questions still wait for an answer"),
    };
    Message::text(title)
        .lines(rows.iter().map(|question| row(question, now)).collect())
        .line("Answer in their threads, in the channels named.")
        .card(&card(Questions {
            industry: None,
            questions: rows.iter().map(view).collect(),
            count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
            digest: true,
        }))
}
