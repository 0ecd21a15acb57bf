//! What happens to terms: published, asked about, accepted.
mod answers;

pub use answers::{Put, accept, accepted_by, agree, ask, noted, open_question, refuse};

use super::rules;
use super::store::{self, Draft, TermsRow, asked};
use super::{jobs, render};
use crate::platform::access::{Manager, Partner};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use jiff::civil::Date;

/// The newest version, remembered: every claim looks at it.
#[derive(Default)]
struct Newest(Option<Option<TermsRow>>);

/// # Errors
/// When the database refuses.
pub async fn newest(work: &mut Work<'_>) -> Result<Option<TermsRow>, Fault> {
    if let Some(known) = &work.memory.cache::<Newest>().0 {
        return Ok(known.clone());
    }
    let row = store::newest(work.tx).await?;
    work.memory.cache::<Newest>().0 = Some(row.clone());
    Ok(row)
}

/// The newest version, where a person has not accepted it.
///
/// # Errors
/// When the database refuses.
pub async fn owed(work: &mut Work<'_>, user: &str) -> Result<Option<TermsRow>, Fault> {
    let Some(row) = newest(work).await? else { return Ok(None) };
    let done = asked::has_accepted(work.tx, row.version, user).await?;
    Ok((!done).then_some(row))
}

/// A claim waits for the terms, once they are due.
///
/// # Errors
/// A refusal when the partner has not accepted them.
pub async fn must_have_accepted(work: &mut Work<'_>, partner: &Partner) -> Result<(), Stop> {
    let Some(row) = newest(work).await? else { return Ok(()) };
    if !rules::is_due(row.required_on, work.today())
        || asked::has_accepted(work.tx, row.version, &partner.row().user_id).await?
    {
        return Ok(());
    }
    Err(rules::accept_first(row.version).into())
}

/// What could be published: kept until its manager says yes.
///
/// # Errors
/// A refusal when the text does not do, or is published already.
pub async fn draft(
    work: &mut Work<'_>,
    manager: &Manager,
    text: &str,
    required_on: Option<Date>,
) -> Result<Draft, Stop> {
    let text = rules::text(text)?;
    let draft = Draft { sha256: rules::sha256(&text), text, required_on };
    if let Some(row) = newest(work).await?.filter(|row| row.sha256 == draft.sha256) {
        let sentence = format!("This text is version {} already.", row.version);
        return Err(Refusal::new(Code::Dup, sentence).example("terms list").into());
    }
    store::keep_draft(work.tx, manager.user_id(), &draft, work.now).await?;
    Ok(draft)
}

/// The draft that a manager was asked about.
///
/// # Errors
/// A refusal when another one has taken its place.
pub async fn drafted(work: &mut Work<'_>, manager: &Manager, hash: &str) -> Result<Draft, Stop> {
    let draft = store::draft(work.tx, manager.user_id()).await?;
    draft.filter(|draft| draft.sha256 == hash).ok_or_else(|| {
        let sentence = "You have begun another version since; publish that one.";
        Refusal::new(Code::Confirm, sentence).example("terms publish").into()
    })
}

/// A new version; every partner is asked in their own chat.
///
/// # Errors
/// A refusal when it is published already.
pub async fn publish(
    work: &mut Work<'_>,
    manager: &Manager,
    draft: Draft,
) -> Result<TermsRow, Stop> {
    let before = newest(work).await?;
    if let Some(row) = before.as_ref().filter(|row| row.sha256 == draft.sha256) {
        let sentence = format!("This text is version {} already.", row.version);
        return Err(Refusal::new(Code::Dup, sentence).example("terms list").into());
    }
    let row = TermsRow {
        version: before.map_or(0, |row| row.version) + 1,
        text: draft.text,
        sha256: draft.sha256,
        published_at: work.now,
        required_on: draft.required_on,
    };
    store::insert(work.tx, &row, manager.user_id()).await?;
    if let Some(day) = row.required_on {
        let by = (manager.user_id(), work.now);
        store::require(work.tx, (row.version, day), by).await?;
    }
    store::drop_draft(work.tx, manager.user_id()).await?;
    work.memory.cache::<Newest>().0 = None;
    work.audit("terms.publish", &format!("version {}", row.version), &row.sha256);
    jobs::ask_soon(work, row.version, "", work.now);
    let (partners, accepted) = asked::counts(work.tx, row.version).await?;
    let message = render::published(&row, partners - accepted, &work.program.prefix);
    work.reply(&message);
    Ok(row)
}

/// From the day after this one, claims wait for the newest version; or never.
///
/// # Errors
/// A refusal when there are no terms.
pub async fn require(work: &mut Work<'_>, manager: &Manager, on: Option<Date>) -> Result<(), Stop> {
    let mut row = newest(work).await?.ok_or_else(rules::none_yet)?;
    match on {
        Some(day) => {
            let by = (manager.user_id(), work.now);
            store::require(work.tx, (row.version, day), by).await?;
        }
        None => store::require_not(work.tx, row.version).await?,
    }
    row.required_on = on;
    work.memory.cache::<Newest>().0 = None;
    let detail = on.map_or_else(|| "never".to_owned(), |day| day.to_string());
    work.audit("terms.require", &format!("version {}", row.version), &detail);
    let message = render::required(&row);
    work.reply(&message);
    Ok(())
}

/// A version, or the newest.
///
/// # Errors
/// A refusal when there is none.
pub async fn of_version(work: &mut Work<'_>, version: Option<i64>) -> Result<TermsRow, Stop> {
    match version {
        None => newest(work).await?.ok_or_else(|| rules::none_yet().into()),
        Some(version) => {
            let row = store::of_version(work.tx, version).await?;
            row.ok_or_else(|| rules::no_such_version().into())
        }
    }
}

/// Who has accepted the newest version, and who has not.
///
/// # Errors
/// When the database refuses.
pub async fn list(work: &mut Work<'_>) -> Result<(), Stop> {
    let Some(row) = newest(work).await? else {
        let message = render::none(&work.program.prefix);
        work.reply(&message);
        return Ok(());
    };
    let counts = asked::counts(work.tx, row.version).await?;
    let people = asked::people(work.tx, row.version, rules::ROWS_MAX).await?;
    let message = render::list(&row, counts, &people, &work.program.calendar);
    work.reply(&message);
    Ok(())
}
