//! From a sale's approval to its commission, and from what befalls the sale later to the difference.
use super::book::{self, Kind, Origin};
use super::release::{open, release_at};
use super::{Event, Happened, Moved, Sale, versions};
use crate::commission::rules::{
    self, Body, Held, Member, Pinned, Place, Sold, Terms, Version, months_since,
};
use crate::commission::store::lines::{self, LineRow};
use crate::ledger::rules::Change;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;
use schema::money::Currency;
use schema::period::PeriodKind;

const OVERFLOW: Fault = Fault::Overflow("a commission");

/// Commission of everyone who has a part in a sale that was just approved; what the slab of a month
/// made of earlier sales is told beside.
///
/// # Errors
/// A fault when the database refuses or a sum does not fit.
pub async fn earned(work: &mut Work<'_>, sale: &Sale, follows: i64) -> Result<Vec<Moved>, Fault> {
    let mut moved = Vec::new();
    for index in 0..sale.sellers.len() {
        let Some((line, change)) = pin(work, sale, index).await? else { continue };
        lines::insert(work.tx, &line).await?;
        let id = sale.id.to_string();
        let origin = Origin { kind: Kind::Earned, id: "sale", follows, reason: "" };
        book::post(work, &line, change, origin).await?;
        let ahead = line.release_at.filter(|at| *at > work.now);
        let payable_on = ahead.map(|at| work.program.calendar.day_of(at));
        let (partner, currency) = (line.partner, line.currency);
        moved.push(Moved { partner, sale: sale.id, currency, change, payable_on });
        let happened = Happened { event: Event::Refund, id: &id, follows, reason: RERATED };
        moved.extend(month(work, &line, happened).await?);
        open(work, &line, follows).await?;
    }
    Ok(moved)
}

/// Why other lines of a month move with one.
const RERATED: &str = "the month reached another rate";

/// The month in which a sale's cap and tiers count.
pub(super) fn month_of(work: &Work<'_>, sale: &Sale) -> String {
    work.program.calendar.counted_in(PeriodKind::Month, sale.on, work.now).0.to_string()
}

/// What a rule may ask of a partner's part of a sale.
pub(super) async fn sold<'a>(
    work: &mut Work<'_>,
    sale: &'a Sale,
    partner: PartnerId,
    versions: &[Version],
) -> Result<Sold<'a>, Fault> {
    let asks = |version: &Version| version.body.as_ref().is_some_and(|body| body.months.is_some());
    let month = if versions.iter().any(asks) {
        let first = lines::first_day(work.tx, partner, sale.id, sale.client).await?;
        first.map_or(0, |first| months_since(first, sale.on).max(0))
    } else {
        0
    };
    Ok(Sold { partner, industry: sale.industry.as_deref(), on: sale.on, month })
}

/// The line of one seller, with what it earns at first; none where no rule applies.
async fn pin(
    work: &mut Work<'_>,
    sale: &Sale,
    index: usize,
) -> Result<Option<(LineRow, Change)>, Fault> {
    let partner = sale.sellers[index].partner;
    let known = versions(work).await?;
    let sold = sold(work, sale, partner, &known).await?;
    let choice = rules::choose(&known, sold);
    let Some((version, body)) = choice.chosen else { return Ok(None) };
    let line = drafted(work, sale, index, (version, body)).await?;
    let change = rules::change(Held::default(), line.posted, false).map_err(|_| OVERFLOW)?;
    Ok(Some((line, change)))
}

/// A line as its rule has it now, with what it would earn as if that were posted. Nothing is written.
pub(super) async fn drafted(
    work: &mut Work<'_>,
    sale: &Sale,
    index: usize,
    rule: (&Version, &Body),
) -> Result<LineRow, Fault> {
    let mut line = pinned(work, sale, index, rule).await?;
    set_base(&mut line, sale)?;
    let mut group = match line.terms.pay {
        Pinned::Slab(_) => lines::of_month(work.tx, &line).await?,
        _ => Vec::new(),
    };
    group.push(line.clone());
    line.posted = wanted(&line, &group)?;
    Ok(line)
}

/// The terms of a line as its rule has them now.
async fn pinned(
    work: &mut Work<'_>,
    sale: &Sale,
    index: usize,
    (version, body): (&Version, &Body),
) -> Result<LineRow, Fault> {
    let partner = sale.sellers[index].partner;
    let currency = currency(body, sale, work.program.currency);
    let month = month_of(work, sale);
    let first = body.bonus_first.is_some() && !lines::has_other(work.tx, partner, sale.id).await?;
    let seen = lines::month(work.tx, partner, &month, version.rule).await?;
    let weights = sale.weights();
    let place = Place { weights: &weights, index };
    let terms = Terms::pin(body, place, seen, first).map_err(|_| OVERFLOW)?;
    Ok(LineRow {
        sale: sale.id,
        partner,
        rule: version.rule,
        terms,
        currency,
        month,
        base: 0,
        clear: 0,
        pinned_at: work.now,
        release_at: Some(release_at(work, body, sale.held_from)),
        released_at: None,
        posted: Held::default(),
    })
}

/// A plain percentage pays in the sale's currency, what works with amounts in the program's.
fn currency(body: &Body, sale: &Sale, own: Currency) -> Currency {
    if body.has_amounts() { own } else { sale.currency }
}

fn set_base(line: &mut LineRow, sale: &Sale) -> Result<(), Fault> {
    let own = sale.sellers.iter().position(|seller| seller.partner == line.partner);
    let own = own.ok_or_else(|| Fault::Data(format!("{} has a line of another", sale.number)))?;
    let part = |minor| sale.parts(minor, line.currency).map_err(|_| OVERFLOW);
    let base = part(sale.net)?[own];
    let clear = part(sale.net.saturating_sub(sale.disputed).max(0))?[own];
    (line.base, line.clear) = (base, clear);
    Ok(())
}

/// What a line should stand at; `group` are the month's lines under its rule, where they matter.
pub(super) fn wanted(line: &LineRow, group: &[LineRow]) -> Result<Held, Fault> {
    let Pinned::Slab(tiers) = &line.terms.pay else {
        return line.terms.held(line.base, line.clear).map_err(|_| OVERFLOW);
    };
    let member =
        |line: &LineRow| Member { base: line.base, clear: line.clear, bonus: line.terms.bonus };
    let members: Vec<Member> = group.iter().map(member).collect();
    let all = rules::slab(tiers, line.terms.room, &members).map_err(|_| OVERFLOW)?;
    let own = group.iter().position(|other| other.sale == line.sale);
    own.and_then(|own| all.get(own)).copied().ok_or(OVERFLOW)
}

/// Brings the lines of a sale to what its terms make of what is left, and tells what moved.
///
/// # Errors
/// A fault when the database refuses or a sum does not fit.
pub async fn settle(
    work: &mut Work<'_>,
    sale: &Sale,
    happened: Happened<'_>,
) -> Result<Vec<Moved>, Fault> {
    let mut moved = Vec::new();
    for mut line in lines::of_sale(work.tx, sale.id).await? {
        set_base(&mut line, sale)?;
        lines::set_base(work.tx, &line).await?;
        let group = match line.terms.pay {
            Pinned::Slab(_) => lines::of_month(work.tx, &line).await?,
            _ => Vec::new(),
        };
        let wanted = wanted(&line, &group)?;
        moved.extend(bring(work, &line, wanted, (kind(happened.event), happened)).await?);
        moved.extend(month(work, &line, Happened { reason: RERATED, ..happened }).await?);
    }
    Ok(moved)
}

const fn kind(event: Event) -> Kind {
    match event {
        Event::Refund | Event::Void => Kind::Adjusted,
        Event::DisputeOpened => Kind::DisputeOpened,
        Event::DisputeWon => Kind::DisputeWon,
        Event::DisputeLost => Kind::DisputeLost,
    }
}

/// Posts what takes a line to what it should stand at, if anything does.
async fn bring(
    work: &mut Work<'_>,
    line: &LineRow,
    wanted: Held,
    (kind, happened): (Kind, Happened<'_>),
) -> Result<Option<Moved>, Fault> {
    let released = line.released_at.is_some();
    let change = rules::change(line.posted, wanted, released).map_err(|_| OVERFLOW)?;
    if change == Change::default() {
        return Ok(None);
    }
    let Happened { id, follows, reason, .. } = happened;
    book::post(work, line, change, Origin { kind, id, follows, reason }).await?;
    let (partner, sale, currency) = (line.partner, line.sale, line.currency);
    Ok(Some(Moved { partner, sale, currency, change, payable_on: None }))
}

/// The other lines of a month under slab tiers follow the rate that it has reached.
async fn month(
    work: &mut Work<'_>,
    line: &LineRow,
    happened: Happened<'_>,
) -> Result<Vec<Moved>, Fault> {
    let mut moved = Vec::new();
    if !matches!(line.terms.pay, Pinned::Slab(_)) {
        return Ok(moved);
    }
    // One sale re-rates the others more than once: when it is approved, and again when it is void.
    let word = match happened.event {
        Event::Refund => "",
        Event::Void => ":void",
        Event::DisputeOpened => ":opened",
        Event::DisputeWon => ":won",
        Event::DisputeLost => ":lost",
    };
    let id = format!("{}{word}", happened.id);
    let happened = Happened { id: &id, ..happened };
    let group = lines::of_month(work.tx, line).await?;
    for other in group.iter().filter(|other| other.sale != line.sale) {
        let wanted = wanted(other, &group)?;
        moved.extend(bring(work, other, wanted, (Kind::Adjusted, happened)).await?);
    }
    Ok(moved)
}
