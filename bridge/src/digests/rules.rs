//! When a digest is due and of which week, what is news, who climbed, what is suggested. Pure.
mod turn;

pub use turn::{HOUR, QUIET_FROM, QUIET_UNTIL, Turn, due_at, next_at, turn};

use crate::platform::refusal::{Code, Refusal};
use crate::reports::rules::Playbook;
use schema::card::{DigestSuggestion, SuggestionKind, WeekMoved};
use schema::ids::PartnerId;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Partners told in one unit of work.
pub const PAGE_MAX: usize = 50;
/// Who led the week, by name.
pub const LED_MAX: usize = 3;
/// Playbooks named in one digest.
pub const PLAYBOOKS_MAX: usize = 3;

/// A week against the one before is worth a message when something happened in it.
#[must_use]
pub const fn is_news(moved: &WeekMoved, playbooks: usize) -> bool {
    moved.revenue.minor != 0 || moved.clients != 0 || playbooks > 0
}

/// Why a partner hears of their week; nothing of it is no reason to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Own {
    pub badges: usize,
    /// To an open goal.
    pub has_given: bool,
    /// Claims in review.
    pub open_claims: i64,
}

/// A sale in one of the two weeks is a place that moved.
#[must_use]
pub const fn is_own_news(moved: &WeekMoved, own: Own) -> bool {
    let sold = moved.revenue.minor != 0 || moved.revenue_before.minor != 0 || moved.clients != 0;
    sold || own.badges > 0 || own.has_given || own.open_claims > 0
}

/// Who won ranks against the week before, with the rank that they have and how many they won: the most
/// first, and of those the best.
#[must_use]
pub fn climbers(
    now: &[(PartnerId, u32)],
    before: &[(PartnerId, u32)],
) -> Vec<(PartnerId, u32, i64)> {
    let before: HashMap<PartnerId, u32> = before.iter().copied().collect();
    let climbed = |(partner, rank): &(PartnerId, u32)| {
        let won = i64::from(*before.get(partner)?) - i64::from(*rank);
        (won > 0).then_some((*partner, *rank, won))
    };
    let mut climbers: Vec<_> = now.iter().filter_map(climbed).collect();
    climbers.sort_by_key(|(partner, rank, won)| (Reverse(*won), *rank, *partner));
    climbers
}

/// The most used playbook of the week that has won something; else the first industry that nobody has
/// entered.
#[must_use]
pub fn suggestion(
    playbooks: &[Playbook],
    unentered: &[(String, String)],
) -> Option<DigestSuggestion> {
    let won = playbooks.iter().filter(|one| one.outcome.won > 0);
    let used = won.max_by_key(|one| (one.outcome.uses, one.outcome.won, Reverse(&one.slug)));
    let playbook = used.map(|one| DigestSuggestion {
        what: SuggestionKind::Playbook,
        slug: one.slug.clone(),
        name: one.title.clone(),
        uses: Some(one.outcome.uses),
        won: Some(one.outcome.won),
    });
    playbook.or_else(|| {
        let (slug, name) = unentered.iter().min()?.clone();
        Some(DigestSuggestion { what: SuggestionKind::Industry, slug, name, uses: None, won: None })
    })
}

/// # Errors
/// A refusal when the word is neither of the two.
pub fn wanted(word: &str) -> Result<bool, Refusal> {
    match word.to_lowercase().as_str() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Refusal::new(Code::Usage, "The weekly digest is on or off.")
            .example("profile --digest off")),
    }
}

#[cfg(test)]
mod tests;
