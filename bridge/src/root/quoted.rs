//! What an input is about that was said before by anyone, and must be asked for: plain talk has no
//! row with us. Decided before the input runs, from what it says alone.
use super::grammars::{PARTNER, Partner};
use crate::platform::access::Place;
use crate::platform::commands::{self as grammar, Content, LineOutcome, Parsed, command_line};
use crate::platform::inbox::proof::Quoted;
use crate::platform::inbox::store::Waiting;
use crate::platform::inbox::{Event, Relation};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::playbooks::commands::{PartnerPlaybook, Save};
use crate::rooms;

pub(super) async fn wanted(work: &mut Work<'_>, row: &Waiting) -> Result<Option<Quoted>, Fault> {
    if !has(&row.raw, b"\"m.relates_to\"") {
        return Ok(None);
    }
    let Ok(event) = Event::parse(&row.raw) else { return Ok(None) };
    match event.kind.as_str() {
        "m.room.message" if event.state_key.is_none() => said(work, &event).await,
        _ => Ok(None),
    }
}

fn has(raw: &[u8], word: &[u8]) -> bool {
    raw.windows(word.len()).any(|part| part == word)
}

async fn said(work: &mut Work<'_>, event: &Event) -> Result<Option<Quoted>, Fault> {
    let place = rooms::actions::place_of(work, &event.room_id).await?;
    if matches!(place, Place::Control | Place::Other) {
        return Ok(None);
    }
    let said_in = if place.is_direct() { grammar::Place::Direct } else { grammar::Place::Room };
    let bot =
        ruma::UserId::parse(&work.program.bot).map_err(|error| Fault::Bug(error.to_string()))?;
    let content = Content::read(event.content.get());
    let LineOutcome::Command(line) = command_line(&content, &work.program.prefix, said_in, &bot)
    else {
        return Ok(None);
    };
    Ok(match PARTNER.parse(&line) {
        Parsed::Command(Partner::Playbook(PartnerPlaybook::Save(words)))
            if line.below.trim().is_empty() =>
        {
            saved(&words, Relation::of(&event.content()))
        }
        _ => None,
    })
}

/// An answer to a message is about it; something said in a thread, without an answer to one of its
/// messages, is about all of it.
fn saved(words: &Save, relation: Relation) -> Option<Quoted> {
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
