//! Prepares, locks, pays, and takes back. Each step is decided on the balances of its moment.
use super::render;
use super::rules::{self, Whole, hash};
use super::store::{self, PartRow, PayoutRow};
use crate::commission::actions as commission;
use crate::ledger;
use crate::ledger::rules::{EntryBody, PayoutFailed, PayoutPart};
use crate::platform::access::Manager;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::statements::{self, store::Span};
use jiff::civil::Date;
use schema::card::PayoutStatus;
use schema::ids::PayoutNumber;
use serde_json::json;

/// # Errors
/// A refusal when there is none of this number.
pub async fn known(work: &mut Work<'_>, number: PayoutNumber) -> Result<Whole, Stop> {
    let payout = store::by_number(work.tx, number).await.map_err(Fault::from)?;
    let payout = payout.ok_or_else(rules::no_such_payout)?;
    let parts = store::parts(work.tx, number).await.map_err(Fault::from)?;
    Ok(Whole { payout, parts, waiting: Vec::new() })
}

/// What is payable at the end of a day, above the minimum; and the same of those who are suspended, which
/// waits.
async fn due(work: &mut Work<'_>, until: Date) -> Result<(Vec<PartRow>, Vec<PartRow>), Fault> {
    let end = until.tomorrow().map_or(i64::MAX, |next| work.program.calendar.start_of(next));
    let (own, minimum) = (work.program.currency, work.program.payout_minimum);
    let (mut parts, mut waiting) = (Vec::new(), Vec::new());
    for (part, balance) in store::balances(work.tx, end).await? {
        if let Some(minor) = rules::due(balance, own, minimum) {
            let to = if balance.is_suspended { &mut waiting } else { &mut parts };
            to.push(PartRow { minor, ..part });
        }
    }
    Ok((parts, waiting))
}

/// # Errors
/// A refusal when nothing is due.
pub async fn prepare(work: &mut Work<'_>, manager: &Manager, until: Date) -> Result<Whole, Stop> {
    let (parts, waiting) = due(work, until).await?;
    if parts.is_empty() {
        let sentence = match waiting.is_empty() {
            true => format!("Nothing is due by the end of {until}."),
            false => format!(
                "Nothing is due by the end of {until} but to suspended partners, and that waits."
            ),
        };
        return Err(Refusal::new(Code::Usage, sentence).example("rule list").into());
    }
    let last = store::last_number(work.tx).await.map_err(Fault::from)?;
    let payout = PayoutRow {
        number: PayoutNumber(last + 1),
        until,
        prepared_by: manager.user_id().to_owned(),
        prepared_at: work.now,
        locked_at: None,
        paid_at: None,
        reference: None,
    };
    store::insert(work.tx, &payout).await.map_err(Fault::from)?;
    for part in &parts {
        store::insert_part(work.tx, payout.number, part).await.map_err(Fault::from)?;
    }
    work.audit("payout.prepare", &payout.number.to_string(), &format!("until {until}"));
    Ok(Whole { payout, parts, waiting })
}

/// A payout that may be locked now: asked before the confirmation is.
///
/// # Errors
/// A refusal when it is locked, or balances have moved.
pub async fn lockable(work: &mut Work<'_>, number: PayoutNumber) -> Result<Whole, Stop> {
    let whole = known(work, number).await?;
    rules::follows(&whole.payout, PayoutStatus::Prepared)?;
    let (now, _) = due(work, whole.payout.until).await?;
    rules::still_fits(number, &whole.parts, &now)?;
    Ok(whole)
}

/// Takes the amounts out of what is payable, and freezes the statement of each.
///
/// # Errors
/// A refusal when it is locked, or balances have moved.
pub async fn lock(
    work: &mut Work<'_>,
    manager: &Manager,
    number: PayoutNumber,
) -> Result<Whole, Stop> {
    let mut whole = lockable(work, number).await?;
    store::lock(work.tx, number, manager.user_id(), work.now).await.map_err(Fault::from)?;
    for part in &mut whole.parts {
        let statement = frozen(work, number, part).await?;
        part.statement = Some(statement);
        let body = EntryBody::PayoutLocked(ledger_part(number, part));
        let id = id(number, part);
        let seq = commission::record(work, ("payout.locked", &id), &body, "").await?;
        part.locked_seq = Some(seq);
        store::lock_part(work.tx, number, part).await.map_err(Fault::from)?;
    }
    whole.payout.locked_at = Some(work.now);
    work.audit("payout.lock", &number.to_string(), &format!("{} parts", whole.parts.len()));
    Ok(whole)
}

/// A partner's statement since the last lock, canonical JSON: keys sorted, integers only.
async fn frozen(
    work: &mut Work<'_>,
    number: PayoutNumber,
    part: &PartRow,
) -> Result<String, Fault> {
    let after = store::last_locked(work.tx, part.partner, part.currency).await?;
    let head = ledger::actions::head(work).await?.seq;
    let span = Span::entries(after, head);
    let accounts = statements::actions::accounts(work, part.partner, span).await?;
    let account = accounts.iter().find(|account| account.currency == part.currency);
    let line = |line: &statements::rules::Line| {
        json!({
            "seq": line.seq,
            "kind": line.kind,
            "sale": line.sale,
            "rule": line.rule.as_ref().map(|(name, _)| name),
            "version": line.rule.as_ref().map(|(_, version)| version),
            "base": line.base,
            "amount": line.change.total(),
            "disputed": line.change.disputed,
        })
    };
    let lines: Vec<_> = account.iter().flat_map(|account| &account.lines).map(line).collect();
    let statement = json!({
        "payout": number,
        "partner": part.partner,
        "currency": part.currency,
        "after": after,
        "until": head,
        "opening": account.map_or(0, |account| account.opening),
        "lines": lines,
        "closing": account.map_or(0, |account| account.closing),
        "paid": part.minor,
    });
    // serde_json keeps the keys of its own maps sorted.
    Ok(statement.to_string())
}

/// The same again for the same step of the same part.
fn id(number: PayoutNumber, part: &PartRow) -> String {
    format!("{number}:{}:{}", part.partner, part.currency)
}

fn ledger_part(number: PayoutNumber, part: &PartRow) -> PayoutPart {
    PayoutPart {
        payout: number.0,
        partner: part.partner,
        currency: part.currency,
        minor: part.minor,
        statement: part.statement.as_deref().map(hash).unwrap_or_default(),
    }
}

/// A payout that may be marked as paid.
///
/// # Errors
/// A refusal when it is not locked, or paid.
pub async fn payable(work: &mut Work<'_>, number: PayoutNumber) -> Result<Whole, Stop> {
    let whole = known(work, number).await?;
    rules::follows(&whole.payout, PayoutStatus::Locked)?;
    Ok(whole)
}

/// The money has gone out: everyone whose part did not come back is told.
///
/// # Errors
/// A refusal when it is not locked, or paid.
pub async fn paid(
    work: &mut Work<'_>,
    manager: &Manager,
    number: PayoutNumber,
    reference: &str,
) -> Result<Whole, Stop> {
    let mut whole = payable(work, number).await?;
    let by = (manager.user_id(), reference);
    store::pay(work.tx, number, by, work.now).await.map_err(Fault::from)?;
    whole.payout.paid_at = Some(work.now);
    whole.payout.reference = Some(reference.to_owned());
    for part in whole.parts.iter_mut().filter(|part| part.failed_seq.is_none()) {
        let body = EntryBody::PayoutPaid(ledger_part(number, part));
        let id = id(number, part);
        let seq = commission::record(work, ("payout.paid", &id), &body, "").await?;
        store::pay_part(work.tx, number, part, seq).await.map_err(Fault::from)?;
        part.paid_seq = Some(seq);
        commission::forget(work, part.partner);
        let message = render::paid_to(number, part, reference);
        work.send(&format!("direct:{}", part.user), &message);
    }
    work.audit("payout.paid", &number.to_string(), reference);
    Ok(whole)
}

/// A partner's part came back: it is payable again.
///
/// # Errors
/// A refusal when it is not locked, or the person has no part that could come back.
pub async fn failed(
    work: &mut Work<'_>,
    _manager: &Manager,
    number: PayoutNumber,
    (user, reason): (&str, &str),
) -> Result<Whole, Stop> {
    let mut whole = known(work, number).await?;
    if whole.payout.status() == PayoutStatus::Prepared {
        rules::follows(&whole.payout, PayoutStatus::Locked)?;
    }
    let mut any = false;
    for part in whole.parts.iter_mut().filter(|part| part.user == user && part.failed_seq.is_none())
    {
        any = true;
        let was_paid = part.paid_seq.is_some();
        let reverses = part.paid_seq.or(part.locked_seq).unwrap_or_default();
        let body = EntryBody::PayoutFailed(PayoutFailed {
            part: ledger_part(number, part),
            was_paid,
            reverses,
        });
        let id = id(number, part);
        let seq = commission::record(work, ("payout.failed", &id), &body, reason).await?;
        store::fail_part(work.tx, number, part, (seq, reason)).await.map_err(Fault::from)?;
        (part.failed_seq, part.failed_why) = (Some(seq), Some(reason.to_owned()));
        let message = render::came_back(number, part, reason);
        work.send(&format!("direct:{}", part.user), &message);
    }
    if !any {
        let sentence = format!("{number} has no part of this partner that could come back.");
        return Err(Refusal::new(Code::Ref, sentence)
            .example(format!("payout show {number}"))
            .into());
    }
    work.audit("payout.failed", &number.to_string(), &format!("{user} {reason}"));
    Ok(whole)
}
