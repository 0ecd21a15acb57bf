//! `rule explain S-1`: which rule applied to a sale, to its sellers and to the team.
use crate::commission::{commands::told, render};
use crate::platform::access::Caller;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales::actions;
use schema::status::SaleStatus;

/// The team sees every part, a partner their own, in their own chat.
///
/// # Errors
/// When there is no such sale, or not for this person.
pub async fn explain(work: &mut Work<'_>, caller: &Caller, number: &str) -> Result<(), Stop> {
    let number = super::number(number)?;
    let (sale, own) = if caller.place == crate::platform::access::Place::Control {
        caller.reviewer()?;
        (actions::known(work, number).await?, None)
    } else {
        let partner = caller.partner()?;
        if !caller.place.is_direct() {
            return Err(Refusal::new(Code::Room, "Commission is told in our own chat only.")
                .example(format!("rule explain {number}"))
                .into());
        }
        (actions::own(work, &partner, number).await?, Some(partner.id()))
    };
    let mut shown = Vec::new();
    for explained in actions::explain(work, &sale).await? {
        let of = |share: &&crate::sales::rules::Share| share.partner == explained.partner;
        let name = sale.shares.iter().find(of).map(|share| share.name.clone());
        if own.is_none_or(|own| own == explained.partner) {
            shown.push(told(work, explained, name.unwrap_or_default()));
        }
    }
    let pinned = matches!(sale.status(), SaleStatus::Approved | SaleStatus::Voided);
    work.reply(&render::explained(number, pinned, &shown, work.program.currency));
    Ok(())
}
