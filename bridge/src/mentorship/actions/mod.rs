//! Offers and the search for a mentor; what happens when a partner goes.
pub mod pair;
pub mod requests;

use super::render;
use super::rules::matching::{Mentee, Search, Suggestion, suggestions};
use super::store::{self, offers};
use crate::partners;
use crate::platform::access::{self, Partner, PartnerRow};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::card::MentorshipStatus;
use schema::ids::PartnerId;

/// Offers to be a mentor, or changes the offer. Without industries those of the profile count.
///
/// # Errors
/// When the database refuses.
pub async fn offer(
    work: &mut Work<'_>,
    partner: &Partner,
    industries: Option<Vec<String>>,
    capacity: i64,
) -> Result<(), Stop> {
    let industries = industries.unwrap_or_else(|| partner.row().industries.clone());
    offers::set(work.tx, partner.id(), &industries, capacity, work.now).await?;
    let mentees = mentees(work, partner.id()).await?;
    work.audit("mentor.offer", &partner.row().user_id, &industries.join(", "));
    let message = render::offer(&industries, capacity, mentees, &work.program.prefix);
    work.reply(&message);
    shown(work, partner.row()).await
}

/// Takes the offer back; mentorships go on.
///
/// # Errors
/// When the database refuses.
pub async fn no_offer(work: &mut Work<'_>, partner: &Partner) -> Result<(), Stop> {
    if offers::end(work.tx, partner.id(), work.now).await? {
        work.audit("mentor.offer_end", &partner.row().user_id, "");
    }
    let mentees = mentees(work, partner.id()).await?;
    work.reply(&render::offer_ended(mentees));
    shown(work, partner.row()).await
}

async fn shown(work: &mut Work<'_>, row: &PartnerRow) -> Result<(), Stop> {
    access::forget(work, &row.user_id);
    let person = access::person(work, &row.user_id).await?;
    if let Some(row) = &person.partner {
        partners::actions::show_profile(work, row).await?;
    }
    Ok(())
}

async fn mentees(work: &mut Work<'_>, mentor: PartnerId) -> Result<i64, Fault> {
    let open = store::open(work.tx, mentor).await?;
    let own = |row: &&store::MentorshipRow| {
        row.mentor.id == mentor && row.status() == MentorshipStatus::Active
    };
    Ok(i64::try_from(open.iter().filter(own).count()).unwrap_or(i64::MAX))
}

/// Mentors who fit a partner, the best first; those they have, and the ones named, are left out.
///
/// # Errors
/// When the database refuses.
pub async fn fitting(
    work: &mut Work<'_>,
    mentee: &PartnerRow,
    industry: Option<&str>,
    without: &[PartnerId],
) -> Result<Vec<Suggestion>, Fault> {
    let open = store::open(work.tx, mentee.id).await?;
    let has = |id: PartnerId| open.iter().any(|row| row.has(id));
    let mut mentors = offers::mentors(work.tx).await?;
    mentors.retain(|mentor| !has(mentor.id) && !without.contains(&mentor.id));
    let wins = offers::wins_of(work.tx, mentee.id).await?;
    let mentee = Mentee { id: mentee.id, wins, timezone: mentee.timezone.clone() };
    let search = Search { industry, zone: &work.program.timezone, now: work.now };
    Ok(suggestions(mentors, &mentee, search))
}

/// A partner is suspended or leaves: their offer, their requests and their mentorships end.
///
/// # Errors
/// When the database refuses.
pub async fn left(work: &mut Work<'_>, partner: PartnerId) -> Result<(), Fault> {
    offers::end(work.tx, partner, work.now).await?;
    for row in store::open(work.tx, partner).await? {
        match row.status() {
            MentorshipStatus::Asked if row.mentor.id == partner => {
                requests::declined(work, row).await?;
            }
            _ => pair::over(work, row, partner).await?,
        }
    }
    Ok(())
}
