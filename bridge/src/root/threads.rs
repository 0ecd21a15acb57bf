//! Where an answer hangs when what it answers relates to another event: on such a one homeservers let
//! nobody begin a thread.
use crate::platform::inbox::store as inbox;
use crate::platform::inbox::{Event, Relation};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

/// Answers what was said: in the thread that it stands in or can begin; an edit in that of what it edits;
/// a press as a reply to what was pressed.
pub(super) async fn hang(work: &mut Work<'_>, said: &Event) -> Result<(), Fault> {
    match Relation::of(&said.content()) {
        Relation::Thread { root, .. } => work.cause.thread = Some(root),
        Relation::Replaces(original) => {
            work.cause.thread = of(work, &original).await?;
            work.cause.reply_to = Some(original);
        }
        Relation::Annotates { event_id, .. } => {
            (work.cause.thread, work.cause.reply_to) = (None, Some(event_id));
        }
        Relation::None | Relation::Reply(_) => work.cause.thread = Some(said.event_id.clone()),
    }
    Ok(())
}

/// The thread that an earlier event stands in or can begin. Of one whose text is gone nobody can tell:
/// most begin one.
pub(super) async fn of(work: &mut Work<'_>, event_id: &str) -> Result<Option<String>, Fault> {
    let raw = inbox::raw_of(work.tx, event_id).await?;
    let event = raw.and_then(|raw| Event::parse(&raw).ok());
    Ok(match event.map(|event| Relation::of(&event.content())) {
        Some(Relation::Thread { root, .. }) => Some(root),
        Some(Relation::Replaces(_) | Relation::Annotates { .. }) => None,
        _ => Some(event_id.to_owned()),
    })
}
