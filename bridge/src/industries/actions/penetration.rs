//! How far industries are entered: clients won against accounts to be won.
use super::{open, read, show};
use crate::industries::render;
use crate::industries::rules::{Penetration, Target};
use crate::industries::store::{self, IndustryRow};
use crate::leaderboard::rules::bps;
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use jiff::civil::Date;
use schema::card::IndustryView;

/// A client counts for so long after its last sale.
const TRAILING_MONTHS: i32 = 12;

/// Sets how many accounts there are to be won from a day on.
///
/// # Errors
/// A refusal when there is no such industry.
pub async fn set_target(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
    target: Target,
) -> Result<IndustryRow, Stop> {
    let row = super::find(work, slug).await?;
    // Twice in one millisecond is twice the same message; the database takes only one.
    store::add_target(work.tx, (&row.slug, target), (manager.user_id(), work.now)).await?;
    let detail = format!("{} from {}", target.accounts, target.from);
    work.audit("industry.target", &row.slug, &detail);
    show(work, &row.slug).await?;
    Ok(read(work, &row.slug).await?)
}

/// How many accounts were to be won on a day.
///
/// # Errors
/// When the database refuses.
pub async fn target(work: &mut Work<'_>, slug: &str, on: Date) -> Result<Option<Target>, Fault> {
    Ok(store::target(work.tx, slug, on).await?)
}

/// Distinct clients won in the twelve months before a day, as known before an instant.
///
/// # Errors
/// When the database refuses.
pub async fn won(
    work: &mut Work<'_>,
    slug: &str,
    until: Date,
    before_at: i64,
) -> Result<i64, Fault> {
    let from = until.saturating_sub(jiff::Span::new().months(TRAILING_MONTHS));
    Ok(store::won(work.tx, slug, (from, until), before_at).await?)
}

/// How far an industry is entered today; none where no targets are set.
///
/// # Errors
/// When the database refuses.
pub async fn penetration(work: &mut Work<'_>, slug: &str) -> Result<Option<Penetration>, Fault> {
    let today = work.today();
    let Some(target) = target(work, slug, today).await? else { return Ok(None) };
    let tomorrow = today.tomorrow().unwrap_or(today);
    let won = won(work, slug, tomorrow, work.now.saturating_add(1)).await?;
    Ok(bps(won, target.accounts).map(|bps| Penetration { won, target, bps }))
}

/// All open industries with targets together: clients, accounts, basis points.
///
/// # Errors
/// When the database refuses.
pub async fn headline(work: &mut Work<'_>) -> Result<Option<(i64, i64, i64)>, Fault> {
    let (mut won, mut accounts) = (0_i64, 0_i64);
    for slug in open(work).await? {
        if let Some(one) = penetration(work, &slug).await? {
            won = won.saturating_add(one.won);
            accounts = accounts.saturating_add(one.target.accounts);
        }
    }
    Ok(bps(won, accounts).map(|bps| (won, accounts, bps)))
}

/// An industry as it is shown.
///
/// # Errors
/// When the database refuses.
pub async fn view(work: &mut Work<'_>, row: IndustryRow) -> Result<IndustryView, Fault> {
    let clients = super::clients(work, &row.slug).await?;
    let reached = penetration(work, &row.slug).await?;
    Ok(render::view(row, clients, reached))
}
