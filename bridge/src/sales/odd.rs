//! Finds what looks odd about a claim, for its review card. Nothing is refused or merged here.
use super::claim::Claim;
use super::rules;
use crate::clients;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::card::{ClientRef, FlagKind, ReviewFlag};

const SALES_MAX: usize = 3;

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
        flags.push(ReviewFlag::of(FlagKind::Backdated));
    }
    Ok(flags)
}

async fn similar(work: &mut Work<'_>, claim: &Claim) -> Result<Option<ReviewFlag>, Fault> {
    let key = rules::client_key(&claim.client);
    let Some(core) = rules::core(&key) else { return Ok(None) };
    // Clients of the same batch may not be written yet.
    work.settle().await?;
    let beginning = rules::skeleton(&beginning(&core));
    let near = clients::store::beginning(work.tx, &beginning).await?;
    let found = near.into_iter().find(|other| other.key != key && rules::similar(&key, &other.key));
    let Some(other) = found else { return Ok(None) };
    let earlier = clients::store::earlier(work.tx, other.id, 0).await?;
    let sales = earlier.iter().take(SALES_MAX).map(|sale| sale.number).collect();
    let client = Some(ClientRef { id: other.id, name: other.name });
    Ok(Some(ReviewFlag { sales, client, ..ReviewFlag::of(FlagKind::SimilarClient) }))
}

/// What both names begin with, where a slip stands in the last third or in a legal form: an index
/// finds these; a slip in the first letters is not found.
fn beginning(core: &str) -> String {
    let first = core.split(' ').next().unwrap_or(core);
    let chars = first.chars().count();
    first.chars().take(3.max(chars * 2 / 3)).collect()
}
