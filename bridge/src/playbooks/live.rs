//! The search index as the worker holds it: made when somebody first searches, and caught up with
//! what has changed when somebody searches again. Dropped whole after a rollback: the database is
//! the truth.
use super::search::{Doc, Hit, Index};
use super::store::library::{self, Text};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use std::collections::BTreeSet;

/// Playbooks read at once while the index is made.
const PAGE: i64 = 500;
/// With more changes than this since the last search it is made anew.
const CHANGED_MAX: usize = 1_000;

#[derive(Default)]
pub struct Live {
    index: Option<Index>,
    changed: BTreeSet<String>,
}

/// What search reads of this playbook may have changed: its text, where it stands, its outcome.
pub fn changed(work: &mut Work<'_>, slug: &str) {
    let live = work.memory.cache::<Live>();
    if live.index.is_none() {
        return;
    }
    live.changed.insert(slug.to_owned());
    if live.changed.len() > CHANGED_MAX {
        *live = Live::default();
    }
}

/// The best first.
///
/// # Errors
/// When the database refuses.
pub async fn find(
    work: &mut Work<'_>,
    query: &str,
    industry: Option<&str>,
    limit: usize,
) -> Result<Vec<Hit>, Fault> {
    let mut live = work.memory.take::<Live>();
    let index = match live.index.take() {
        Some(index) => caught_up(work, index, std::mem::take(&mut live.changed)).await?,
        None => made(work).await?,
    };
    let hits = index.find(query, industry, limit);
    live.index = Some(index);
    work.memory.put(live);
    Ok(hits)
}

async fn made(work: &mut Work<'_>) -> Result<Index, Fault> {
    let mut index = Index::default();
    let mut after = String::new();
    loop {
        let page = library::texts(work.tx, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(index) };
        after.clone_from(&last.slug);
        page.into_iter().for_each(|text| index.put(doc(text)));
    }
}

async fn caught_up(
    work: &mut Work<'_>,
    mut index: Index,
    changed: BTreeSet<String>,
) -> Result<Index, Fault> {
    for slug in changed {
        match library::text_of(work.tx, &slug).await? {
            Some(text) => index.put(doc(text)),
            None => index.remove(&slug),
        }
    }
    Ok(index)
}

fn doc(text: Text) -> Doc {
    Doc {
        slug: text.slug,
        title: text.title,
        summary: text.summary,
        body: text.body,
        tags: text.tags,
        industries: text.industries,
        uses: text.outcome.uses,
        won: text.outcome.won,
    }
}
