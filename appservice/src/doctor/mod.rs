//! `doctor`: looks at everything that must be right, says how to mend what is not, and changes
//! nothing that matters. One file per group of checks; a group that needs another one's success
//! is skipped with a word.
mod database;
mod homeserver;
mod rooms;
mod setup;
#[cfg(test)]
mod tests;

use crate::clock;
use std::borrow::Cow;
use std::fmt;
use std::path::Path;

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable, for scripts and for the operator's guide.
    pub id: Cow<'static, str>,
    pub severity: Severity,
    pub sentence: String,
    /// How to mend it; empty when there is nothing to mend.
    pub mend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Fine,
    /// It works, but will not always.
    Warning,
    /// It does not work.
    Error,
}

impl Finding {
    pub fn fine(id: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            severity: Severity::Fine,
            sentence: sentence.into(),
            mend: String::new(),
        }
    }

    pub fn warning(id: &'static str, sentence: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            severity: Severity::Warning,
            sentence: sentence.into(),
            mend: mend.into(),
        }
    }

    pub fn error(id: &'static str, sentence: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            severity: Severity::Error,
            sentence: sentence.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Fine => "ok  ",
            Severity::Warning => "WARN",
            Severity::Error => "FAIL",
        };
        write!(f, "{mark} {:<24} {}", self.id, self.sentence)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "\n     {:<24} → {}", "", self.mend) }
    }
}

/// All findings, in the order in which one depends on the other.
pub async fn examine(config_file: &Path, flags: &[(String, String)]) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some((config, registration)) = setup::examine(config_file, flags, &mut found) else {
        return found;
    };
    let db = database::examine(&config, &mut found).await;
    let client = homeserver::examine(&config, &registration, clock::now(), &mut found).await;
    match (client, db.clone()) {
        (Some(client), Some(db)) => rooms::examine(&config, client, db, &mut found).await,
        _ => {
            let mend = "Mend what stands above, then run doctor again.";
            found.push(Finding::warning("rooms", "The rooms were not looked at.", mend));
        }
    }
    if let Some(db) = db {
        db.close().await;
    }
    found
}

#[must_use]
pub fn is_healthy(found: &[Finding]) -> bool {
    found.iter().all(|finding| finding.severity < Severity::Error)
}
