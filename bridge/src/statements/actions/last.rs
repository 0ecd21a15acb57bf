//! What is said last of what somebody earned: a summary with all lines as a file, once.
use super::team;
use crate::platform::access::store::partner_by_id;
use crate::platform::refusal::Fault;
use crate::platform::work::{File, Work};
use crate::statements::store::{self, Span};
use crate::statements::{file, render, rules};
use schema::ids::PartnerId;
use schema::status::Enrollment;

const HOUR_MS: i64 = 3_600_000;
/// What is in dispute ends some day.
const LATER_MS: i64 = 24 * HOUR_MS;
const ALL: Span = Span::entries(0, i64::MAX);

/// When to look again while something is held or in dispute: soon after the next hold has ended.
async fn wait(
    work: &mut Work<'_>,
    partners: &[PartnerId],
    accounts: &[rules::Account],
) -> Result<Option<i64>, Fault> {
    if accounts.iter().all(|account| account.lies.held == 0 && account.lies.disputed == 0) {
        return Ok(None);
    }
    let mut next = work.now + LATER_MS;
    for partner in partners {
        if let Some(at) = store::next_release(work.tx, *partner).await? {
            next = next.min(at + HOUR_MS);
        }
    }
    Ok(Some(next.max(work.now + HOUR_MS)))
}

/// Says it to a partner who has left; else when to look again. Who came back has their statements.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(
    work: &mut Work<'_>,
    partner: PartnerId,
    left_at: i64,
) -> Result<Option<i64>, Fault> {
    let Some(row) = partner_by_id(work.tx, &partner.to_string()).await? else { return Ok(None) };
    if row.enrollment != Enrollment::Left {
        return Ok(None);
    }
    let accounts = super::accounts(work, partner, ALL).await?;
    if let Some(at) = wait(work, &[partner], &accounts).await? {
        return Ok(Some(at));
    }
    if accounts.is_empty() {
        return Ok(None);
    }
    let (calendar, own) = (work.program.calendar.clone(), work.program.currency);
    let bytes = file::table(&accounts, &calendar, own);
    let message = render::last(&accounts, (&calendar, own));
    let key = format!("statement-final:{partner}:{left_at}");
    give(work, &row.user_id, (&key, bytes), &message)?;
    work.audit("statement.final", &row.user_id, "");
    Ok(None)
}

/// Says it to those who led an organization that has left.
///
/// # Errors
/// When the database refuses.
pub async fn of_organization(
    work: &mut Work<'_>,
    slug: &str,
    left_at: i64,
) -> Result<Option<i64>, Fault> {
    let members = team::members(work, slug, ALL).await?;
    let sums = team::sums(&members)?;
    let partners: Vec<PartnerId> = members.iter().map(|member| member.partner).collect();
    if let Some(at) = wait(work, &partners, &sums).await? {
        return Ok(Some(at));
    }
    if members.is_empty() {
        return Ok(None);
    }
    let name = crate::organizations::actions::name(work, slug).await?.unwrap_or_default();
    let (calendar, own) = (work.program.calendar.clone(), work.program.currency);
    for lead in store::team::leads_until(work.tx, slug, left_at).await? {
        let bytes = file::team_table(&members, &calendar, own);
        let message = render::team::last((slug, &name), (&members, &sums), own);
        let key = format!("statement-team:{slug}:{left_at}:{lead}");
        give(work, &lead, (&key, bytes), &message)?;
    }
    work.audit("statement.final", slug, "");
    Ok(None)
}

/// As a file where it is small enough, else in words alone.
fn give(
    work: &mut Work<'_>,
    user: &str,
    (key, bytes): (&str, Result<Vec<u8>, csv::Error>),
    message: &crate::platform::text::Message,
) -> Result<(), Fault> {
    let bytes = bytes.map_err(|error| Fault::Bug(error.to_string()))?;
    match File::new("final-statement.csv", "text/csv", bytes) {
        Ok(file) => {
            work.effects.rooms_wanted = true;
            work.send_file_as(key, &format!("direct:{user}"), &file, message);
        }
        Err(_) => work.direct_as(key, user, message),
    }
    Ok(())
}
