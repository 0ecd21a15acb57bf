//! What must hold whatever happened. Of each command that a member can see: one outcome, one reply; of
//! what nobody can see: nothing. No message of ours twice, no half state, no row that nobody works on.
use super::base::RIO;
use super::town::Town;
use crate::Outcome;
use anyhow::{Context, bail, ensure};
use bridge::platform::work::{MARKER, txn_id};
use serde_json::Value;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};

/// More than any input owes.
const OWED_MAX: u32 = 16;

/// What is to come of something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// One outcome, one reply.
    Counts,
    /// One outcome, one reply, one claim.
    Claims,
    /// One outcome, and an answer of more than one message.
    Several,
    /// It was taken back before anybody need have heard it: at most one.
    Perhaps,
    /// Said in a room that was replaced while the bot was out of it: where it was not pushed it is not found. What came in
    /// counts; but of somebody of another server it cannot be known whether people see it.
    Gone,
    /// Nobody can see it.
    Never,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub event: String,
    pub room: String,
    pub user: String,
    pub fate: Fate,
}

/// Everything that people said, and what was seen of the answers so far.
#[derive(Debug, Default)]
pub struct Said {
    pub lines: Vec<Line>,
    /// Marks of our messages → where they stand.
    marks: BTreeMap<String, (String, usize)>,
    /// How far each room was looked at.
    looked: BTreeMap<String, usize>,
    forbidden: BTreeSet<String>,
}

impl Said {
    /// Somebody says a command that everybody can see.
    pub fn command(&mut self, town: &Town, room: &str, user: &str, line: &str) -> String {
        let fate = match line {
            _ if line.starts_with("!sale add") => Fate::Claims,
            _ if line.starts_with("!partner add") => Fate::Several,
            _ => Fate::Counts,
        };
        let event = town.fake.say(room, user, line);
        self.note(room, user, &event, fate);
        event
    }

    pub fn note(&mut self, room: &str, user: &str, event: &str, fate: Fate) {
        if fate == Fate::Never {
            self.forbidden.extend(reply_marks(event));
        }
        let (event, room, user) = (event.to_owned(), room.to_owned(), user.to_owned());
        self.lines.push(Line { event, room, user, fate });
    }

    /// Looks at what came into the rooms since the last time: nothing twice, nothing to nobody.
    pub fn look(&mut self, town: &Town) -> Outcome<()> {
        let world = town.fake.world();
        for (id, room) in &world.rooms {
            let from = self.looked.insert(id.clone(), room.timeline.len()).unwrap_or(0);
            for (at, event) in room.timeline.iter().enumerate().skip(from) {
                let Some(mark) = event.content[MARKER].as_str() else { continue };
                if !world.is_ours(&event.sender) {
                    continue;
                }
                ensure!(!self.forbidden.contains(mark), "an answer to nobody: {}", event.body());
                if let Some((before, _)) = self.marks.insert(mark.to_owned(), (id.clone(), at)) {
                    bail!("said twice, in {before} and {id}: {}", event.body());
                }
            }
        }
        Ok(())
    }
}

/// The marks that answers to an event may have: they are counted with whatever else it owes. The
/// installation's id is the same in every town.
fn reply_marks(event: &str) -> impl Iterator<Item = String> {
    let install = install();
    (1..=OWED_MAX).map(move |n| txn_id(&install, &format!("{event}:reply:{n}")))
}

fn install() -> String {
    ulid::Ulid::from_parts(super::town::BEGINNING.unsigned_abs(), 7).to_string()
}

/// All of it, when everybody has come to rest.
pub async fn whole(town: &mut Town, said: &Said) -> Outcome<()> {
    let mut seen = Said { lines: Vec::new(), forbidden: said.forbidden.clone(), ..Said::default() };
    seen.look(town)?;
    nothing_waits(town).await?;
    states_are_there(town).await?;
    for line in &said.lines {
        counted(town, line, &seen).await.with_context(|| told(town, line))?;
    }
    in_order(town, said, &seen).await?;
    claims_are_of_lines(town, said).await?;
    books(town).await
}

/// No row that nobody works on, and none that was set aside.
async fn nothing_waits(town: &Town) -> Outcome<()> {
    const EMPTY: [(&str, &str); 6] = [
        ("inputs wait", "select room_id || ' ' || event_id from inbox where done_at is null"),
        ("inputs were set aside", "select event_id from inbox where outcome = 'poison'"),
        (
            "messages wait",
            "select room || ' ' || dedupe_key from outbox where sent_at is null and parked_at is null",
        ),
        (
            "messages are parked",
            "select room || ' ' || dedupe_key || ' ' || parked_why from outbox where parked_at is not null",
        ),
        (
            "states wait",
            "select room || ' ' || event_type || ' ' || state_key from state \
             where parked_why is not null or sent_hash is null or sent_hash <> hash",
        ),
        (
            "upgrades wait",
            "select key || ' made ' || coalesce(new_room, '') || ' copied ' || coalesce(copied_at, 0) || ' moved ' || coalesce(moved_at, 0) from room_upgrade \
             where closed_at is null and failed_at is null",
        ),
    ];
    for (what, query) in EMPTY {
        let rows = {
            let mut reader = town.db()?.read().await?;
            sqlx::query(query).fetch_all(&mut *reader).await?
        };
        let rows: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        ensure!(
            rows.is_empty(),
            "{} {what}: {:?}",
            rows.len(),
            rows.iter().take(3).collect::<Vec<_>>()
        );
    }
    let now = town.hands.now();
    let mut reader = town.db()?.read().await?;
    let due: i64 = sqlx::query("select count(*) from job where run_at < $1")
        .bind(now)
        .fetch_one(&mut *reader)
        .await?
        .try_get(0)?;
    ensure!(due == 0, "{due} jobs are overdue");
    Ok(())
}

/// What the database wants the rooms to show, they show.
async fn states_are_there(town: &Town) -> Outcome<()> {
    let places = town.signals.as_ref().context("the program does not run")?;
    let ids = places.places(|places| places.ids.clone());
    let rows = {
        let mut reader = town.db()?.read().await?;
        sqlx::query("select room, event_type, state_key, content from state")
            .fetch_all(&mut *reader)
            .await?
    };
    for row in rows {
        let (room, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let (key, content): (String, String) = (row.try_get(2)?, row.try_get(3)?);
        if content.contains("owed:") {
            continue;
        }
        let id = ids.get(&room).cloned().unwrap_or_else(|| room.clone());
        let shown = town.fake.state(&id, &kind, &key).unwrap_or_default();
        let wanted: Value = serde_json::from_str(&content)?;
        ensure!(
            plain(shown.clone()) == plain(wanted),
            "{kind} {key} of {room} shows {shown}, wanted {content}"
        );
    }
    Ok(())
}

/// When it was written is no difference.
fn plain(mut content: Value) -> Value {
    if let Some(fields) = content.as_object_mut() {
        fields.remove("updated_at");
    }
    content
}

async fn counted(town: &Town, line: &Line, seen: &Said) -> Outcome<()> {
    const DONE: &str = "select count(*) from inbox where event_id = $1 and done_at is not null";
    const CLAIMS: &str = "select count(*) from sale where cause = $1";
    let event = [line.event.as_str()];
    let (done, claims) = (number(town, DONE, &event).await?, number(town, CLAIMS, &event).await?);
    let replies = reply_marks(&line.event).filter(|mark| seen.marks.contains_key(mark)).count();
    match line.fate {
        Fate::Counts => ensure!(done == 1 && replies == 1, "{done} outcomes, {replies} replies"),
        Fate::Several => ensure!(done == 1 && replies > 0, "{done} outcomes, {replies} replies"),
        Fate::Claims => ensure!(
            done == 1 && replies == 1 && claims == 1,
            "{done} outcomes, {replies} replies, {claims} claims"
        ),
        Fate::Perhaps => ensure!(replies <= 1 && claims <= 1, "{replies} replies, {claims} claims"),
        Fate::Gone => {
            let unknown = done == 0 || line.user == RIO;
            ensure!(
                replies == 1 && done == 1 || replies == 0 && claims == 0 && unknown,
                "{done} outcomes, {replies} replies, {claims} claims"
            );
        }
        Fate::Never => ensure!(replies == 0 && claims == 0, "it was counted"),
    }
    Ok(())
}

fn told(town: &Town, line: &Line) -> String {
    let event = town.fake.event(&line.room, &line.event);
    let body = event.map(|event| event.body().to_owned()).unwrap_or_default();
    format!("{} of {} in {}: {body}", line.event, line.user, line.room)
}

/// Answers stand in a room in the order in which their questions were taken in.
async fn in_order(town: &Town, said: &Said, seen: &Said) -> Outcome<()> {
    let seqs: BTreeMap<String, i64> = {
        let mut reader = town.db()?.read().await?;
        let rows = sqlx::query("select event_id, seq from inbox").fetch_all(&mut *reader).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Outcome<_>>()?
    };
    let mut answers: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
    for line in &said.lines {
        let at = reply_marks(&line.event).find_map(|mark| seen.marks.get(&mark));
        let at = at.filter(|(room, _)| *room == line.room);
        if let (Some(seq), Some((_, at))) = (seqs.get(&line.event), at) {
            answers.entry(&line.room).or_default().push((*seq, *at));
        }
    }
    for (room, mut places) in answers {
        places.sort_unstable();
        let sorted = places.windows(2).all(|pair| matches!(pair, [a, b] if a.1 < b.1));
        ensure!(sorted, "answers in {room} are out of order: {places:?}");
    }
    Ok(())
}

/// There is no claim but those of what people said.
async fn claims_are_of_lines(town: &Town, said: &Said) -> Outcome<()> {
    let may: BTreeSet<&str> = said
        .lines
        .iter()
        .filter(|line| matches!(line.fate, Fate::Claims | Fate::Perhaps | Fate::Gone))
        .map(|line| line.event.as_str())
        .collect();
    let rows = {
        let mut reader = town.db()?.read().await?;
        sqlx::query("select cause, number from sale order by number")
            .fetch_all(&mut *reader)
            .await?
    };
    for (place, row) in rows.iter().enumerate() {
        let (cause, number): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        ensure!(may.contains(cause.as_str()), "S-{number} is of nobody: {cause}");
        ensure!(number == i64::try_from(place)? + 1, "numbers have a hole before S-{number}");
    }
    Ok(())
}

/// The chain holds, and boards, goals and badges are what a replay of the ledger makes of it.
async fn books(town: &Town) -> Outcome<()> {
    let db = town.db()?;
    let program = appservice::run::program(&town.config)?;
    let (found, replayed) = appservice::run::verify(db, &program).await?;
    ensure!(found.bad.is_none(), "the ledger is broken: {:?}", found.bad);
    if let Some(odd) = replayed? {
        bail!("{odd}");
    }
    Ok(())
}

async fn number(town: &Town, query: &'static str, values: &[&str]) -> Outcome<i64> {
    let mut query = sqlx::query(query);
    for value in values {
        query = query.bind((*value).to_owned());
    }
    let mut reader = town.db()?.read().await?;
    Ok(query.fetch_one(&mut *reader).await?.try_get(0)?)
}
