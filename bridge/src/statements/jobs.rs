//! The last statement of who has left: once nothing of theirs is held or in dispute any more.
use super::actions::last;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;

const FINAL: &str = "statement.final";
const TEAM: &str = "statement.team";

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    let bad = || Fault::Data(job.payload.clone());
    let (who, left_at) = job.payload.rsplit_once(' ').ok_or_else(bad)?;
    let left_at: i64 = left_at.parse().map_err(|_| bad())?;
    let again = match job.kind.as_str() {
        FINAL => last::of_partner(work, who.parse().map_err(|_| bad())?, left_at).await?,
        TEAM => last::of_organization(work, who, left_at).await?,
        other => return Err(Fault::Bug(format!("no job of statements is called {other}"))),
    };
    if let Some(at) = again {
        let kind = if job.kind == FINAL { FINAL } else { TEAM };
        work.job(kind, job.key.clone(), job.payload.clone(), at);
    }
    Ok(())
}

/// A partner has left.
pub fn final_soon(work: &mut Work<'_>, partner: PartnerId) {
    owe(work, FINAL, &partner.to_string());
}

/// An organization has left, and its people with it.
pub fn team_final_soon(work: &mut Work<'_>, slug: &str) {
    owe(work, TEAM, slug);
}

fn owe(work: &mut Work<'_>, kind: &'static str, who: &str) {
    let payload = format!("{who} {}", work.now);
    work.job(kind, format!("{kind}:{payload}"), payload, work.now);
}
