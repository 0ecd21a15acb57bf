//! Searching the library.
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::playbooks::facts::Facts;
use crate::playbooks::{live, rules, store};

/// Playbooks shown to a search.
pub const FOUND_MAX: usize = 5;

/// The published playbooks that fit best, of an industry (with those that are for all) or in all.
///
/// # Errors
/// A refusal when there are no words, or nothing fits.
pub async fn find(
    work: &mut Work<'_>,
    words: &str,
    industry: Option<&str>,
) -> Result<Vec<Facts>, Stop> {
    let hits = live::find(work, words, industry, FOUND_MAX).await?;
    let mut found = Vec::with_capacity(hits.len());
    for hit in hits {
        if let Some(row) = store::by_slug(work.tx, &hit.slug).await? {
            found.push(Facts::of(work, row).await?);
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let elsewhere = match industry {
        Some(_) => live::find(work, words, None, 1).await?.len(),
        None => 0,
    };
    Err(rules::nothing_found(words, industry, elsewhere).into())
}
