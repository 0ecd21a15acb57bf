//! `payout`.
use super::{actions, render, rules};
use crate::partners::commands::user_id;
use crate::platform::access::Caller;
use crate::platform::commands::PROSE;
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use jiff::civil::Date;
use schema::ids::{ConfirmationId, PayoutNumber};

/// The team's commands about payouts.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlPayout {
    /// Who is to be paid what; moves nothing
    #[command(after_help = "payout prepare\npayout prepare --until 2026-11-30")]
    Prepare {
        /// What was payable at the end of this day; today when absent
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<String>,
    },
    /// One payout
    #[command(after_help = "payout show P-1")]
    Show {
        #[arg(value_name = "P-1")]
        number: String,
    },
    /// Set the amounts aside and freeze the statements; asks first
    #[command(after_help = "payout lock P-1")]
    Lock {
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "P-1")]
        number: String,
    },
    /// The money has gone out; asks first
    #[command(after_help = "payout paid P-1 bank transfer 2026-12-01")]
    Paid {
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "P-1")]
        number: String,
        #[arg(value_name = "reference", num_args = 1.., value_hint = PROSE)]
        reference: Option<String>,
    },
    /// A partner's part came back
    #[command(after_help = "payout failed P-1 @ana:example.org the account is closed")]
    Failed {
        #[arg(value_name = "P-1")]
        number: String,
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
}

/// # Errors
/// When the person is no manager, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlPayout,
    confirmed: bool,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let whole = match words {
        ControlPayout::Prepare { until } => {
            let until = day(work, until.as_deref())?;
            actions::prepare(work, &manager, until).await?
        }
        ControlPayout::Show { number } => actions::known(work, self::number(&number)?).await?,
        ControlPayout::Lock { yes, number } => {
            let number = self::number(&number)?;
            if !(yes || confirmed) {
                let whole = actions::lockable(work, number).await?;
                let line = format!("payout lock {number}");
                return ask(work, &whole, ("This sets aside", &line)).await;
            }
            actions::lock(work, &manager, number).await?
        }
        ControlPayout::Paid { yes, number, reference } => {
            let number = self::number(&number)?;
            let reference = reference.as_deref().unwrap_or_default().trim();
            rules::reference(reference)?;
            if !(yes || confirmed) {
                let whole = actions::payable(work, number).await?;
                let line = format!("payout paid {number} {reference}");
                return ask(work, &whole, ("This marks as paid", &line)).await;
            }
            actions::paid(work, &manager, number, reference).await?
        }
        ControlPayout::Failed { number, user, reason } => {
            let number = self::number(&number)?;
            let example = format!("payout failed {number} @ana:example.org the account is closed");
            let user = user_id(&user).map_err(|refusal| refusal.example(example.clone()))?;
            let reason = reason.as_deref().unwrap_or_default().trim();
            crate::sales::rules::reason(reason).map_err(|refusal| refusal.example(example))?;
            actions::failed(work, &manager, number, (&user, reason)).await?
        }
    };
    work.reply(&render::payout(&whole, &work.program.prefix.clone()));
    Ok(())
}

async fn ask(
    work: &mut Work<'_>,
    whole: &rules::Whole,
    (effect, line): (&str, &str),
) -> Result<(), Stop> {
    let expires = work.now + work.program.limits.confirm_ms;
    let id = ConfirmationId(work.id().0);
    let prompt = render::ask(whole, effect, (line, id), (&work.cause.actor, expires));
    Ok(confirm::ask(work, line, &prompt).await?)
}

fn number(text: &str) -> Result<PayoutNumber, Refusal> {
    text.parse().map_err(|_| rules::no_such_payout())
}

fn day(work: &Work<'_>, text: Option<&str>) -> Result<Date, Refusal> {
    let today = work.today();
    let refused = |sentence: &str| {
        Err(Refusal::new(Code::Date, sentence.to_owned())
            .example(format!("payout prepare --until {today}")))
    };
    match text.map(str::parse::<Date>) {
        None => Ok(today),
        Some(Ok(day)) if day <= today => Ok(day),
        Some(Ok(_)) => refused("That day is not over yet; a payout looks back."),
        Some(Err(_)) => refused("A day is written YYYY-MM-DD."),
    }
}
