//! Boards as they were shown, against what the extracts make: every row with a name by its score, all rows
//! by order and rank, the list by who is missing.
use super::Findings;
use super::events::Event;
use super::sums::Sums;
use schema::card::Extract;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::Period;
use schema::state::{SCOPE_ORGANIZATIONS, SCOPE_PROGRAM, StandingRow, board_state_key};
use serde::Deserialize;
use std::collections::BTreeMap;

const STATE: &str = "agency.siso.partners.leaderboard";
const ALL: &str = "*";
/// Shorter lists are never cut: pinned messages show ten rows, room state up to a hundred.
const CUT_MIN: usize = 10;
/// Among fewer participants a row without a name is left out.
const ANONYMOUS_FROM: i64 = 5;

/// A board in room state or in a message.
#[derive(Debug, Clone, Deserialize)]
pub struct Shown {
    pub metric: Metric,
    pub period: Period,
    pub scope: String,
    pub standings: Vec<StandingRow>,
    pub participants: i64,
    #[serde(rename = "final")]
    pub is_final: bool,
    pub updated_at: i64,
    #[serde(default)]
    pub selection: Option<String>,
    /// Set below: a pinned message is not edited for the number of participants alone.
    #[serde(skip)]
    pub is_pinned: bool,
}

impl Shown {
    #[must_use]
    pub fn industry(&self) -> Option<&str> {
        (self.scope != SCOPE_PROGRAM).then_some(self.scope.as_str())
    }

    /// Whether its rows are organizations, of whom no extract tells.
    #[must_use]
    pub fn is_of_organizations(&self) -> bool {
        self.scope == SCOPE_ORGANIZATIONS
    }

    /// Whose row it is, where the extracts could tell of them.
    #[must_use]
    pub fn partner(&self, row: &StandingRow) -> Option<PartnerId> {
        row.partner.parse().ok().filter(|_| !self.is_of_organizations())
    }

    /// The key of the board that it is, whatever the period.
    #[must_use]
    pub fn key(&self) -> String {
        board_state_key(self.metric, self.period.kind(), self.industry())
    }

    /// How findings call it.
    #[must_use]
    pub fn name(&self) -> String {
        let place = if self.is_pinned { "pinned board" } else { "board" };
        let scope = self.industry().map(|slug| format!(" of {slug}")).unwrap_or_default();
        format!("{place} {} {}{scope}", self.metric, self.period)
    }
}

/// What was compared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub boards: usize,
    pub rows: usize,
    pub unnamed: usize,
}

/// By place (pinned or state) and key, each version of a board.
pub type Versions = BTreeMap<(bool, String), Vec<Shown>>;

/// All versions of boards that are in the events, by time.
pub fn versions<'a>(events: impl Iterator<Item = &'a Event>, found: &mut Findings) -> Versions {
    let mut versions = Versions::new();
    for event in events {
        let state = event.state_key.as_ref().filter(|_| event.kind == STATE);
        let card = event.card("board").filter(|card| !event.is_answer() && card["you"].is_null());
        let Some(content) = state.map(|_| &event.content).or(card) else { continue };
        if state.is_some() && content.as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        let mut shown: Shown = match serde_json::from_value(content.clone()) {
            Ok(shown) => shown,
            Err(error) => {
                found.differs(format!("a board cannot be read: {error}"));
                continue;
            }
        };
        if let Some(key) = state.filter(|key| **key != shown.key()) {
            found.differs(format!("the state {key} holds the {}", shown.name()));
        }
        shown.is_pinned = state.is_none();
        if !shown.is_final && shown.selection.is_none() {
            versions.entry((shown.is_pinned, shown.key())).or_default().push(shown);
        }
    }
    for list in versions.values_mut() {
        list.sort_by_key(|shown| shown.updated_at);
    }
    versions
}

/// Which version is compared with which extract: the newest whole extract at which the board stood still
/// and of which we have the version that stood there then. None where the board has moved since, and
/// what stood before is not here.
#[must_use]
pub fn pair<'a>(list: &'a [Shown], extracts: &[&Extract]) -> Option<(&'a Shown, usize)> {
    let key = list.first()?.key();
    (0..extracts.len()).rev().find_map(|at| {
        let extract = extracts.get(at)?;
        let moves = extract.moving.iter().any(|one| *one == key || one == ALL);
        let stood = list.iter().rev().find(|shown| shown.updated_at <= extract.at);
        stood.filter(|_| extract.whole && !moves).map(|shown| (shown, at))
    })
}

/// Compares one board; what differs is a finding.
pub fn compare(shown: &Shown, sums: &Sums, count: &mut Count, found: &mut Findings) {
    let name = shown.name();
    let expected = sums.named(shown.metric, shown.period, shown.industry());
    let mut missing = expected.clone();
    count.boards += 1;
    for row in &shown.standings {
        let Some(id) = shown.partner(row) else {
            count.unnamed += 1;
            continue;
        };
        count.rows += 1;
        match missing.remove(&id) {
            Some(score) if score == row.score => {}
            Some(score) => found
                .differs(format!("{name}: {id} shows {}, the extracts make {score}", row.score)),
            None if expected.contains_key(&id) => {
                found.differs(format!("{name}: {id} stands there twice"));
            }
            None => found.differs(format!(
                "{name}: {id} shows {}, the extracts tell of no score",
                row.score
            )),
        }
    }
    let rows = i64::try_from(shown.standings.len()).unwrap_or(i64::MAX);
    let is_cut = shown.standings.len() >= CUT_MIN && rows < shown.participants;
    let last = shown.standings.last().map_or(0, |row| row.score);
    for (id, score) in missing.iter().filter(|(_, score)| !is_cut || **score > last) {
        found.differs(format!("{name}: {id} is missing, the extracts make {score}"));
    }
    if !shown.is_pinned {
        participants(shown, expected.len(), is_cut, found);
    }
    ranks(shown, found);
}

/// How many there are: everybody with a name, and those without one.
fn participants(shown: &Shown, named: usize, is_cut: bool, found: &mut Findings) {
    let named = i64::try_from(named).unwrap_or(i64::MAX);
    let rows = i64::try_from(shown.standings.len()).unwrap_or(i64::MAX);
    let left_out = shown.participants < ANONYMOUS_FROM;
    if shown.participants < named || shown.participants < rows {
        found.differs(format!(
            "{}: {} participants, the extracts make {named} with a name",
            shown.name(),
            shown.participants
        ));
    } else if rows < shown.participants && !is_cut && !left_out {
        found.differs(format!("{}: rows are missing", shown.name()));
    }
}

/// Rank, order and ties. Among few participants rows without a name are left out, and count in ranks.
pub fn ranks(shown: &Shown, found: &mut Findings) {
    let rows = &shown.standings;
    let few = shown.participants < ANONYMOUS_FROM;
    let hidden = shown.participants - i64::try_from(rows.len()).unwrap_or(i64::MAX);
    for (at, row) in rows.iter().enumerate() {
        let greater = rows.iter().filter(|other| other.score > row.score).count();
        let low = i64::try_from(greater).unwrap_or(i64::MAX).saturating_add(1);
        let high = if few { low.saturating_add(hidden.max(0)) } else { low };
        let rank = i64::from(row.rank);
        let falls = at > 0 && rows.get(at - 1).is_some_and(|before| before.score < row.score);
        if row.score <= 0 || falls || rank < low || rank > high {
            found.differs(format!(
                "{}: place {} of {} rows has rank {rank} and score {}",
                shown.name(),
                at + 1,
                rows.len(),
                row.score
            ));
            return;
        }
    }
}
