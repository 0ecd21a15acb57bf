//! One rule over all partners: what it would give, or gives when it takes effect. A long walk goes on in
//! a job, a page a turn, so that other people's commands go between.
use super::{award, counts, switches};
use crate::badges::render;
use crate::badges::rules::{self, Rule, by_id};
use crate::badges::store::{self, sources};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::ids::PartnerId;
use serde::{Deserialize, Serialize};

pub const WALK: &str = "badge.walk";
const PAGE: i64 = 200;
const PAUSE_MS: i64 = 50;

/// How far a walk has come, what it found, and where its answer goes.
#[derive(Debug, Serialize, Deserialize)]
struct Walk {
    badge: String,
    /// Gives, instead of counting alone.
    gives: bool,
    after: String,
    by_level: Vec<i64>,
    room: Option<String>,
    thread: Option<String>,
    reply_to: Option<String>,
}

impl Walk {
    fn of(rule: &Rule, gives: bool) -> Self {
        Self {
            badge: rule.id.to_owned(),
            gives,
            after: String::new(),
            by_level: vec![0; rule.levels.len()],
            room: None,
            thread: None,
            reply_to: None,
        }
    }
}

/// What a rule would give now.
///
/// # Errors
/// A refusal when there is no such rule.
pub async fn preview(work: &mut Work<'_>, word: &str) -> Result<(), Stop> {
    let rule = switches::known(word)?;
    Ok(begin(work, rule, false).await?)
}

pub(super) async fn begin(
    work: &mut Work<'_>,
    rule: &'static Rule,
    gives: bool,
) -> Result<(), Fault> {
    let mut walk = Walk::of(rule, gives);
    walk.room = work.cause.room_id.clone();
    (walk.thread, walk.reply_to) = (work.cause.thread.clone(), work.cause.reply_to.clone());
    let key = format!("{WALK}:{}", work.cause.id);
    step(work, key, walk).await
}

/// Gives what was earned before the badges came, and tells nobody.
pub(super) fn catch_up(work: &mut Work<'_>, rule: &Rule) {
    go_on(work, format!("{WALK}:{}", rule.id), &Walk::of(rule, true));
}

/// # Errors
/// When the database refuses, or the payload is none.
pub async fn walk_on(work: &mut Work<'_>, key: &str, payload: &str) -> Result<(), Fault> {
    let walk: Walk =
        serde_json::from_str(payload).map_err(|error| Fault::Data(error.to_string()))?;
    work.cause.room_id = walk.room.clone();
    (work.cause.thread, work.cause.reply_to) = (walk.thread.clone(), walk.reply_to.clone());
    step(work, key.to_owned(), walk).await
}

/// The badge that a waiting walk gives; none where it counts alone.
pub(super) fn given(payload: &str) -> Option<String> {
    let walk: Walk = serde_json::from_str(payload).ok()?;
    walk.gives.then_some(walk.badge)
}

/// One page; then the answer, or on.
async fn step(work: &mut Work<'_>, key: String, mut walk: Walk) -> Result<(), Fault> {
    let rule = by_id(&walk.badge).ok_or_else(|| Fault::Data(walk.badge.clone()))?;
    let page = sources::partners_after(work.tx, &walk.after, PAGE).await?;
    for id in &page {
        if let Some(level) = of_partner(work, *id, (rule, walk.gives)).await? {
            walk.by_level[level - 1] += 1;
        }
    }
    match page.last() {
        Some(last) if page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX) => {
            walk.after = last.to_string();
            go_on(work, key, &walk);
        }
        _ => {
            let message = render::walked(rule, walk.gives, &walk.by_level, &work.program.prefix);
            work.reply(&message);
        }
    }
    Ok(())
}

fn go_on(work: &mut Work<'_>, key: String, walk: &Walk) {
    let payload = serde_json::to_string(walk).unwrap_or_default();
    work.job(WALK, key, payload, work.now + PAUSE_MS);
}

/// The highest level that a partner gets by a rule and has not.
async fn of_partner(
    work: &mut Work<'_>,
    id: PartnerId,
    (rule, gives): (&'static Rule, bool),
) -> Result<Option<usize>, Fault> {
    let (count, cause) = counts(work, id, rule).await?;
    let facts = store::of(work.tx, id).await?;
    let has = rules::shown(&facts).get(rule.id).copied().unwrap_or(0);
    let level = rule.level(count);
    if let Some(cause) = cause.filter(|_| gives) {
        let changes = rules::changes(&[(rule, count)], &facts);
        award::change(work, id, &facts, (changes, &cause, false)).await?;
    }
    Ok((i64::try_from(level).unwrap_or(i64::MAX) > has).then_some(level))
}
