//! What each thing seen of a server means, and the way to mend it.
use super::{Grasp, KeyTrouble, Miss, Seen, Through, Way, grasp};
use schema::card::{CheckStatus, Finding, Severity};

/// Signatures of a server whose clock differs by more are doubted by others.
const CLOCK_MS_MAX: i64 = 30_000;
/// Keys that hold for less are not being renewed.
const KEYS_MS_MIN: i64 = 3_600_000;

/// The findings, worst last where they build on each other, and what they come to. `version`: of our
/// rooms.
#[must_use]
pub fn judge(seen: &Seen, room_version: &str, now: i64) -> (CheckStatus, Vec<Finding>) {
    let mut found = vec![reach(seen)];
    found.extend(seen.well_known.map(well_known));
    if seen.version.is_ok() {
        found.push(keys(seen.keys, now));
        found.extend(rooms(seen, room_version));
        found.extend(clock(seen.clock_ms));
    }
    found.extend(through(seen));
    let worst = found.iter().map(|finding| rank(finding.severity)).max().unwrap_or(0);
    let status = match worst {
        2 => CheckStatus::Broken,
        1 => CheckStatus::Mend,
        _ => CheckStatus::Fine,
    };
    (status, found)
}

const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

fn finding(id: &str, severity: Severity, sentence: impl Into<String>, mend: &str) -> Finding {
    let mend = Some(mend.to_owned()).filter(|mend| !mend.is_empty());
    Finding { id: format!("server.{id}"), severity, sentence: sentence.into(), mend }
}

fn reach(seen: &Seen) -> Finding {
    let miss = match &seen.version {
        Ok((software, version)) => {
            let port =
                if seen.port == 8448 { String::new() } else { format!(", port {}", seen.port) };
            let how = match seen.way {
                Way::Name => "",
                Way::WellKnown => " by .well-known",
                Way::Usual => "",
            };
            let sentence = format!("Reachable{how}{port}: {software} {version}");
            return finding("reach", Severity::Info, sentence, "");
        }
        Err(miss) => *miss,
    };
    let mut mend = mend(miss, &seen.target);
    if seen.may_have_record && matches!(miss, Miss::NoSuchHost | Miss::Unreachable | Miss::Slow) {
        mend.push_str(" SRV records are not looked at here; a .well-known works everywhere.");
    }
    finding("reach", Severity::Error, said(miss), &mend)
}

fn said(miss: Miss) -> &'static str {
    match miss {
        Miss::Private => "Its address is inside a private network.",
        Miss::NoSuchHost => "Its name leads to no address.",
        Miss::Unreachable => "Nothing answers there.",
        Miss::Slow => "It does not answer in time.",
        Miss::CertificateExpired => "Its certificate has expired.",
        Miss::CertificateName => "Its certificate is for another name.",
        Miss::CertificateUnknown => {
            "Its certificate is not signed by an authority that others know."
        }
        Miss::Status => "What answers there is no homeserver, or does not let federation in.",
        Miss::TooLong | Miss::Unreadable => "What answers there is no homeserver.",
        Miss::Redirect => "It leads on to somewhere else.",
    }
}

fn mend(miss: Miss, target: &str) -> String {
    match miss {
        Miss::Private => {
            "Let it have a public address; for servers inside one network an operator sets \
             federation.allow_private."
                .to_owned()
        }
        Miss::NoSuchHost => "Look whether the name is right, and its DNS.".to_owned(),
        Miss::Unreachable | Miss::Slow => {
            format!("Let {target} be reached from outside, or name another place by .well-known.")
        }
        Miss::CertificateExpired => "Renew the certificate.".to_owned(),
        Miss::CertificateName => format!("Get a certificate for the host of {target}."),
        Miss::CertificateUnknown => {
            "Use a certificate of a public authority, with its whole chain.".to_owned()
        }
        Miss::Status | Miss::TooLong | Miss::Unreadable | Miss::Redirect => {
            "Let /_matrix/federation and /_matrix/key pass through the reverse proxy.".to_owned()
        }
    }
}

fn well_known(miss: Miss) -> Finding {
    let sentence = match miss {
        Miss::Private => "Its .well-known is inside a private network.",
        Miss::Redirect => "Its .well-known redirects to where servers do not follow.",
        Miss::TooLong | Miss::Unreadable => "Its .well-known is not what it should be.",
        _ => "Its .well-known does not work.",
    };
    let mend = "Serve {\"m.server\": \"matrix.example.org:443\"} as JSON at \
                /.well-known/matrix/server.";
    finding("well_known", Severity::Warning, sentence, mend)
}

fn keys(keys: Result<i64, KeyTrouble>, now: i64) -> Finding {
    let bad = |sentence: &str, mend: &str| finding("keys", Severity::Error, sentence, mend);
    match keys {
        Ok(until) if until - now < KEYS_MS_MIN => finding(
            "keys",
            Severity::Warning,
            "Its signing keys are about to expire.",
            "Look whether its clock is right; restart it if it is.",
        ),
        Ok(_) => finding("keys", Severity::Info, "Its signing keys are in order", ""),
        Err(KeyTrouble::Missed(_)) => bad(
            "Its signing keys cannot be read.",
            "Let /_matrix/key pass through the reverse proxy.",
        ),
        Err(KeyTrouble::OtherName) => bad(
            "Its signing keys are of a server of another name.",
            "Its server_name must be what stands in user ids; it cannot be changed later.",
        ),
        Err(KeyTrouble::Unsigned | KeyTrouble::WrongSignature) => bad(
            "Its signing keys are not signed by themselves.",
            "Restore its signing key; a cache in between may hold old ones.",
        ),
        Err(KeyTrouble::Expired) => bad(
            "Its signing keys have expired.",
            "Look whether its clock is right and no cache in between holds old keys.",
        ),
    }
}

/// Only where our rooms are of a version that not every server understands.
fn rooms(seen: &Seen, room_version: &str) -> Option<Finding> {
    let (software, version) = seen.version.as_ref().ok()?;
    if room_version != "12" {
        let sentence = format!("Our rooms are of version {room_version}: every server knows them");
        return Some(finding("rooms", Severity::Info, sentence, ""));
    }
    Some(match grasp(software, version) {
        Grasp::Yes => finding("rooms", Severity::Info, "Understands rooms of version 12", ""),
        Grasp::From(from) => finding(
            "rooms",
            Severity::Error,
            "It is too old for rooms of version 12.",
            &format!("Upgrade {software} to {from} or later."),
        ),
        Grasp::Unknown => finding(
            "rooms",
            Severity::Warning,
            "Whether it understands rooms of version 12 is not known.",
            "Invite one person there first; the answer shows it.",
        ),
    })
}

fn clock(ahead_ms: Option<i64>) -> Option<Finding> {
    let ahead = ahead_ms?;
    if ahead.abs() <= CLOCK_MS_MAX {
        return Some(finding("clock", Severity::Info, "Its clock is right", ""));
    }
    let word = if ahead > 0 { "ahead" } else { "behind" };
    let sentence = format!("Its clock is {} s {word}.", ahead.abs() / 1_000);
    let mend = "Let the machine set its clock by NTP; what its people say counts as early or late.";
    Some(finding("clock", Severity::Warning, sentence, mend))
}

fn through(seen: &Seen) -> Option<Finding> {
    match (seen.through, &seen.version) {
        (Through::Reached, Ok(_)) => {
            Some(finding("through", Severity::Info, "Our homeserver reaches it", ""))
        }
        (Through::Reached, Err(_)) => Some(finding(
            "through",
            Severity::Warning,
            "Our homeserver reaches it all the same.",
            "The two go different ways; what counts is the homeserver's.",
        )),
        (Through::NotReached, Ok(_)) => Some(finding(
            "through",
            Severity::Error,
            "Our homeserver does not reach it.",
            "Look into the homeserver's log, and whether its settings let that server in.",
        )),
        (Through::NotReached, Err(_)) => None,
        (Through::Unknown, Ok(_)) => Some(finding(
            "through",
            Severity::Warning,
            "Our homeserver gave no clear answer about it.",
            "Try again in some minutes.",
        )),
        (Through::Unknown, Err(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine() -> Seen {
        Seen {
            way: Way::Usual,
            target: "partner.org:8448".into(),
            port: 8448,
            well_known: None,
            may_have_record: true,
            version: Ok(("Synapse".into(), "1.163.2".into())),
            keys: Ok(90_000_000),
            clock_ms: Some(900),
            through: Through::Reached,
        }
    }

    fn ids(seen: &Seen, severity: Severity) -> Vec<String> {
        let (_, found) = judge(seen, "12", 0);
        found.into_iter().filter(|one| one.severity == severity).map(|one| one.id).collect()
    }

    #[test]
    fn a_server_in_order_has_nothing_to_mend() {
        let (status, found) = judge(&fine(), "12", 0);
        assert_eq!(status, CheckStatus::Fine);
        assert!(found.iter().all(|one| one.mend.is_none()), "{found:?}");
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn each_trouble_is_told_apart() {
        let old = Seen { version: Ok(("Synapse".into(), "1.90.0".into())), ..fine() };
        assert_eq!(ids(&old, Severity::Error), ["server.rooms"]);
        assert_eq!(judge(&old, "11", 0).0, CheckStatus::Fine);
        let else_ = Seen { version: Ok(("Else".into(), "1".into())), ..fine() };
        assert_eq!(ids(&else_, Severity::Warning), ["server.rooms"]);
        let behind = Seen { clock_ms: Some(-31_000), ..fine() };
        assert_eq!(ids(&behind, Severity::Warning), ["server.clock"]);
        let expiring = Seen { keys: Ok(60_000), ..fine() };
        assert_eq!(ids(&expiring, Severity::Warning), ["server.keys"]);
        let now = 5 * KEYS_MS_MIN;
        for (left, severity) in [(0, Severity::Info), (1, Severity::Warning)] {
            let seen = Seen { keys: Ok(now + KEYS_MS_MIN - left), ..fine() };
            let (_, found) = judge(&seen, "12", now);
            assert!(found.iter().any(|one| one.id == "server.keys" && one.severity == severity));
        }
        for trouble in [
            KeyTrouble::Missed(Miss::Status),
            KeyTrouble::OtherName,
            KeyTrouble::Unsigned,
            KeyTrouble::WrongSignature,
            KeyTrouble::Expired,
        ] {
            let wrong = Seen { keys: Err(trouble), ..fine() };
            assert_eq!(ids(&wrong, Severity::Error), ["server.keys"], "{trouble:?}");
        }
        let apart = Seen { through: Through::NotReached, ..fine() };
        assert_eq!(ids(&apart, Severity::Error), ["server.through"]);
    }

    #[test]
    fn of_one_out_of_reach_only_that_is_told() {
        let gone = Seen {
            version: Err(Miss::Unreachable),
            keys: Err(KeyTrouble::Missed(Miss::Unreachable)),
            clock_ms: None,
            through: Through::NotReached,
            ..fine()
        };
        let (status, found) = judge(&gone, "12", 0);
        assert_eq!((status, found.len()), (CheckStatus::Broken, 1));
        assert!(found[0].mend.as_ref().unwrap().contains("SRV"), "{found:?}");
        let named = Seen { may_have_record: false, ..gone };
        assert!(!judge(&named, "12", 0).1[0].mend.as_ref().unwrap().contains("SRV"));
    }

    fn of_id(seen: &Seen, id: &str) -> Finding {
        let (_, found) = judge(seen, "12", 0);
        found.into_iter().find(|one| one.id == id).unwrap()
    }

    #[test]
    fn what_is_only_a_warning_is_to_be_mended() {
        let behind = Seen { clock_ms: Some(-CLOCK_MS_MAX - 1), ..fine() };
        assert_eq!(judge(&behind, "12", 0).0, CheckStatus::Mend);
        let expired = Seen { keys: Err(KeyTrouble::Expired), ..behind };
        assert_eq!(judge(&expired, "12", 0).0, CheckStatus::Broken);
    }

    #[test]
    fn a_clock_is_told_by_how_much_and_to_which_side() {
        for (ms, sentence) in [
            (0, "Its clock is right"),
            (CLOCK_MS_MAX, "Its clock is right"),
            (-CLOCK_MS_MAX, "Its clock is right"),
            (CLOCK_MS_MAX + 1_000, "Its clock is 31 s ahead."),
            (-CLOCK_MS_MAX - 1_000, "Its clock is 31 s behind."),
        ] {
            let seen = Seen { clock_ms: Some(ms), ..fine() };
            assert_eq!(of_id(&seen, "server.clock").sentence, sentence, "{ms}");
        }
    }

    #[test]
    fn how_a_server_was_reached_is_said_where_it_is_not_usual() {
        for (way, port, sentence) in [
            (Way::Usual, 8448, "Reachable: Synapse 1.163.2"),
            (Way::Name, 443, "Reachable, port 443: Synapse 1.163.2"),
            (Way::WellKnown, 8448, "Reachable by .well-known: Synapse 1.163.2"),
            (Way::WellKnown, 443, "Reachable by .well-known, port 443: Synapse 1.163.2"),
        ] {
            let seen = Seen { way, port, ..fine() };
            assert_eq!(of_id(&seen, "server.reach").sentence, sentence);
        }
    }

    #[test]
    fn what_keeps_a_server_out_of_reach_is_said_with_its_mend() {
        for (miss, sentence, mend) in [
            (Miss::Private, "private network", "public address"),
            (Miss::NoSuchHost, "leads to no address", "its DNS"),
            (Miss::Unreachable, "Nothing answers", "Let partner.org:8448 be reached"),
            (Miss::Slow, "in time", "Let partner.org:8448 be reached"),
            (Miss::CertificateExpired, "has expired", "Renew"),
            (Miss::CertificateName, "for another name", "for the host of partner.org:8448"),
            (Miss::CertificateUnknown, "authority that others know", "a public authority"),
            (Miss::Status, "does not let federation in", "reverse proxy"),
            (Miss::TooLong, "is no homeserver", "reverse proxy"),
            (Miss::Unreadable, "is no homeserver", "reverse proxy"),
            (Miss::Redirect, "leads on to somewhere else", "reverse proxy"),
        ] {
            let found = of_id(&Seen { version: Err(miss), ..fine() }, "server.reach");
            assert!(found.sentence.contains(sentence), "{miss:?}: {}", found.sentence);
            assert!(found.mend.as_ref().unwrap().contains(mend), "{miss:?}: {:?}", found.mend);
        }
    }

    #[test]
    fn a_well_known_that_fails_is_told_by_how() {
        for (miss, sentence) in [
            (Miss::Private, "Its .well-known is inside a private network."),
            (Miss::Redirect, "Its .well-known redirects to where servers do not follow."),
            (Miss::TooLong, "Its .well-known is not what it should be."),
            (Miss::Unreadable, "Its .well-known is not what it should be."),
            (Miss::Slow, "Its .well-known does not work."),
        ] {
            let seen = Seen { well_known: Some(miss), ..fine() };
            let found = of_id(&seen, "server.well_known");
            assert_eq!((found.sentence.as_str(), found.severity), (sentence, Severity::Warning));
        }
    }
}
