//! Setting a rate, and converting with the one that counts.
use super::rules::{self, Exchange, Set};
use super::store;
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use jiff::civil::Date;
use schema::money::{Currency, Money, Rate};

/// # Errors
/// When the database refuses.
pub async fn set(
    work: &mut Work<'_>,
    manager: &Manager,
    currency: Currency,
    rate: Rate,
    from: Date,
) -> Result<Set, Stop> {
    let set = Set { currency, rate, from, set_by: manager.user_id().to_owned(), set_at: work.now };
    let cause = work.cause.id.clone();
    store::insert(work.tx, &set, &cause).await.map_err(Fault::from)?;
    work.audit("rate.set", currency.code(), &format!("{rate} from {from}"));
    Ok(set)
}

/// The amount in the program's currency by today's rate; `None` when it is in that already.
///
/// # Errors
/// A refusal when no rate is known.
pub async fn convert(work: &mut Work<'_>, amount: Money) -> Result<Option<Exchange>, Stop> {
    let own = work.program.currency;
    if amount.currency == own {
        return Ok(None);
    }
    let today = work.today();
    let set = store::on(work.tx, amount.currency, today).await.map_err(Fault::from)?;
    let set = set.ok_or_else(|| rules::missing(amount.currency))?;
    let reporting = set.rate.convert(amount, own).map_err(|_| Fault::Overflow("an exchange"))?;
    Ok(Some(Exchange { rate: set.rate, from: set.from, reporting }))
}
