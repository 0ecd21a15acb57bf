//! Who of the team may say the first of two yeses: somebody of another firm than the sellers, where there
//! is one. And a manager who claimed a sale for a partner leaves it to others, where there are any.
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use schema::ids::SaleNumber;

/// People named in a sentence.
const NAMED_MAX: usize = 3;

/// One of the team, as far as one sale concerns them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub user: String,
    /// Of the firm of one of the sellers.
    pub is_kin: bool,
    /// Has a part in the sale, or claimed it for the partner.
    pub is_in_it: bool,
}

/// Whether the first yes may be this person's.
///
/// # Errors
/// Says who may, where somebody of another firm is there.
pub fn outside_first(number: SaleNumber, user: &str, team: &[Colleague]) -> Result<(), Refusal> {
    let outside: Vec<&str> = team
        .iter()
        .filter(|one| !one.is_kin && !one.is_in_it && one.user != user)
        .map(|one| one.user.as_str())
        .collect();
    let is_kin = team.iter().any(|one| one.user == user && one.is_kin);
    if !is_kin || outside.is_empty() {
        return Ok(());
    }
    let sentence = format!(
        "You and a seller of {number} are of one firm: the first yes must come from another one, such as {}.",
        named(&outside)
    );
    Err(Refusal::new(Code::Auth, sentence).example("role list"))
}

/// Whether a sale may be decided by who claimed it for the partner.
///
/// # Errors
/// When as many others as are needed could.
pub fn not_its_claimer(
    number: SaleNumber,
    user: &str,
    team: &[Colleague],
    needed: usize,
) -> Result<(), Refusal> {
    let others: Vec<&str> = team
        .iter()
        .filter(|one| !one.is_in_it && one.user != user)
        .map(|one| one.user.as_str())
        .collect();
    if others.len() < needed {
        return Ok(());
    }
    let sentence =
        format!("You claimed {number} yourself; another reviewer must decide: {}.", named(&others));
    Err(Refusal::new(Code::Auth, sentence).example("role list"))
}

fn named(users: &[&str]) -> String {
    let shown: Vec<String> = users.iter().take(NAMED_MAX).map(|user| foreign(user)).collect();
    shown.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S1: SaleNumber = SaleNumber(1);

    fn one(user: &str, is_kin: bool, is_in_it: bool) -> Colleague {
        Colleague { user: user.to_owned(), is_kin, is_in_it }
    }

    #[test]
    fn kin_wait_for_an_outsider_where_there_is_one() {
        let team = [one("@kin:x", true, false), one("@out:x", false, false)];
        let refusal = outside_first(S1, "@kin:x", &team).unwrap_err();
        assert_eq!(refusal.code, Code::Auth);
        assert!(refusal.sentence.contains("out:x"), "{}", refusal.sentence);
        assert!(outside_first(S1, "@out:x", &team).is_ok());
        assert!(outside_first(S1, "@kin:x", &team[..1]).is_ok());
        // Whoever has a part in it cannot decide, and keeps nobody from it.
        let team = [one("@kin:x", true, false), one("@out:x", false, true)];
        assert!(outside_first(S1, "@kin:x", &team).is_ok());
    }

    #[test]
    fn who_claimed_it_decides_only_where_nobody_else_can() {
        let team = [one("@me:x", false, true), one("@other:x", false, false)];
        assert!(not_its_claimer(S1, "@me:x", &team, 1).is_err());
        assert!(not_its_claimer(S1, "@me:x", &team, 2).is_ok());
        assert!(not_its_claimer(S1, "@me:x", &team[..1], 1).is_ok());
        // Whoever has a part in it cannot decide either, and nobody is another than oneself.
        let team = [one("@me:x", false, false), one("@seller:x", false, true)];
        assert!(not_its_claimer(S1, "@me:x", &team, 1).is_ok());
    }

    proptest! {
        /// Somebody can always say the first yes, where anybody could before.
        #[test]
        fn nobody_is_locked_out(
            bits in prop::collection::vec((any::<bool>(), any::<bool>()), 1..8),
        ) {
            let team: Vec<Colleague> = bits
                .iter()
                .enumerate()
                .map(|(n, (kin, part))| one(&format!("@p{n}:x"), *kin, *part))
                .collect();
            let able: Vec<_> = team.iter().filter(|one| !one.is_in_it).collect();
            let may = |one: &&&Colleague| outside_first(S1, &one.user, &team).is_ok();
            prop_assert!(able.is_empty() || able.iter().any(|one| may(&one)));
            let outsider = able.iter().any(|one| !one.is_kin);
            for one in &able {
                prop_assert_eq!(may(&one), !one.is_kin || !outsider);
            }
        }
    }
}
