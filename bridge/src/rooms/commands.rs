//! `room list`, `room repair`, `room upgrade`, `room acl`.
use super::rules::{self, RoomKey};
use super::store::{self, RoomRow};
use super::{access, actions, render, upgrades};
use crate::platform::access::{Caller, Manager};
use crate::platform::confirm;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::card::RoomView;
use schema::ids::ConfirmationId;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlRoom {
    /// The rooms as they should be, and what is wrong with them
    #[command(after_help = "room list")]
    List,
    /// Look at every room now and mend what differs
    #[command(after_help = "room repair")]
    Repair,
    /// Replace a room by a new one of another version, with its people
    #[command(after_help = "room upgrade general\nroom upgrade dental 11\nroom upgrade all 12")]
    Upgrade {
        /// A room or an industry, or all that have another version
        #[arg(value_name = "room|all")]
        room: String,
        /// The room version; the configured one when absent
        #[arg(value_name = "version")]
        version: Option<String>,
    },
    /// Whose servers may take part: everybody's, or only those of your people
    #[command(after_help = "room acl members\nroom acl open")]
    Acl {
        #[arg(value_name = "open|members")]
        access: Option<String>,
    },
}

/// # Errors
/// When the person may not.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlRoom,
    confirmed: bool,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let repairing = match words {
        ControlRoom::Upgrade { room, version } => {
            return upgrade(work, &manager, (&room, version.as_deref()), confirmed).await;
        }
        ControlRoom::Acl { access } => return acl(work, &manager, access.as_deref()).await,
        ControlRoom::List => false,
        ControlRoom::Repair => {
            actions::repair(work, &manager).await?;
            true
        }
    };
    let message = render::list(views(work).await?, repairing, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

async fn upgrade(
    work: &mut Work<'_>,
    manager: &Manager,
    (room, version): (&str, Option<&str>),
    confirmed: bool,
) -> Result<(), Stop> {
    let version = upgrades::version(work, version)?;
    let rooms = upgrades::meant(work, room, &version).await?;
    if confirmed {
        upgrades::begin(work, manager, &rooms, &version).await?;
        work.reply(&render::upgrade_begun(rooms.len(), &version));
        return Ok(());
    }
    let line = format!("room upgrade {} {version}", room.to_lowercase());
    let prompt = render::upgrade_asked(&rooms, &version);
    let asker = (work.cause.actor.as_str(), work.now + work.program.limits.confirm_ms);
    let runs = (line.as_str(), ConfirmationId(0));
    let prompt = confirm::render::waits(prompt, render::UPGRADE_EFFECT, runs, asker);
    Ok(confirm::ask(work, &line, &prompt).await?)
}

async fn acl(work: &mut Work<'_>, manager: &Manager, word: Option<&str>) -> Result<(), Stop> {
    match word.map(str::to_lowercase).as_deref() {
        None => {}
        Some(access::OPEN) => access::set(work, manager, access::OPEN).await?,
        Some(access::MEMBERS) => access::set(work, manager, access::MEMBERS).await?,
        Some(_) => {
            let sentence = "Rooms are open to every server, or only to those of members.";
            return Err(Refusal::new(Code::Usage, sentence)
                .usage("room acl [open|members]")
                .example("room acl members")
                .into());
        }
    }
    let program = work.program;
    let current = access::current(work.tx, program).await?;
    work.reply(&render::access(current.as_ref(), &program.server_name, &program.prefix));
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
