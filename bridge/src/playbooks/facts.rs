//! Everything about one playbook that its messages show, read together.
use super::rules::{Outcome, Rating, no_such_playbook};
use super::store::versions::{self, Author, VersionRow};
use super::store::{self, PlaybookRow, library};
use crate::platform::commands::suggest::nearest;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;

/// A playbook in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub row: PlaybookRow,
    pub version: VersionRow,
    pub authors: Vec<Author>,
    pub outcome: Outcome,
    pub rating: Rating,
}

impl Facts {
    /// The playbook in the version that partners read, else in the newest.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of(work: &mut Work<'_>, row: PlaybookRow) -> Result<Self, Fault> {
        let number = row.shown_version.unwrap_or(row.version);
        Self::at(work, row, number).await
    }

    /// The playbook in its newest version, which may wait for a reviewer.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest(work: &mut Work<'_>, row: PlaybookRow) -> Result<Self, Fault> {
        let number = row.version;
        Self::at(work, row, number).await
    }

    /// # Errors
    /// When the database refuses, or there is no such version.
    pub async fn at(work: &mut Work<'_>, row: PlaybookRow, number: i64) -> Result<Self, Fault> {
        let version = versions::get(work.tx, &row.slug, number)
            .await?
            .ok_or_else(|| Fault::Data(format!("{} has no version {number}", row.slug)))?;
        let authors = versions::authors(work.tx, &row.slug, number).await?;
        let outcome = library::outcome(work.tx, &row.slug).await?;
        let rating = library::rating(work.tx, &row.slug).await?;
        Ok(Self { row, version, authors, outcome, rating })
    }

    /// Whether a person wrote it or saved it.
    #[must_use]
    pub fn is_by(&self, user: &str) -> bool {
        self.row.saver == user || self.authors.iter().any(|author| author.user_id == user)
    }
}

/// The playbook of a word that a person typed, wherever it stands.
///
/// # Errors
/// `E-REF`, with the name that was nearly typed.
pub async fn known(work: &mut Work<'_>, word: &str) -> Result<PlaybookRow, Stop> {
    let slug = word.trim().to_lowercase();
    if let Some(row) = store::by_slug(work.tx, &slug).await? {
        return Ok(row);
    }
    Err(unknown(work, word).await)
}

/// The refusal for a word that is no playbook's that partners may know of.
pub async fn unknown(work: &mut Work<'_>, word: &str) -> Stop {
    match store::shown_slugs(work.tx).await {
        Ok(slugs) => {
            let near = nearest(word.trim(), slugs.iter().map(String::as_str));
            no_such_playbook(word, near).into()
        }
        Err(error) => error.into(),
    }
}
