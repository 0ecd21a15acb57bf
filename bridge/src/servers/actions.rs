//! Looks are asked for in a unit of work, made outside, and told in another unit of work.
use super::rules::{self, Seen};
use super::store::{self, Asked};
use super::{jobs, render};
use crate::platform::App;
use crate::platform::refusal::Fault;
use crate::platform::work::{Effects, JobRow, Work};
use schema::card::ServerCheck;
use serde::{Deserialize, Serialize};

/// Servers looked at in one round of the loop outside.
const OWED_MAX: i64 = 16;
/// A person who asks again so soon hears what was found before.
const AGAIN_MS: i64 = 60_000;
/// So long a result does for whoever is no person.
const KEPT_MS: i64 = 600_000;
/// After this a result is dropped.
const SHED_MS: i64 = 30 * 86_400_000;

/// Who is told what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For<'a> {
    /// Whoever caused this work, where they asked.
    Person,
    /// A job of this kind, whose payload is a [`Told`].
    Job { kind: &'static str, subject: &'a str },
}

/// The payload of a job that is told of a look.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// What it was asked for.
    pub subject: String,
    pub check: ServerCheck,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    room: Option<String>,
    thread: Option<String>,
    reply_to: Option<String>,
}

/// Has a homeserver looked at, by a name that `rules::name` gave; what was found shortly before is
/// told at once.
///
/// # Errors
/// When the database refuses.
pub async fn check_server(work: &mut Work<'_>, server: &str, told: For<'_>) -> Result<(), Fault> {
    let kept_ms = if told == For::Person { AGAIN_MS } else { KEPT_MS };
    let newest = store::newest(work.tx, server).await?;
    if let Some((result, _)) = newest.filter(|(_, at)| work.now - at < kept_ms) {
        return tell(work, &read(&result)?, &hook(told));
    }
    store::shed(work.tx, work.now - SHED_MS).await?;
    let cause = &work.cause;
    let place = Place {
        room: cause.room_id.clone(),
        thread: cause.thread.clone(),
        reply_to: cause.reply_to.clone(),
    };
    let asked = Asked {
        id: work.id().to_string(),
        server: server.to_owned(),
        place: text(&place)?,
        hook: hook(told),
        result: None,
    };
    let actor = work.cause.actor.clone();
    store::ask(work.tx, &asked, &actor, work.now).await?;
    work.effects.checks_wanted = true;
    if told == For::Person {
        work.audit("server.check", server, "");
        work.reply(&render::asked(server));
    }
    Ok(())
}

fn hook(told: For<'_>) -> Option<(String, String)> {
    match told {
        For::Person => None,
        For::Job { kind, subject } => Some((kind.to_owned(), subject.to_owned())),
    }
}

fn text<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Bug(error.to_string()))
}

fn read(result: &str) -> Result<ServerCheck, Fault> {
    serde_json::from_str(result).map_err(|error| Fault::Data(format!("a look's result: {error}")))
}

fn tell(
    work: &mut Work<'_>,
    check: &ServerCheck,
    hook: &Option<(String, String)>,
) -> Result<(), Fault> {
    let Some((kind, subject)) = hook else {
        work.reply(&render::checked(check, work.now, &work.program.prefix));
        return Ok(());
    };
    let told = Told { subject: subject.clone(), check: check.clone() };
    let kind = jobs::hook(kind).ok_or_else(|| Fault::Bug(format!("no hook is called {kind}")))?;
    let key = format!("{kind}:{subject}:{}", work.cause.id);
    work.job(kind, key, text(&told)?, work.now);
    Ok(())
}

/// Tells one who asked what was found.
///
/// # Errors
/// When the database refuses.
pub async fn found(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(asked) = store::by_id(work.tx, id).await? else { return Ok(()) };
    let Some(result) = &asked.result else { return Ok(()) };
    let place: Place = serde_json::from_str(&asked.place)
        .map_err(|error| Fault::Data(format!("a look's place: {error}")))?;
    work.cause.room_id = place.room;
    (work.cause.thread, work.cause.reply_to) = (place.thread, place.reply_to);
    tell(work, &read(result)?, &asked.hook)
}

/// The servers to look at now; for the loop outside.
///
/// # Errors
/// When the database refuses.
pub async fn owed<H>(app: &App<H>) -> Result<Vec<String>, Fault> {
    let mut reader = app.db.read().await?;
    Ok(store::owed(&mut reader, OWED_MAX).await?)
}

/// Writes what was seen of a server, and owes it to those who asked.
///
/// # Errors
/// When the database refuses.
pub async fn record<H>(app: &App<H>, server: &str, seen: &Seen) -> Result<(), Fault> {
    let now = app.clock.now();
    let (status, findings) = rules::judge(seen, &app.program.room_version, now);
    let (software, version) = seen.version.clone().ok().unzip();
    let server_name = server.to_owned();
    let check = ServerCheck {
        status,
        server: server_name,
        software,
        version,
        checked_at: Some(now),
        findings,
    };
    let mut tx = app.db.begin().await?;
    let waiting = store::done(&mut tx, server, &text(&check)?, now).await?;
    let job = |id: String| JobRow {
        key: format!("{}:{id}", jobs::FOUND),
        kind: jobs::FOUND,
        payload: id,
        run_at: now,
    };
    let effects = Effects { jobs: waiting.into_iter().map(job).collect(), ..Effects::default() };
    effects.flush(&mut tx).await?;
    tx.commit().await?;
    app.signals.wake_jobs();
    Ok(())
}
