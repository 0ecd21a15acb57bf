//! Whose servers may take part in our rooms. Where that is closed, a new person's server is let in
//! first and the person asked in afterwards: a server that a room keeps out cannot join it.
use super::rules::{Access, RoomKey};
use super::store::{self, access};
use crate::platform::access::Manager;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::program::{Program, server_of};
use serde::{Deserialize, Serialize};

/// A job that asks a person in once their server may take part.
pub const JOB_LET_IN: &str = "room.let_in";
/// How soon it is looked whether the rooms know the server by now.
const LET_IN_MS: i64 = 1_000;

pub const OPEN: &str = "open";
pub const MEMBERS: &str = "members";

/// What counts now; `None` before anybody has said anything, when rooms have no list at all.
///
/// # Errors
/// When the database refuses.
pub async fn current(reader: &mut Conn, program: &Program) -> Result<Option<Access>, Fault> {
    Ok(match access::word(reader).await?.as_deref() {
        None => None,
        Some(MEMBERS) => Some(Access::Members(servers(reader, program).await?)),
        Some(_) => Some(Access::Open),
    })
}

/// The servers of everybody who belongs to the program, ours first.
///
/// # Errors
/// When the database refuses.
pub async fn servers(reader: &mut Conn, program: &Program) -> Result<Vec<String>, Fault> {
    let mut servers = vec![program.server_name.clone()];
    let owners = program.owners.iter().filter_map(|user| server_of(user)).map(str::to_owned);
    for server in access::allowed_servers(reader).await?.into_iter().chain(owners) {
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    Ok(servers)
}

/// Opens the rooms to every server, or closes them to all but our people's.
///
/// # Errors
/// When the database refuses.
pub async fn set(work: &mut Work<'_>, manager: &Manager, word: &'static str) -> Result<(), Fault> {
    let by = manager.user_id().to_owned();
    let cause = work.cause.id.clone();
    access::set(work.tx, word, (&by, work.now), &cause).await?;
    store::all_drifted(work.tx, work.now).await?;
    work.effects.rooms_wanted = true;
    work.audit("room.acl", "all", word);
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct LetIn {
    key: String,
    user: String,
}

/// Asks a person into a room, now or as soon as the rooms let their server in.
///
/// # Errors
/// When the database refuses.
pub async fn let_in(work: &mut Work<'_>, key: &RoomKey, user: &str) -> Result<(), Fault> {
    // Always owed, after whatever removal still is: our view of who is there may be old, and the
    // homeserver's word that the person is in already counts as done.
    if is_let_in(work, user).await? {
        work.invite(&key.to_string(), user);
        return Ok(());
    }
    store::all_drifted(work.tx, work.now).await?;
    work.effects.rooms_wanted = true;
    let asked = LetIn { key: key.to_string(), user: user.to_owned() };
    let payload = serde_json::to_string(&asked).map_err(|error| Fault::Bug(error.to_string()))?;
    let name = format!("{JOB_LET_IN}:{key}:{user}");
    work.job(JOB_LET_IN, name, payload, work.now + LET_IN_MS);
    Ok(())
}

/// The job of [`let_in`]: nobody who has left meanwhile is asked in.
///
/// # Errors
/// When the database refuses, or the payload is not ours.
pub async fn let_in_later(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let asked: LetIn = serde_json::from_str(payload)
        .map_err(|error| Fault::Data(format!("a {JOB_LET_IN} job: {error}")))?;
    let Some(key) = RoomKey::parse(&asked.key) else { return Ok(()) };
    let allowed = current(work.tx, work.program).await?;
    let own = work.program.server_name.clone();
    let server = server_of(&asked.user).unwrap_or_default();
    if allowed.is_some_and(|access| !access.lets_in(&own, server)) {
        return Ok(());
    }
    let_in(work, &key, &asked.user).await
}

/// Whether every room that partners are in lets the person's server in, as last put into it.
async fn is_let_in(work: &mut Work<'_>, user: &str) -> Result<bool, Fault> {
    let server = server_of(user).unwrap_or_default();
    let program = work.program;
    if server == program.server_name || access::word(work.tx).await?.is_none() {
        return Ok(true);
    }
    let hosts = Access::Members(vec![server.to_owned()]).hosts(&program.server_name);
    let rooms = store::rooms(work.tx).await?;
    // A room that the bot is not in holds nobody up.
    let known = rooms.iter().filter(|row| row.key != RoomKey::Canary && !row.is_lost());
    let lets_in = |acl: &Vec<String>| {
        acl.iter().any(|host| host == "*") || hosts.iter().all(|host| acl.contains(host))
    };
    Ok(known.into_iter().all(|row| row.acl.as_ref().is_some_and(lets_in)))
}
