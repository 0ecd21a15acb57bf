//! What a plain message, or a ✅, in the chat with the bot answers.
use super::actions;
use super::rules::{self, Step};
use super::store::WalkRow;
use crate::organizations::store as organizations;
use crate::partners::commands::person_id;
use crate::platform::access::{Caller, Partner};
use crate::platform::commands::reaction::Verdict;
use crate::platform::refusal::{Refusal, Stop};
use crate::platform::work::Work;
use crate::program::server_of;
use crate::stories::rules::yes_or_no;

/// Whether a plain message of this person answers a question of an organization's, and which.
///
/// # Errors
/// When the database refuses.
pub async fn asked(
    work: &mut Work<'_>,
    caller: &Caller,
) -> Result<Option<(Partner, WalkRow)>, Stop> {
    let Ok(partner) = caller.partner() else { return Ok(None) };
    let walk = actions::open_of(work, &partner).await?;
    Ok(walk.map(|walk| (partner, walk)))
}

/// A plain message; `text` is what it says, with user ids in place of names.
///
/// # Errors
/// A refusal when it does not answer what was asked.
pub async fn answer(
    work: &mut Work<'_>,
    caller: &Caller,
    (partner, walk): (Partner, WalkRow),
    text: &str,
) -> Result<(), Stop> {
    if let Some(word) = rules::word(text) {
        return Ok(actions::word(work, &partner, walk, word).await?);
    }
    match walk.step {
        Step::Servers => servers(work, caller, (partner, walk), text).await,
        Step::Industries => {
            let open = actions::choices(work).await?;
            let slugs = rules::chosen(text, &open, &walk.choices)?;
            actions::industries(work, &partner, walk, slugs).await
        }
        Step::People => {
            let lead = caller.lead()?;
            let own = server_of(lead.user_id()).unwrap_or_default().to_owned();
            let words = rules::people(text, &own)?;
            let users = words.into_iter().map(|word| person(work, word)).collect();
            actions::people(work, (&partner, &lead), walk, users).await
        }
    }
}

/// The user id that a word is, or why it is none.
fn person(work: &Work<'_>, word: &str) -> (String, Option<Refusal>) {
    match person_id(work, word) {
        Ok(user) => (user, None),
        Err(refusal) => (word.to_owned(), Some(refusal)),
    }
}

async fn servers(
    work: &mut Work<'_>,
    caller: &Caller,
    (partner, walk): (Partner, WalkRow),
    text: &str,
) -> Result<(), Stop> {
    let lead = caller.lead()?;
    match yes_or_no(text) {
        Some(true) => actions::servers(work, (&partner, &lead), walk, None).await,
        Some(false) => {
            let declared = organizations::servers(work.tx, lead.organization()).await?;
            let first = declared.first().map_or("acme.example", String::as_str);
            Err(rules::write_servers(first).into())
        }
        None => {
            let named = rules::servers(text)?;
            actions::servers(work, (&partner, &lead), walk, Some(&named)).await
        }
    }
}

/// A ✅ on the question about homeservers, by its lead. `None` for other messages.
///
/// # Errors
/// A refusal when they are no lead any more.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &str,
    verdict: Verdict,
) -> Result<Option<&'static str>, Stop> {
    if !caller.place.is_direct() {
        return Ok(None);
    }
    let Some((partner, walk)) = asked(work, caller).await? else { return Ok(None) };
    if walk.asked_key != key {
        return Ok(None);
    }
    if walk.step != Step::Servers {
        return Ok(Some("nothing to decide"));
    }
    let word = if verdict == Verdict::Yes { "yes" } else { "no" };
    servers(work, caller, (partner, walk), word).await?;
    Ok(Some("answered"))
}
