//! What the two do: a goal, sessions that both confirm, the end and what they say of it.
use super::requests;
use crate::mentorship::render;
use crate::mentorship::rules::{CheckIn, SESSIONS_A_DAY_MAX, check_in};
use crate::mentorship::store::sessions::{self, SessionRow};
use crate::mentorship::store::{self, MentorshipRow};
use crate::platform::access::Partner;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::questions;
use crate::questions::rules::help::HelpKind;
use schema::card::MentorshipStatus;
use schema::ids::PartnerId;

/// The key of the message on which a session is confirmed.
#[must_use]
pub fn session_key(id: &str) -> String {
    format!("session:{id}")
}

/// The session of such a key.
#[must_use]
pub fn session_of(key: &str) -> Option<&str> {
    key.strip_prefix("session:")
}

/// # Errors
/// When the database refuses.
pub async fn goal(
    work: &mut Work<'_>,
    mut row: MentorshipRow,
    goal: String,
    here: bool,
) -> Result<(), Stop> {
    store::set_goal(work.tx, row.id, &goal).await?;
    row.goal = Some(goal);
    let message = render::goal(&row);
    work.reply(&message);
    if !here {
        work.send(&requests::room(row.id), &message);
    }
    Ok(())
}

/// Notes a session; the other side confirms it on the bot's message in their room. `here`: it was
/// said there.
///
/// # Errors
/// A refusal when too many were noted today.
pub async fn log(
    work: &mut Work<'_>,
    by: &Partner,
    row: &MentorshipRow,
    note: String,
    here: bool,
) -> Result<(), Stop> {
    let day = work.program.calendar.start_of(work.today());
    let (today, _) = sessions::logged(work.tx, row.id, day).await?;
    if today >= SESSIONS_A_DAY_MAX {
        let sentence = format!("{SESSIONS_A_DAY_MAX} sessions a day are enough.");
        return Err(Refusal::new(Code::Rate, sentence).example("mentor list").into());
    }
    let session = SessionRow {
        id: work.id().to_string(),
        mentorship: row.id,
        note,
        logged_by: by.id(),
        logged_at: work.now,
        confirmed_at: None,
    };
    let cause = work.cause.id.clone();
    sessions::insert(work.tx, &session, &cause).await?;
    let (key, room) = (session_key(&session.id), requests::room(row.id));
    let (own, other) = (row.side(by.id()), row.other(by.id()));
    let message = render::session(row, own, other, &session.note, false);
    match work.cause.thread.clone().filter(|_| here) {
        Some(root) => work.send_thread_as(&key, &room, &root, &message),
        None => {
            work.send_as(&key, &room, &message);
            work.reply(&render::logged(row, other));
        }
    }
    work.react(&room, &key, "✅");
    Ok(())
}

/// The other side says that a session was so: the mentor has helped. The word says how it ended.
///
/// # Errors
/// When the database refuses.
pub async fn confirm(work: &mut Work<'_>, by: &Partner, id: &str) -> Result<&'static str, Stop> {
    let Some(session) = sessions::by_id(work.tx, id).await? else { return Ok("no such session") };
    let Some(row) = store::by_id(work.tx, &session.mentorship.to_string()).await? else {
        return Ok("no such mentorship");
    };
    if !row.has(by.id()) || session.logged_by == by.id() {
        return Ok("not the other side");
    }
    if session.confirmed_at.is_some() {
        return Ok("confirmed already");
    }
    sessions::confirm(work.tx, id, work.now).await?;
    let pair = (row.mentor.id, row.mentee.id);
    questions::actions::help::record(work, HelpKind::Session, pair, None).await?;
    let (logger, other) = (row.side(session.logged_by), row.side(by.id()));
    let message = render::session(&row, logger, other, &session.note, true);
    work.edit(&requests::room(row.id), &session_key(id), &message);
    work.audit("mentor.session", &row.mentor.user_id, &row.mentee.user_id);
    Ok("session confirmed")
}

/// Ends a mentorship, or takes a request back.
///
/// # Errors
/// When the database refuses.
pub async fn end(
    work: &mut Work<'_>,
    by: &Partner,
    mut row: MentorshipRow,
    note: Option<&str>,
) -> Result<(), Stop> {
    let was_active = row.status() == MentorshipStatus::Active;
    store::end(work.tx, row.id, (&by.row().user_id, note), work.now).await?;
    row.ended_at = Some(work.now);
    work.audit("mentor.end", &row.mentor.user_id, &row.mentee.user_id);
    work.reply(&render::ended(&row, row.other(by.id())));
    if !was_active {
        requests::update(work, &row).await?;
        return Ok(());
    }
    work.send(&requests::room(row.id), &render::goodbye(&row, note));
    for side in [&row.mentor, &row.mentee] {
        let message = render::asks_feedback(&row, row.other(side.id), &work.program.prefix);
        work.direct(&side.user_id, &message);
    }
    Ok(())
}

/// A mentorship or request is over because one of the two has gone; the other hears of it.
///
/// # Errors
/// When the database refuses.
pub async fn over(
    work: &mut Work<'_>,
    mut row: MentorshipRow,
    gone: PartnerId,
) -> Result<(), Fault> {
    let was_active = row.status() == MentorshipStatus::Active;
    let actor = work.cause.actor.clone();
    store::end(work.tx, row.id, (&actor, None), work.now).await?;
    row.ended_at = Some(work.now);
    if was_active {
        work.send(&requests::room(row.id), &render::goodbye(&row, None));
        let (stays, other) = (row.other(gone).clone(), row.side(gone).clone());
        let message = render::asks_feedback(&row, &other, &work.program.prefix);
        work.direct(&stays.user_id, &message);
    } else {
        requests::update(work, &row).await?;
    }
    Ok(())
}

/// # Errors
/// A refusal when it was given before.
pub async fn feedback(
    work: &mut Work<'_>,
    by: &Partner,
    row: &MentorshipRow,
    score: i64,
    text: &str,
) -> Result<(), Stop> {
    let key = (row.id, by.id());
    if !sessions::feedback(work.tx, key, (score, text), work.now).await? {
        let sentence = "You have said what you think of your last mentorship; thank you.";
        return Err(Refusal::new(Code::Dup, sentence).into());
    }
    let message = render::feedback(row, row.side(by.id()), row.other(by.id()), score, text);
    work.send("control", &message);
    work.reply(&render::thanks());
    Ok(())
}

/// Asks the two how it goes, unless they met of late; comes again while it lasts.
///
/// # Errors
/// When the database refuses.
pub async fn check(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(row) = store::by_id(work.tx, id).await? else { return Ok(()) };
    let (MentorshipStatus::Active, Some(started_at)) = (row.status(), row.accepted_at) else {
        return Ok(());
    };
    let (_, last) = sessions::logged(work.tx, row.id, i64::MAX).await?;
    let at = match check_in(work.now, started_at, last) {
        CheckIn::Ask(next_at) => {
            let message = render::check_in(&row, &work.program.prefix);
            work.send(&requests::room(row.id), &message);
            next_at
        }
        CheckIn::Wait(next_at) => next_at,
    };
    let job = requests::JOB_CHECK;
    work.job(job, format!("{job}:{id}"), id.to_owned(), at);
    Ok(())
}
