//! `room list`, `room repair`.
use super::rules::{self, RoomKey};
use super::store::{self, RoomRow};
use super::{actions, render};
use crate::platform::access::Caller;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::card::RoomView;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlRoom {
    /// The rooms as they should be, and what is wrong with them
    #[command(after_help = "room list")]
    List,
    /// Look at every room now and mend what differs
    #[command(after_help = "room repair")]
    Repair,
}

/// # Errors
/// When the person may not.
pub async fn control(work: &mut Work<'_>, caller: &Caller, words: ControlRoom) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let repairing = matches!(words, ControlRoom::Repair);
    if repairing {
        actions::repair(work, &manager).await?;
    }
    let message = render::list(views(work).await?, repairing, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

async fn views(work: &mut Work<'_>) -> Result<Vec<RoomView>, Fault> {
    let rows = store::rooms(work.tx).await?;
    let industries = store::industries(work.tx).await?;
    let find = |key: &RoomKey| -> Option<&RoomRow> { rows.iter().find(|row| row.key == *key) };
    let mut views: Vec<RoomView> = RoomKey::FIXED
        .iter()
        .filter_map(|key| render::view(&rules::wish(key, None, work.program), find(key)))
        .collect();
    for (slug, name, open) in &industries {
        let key = RoomKey::Industry(slug.clone());
        let wish = rules::wish(&key, Some((name, *open)), work.program);
        views.extend(render::view(&wish, find(&key)));
    }
    for (slug, name, open) in &store::organizations(work.tx).await? {
        let key = RoomKey::Organization(slug.clone());
        let wish = rules::wish(&key, Some((name, *open)), work.program);
        views.extend(render::view(&wish, find(&key)));
    }
    Ok(views)
}
