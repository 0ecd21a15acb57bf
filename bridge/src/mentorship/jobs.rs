//! What mentorship owes at a time: the end of a request that nobody answered, and check-ins.
use super::actions::{pair, requests};
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        requests::JOB_LAPSE => requests::lapse(work, &job.payload).await,
        requests::JOB_CHECK => pair::check(work, &job.payload).await,
        _ => Err(Fault::Bug(format!("no job of mentorship is called {}", job.kind))),
    }
}
