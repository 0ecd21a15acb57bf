//! The rooms, and the program's own state in them against the database. The comparing itself is
//! the keeper's.
use super::{Finding, Severity};
use crate::clock;
use crate::config::Config;
use crate::link::client::Client;
use bridge::platform::App;
use bridge::platform::clock::Clock;
use bridge::platform::db::Db;
use bridge::platform::signals::Signals;
use bridge::program::Install;
use bridge::rooms::keeper::{self, Inspection};
use schema::card;
use std::sync::Arc;
use std::time::Duration;

pub async fn examine(config: &Config, client: Client, db: Db, found: &mut Vec<Finding>) {
    let program = match crate::run::program(config) {
        Ok(program) => Arc::new(program),
        Err(error) => {
            found.push(Finding::error("program", format!("{error:#}"), "Mend the setting named."));
            return;
        }
    };
    let clock =
        Clock::new(clock::now, |ms| Box::pin(tokio::time::sleep(Duration::from_millis(ms))));
    // Its id goes into what is sent only, and nothing is.
    let install = Arc::new(Install { id: String::new(), made_at: clock.now() });
    let signals = Arc::new(Signals::default());
    let app = App { db, program, install, homeserver: client, clock, signals };
    match keeper::inspect(&app).await {
        Ok(seen) => found.extend(told(seen)),
        Err(error) => {
            let sentence = format!("The rooms could not be looked at: {error}.");
            found.push(Finding::error(
                "rooms",
                sentence,
                "Run doctor again; see the homeserver's log.",
            ));
        }
    }
}

fn told(seen: Inspection) -> Vec<Finding> {
    let mut found: Vec<Finding> = seen.findings.into_iter().map(Finding::from).collect();
    if found.is_empty() {
        let sentence = format!(
            "{} rooms: the bot is in, power, version, encryption, join rule and names are as wished.",
            seen.rooms
        );
        found.push(Finding::fine("rooms", sentence));
    }
    let waiting = match seen.waiting {
        0 => String::new(),
        waiting => format!("; {waiting} more are to be sent"),
    };
    if seen.state_findings.is_empty() {
        let sentence = format!("{} room states are what the database says{waiting}.", seen.states);
        found.push(Finding::fine("state", sentence));
    }
    found.extend(seen.state_findings.into_iter().map(Finding::from));
    found
}

impl From<card::Finding> for Finding {
    fn from(found: card::Finding) -> Self {
        let severity = match found.severity {
            card::Severity::Info => Severity::Fine,
            card::Severity::Warning => Severity::Warning,
            card::Severity::Error => Severity::Error,
        };
        let id = found.id.replace('_', "-").into();
        Self { id, severity, sentence: found.sentence, mend: found.mend.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_is_said_in_two_lines_and_what_is_wrong_line_by_line() {
        let fine = told(Inspection { rooms: 9, states: 4, waiting: 1, ..Inspection::default() });
        assert_eq!(fine.len(), 2);
        assert!(fine[0].sentence.starts_with("9 rooms") && fine[1].sentence.contains("1 more"));
        let wrong = bridge::rooms::rules::encrypted("General");
        let seen = Inspection {
            findings: vec![wrong.clone()],
            state_findings: vec![wrong],
            ..Inspection::default()
        };
        let found = told(seen);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|f| f.id == "encrypted" && f.severity == Severity::Error));
    }
}
