//! Keeps standings in step with the ledger and asks for what shows them.
mod replay;

pub use replay::{differs_from_replay, rebuild};

use super::live::Live;
use super::rules::{self, BoardKey, Delta, Holding, Score, Step};
use super::store;
use crate::ledger;
use crate::ledger::rules::EntryBody;
use crate::platform::access::PartnerRow;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::PeriodKind;
use schema::status::{Enrollment, Visibility};
use std::collections::{BTreeMap, HashMap};

/// How long changes wait for company before the boards are rendered.
const GATHER_MS: i64 = 500;

/// What an entry will do to standings, found before anything is written.
#[derive(Debug)]
pub struct Plan {
    seq: i64,
    at: i64,
    deltas: Vec<(Delta, Step)>,
}

/// # Errors
/// A refusal when a score would leave what the wire carries; then nothing may be posted.
pub async fn plan(work: &mut Work<'_>, body: &EntryBody) -> Result<Plan, Stop> {
    let seq = ledger::actions::head(work).await?.seq + 1;
    let at = work.now;
    let Some(credit) = body.credit() else {
        return Err(Fault::Bug("only credit moves boards".to_owned()).into());
    };
    let mut prior: HashMap<PartnerId, Vec<Holding>> = HashMap::new();
    for share in &credit.shares {
        let held = store::holdings(work.tx, share.partner, credit.client).await?;
        prior.insert(share.partner, held);
    }
    let posted = rules::Posted { seq, at, body };
    let held = |partner| prior.get(&partner).cloned().unwrap_or_default();
    let mut deltas = Vec::new();
    for delta in rules::deltas(posted, &work.program.calendar, held) {
        let old = store::score(work.tx, &delta.key.to_string(), delta.partner).await?;
        let step = rules::advance(old, delta.by, at).map_err(|_| too_much())?;
        deltas.push((delta, step));
    }
    Ok(Plan { seq, at, deltas })
}

fn too_much() -> Refusal {
    Refusal::new(
        Code::Amount,
        "With this sale a total would be larger than I can count; please check the amount.",
    )
    .example("sale reject S-1 the amount is a slip")
    .alert("total.too_large")
}

/// Writes what was planned; call it after the entry was posted.
///
/// # Errors
/// When the database refuses, or the entry is not the planned one.
pub async fn apply(
    work: &mut Work<'_>,
    plan: Plan,
    posted: &ledger::actions::Posted,
) -> Result<(), Fault> {
    if posted.replayed {
        return Ok(());
    }
    if (posted.seq, posted.posted_at) != (plan.seq, plan.at) {
        return Err(Fault::Bug(format!("entry {} was planned as {}", posted.seq, plan.seq)));
    }
    let mut live = work.memory.take::<Live>();
    let mut looked: HashMap<PartnerId, BTreeMap<BoardKey, Score>> = HashMap::new();
    for (delta, step) in plan.deltas {
        let Delta { key, partner, .. } = delta;
        let score = match step {
            Step::Known(score) => score,
            Step::Look => {
                if let std::collections::hash_map::Entry::Vacant(slot) = looked.entry(partner) {
                    slot.insert(replay::of_partner(work, partner).await?);
                }
                let found = looked.get(&partner).and_then(|scores| scores.get(&key)).copied();
                found.unwrap_or(Score { score: 0, reached_at: plan.at })
            }
        };
        store::set(work.tx, &key.to_string(), partner, score).await?;
        live.set(&key, partner, score);
        live.totals.remove(&partner);
        show(work, &key);
    }
    work.memory.put(live);
    Ok(())
}

/// Asks for a board's state and, where it is pinned, its message.
pub fn show(work: &mut Work<'_>, key: &BoardKey) {
    let at = work.now + GATHER_MS;
    work.job("board.state", format!("board.state:{key}"), key.to_string(), at);
    for (room, slot) in super::jobs::pins_of(work, key) {
        work.job("board.pin", format!("board.pin:{room}:{slot}"), format!("{room} {slot}"), at);
    }
}

/// Asks for all boards of the periods that are open now.
///
/// # Errors
/// When the database refuses.
pub async fn show_all(work: &mut Work<'_>) -> Result<(), Fault> {
    for key in current(work).await? {
        show(work, &key);
    }
    Ok(())
}

/// The boards of all open periods: the program's and each open industry's.
///
/// # Errors
/// When the database refuses.
pub async fn current(work: &mut Work<'_>) -> Result<Vec<BoardKey>, Fault> {
    let today = work.today();
    let industries = crate::industries::actions::open(work).await?;
    let scopes: Vec<Option<String>> =
        std::iter::once(None).chain(industries.into_iter().map(Some)).collect();
    let mut keys = Vec::new();
    for metric in Metric::LIVE {
        for kind in PeriodKind::ALL {
            let period = work.program.calendar.period_of(*kind, today);
            keys.extend(scopes.iter().map(|scope| BoardKey::new(*metric, period, scope.clone())));
        }
    }
    Ok(keys)
}

/// A person shows themselves otherwise from now on: boards follow at once.
///
/// # Errors
/// When the database refuses.
pub async fn visibility_changed(work: &mut Work<'_>, row: &PartnerRow) -> Result<(), Fault> {
    let mut live = work.memory.take::<Live>();
    live.forget_people();
    let suspended = row.enrollment == Enrollment::Suspended;
    live.set_hidden(row.id, suspended || row.visibility == Visibility::Hidden);
    work.memory.put(live);
    show_all(work).await
}

/// Names or numbers of partners have changed.
pub fn people_changed(work: &mut Work<'_>) {
    work.memory.cache::<Live>().forget_people();
}

/// A claim of this partner was made, changed or decided.
pub fn claims_changed(work: &mut Work<'_>, partner: PartnerId) {
    work.memory.cache::<Live>().totals.remove(&partner);
}

/// Clients won in an industry, of all time: for the industry's state.
///
/// # Errors
/// When the database refuses.
pub async fn clients_in(work: &mut Work<'_>, industry: &str) -> Result<i64, Fault> {
    Ok(store::clients_in(work.tx, industry).await?)
}
