//! The words of a dispute.
use crate::platform::access::Caller;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales::{actions, claim, render};
use schema::card::SaleEvent;
use schema::ids::SaleNumber;

/// `sale dispute S-1 <amount> open|won|lost`, with a word to it behind.
pub async fn dispute(
    work: &mut Work<'_>,
    caller: &Caller,
    number: SaleNumber,
    (amount, words): (&str, &str),
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let sale = actions::known(work, number).await?;
    let currency = sale.amount.currency;
    let said = claim::amount(amount, currency)?;
    let (first, rest) = words.trim().split_once(' ').unwrap_or((words.trim(), ""));
    let named = first.eq_ignore_ascii_case(currency.code());
    let words = if named { rest.trim() } else { words.trim() };
    let (state, reason) = words.split_once(' ').unwrap_or((words, ""));
    let reason = reason.trim();
    let (sale, event) = match state.to_lowercase().as_str() {
        "open" => {
            let sale = actions::open_dispute(work, &manager, number, said, reason).await?;
            (sale, SaleEvent::Disputed)
        }
        state @ ("won" | "lost") => {
            let won = state == "won";
            let sale = actions::decide_dispute(work, &manager, number, (said, won), reason).await?;
            (sale, if won { SaleEvent::DisputeWon } else { SaleEvent::DisputeLost })
        }
        _ => {
            return Err(Refusal::new(Code::Usage, "A dispute is open, won or lost.")
                .example(format!("sale dispute {number} {} open", said.plain()))
                .into());
        }
    };
    work.reply(&render::sale(&sale, event, None));
    Ok(())
}
