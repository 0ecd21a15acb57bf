//! What a week was for each organization, in its room: its figures, and what its people should act on.
use super::Weeks;
use crate::organizations::actions::figures::{self, Figures, Reader};
use crate::organizations::render;
use crate::organizations::store::{self, OrganizationRow};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::rooms::rules::RoomKey;
use jiff::ToSpan as _;
use schema::card::OrganizationStatus;
use schema::period::Period;

/// Days before its end in which a deal is named.
const ENDING_DAYS: i64 = 7;
const READ_MAX: i64 = 1_000;

/// Once an organization and week, whoever asks again.
///
/// # Errors
/// When the database refuses.
pub async fn tell_organizations(work: &mut Work<'_>, week: Period) -> Result<(), Fault> {
    let weeks = Weeks::of(work, week)?;
    for row in store::all(work.tx, READ_MAX).await? {
        if row.status() == OrganizationStatus::Active {
            tell(work, &weeks, &row).await?;
        }
    }
    Ok(())
}

async fn tell(
    work: &mut Work<'_>,
    weeks: &Weeks,
    organization: &OrganizationRow,
) -> Result<(), Fault> {
    let period = weeks.span.period;
    let mut figures = figures::of(work, organization, period, Reader::Members).await?;
    let until = work.today().saturating_add(ENDING_DAYS.days());
    figures.ending.retain(|deal| deal.through <= until);
    let earlier = figures::of(work, organization, weeks.earlier.period, Reader::Members).await?;
    if !is_news(&figures) {
        return Ok(());
    }
    let room = RoomKey::Organization(organization.slug.clone()).to_string();
    let message = render::room::week(organization, &figures, earlier.revenue);
    work.send_as(&format!("digest:{period}:{room}"), &room, &message);
    Ok(())
}

/// A week is worth a message when something happened in it, or somebody should act.
fn is_news(figures: &Figures) -> bool {
    figures.revenue.minor != 0
        || figures.clients != 0
        || figures.open_claims > 0
        || !figures.ending.is_empty()
}
