//! What terms owe at a time: partners are asked about a new version, page by page.
use super::actions;
use super::rules::{ASKED_PAGE_MAX, PAGE_PAUSE_MS};
use super::store::asked;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const ASK: &str = "terms.ask";

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match (job.kind.as_str(), job.payload.split_once(' ')) {
        (ASK, Some((version, after))) => {
            let version = version.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
            page(work, version, after).await
        }
        (other, _) => Err(Fault::Bug(format!("no job of terms is called {other}"))),
    }
}

/// Asks the partners behind an id at a time; the rows say who was asked.
pub fn ask_soon(work: &mut Work<'_>, version: i64, after: &str, at: i64) {
    work.job(ASK, format!("{ASK}:{version}:{after}"), format!("{version} {after}"), at);
}

async fn page(work: &mut Work<'_>, version: i64, after: &str) -> Result<(), Fault> {
    // A newer version has a walk of its own.
    if actions::newest(work).await?.is_none_or(|row| row.version != version) {
        return Ok(());
    }
    let page = asked::to_ask(work.tx, version, after, ASKED_PAGE_MAX).await?;
    for (_, user) in &page {
        actions::ask(work, user).await?;
    }
    let full = page.len() >= usize::try_from(ASKED_PAGE_MAX).unwrap_or(usize::MAX);
    if let Some((last, _)) = page.last().filter(|_| full) {
        ask_soon(work, version, last, work.now + PAGE_PAUSE_MS);
    }
    Ok(())
}
