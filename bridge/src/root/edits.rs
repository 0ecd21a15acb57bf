//! Edits and redactions of commands. An edited command is not executed again: an edit of a claim
//! that is still open reads it anew, any other changes nothing and is told so.
use super::commands;
use super::grammars::{CONTROL, Control, PARTNER, Partner as Root};
use super::{Input, caller, is_kept};
use crate::deals::{self, commands::PartnerDeal};
use crate::platform::access::{Caller, Place};
use crate::platform::inbox::store as inbox;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::questions;
use crate::sales::actions::Manner;
use crate::sales::{self, commands::ControlSale, commands::PartnerSale};
use crate::wins;
use serde_json::Value;

pub(super) async fn edited(
    work: &mut Work<'_>,
    caller: &Caller,
    original: &str,
    input: &Input<'_>,
) -> Result<&'static str, Fault> {
    let content = input.event.content();
    let Some(new) = content.get("m.new_content").filter(|new| new.is_object()) else {
        return Ok("ignored");
    };
    if inbox::sender_of(work.tx, original).await?.as_deref() != Some(&caller.person.user_id)
        || is_elsewhere(work, original).await?
    {
        return Ok("ignored");
    }
    // Clients show no edit by itself: an answer to it would stand below something that cannot be shown.
    work.cause.reply_to = Some(original.to_owned());
    if !caller.place.is_direct() {
        work.cause.thread = super::threads::of(work, original).await?;
    }
    let mark = work.effects.mark();
    let sale = sales::store::by_cause(work.tx, original).await?;
    if sale.is_none() && !was_command(work, original).await? {
        return Ok("ignored");
    }
    if let Some(slow) = super::slow::slowed(work, caller, input) {
        return commands::answer(work, caller, mark, slow).await;
    }
    let done = match sale {
        Some(sale) if sales::actions::is_open(&sale) => amend(work, caller, &sale, new).await,
        Some(_) => {
            super::say::nothing_changed(work);
            Ok("edit of a decided claim")
        }
        None => other(work, caller, original, new).await,
    };
    commands::answer(work, caller, mark, done).await
}

/// Whether an event stands in another room than this input: it is not touched from here.
async fn is_elsewhere(work: &mut Work<'_>, event_id: &str) -> Result<bool, Fault> {
    let room = outbox::room_of_event(work.tx, event_id).await?;
    Ok(room.is_some() && room != work.cause.room_id)
}

/// An edit of what told a story changes the story; one of another command nothing.
async fn other(
    work: &mut Work<'_>,
    caller: &Caller,
    original: &str,
    new: &Value,
) -> Result<&'static str, Stop> {
    if wins::commands::has_told(work, original).await? {
        let words = match commands::line_in(work, caller, new, &PARTNER)? {
            Some((_, Root::Win(words))) => Some(words),
            _ => None,
        };
        let body = new.get("body").and_then(Value::as_str).unwrap_or_default();
        let below = body.split_once('\n').map_or("", |(_, below)| below);
        let words = words.map(|words| (words, below));
        if let Some(done) = wins::commands::edited(work, caller, original, words).await? {
            return Ok(done);
        }
    }
    super::say::nothing_changed(work);
    Ok("edit of a command")
}

async fn amend(
    work: &mut Work<'_>,
    caller: &Caller,
    sale: &sales::store::SaleRow,
    new: &Value,
) -> Result<&'static str, Stop> {
    if caller.place == Place::Control {
        return amend_for(work, caller, sale, new).await;
    }
    let partner = caller.partner()?;
    let (line, deal, claim) = match commands::line_in(work, caller, new, &PARTNER)? {
        Some((line, Root::Sale(PartnerSale::Add(add)))) => {
            (line, None, sales::commands::claim(work, caller, add).await?)
        }
        Some((line, Root::Deal(PartnerDeal::Won(words)))) => {
            let (deal, claim) = deals::commands::claim(work, caller, words).await?;
            (line, Some(deal), claim)
        }
        _ => return Ok(something_else(work)),
    };
    let (line, as_manager) = (line.as_str(), caller.person.manager);
    let manner =
        Manner { line, confirmed: true, as_manager, late: false, cause: &sale.cause, deal };
    sales::actions::amend(work, &partner, sale, &claim, manner).await?;
    Ok("claim edited")
}

/// A claim that a manager made for a partner.
async fn amend_for(
    work: &mut Work<'_>,
    caller: &Caller,
    sale: &sales::store::SaleRow,
    new: &Value,
) -> Result<&'static str, Stop> {
    let Some((line, Control::Sale(ControlSale::Add(words)))) =
        commands::line_in(work, caller, new, &CONTROL)?
    else {
        return Ok(something_else(work));
    };
    sales::commands::amend_for(work, caller, sale, words, &line).await?;
    Ok("claim edited")
}

fn something_else(work: &mut Work<'_>) -> &'static str {
    super::say::nothing_changed(work);
    "edit of a claim to something else"
}

/// How a command may have ended; whoever mends one by an edit hears that it must be sent anew.
const ANSWERED: &[&str] =
    &[commands::RAN, commands::REFUSED, super::slow::SLOWED, "coalesced", super::stories::TOLD];

async fn was_command(work: &mut Work<'_>, original: &str) -> Result<bool, Fault> {
    let outcome = inbox::outcome_of(work.tx, original).await?;
    Ok(outcome.is_some_and(|outcome| ANSWERED.contains(&outcome.as_str())))
}

/// Deleting the message of an open claim withdraws it; later it changes nothing.
pub(super) async fn redacted(
    work: &mut Work<'_>,
    input: &Input<'_>,
) -> Result<&'static str, Fault> {
    let Some(target) = input.event.redacts() else { return Ok("ignored") };
    let caller = caller(work, input.event).await?;
    if !is_kept(&caller.place) || is_elsewhere(work, &target).await? {
        return Ok("not our room");
    }
    let mark = work.effects.mark();
    let Some(sale) = sales::store::by_cause(work.tx, &target).await? else {
        let done = deleted(work, &caller, &target).await;
        return commands::answer(work, &caller, mark, done).await;
    };
    let user = &caller.person.user_id;
    let own = sale.partner_user == *user || sale.claimed_by.as_ref() == Some(user);
    if !own || !sales::actions::is_open(&sale) {
        return Ok("redaction changes nothing");
    }
    let done = withdraw(work, &caller, &sale).await;
    commands::answer(work, &caller, mark, done).await
}

/// The message of something that is no claim.
async fn deleted(work: &mut Work<'_>, caller: &Caller, target: &str) -> Result<&'static str, Stop> {
    if let Some(done) = wins::commands::deleted(work, caller, target).await? {
        return Ok(done);
    }
    let done = questions::commands::deleted(work, caller, target).await?;
    Ok(done.unwrap_or("ignored"))
}

async fn withdraw(
    work: &mut Work<'_>,
    caller: &Caller,
    sale: &sales::store::SaleRow,
) -> Result<&'static str, Stop> {
    if sale.claimed_by.as_ref() == Some(&caller.person.user_id) {
        sales::actions::withdraw_for(work, &caller.manager()?, sale.clone()).await?;
        return Ok("claim withdrawn");
    }
    let partner = caller.partner()?;
    sales::actions::withdraw(work, &partner, sale.number).await?;
    Ok("claim withdrawn")
}
