//! For how long a deal protects its client, who may do what with it, and what a ruling may say.
mod rulings;

pub use rulings::{
    RULING_REASON_CHARS_MAX, Ruling, WEIGHT_MAX, may_rule, open, parts, ruling, sharable, weights,
};

use super::store::DealRow;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use jiff::ToSpan;
use jiff::civil::Date;
use schema::card::DealStatus;
use schema::ids::PartnerId;
use schema::period::Calendar;

pub const NOTE_CHARS_MAX: usize = 500;
pub const REASON_CHARS_MAX: usize = 500;
/// So many days before the end its partner is reminded.
pub const REMIND_DAYS: [i64; 2] = [14, 3];
/// The hour of the day at which they are.
const REMIND_HOUR: i8 = 9;

/// The end of a protection: the first day without it, and the instant at which that day begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub ends_on: Date,
    pub ends_at: i64,
}

/// The protection of what is registered at `now`: at once, and then for so many full local days, from
/// the start of the day after on. Registered on 24 November for 90 days it holds through 22 February:
/// to the instant at which the 23rd begins in the program's zone, which is not protected any more.
#[must_use]
pub fn term(calendar: &Calendar, now: i64, days: i64) -> Term {
    ending(calendar, after(calendar.day_of(now), days.saturating_add(1)))
}

/// The same number of days once more, from the old end on.
#[must_use]
pub fn extended(calendar: &Calendar, ends_on: Date, days: i64) -> Term {
    ending(calendar, after(ends_on, days))
}

fn ending(calendar: &Calendar, ends_on: Date) -> Term {
    Term { ends_on, ends_at: calendar.start_of(ends_on) }
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.clamp(-3_660, 3_660).days())
}

/// When the partner is reminded, `before` days ahead of the end.
#[must_use]
pub fn remind_at(calendar: &Calendar, ends_on: Date, before: i64) -> i64 {
    calendar.at_hour(after(ends_on, -before), REMIND_HOUR)
}

impl DealRow {
    /// Whether the client is this partner's at an instant; a won deal protects to its end.
    #[must_use]
    pub fn protects(&self, now: i64) -> bool {
        self.protected_at.is_some()
            && self.dropped_at.is_none()
            && self.lost_at.is_none()
            && self.term.is_some_and(|term| term.ends_at > now)
    }

    #[must_use]
    pub fn status(&self, now: i64) -> DealStatus {
        if self.dropped_at.is_some() {
            DealStatus::Dropped
        } else if self.lost_at.is_some() {
            DealStatus::Lost
        } else if self.sale.is_some() {
            DealStatus::Won
        } else if self.protected_at.is_none() {
            DealStatus::Contested
        } else if self.protects(now) {
            DealStatus::Open
        } else {
            DealStatus::Ended
        }
    }

    /// Whether it is a partner's, alone or by a ruling together with another.
    #[must_use]
    pub fn is_of(&self, partner: PartnerId) -> bool {
        let shares = |sides: &[super::store::Side]| sides.iter().any(|side| side.id == partner);
        self.partner.id == partner
            || self.sharing.as_ref().is_some_and(|sharing| shares(&sharing.sides))
    }
}

/// Of the deals that protect a client, those that a claim of these partners wins; none where it is a
/// rival's. The first registered is first.
#[must_use]
pub fn own<'a>(
    protecting: &'a [DealRow],
    claimant: PartnerId,
    parts: &[PartnerId],
) -> Vec<&'a DealRow> {
    let mine = |deal: &&DealRow| match &deal.sharing {
        Some(_) => deal.is_of(claimant),
        None => parts.contains(&deal.partner.id),
    };
    let Some(first) = protecting.iter().find(mine) else { return Vec::new() };
    let same = |deal: &&DealRow| {
        deal.id == first.id || first.shared_id.is_some() && deal.shared_id == first.shared_id
    };
    protecting.iter().filter(same).collect()
}

/// "Absent" and "not yours" are one answer.
#[must_use]
pub fn no_such_deal() -> Refusal {
    Refusal::new(Code::Ref, "There is no such deal here; `deal list` shows them.")
        .example("deal list")
}

/// "Absent" for a conflict's number.
#[must_use]
pub fn no_such_conflict() -> Refusal {
    let sentence = "There is no such conflict here; `deal list` shows those that wait.";
    Refusal::new(Code::Ref, sentence).example("deal list --status contested")
}

#[must_use]
pub fn which_deal() -> Refusal {
    let sentence = "Which deal, and for how much? `deal list` shows yours.";
    Refusal::new(Code::Usage, sentence).example("deal won D-1 1000 EUR")
}

#[must_use]
pub fn registered_already(deal: &DealRow) -> Refusal {
    let sentence = match deal.protected_at {
        Some(_) => format!("This client is yours already: it is {}.", deal.number),
        None => {
            format!("You have registered this client already: {} waits for the team.", deal.number)
        }
    };
    Refusal::new(Code::Dup, sentence).example(format!("deal show {}", deal.number))
}

/// What stands against doing something with a deal that must be open.
///
/// # Errors
/// Says what became of it when it is not open.
pub fn is_open(deal: &DealRow, now: i64) -> Result<(), Refusal> {
    let number = deal.number;
    let refused = |sentence: String| {
        Err(Refusal::new(Code::Dup, sentence).example(format!("deal show {number}")))
    };
    match deal.status(now) {
        DealStatus::Open => Ok(()),
        DealStatus::Contested => {
            refused(format!("{number} waits for the team: another partner was first."))
        }
        DealStatus::Won => {
            let sale = deal.sale.map(|sale| sale.to_string()).unwrap_or_default();
            refused(format!("{number} is won already, by {sale}; claim more with `sale add`."))
        }
        DealStatus::Dropped => refused(format!("{number} was dropped.")),
        DealStatus::Lost => refused(format!("{number} is not yours any more: the team ruled.")),
        DealStatus::Ended => {
            let on = deal.term.map(|term| term.ends_on.to_string()).unwrap_or_default();
            refused(format!("{number} is over since {on}; the client is open to all."))
        }
    }
}

/// # Errors
/// When it is not open, or was extended before.
pub fn extendable(deal: &DealRow, now: i64) -> Result<(), Refusal> {
    is_open(deal, now)?;
    if deal.extended_at.is_none() {
        return Ok(());
    }
    let sentence = format!("{} was extended once already; that is all.", deal.number);
    Err(Refusal::new(Code::Dup, sentence).example(format!("deal show {}", deal.number)))
}

/// # Errors
/// When it is neither open nor waits for a ruling.
pub fn droppable(deal: &DealRow, now: i64) -> Result<(), Refusal> {
    if deal.status(now) == DealStatus::Contested { Ok(()) } else { is_open(deal, now) }
}

/// # Errors
/// When the text is missing or longer than this.
pub fn reason(text: Option<&str>, chars_max: usize, example: &str) -> Result<String, Refusal> {
    let text = text.map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Err(Refusal::new(Code::Usage, "Please say why, in a few words.").example(example));
    }
    fits(text, "A reason", chars_max, example)
}

/// # Errors
/// When a text is longer than this.
pub fn fits(text: &str, what: &str, chars_max: usize, example: &str) -> Result<String, Refusal> {
    if text.chars().count() > chars_max {
        let sentence = format!("{what} has at most {chars_max} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(example));
    }
    Ok(text.to_owned())
}

#[must_use]
pub fn no_domain(text: &str) -> Refusal {
    let sentence = format!("{} is no domain, such as acme.com.", foreign(text));
    Refusal::new(Code::Usage, sentence).example("deal register Acme --domain acme.com")
}

/// Sales to a client that a ruling gave to two have the ruling's parts.
#[must_use]
pub fn shared_by_ruling(deal: &DealRow) -> Refusal {
    let (other, number) = match &deal.sharing {
        Some(sharing) => {
            let names: Vec<&str> = sharing.sides.iter().map(|side| side.name.as_str()).collect();
            (names.join(" and "), sharing.number.to_string())
        }
        None => (deal.partner.name.clone(), deal.number.to_string()),
    };
    let sentence =
        format!("{number} says how {} share this client; leave --with out.", foreign(&other));
    Refusal::new(Code::Usage, sentence).example("sale add 1000 EUR Acme")
}

#[cfg(test)]
mod tests;
