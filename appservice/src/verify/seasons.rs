//! Final results as they were told, against what the extracts make of a period that takes nothing more.
use super::Findings;
use super::boards::{Count, Shown, ranks};
use super::events::Event;
use super::sums::Sums;
use schema::card::Season;
use schema::period::{Calendar, GRACE_DAYS};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;

/// What was said of closed periods.
#[derive(Debug, Default)]
pub struct Told {
    seasons: BTreeMap<String, Season>,
    /// Final boards in the threads below.
    boards: Vec<Shown>,
}

pub fn told<'a>(events: impl Iterator<Item = &'a Event>, found: &mut Findings) -> Told {
    let mut told = Told::default();
    for event in events {
        if let Some(card) = event.card("season") {
            match serde_json::from_value::<Season>(card.clone()) {
                Ok(season) => take(&season, &mut told, found),
                Err(error) => found.differs(format!("a result cannot be read: {error}")),
            }
        }
        let card = event.card("board").filter(|card| card["final"] == true);
        if let Some(Ok(shown)) = card.map(|card| serde_json::from_value::<Shown>(card.clone())) {
            // An answer (a notice) may be about the organizations of an industry, which its card does not name.
            if !(shown.is_of_organizations() && event.content["msgtype"] == "m.notice") {
                told.boards.push(shown);
            }
        }
    }
    told
}

/// A result that is told twice is the same.
fn take(season: &Season, told: &mut Told, found: &mut Findings) {
    let period = season.period.to_string();
    let before = told.seasons.entry(period.clone()).or_insert_with(|| season.clone());
    let mark = |one: &Season| (one.hash.clone(), one.ledger_seq, one.ledger_hash.clone());
    if mark(before) != mark(season) {
        found.differs(format!("the result of {period} was told twice, and not the same"));
    }
}

impl Told {
    /// Heads that results name.
    pub fn heads(&self) -> impl Iterator<Item = (i64, &str, String)> {
        self.seasons.iter().map(|(period, season)| {
            (season.ledger_seq, season.ledger_hash.as_str(), format!("the result of {period}"))
        })
    }

    /// No extract tells of organizations, so their places are held against each other: wherever a board of
    /// theirs was told, it begins alike.
    fn organizations(&self, found: &mut Findings) {
        let mut longest: BTreeMap<String, Vec<(u32, &str, i64)>> = BTreeMap::new();
        let told: Vec<Shown> = self.seasons.values().flat_map(first_places).collect();
        for shown in told.iter().chain(&self.boards).filter(|shown| shown.is_of_organizations()) {
            let rows =
                shown.standings.iter().map(|row| (row.rank, row.partner.as_str(), row.score));
            let rows: Vec<_> = rows.collect();
            let known = longest.entry(shown.name()).or_default();
            if known.iter().zip(&rows).any(|(one, other)| one != other) {
                found.differs(format!("final {} was told twice, and not the same", shown.name()));
            }
            if rows.len() > known.len() {
                *known = rows;
            }
        }
    }

    /// Compares all results; gives how many there were, and how many took nothing more when the first extract
    /// was made.
    pub fn compare(
        &self,
        made: &Made<'_>,
        count: &mut Count,
        found: &mut Findings,
    ) -> (usize, usize) {
        let mut early = 0;
        for season in self.seasons.values() {
            if made.closes_at(season) <= made.begun_at {
                early += 1;
                continue;
            }
            for shown in first_places(season) {
                made.compare(&shown, season, count, found);
            }
        }
        self.organizations(found);
        for shown in &self.boards {
            let season = self.seasons.get(&shown.period.to_string());
            let season = season.filter(|season| made.closes_at(season) > made.begun_at);
            if let Some(season) = season {
                made.compare(shown, season, count, found);
            }
        }
        (self.seasons.len() - early, early)
    }
}

/// The boards that a result itself shows.
fn first_places(season: &Season) -> impl Iterator<Item = Shown> {
    season.boards.iter().map(|board| Shown {
        metric: board.board.metric,
        period: board.board.period,
        scope: board.board.scope.clone(),
        standings: board.standings.clone(),
        participants: board.participants,
        is_final: true,
        updated_at: season.closed_at,
        selection: None,
        is_pinned: false,
    })
}

/// What the extracts make, and since when they do.
pub struct Made<'a> {
    pub sums: &'a Sums,
    pub calendar: Option<&'a Calendar>,
    /// When the first extract was made.
    pub begun_at: i64,
}

impl Made<'_> {
    fn closes_at(&self, season: &Season) -> i64 {
        let exact = self.calendar.and_then(|calendar| calendar.closes_at(season.period));
        exact.unwrap_or_else(|| season.to.saturating_add(GRACE_DAYS * DAY_MS))
    }

    /// The first places: each with its score, and in their order.
    fn compare(&self, shown: &Shown, season: &Season, count: &mut Count, found: &mut Findings) {
        count.boards += 1;
        let name = format!("final {}", shown.name());
        let made = self.sums.all(shown.metric, shown.period, shown.industry());
        for row in &shown.standings {
            let Some(id) = shown.partner(row) else {
                count.unnamed += 1;
                continue;
            };
            match (self.sums.knows(id, self.closes_at(season)), made.get(&id)) {
                (Some(true), Some(score)) if *score == row.score => count.rows += 1,
                (Some(true), score) => found.differs(format!(
                    "{name}: {id} has {}, the extracts make {}",
                    row.score,
                    score.copied().unwrap_or_default()
                )),
                // Who showed their name only when the period took nothing more.
                (Some(false), _) => count.unnamed += 1,
                (None, _) => found.untold(format!("{name}: no extract tells of {id}")),
            }
        }
        ranks(shown, found);
    }
}
