//! Thanks: given where they are said, taken back the same day.
use super::{WEEK_MS, help};
use crate::platform::access::{self, Caller, Partner, PartnerRow};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::questions::render::kudos::{self as render, Pair};
use crate::questions::rules::{self, help::HelpKind};
use crate::questions::store::kudos::{self as store, KudosRow};
use schema::card::PartnerRef;
use schema::status::Enrollment;

/// # Errors
/// A refusal when the receiver is no active partner, or the giver's allowance is used.
pub async fn give(
    work: &mut Work<'_>,
    caller: &Caller,
    giver: &Partner,
    receiver: &str,
    reason: &str,
) -> Result<(), Stop> {
    let receiver = active(work, receiver).await?;
    let (reason, ids) = (rules::reason(reason)?, (giver.id(), receiver.id));
    let day = work.program.calendar.start_of(work.today());
    let today = store::given_since(work.tx, giver.id(), day).await?;
    let of_late = store::given_to_since(work.tx, ids, work.now - WEEK_MS).await?;
    rules::may_thank(giver.id(), receiver.id, today, of_late)?;
    let pair = Pair { from: named(giver.row()), to: named(&receiver) };
    let mut kudos = KudosRow {
        id: work.id().to_string(),
        giver_id: giver.id(),
        receiver_id: receiver.id,
        reason,
        given_on: work.today(),
        given_at: work.now,
        cause: work.cause.id.clone(),
        room: work.cause.room_id.clone().unwrap_or_default(),
        message: String::new(),
        withdrawn_at: None,
    };
    if caller.place.is_direct() {
        kudos.room = format!("direct:{}", receiver.user_id);
        kudos.message = work.direct(&receiver.user_id, &render::given(&pair, &kudos));
        work.reply(&render::sent(&pair, &kudos));
    } else {
        kudos.message = work.reply(&render::given(&pair, &kudos));
    }
    store::insert(work.tx, &kudos).await?;
    help::record(work, HelpKind::Kudos, (receiver.id, giver.id()), caller.place.industry()).await?;
    work.audit("kudos.give", &receiver.user_id, "");
    Ok(())
}

/// Takes kudos back within the day on which they were given; whether it was that day.
///
/// # Errors
/// When the database refuses.
pub async fn take_back(work: &mut Work<'_>, mut kudos: KudosRow) -> Result<bool, Fault> {
    if kudos.withdrawn_at.is_some() || kudos.given_on != work.today() {
        return Ok(false);
    }
    store::withdraw(work.tx, &kudos.id, work.now).await?;
    help::reverse(work, &kudos.cause).await?;
    kudos.reason.clear();
    let pair = Pair {
        from: by_id(work, kudos.giver_id).await?,
        to: by_id(work, kudos.receiver_id).await?,
    };
    work.edit(&kudos.room, &kudos.message, &render::withdrawn(&pair, &kudos));
    work.audit("kudos.withdraw", &kudos.id, "");
    Ok(true)
}

fn named(row: &PartnerRow) -> PartnerRef {
    PartnerRef { id: row.id, user_id: Some(row.user_id.clone()), name: row.name.clone() }
}

async fn by_id(work: &mut Work<'_>, id: schema::ids::PartnerId) -> Result<PartnerRef, Fault> {
    let row = access::store::partner_by_id(work.tx, &id.to_string()).await?;
    row.as_ref().map(named).ok_or_else(|| Fault::Bug(format!("no partner {id}")))
}

/// An active partner by user id.
///
/// # Errors
/// `E-REF` when there is none.
pub async fn active(work: &mut Work<'_>, user: &str) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user).await?;
    let row = person.partner.clone().filter(|row| row.enrollment == Enrollment::Approved);
    row.ok_or_else(|| {
        Refusal::new(Code::Ref, "This is no partner of the program.")
            .example("kudos @ben:example.org for the introduction")
            .into()
    })
}
