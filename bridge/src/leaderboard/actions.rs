//! Keeps standings in step with the ledger and asks for what shows them.
mod help;
pub mod organizations;
mod replay;
mod starts;
mod sums;

pub use help::changed as help_changed;
pub use replay::{Replay, Stored, rebuild};
pub use starts::Starts;

use super::live::Live;
use super::rules::{self, Before, BoardKey, Delta, Holding, Score, Step};
use super::store;
use crate::ledger;
use crate::ledger::rules::{Credit, EntryBody};
use crate::platform::access::PartnerRow;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::PeriodKind;
use schema::status::{Enrollment, Visibility};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How long changes wait for company before the boards are rendered.
const GATHER_MS: i64 = 500;

/// As long as a key of state rests anyway: boards that nobody waits for leave the way to revenue and
/// clients, and a row of sales moves them once.
const GATHER_LATE_MS: i64 = 15_000;

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
    let calendar = work.program.calendar.clone();
    let before = Known::of(work, credit, at).await?;
    let found = starts::with(work, |doubled| {
        let known =
            Before { held: &|id| before.held(id), net: &|id, key| before.net(id, key), doubled };
        rules::deltas(rules::Posted { seq, at, body }, &calendar, known)
    })
    .await?;
    let mut deltas = Vec::with_capacity(found.len());
    for delta in found {
        let old = store::score(work.tx, &delta.key.to_string(), delta.partner).await?;
        let step = rules::advance(old, delta.by, at).map_err(|_| too_much())?;
        deltas.push((delta, step));
    }
    Ok(Plan { seq, at, deltas })
}

/// What partners hold and have before an entry.
struct Known {
    held: HashMap<PartnerId, Vec<Holding>>,
    net: HashMap<(PartnerId, BoardKey), i64>,
}

impl Known {
    async fn of(work: &mut Work<'_>, credit: &Credit, at: i64) -> Result<Self, Fault> {
        let keys = rules::revenue_keys(credit, at, &work.program.calendar);
        let (mut held, mut net) = (HashMap::new(), HashMap::new());
        for share in &credit.shares {
            let holdings = store::holdings(work.tx, share.partner, credit.client).await?;
            held.insert(share.partner, holdings);
            for key in &keys {
                let score = store::score(work.tx, &key.to_string(), share.partner).await?;
                net.insert((share.partner, key.clone()), score.map_or(0, |score| score.score));
            }
        }
        Ok(Self { held, net })
    }

    fn held(&self, partner: PartnerId) -> Vec<Holding> {
        self.held.get(&partner).cloned().unwrap_or_default()
    }

    fn net(&self, partner: PartnerId, key: &BoardKey) -> i64 {
        self.net.get(&(partner, key.clone())).copied().unwrap_or(0)
    }
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
    let partners: BTreeSet<PartnerId> =
        plan.deltas.iter().map(|(delta, _)| delta.partner).collect();
    organizations::credited(work, &mut live, &partners).await?;
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
    let prompt = matches!(key.metric, Metric::Revenue | Metric::Clients);
    let at = work.now + if prompt { GATHER_MS } else { GATHER_LATE_MS };
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
    for metric in Metric::ALL {
        for kind in PeriodKind::ALL {
            let period = work.program.calendar.period_of(*kind, today);
            let scopes = scopes.iter().filter(|scope| scope.is_none() || metric.has_industries());
            keys.extend(scopes.map(|scope| BoardKey::new(*metric, period, scope.clone())));
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
    let changed = organizations::person_changed(work, &mut live, row).await;
    work.memory.put(live);
    changed?;
    crate::extracts::jobs::soon(work);
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
