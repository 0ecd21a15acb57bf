//! What must be read of what was said before, so that an input about it can be understood.
use super::commands::{is_check, line_of};
use super::grammars::{CONTROL, Control, PARTNER, Partner};
use crate::platform::access::Place;
use crate::platform::commands::reaction::{self, Verdict};
use crate::platform::commands::{CommandLine, Content, Parsed};
use crate::platform::inbox::proof::Quoted;
use crate::platform::inbox::store::Waiting;
use crate::platform::inbox::{Event, Relation};
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::playbooks::commands::{PartnerPlaybook, Save};
use crate::questions;
use crate::terms::commands::ControlTerms;

/// # Errors
/// When the database refuses.
pub(super) async fn wanted(work: &mut Work<'_>, row: &Waiting) -> Result<Option<Quoted>, Fault> {
    if !has(&row.raw, b"\"m.relates_to\"") {
        return Ok(None);
    }
    let Ok(event) = Event::parse(&row.raw) else { return Ok(None) };
    match event.kind.as_str() {
        "m.reaction" => accepts(work, &event).await,
        "m.room.message" if event.state_key.is_none() => match answered(work, &event).await? {
            Some(quoted) => Ok(Some(quoted)),
            None => saved(work, &event).await,
        },
        _ => Ok(None),
    }
}

/// A ✅ of somebody whose question waits there, on what a person said.
async fn accepts(work: &mut Work<'_>, event: &Event) -> Result<Option<Quoted>, Fault> {
    let Relation::Annotates { event_id, key } = Relation::of(&event.content()) else {
        return Ok(None);
    };
    if reaction::verdict(&key) != Some(Verdict::Yes)
        || outbox::key_of(work.tx, &event_id).await?.is_some()
        || !questions::actions::awaits(work, &event.room_id, &event.sender).await?
    {
        return Ok(None);
    }
    Ok(Some(Quoted::Event(event_id)))
}

/// `answer`, or ✅ and nothing else, as a reply.
async fn answered(work: &mut Work<'_>, event: &Event) -> Result<Option<Quoted>, Fault> {
    let is_answer = if is_check(&Content::read(event.content.get())) {
        questions::actions::awaits(work, &event.room_id, &event.sender).await?
    } else {
        line_of(work, event).await?.is_some_and(|(_, line)| {
            line.tokens.first().is_some_and(|word| word.text.eq_ignore_ascii_case("answer"))
        })
    };
    Ok(match Relation::of(&event.content()) {
        Relation::Thread { reply_to: Some(to), .. } | Relation::Reply(to) if is_answer => {
            Some(Quoted::Event(to))
        }
        _ => None,
    })
}

/// A playbook that is saved from what was said before.
async fn saved(work: &mut Work<'_>, event: &Event) -> Result<Option<Quoted>, Fault> {
    let Some((place, line)) = line_of(work, event).await? else { return Ok(None) };
    if place == Place::Control && line.below.trim().is_empty() {
        return Ok(published(&line, Relation::of(&event.content())));
    }
    if matches!(place, Place::Control | Place::Other) || !line.below.trim().is_empty() {
        return Ok(None);
    }
    Ok(match PARTNER.parse(&line) {
        Parsed::Command(Partner::Playbook(PartnerPlaybook::Save(words))) => {
            about(&words, Relation::of(&event.content()))
        }
        _ => None,
    })
}

/// Terms that are published from a message.
fn published(line: &CommandLine, relation: Relation) -> Option<Quoted> {
    let is_one = matches!(
        CONTROL.parse(line),
        Parsed::Command(Control::Terms(ControlTerms::Publish { draft: None, .. }))
    );
    match relation {
        Relation::Reply(event) | Relation::Thread { reply_to: Some(event), .. } if is_one => {
            Some(Quoted::Event(event))
        }
        _ => None,
    }
}

/// An answer to a message is about it; something said in a thread, without an answer to one of its
/// messages, is about all of it.
fn about(words: &Save, relation: Relation) -> Option<Quoted> {
    match relation {
        Relation::Reply(event) if words.thread => Some(Quoted::Thread(event)),
        Relation::Reply(event) => Some(Quoted::Event(event)),
        Relation::Thread { reply_to: Some(event), .. } if !words.thread => {
            Some(Quoted::Event(event))
        }
        Relation::Thread { root, .. } => Some(Quoted::Thread(root)),
        Relation::None | Relation::Replaces(_) | Relation::Annotates { .. } => None,
    }
}

fn has(raw: &[u8], word: &[u8]) -> bool {
    raw.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}
