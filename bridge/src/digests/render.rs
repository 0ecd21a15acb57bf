//! How a week looks: a room's, and a partner's own. A few short lines each, as they stand on a phone.
mod own;

pub use own::{Mine, own};

use super::rules::{LED_MAX, PLAYBOOKS_MAX};
use super::store::Published;
use crate::goals::render::{Shown, summary};
use crate::insights::render::count;
use crate::leaderboard::render::{View, movement, ordinal, row};
use crate::platform::text::{Line, Message};
use crate::reports::rules::change;
use schema::card::{
    Card, Digest, DigestPlaybook, DigestSuggestion, Envelope, SuggestionKind, WeekMoved,
};
use schema::state::StandingRow;

/// So that a row stays under 36 characters on a phone.
const NAME_CHARS: usize = 16;
const TITLE_CHARS: usize = 28;

/// What a week was for the program or an industry.
#[derive(Debug, Clone)]
pub struct Room {
    pub moved: WeekMoved,
    /// The week's revenue; the picture has more rows of it than the words.
    pub view: View,
    pub climber: Option<StandingRow>,
    pub playbooks: Vec<Published>,
    pub goal: Option<Shown>,
    pub suggestion: Option<DigestSuggestion>,
}

/// The message to a room.
#[must_use]
pub fn room(room: &Room, program: &str, prefix: &str) -> Message {
    let view = &room.view;
    let name = view.scope_name.as_deref().unwrap_or(program);
    let title = format!("🗞️ Week {} · ", view.board.period);
    let mut message = Message::text(Line::new().plain(&title).person_cut(name, TITLE_CHARS));
    message = message.lines(figures(&room.moved));
    let led: Vec<Line> = led(room).collect();
    if !led.is_empty() {
        message = message.lines(led);
    }
    if !room.playbooks.is_empty() {
        message = message.lines(published(&room.playbooks));
    }
    if let Some(goal) = &room.goal {
        message = message.lines(next_goal(goal));
    }
    if let Some(suggestion) = &room.suggestion {
        message = message.line(suggested(suggestion, prefix));
    }
    message.card(&card(room))
}

/// `€1,200 · ▲50 % from €800`; the second row stands while there is anything to say.
fn figures(moved: &WeekMoved) -> Vec<Line> {
    let WeekMoved { revenue, revenue_before, clients, clients_before } = moved;
    let trend = against(revenue.minor, revenue_before.minor, &revenue_before.to_string());
    let mut lines = vec![Line::new().strong(&revenue.to_string()).plain(&trend)];
    if *clients != 0 || *clients_before != 0 {
        let trend = against(*clients, *clients_before, &clients_before.to_string());
        lines.push(Line::new().plain(&format!("{}{trend}", count(*clients, "new client"))));
    }
    lines
}

/// Nothing where there was nothing to compare with.
fn against(now: i64, before: i64, shown: &str) -> String {
    match change(now, Some(before)).as_str() {
        "" | "new" => String::new(),
        "=" => " · as the week before".to_owned(),
        moved => format!(" · {moved} from {shown}"),
    }
}

/// The first of the week, and who won most ranks.
fn led(room: &Room) -> impl Iterator<Item = Line> {
    let view = &room.view;
    let first = view.standings.iter().take(LED_MAX);
    let rows = first.map(|standing| row(standing, view.board.metric, view.currency));
    rows.chain(room.climber.iter().map(climbed))
}

fn climbed(climber: &StandingRow) -> Line {
    let rank = ordinal(climber.rank);
    Line::new()
        .plain("📈 Best climb: ")
        .person_cut(&climber.name, NAME_CHARS)
        .plain(&format!(" to {rank}{}", movement(climber)))
}

fn published(playbooks: &[Published]) -> Vec<Line> {
    let shown = playbooks.iter().take(PLAYBOOKS_MAX);
    let mut lines: Vec<Line> = shown
        .map(|one| {
            let line = Line::new().plain("📘 New: ").person_cut(&one.title, TITLE_CHARS);
            line.plain(" ").code(&one.slug)
        })
        .collect();
    if playbooks.len() > PLAYBOOKS_MAX {
        lines.push(Line::new().plain(&format!("and {} more", playbooks.len() - PLAYBOOKS_MAX)));
    }
    lines
}

fn next_goal(goal: &Shown) -> Vec<Line> {
    vec![Line::new().plain("🎯 ").person_cut(&goal.view.title, TITLE_CHARS), summary(goal)]
}

fn suggested(suggestion: &DigestSuggestion, prefix: &str) -> Line {
    let line = Line::new().plain("💡 ");
    match suggestion.what {
        SuggestionKind::Playbook => {
            let (won, uses) = (suggestion.won.unwrap_or(0), suggestion.uses.unwrap_or(0));
            let claims = count(uses, "claim");
            line.person_cut(&suggestion.name, TITLE_CHARS)
                .plain(&format!(" won {won} of {claims}: "))
                .code(&format!("{prefix}playbook show {}", suggestion.slug))
        }
        SuggestionKind::Industry => line
            .plain("Nobody has entered ")
            .person_cut(&suggestion.name, TITLE_CHARS)
            .plain(" yet: who is the first?"),
    }
}

fn card(room: &Room) -> Envelope {
    let view = &room.view;
    let playbook =
        |one: &Published| DigestPlaybook { slug: one.slug.clone(), title: one.title.clone() };
    Envelope::from(Card::from(Digest {
        period: view.board.period,
        scope: view.board.scope.clone(),
        moved: room.moved,
        standings: view.standings.iter().take(LED_MAX).cloned().collect(),
        participants: view.participants,
        climber: room.climber.clone(),
        playbooks: room.playbooks.iter().take(PLAYBOOKS_MAX).map(playbook).collect(),
        goal: room.goal.as_ref().map(|goal| Box::new(goal.view.clone())),
        suggestion: room.suggestion.clone(),
    }))
}

#[cfg(test)]
mod tests;
