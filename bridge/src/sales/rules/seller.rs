//! Whether somebody sells to themselves: the client compared with what is known of the seller. A match
//! is shown to reviewers, who know more.
use super::client::client_key;
use super::odd::core;
use crate::program::server_of;

/// Parts of a homeserver's name that say what it is, not whose.
const GENERIC: [&str; 8] = ["chat", "element", "home", "im", "matrix", "server", "synapse", "www"];
/// A shorter part of a server's name is no firm's.
const LABEL_CHARS_MIN: usize = 3;

/// What is known of a seller.
#[derive(Debug, Clone, Copy)]
pub struct Seller<'a> {
    pub user: &'a str,
    pub name: &'a str,
    pub organization: Option<&'a str>,
}

/// Whether a client may be the seller or the seller's own firm.
#[must_use]
pub fn is_own(client: &str, seller: Seller<'_>) -> bool {
    let key = client_key(client);
    let server = host_of(seller.user);
    if key == seller.user.to_lowercase() || of_one_domain(&key, firm_of(&server)) {
        return true;
    }
    // Below a domain of others a familiar word is anybody's.
    if !key.contains(' ') && key.matches('.').count() > 1 {
        return false;
    }
    let Some(client) = plain(&key) else { return false };
    let named = [Some(seller.name), seller.organization].into_iter().flatten();
    let named = named.filter_map(|name| plain(&client_key(name)));
    let labels = server
        .rsplit('.')
        .skip(1)
        .filter(|label| label.chars().count() >= LABEL_CHARS_MIN && !GENERIC.contains(label));
    named.chain(labels.filter_map(plain)).any(|other| other == client)
}

/// The host of a user id's server.
fn host_of(user: &str) -> String {
    let server = server_of(user).unwrap_or_default();
    let host = server.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    host.map_or(server, |(host, _)| host).to_lowercase()
}

/// The domain that a homeserver's name belongs to: `matrix.acme.example` is of `acme.example`.
fn firm_of(server: &str) -> &str {
    match server.split_once('.') {
        Some((first, rest)) if GENERIC.contains(&first) && rest.contains('.') => rest,
        _ => server,
    }
}

/// Whether one is the other, or stands below it: `matrix.acme.example` and `acme.example`.
fn of_one_domain(key: &str, server: &str) -> bool {
    let below = |long: &str, short: &str| {
        short.contains('.') && long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'))
    };
    key.contains('.') && (key == server || below(server, key) || below(key, server))
}

/// A name without spaces, signs and legal forms; nothing is left of some.
fn plain(key: &str) -> Option<String> {
    let name = core(key).unwrap_or_else(|| key.to_owned());
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    (!plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Seller<'_> = Seller {
        user: "@ana:matrix.acme.example:8448",
        name: "Ana Lopez",
        organization: Some("lopez-partners"),
    };

    #[test]
    fn ones_own_firm_is_known_by_domain_name_or_organization() {
        for client in [
            "acme.example",
            "https://www.acme.example/shop",
            "buyer@acme.example",
            "shop.acme.example",
            "ACME GmbH",
            "Acme",
            "ana lopez",
            "Ana-Lopez",
            "Lopez Partners Ltd",
            "lopezpartners.com",
        ] {
            assert!(is_own(client, ANA), "{client}");
        }
    }

    #[test]
    fn others_are_others() {
        for client in [
            "Matrix",
            "Example",
            "notacme.example",
            "other.example",
            "acme.test.example.org",
            "Lopez",
            "Ana",
            "Acme 2",
            "Smile Clinic",
        ] {
            assert!(!is_own(client, ANA), "{client}");
        }
        let shared = Seller { user: "@ana:matrix.org", name: "Ana", organization: None };
        assert!(!is_own("Matrix", shared));
        assert!(!is_own("Orgel", shared));
        assert!(is_own("@ana:matrix.org", shared));
    }

    #[test]
    fn a_servers_firm_is_its_domain_without_a_first_word_that_says_what_it_is() {
        let of = |user| Seller { user, name: "Ana Lopez", organization: None };
        for (user, client, own) in [
            ("@ana:matrix.ix.example", "ix.example", true),
            ("@ana:ix.example", "ix.example", true),
            ("@ana:ix.example", "shop.ix.example", true),
            // Nothing would be left of it but the top.
            ("@ana:matrix.org", "matrix.org", true),
            // Not a word of that kind: others stand below the same domain.
            ("@ana:ix.co.example", "rival.co.example", false),
            ("@ana:matrix.co.example", "rival.co.example", true),
        ] {
            assert_eq!(is_own(client, of(user)), own, "{user} {client}");
        }
    }
}
