//! Awards follow the ledger and the facts of help: counted anew for those whom a change concerns, written
//! as facts, told to the person in one message and celebrated with the others.
mod award;
mod hand;
mod replay;
mod show;
mod switches;
pub mod tiers;
mod walk;

pub use award::tell;
pub use hand::{add, grant, revoke};
pub use replay::Replay;
pub use show::{earned, of_program, progress, shown};
pub use switches::{disable, enable, on, start};
pub use walk::{WALK, preview, walk_on};

use super::rules::counts::Facts;
use super::rules::own::{Own, reverses};
use super::rules::tiers::Tier;
use super::rules::{Cause, Fact, Rule, Shown};
use super::store::{self, sources};
use crate::ledger::actions::Posted;
use crate::ledger::rules::{EntryBody, Sealed, credit_account};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::questions;
use schema::ids::PartnerId;
use std::collections::{BTreeSet, HashMap};

/// Partners whose sales are remembered between entries, and whose badges between looks at them.
const PARTNERS_MAX: usize = 1_024;

/// What the worker remembers; after a rollback it is read anew.
#[derive(Default)]
struct Known {
    own: HashMap<PartnerId, Own>,
    /// The first sale of each industry.
    first: HashMap<String, Option<String>>,
    on: Option<BTreeSet<String>>,
    tiers: Option<Vec<Tier>>,
    last: Option<i64>,
    /// Until a fact about the partner or a tier is added.
    shown: HashMap<PartnerId, Shown>,
}

/// Credit of a sale has moved: the badges and tiers of its sellers, and of those who are the first of its
/// industry now, follow. What its playbook's authors have of it are facts of help.
///
/// # Errors
/// When the database refuses.
pub async fn credited(
    work: &mut Work<'_>,
    (body, posted): (&EntryBody, &Posted),
) -> Result<(), Fault> {
    let Some(credit) = body.credit().filter(|_| !posted.replayed) else { return Ok(()) };
    let sellers: BTreeSet<PartnerId> = credit.shares.iter().map(|share| share.partner).collect();
    let cause = Cause::Entry(posted.seq);
    forget_first(work, credit.industry.as_deref(), reverses(body).is_some());
    for id in &sellers {
        heard(work, *id, (posted.seq, body));
    }
    let mut concerned = sellers.clone();
    if reverses(body).is_some() {
        concerned.extend(firsts(work, credit.industry.as_deref()).await?);
    }
    for id in concerned {
        award::credit(work, id, &cause, true).await?;
    }
    for id in sellers {
        tiers::moved(work, id, tiers::By::Entry(posted.seq, reverses(body))).await?;
    }
    Ok(())
}

/// Somebody has helped, or a fact of help was taken back.
///
/// # Errors
/// When the database refuses.
pub async fn helped(work: &mut Work<'_>, helper: PartnerId, fact: &str) -> Result<(), Fault> {
    award::help(work, helper, &Cause::Help(fact.to_owned()), true).await.map(drop)
}

/// Sales were brought in, or a batch of them was taken back: nobody is told, and nothing celebrated.
///
/// # Errors
/// When the database refuses.
pub async fn imported(
    work: &mut Work<'_>,
    partners: &BTreeSet<PartnerId>,
    industries: &BTreeSet<String>,
) -> Result<(), Fault> {
    let mut concerned = partners.clone();
    for id in partners {
        work.memory.cache::<Known>().own.remove(id);
    }
    for slug in industries {
        forget_first(work, Some(slug), true);
        concerned.extend(firsts(work, Some(slug)).await?);
    }
    for id in concerned {
        let own = own(work, id).await?;
        let cause = Cause::Entry(own.last());
        keep(work, id, own);
        award::credit(work, id, &cause, false).await?;
        tiers::moved(work, id, tiers::By::Quiet).await?;
    }
    Ok(())
}

/// Somebody is back in the program: what rules that came meanwhile would have given is there, untold.
///
/// # Errors
/// When the database refuses.
pub async fn returned(work: &mut Work<'_>, id: PartnerId) -> Result<(), Fault> {
    let own = own(work, id).await?;
    let last = own.last();
    keep(work, id, own);
    if last > 0 {
        award::credit(work, id, &Cause::Entry(last), false).await?;
        tiers::moved(work, id, tiers::By::Quiet).await?;
    }
    if let Some(newest) = sources::newest_help(work.tx, id).await? {
        award::help(work, id, &Cause::Help(newest), false).await?;
    }
    Ok(())
}

/// An entry that has just been posted, for a partner whose entries are remembered.
fn heard(work: &mut Work<'_>, id: PartnerId, (seq, body): (i64, &EntryBody)) {
    if let Some(own) = work.memory.cache::<Known>().own.get_mut(&id) {
        own.take(id, seq, body);
    }
}

/// What a partner has of their own in the ledger; to be kept by [`keep`] after use.
async fn own(work: &mut Work<'_>, id: PartnerId) -> Result<Own, Fault> {
    if let Some(own) = work.memory.cache::<Known>().own.remove(&id) {
        return Ok(own);
    }
    let mut own = Own::default();
    for (seq, body) in crate::ledger::store::bodies_of(work.tx, &credit_account(id)).await? {
        let sealed = Sealed::read(&body).map_err(|error| Fault::Data(error.to_string()))?;
        own.take(id, seq, &sealed.body);
    }
    Ok(own)
}

fn keep(work: &mut Work<'_>, id: PartnerId, own: Own) {
    let known = &mut work.memory.cache::<Known>().own;
    if known.len() >= PARTNERS_MAX {
        known.clear();
    }
    known.insert(id, own);
}

/// The first sale of an industry may be another from now on: there was none, or one is taken back from.
fn forget_first(work: &mut Work<'_>, industry: Option<&str>, always: bool) {
    let first = &mut work.memory.cache::<Known>().first;
    if let Some(slug) = industry.filter(|slug| always || first.get(*slug) == Some(&None)) {
        first.remove(slug);
    }
}

async fn first_of(work: &mut Work<'_>, slug: &str) -> Result<Option<String>, Fault> {
    if let Some(first) = work.memory.cache::<Known>().first.get(slug) {
        return Ok(first.clone());
    }
    let first = sources::first_sale(work.tx, &format!("market:{slug}")).await?;
    work.memory.cache::<Known>().first.insert(slug.to_owned(), first.clone());
    Ok(first)
}

/// The sellers of the first sale of an industry.
async fn firsts(work: &mut Work<'_>, industry: Option<&str>) -> Result<Vec<PartnerId>, Fault> {
    let Some(slug) = industry else { return Ok(Vec::new()) };
    match first_of(work, slug).await? {
        Some(sale) => Ok(sources::sellers(work.tx, &sale).await?),
        None => Ok(Vec::new()),
    }
}

/// In how many industries the first sale of all is one of these.
async fn pioneered(work: &mut Work<'_>, own: &Own) -> Result<i64, Fault> {
    let industries: BTreeSet<&String> =
        own.standing().filter_map(|part| part.industry.as_ref()).collect();
    let mut count = 0;
    for slug in industries {
        let first = first_of(work, slug).await?;
        count += i64::from(own.standing().any(|part| Some(part.sale.to_string()) == first));
    }
    Ok(count)
}

/// The counts of one source for a partner, and what newest fact they stand on.
async fn counts(
    work: &mut Work<'_>,
    id: PartnerId,
    rule: &'static Rule,
) -> Result<(i64, Option<Cause>), Fault> {
    use super::rules::Source;
    Ok(match rule.source {
        Source::Credit => {
            let own = own(work, id).await?;
            let pioneered = if rule.id == "pioneer" { pioneered(work, &own).await? } else { 0 };
            let exponent = work.program.currency.exponent();
            let count = Facts::Credit { own: &own, pioneered, exponent }.count(rule.id);
            let cause = (own.last() > 0).then(|| Cause::Entry(own.last()));
            keep(work, id, own);
            (count, cause)
        }
        Source::Help => {
            let score = questions::actions::help::score(work, id, None).await?;
            let newest = sources::newest_help(work.tx, id).await?;
            (Facts::Help(score).count(rule.id), newest.map(Cause::Help))
        }
    })
}

/// Writes a fact; gives it.
async fn write(
    work: &mut Work<'_>,
    id: PartnerId,
    (badge, level): (&str, i64),
    (revokes, cause, celebrated): (Option<i64>, &Cause, bool),
) -> Result<Fact, Fault> {
    let last = match work.memory.cache::<Known>().last {
        Some(last) => last,
        None => store::last(work.tx).await?,
    };
    let fact = Fact {
        n: last + 1,
        badge: badge.to_owned(),
        level,
        revokes,
        cause: Some(cause.clone()),
        celebrated,
        at: work.now,
    };
    store::insert(work.tx, id, &fact).await?;
    let known = work.memory.cache::<Known>();
    known.last = Some(fact.n);
    known.shown.remove(&id);
    Ok(fact)
}
