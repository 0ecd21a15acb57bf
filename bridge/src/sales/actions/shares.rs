//! Shared sales: each co-seller is asked in their own chat, and says yes or no by a reaction, there or
//! on the claim itself. Who does not answer is reminded; in the end the claim is withdrawn.
use crate::industries;
use crate::leaderboard;
use crate::platform::access::{Caller, Manager};
use crate::platform::commands::reaction::Verdict;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::rules::{self, LAPSE_MS, REMIND_MS, Share};
use crate::sales::store::{self, SaleRow};
use crate::sales::{render, review};
use schema::card::SaleEvent;

/// Writes the parts of a claim and asks those who must say yes.
pub(super) fn write(work: &mut Work<'_>, sale: &SaleRow) {
    for (n, share) in (0..).zip(&sale.shares) {
        store::shares::insert(work, sale.id, n, share);
        leaderboard::actions::claims_changed(work, share.partner);
        if let Some(asked_at) = share.asked_at {
            let message = render::ask_share(sale, share);
            work.send_as(&ask_key(sale, share, asked_at), &chat(share), &message);
        }
    }
    if let Some(asked_at) = sale.shares.iter().find_map(|share| share.asked_at) {
        let payload = format!("{} {asked_at}", sale.id);
        for (kind, after) in [("sale.remind", REMIND_MS), ("sale.lapse", LAPSE_MS)] {
            work.job(kind, format!("{kind}:{payload}"), payload.clone(), asked_at + after);
        }
    }
}

/// The time makes a question before an edit another one: its yes says nothing of the new words.
fn ask_key(sale: &SaleRow, share: &Share, asked_at: i64) -> String {
    format!("share:{}:{}:{asked_at}", sale.id, share.partner)
}

fn chat(share: &Share) -> String {
    format!("direct:{}", share.user)
}

/// Everyone's totals follow, and the industry's state.
pub(super) fn changed(work: &mut Work<'_>, sale: &SaleRow) {
    if let (Some(slug), Some(_)) = (&sale.industry, sale.approved_at) {
        work.effects.jobs.push(industries::actions::state_job(slug, work.now));
    }
    for share in &sale.shares {
        leaderboard::actions::claims_changed(work, share.partner);
    }
}

/// ✅ or ❌ of a co-seller on the question in their chat, on the claim, or on our answer to it. `None`
/// when it is about no share of theirs.
///
/// # Errors
/// A refusal when the claim is decided.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    key: Option<&str>,
    event: &str,
    verdict: Verdict,
) -> Result<Option<&'static str>, Stop> {
    let sale = match key {
        None => store::by_cause(work.tx, event).await?,
        Some(key) => match (key.strip_prefix("share:"), key.split_once(":reply:")) {
            (Some(rest), _) => {
                store::by_id(work.tx, rest.split(':').next().unwrap_or_default()).await?
            }
            (None, Some((cause, _))) => store::by_cause(work.tx, cause).await?,
            (None, None) => None,
        },
    };
    let (Some(mut sale), Ok(partner)) = (sale, caller.partner()) else { return Ok(None) };
    let own = |share: &&mut Share| share.partner == partner.id() && share.asked_at.is_some();
    let number = sale.number;
    let Some(share) = sale.shares.iter_mut().find(own) else { return Ok(None) };
    let (id, asked_at) = (share.partner, share.asked_at.unwrap_or_default());
    let yes = verdict == Verdict::Yes;
    let said = if yes { share.confirmed_at } else { share.declined_at };
    if key.is_some_and(|key| key.starts_with("share:") && !key.ends_with(&format!(":{asked_at}"))) {
        return Ok(Some("an older question"));
    }
    if said.is_some() {
        return Ok(Some("said already"));
    }
    if yes {
        (share.confirmed_at, share.declined_at) = (Some(work.now), None);
    } else {
        (share.confirmed_at, share.declined_at) = (None, Some(work.now));
    }
    rules::open(&sale)?;
    if yes {
        store::shares::confirm(work.tx, sale.id, id, work.now).await?;
    } else {
        store::shares::decline(work.tx, sale.id, id, work.now).await?;
    }
    let (word, event) = if yes {
        ("sale.confirm", SaleEvent::Confirmed)
    } else {
        ("sale.decline", SaleEvent::Declined)
    };
    work.audit(word, &number.to_string(), "");
    answered(work, &sale, id, event).await?;
    Ok(Some("share answered"))
}

/// The review card, the person and the claimant see what was said.
async fn answered(
    work: &mut Work<'_>,
    sale: &SaleRow,
    partner: schema::ids::PartnerId,
    event: SaleEvent,
) -> Result<(), Fault> {
    let approvals = store::approvals(work.tx, sale.id).await?;
    review::update(work, sale, &approvals);
    let Some(share) = sale.shares.iter().find(|share| share.partner == partner) else {
        return Ok(());
    };
    work.send(&chat(share), &render::share_answered(sale, share, event));
    let all = !sale.shares.iter().any(Share::is_open);
    if all {
        review::ready(work, sale, &render::ready(sale));
    }
    if all || event == SaleEvent::Declined {
        review::tell(work, sale, |sale| render::to_claimant(sale, share, event)).await?;
    }
    Ok(())
}

/// Pins the exchange of an amount in another currency, and what each part is in the program's.
pub(super) async fn credit(work: &mut Work<'_>, sale: &mut SaleRow) -> Result<(), Fault> {
    let Some(exchange) = sale.exchange else { return Ok(()) };
    let weights: Vec<u32> = sale.shares.iter().map(|share| share.weight).collect();
    let parts = schema::money::split(exchange.reporting.minor, &weights)
        .ok_or(Fault::Overflow("the parts of a sale"))?;
    store::pin(work.tx, sale.id, &exchange).await?;
    for (share, minor) in sale.shares.iter_mut().zip(parts) {
        share.credited_minor = minor;
        store::shares::credit(work.tx, sale.id, share.partner, minor).await?;
    }
    Ok(())
}

/// A manager lets a shared sale count without the yes that is missing.
pub(super) async fn override_open(
    work: &mut Work<'_>,
    manager: &Manager,
    sale: &SaleRow,
) -> Result<(), Stop> {
    if sale.shares.iter().any(Share::is_open) {
        store::shares::override_open(work.tx, sale.id, manager.user_id()).await?;
        let detail = format!("without {}", rules::waiting(&sale.shares));
        work.audit("sale.override", &sale.number.to_string(), &detail);
    }
    Ok(())
}

/// The claim that a job is about, where the question it was made for is still open.
async fn unanswered(work: &mut Work<'_>, payload: &str) -> Result<Option<SaleRow>, Fault> {
    let Some((id, asked_at)) = payload.split_once(' ') else {
        return Err(Fault::Data(payload.to_owned()));
    };
    let asked_at: i64 = asked_at.parse().map_err(|_| Fault::Data(payload.to_owned()))?;
    let sale = store::by_id(work.tx, id).await?.filter(super::is_open);
    let open = |share: &Share| share.is_open() && share.asked_at == Some(asked_at);
    Ok(sale.filter(|sale| sale.shares.iter().any(open)))
}

/// # Errors
/// When the database refuses.
pub async fn remind(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let Some(sale) = unanswered(work, payload).await? else { return Ok(()) };
    for share in sale.shares.iter().filter(|share| share.is_open() && share.declined_at.is_none()) {
        work.send(&chat(share), &render::remind_share(&sale, share));
    }
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn lapse(work: &mut Work<'_>, payload: &str) -> Result<(), Stop> {
    let Some(sale) = unanswered(work, payload).await? else { return Ok(()) };
    let sale = super::take_back(work, sale).await?;
    review::tell(work, &sale, render::lapsed).await?;
    Ok(())
}
