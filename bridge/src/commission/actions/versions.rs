//! Making rules, ending them, and saying which one applied and why the others did not.
use super::earn::{drafted, month_of, sold, wanted};
use super::{Sale, Seller};
use crate::commission::rules::{self, Body, Choice, Held, Pinned, Version, Why};
use crate::commission::store;
use crate::commission::store::lines::{self, LineRow};
use crate::ledger::rules::RuleRef;
use crate::platform::access::Manager;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use jiff::civil::Date;
use schema::ids::PartnerId;
use schema::money::Money;

#[derive(Default)]
struct Known(Option<Vec<Version>>);

/// Every version of every rule.
///
/// # Errors
/// When the database refuses.
pub async fn versions(work: &mut Work<'_>) -> Result<Vec<Version>, Fault> {
    if let Some(versions) = &work.memory.cache::<Known>().0 {
        return Ok(versions.clone());
    }
    let versions = store::versions::all(work.tx).await?;
    work.memory.cache::<Known>().0 = Some(versions.clone());
    Ok(versions)
}

/// The newest version of each rule, the oldest rule first.
///
/// # Errors
/// When the database refuses.
pub async fn list(work: &mut Work<'_>) -> Result<Vec<Version>, Fault> {
    let mut newest: Vec<Version> = Vec::new();
    for version in versions(work).await? {
        match newest.iter_mut().find(|other| other.rule.rule == version.rule.rule) {
            Some(other) => *other = version,
            None => newest.push(version),
        }
    }
    Ok(newest)
}

/// A new rule, or a new version of the one of that name.
///
/// # Errors
/// When the database refuses.
pub async fn add(
    work: &mut Work<'_>,
    manager: &Manager,
    name: &str,
    body: Body,
    from: Date,
) -> Result<Version, Stop> {
    let known = list(work).await?;
    let next = known.iter().map(|version| version.rule.rule).max().unwrap_or_default() + 1;
    let old = known.iter().find(|version| version.name == name);
    let rule = old.map_or(RuleRef { rule: next, version: 1 }, |old| RuleRef {
        version: old.rule.version + 1,
        ..old.rule
    });
    write(work, manager, (name, rule), Some(body), from).await
}

/// The rule counts no more from a day on.
///
/// # Errors
/// A refusal when there is none, or it has ended.
pub async fn end(
    work: &mut Work<'_>,
    manager: &Manager,
    name: &str,
    from: Date,
) -> Result<Version, Stop> {
    let known = list(work).await?;
    let found = known.iter().find(|version| version.name == name);
    let old = found.ok_or_else(|| rules::no_such_rule(name))?;
    if old.body.is_none() {
        let sentence = format!("{name} has ended already, on {}.", old.from);
        return Err(Refusal::new(Code::Dup, sentence).example("rule list").into());
    }
    let rule = RuleRef { version: old.rule.version + 1, ..old.rule };
    write(work, manager, (name, rule), None, from).await
}

async fn write(
    work: &mut Work<'_>,
    manager: &Manager,
    (name, rule): (&str, RuleRef),
    body: Option<Body>,
    from: Date,
) -> Result<Version, Stop> {
    let made_by = manager.user_id().to_owned();
    let version = Version { rule, name: name.to_owned(), body, from, made_by, made_at: work.now };
    let cause = work.cause.id.clone();
    store::versions::insert(work.tx, &version, &cause).await.map_err(Fault::from)?;
    work.memory.cache::<Known>().0 = None;
    let word = if version.body.is_some() { "rule.add" } else { "rule.end" };
    work.audit(word, name, &format!("version {} from {from}", rule.version));
    Ok(version)
}

/// Why a partner's part of a sale earns what it earns.
#[derive(Debug, Clone)]
pub struct Explained {
    pub partner: PartnerId,
    /// The rule that applied, with the line's terms; none where none did.
    pub line: Option<(Version, LineRow)>,
    pub others: Vec<(Version, Why)>,
}

/// For each seller. A pinned line is told as it was pinned, by the rules that were known then.
///
/// # Errors
/// When the database refuses.
pub async fn explain(work: &mut Work<'_>, sale: &Sale) -> Result<Vec<Explained>, Fault> {
    let all = versions(work).await?;
    let pinned_lines = lines::of_sale(work.tx, sale.id).await?;
    let mut found = Vec::with_capacity(sale.sellers.len());
    for index in 0..sale.sellers.len() {
        let partner = sale.sellers[index].partner;
        let line = pinned_lines.iter().find(|line| line.partner == partner).cloned();
        let at = sale.approved_at.unwrap_or(i64::MAX);
        let known: Vec<Version> =
            all.iter().filter(|version| version.made_at <= at).cloned().collect();
        let sold = sold(work, sale, partner, &known).await?;
        let Choice { chosen, others } = rules::choose(&known, sold);
        let mut others: Vec<(Version, Why)> =
            others.into_iter().map(|(version, why)| (version.clone(), why)).collect();
        let line = match (line, chosen) {
            (Some(line), _) => {
                let version = all.iter().find(|version| version.rule == line.rule).cloned();
                others.retain(|(other, _)| other.rule.rule != line.rule.rule);
                version.map(|version| (version, line))
            }
            // What was approved without a rule earns nothing by a later one.
            (None, Some((version, body))) if sale.approved_at.is_none() => {
                let line = drafted(work, sale, index, (version, body)).await?;
                Some((version.clone(), line))
            }
            (None, _) => None,
        };
        found.push(Explained { partner, line, others });
    }
    Ok(found)
}

/// What would come out of a sale of a partner, today.
#[derive(Debug, Clone)]
pub struct Tried {
    pub amount: Money,
    pub explained: Explained,
    /// The change of the month's other lines, where the rate of a slab moves.
    pub others: i64,
    pub month: String,
}

/// # Errors
/// When the database refuses.
pub async fn tried(work: &mut Work<'_>, sale: &Sale) -> Result<Tried, Fault> {
    let explained = explain(work, sale).await?.into_iter().next();
    let explained = explained.ok_or_else(|| Fault::Bug("a trial without a seller".into()))?;
    let mut others = 0_i64;
    if let Some((_, line)) = &explained.line
        && matches!(line.terms.pay, Pinned::Slab(_))
    {
        let mut group = lines::of_month(work.tx, line).await?;
        group.push(line.clone());
        for other in group.iter().filter(|other| other.sale != line.sale) {
            let Held { total, .. } = wanted(other, &group)?;
            others = others.saturating_add(total - other.posted.total);
        }
    }
    let month = month_of(work, sale);
    Ok(Tried { amount: Money::new(sale.net, sale.currency), explained, others, month })
}

/// A sale that does not exist, for trying rules.
#[must_use]
pub fn imagined(
    (amount, on): (Money, Date),
    industry: Option<String>,
    (partner, user): (PartnerId, String),
) -> Sale {
    Sale {
        id: schema::ids::SaleId(0),
        number: schema::ids::SaleNumber(0),
        client: schema::ids::ClientId(0),
        industry,
        on,
        approved_at: None,
        held_from: None,
        currency: amount.currency,
        exchange: None,
        net: amount.minor,
        disputed: 0,
        sellers: vec![Seller { partner, user, weight: 1 }],
    }
}
