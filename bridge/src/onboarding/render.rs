//! The questions to somebody who came into an organization, and their end.
use super::actions::{Facts, Said};
use super::rules::{CHOICES_MAX, Choice, Step};
use crate::organizations::render::team::first_commands;
use crate::platform::text::{Line, Message};
use crate::program::Program;
use crate::program::server_of;
use schema::card::{Card, Envelope, Onboarding, OnboardingEvent};
use schema::status::TeamRole;

/// User ids in a sentence; more are counted.
const NAMED_MAX: usize = 6;

fn card(facts: &Facts, event: OnboardingEvent, step: Option<Step>) -> Envelope {
    let slugs = |choices: &[Choice]| choices.iter().map(|choice| choice.slug.clone()).collect();
    let choices = match step {
        Some(Step::Industries) => slugs(&facts.choices[..facts.choices.len().min(CHOICES_MAX)]),
        _ => Vec::new(),
    };
    Envelope::from(Card::from(Onboarding {
        event,
        organization: facts.slug.clone(),
        step,
        servers: if facts.is_lead { facts.servers.clone() } else { Vec::new() },
        proposed: if facts.is_lead { facts.proposed.clone() } else { Vec::new() },
        choices,
        industries: slugs(&facts.industries),
        invited: if facts.is_lead { facts.invited.clone() } else { Vec::new() },
    }))
}

/// Asks for a step, after what the last answer has brought.
#[must_use]
pub fn question(facts: &Facts, step: Step, all: &[Step], said: &Said) -> Message {
    let what = match step {
        Step::Servers => "your homeservers",
        Step::Industries => "your industries",
        Step::People => "your people",
    };
    let at = all.iter().position(|other| *other == step).unwrap_or(0) + 1;
    let title = match all.len() {
        0 | 1 => format!("❓ {}", capitalized(what)),
        of => format!("❓ {at} of {of}: {what}"),
    };
    let message = Message::notice(title);
    let message = match step {
        Step::Servers => servers(message, facts),
        Step::Industries => industries(message, facts),
        Step::People => people(message, facts, said),
    };
    let first = all.first() == Some(&step);
    message.line(ways(first, facts.is_lead)).card(&card(facts, OnboardingEvent::Step, Some(step)))
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The words that go through the questions.
fn ways(first: bool, several: bool) -> Line {
    let words = match (several, first) {
        (false, _) => &["skip"][..],
        (true, true) => &["skip", "cancel"],
        (true, false) => &["skip", "back", "cancel"],
    };
    let mut line = Line::new().plain("Or say ");
    for (at, word) in words.iter().enumerate() {
        let between = if at == 0 {
            ""
        } else if at + 1 == words.len() {
            " or "
        } else {
            ", "
        };
        line = line.plain(between).code(word);
    }
    line.plain(".")
}

fn codes(label: &str, names: &[String]) -> Line {
    let mut line = Line::new().plain(label);
    for (at, name) in names.iter().take(NAMED_MAX).enumerate() {
        line = line.plain(if at == 0 { "" } else { ", " }).code(name);
    }
    match names.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        Some(more) => line.plain(&format!(" and {more} more")),
        None => line,
    }
}

fn names(label: &str, choices: &[Choice]) -> Line {
    let mut line = Line::new().plain(label);
    for (at, choice) in choices.iter().enumerate() {
        line = line.plain(if at == 0 { "" } else { ", " }).person(&choice.name);
    }
    line
}

fn servers(message: Message, facts: &Facts) -> Message {
    let mut message = if facts.servers.is_empty() {
        message.line("On which homeservers are your people?")
    } else {
        message.line("I take it that all your people are on:").line(codes("", &facts.servers))
    };
    if !facts.proposed.is_empty() {
        message = message.line(codes("The program's team looks at ", &facts.proposed).plain("."));
    }
    if facts.servers.is_empty() {
        return message.line("Write what stands after the colon in their user ids.");
    }
    message.line("✅ or yes if that is so; otherwise write the others.")
}

fn industries(message: Message, facts: &Facts) -> Message {
    let ask = "What do you sell to? Numbers or names, with commas between:";
    let row = |(at, choice): (usize, &Choice)| {
        Line::new().plain(&format!("{} · ", at + 1)).person_cut(&choice.name, 30)
    };
    let rows = facts.choices.iter().take(CHOICES_MAX).enumerate().map(row).collect();
    let mut message = message.line(ask).lines(rows);
    if let Some(more) = facts.choices.len().checked_sub(CHOICES_MAX).filter(|more| *more > 0) {
        message = message.line(format!("… and {more} more, by their names."));
    }
    if !facts.industries.is_empty() {
        message = message.line(names("So far: ", &facts.industries));
    }
    message
}

fn people(message: Message, facts: &Facts, said: &Said) -> Message {
    let server = facts.servers.first().map_or("acme.example", String::as_str);
    refused(message, said)
        .line("Whom shall I ask in? Send their user ids, as many as you like:")
        .line(Line::new().code(&format!("@ben:{server} @cy:{server}")))
}

/// Who could not be asked in, and why.
fn refused(message: Message, said: &Said) -> Message {
    said.refused.iter().fold(message, |message, (user, refusal)| {
        message.line(
            Line::new().plain("❌ ").person_code(user).plain(" ").sentence(&refusal.sentence, ""),
        )
    })
}

/// That was all: what is known now, and what to try first.
#[must_use]
pub fn done(facts: &Facts, said: &Said, program: &Program) -> Message {
    let title = Line::new().plain("✅ All set · ").person(&facts.organization);
    let mut rows = Vec::new();
    if facts.is_lead {
        rows.push(codes("Homeservers: ", &facts.servers));
        if !facts.proposed.is_empty() {
            rows.push(codes("With the team: ", &facts.proposed));
        }
    }
    if !facts.industries.is_empty() {
        rows.push(names("Industries: ", &facts.industries));
    }
    if !facts.invited.is_empty() && facts.is_lead {
        rows.push(codes("Invited: ", &facts.invited));
    }
    let mut message = Message::notice(title);
    if !rows.is_empty() {
        message = message.lines(rows);
    }
    let role = if facts.is_lead { TeamRole::Lead } else { TeamRole::Member };
    refused(message, said)
        .line("What to try first:")
        .lines(first_commands(role, program))
        .card(&card(facts, OnboardingEvent::Done, None))
}

/// The person would rather not be asked.
#[must_use]
pub fn cancelled(facts: &Facts, program: &Program) -> Message {
    let prefix = &program.prefix;
    let mut rows = vec![
        Line::new().code(&format!("{prefix}profile --industry …")).plain(" sets your industries"),
    ];
    if facts.is_lead {
        let server = facts.invited.first().and_then(|user| server_of(user)).unwrap_or("…");
        rows.push(
            Line::new()
                .code(&format!("{prefix}team invite @ben:{server}"))
                .plain(" asks people in"),
        );
    }
    Message::notice("I ask no more")
        .line("All of it can be done any time:")
        .lines(rows)
        .card(&card(facts, OnboardingEvent::Cancelled, None))
}
