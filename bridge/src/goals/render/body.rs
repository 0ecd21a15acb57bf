//! The parts of a goal's message: how far it is, its time, and who has given what.
use super::{NAME_CHARS, Shown};
use crate::goals::rules;
use crate::platform::text::{Line, Message};
use schema::state::SCOPE_ORGANIZATION;
use schema::status::GoalStatus;

/// A bar and figures; of a challenge, one of each a side.
pub(super) fn figures(shown: &Shown) -> Vec<Line> {
    let view = &shown.view;
    if shown.is_challenge() {
        return sides(shown);
    }
    let target = view.target.unwrap_or_default();
    let bar = rules::bar(view.progress, target);
    let percent = view.percent.unwrap_or_default();
    let (now, wanted) = (shown.amount(view.progress), shown.amount(target));
    let mut lines = vec![
        Line::new().plain(&format!("{bar} {percent}%")),
        Line::new().strong(&now).plain(&format!(" of {wanted}")),
    ];
    if let Some(name) = shown.names.first().and_then(Option::as_ref) {
        let word = if view.scope == SCOPE_ORGANIZATION { "Among " } else { "In " };
        lines.push(Line::new().plain(word).person_cut(name, NAME_CHARS * 2));
    }
    lines
}

fn sides(shown: &Shown) -> Vec<Line> {
    let view = &shown.view;
    let of = view.target.unwrap_or(view.progress).max(1);
    let mut lines = Vec::new();
    for (place, side) in view.between.iter().enumerate() {
        let name = shown.side(place);
        let percent = match view.target {
            Some(target) => format!(" {}%", rules::percent(side.progress, target)),
            None => String::new(),
        };
        let figures = format!(" — {}", shown.amount(side.progress));
        lines.push(Line::new().person_cut(&name, NAME_CHARS).plain(&figures));
        lines.push(Line::new().plain(&format!("{}{percent}", rules::bar(side.progress, of))));
    }
    if let Some(target) = view.target {
        lines.push(Line::new().plain(&format!("Each wants {}", shown.amount(target))));
    }
    lines
}

/// `12 days left`.
pub(super) fn left(days: i64) -> String {
    match days {
        0 => "the last day".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    }
}

/// How long it still goes, or how it has ended.
pub(super) fn time(shown: &Shown) -> Line {
    let view = &shown.view;
    let line = Line::new();
    match (view.status, shown.in_review, shown.begins) {
        (GoalStatus::Open, Some(count), _) => {
            let claims = if count == 1 { "1 claim" } else { &format!("{count} claims") };
            line.plain(&format!("Its time is over; {claims} of its days in review"))
        }
        (GoalStatus::Open, None, Some(day)) => {
            line.plain(&format!("From {day} until {}", view.until))
        }
        (GoalStatus::Open, None, None) => {
            let days = left(view.days_left.unwrap_or_default());
            line.plain(&format!("{days}, until {}", view.until))
        }
        (GoalStatus::Reached, ..) if shown.is_challenge() => {
            line.plain("🏁 ").person(&winner(shown))
        }
        (GoalStatus::Reached, ..) => line.plain("🎉 Reached"),
        (GoalStatus::Missed, ..) => line.plain(&format!("Over since {}, not reached", view.until)),
        (GoalStatus::Ended, ..) => match &shown.reason {
            Some(reason) => line.plain("Ended early: ").person(reason),
            None => line.plain("Ended early"),
        },
    }
}

/// Who has won a challenge, in words of which the names are people's: to be written as `person`.
pub(super) fn winner(shown: &Shown) -> String {
    let won = |slug: &String| shown.view.between.iter().position(|side| side.slug() == slug);
    let places = shown.view.winners.iter().filter_map(won);
    let names: Vec<String> = places.map(|place| shown.side(place)).collect();
    match names.as_slice() {
        [] => "nobody has won".to_owned(),
        [one] => format!("won by {one}"),
        [first @ .., last] => format!("a tie of {} and {last}", first.join(", ")),
    }
}

/// Everyone's equal share beside what each has given.
pub(super) fn contributions(message: Message, shown: &Shown) -> Message {
    let view = &shown.view;
    let Some(share) = view.equal_share else {
        return if view.status == GoalStatus::Open {
            message.line("Nobody yet. The first approved sale begins it.")
        } else {
            message
        };
    };
    let each = if view.metric.is_money() { shown.amount(share) } else { hundredths(share) };
    let message = match view.contributors {
        1 => message.line("1 partner has contributed."),
        many => message.lines(vec![
            Line::new().plain(&format!("{many} contributed and share it equally:")),
            Line::new().strong(&format!("{each} each")),
        ]),
    };
    let mut rows: Vec<Line> = shown
        .contributions
        .iter()
        .map(|giver| {
            let given = format!(" — {}", shown.amount(giver.progress));
            Line::new().person_cut(&giver.name, NAME_CHARS).plain(&given)
        })
        .collect();
    let listed = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if listed == 0 {
        return message;
    }
    if view.contributors > listed {
        rows.push(Line::new().plain(&format!("and {} more", view.contributors - listed)));
    }
    message.lines(rows)
}

/// `1.5 clients`, `2 clients`.
fn hundredths(value: i64) -> String {
    let digits = format!("{}.{:02}", value / 100, value % 100);
    let short = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{short} {}", if value == 100 { "client" } else { "clients" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_clients_have_their_decimals() {
        let said = [0, 33, 100, 150, 200, 1_025].map(hundredths);
        let expected =
            ["0 clients", "0.33 clients", "1 client", "1.5 clients", "2 clients", "10.25 clients"];
        assert_eq!(said, expected);
    }
}
