//! `ledger verify`.
use super::actions;
use crate::platform::access::Caller;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlLedger {
    /// Recompute every hash and every sum
    #[command(after_help = "ledger verify")]
    Verify,
}

/// # Errors
/// When the person may not.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: &ControlLedger,
) -> Result<(), Stop> {
    caller.reviewer()?;
    match words {
        ControlLedger::Verify => {
            actions::verify_here(work).await?;
        }
    }
    Ok(())
}
