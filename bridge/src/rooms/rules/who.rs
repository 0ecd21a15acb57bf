//! Who may be in which room. Pure: whoever is somebody to the program was read before.
use super::key::RoomKey;
use std::collections::{HashMap, HashSet};

/// Everybody who is somebody to the program.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Owners, and who has a role, unless they are suspended as partners.
    pub team: HashSet<String>,
    /// Those of the team who look after organizations.
    pub managers: HashSet<String>,
    /// Active partners, each with the organization that they belong to.
    pub partners: HashMap<String, Option<String>>,
    /// The two of each mentorship, by its id.
    pub pairs: HashMap<String, [String; 2]>,
}

impl People {
    /// Whether a person may be in a room, or be asked into it.
    #[must_use]
    pub fn may_be_in(&self, key: &RoomKey, user: &str) -> bool {
        let partner = self.partners.get(user);
        match key {
            RoomKey::Control => self.team.contains(user),
            RoomKey::Canary => false,
            RoomKey::Pair(id) => {
                let two = self.pairs.get(id).is_some_and(|two| two.iter().any(|one| one == user));
                two && partner.is_some()
            }
            RoomKey::Organization(slug) => {
                self.managers.contains(user)
                    || partner.is_some_and(|own| own.as_deref() == Some(slug))
            }
            _ => partner.is_some() || self.team.contains(user),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let named = |users: &[&str]| users.iter().map(|user| (*user).to_owned()).collect();
        let partner = |user: &str, firm: Option<&str>| (user.to_owned(), firm.map(str::to_owned));
        People {
            team: named(&["@olga:x", "@rita:x"]),
            managers: named(&["@olga:x"]),
            partners: HashMap::from([
                partner("@ana:a", Some("acme")),
                partner("@ben:b", Some("beta")),
                partner("@cy:x", None),
            ]),
            pairs: HashMap::from([
                ("1".to_owned(), ["@ana:a".to_owned(), "@ben:b".to_owned()]),
                ("2".to_owned(), ["@ana:a".to_owned(), "@gone:a".to_owned()]),
            ]),
        }
    }

    #[test]
    fn a_room_is_for_whom_it_was_made() {
        let people = people();
        let all = ["@olga:x", "@rita:x", "@ana:a", "@ben:b", "@cy:x", "@gone:a", "@eve:x"];
        let acme = RoomKey::Organization("acme".into());
        for (key, those) in [
            (RoomKey::Control, vec!["@olga:x", "@rita:x"]),
            (RoomKey::Canary, vec![]),
            (RoomKey::Space, vec!["@olga:x", "@rita:x", "@ana:a", "@ben:b", "@cy:x"]),
            (RoomKey::General, vec!["@olga:x", "@rita:x", "@ana:a", "@ben:b", "@cy:x"]),
            (
                RoomKey::Industry("gyms".into()),
                vec!["@olga:x", "@rita:x", "@ana:a", "@ben:b", "@cy:x"],
            ),
            (acme, vec!["@olga:x", "@ana:a"]),
            (RoomKey::Organization("gone".into()), vec!["@olga:x"]),
            (RoomKey::Pair("1".into()), vec!["@ana:a", "@ben:b"]),
            (RoomKey::Pair("2".into()), vec!["@ana:a"]),
            (RoomKey::Pair("3".into()), vec![]),
        ] {
            let may: Vec<&str> =
                all.into_iter().filter(|user| people.may_be_in(&key, user)).collect();
            assert_eq!(may, those, "{key}");
        }
    }
}
