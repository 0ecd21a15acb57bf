//! What was found about a server is told to who asked.
use super::actions;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

/// Its payload is a look's id.
pub const FOUND: &str = "server.found";

/// Kinds of jobs that may be told of a look, each run by its own capability.
const HOOKS: &[&str] = &["organization.server"];

/// The kind as it is known here.
#[must_use]
pub fn hook(kind: &str) -> Option<&'static str> {
    HOOKS.iter().copied().find(|known| *known == kind)
}

/// # Errors
/// When the database refuses.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        FOUND => actions::found(work, &job.payload).await,
        other => Err(Fault::Bug(format!("no job of servers is called {other}"))),
    }
}
