//! What a reward is, for which periods it is, and how it is shared where places are tied. Pure.
use crate::platform::refusal::{Code, Refusal};
use schema::ids::{PartnerId, RewardNumber};
use schema::money::{Currency, Money, split};
use schema::period::PeriodKind;

pub const TITLE_CHARS_MAX: usize = 80;
pub const VALUE_CHARS_MAX: usize = 200;
pub const NOTE_CHARS_MAX: usize = 300;
/// Places that one reward may be for.
pub const RANKS_MAX: u32 = 100;
/// Points for one place.
pub const POINTS_MAX: i64 = 1_000_000;
/// Rewards that can be won at the same time.
pub const REWARDS_MAX: usize = 100;

/// What a reward gives to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gives {
    /// First and last rank.
    pub ranks: (u32, u32),
    /// Minor units by place, from the first rank on; none where it is no money.
    pub prizes: Vec<i64>,
    /// For each place.
    pub points: Option<i64>,
    /// Whether there is something beside money and points to hand over.
    pub has_value: bool,
}

/// What one partner gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub partner: PartnerId,
    pub rank: u32,
    pub minor: Option<i64>,
    pub points: Option<i64>,
}

/// A ranked partner who may get something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub partner: PartnerId,
    pub rank: u32,
    /// Not for who has left: their place stays, what it would have brought goes to those who tie
    /// with them, or to nobody.
    pub may_win: bool,
}

/// Who gets what, the ranked in their order. What the places of a tie bring is pooled and split by the
/// largest remainder; what cannot be split each of them gets.
#[must_use]
pub fn parts(gives: &Gives, places: &[Place]) -> Vec<Part> {
    let (first, last) = gives.ranks;
    let mut parts = Vec::new();
    for tied in places.chunk_by(|a, b| a.rank == b.rank) {
        let Some(rank) = tied.first().map(|place| place.rank) else { continue };
        let size = u32::try_from(tied.len()).unwrap_or(u32::MAX);
        let (from, to) = (rank.max(first), rank.saturating_add(size - 1).min(last));
        if from > to {
            continue;
        }
        let winners: Vec<&Place> = tied.iter().filter(|place| place.may_win).collect();
        let weights = vec![1_u32; winners.len()];
        let pooled = |total: i64| split(total, &weights).unwrap_or_default();
        let prize = |at: u32| gives.prizes.get((at - first) as usize).copied().unwrap_or_default();
        let money: i64 = (from..=to).map(prize).fold(0, i64::saturating_add);
        let money = pooled(money);
        let points =
            pooled(gives.points.unwrap_or_default().saturating_mul(i64::from(to - from + 1)));
        for (winner, (minor, points)) in winners.iter().zip(money.into_iter().zip(points)) {
            let part = Part {
                partner: winner.partner,
                rank,
                minor: Some(minor).filter(|minor| *minor > 0),
                points: Some(points).filter(|points| *points > 0),
            };
            if gives.has_value || part.minor.is_some() || part.points.is_some() {
                parts.push(part);
            }
        }
    }
    parts
}

/// Whether a reward is for a period that ends at `to`: one that ends after the reward's first day
/// begins, and was not yet over when the reward was ended. Ending takes no promise back.
#[must_use]
pub fn is_for(to: i64, (from_at, ended_at): (i64, Option<i64>)) -> bool {
    to > from_at && ended_at.is_none_or(|ended_at| to <= ended_at)
}

/// `1-3`, `2`.
///
/// # Errors
/// When the words are no ranks.
pub fn ranks(text: &str) -> Result<(u32, u32), Refusal> {
    let wrong = || {
        let sentence = format!("Ranks are written 1 or 1-3, up to {RANKS_MAX}.");
        Refusal::new(Code::Usage, sentence).example(EXAMPLE)
    };
    let number = |text: &str| {
        let text = text.trim();
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (first, last) = text.split_once(['-', '–', '—']).unwrap_or((text, text));
    let (first, last) = number(first).zip(number(last)).ok_or_else(wrong)?;
    let fits = 1 <= first && first <= last && last <= RANKS_MAX;
    if fits { Ok((first, last)) } else { Err(wrong()) }
}

pub const EXAMPLE: &str = "reward add \"Best of the month\" --rank 1-3 --metric revenue --kind month --prizes \"1000, 500, 250\"";

/// `1000, 500, 250.01`: an amount for each rank.
///
/// # Errors
/// When one is no amount, or there are more or fewer than ranks.
pub fn prizes(text: &str, ranks: (u32, u32), currency: Currency) -> Result<Vec<i64>, Refusal> {
    let read = |word: &str| Money::parse_amount(word.trim(), currency).map(|money| money.minor);
    let prizes: Result<Vec<i64>, _> = text.split(',').map(read).collect();
    let prizes = prizes.map_err(|_| {
        let sentence =
            "Prizes are amounts with commas between, digits and a dot: 1000, 500, 250.50.";
        Refusal::new(Code::Amount, sentence).example(EXAMPLE)
    })?;
    let count = ranks.1 - ranks.0 + 1;
    if u32::try_from(prizes.len()) != Ok(count) {
        let sentence = format!("There must be a prize for each rank: {count} of them.");
        return Err(Refusal::new(Code::Amount, sentence).example(EXAMPLE));
    }
    Ok(prizes)
}

/// # Errors
/// When it is no number of points.
pub fn points(text: &str) -> Result<i64, Refusal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let points = plain.then(|| text.parse().ok()).flatten();
    points.filter(|points| (1..=POINTS_MAX).contains(points)).ok_or_else(|| {
        let sentence = format!("Points are a whole number from 1 to {POINTS_MAX}.");
        Refusal::new(Code::Amount, sentence).example("reward add \"Rising\" --rank 1 --points 50")
    })
}

/// # Errors
/// When it is a kind that never ends, or none.
pub fn kind(text: &str) -> Result<PeriodKind, Refusal> {
    text.parse().ok().filter(|kind| *kind != PeriodKind::All).ok_or_else(|| {
        let sentence = "A reward is for each week, month, quarter or year.";
        Refusal::new(Code::Usage, sentence).example(EXAMPLE)
    })
}

/// # Errors
/// When it is empty or too long.
pub fn title(text: &str) -> Result<String, Refusal> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.chars().count() {
        0 => Err(Refusal::new(Code::Usage, "A reward needs a title.").example(EXAMPLE)),
        count if count > TITLE_CHARS_MAX => {
            let sentence = format!("A title has at most {TITLE_CHARS_MAX} characters.");
            Err(Refusal::new(Code::Long, sentence).example(EXAMPLE))
        }
        _ => Ok(words),
    }
}

/// By what a reward is told from others.
#[must_use]
pub fn key(title: &str) -> String {
    title.to_lowercase()
}

/// # Errors
/// When it is too long.
pub fn value(text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.chars().count() > VALUE_CHARS_MAX {
        let sentence = format!("A value has at most {VALUE_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(EXAMPLE));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// # Errors
/// When it was handed over or taken back before.
pub fn fulfillable(number: &RewardNumber, is_over: bool, is_gone: bool) -> Result<(), Refusal> {
    let word = match (is_over, is_gone) {
        (true, _) => "handed over already",
        (false, true) => "taken back: nothing is to be handed over",
        (false, false) => return Ok(()),
    };
    Err(Refusal::new(Code::Dup, format!("{number} was {word}.")).example("reward list"))
}

/// # Errors
/// When it was taken back before, or has nothing that could be.
pub fn revocable(number: &RewardNumber, is_gone: bool, has_some: bool) -> Result<(), Refusal> {
    let sentence = match (is_gone, has_some) {
        (true, _) => format!("{number} was taken back already."),
        (false, false) => {
            format!("{number} was handed over and gave no points: nothing is left to take back.")
        }
        (false, true) => return Ok(()),
    };
    Err(Refusal::new(Code::Dup, sentence).example("reward list"))
}

/// # Errors
/// When it is missing or too long.
pub fn reason(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    let sentence = match text.chars().count() {
        0 => "Why is it taken back? Its winner reads the reason.".to_owned(),
        count if count > NOTE_CHARS_MAX => {
            format!("A reason has at most {NOTE_CHARS_MAX} characters.")
        }
        _ => return Ok(text),
    };
    let example = "reward revoke R-1 the sale behind it was not real";
    Err(Refusal::new(Code::Usage, sentence).example(example))
}

/// # Errors
/// When it is missing or too long.
pub fn note(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let example = "reward fulfil R-1 transferred on 2026-12-10";
    match text.chars().count() {
        0 => Err(Refusal::new(Code::Usage, "How was it handed over? A few words come last.")
            .example(example)),
        count if count > NOTE_CHARS_MAX => {
            let sentence = format!("A note has at most {NOTE_CHARS_MAX} characters.");
            Err(Refusal::new(Code::Long, sentence).example(example))
        }
        _ => Ok(text.to_owned()),
    }
}

#[must_use]
pub fn none_of_this_title() -> Refusal {
    Refusal::new(Code::Ref, "No reward of this title can be won now.").example("reward list")
}

#[must_use]
pub fn none_of_this_number() -> Refusal {
    Refusal::new(Code::Ref, "Nobody has earned a reward of this number.").example("reward list")
}

#[cfg(test)]
mod tests;
