//! How mentorship looks. Names, industries and notes; no results of anybody.
use super::rules::matching::Suggestion;
use super::store::{MentorshipRow, Side};
use crate::platform::text::{Line, Message};
use ruma::UserId;
use schema::card::{
    Card, Envelope, MentorFeedback, MentorOffer, MentorSuggestion, Mentors, Mentorship,
    MentorshipEvent, MentorshipStatus, MentorshipView, Mentorships, PartnerRef,
};

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

fn named(side: &Side) -> PartnerRef {
    PartnerRef { id: side.id, user_id: Some(side.user_id.clone()), name: side.name.clone() }
}

fn view(row: &MentorshipRow) -> MentorshipView {
    MentorshipView {
        id: row.id,
        status: row.status(),
        mentor: named(&row.mentor),
        mentee: named(&row.mentee),
        goal: row.goal.clone(),
        asked_at: row.asked_at,
        accepted_at: row.accepted_at,
        ended_at: row.ended_at.or(row.lapsed_at).or(row.declined_at),
    }
}

fn about(message: Message, row: &MentorshipRow, event: MentorshipEvent) -> Message {
    noted(message, row, event, None)
}

fn noted(
    message: Message,
    row: &MentorshipRow,
    event: MentorshipEvent,
    note: Option<&str>,
) -> Message {
    let note = note.map(str::to_owned);
    message.card(&card(Mentorship { event, mentorship: Box::new(view(row)), note }))
}

#[must_use]
pub fn offer(industries: &[String], capacity: i64, mentees: i64, prefix: &str) -> Message {
    let scope =
        if industries.is_empty() { "any industry".to_owned() } else { industries.join(", ") };
    let people = if capacity == 1 { "1 mentee" } else { &format!("{capacity} mentees") };
    Message::notice("🤝 You offer to be a mentor")
        .line(format!(
            "{scope} · up to {people} at a time. I ask you in our chat when somebody wants you."
        ))
        .line(Line::new().plain("No more: ").code(&format!("{prefix}mentor offer --off")))
        .card(&card(MentorOffer {
            offered: true,
            industries: industries.to_vec(),
            capacity,
            mentees,
        }))
}

#[must_use]
pub fn offer_ended(mentees: i64) -> Message {
    Message::notice("Your offer is taken back; who has you as a mentor keeps you.")
        .card(&card(MentorOffer { offered: false, industries: Vec::new(), capacity: 0, mentees }))
}

/// Mentors who fit. Where others read along, the gaps of the asker are not shown.
#[must_use]
pub fn found(rows: &[Suggestion], industry: Option<&str>, alone: bool, prefix: &str) -> Message {
    let scope = industry.map(|slug| format!(" · {slug}")).unwrap_or_default();
    let mut message = Message::notice(format!("🤝 Mentors for you{scope}"));
    for row in rows {
        let mentor = &row.mentor;
        let scope = if mentor.industries.is_empty() {
            "any industry".to_owned()
        } else {
            mentor.industries.join(", ")
        };
        let mut lines =
            vec![Line::new().person_strong(&mentor.name).plain(" ").code(&mentor.user_id)];
        lines.push(Line::new().plain(&scope));
        if alone && !row.gaps.is_empty() {
            lines.push(Line::new().plain("New to you: ").plain(&row.gaps.join(", ")));
        }
        message = message.lines(lines);
    }
    let last = match rows.first() {
        Some(first) => Line::new()
            .plain("Ask one: ")
            .code(&format!("{prefix}mentor ask {} my first clinics", first.mentor.user_id)),
        None => Line::new().plain("Nobody who fits offers it now. Try again in some days."),
    };
    let mentors = rows
        .iter()
        .map(|row| MentorSuggestion {
            mentor: PartnerRef {
                id: row.mentor.id,
                user_id: Some(row.mentor.user_id.clone()),
                name: row.mentor.name.clone(),
            },
            industries: row.mentor.industries.clone(),
            gaps: if alone { row.gaps.clone() } else { Vec::new() },
        })
        .collect();
    message.line(last).card(&card(Mentors { industry: industry.map(str::to_owned), mentors }))
}

/// The reply to who asked for a mentor.
#[must_use]
pub fn requested(row: &MentorshipRow) -> Message {
    about(
        Message::notice(Line::new().plain("🤝 I ask ").person_strong(&row.mentor.name)).line(
            "They have three days; you hear from me in our chat. Then I ask the next who fits.",
        ),
        row,
        MentorshipEvent::Asked,
    )
}

/// What the mentor reads in the direct chat, as the request stands now.
#[must_use]
pub fn request(row: &MentorshipRow, industries: &[String]) -> Message {
    let (mark, event) = match row.status() {
        MentorshipStatus::Asked => ("🤝", MentorshipEvent::Asked),
        MentorshipStatus::Active => ("✅", MentorshipEvent::Accepted),
        MentorshipStatus::Declined => ("❌", MentorshipEvent::Declined),
        MentorshipStatus::Lapsed => ("⌛", MentorshipEvent::Lapsed),
        MentorshipStatus::Ended => ("↩", MentorshipEvent::Ended),
    };
    let title = Line::new().plain(&format!("{mark} ")).person_strong(&row.mentee.name);
    let mut message = Message::text(title.plain(" would like you as a mentor"));
    if let Some(goal) = &row.goal {
        message = message.quote(Line::new().person(goal));
    }
    if !industries.is_empty() {
        message = message.line(format!("Sells in {}", industries.join(", ")));
    }
    message = message.line(match row.status() {
        MentorshipStatus::Asked => {
            "React with ✅ to accept or ❌ to decline, within three days. Only you see this."
        }
        MentorshipStatus::Active => "You said yes: the room for the two of you is being made.",
        MentorshipStatus::Declined => "You said no; I ask somebody else.",
        MentorshipStatus::Lapsed => "Three days are over; I ask somebody else.",
        MentorshipStatus::Ended => "It is taken back, or over.",
    });
    if row.status() == MentorshipStatus::Asked
        && let Ok(id) = UserId::parse(&row.mentor.user_id)
    {
        message = message.mention(&id);
    }
    about(message, row, event)
}

/// What the mentee hears when a mentor does not: the next who is asked, or nobody.
#[must_use]
pub fn not_this_one(row: &MentorshipRow, next: Option<&MentorshipRow>, prefix: &str) -> Message {
    let title = Line::new().person_strong(&row.mentor.name).plain(" cannot be your mentor now.");
    let message = Message::text(title);
    match next {
        Some(next) => about(
            message.line(
                Line::new()
                    .plain("I ask ")
                    .person_strong(&next.mentor.name)
                    .plain(" instead. Not wanted: ")
                    .code(&format!("{prefix}mentor end")),
            ),
            next,
            MentorshipEvent::Asked,
        ),
        None => {
            let event = if row.lapsed_at.is_some() {
                MentorshipEvent::Lapsed
            } else {
                MentorshipEvent::Declined
            };
            let way = Line::new()
                .plain("I do not ask anybody else by myself. See who offers it: ")
                .code(&format!("{prefix}mentor find"));
            about(message.line(way), row, event)
        }
    }
}

#[must_use]
pub fn accepted(row: &MentorshipRow) -> Message {
    about(
        Message::text(
            Line::new().plain("🎉 ").person_strong(&row.mentor.name).plain(" is your mentor"),
        )
        .line("Accept the invitation to the room for the two of you."),
        row,
        MentorshipEvent::Accepted,
    )
}

/// The first words in the private room.
#[must_use]
pub fn welcome(row: &MentorshipRow, prefix: &str) -> Message {
    let mut message = Message::text(
        Line::new()
            .plain("🤝 ")
            .person_strong(&row.mentor.name)
            .plain(" and ")
            .person_strong(&row.mentee.name),
    );
    if let Some(goal) = &row.goal {
        message = message.quote(Line::new().person(goal));
    }
    let command = |words: &str, what: &str| {
        Line::new().code(&format!("{prefix}{words}")).plain(&format!(" {what}"))
    };
    let message =
        message.line("This room is for the two of you; I only listen to commands.").lines(vec![
            command("mentor goal …", "says what you work on"),
            command("mentor log …", "notes that you met; the other confirms"),
            command("mentor end", "ends it"),
        ]);
    about(message, row, MentorshipEvent::Accepted)
}

#[must_use]
pub fn goal(row: &MentorshipRow) -> Message {
    let message = Message::text("🎯 Your goal")
        .quote(Line::new().person(row.goal.as_deref().unwrap_or_default()));
    about(message, row, MentorshipEvent::Goal)
}

/// The message on which the other side confirms a session.
#[must_use]
pub fn session(
    row: &MentorshipRow,
    by: &Side,
    other: &Side,
    note: &str,
    confirmed: bool,
) -> Message {
    let mark = if confirmed { "✅" } else { "🗒" };
    let message = Message::text(
        Line::new().plain(&format!("{mark} Session, noted by ")).person_strong(&by.name),
    )
    .quote(Line::new().person(note));
    if confirmed {
        let message =
            message.line(Line::new().plain("Confirmed by ").person(&other.name).plain("."));
        return noted(message, row, MentorshipEvent::Confirmed, Some(note));
    }
    let mut message =
        message.line(Line::new().person(&other.name).plain(": press ✅ if it was so."));
    if let Ok(id) = UserId::parse(&other.user_id) {
        message = message.mention(&id);
    }
    noted(message, row, MentorshipEvent::Logged, Some(note))
}

/// The reply to a session that was logged in the direct chat.
#[must_use]
pub fn logged(row: &MentorshipRow, other: &Side) -> Message {
    about(
        Message::notice(
            Line::new().plain("🗒 Noted. ").person(&other.name).plain(" is asked to confirm."),
        ),
        row,
        MentorshipEvent::Logged,
    )
}

#[must_use]
pub fn check_in(row: &MentorshipRow, prefix: &str) -> Message {
    let message = Message::text("🌱 How is it going?").line(
        Line::new()
            .plain("No session was noted for two weeks. If you met: ")
            .code(&format!("{prefix}mentor log what you did"))
            .plain(". If you are done: ")
            .code(&format!("{prefix}mentor end"))
            .plain("."),
    );
    about(message, row, MentorshipEvent::CheckIn)
}

/// The last words in the private room.
#[must_use]
pub fn goodbye(row: &MentorshipRow, note: Option<&str>) -> Message {
    let mut message = Message::text("👋 This mentorship has ended");
    if let Some(note) = note {
        message = message.quote(Line::new().person(note));
    }
    let message = message.line("You may stay here and talk on; I no longer look after this room.");
    noted(message, row, MentorshipEvent::Ended, note)
}

/// What each side reads in the direct chat.
#[must_use]
pub fn asks_feedback(row: &MentorshipRow, other: &Side, prefix: &str) -> Message {
    let title = Line::new().plain("👋 Your mentorship with ").person_strong(&other.name);
    let message = Message::text(title.plain(" has ended")).line(
        Line::new()
            .plain("How was it, from 1 to 5? ")
            .code(&format!("{prefix}mentor feedback 5 we met every week"))
            .plain(". The team reads it, the other side does not."),
    );
    about(message, row, MentorshipEvent::Ended)
}

/// The reply to who ended it, or took a request back.
#[must_use]
pub fn ended(row: &MentorshipRow, other: &Side) -> Message {
    let title = if row.accepted_at.is_some() { "Ended, with " } else { "Taken back, with " };
    about(
        Message::notice(Line::new().plain(title).person(&other.name).plain(".")),
        row,
        MentorshipEvent::Ended,
    )
}

#[must_use]
pub fn thanks() -> Message {
    Message::notice("Thank you. The program's team reads it.").card(&card(schema::card::Done {
        what: "mentor_feedback".to_owned(),
        sentence: "The feedback is noted.".to_owned(),
        subject: None,
    }))
}

/// What the team reads in the control room.
#[must_use]
pub fn feedback(row: &MentorshipRow, by: &Side, about: &Side, score: i64, text: &str) -> Message {
    let mut message = Message::text(
        Line::new()
            .plain(&format!("🤝 Feedback on a mentorship: {score} of 5 · "))
            .person(&by.name)
            .plain(" about ")
            .person(&about.name),
    );
    if !text.is_empty() {
        message = message.quote(Line::new().person(text));
    }
    message.card(&card(MentorFeedback {
        mentorship: row.id,
        from: named(by),
        about: named(about),
        score,
        text: text.to_owned(),
    }))
}

#[must_use]
pub fn list(rows: &[MentorshipRow], own: schema::ids::PartnerId, prefix: &str) -> Message {
    let mut message = Message::notice("🤝 Your mentorships");
    if rows.is_empty() {
        message = message.line(
            Line::new()
                .plain("None yet. ")
                .code(&format!("{prefix}mentor find"))
                .plain(" or ")
                .code(&format!("{prefix}mentor offer")),
        );
    } else {
        let line = |row: &MentorshipRow| {
            let role = if row.mentor.id == own { "mentee" } else { "mentor" };
            let other = row.other(own);
            Line::new()
                .person_strong(&other.name)
                .plain(&format!(" · your {role} · {}", row.status()))
        };
        message = message.lines(rows.iter().map(line).collect());
    }
    message.card(&card(Mentorships { mentorships: rows.iter().map(view).collect() }))
}
