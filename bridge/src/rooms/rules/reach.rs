//! What a failed invitation means. Homeservers give codes for some of it and words for the rest.
use schema::status::Reach;

/// What a clear no to an invitation says; `why` is the homeserver's code and its words.
#[must_use]
pub fn hindrance(why: &str) -> Reach {
    let (code, words) = why.split_once(':').unwrap_or(("", why));
    let words = words.to_lowercase();
    match code.trim() {
        // Before it was in the spec the code had a longer name.
        code if code.ends_with("INVITE_BLOCKED") => Reach::Blocked,
        "M_UNSUPPORTED_ROOM_VERSION" | "M_INCOMPATIBLE_ROOM_VERSION" | "M_INCOMPATIBLE_SERVER" => {
            Reach::Version
        }
        _ if words.contains("banned") => Reach::Banned,
        "M_NOT_FOUND" | "M_USER_NOT_FOUND" => Reach::Unknown,
        _ => Reach::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_no_is_told_from_the_others() {
        for (why, reach) in [
            ("M_INVITE_BLOCKED: You are not permitted to invite this user.", Reach::Blocked),
            ("ORG.MATRIX.MSC4155.M_INVITE_BLOCKED: no", Reach::Blocked),
            ("M_FORBIDDEN: @x:y.org is banned from the room", Reach::Banned),
            ("M_FORBIDDEN: Invites have been disabled on this server", Reach::Refused),
            ("M_INCOMPATIBLE_ROOM_VERSION: not here", Reach::Version),
            ("M_UNSUPPORTED_ROOM_VERSION: User's homeserver does not", Reach::Version),
            ("M_NOT_FOUND: No such user", Reach::Unknown),
            ("no such user id", Reach::Refused),
        ] {
            assert_eq!(hindrance(why), reach, "{why}");
        }
    }
}
