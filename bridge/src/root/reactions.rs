//! Answers by reaction: a decision on a review card, or the yes to a question of ours.
use super::{Input, caller, is_kept};
use crate::partners::actions::Door;
use crate::platform::access::{Caller, Place};
use crate::platform::commands::reaction::{self, Verdict};
use crate::platform::inbox::Relation;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::platform::{access, confirm};
use crate::{
    mentorship, onboarding, organizations, partners, playbooks, questions, rooms, sales, stories,
    terms,
};
use schema::status::Enrollment;

pub(super) async fn handle(work: &mut Work<'_>, input: &Input<'_>) -> Result<&'static str, Fault> {
    let content = input.event.content();
    let Relation::Annotates { event_id, key } = Relation::of(&content) else {
        return Ok("ignored");
    };
    let Some(verdict) = reaction::verdict(&key) else { return Ok("ignored") };
    let caller = caller(work, input.event).await?;
    if !is_kept(&caller.place) {
        return Ok("not our room");
    }
    let key = match outbox::key_of(work.tx, &event_id).await? {
        Some((_, room))
            if !rooms::actions::stands_in(work, &room, &input.event.room_id).await? =>
        {
            return Ok("of another room");
        }
        known => known.map(|(key, _)| key),
    };
    if let Some(days) = input.too_late_days(work.program.limits.late_days_max) {
        if caller.place == Place::Control && caller.is_team() {
            super::say::tell_too_late(work, &content["m.relates_to"]["key"].to_string(), days);
        }
        return Ok("too late");
    }
    let mark = work.effects.mark();
    let part = sales::actions::pressed(work, &caller, key.as_deref(), &event_id, verdict).await;
    if let Some(done) = part.transpose() {
        return super::commands::answer(work, &caller, mark, done).await;
    }
    let Some(key) = key else { return pressed(work, &caller, input, verdict).await };
    // An answer belongs under what was pressed, not under the reaction.
    work.cause.reply_to = Some(event_id.clone());
    if !caller.place.is_direct() {
        // Only a message outside threads can begin one.
        let root = outbox::thread_of(work.tx, &event_id).await?;
        work.cause.thread = Some(root.unwrap_or(event_id));
    }
    let done = decide(work, &caller, &key, verdict).await;
    let done = super::slow::bounded(work, &caller, input, done);
    super::commands::answer(work, &caller, mark, done).await
}

/// On something that a person said: a ✅ may accept an answer, also as a reply.
pub(super) async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    input: &Input<'_>,
    verdict: Verdict,
) -> Result<&'static str, Fault> {
    let Some(answer) = input.quoted().first().filter(|_| verdict == Verdict::Yes) else {
        return Ok("not our message");
    };
    let root = match Relation::of(&answer.content()) {
        Relation::Thread { root, .. } => root,
        _ => answer.event_id.clone(),
    };
    work.settle().await?;
    work.cause.reply_to = Some(answer.event_id.clone());
    work.cause.thread = Some(root);
    let mark = work.effects.mark();
    let done = questions::commands::pressed(work, caller, answer).await;
    super::commands::answer(work, caller, mark, done).await
}

async fn decide(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &str,
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    if let Some(open) = confirm::take_by_prompt(work, key).await? {
        return match verdict {
            Verdict::Yes => super::commands::confirmed(work, caller, &open).await,
            Verdict::No => {
                super::say::not_done(work);
                Ok("declined")
            }
        };
    }
    if let Some(slug) = playbooks::jobs::stale_of(key) {
        return still_holds(work, caller, slug, verdict).await;
    }
    if let Some(done) = mentorship::commands::pressed(work, caller, key, verdict).await? {
        return Ok(done);
    }
    if let Some(done) = organizations::commands::pressed(work, caller, key, verdict).await? {
        return Ok(done);
    }
    if let Some(done) = stories::commands::pressed(work, caller, key, verdict).await? {
        return Ok(done);
    }
    if let Some(done) = onboarding::commands::pressed(work, caller, key, verdict).await? {
        return Ok(done);
    }
    if let Some(done) = terms::commands::pressed(work, caller, key, verdict).await? {
        return Ok(done);
    }
    if caller.place != Place::Control || !caller.is_team() {
        return Ok("no authority");
    }
    if let Some((slug, version)) = playbooks::review::version_of(key) {
        return playbook(work, caller, (slug, version), verdict).await;
    }
    if let Some(review) = stories::actions::story_of(key) {
        return story(work, caller, review, verdict).await;
    }
    if let Some(user) = partners::actions::applicant_of(key) {
        return application(work, caller, user, key, verdict).await;
    }
    if let Some(id) = sales::review::sale_of(key) {
        return sale(work, caller, id, verdict).await;
    }
    Ok("nothing to decide")
}

async fn application(
    work: &mut Work<'_>,
    caller: &Caller,
    user: &str,
    key: &str,
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    if !caller.person.manager {
        return Ok("no authority");
    }
    let manager = caller.manager()?;
    if !is_pending(work, user).await? {
        return Ok("decided already");
    }
    match verdict {
        Verdict::Yes => {
            let row = partners::actions::approve(work, Door::Manager(&manager), user, None).await?;
            let message = partners::render::decided(&row, manager.user_id(), None, work.now);
            work.edit("control", key, &message);
        }
        Verdict::No => super::say::ask_reason(work, key, user),
    }
    Ok("decided")
}

async fn is_pending(work: &mut Work<'_>, user: &str) -> Result<bool, Fault> {
    let person = access::person(work, user).await?;
    Ok(person.partner.as_ref().is_some_and(|row| row.enrollment == Enrollment::Pending))
}

async fn sale(
    work: &mut Work<'_>,
    caller: &Caller,
    id: &str,
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    let reviewer = caller.reviewer()?;
    let Some(sale) = sales::store::by_id(work.tx, id).await? else { return Ok("no such sale") };
    if !sales::actions::is_open(&sale) {
        return Ok("decided already");
    }
    match verdict {
        Verdict::Yes => drop(sales::actions::approve(work, &reviewer, sale.number, None).await?),
        Verdict::No => {
            super::say::ask_reason(work, &sales::review::key(id), &sale.number.to_string());
        }
    }
    Ok("decided")
}

async fn playbook(
    work: &mut Work<'_>,
    caller: &Caller,
    (slug, version): (&str, i64),
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    let reviewer = caller.reviewer()?;
    if !playbooks::review::waits(work, slug, version).await? {
        return Ok("decided already");
    }
    match verdict {
        Verdict::Yes => drop(playbooks::actions::publish(work, &reviewer, slug).await?),
        Verdict::No => {
            super::say::ask_reason(work, &playbooks::review::key(slug, version), slug);
        }
    }
    Ok("decided")
}

async fn story(
    work: &mut Work<'_>,
    caller: &Caller,
    review: (&str, i64),
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    let reviewer = caller.reviewer()?;
    let Some(number) = stories::actions::waits(work, review).await? else {
        return Ok("decided already");
    };
    match verdict {
        Verdict::Yes => drop(stories::actions::publish(work, &reviewer, number).await?),
        Verdict::No => {
            let card = format!("review:story:{}:{}", review.0, review.1);
            super::say::ask_reason(work, &card, &number.to_string());
        }
    }
    Ok("decided")
}

/// An author's answer to the question whether a playbook still holds.
async fn still_holds(
    work: &mut Work<'_>,
    caller: &Caller,
    slug: &str,
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    let Ok(partner) = caller.partner() else { return Ok("no authority") };
    let keeps = verdict == Verdict::Yes;
    if let Some(facts) = playbooks::actions::keep(work, &partner, slug, keeps).await? {
        let message = playbooks::render::kept(&facts, keeps, &work.program.prefix);
        work.reply(&message);
        return Ok("answered");
    }
    Ok("nothing to decide")
}

/// What somebody says in reply to a review card, or in its thread, is the reason of the no that the
/// same person pressed before, while nothing is decided. Others talk there as they like.
pub(super) async fn reason(
    work: &mut Work<'_>,
    caller: &Caller,
    target: &str,
    text: &str,
) -> Result<Option<&'static str>, Stop> {
    if caller.place != Place::Control || !caller.is_team() {
        return Ok(None);
    }
    let Some((key, room)) = outbox::key_of(work.tx, target).await? else { return Ok(None) };
    let here = work.cause.room_id.clone().unwrap_or_default();
    if !rooms::actions::stands_in(work, &room, &here).await? {
        return Ok(None);
    }
    let card = super::say::asked_about(&key);
    if !super::say::reason_was_asked(work, card).await? {
        return Ok(None);
    }
    if let Some(user) = partners::actions::applicant_of(card) {
        let Ok(manager) = caller.manager() else { return Ok(None) };
        if !is_pending(work, user).await? {
            return Ok(None);
        }
        let row = partners::actions::reject(work, &manager, user, text).await?;
        let message = partners::render::decided(&row, manager.user_id(), Some(text), work.now);
        work.edit("control", card, &message);
        return Ok(Some("rejected"));
    }
    if let Some(id) = sales::review::sale_of(card) {
        let reviewer = caller.reviewer()?;
        let sale = sales::store::by_id(work.tx, id).await?.filter(sales::actions::is_open);
        let Some(sale) = sale else { return Ok(None) };
        sales::actions::reject(work, &reviewer, sale.number, text).await?;
        return Ok(Some("rejected"));
    }
    if let Some((slug, version)) = playbooks::review::version_of(card) {
        let reviewer = caller.reviewer()?;
        if !playbooks::review::waits(work, slug, version).await? {
            return Ok(None);
        }
        playbooks::actions::reject(work, &reviewer, slug, text).await?;
        return Ok(Some("rejected"));
    }
    if let Some(review) = stories::actions::story_of(card) {
        let reviewer = caller.reviewer()?;
        let Some(number) = stories::actions::waits(work, review).await? else { return Ok(None) };
        stories::actions::reject(work, &reviewer, number, text).await?;
        return Ok(Some("rejected"));
    }
    Ok(None)
}
