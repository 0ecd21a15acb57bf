//! What a goal may be, what of the ledger counts for it, and what its figures mean. Pure: any order of
//! the same entries gives the same goal.
mod counting;
mod figures;
mod said;

pub use counting::{Side, Step, Tally, Terms, step};
pub use figures::{
    BAR_CELLS, bar, days_left, end_at, equal_share, leader, milestone, outcome, percent, waits,
};
pub use said::{Said, Wanted, metric, number, reason, wanted};

use crate::platform::refusal::{Code, Refusal};
use schema::ids::GoalNumber;

/// Goals that are open at once.
pub const OPEN_MAX: usize = 20;
/// Numbers, and so keys of room state, over all years: after that a new goal takes over the number of
/// the one that was over first.
pub const NUMBERS_MAX: i64 = 100;
pub const TITLE_CHARS_MAX: usize = 60;
pub const REASON_CHARS_MAX: usize = 200;
/// Clients that a goal may want.
pub const CLIENTS_MAX: i64 = 1_000_000;
/// The longest goal, both ends counted.
pub const SPAN_DAYS_MAX: i64 = 731;
/// How far back a goal may begin.
pub const BACK_DAYS_MAX: i64 = 366;
/// So many industries or organizations stand against each other.
pub const SIDES_MIN: usize = 2;
pub const SIDES_MAX: usize = 4;

/// The percentages at which all celebrate.
pub const MILESTONES: [i64; 4] = [25, 50, 75, 100];

#[must_use]
pub fn no_such_goal() -> Refusal {
    Refusal::new(Code::Ref, "There is no such goal; `goal list` shows them.").example("goal list")
}

#[must_use]
pub fn too_many() -> Refusal {
    let sentence = format!("{OPEN_MAX} goals are open, which is the most; end one first.");
    Refusal::new(Code::Rate, sentence).example("goal end G-1")
}

#[must_use]
pub fn over_already(number: GoalNumber) -> Refusal {
    Refusal::new(Code::Dup, format!("{number} is over already."))
        .example(format!("goal show {number}"))
}

/// Two goals of one name would be told apart by nobody.
#[must_use]
pub fn same_title(number: GoalNumber) -> Refusal {
    let sentence = format!("{number} is open and has the same title; choose another, or end it.");
    Refusal::new(Code::Dup, sentence).example(format!("goal end {number}"))
}

/// `there`: what the days of the goal have brought before it was set.
#[must_use]
pub fn reached_before(there: &str) -> Refusal {
    let sentence = format!("Its days have brought {there} already; choose a higher target.");
    Refusal::new(Code::Amount, sentence).example(said::EXAMPLE)
}

/// The number of a new goal, from those in use: number, and when that goal was over. The second is
/// true where it is taken over from a goal that is over.
#[must_use]
pub fn next_number(in_use: &[(GoalNumber, Option<i64>)]) -> Option<(GoalNumber, bool)> {
    let last = in_use.iter().map(|(number, _)| number.0).max().unwrap_or(0);
    if last < NUMBERS_MAX {
        return Some((GoalNumber(last + 1), false));
    }
    let over = in_use.iter().filter_map(|(number, over_at)| Some((over_at.as_ref()?, *number)));
    over.min().map(|(_, number)| (number, true))
}

#[cfg(test)]
mod tests;
