//! From changed scores to cards that fit an event, and how one hangs on the other. Pure.
use crate::leaderboard::rules::BoardKey;
use crate::ledger::rules::canonical;
use schema::card::{Card, Envelope, Extract, Move, Moves};
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::{Calendar, Period, PeriodKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What is told. Breadth follows from revenue: in how many industries it is above 0.
pub const TOLD: [Metric; 4] = [Metric::Revenue, Metric::Clients, Metric::Penetration, Metric::Help];
/// Bytes of one card's lists, as JSON; the rest of a card is less than a kilobyte.
pub const PART_BYTES_MAX: usize = crate::platform::text::CARD_BYTES_MAX - 1_024;
/// Messages of one extract; what does not fit follows with the next.
pub const PARTS_MAX: usize = 40;
/// Boards named as on the move; where more are, none can be compared.
pub const MOVING_MAX: usize = 200;
pub const ALL_MOVING: &str = "*";
/// Periods of one kind that are looked back at, when the program was down for long.
const BACK_MAX: usize = 120;

/// A partner's score on a board is another than was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub partner: PartnerId,
    pub key: BoardKey,
    pub by: i64,
}

/// The smallest thing that is told whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Withheld(PartnerId),
    Shown(PartnerId),
    Row(Vec<Period>, Move),
    Moving(String),
}

/// A score as others see it: a board shows nothing below 0, so nothing below 0 is told.
#[must_use]
pub const fn seen(score: i64) -> i64 {
    if score > 0 { score } else { 0 }
}

/// The periods whose boards may have changed since an instant: those not closed for good by then.
#[must_use]
pub fn open_since(calendar: &Calendar, since: i64, now: i64) -> Vec<Period> {
    let mut periods = Vec::new();
    for kind in PeriodKind::ALL {
        let mut period = calendar.period_at(*kind, now);
        for _ in 0..BACK_MAX {
            periods.push(period);
            let Some((from, _)) = calendar.bounds(period) else { break };
            period = calendar.period_at(*kind, from - 1);
            if calendar.closes_at(period).is_none_or(|closes| closes <= since) {
                break;
            }
        }
    }
    periods
}

/// Where a partner's score on boards of several periods changed by the same, it is one row; rows that
/// count in the same periods stand together.
#[must_use]
pub fn rows(changes: &[Change]) -> Vec<Item> {
    type Scope = (PartnerId, Option<String>);
    let mut same: BTreeMap<(Scope, Metric, i64), BTreeSet<Period>> = BTreeMap::new();
    for change in changes {
        let scope = (change.partner, change.key.industry.clone());
        let key = (scope, change.key.metric, change.by);
        same.entry(key).or_default().insert(change.key.period);
    }
    let mut rows: BTreeMap<(Vec<Period>, Scope), Move> = BTreeMap::new();
    for ((scope, metric, by), periods) in same {
        let empty = Move {
            partner: scope.0,
            industry: scope.1.clone(),
            revenue: 0,
            clients: 0,
            penetration: 0,
            help: 0,
        };
        let row = rows.entry((periods.into_iter().collect(), scope)).or_insert(empty);
        *score_mut(row, metric) = by;
    }
    rows.into_iter().map(|((periods, _), row)| Item::Row(periods, row)).collect()
}

fn score_mut(row: &mut Move, metric: Metric) -> &mut i64 {
    match metric {
        // Breadth is never among the changes: see `TOLD`.
        Metric::Revenue | Metric::Breadth => &mut row.revenue,
        Metric::Clients => &mut row.clients,
        Metric::Penetration => &mut row.penetration,
        Metric::Help => &mut row.help,
    }
}

/// What a row tells of single boards.
#[must_use]
pub fn changes(periods: &[Period], row: &Move) -> Vec<Change> {
    let told = [
        (Metric::Revenue, row.revenue),
        (Metric::Clients, row.clients),
        (Metric::Penetration, row.penetration),
        (Metric::Help, row.help),
    ];
    let mut changes = Vec::new();
    for (metric, by) in told.into_iter().filter(|(_, by)| *by != 0) {
        for period in periods {
            let key = BoardKey::new(metric, *period, row.industry.clone());
            changes.push(Change { partner: row.partner, key, by });
        }
    }
    changes
}

/// Cuts the items into parts that each fit one card; and how many items found no place.
#[must_use]
pub fn parts(items: Vec<Item>, bytes_max: usize, parts_max: usize) -> (Vec<Vec<Item>>, usize) {
    let (mut parts, mut bytes, mut last) = (vec![Vec::new()], 0, None);
    let mut left = items.into_iter();
    while let Some(item) = left.next() {
        let group = matches!(&item, Item::Row(periods, _) if last.as_ref() != Some(periods));
        let cost = cost(&item) + if group { group_cost(&item) } else { 0 };
        if bytes + cost > bytes_max {
            if parts.len() == parts_max {
                return (parts, left.count() + 1);
            }
            parts.push(Vec::new());
            bytes = if group { 0 } else { group_cost(&item) };
        }
        bytes += cost;
        if let Item::Row(periods, _) = &item {
            last = Some(periods.clone());
        }
        if let Some(part) = parts.last_mut() {
            part.push(item);
        }
    }
    (parts, 0)
}

fn cost(item: &Item) -> usize {
    match item {
        Item::Withheld(_) | Item::Shown(_) => 29,
        Item::Row(_, row) => {
            serde_json::to_string(row).map_or(usize::MAX / 2, |text| text.len() + 1)
        }
        Item::Moving(key) => key.len() + 3,
    }
}

/// What a list of periods around rows costs.
fn group_cost(item: &Item) -> usize {
    let Item::Row(periods, _) = item else { return 0 };
    40 + periods.len() * 11
}

/// An extract without its place in the chain.
#[must_use]
pub fn filled(mut extract: Extract, items: &[Item]) -> Extract {
    for item in items {
        match item {
            Item::Withheld(id) => extract.withheld.push(*id),
            Item::Shown(id) => extract.shown.push(*id),
            Item::Moving(key) => extract.moving.push(key.clone()),
            Item::Row(periods, row) => match extract.moves.last_mut() {
                Some(moves) if moves.periods == *periods => moves.rows.push(row.clone()),
                _ => {
                    let moves = Moves { periods: periods.clone(), rows: vec![row.clone()] };
                    extract.moves.push(moves);
                }
            },
        }
    }
    extract
}

/// Gives an extract the hash of its text.
#[must_use]
pub fn sealed(mut extract: Extract) -> Extract {
    extract.hash.clear();
    let mut value =
        serde_json::to_value(Envelope::from(Card::from(extract.clone()))).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("hash");
    }
    let digest = Sha256::digest(canonical(&value).as_bytes());
    extract.hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    extract
}

/// Names of boards on the move, as a card tells them.
#[must_use]
pub fn moving(keys: BTreeSet<String>) -> Vec<Item> {
    if keys.len() > MOVING_MAX {
        return vec![Item::Moving(ALL_MOVING.to_owned())];
    }
    keys.into_iter().map(Item::Moving).collect()
}

#[cfg(test)]
mod tests;
