//! Opening and closing industries; their state in the Space.
mod penetration;

pub use penetration::{headline, penetration, set_target, target, view, won};

use super::rules;
use super::store::{self, IndustryRow};
use crate::platform::access::Manager;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::{JobRow, Work};
use crate::rooms;
use schema::card::IndustryEvent;
use schema::state::{IndustryState, VERSION};
use std::collections::HashMap;

/// A job that says an industry's state anew; its payload is the slug.
pub const JOB_STATE: &str = "room.industry";
/// Industries named in a refusal.
const NAMED_MAX: usize = 12;
/// Industries in one list.
pub const SLUGS_MAX: usize = 20;

/// The job that follows when a channel is made.
#[must_use]
pub fn state_job(slug: &str, now: i64) -> JobRow {
    JobRow {
        key: format!("{JOB_STATE}:{slug}"),
        kind: JOB_STATE,
        payload: slug.to_owned(),
        run_at: now,
    }
}

/// Opens an industry; the same again changes nothing, a closed one opens again.
///
/// # Errors
/// A refusal when the words do not fit, or the slug is another industry's.
pub async fn add(
    work: &mut Work<'_>,
    _: &Manager,
    slug: &str,
    name: &str,
) -> Result<(IndustryRow, IndustryEvent), Stop> {
    let (slug, name) = (rules::slug(slug)?, rules::name(name)?);
    match store::by_slug(work.tx, &slug).await? {
        Some(row) if row.name != name => {
            let sentence =
                format!("{slug} is taken: it is {}.", crate::platform::text::foreign(&row.name));
            return Err(Refusal::new(Code::Dup, sentence).example("industry list").into());
        }
        Some(row) if row.closed_at.is_none() => return Ok((row, IndustryEvent::Unchanged)),
        Some(_) => store::close(work.tx, &slug, None).await?,
        None => store::insert(work.tx, &slug, &name, work.now).await?,
    }
    changed(work, &slug, "industry.add", &name).await?;
    Ok((read(work, &slug).await?, IndustryEvent::Added))
}

/// Closes an industry: no new sales, its channel stays readable.
///
/// # Errors
/// A refusal when there is no such industry.
pub async fn close(
    work: &mut Work<'_>,
    _: &Manager,
    slug: &str,
) -> Result<(IndustryRow, IndustryEvent), Stop> {
    let row = find(work, slug).await?;
    if row.closed_at.is_some() {
        return Ok((row, IndustryEvent::Unchanged));
    }
    store::close(work.tx, &row.slug, Some(work.now)).await?;
    changed(work, &row.slug, "industry.close", "").await?;
    Ok((read(work, &row.slug).await?, IndustryEvent::Closed))
}

async fn changed(
    work: &mut Work<'_>,
    slug: &str,
    action: &'static str,
    detail: &str,
) -> Result<(), Fault> {
    work.audit(action, slug, detail);
    rooms::actions::channel_changed(work, slug).await?;
    show(work, slug).await
}

/// The slug of an open industry that a person named.
///
/// # Errors
/// A refusal that names the open ones.
pub async fn open_slug(work: &mut Work<'_>, word: &str) -> Result<String, Stop> {
    let row = find(work, word).await?;
    if row.closed_at.is_some() {
        let sentence = format!("The industry {} is closed.", row.slug);
        return Err(Refusal::new(Code::Ref, sentence).into());
    }
    Ok(row.slug)
}

/// Several of them, with commas between.
///
/// # Errors
/// As `open_slug`.
pub async fn open_slugs(work: &mut Work<'_>, list: &str) -> Result<Vec<String>, Stop> {
    let mut slugs = Vec::new();
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    for word in words.take(SLUGS_MAX) {
        let slug = open_slug(work, word).await?;
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    Ok(slugs)
}

/// The slug of an industry that a person named, open or closed: its results stay readable.
///
/// # Errors
/// A refusal that names the open ones.
pub async fn known_slug(work: &mut Work<'_>, word: &str) -> Result<String, Stop> {
    Ok(find(work, word).await?.slug)
}

/// What people call an industry.
///
/// # Errors
/// When the database refuses.
pub async fn name(work: &mut Work<'_>, slug: &str) -> Result<Option<String>, Fault> {
    Ok(store::by_slug(work.tx, slug).await?.map(|row| row.name))
}

async fn find(work: &mut Work<'_>, word: &str) -> Result<IndustryRow, Stop> {
    if let Ok(slug) = rules::slug(word)
        && let Some(row) = store::by_slug(work.tx, &slug).await?
    {
        return Ok(row);
    }
    let open: Vec<String> = store::all(work.tx)
        .await?
        .into_iter()
        .filter(|row| row.closed_at.is_none())
        .map(|row| row.slug)
        .take(NAMED_MAX)
        .collect();
    let sentence = if open.is_empty() {
        "There is no such industry; none is open yet.".to_owned()
    } else {
        format!("There is no such industry; open are {}.", open.join(", "))
    };
    Err(Refusal::new(Code::Ref, sentence).into())
}

async fn read(work: &mut Work<'_>, slug: &str) -> Result<IndustryRow, Fault> {
    let row = store::by_slug(work.tx, slug).await?;
    row.ok_or_else(|| Fault::Bug(format!("no row after a change of {slug}")))
}

/// How many clients an industry has: distinct ones with a sale that stands.
///
/// # Errors
/// When the database refuses.
pub async fn clients(work: &mut Work<'_>, slug: &str) -> Result<i64, Fault> {
    Ok(store::clients(work.tx, slug).await?)
}

/// Says the industry's state anew; to be called whenever its name, channel or clients may differ.
/// Before the channel is made there is nothing to say.
///
/// # Errors
/// When the database refuses.
pub async fn show(work: &mut Work<'_>, slug: &str) -> Result<(), Fault> {
    let Some(row) = store::by_slug(work.tx, slug).await? else { return Ok(()) };
    let Some(room) = row.room_id else { return Ok(()) };
    let reached = penetration(work, slug).await?;
    let content = IndustryState {
        v: VERSION,
        name: row.name,
        room,
        clients: clients(work, slug).await?,
        targets: reached.map(|reached| reached.target.accounts),
        penetration_bps: reached.map(|reached| reached.bps),
    };
    work.state("space", "agency.siso.partners.industry", slug, &content);
    Ok(())
}

/// The slugs of the open industries.
///
/// # Errors
/// When the database refuses.
pub async fn open(work: &mut Work<'_>) -> Result<Vec<String>, Fault> {
    let rows = store::all(work.tx).await?;
    Ok(rows.into_iter().filter(|row| row.closed_at.is_none()).map(|row| row.slug).collect())
}

/// The slugs of all industries, closed ones too.
///
/// # Errors
/// When the database refuses.
pub async fn all(work: &mut Work<'_>) -> Result<Vec<String>, Fault> {
    Ok(store::all(work.tx).await?.into_iter().map(|row| row.slug).collect())
}

/// What all industries are called, by slug.
///
/// # Errors
/// When the database refuses.
pub async fn names(work: &mut Work<'_>) -> Result<HashMap<String, String>, Fault> {
    let rows = store::all(work.tx).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}
