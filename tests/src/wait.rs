//! Waiting for an effect with a deadline: the only place of the rig that pauses.
use crate::Outcome;
use anyhow::Context;
use std::future::Future;
use std::time::Duration;

/// How long anything in a test may take before it counts as not happening. Generous: the machine
/// may be compiling beside the tests, and a passing test never waits this long.
pub const PATIENCE: Duration = Duration::from_secs(300);

const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until the answer is there.
pub async fn until<T, F, Asked>(what: &str, mut ask: F) -> Outcome<T>
where
    F: FnMut() -> Asked,
    Asked: Future<Output = Option<T>>,
{
    within(PATIENCE, what, async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
    .await
}

/// The future's value, or an error that names what did not come.
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> Outcome<T> {
    let waited = tokio::time::timeout(limit, future).await;
    waited.with_context(|| format!("waited {} s in vain for {what}", limit.as_secs()))
}
