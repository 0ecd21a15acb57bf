//! What members of an organization may know of each other: sums, and none of them behind which somebody
//! alone wants to be unseen.
use schema::ids::PartnerId;
use schema::status::Visibility;
use std::collections::HashSet;

/// So many must stand behind a sum of commission before others read it.
pub const BEHIND_MIN: usize = 2;

/// Who is left out of what all members read: one who alone wants to be unseen, since the sum less what
/// the boards show of the others would be theirs. Two or more hide each other.
#[must_use]
pub fn left_out(people: &[(PartnerId, Visibility)]) -> HashSet<PartnerId> {
    let unseen: HashSet<PartnerId> = people
        .iter()
        .filter(|(_, visibility)| *visibility != Visibility::Public)
        .map(|(partner, _)| *partner)
        .collect();
    if unseen.len() == 1 { unseen } else { HashSet::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_stands_alone_behind_a_sum() {
        use Visibility::{Anonymous, Hidden, Public};
        let people = |all: &[Visibility]| -> Vec<(PartnerId, Visibility)> {
            (1..).map(PartnerId).zip(all.iter().copied()).collect()
        };
        let out = |all: &[Visibility]| {
            let mut out: Vec<u128> = left_out(&people(all)).into_iter().map(|id| id.0).collect();
            out.sort_unstable();
            out
        };
        assert_eq!(out(&[Public, Public]), Vec::<u128>::new());
        assert_eq!(out(&[Public, Hidden]), [2]);
        assert_eq!(out(&[Anonymous]), [1]);
        assert_eq!(out(&[Public, Hidden, Anonymous]), Vec::<u128>::new());
        assert_eq!(out(&[]), Vec::<u128>::new());
    }
}
