//! What managers may say about rates.
use super::{actions, render, rules, store};
use crate::platform::access::Caller;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::claim;

/// The team's commands about exchange rates.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlRate {
    /// What one unit of another currency is worth
    #[command(after_help = "rate set USD 0.92\nrate set JPY 0.00613 --from 2026-12-01")]
    Set {
        #[arg(value_name = "currency")]
        currency: String,
        #[arg(value_name = "decimal")]
        rate: String,
        /// The day from which it counts; today when absent
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<String>,
    },
    /// All rates
    #[command(after_help = "rate list")]
    List,
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(work: &mut Work<'_>, caller: &Caller, words: ControlRate) -> Result<(), Stop> {
    let own = work.program.currency;
    match words {
        ControlRate::Set { currency, rate, from } => {
            let manager = caller.manager()?;
            let currency = rules::currency(&currency, own)?;
            let rate = rules::rate(&rate)?;
            let today = work.today();
            let from = from.map_or(Ok(today), |text| {
                let example = format!("rate set {currency} {rate} --from {today}");
                claim::day(&text, today).map_err(|refusal| refusal.example(example))
            })?;
            let set = actions::set(work, &manager, currency, rate, from).await?;
            work.reply(&render::set(&set, own));
        }
        ControlRate::List => {
            let limit = i64::try_from(render::ROWS_MAX).unwrap_or(i64::MAX);
            let sets = store::all(work.tx, limit).await.map_err(Fault::from)?;
            work.reply(&render::list(&sets, own, &work.program.prefix));
        }
    }
    Ok(())
}
