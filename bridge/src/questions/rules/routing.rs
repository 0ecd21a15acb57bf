//! Who is asked to look at a question: at most a few, who sell in its industry, and nobody too often.
use schema::ids::PartnerId;

/// People mentioned under one question.
pub const ROUTED_MAX: usize = 3;
/// Mentions of one person within seven days.
pub const MENTIONS_A_WEEK_MAX: i64 = 3;

/// A partner in the channel whose name others may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: PartnerId,
    pub user_id: String,
    /// Slugs of the profile.
    pub industries: Vec<String>,
    /// Counting sales in the question's industry.
    pub wins: i64,
    /// Mentions within seven days.
    pub mentions: i64,
}

/// The best first: who has won there, then who says that they sell there; of equals, those who were
/// asked less. The asker is never among the candidates.
#[must_use]
pub fn route(candidates: Vec<Candidate>, industry: &str) -> Vec<Candidate> {
    let says = |one: &Candidate| one.industries.iter().any(|slug| slug == industry);
    let mut fit: Vec<Candidate> = candidates
        .into_iter()
        .filter(|one| one.mentions < MENTIONS_A_WEEK_MAX && (one.wins > 0 || says(one)))
        .collect();
    fit.sort_by_key(|one| {
        (std::cmp::Reverse((one.wins > 0 && says(one), one.wins, says(one))), one.mentions, one.id)
    });
    fit.truncate(ROUTED_MAX);
    fit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: u128, says: bool, wins: i64, mentions: i64) -> Candidate {
        let industries = if says { vec!["dental".to_owned()] } else { Vec::new() };
        let user_id = format!("@p{id}:x");
        Candidate { id: PartnerId(id), user_id, industries, wins, mentions }
    }

    fn ids(candidates: Vec<Candidate>) -> Vec<u128> {
        route(candidates, "dental").into_iter().map(|one| one.id.0).collect()
    }

    #[test]
    fn who_sells_there_and_has_won_there_comes_first() {
        let all = vec![one(1, true, 0, 0), one(2, false, 9, 0), one(3, true, 2, 0)];
        assert_eq!(ids(all), [3, 2, 1]);
    }

    #[test]
    fn a_few_at_most_and_nobody_too_often() {
        let all = (1..=9).map(|id| one(id, true, 0, 0)).collect::<Vec<_>>();
        assert_eq!(ids(all).len(), ROUTED_MAX);
        let tired = vec![one(1, true, 5, MENTIONS_A_WEEK_MAX), one(2, true, 0, 1)];
        assert_eq!(ids(tired), [2]);
        assert_eq!(ids(vec![one(1, true, 0, 2), one(2, true, 0, 1)]), [2, 1]);
    }

    #[test]
    fn who_has_nothing_to_do_with_it_is_left_in_peace() {
        assert_eq!(ids(vec![one(1, false, 0, 0)]), Vec::<u128>::new());
    }
}
