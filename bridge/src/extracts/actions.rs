//! Making an extract: what boards show now, less what was told before, in as many links of the chain as
//! it takes, all in one transaction with what it adds to what was told.
use super::rules::{self, Change, Item};
use super::{render, store};
use crate::leaderboard::rules::BoardKey;
use crate::ledger::rules::GENESIS;
use crate::platform::refusal::Fault;
use crate::platform::work::{Work, event_ref};
use crate::{industries, ledger};
use schema::card::Extract;
use schema::ids::PartnerId;
use schema::state::board_state_key;
use std::collections::{BTreeSet, HashSet};

const ROOM: &str = "leaderboard";
const STATE: &str = "agency.siso.partners.leaderboard";

/// Tells what has moved since the last extract, where anything has; whether all of it found a place.
///
/// # Errors
/// When the database refuses.
pub async fn tell(work: &mut Work<'_>) -> Result<bool, Fault> {
    if !work.program.extracts {
        return Ok(true);
    }
    let last = store::last(work.tx).await?;
    let head = ledger::actions::head(work).await?;
    let mut items = seen_otherwise(work).await?;
    items.extend(rules::rows(&changes(work, last.as_ref().map(|last| last.made_at)).await?));
    let before = last.as_ref().map_or(0, |last| last.ledger_seq);
    if items.is_empty() && head.seq == before {
        return Ok(true);
    }
    items.extend(rules::moving(moving(work).await?));
    let (parts, rest) = rules::parts(items, rules::PART_BYTES_MAX, rules::PARTS_MAX);
    let root = if head.seq > before { Some(told_head(work, head.seq).await?) } else { None };
    let (mut n, mut prev) =
        last.as_ref().map_or((0, GENESIS.to_owned()), |last| (last.n, last.hash.clone()));
    let count = parts.len();
    for (at, items) in (1..).zip(parts) {
        n += 1;
        let empty = Extract {
            n,
            since: before,
            ledger_seq: head.seq,
            ledger_hash: head.hash.clone(),
            at: work.now,
            moves: Vec::new(),
            withheld: Vec::new(),
            shown: Vec::new(),
            moving: Vec::new(),
            whole: at == count && rest == 0,
            prev,
            hash: String::new(),
        };
        let extract = rules::sealed(rules::filled(empty, &items));
        prev = extract.hash.clone();
        write(work, &extract, &items).await?;
        let (key, message) = (format!("extract:{n}"), render::extract(&extract));
        match &root {
            Some(root) => work.send_thread_as(&key, ROOM, root, &message),
            None => drop(work.send_as(&key, ROOM, &message)),
        }
    }
    Ok(rest == 0)
}

/// The message that tells a new head of the ledger, below which extracts stand; it is told now where it was
/// not. An old one may be in a room that was left.
async fn told_head(work: &mut Work<'_>, seq: i64) -> Result<String, Fault> {
    // The key of a head goes out once, whoever tells it.
    ledger::actions::tell_head(work, seq - 1).await?;
    Ok(event_ref(&ledger::actions::head_key(seq)))
}

/// What an extract adds to what was told.
async fn write(work: &mut Work<'_>, extract: &Extract, items: &[Item]) -> Result<(), Fault> {
    let mut changes = Vec::new();
    let mut partners = BTreeSet::new();
    for item in items {
        match item {
            Item::Row(periods, row) => {
                partners.insert(row.partner);
                changes.extend(rules::changes(periods, row));
            }
            Item::Shown(id) => drop(partners.insert(*id)),
            Item::Withheld(id) => store::set_told(work.tx, *id, Some(extract.at)).await?,
            Item::Moving(_) => {}
        }
    }
    for id in partners {
        store::set_told(work.tx, id, None).await?;
    }
    store::add(work.tx, &changes).await?;
    let cause = work.cause.id.clone();
    Ok(store::insert(work.tx, extract, &cause).await?)
}

/// Who was told of and shows no name any more, and who shows it again.
async fn seen_otherwise(work: &mut Work<'_>) -> Result<Vec<Item>, Fault> {
    let named: HashSet<PartnerId> = store::named(work.tx).await?.into_iter().collect();
    let mut told: Vec<_> = store::told(work.tx).await?.into_iter().collect();
    told.sort_unstable();
    let item = |(id, withheld)| match (named.contains(&id), withheld) {
        (false, false) => Some(Item::Withheld(id)),
        (true, true) => Some(Item::Shown(id)),
        _ => None,
    };
    Ok(told.into_iter().filter_map(item).collect())
}

/// What others see of scores now, less what was told; of those alone who stand there with their name.
async fn changes(work: &mut Work<'_>, since: Option<i64>) -> Result<Vec<Change>, Fault> {
    let named: HashSet<PartnerId> = store::named(work.tx).await?.into_iter().collect();
    let slugs = industries::actions::all(work).await?.into_iter().map(Some);
    let scopes: Vec<Option<String>> = std::iter::once(None).chain(slugs).collect();
    let calendar = work.program.calendar.clone();
    let mut changes = Vec::new();
    for period in rules::open_since(&calendar, since.unwrap_or(work.now), work.now) {
        for metric in rules::TOLD {
            for scope in &scopes {
                let key = BoardKey::new(metric, period, scope.clone());
                for (partner, score, told) in store::moved(work.tx, &key).await? {
                    let by = rules::seen(score) - told;
                    if by != 0 && named.contains(&partner) {
                        changes.push(Change { partner, key: key.clone(), by });
                    }
                }
            }
        }
    }
    Ok(changes)
}

/// State keys of boards that have moved and do not show it yet: what waits in jobs, in this batch, or
/// for the homeserver.
///
/// # Errors
/// When the database refuses.
pub async fn moving(work: &mut Work<'_>) -> Result<BTreeSet<String>, Fault> {
    let mut jobs = store::showing(work.tx).await?;
    let batch = work.effects.jobs.iter().filter(|job| job.kind.starts_with("board."));
    jobs.extend(batch.map(|job| (job.kind.to_owned(), job.payload.clone())));
    let mut keys: BTreeSet<String> = jobs.iter().filter_map(key_of).collect();
    keys.extend(store::unsent(work.tx, STATE).await?);
    let states = work.effects.states.iter().filter(|state| state.event_type == STATE);
    keys.extend(states.map(|state| state.state_key.clone()));
    Ok(keys)
}

/// The board that a job will show.
fn key_of((kind, payload): &(String, String)) -> Option<String> {
    if kind == "board.state" {
        let key: BoardKey = payload.parse().ok()?;
        return Some(board_state_key(key.metric, key.period.kind(), key.industry.as_deref()));
    }
    if kind != "board.pin" {
        return None;
    }
    let (room, slot) = payload.split_once(' ')?;
    let industry = room.strip_prefix("industry:");
    Some(industry.map_or_else(|| slot.to_owned(), |slug| format!("{slot}.{slug}")))
}
