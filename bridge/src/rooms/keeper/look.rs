//! Looking at one room: what differs is put back, what cannot be mended becomes a finding.
use super::Plan;
use super::asks::{ask, invited, joined, put_state, room_id, state};
use super::make::{point, resolve, unpoint};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::rooms::rules::{self, Child, Drift, Frame, People, Real, RoomKey, StateEvent, Wish};
use crate::rooms::store::RoomRow;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ruma::api::client::membership::join_room_by_id;
use schema::card::{Finding, Severity};

const SIDE_BY_SIDE: usize = 8;

/// What was seen and done.
#[derive(Debug, Default)]
pub struct Look {
    pub findings: Vec<Finding>,
    /// Types that were put back; whether each had another content before.
    pub mended: Vec<(String, bool)>,
    /// Who is in the room; unknown when it could not be asked.
    pub joined: Option<Vec<String>>,
    /// Who is there, or asked in, and may not be, as far as was known before the look.
    pub strangers: Vec<String>,
    /// The servers that the room lets in now.
    pub let_in: Option<Vec<String>>,
}

/// Puts everything right in a room that nobody else has seen yet.
pub async fn put_right<H: Homeserver>(
    app: &App<H>,
    row: &RoomRow,
    desired: &[StateEvent],
) -> Result<(), CallError> {
    let real = read(app, row, desired).await?;
    for drift in rules::diff(desired, &real) {
        let StateEvent { kind, key, content } = &drift.event;
        put_state(app, &row.room_id, kind, key, content).await?;
    }
    Ok(())
}

pub async fn at_room<H: Homeserver>(
    app: &App<H>,
    wish: &Wish,
    row: &RoomRow,
    plan: &Plan,
) -> Result<Look, CallError> {
    let mut look = Look::default();
    match joined(app, &row.room_id).await {
        Ok(people) => look.joined = Some(people),
        Err(CallError::Refused { .. }) => {
            if !rejoin(app, row).await? {
                look.findings.push(rules::not_joined(&wish.name));
                return Ok(look);
            }
        }
        Err(error) => return Err(error),
    }
    let alias = alias(app, wish, row, plan, &mut look).await?;
    let (space, about) = plan.frame_parts();
    let frame = Frame { program: &app.program, space, version: &row.version, alias, about };
    let desired = desired(wish, frame, &plan.children());
    let real = read(app, row, &desired).await?;
    for drift in rules::diff(&desired, &real) {
        mend(app, row, wish, drift, &mut look).await?;
    }
    look.let_in = about.access.as_ref().map(|access| access.hosts(&app.program.server_name));
    beyond_mending(app, wish, row, &mut look).await?;
    Ok(look)
}

/// Who is in a room, or asked into it, of those who may not be.
pub async fn strangers<H: Homeserver>(
    app: &App<H>,
    row: &RoomRow,
    people: &People,
    look: &mut Look,
) -> Result<(), CallError> {
    let Some(joined) = &look.joined else { return Ok(()) };
    let asked = match invited(app, &row.room_id).await {
        Ok(asked) => asked,
        Err(CallError::Refused { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let here = joined.iter().chain(&asked);
    let may_be = |user: &String| app.program.is_ours(user) || people.may_be_in(&row.key, user);
    look.strangers = here.filter(|user| !may_be(user)).cloned().collect();
    Ok(())
}

/// Everything that should be in a room, the Space's list included.
pub fn desired(wish: &Wish, frame: Frame<'_>, children: &[Child<'_>]) -> Vec<StateEvent> {
    let mut desired = rules::own_states(wish, frame);
    if wish.key == RoomKey::Space {
        let server = &frame.program.server_name;
        desired.extend(children.iter().map(|child| rules::child(child, server)));
        let former = frame.about.former_children.iter();
        desired.extend(former.map(|room| rules::emptied("m.space.child", room)));
    }
    desired
}

async fn read<H: Homeserver>(
    app: &App<H>,
    row: &RoomRow,
    desired: &[StateEvent],
) -> Result<Real, CallError> {
    stream::iter(desired.iter().map(|event| (event.kind, event.key.clone())))
        .map(|(kind, key)| async move {
            let content = state(app, &row.room_id, kind, &key).await?;
            Ok::<_, CallError>(((kind.to_owned(), key), content))
        })
        .buffered(SIDE_BY_SIDE)
        .try_filter_map(|(key, content)| {
            std::future::ready(Ok(content.map(|content| (key, content))))
        })
        .try_collect()
        .await
}

async fn mend<H: Homeserver>(
    app: &App<H>,
    row: &RoomRow,
    wish: &Wish,
    drift: Drift,
    look: &mut Look,
) -> Result<(), CallError> {
    let StateEvent { kind, key, content } = &drift.event;
    match put_state(app, &row.room_id, kind, key, content).await {
        Ok(()) => look.mended.push(((*kind).to_owned(), drift.changed)),
        Err(CallError::Refused { message, .. }) => look.findings.push(Finding {
            id: "state_refused".into(),
            severity: Severity::Error,
            sentence: format!("{kind} of {} is not as it should be, and the homeserver refused to change it: {message}", wish.name),
            mend: Some("The bot needs its power in the room back; ask the server's administrator.".into()),
        }),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Whether the alias leads to this room; it is set where it leads nowhere.
async fn alias<H: Homeserver>(
    app: &App<H>,
    wish: &Wish,
    row: &RoomRow,
    plan: &Plan,
    look: &mut Look,
) -> Result<bool, CallError> {
    let Some(alias) = wish.alias.as_deref() else { return Ok(false) };
    let mut leads_to = resolve(app, alias).await?;
    // It goes with the room that replaced the one it led to.
    if leads_to.as_deref().is_some_and(|room| plan.is_former(room)) && unpoint(app, alias).await? {
        leads_to = None;
    }
    let ours = match leads_to {
        Some(room) => room == row.room_id,
        None => {
            let pointed = point(app, alias, &row.room_id).await?;
            if pointed {
                look.mended.push(("alias".into(), false));
            }
            pointed
        }
    };
    if !ours {
        look.findings.push(rules::alias_taken(alias));
    }
    Ok(ours)
}

pub(super) async fn rejoin<H: Homeserver>(app: &App<H>, row: &RoomRow) -> Result<bool, CallError> {
    let id = room_id(&row.room_id)?;
    match ask(app, || join_room_by_id::v3::Request::new(id.clone())).await {
        Ok(_) => Ok(true),
        Err(CallError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What stays as it is: encryption that a server forces, a room that somebody closed.
async fn beyond_mending<H: Homeserver>(
    app: &App<H>,
    wish: &Wish,
    row: &RoomRow,
    look: &mut Look,
) -> Result<(), CallError> {
    if state(app, &row.room_id, "m.room.encryption", "").await?.is_some() {
        look.findings.push(rules::encrypted(&wish.name));
    }
    if state(app, &row.room_id, "m.room.tombstone", "").await?.is_some() {
        look.findings.push(rules::closed(&wish.name));
    }
    Ok(())
}
