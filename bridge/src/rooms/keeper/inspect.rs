//! The keeper's look for `doctor`: everything is read whole and compared, nothing is put back.
use super::make::resolve;
use super::{KeepError, Keeper, Plan, asks, look};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::outbox;
use crate::platform::outbox::store::{KeptState, Target};
use crate::rooms::rules::{self, Frame, Real, Room, Wish};
use crate::rooms::store::RoomRow;
use schema::card::{Finding, Severity};
use serde_json::Value;
use std::collections::HashSet;

/// What was compared and what is wrong.
#[derive(Debug, Default)]
pub struct Inspection {
    pub rooms: usize,
    pub findings: Vec<Finding>,
    /// States of our own types that were compared with the database.
    pub states: usize,
    /// States that the program has yet to send.
    pub waiting: usize,
    pub state_findings: Vec<Finding>,
}

/// A finding with the row that it speaks of; a newer row makes it void.
type Doubt = (Option<String>, Finding);

/// Compares every room that should be kept, and our own state in it, with the homeserver's answer.
///
/// # Errors
/// When the homeserver or the database is out of reach.
pub async fn inspect<H: Homeserver>(app: &App<H>) -> Result<Inspection, KeepError> {
    let plan = Keeper::new(app.clone()).plan().await?;
    let kept = kept(app).await?;
    let waits = |state: &&KeptState| !state.sent && state.parked_why.is_none();
    let mut seen =
        Inspection { waiting: kept.iter().filter(waits).count(), ..Inspection::default() };
    let mut doubts = Vec::new();
    for wish in &plan.wishes {
        let Some(row) = plan.row(&wish.key) else {
            seen.findings.push(missing(wish));
            continue;
        };
        let Some(real) = room(app, &plan, wish, row, &mut seen).await? else { continue };
        doubts.extend(own(app, wish, row, &kept, &real, &mut seen.states).await?);
    }
    seen.state_findings = remaining(app, doubts).await?;
    Ok(seen)
}

/// A running program may have sent a newer content between our questions to both sides.
async fn remaining<H: Homeserver>(
    app: &App<H>,
    doubts: Vec<Doubt>,
) -> Result<Vec<Finding>, KeepError> {
    if doubts.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kept(app).await?;
    let still: HashSet<String> = rows.iter().filter(|state| state.sent).map(mark).collect();
    let holds = |doubt: &Doubt| doubt.0.as_ref().is_none_or(|mark| still.contains(mark));
    Ok(doubts.into_iter().filter(holds).map(|(_, finding)| finding).collect())
}

async fn kept<H: Homeserver>(app: &App<H>) -> Result<Vec<KeptState>, KeepError> {
    let mut reader = app.db.read().await?;
    Ok(outbox::store::kept_states(&mut reader).await?)
}

fn mark(state: &KeptState) -> String {
    let wanted = &state.wanted;
    [&*wanted.room, &*wanted.event_type, &*wanted.state_key, &*wanted.hash].join("\n")
}

/// The room against its wish; its state, unless the bot cannot see it.
async fn room<H: Homeserver>(
    app: &App<H>,
    plan: &Plan,
    wish: &Wish,
    row: &RoomRow,
    seen: &mut Inspection,
) -> Result<Option<Real>, KeepError> {
    let real = match asks::whole(app, &row.room_id).await {
        Ok(real) => real,
        Err(CallError::Refused { .. }) => Real::new(),
        Err(error) => return Err(error.into()),
    };
    seen.rooms += 1;
    let mut alias = false;
    if let Some(wanted) = wish.alias.as_deref() {
        alias = resolve(app, wanted).await?.as_deref() == Some(row.room_id.as_str());
        if !alias {
            seen.findings.push(rules::alias_taken(wanted));
        }
    }
    let (space, about) = plan.frame_parts();
    let frame = Frame { program: &app.program, space, version: &row.version, alias, about };
    let desired = look::desired(wish, frame, &plan.children());
    let known = Room { wish, version: &row.version, bot: &app.program.bot };
    seen.findings.extend(rules::judge(known, &desired, &real));
    seen.findings.extend(strangers(app, plan, (wish, row), &real));
    Ok((!real.is_empty()).then_some(real))
}

/// Who is in a room, or asked into it, and may not be.
fn strangers<'a, H: Homeserver>(
    app: &'a App<H>,
    plan: &'a Plan,
    (wish, row): (&'a Wish, &'a RoomRow),
    real: &'a Real,
) -> impl Iterator<Item = Finding> + 'a {
    let members = real.iter().filter(|((kind, _), content)| {
        kind == "m.room.member" && matches!(content["membership"].as_str(), Some("join" | "invite"))
    });
    let others = members
        .map(|((_, user), _)| user)
        .filter(|user| !app.program.is_ours(user) && !plan.people.may_be_in(&row.key, user));
    others.map(|user| Finding {
        id: "stranger".into(),
        severity: Severity::Warning,
        sentence: format!("{user} is in {}, or asked into it, and may not be.", wish.name),
        mend: Some("partnerspace run takes them out; who should be there needs a role.".into()),
    })
}

/// Our own types in a room against their rows.
async fn own<H: Homeserver>(
    app: &App<H>,
    wish: &Wish,
    row: &RoomRow,
    kept: &[KeptState],
    real: &Real,
    compared: &mut usize,
) -> Result<Vec<Doubt>, KeepError> {
    let key = row.key.to_string();
    let mut found = Vec::new();
    let mut named = HashSet::new();
    let here = |state: &&KeptState| [&key, &row.room_id].contains(&&state.wanted.room);
    for state in kept.iter().filter(here) {
        let at = (state.wanted.event_type.clone(), state.wanted.state_key.clone());
        if let Some(why) = &state.parked_why {
            found.push((None, rules::parked(&wish.name, &at.0, why)));
        } else if state.sent {
            *compared += 1;
            let wanted = resolved(app, &state.wanted.content).await?;
            let what = (at.0.as_str(), at.1.as_str());
            let finding = rules::own_differs(&wish.name, what, Some(&wanted), real.get(&at));
            found.extend(finding.map(|finding| (Some(mark(state)), finding)));
        }
        named.insert(at);
    }
    for ((kind, state_key), content) in real.iter().filter(|(at, _)| !named.contains(*at)) {
        let finding = rules::own_differs(&wish.name, (kind, state_key), None, Some(content));
        found.extend(finding.map(|finding| (None, finding)));
    }
    Ok(found)
}

/// The content as it was sent: with the ids of the events that it names.
async fn resolved<H: Homeserver>(app: &App<H>, content: &str) -> Result<Value, KeepError> {
    let mut content = content.to_owned();
    while let Some(key) = outbox::refs::key(&content) {
        let mut reader = app.db.read().await?;
        content = match outbox::store::event_of(&mut reader, &key).await? {
            Target::Sent(event) => outbox::refs::filled(&content, &key, &event),
            _ => outbox::refs::unpinned(&content, &key)
                .unwrap_or_else(|| outbox::refs::filled(&content, &key, "")),
        };
    }
    Ok(serde_json::from_str(&content).unwrap_or_default())
}

fn missing(wish: &Wish) -> Finding {
    Finding {
        id: "room_missing".into(),
        severity: Severity::Error,
        sentence: format!("{} is not made yet.", wish.name),
        mend: Some("partnerspace run makes it.".into()),
    }
}
