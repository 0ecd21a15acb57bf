//! What is said at a milestone and at the end: short and warm, also where nothing was won.
use super::body::{contributions, figures, winner};
use super::{Shown, amount};
use crate::goals::store::GoalRow;
use crate::platform::text::{Line, Message};
use schema::card::GoalEvent;
use schema::money::Currency;
use schema::status::GoalStatus;

/// `name`: what the side is called, in a challenge.
#[must_use]
pub fn milestone(
    goal: &GoalRow,
    place: usize,
    (mark, name): (i64, Option<&str>),
    currency: Currency,
) -> Line {
    let progress = goal.sides.get(place).map_or(0, |side| side.progress);
    let words = match mark {
        25 => "🎯 A quarter of the way: ",
        50 => "🎯 Half way: ",
        75 => "🎯 Three quarters: ",
        _ => "🎉 Reached together: ",
    };
    let line = Line::new().plain(words).person_strong(&goal.title);
    let line = match name {
        Some(name) => line.plain(" · ").person(name),
        None => line,
    };
    let of = amount(goal.metric, goal.target.unwrap_or_default(), currency);
    line.plain(&format!(" — {} of {of}", amount(goal.metric, progress, currency)))
}

/// The message at the end of a goal's time.
#[must_use]
pub fn result(shown: &Shown) -> Message {
    let message = if shown.is_challenge() { challenge(shown) } else { alone(shown) };
    contributions(message, shown).card(&shown.card(GoalEvent::Result, None))
}

fn alone(shown: &Shown) -> Message {
    let view = &shown.view;
    let title = Line::new();
    if view.status == GoalStatus::Reached {
        let title = title.plain("🎉 Reached: ").person(&view.title);
        let thanks = match view.contributors {
            0 | 1 => "Thank you!".to_owned(),
            many => format!("Thank you, all {many} of you!"),
        };
        return Message::text(title).lines(figures(shown)).line(thanks);
    }
    let title = title.plain("🎯 The time is over: ").person(&view.title);
    let words = match view.percent.unwrap_or_default() {
        0 => "It did not come to it this time. The next one is open to all.",
        1..90 => "Not reached, and every step of it counts on the boards.",
        _ => "So close! Thank you to everyone who pulled.",
    };
    Message::text(title).lines(figures(shown)).line(words)
}

fn challenge(shown: &Shown) -> Message {
    let view = &shown.view;
    let title = Line::new().plain("🏁 ").person(&view.title).plain(": ").person(&winner(shown));
    let message = Message::text(title).lines(figures(shown));
    match (view.target, view.status, view.winners.len()) {
        (Some(_), GoalStatus::Missed, _) => message.line("No side has come to its target."),
        (_, _, 0) => message.line("Nothing was sold this time. The next one is open to all."),
        (_, _, 1) => message.line("Congratulations, and thank you to all sides!"),
        _ => message.line("Level to the last unit: congratulations to all of you!"),
    }
}
