//! Who of the team is in which relation to a sale, when that decides who may say yes.
use crate::organizations::actions::members;
use crate::platform::access::{self, Person, Reviewer};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::rules::{self, Colleague};
use crate::sales::store::SaleRow;
use crate::team;
use schema::status::Enrollment;

/// Whether a reviewer may say the next yes, given those said before.
///
/// # Errors
/// A refusal that names who may.
pub(super) async fn may_be_next(
    work: &mut Work<'_>,
    sale: &SaleRow,
    reviewer: &Reviewer,
    (said, needed): (usize, usize),
) -> Result<(), Stop> {
    let claimed_it = sale.claimed_by.as_deref() == Some(reviewer.user_id());
    let is_first = needed > 1 && said == 0;
    if !claimed_it && !is_first {
        return Ok(());
    }
    let team = team(work, sale).await?;
    if claimed_it {
        rules::not_its_claimer(sale.number, reviewer.user_id(), &team, needed)?;
    }
    if is_first {
        rules::outside_first(sale.number, reviewer.user_id(), &team)?;
    }
    Ok(())
}

async fn team(work: &mut Work<'_>, sale: &SaleRow) -> Result<Vec<Colleague>, Fault> {
    let mut firms = Vec::new();
    for share in &sale.shares {
        // Of the firm of the sale's day as well, which it counts for.
        firms.extend(firm(&*access::person(work, &share.user).await?));
        firms.extend(members::on_day(work, share.partner, sale.on).await?);
    }
    let mut team = Vec::new();
    for user in team::actions::members(work).await? {
        let person = access::person(work, &user).await?;
        if is_active(&person) {
            let id = person.partner.as_ref().map(|row| row.id);
            let has_part = sale.shares.iter().any(|share| Some(share.partner) == id);
            let claimed_it = sale.claimed_by.as_deref() == Some(user.as_str());
            let is_kin = firm(&person).is_some_and(|firm| firms.contains(&firm));
            team.push(Colleague { user, is_kin, is_in_it: has_part || claimed_it });
        }
    }
    Ok(team)
}

/// A partner's named firm. Who is no partner belongs to the program's own, which is none of these.
fn firm(person: &Person) -> Option<String> {
    person.partner.as_ref()?.organization.clone()
}

/// A partner who was shut out decides nothing, whatever role they were given.
fn is_active(person: &Person) -> bool {
    let enrollment = person.partner.as_ref().map(|row| row.enrollment);
    !matches!(enrollment, Some(Enrollment::Suspended | Enrollment::Left))
}
