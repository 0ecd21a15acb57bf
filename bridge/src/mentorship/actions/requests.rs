//! A request to a mentor: asked in their direct chat, accepted or declined by a reaction there. When
//! they say no, or nothing for three days, the next who fits is asked.
use super::fitting;
use crate::mentorship::render;
use crate::mentorship::rules::{ANSWER_MS, ATTEMPTS_MAX, CHECK_IN_MS, may_request};
use crate::mentorship::store::{self, MentorshipRow, Side, offers};
use crate::platform::access::{self, Partner, PartnerRow};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::text::foreign;
use crate::platform::work::Work;
use crate::rooms::rules::RoomKey;
use schema::card::MentorshipStatus;
use schema::ids::MentorshipId;
use schema::status::Enrollment;

pub const JOB_LAPSE: &str = "mentor.lapse";
pub const JOB_CHECK: &str = "mentor.check";

/// The key of the message that a mentor answers.
#[must_use]
pub fn key(id: MentorshipId) -> String {
    format!("mentor:{id}")
}

/// The mentorship of such a key.
#[must_use]
pub fn id_of(key: &str) -> Option<&str> {
    key.strip_prefix("mentor:")
}

/// The key of the room for the two.
#[must_use]
pub fn room(id: MentorshipId) -> String {
    RoomKey::Pair(id.to_string()).to_string()
}

/// # Errors
/// A refusal when the mentor has no room, or the mentee asks or has enough already.
pub async fn ask(
    work: &mut Work<'_>,
    mentee: &Partner,
    mentor: &str,
    goal: Option<String>,
) -> Result<(), Stop> {
    let open = store::open(work.tx, mentee.id()).await?;
    let person = access::person(work, mentor).await?;
    let row = person.partner.clone().filter(|row| row.enrollment == Enrollment::Approved);
    let Some(row) = row else { return Err(no_room(mentor).into()) };
    may_request(&open, mentee.id(), row.id)?;
    let offered = offers::mentors(work.tx).await?.into_iter().find(|one| one.id == row.id);
    if !offered.is_some_and(|one| one.has_room()) {
        return Err(no_room(&row.name).into());
    }
    let id = MentorshipId(work.id().0);
    let request = MentorshipRow {
        id,
        search_id: id.to_string(),
        mentor: side(&row),
        mentee: side(mentee.row()),
        goal,
        asked_at: work.now,
        accepted_at: None,
        declined_at: None,
        lapsed_at: None,
        ended_at: None,
    };
    send(work, &request, mentee.row()).await?;
    work.reply(&render::requested(&request));
    Ok(())
}

fn side(row: &PartnerRow) -> Side {
    Side { id: row.id, user_id: row.user_id.clone(), name: row.name.clone() }
}

fn no_room(name: &str) -> Refusal {
    let sentence = format!("{} takes no mentees now; `mentor find` shows who does.", foreign(name));
    Refusal::new(Code::Ref, sentence).example("mentor find")
}

/// Notes a request and puts it before the mentor.
async fn send(
    work: &mut Work<'_>,
    request: &MentorshipRow,
    mentee: &PartnerRow,
) -> Result<(), Fault> {
    let cause = work.cause.id.clone();
    store::insert(work.tx, request, &cause).await?;
    let (key, chat) = (key(request.id), chat(&request.mentor));
    work.send_as(&key, &chat, &render::request(request, &mentee.industries));
    work.react(&chat, &key, "✅");
    work.react(&chat, &key, "❌");
    work.effects.rooms_wanted = true;
    let id = request.id.to_string();
    work.job(JOB_LAPSE, format!("{JOB_LAPSE}:{id}"), id, work.now + ANSWER_MS);
    work.audit("mentor.ask", &request.mentor.user_id, &request.mentee.user_id);
    Ok(())
}

fn chat(side: &Side) -> String {
    format!("direct:{}", side.user_id)
}

/// The mentor says yes: the room for the two is made.
///
/// # Errors
/// A refusal when they have no room left.
pub async fn accept(
    work: &mut Work<'_>,
    mentor: &Partner,
    mut row: MentorshipRow,
) -> Result<(), Stop> {
    let own = offers::mentors(work.tx).await?.into_iter().find(|one| one.id == mentor.id());
    if own.is_some_and(|own| own.mentees >= own.capacity) {
        let sentence = "You have no place left: end a mentorship, or offer more places.";
        return Err(Refusal::new(Code::Rate, sentence).example("mentor offer --capacity 5").into());
    }
    store::accept(work.tx, row.id, work.now).await?;
    row.accepted_at = Some(work.now);
    update(work, &row).await?;
    let room = room(row.id);
    for side in [&row.mentor, &row.mentee] {
        work.invite(&room, &side.user_id);
    }
    work.effects.rooms_wanted = true;
    let prefix = work.program.prefix.clone();
    work.send_as(&format!("mentor-start:{}", row.id), &room, &render::welcome(&row, &prefix));
    work.direct(&row.mentee.user_id, &render::accepted(&row));
    let id = row.id.to_string();
    work.job(JOB_CHECK, format!("{JOB_CHECK}:{id}"), id, work.now + CHECK_IN_MS);
    work.audit("mentor.accept", &row.mentor.user_id, &row.mentee.user_id);
    Ok(())
}

/// The mentor says no, or goes.
///
/// # Errors
/// When the database refuses.
pub async fn declined(work: &mut Work<'_>, mut row: MentorshipRow) -> Result<(), Fault> {
    store::decline(work.tx, row.id, work.now).await?;
    row.declined_at = Some(work.now);
    work.audit("mentor.decline", &row.mentor.user_id, &row.mentee.user_id);
    next(work, &row).await
}

/// Nobody answered in time.
///
/// # Errors
/// When the database refuses.
pub async fn lapse(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(mut row) = store::by_id(work.tx, id).await? else { return Ok(()) };
    if row.status() != MentorshipStatus::Asked {
        return Ok(());
    }
    store::lapse(work.tx, row.id, work.now).await?;
    row.lapsed_at = Some(work.now);
    work.audit("mentor.lapse", &row.mentor.user_id, &row.mentee.user_id);
    next(work, &row).await
}

/// Asks the next who fits, if there is one and not too many were asked; the mentee hears of it.
async fn next(work: &mut Work<'_>, row: &MentorshipRow) -> Result<(), Fault> {
    update(work, row).await?;
    let tried = store::tried(work.tx, &row.search_id).await?;
    let mentee = access::person(work, &row.mentee.user_id).await?;
    let mentee = mentee.partner.clone().filter(|row| row.enrollment == Enrollment::Approved);
    let Some(mentee) = mentee else { return Ok(()) };
    let best = if tried.len() < ATTEMPTS_MAX {
        fitting(work, &mentee, None, &tried).await?.into_iter().next()
    } else {
        None
    };
    let request = best.map(|best| MentorshipRow {
        id: MentorshipId(work.id().0),
        mentor: Side { id: best.mentor.id, user_id: best.mentor.user_id, name: best.mentor.name },
        asked_at: work.now,
        accepted_at: None,
        declined_at: None,
        lapsed_at: None,
        ended_at: None,
        ..row.clone()
    });
    let message = render::not_this_one(row, request.as_ref(), &work.program.prefix);
    work.direct(&row.mentee.user_id, &message);
    if let Some(request) = &request {
        send(work, request, &mentee).await?;
    }
    Ok(())
}

/// Shows the mentor where their request stands.
///
/// # Errors
/// When the database refuses.
pub async fn update(work: &mut Work<'_>, row: &MentorshipRow) -> Result<(), Fault> {
    let mentee = access::person(work, &row.mentee.user_id).await?;
    let industries = mentee.partner.as_ref().map(|row| row.industries.clone()).unwrap_or_default();
    work.edit(&chat(&row.mentor), &key(row.id), &render::request(row, &industries));
    Ok(())
}
