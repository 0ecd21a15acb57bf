//! Finds what looks odd about a claim, for its review card. Nothing is refused or merged here.
use super::claim::{Claim, ClaimPart};
use super::rules::{self, RECORD_DAYS, Record, Seller};
use super::store::{self, SaleRow};
use crate::clients;
use crate::organizations;
use crate::platform::access;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use jiff::ToSpan;
use jiff::civil::Date;
use schema::card::{ClientRef, FlagKind, ReviewFlag};
use schema::ids::PartnerId;
use schema::money::Money;
use std::collections::HashMap;

const SALES_MAX: usize = 3;
/// Partners whose last months are remembered between claims.
const RECORDS_MAX: usize = 4_096;

/// By partner, the day it was read on and what it said.
#[derive(Default)]
struct Records(HashMap<PartnerId, (Date, Record)>);

/// `first`: nobody has claimed a sale to this client of late. Only then a name like it is looked
/// for: with a client that is known, the reviewers have had their look.
///
/// # Errors
/// When the database refuses.
pub async fn flags(
    work: &mut Work<'_>,
    claim: &Claim,
    first: bool,
) -> Result<Vec<ReviewFlag>, Fault> {
    let mut flags = Vec::new();
    if first && let Some(flag) = similar(work, claim).await? {
        flags.push(flag);
    }
    if rules::backdated(claim.on, work.today(), work.now, &work.program.calendar) {
        flags.push(ReviewFlag::new(FlagKind::Backdated));
    }
    Ok(flags)
}

/// What is to be known of those who sold: their own firm as a client, much taken back of late, a first
/// sale of this size (`counted`, in the program's currency).
///
/// # Errors
/// When the database refuses.
pub async fn of_sellers(
    work: &mut Work<'_>,
    claim: &Claim,
    claimant: PartnerId,
    counted: Money,
) -> Result<Vec<ReviewFlag>, Fault> {
    let mut flags = Vec::new();
    for part in &claim.parts {
        if sells_to_self(work, claim, part).await? {
            let partner = Some(part.partner);
            flags.push(ReviewFlag { partner, ..ReviewFlag::new(FlagKind::OwnOrganization) });
        }
        flags.extend(refunds(work, part.partner).await?);
    }
    flags.extend(first_sale(work, claimant, counted).await?);
    Ok(flags)
}

async fn sells_to_self(
    work: &mut Work<'_>,
    claim: &Claim,
    part: &ClaimPart,
) -> Result<bool, Fault> {
    let person = access::person(work, &part.user).await?;
    let now = person.partner.as_ref().and_then(|row| row.organization.clone());
    let then = organizations::actions::members::on_day(work, part.partner, claim.on).await?;
    let mut names = vec![None];
    for slug in now.into_iter().chain(then) {
        names.push(organizations::actions::name(work, &slug).await?);
        names.push(Some(slug));
    }
    Ok(names.iter().any(|name| {
        let organization = name.as_deref();
        rules::is_own(&claim.client, Seller { user: &part.user, name: &part.name, organization })
    }))
}

async fn refunds(work: &mut Work<'_>, partner: PartnerId) -> Result<Option<ReviewFlag>, Fault> {
    let record = record(work, partner).await?;
    let currency = work.program.currency;
    Ok(record.is_high().then(|| ReviewFlag {
        partner: Some(partner),
        taken: Some(Money::new(record.taken(), currency)),
        of: Some(Money::new(record.approved, currency)),
        ..ReviewFlag::new(FlagKind::RefundRate)
    }))
}

async fn record(work: &mut Work<'_>, partner: PartnerId) -> Result<Record, Fault> {
    let today = work.today();
    if let Some((day, record)) = work.memory.cache::<Records>().0.get(&partner)
        && *day == today
    {
        return Ok(*record);
    }
    let first = today.checked_sub((RECORD_DAYS - 1).days()).unwrap_or(today);
    let since = work.program.calendar.start_of(first);
    let record = store::record(work.tx, partner, since).await?;
    let records = &mut work.memory.cache::<Records>().0;
    if records.len() >= RECORDS_MAX {
        records.clear();
    }
    records.insert(partner, (today, record));
    Ok(record)
}

/// To be called by whoever decides on a sale or takes back of it.
pub fn forget(work: &mut Work<'_>, sale: &SaleRow) {
    let records = &mut work.memory.cache::<Records>().0;
    for share in &sale.shares {
        records.remove(&share.partner);
    }
}

async fn first_sale(
    work: &mut Work<'_>,
    claimant: PartnerId,
    counted: Money,
) -> Result<Option<ReviewFlag>, Fault> {
    let limit = work.program.first_sale_over.or(work.program.two_person_over);
    let Some(limit) = limit.filter(|limit| counted.minor > *limit) else { return Ok(None) };
    if store::has_approved(work.tx, claimant).await? {
        return Ok(None);
    }
    let of = Some(Money::new(limit, counted.currency));
    Ok(Some(ReviewFlag { partner: Some(claimant), of, ..ReviewFlag::new(FlagKind::FirstSale) }))
}

async fn similar(work: &mut Work<'_>, claim: &Claim) -> Result<Option<ReviewFlag>, Fault> {
    let key = rules::client_key(&claim.client);
    let Some(core) = rules::core(&key) else { return Ok(None) };
    let beginning = rules::skeleton(&beginning(&core));
    // Clients of the same batch may not be written yet.
    if clients::store::waits(work, &beginning, &key) {
        work.settle().await?;
    }
    let near = clients::store::beginning(work.tx, &beginning).await?;
    let found = near.into_iter().find(|other| other.key != key && rules::similar(&key, &other.key));
    let Some(other) = found else { return Ok(None) };
    if store::waits(work, other.id) {
        work.settle().await?;
    }
    let earlier = clients::store::earlier(work.tx, other.id, 0).await?;
    let sales = earlier.iter().take(SALES_MAX).map(|sale| sale.number).collect();
    let client = Some(ClientRef { id: other.id, name: other.name });
    Ok(Some(ReviewFlag { sales, client, ..ReviewFlag::new(FlagKind::SimilarClient) }))
}

/// What both names begin with, where a slip stands in the last third or in a legal form: an index
/// finds these; a slip in the first letters is not found.
fn beginning(core: &str) -> String {
    let first = core.split(' ').next().unwrap_or(core);
    let chars = first.chars().count();
    first.chars().take(3.max(chars * 2 / 3)).collect()
}
