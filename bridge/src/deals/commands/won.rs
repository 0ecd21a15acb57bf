//! `deal won`: the claim of a sale, with the deal's client and industry. What is wrong with its words
//! is told as for `sale add`, with an example of this command.
use super::number;
use crate::deals::{actions, rules};
use crate::platform::access::Caller;
use crate::platform::commands::Said;
use crate::platform::refusal::{Refusal, Stop};
use crate::platform::work::Work;
use crate::sales;
use crate::sales::actions::Manner;
use crate::sales::claim::Claim;
use crate::sales::commands::Add;
use crate::terms;
use schema::ids::DealNumber;

/// What is said of a sale that a deal has become.
#[derive(Debug, Clone, clap::Args)]
pub struct Won {
    #[arg(value_name = "<D-1>")]
    pub number: Option<String>,
    /// With a dot before the decimals, without other signs: 1000.50
    #[arg(value_name = "<amount>")]
    pub amount: Option<String>,
    /// Its three letters
    #[arg(value_name = "<currency>")]
    pub currency: Option<String>,
    /// The day of the sale; today when absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<String>,
    /// The playbook that you used
    #[arg(long, value_name = "short-name")]
    pub playbook: Option<String>,
    /// A word to the reviewers
    #[arg(long, value_name = "text", num_args = 1..)]
    pub note: Option<String>,
    /// Who sold it with you, with whole weights; yours is 1 unless "me 3" is among them
    #[arg(long, value_name = "@user weight", num_args = 1..)]
    pub with: Option<String>,
}

pub(super) async fn won(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Won,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let (number, claim) = claim(work, caller, words).await?;
    terms::actions::must_have_accepted(work, &partner).await?;
    let manner = Manner::of(caller, said, Some(number));
    sales::actions::record(work, &partner, &claim, manner).await?;
    Ok(())
}

/// Reads the words: the deal, and the claim that they make. A claim of `deal won` may be edited like
/// any other.
///
/// # Errors
/// With the code and sentence for what is wrong.
pub async fn claim(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Won,
) -> Result<(DealNumber, Claim), Stop> {
    let partner = caller.partner()?;
    let Some(text) = &words.number else { return Err(rules::which_deal().into()) };
    let number = number(text)?;
    let deal = actions::own(work, &partner, number).await?;
    let add = Add {
        amount: words.amount,
        currency: words.currency,
        // The client is the deal's; no refusal may say it in a room of many.
        client: Some(CLIENT.to_owned()),
        industry: deal.industry.clone(),
        on: words.on,
        playbook: words.playbook,
        note: words.note,
        with: words.with,
        public: false,
    };
    let claim = sales::commands::claim(work, caller, add).await;
    let claim = claim.map_err(|stop| match stop {
        Stop::Refusal(refusal) => Stop::Refusal(as_won(refusal, number)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    Ok((number, Claim { client: deal.client_name, ..claim }))
}

const CLIENT: &str = "Acme";
const USAGE: &str = "deal won <D-1> <amount> <currency> [--on YYYY-MM-DD] [--playbook short-name] [--note text] [--with @user weight]";

/// `sale add 1000 EUR Acme --on today` becomes `deal won D-1 1000 EUR --on today`.
fn as_won(mut refusal: Refusal, number: DealNumber) -> Refusal {
    refusal.usage = refusal.usage.map(|_| USAGE.to_owned());
    let example = refusal.example.as_deref().and_then(|line| line.strip_prefix("sale add "));
    if let Some(line) = example {
        let (head, fields) = line.split_once(" --").unwrap_or((line, ""));
        let money = head.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let fields = if fields.is_empty() { String::new() } else { format!(" --{fields}") };
        refusal.example = Some(format!("deal won {number} {money}{fields}"));
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::refusal::Code;

    #[test]
    fn examples_are_of_this_command() {
        for (line, expected) in [
            ("sale add 1000 EUR Acme", "deal won D-7 1000 EUR"),
            ("sale add 12.50 EUR Acme Ltd --on today", "deal won D-7 12.50 EUR --on today"),
            ("playbook list", "playbook list"),
        ] {
            let refusal = Refusal::new(Code::Usage, "No.").example(line);
            let example = as_won(refusal, DealNumber(7)).example;
            assert_eq!(example.as_deref(), Some(expected));
        }
    }
}
