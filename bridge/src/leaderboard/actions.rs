//! Keeps standings in step with the ledger and asks for what shows them.
use super::live::Live;
use super::rules::{self, BoardKey, Delta, Holding, Score, Step};
use super::store;
use crate::ledger;
use crate::ledger::rules::{EntryBody, Sealed, credit_account};
use crate::platform::access::PartnerRow;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::PeriodKind;
use schema::status::{Enrollment, Visibility};
use std::collections::HashMap;

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
    let mut looked: HashMap<PartnerId, HashMap<BoardKey, Score>> = HashMap::new();
    for (delta, step) in plan.deltas {
        let Delta { key, partner, .. } = delta;
        let score = match step {
            Step::Known(score) => score,
            Step::Look => {
                if let std::collections::hash_map::Entry::Vacant(slot) = looked.entry(partner) {
                    slot.insert(replayed(work, partner).await?);
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

/// A partner's scores from their own entries: tells when a score that was fallen back to had first
/// been reached.
async fn replayed(
    work: &mut Work<'_>,
    partner: PartnerId,
) -> Result<HashMap<BoardKey, Score>, Fault> {
    let rows = store::bodies_of(work.tx, &credit_account(partner)).await?;
    let sealed = rows
        .iter()
        .map(|(seq, body)| Sealed::read(body).map(|sealed| (*seq, sealed)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Fault::Data(error.to_string()))?;
    let entries = sealed.iter().map(|(seq, sealed)| rules::Posted {
        seq: *seq,
        at: sealed.at,
        body: &sealed.body,
    });
    let scores = rules::replay_partner(partner, entries, &work.program.calendar)
        .map_err(|_| Fault::Overflow("a replay"))?;
    Ok(scores.into_iter().collect())
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

/// The first difference between the stored standings and a replay of the whole ledger.
///
/// # Errors
/// When the database refuses.
pub async fn differs_from_replay(
    connection: &mut crate::platform::db::Conn,
    calendar: &schema::period::Calendar,
) -> Result<Option<String>, Fault> {
    let mut sealed = Vec::new();
    let mut seq = 0;
    loop {
        let page = ledger::store::after(connection, seq, 1_000).await?;
        let Some(last) = page.last() else { break };
        seq = last.seq;
        for entry in &page {
            let read = Sealed::read(&entry.body).map_err(|error| Fault::Data(error.to_string()))?;
            sealed.push((entry.seq, read));
        }
    }
    let entries = sealed.iter().map(|(seq, sealed)| rules::Posted {
        seq: *seq,
        at: sealed.at,
        body: &sealed.body,
    });
    let boards = rules::replay(entries, calendar).map_err(|_| Fault::Overflow("a replay"))?;
    let mut expected: Vec<(String, PartnerId, Score)> = boards
        .into_iter()
        .flat_map(|(key, scores)| {
            scores.into_iter().map(move |(id, score)| (key.to_string(), id, score))
        })
        .collect();
    expected.sort_by(|a, b| (&a.0, a.1.to_string()).cmp(&(&b.0, b.1.to_string())));
    let mut stored = store::all(connection).await?;
    stored.sort_by(|a, b| (&a.0, a.1.to_string()).cmp(&(&b.0, b.1.to_string())));
    if expected.len() != stored.len() {
        return Ok(Some(format!("{} standings, a replay makes {}", stored.len(), expected.len())));
    }
    let odd = expected.iter().zip(&stored).find(|(a, b)| a != b);
    Ok(odd.map(|(a, b)| format!("{} of {}: stored {:?}, replayed {:?}", a.0, a.1, b.2, a.2)))
}
