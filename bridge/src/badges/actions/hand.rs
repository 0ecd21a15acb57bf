//! Badges by hand: a manager gives and takes them with a reason. What was given so no rule takes back.
use super::award;
use crate::badges::rules::{self, Cause, Change, by_id, words};
use crate::badges::store::{self, Kind};
use crate::platform::access::{Manager, PartnerRow};
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::status::Enrollment;

/// # Errors
/// A refusal when there is no such badge, or the partner has it.
pub async fn grant(
    work: &mut Work<'_>,
    manager: &Manager,
    row: &PartnerRow,
    (badge, reason): (&str, &str),
) -> Result<String, Stop> {
    if row.enrollment != Enrollment::Approved {
        let sentence = "Badges are for partners of the program.";
        return Err(Refusal::new(Code::Ref, sentence).into());
    }
    let badge = known(work, badge).await?;
    let facts = store::of(work.tx, row.id).await?;
    if rules::shown(&facts).contains_key(&badge) {
        let sentence = "They have that badge already.";
        let example = format!("badge revoke {} {badge} given by mistake", row.user_id);
        return Err(Refusal::new(Code::Dup, sentence).example(example).into());
    }
    let changes = vec![Change { badge: badge.clone(), level: 1, revokes: None }];
    let cause = Cause::Hand(manager.user_id().to_owned(), reason.to_owned());
    award::change(work, row.id, &facts, (changes, &cause, true)).await?;
    work.audit("badge.grant", &row.user_id, &format!("{badge} {reason}"));
    Ok(badge)
}

/// Takes a badge away, all levels of it, whatever gave it.
///
/// # Errors
/// A refusal when the partner has no such badge.
pub async fn revoke(
    work: &mut Work<'_>,
    manager: &Manager,
    row: &PartnerRow,
    (badge, reason): (&str, &str),
) -> Result<String, Stop> {
    let badge = known(work, badge).await?;
    let facts = store::of(work.tx, row.id).await?;
    let held = rules::held(&facts);
    let change = |fact: &&rules::Fact| Change {
        badge: badge.clone(),
        level: fact.level,
        revokes: Some(fact.n),
    };
    let changes: Vec<Change> = held.iter().filter(|fact| fact.badge == badge).map(change).collect();
    if changes.is_empty() {
        let example = format!("badge grant {} {badge} well done", row.user_id);
        let sentence = "They do not have that badge.";
        return Err(Refusal::new(Code::Ref, sentence).example(example).into());
    }
    let cause = Cause::Hand(manager.user_id().to_owned(), reason.to_owned());
    award::change(work, row.id, &facts, (changes, &cause, true)).await?;
    work.audit("badge.revoke", &row.user_id, &format!("{badge} {reason}"));
    Ok(badge)
}

/// A badge that is given by hand alone.
///
/// # Errors
/// A refusal when the name is taken, or there are very many.
pub async fn add(work: &mut Work<'_>, manager: &Manager, kind: &Kind) -> Result<(), Stop> {
    let kinds = store::kinds(work.tx).await?;
    if by_id(&kind.id).is_some() || kinds.iter().any(|known| known.id == kind.id) {
        let sentence = format!("There is a badge {} already.", kind.id);
        return Err(Refusal::new(Code::Dup, sentence).example("badge list").into());
    }
    if kinds.len() >= words::HAND_BADGES_MAX {
        let sentence = format!("{} badges of your own are enough.", words::HAND_BADGES_MAX);
        return Err(Refusal::new(Code::Long, sentence).example("badge list").into());
    }
    store::add_kind(work.tx, kind, (manager.user_id(), work.now)).await?;
    work.audit("badge.add", &kind.id, &kind.name);
    Ok(())
}

/// The id of a badge, by rule or by hand.
async fn known(work: &mut Work<'_>, word: &str) -> Result<String, Stop> {
    let id = word.to_lowercase();
    let kinds = store::kinds(work.tx).await?;
    if by_id(&id).is_none() && !kinds.iter().any(|kind| kind.id == id) {
        return Err(words::no_such_badge(word).into());
    }
    Ok(id)
}
