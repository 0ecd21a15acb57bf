//! Final results as they were told, against what the extracts make of a period that takes nothing more.
use super::Findings;
use super::boards::{Count, Shown, ranks};
use super::events::Event;
use super::sums::Sums;
use schema::card::Season;
use schema::ids::PartnerId;
use std::collections::BTreeMap;

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
                Ok(season) => take(season, &mut told, found),
                Err(error) => found.differs(format!("a result cannot be read: {error}")),
            }
        }
        let card = event.card("board").filter(|card| card["final"] == true);
        if let Some(Ok(shown)) = card.map(|card| serde_json::from_value::<Shown>(card.clone())) {
            told.boards.push(shown);
        }
    }
    told
}

/// A result that is told twice is the same.
fn take(season: Season, told: &mut Told, found: &mut Findings) {
    let period = season.period.to_string();
    let before = told.seasons.entry(period.clone()).or_insert_with(|| season.clone());
    let mark = |one: &Season| (one.hash.clone(), one.ledger_seq, one.ledger_hash.clone());
    if mark(before) != mark(&season) {
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

    /// Compares all results; gives how many there were, and how many were over before the extracts began.
    pub fn compare(
        &self,
        sums: &Sums,
        begun_at: i64,
        count: &mut Count,
        found: &mut Findings,
    ) -> (usize, usize) {
        let mut early = 0;
        for season in self.seasons.values() {
            if over_before(season, begun_at) {
                early += 1;
                continue;
            }
            for board in &season.boards {
                let shown = Shown {
                    metric: board.board.metric,
                    period: board.board.period,
                    scope: board.board.scope.clone(),
                    standings: board.standings.clone(),
                    participants: board.participants,
                    is_final: true,
                    updated_at: season.closed_at,
                    selection: None,
                    is_pinned: false,
                };
                compare(&shown, sums, count, found);
            }
        }
        for shown in &self.boards {
            let season = self.seasons.get(&shown.period.to_string());
            if season.is_some_and(|season| !over_before(season, begun_at)) {
                compare(shown, sums, count, found);
            }
        }
        (self.seasons.len() - early, early)
    }
}

/// A period that took nothing more when the first extract was made is in none.
fn over_before(season: &Season, begun_at: i64) -> bool {
    // Its grace is seven full days; a day more or less by the clock's changes.
    const GRACE_MS: i64 = 8 * 86_400_000;
    season.to.saturating_add(GRACE_MS) <= begun_at || season.closed_at <= begun_at
}

/// The first places: each with its score, in their order, and nobody above the last one left out.
fn compare(shown: &Shown, sums: &Sums, count: &mut Count, found: &mut Findings) {
    count.boards += 1;
    let name = format!("final {}", shown.name());
    let made = sums.all(shown.metric, shown.period, shown.industry());
    for row in &shown.standings {
        let Ok(id) = row.partner.parse::<PartnerId>() else {
            count.unnamed += 1;
            continue;
        };
        let late = sums.since(id).is_none_or(|since| since > shown.updated_at);
        match made.get(&id) {
            Some(score) if *score == row.score => count.rows += 1,
            Some(score) if !late => {
                found.differs(format!("{name}: {id} has {}, the extracts make {score}", row.score))
            }
            None if !late => {
                found.differs(format!("{name}: {id} has {}, the extracts make none", row.score));
            }
            // Told of only since, or never: by name they stand there for another reason.
            _ => found.untold(format!("{name}: of {id} no extract tells up to the close")),
        }
    }
    ranks(shown, found);
}
