//! Which servers may take part in our rooms, and which ones links to a room name.
use crate::program::server_of;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Servers that a link names: ours and up to two more, as the specification advises.
pub const VIA_MAX: usize = 3;
/// A set of servers that only became better, not right, is renewed this often.
pub const VIA_MS: i64 = 86_400_000;

/// What a manager last said of servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everybody's.
    Open,
    /// Only these, and always our own.
    Members(Vec<String>),
}

impl Access {
    /// Whether people of this server may take part.
    #[must_use]
    pub fn lets_in(&self, own: &str, server: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Members(servers) => server == own || servers.iter().any(|name| name == server),
        }
    }

    /// The hosts that the rooms let in, sorted; `*` is everybody. The specification compares names without
    /// their port, Synapse with it: a name that has one stands there both ways.
    #[must_use]
    pub fn hosts(&self, own: &str) -> Vec<String> {
        match self {
            Self::Open => vec!["*".to_owned()],
            Self::Members(servers) => {
                let names = servers.iter().map(String::as_str).chain([own]);
                let both = names.flat_map(|name| [host(name), name]);
                let hosts: BTreeSet<&str> = both.filter(|host| is_plain(host)).collect();
                hosts.into_iter().map(str::to_owned).collect()
            }
        }
    }
}

/// The whole content of `m.room.server_acl`. It never names our own server as one to keep out, and
/// never is empty.
#[must_use]
pub fn server_acl(own: &str, access: &Access) -> Value {
    let hosts = access.hosts(own);
    assert!(!hosts.is_empty() && access.lets_in(own, own), "we would lock ourselves out");
    let literals = *access == Access::Open || hosts.iter().any(|host| is_literal(host));
    json!({ "allow": hosts, "deny": [], "allow_ip_literals": literals })
}

/// A server's name without its port.
#[must_use]
pub fn host(server: &str) -> &str {
    match server.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => server,
    }
}

/// A name that means itself where patterns are read.
fn is_plain(host: &str) -> bool {
    !host.is_empty() && !host.contains(['*', '?'])
}

fn is_literal(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The servers by which a room can be reached: ours, then those with most people in it.
#[must_use]
pub fn via(own: &str, people: &[String], access: Option<&Access>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for server in people.iter().filter_map(|user| server_of(user)) {
        *counts.entry(server).or_default() += 1;
    }
    counts.remove(own);
    counts.retain(|server, _| access.is_none_or(|access| access.lets_in(own, server)));
    let mut others: Vec<(&str, usize)> = counts.into_iter().collect();
    others.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    let others = others.into_iter().map(|(server, _)| server);
    std::iter::once(own).chain(others).take(VIA_MAX).map(str::to_owned).collect()
}

/// Whether links should name other servers now: at once where one of them leads nowhere any more or
/// there are more to name, else once a day.
#[must_use]
pub fn via_is_old(
    known: &[String],
    known_at: Option<i64>,
    fresh: &[String],
    people: &[String],
    now: i64,
) -> bool {
    if known == fresh {
        return false;
    }
    let lives = |server: &String| people.iter().any(|user| server_of(user) == Some(server));
    let right = known.iter().skip(1).all(lives) && known.len() >= fresh.len();
    !right || known_at.is_none_or(|at| now - at >= VIA_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The algorithm of the specification: https://spec.matrix.org/v1.16/client-server-api/#mroomserver_acl
    fn lets_in(acl: &Value, server: &str) -> bool {
        let host = host(server);
        if acl["allow_ip_literals"] == false && is_literal(host) {
            return false;
        }
        let matches = |list: &Value| {
            let patterns = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            patterns.into_iter().any(|pattern| glob(pattern.as_bytes(), host.as_bytes()))
        };
        !matches(&acl["deny"]) && matches(&acl["allow"])
    }

    fn glob(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => {
                glob(rest, text) || text.split_first().is_some_and(|(_, text)| glob(pattern, text))
            }
            (Some((b'?', rest)), Some((_, text))) => glob(rest, text),
            (Some((one, rest)), Some((other, text))) => one == other && glob(rest, text),
            _ => false,
        }
    }

    fn server() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z]{1,5}\\.(org|example)(:[0-9]{1,4})?",
            "[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}(:[0-9]{2,4})?",
            Just("localhost:8448".to_owned()),
            Just("[::1]:8448".to_owned()),
            Just("*".to_owned()),
            Just("*.org".to_owned()),
            Just(String::new()),
        ]
    }

    proptest! {
        #[test]
        fn we_are_never_locked_out(
            own in "[a-z]{1,5}\\.org(:[0-9]{2,4})?|[1-9]{1,2}\\.1\\.1\\.1(:8448)?|\\[::1\\]:8448|localhost:8448",
            members in proptest::collection::vec(server(), 0..6),
            other in "[a-z]{6}\\.net",
        ) {
            for access in [Access::Open, Access::Members(members.clone())] {
                let acl = server_acl(&own, &access);
                prop_assert!(lets_in(&acl, &own), "{acl} keeps {own} out");
                prop_assert!(acl["allow"].as_array().is_some_and(|hosts| !hosts.is_empty()));
                prop_assert_eq!(&acl["deny"], &json!([]));
                // Some homeservers compare the whole name.
                let whole = acl["allow"].as_array().is_some_and(|hosts| hosts.contains(&json!(own)));
                prop_assert!(whole || access == Access::Open, "{acl} keeps {own} out");
            }
            let acl = server_acl(&own, &Access::Members(members.clone()));
            for member in members.iter().filter(|name| is_plain(host(name))) {
                prop_assert!(lets_in(&acl, member), "{acl} keeps {member} out");
            }
            prop_assert!(!lets_in(&acl, &other), "{acl} lets {other} in");
            prop_assert!(lets_in(&server_acl(&own, &Access::Open), &other));
        }
    }

    #[test]
    fn a_host_is_a_server_s_name_without_its_port() {
        for (server, is) in [
            ("partner.org", "partner.org"),
            ("partner.org:8448", "partner.org"),
            ("192.0.2.1:8448", "192.0.2.1"),
            ("[2001:db8::1]", "[2001:db8::1]"),
            ("[2001:db8::1]:8448", "[2001:db8::1]"),
            ("partner.org:", "partner.org:"),
        ] {
            assert_eq!(host(server), is);
        }
    }

    #[test]
    fn addresses_for_names_are_let_in_only_where_somebody_has_one() {
        let open_to_addresses = |own: &str, members: &[&str]| {
            let members = members.iter().map(|&name| name.into()).collect();
            server_acl(own, &Access::Members(members))["allow_ip_literals"] == true
        };
        assert!(!open_to_addresses("own.org:8448", &[]));
        assert!(!open_to_addresses("own.org", &["a.org", "1.2.3.org"]));
        assert!(open_to_addresses("own.org", &["a.org", "192.0.2.1:8448"]));
        assert!(open_to_addresses("own.org", &["[2001:db8::1]:8448"]));
        assert!(open_to_addresses("192.0.2.1", &["a.org"]));
        assert_eq!(server_acl("own.org", &Access::Open)["allow_ip_literals"], true);
    }

    fn people(servers: &[(&str, usize)]) -> Vec<String> {
        let many = |(server, n): &(&str, usize)| {
            (0..*n).map(|i| format!("@p{i}:{server}")).collect::<Vec<_>>()
        };
        servers.iter().flat_map(many).collect()
    }

    #[test]
    fn links_name_us_and_the_two_with_most_people() {
        let people = people(&[("a.org", 1), ("b.org", 3), ("own.org", 1), ("c.org:8448", 3)]);
        assert_eq!(via("own.org", &people, None), ["own.org", "b.org", "c.org:8448"]);
        let closed = Access::Members(vec!["a.org".to_owned()]);
        assert_eq!(via("own.org", &people, Some(&closed)), ["own.org", "a.org"]);
        assert_eq!(via("own.org", &[], None), ["own.org"]);
    }

    #[test]
    fn a_list_that_works_is_renewed_once_a_day() {
        let list =
            |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.into()).collect() };
        let (known, fresh) = (list(&["own", "a", "b"]), list(&["own", "b", "c"]));
        let all = people(&[("a", 1), ("b", 2), ("c", 2)]);
        let old = |people: &[String], at, now| via_is_old(&known, at, &fresh, people, now);
        for at in [0, 5 * VIA_MS] {
            let after = |ms| old(&all, Some(at), at + ms);
            assert!(!after(0) && !after(VIA_MS - 1) && after(VIA_MS), "renewed at {at}");
        }
        assert!(old(&people(&[("b", 2), ("c", 2)]), Some(0), 1), "nobody is left on a");
        assert!(!via_is_old(&known, None, &known, &all, 0));
        assert!(via_is_old(&list(&["own"]), Some(0), &fresh, &all, 1), "more can be named");
    }
}
