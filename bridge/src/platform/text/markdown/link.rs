//! Where a link leads. Only the web and mail; the address that is linked is the one that was
//! understood, not the one that was written.
use url::Url;

const HREF_BYTES_MAX: usize = 2_000;

/// What becomes of a link's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Linked, with what stands behind it in brackets.
    Linked {
        href: String,
        shown: String,
    },
    /// Not linked, but people see where it would lead.
    Named(String),
    Nothing,
}

#[must_use]
pub fn target(address: &str) -> Target {
    let Ok(mut url) = Url::parse(address.trim()) else { return Target::Nothing };
    match url.scheme() {
        "http" | "https" => {
            let Some(host) = url.host_str().map(str::to_owned) else { return Target::Nothing };
            // A name before the host is there to look like one.
            if url.set_username("").is_err() || url.set_password(None).is_err() {
                return Target::Nothing;
            }
            linked(url.to_string(), host)
        }
        "mailto" => {
            let mail = url.path().to_owned();
            let plain = mail.bytes().all(|byte| byte.is_ascii_graphic());
            if plain && mail.matches('@').count() == 1 {
                linked(format!("mailto:{mail}"), mail)
            } else {
                Target::Nothing
            }
        }
        _ => Target::Nothing,
    }
}

/// Links into Matrix are how clients write mentions.
fn linked(href: String, shown: String) -> Target {
    let small = href.to_ascii_lowercase();
    if small.contains("matrix.to") || small.contains("matrix:") || href.len() > HREF_BYTES_MAX {
        Target::Named(shown)
    } else {
        Target::Linked { href, shown }
    }
}
