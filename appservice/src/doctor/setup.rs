//! Configuration and registration: readable, private, in agreement.
use super::Finding;
use crate::config::registration::Namespace;
use crate::config::{self, Config, Registration};
use std::path::Path;

pub fn examine(
    config_file: &Path,
    flags: &[(String, String)],
    found: &mut Vec<Finding>,
) -> Option<(Config, Registration)> {
    let config = match config::load(config_file, flags) {
        Ok(config) => config,
        Err(mistakes) => {
            let mend = "Mend the setting named; partnerspace init writes a working file.";
            found.extend(mistakes.0.into_iter().map(|s| Finding::error("config", s, mend)));
            return None;
        }
    };
    found.push(Finding::fine("config", format!("{} is valid and private.", config_file.display())));
    let path = config.registration_path(config_file);
    let registration = match Registration::read(&path) {
        Ok(registration) => registration,
        Err(sentence) => {
            let mend = "partnerspace init writes one; the homeserver must be given the same file.";
            found.push(Finding::error("registration", sentence, mend));
            return None;
        }
    };
    found.extend(registered(&registration, &config, &path));
    Some((config, registration))
}

fn registered(registration: &Registration, config: &Config, path: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    let same = "Change the one that is wrong, give the registration to the homeserver again and \
                restart it.";
    for sentence in registration.disagreements(config) {
        found.push(Finding::error("registration-agrees", sentence, same));
    }
    if found.is_empty() {
        let sentence = format!("{} is private and agrees with the configuration.", path.display());
        found.push(Finding::fine("registration", sentence));
    }
    found.push(namespaces(registration));
    if registration.rate_limited {
        found.push(Finding::error(
            "registration-rate-limit",
            "The registration lets the homeserver limit our rate; making the rooms will stall.",
            "Set rate_limited: false in registration.yaml and restart the homeserver.",
        ));
    }
    found
}

fn namespaces(registration: &Registration) -> Finding {
    let all = &registration.namespaces;
    let loose: Vec<&Namespace> = [&all.users, &all.aliases, &all.rooms]
        .into_iter()
        .flatten()
        .filter(|namespace| !namespace.is_anchored())
        .collect();
    match loose.first() {
        None => Finding::fine("namespaces", "Every namespace is anchored by ^ and $."),
        Some(first) => Finding::error(
            "namespaces",
            format!("The namespace `{}` also matches ids of others.", first.regex),
            "Anchor it: begin it with ^ and end it with $.",
        ),
    }
}
