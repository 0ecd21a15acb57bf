//! The words of a refund, and the question before it.
use crate::platform::access::Caller;
use crate::platform::confirm;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::sales::{actions, claim, render, rules};
use schema::card::SaleEvent;
use schema::ids::SaleNumber;

/// What is to be taken back, as it was said.
#[derive(Debug, Clone, Copy)]
pub struct Refund<'a> {
    pub number: SaleNumber,
    pub amount: &'a str,
    pub reason: &'a str,
}

pub async fn refund(
    work: &mut Work<'_>,
    caller: &Caller,
    said: Refund<'_>,
    sure: bool,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let sale = actions::known(work, said.number).await?;
    let currency = sale.amount.currency;
    let amount = claim::amount(said.amount, currency)?;
    // "200 EUR one seat returned": the currency is the sale's, said or not.
    let (first, rest) = said.reason.split_once(' ').unwrap_or((said.reason, ""));
    let named = first.eq_ignore_ascii_case(currency.code());
    let reason = if named { rest.trim() } else { said.reason };
    rules::refundable(&sale, amount)?;
    let example = format!("sale refund {} {} one seat returned", said.number, amount.plain());
    rules::reason(reason).map_err(|no| no.example(example))?;
    if sure {
        let sale = actions::refund(work, &manager, said.number, amount, reason).await?;
        work.reply(&render::sale(&sale, SaleEvent::Refunded, None));
        return Ok(());
    }
    let line = format!("sale refund {} {} {reason}", said.number, amount.plain());
    let expires = work.now + work.program.limits.confirm_ms;
    let prompt = render::ask_refund(&sale, amount, &line, (&work.cause.actor, expires))?;
    Ok(confirm::ask(work, &line, &prompt).await?)
}
