//! The boards as the extracts make them: every row added to the boards of its periods. Nothing here knows
//! how the program keeps its own.
use super::Findings;
use schema::card::Extract;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::{Calendar, Period};
use std::collections::{BTreeMap, BTreeSet};

type Board = (Metric, Period, Option<String>);

/// What was told up to one extract.
#[derive(Debug, Default)]
pub struct Sums {
    scores: BTreeMap<Board, BTreeMap<PartnerId, i64>>,
    withheld: BTreeSet<PartnerId>,
    /// For each partner, the time up to which nothing was told of them when they began to be told of (again):
    /// of periods that were closed by then the extracts know nothing, or not all.
    blind_until: BTreeMap<PartnerId, i64>,
    /// When the last whole extract was made.
    whole_at: Option<i64>,
}

impl Sums {
    /// Adds an extract. With a calendar, that nothing counts in a period that was closed is checked, too.
    pub fn add(&mut self, told: &Extract, calendar: Option<&Calendar>, found: &mut Findings) {
        self.withheld.extend(&told.withheld);
        let before = self.whole_at.unwrap_or(told.at);
        for id in &told.shown {
            self.withheld.remove(id);
            self.blind_until.insert(*id, before);
        }
        for moves in &told.moves {
            for period in moves.periods.iter().filter(|one| self.was_closed(**one, calendar)) {
                let n = told.n;
                found.differs(format!("extract no. {n} changes {period}, which was closed before"));
            }
            for row in &moves.rows {
                self.blind_until.entry(row.partner).or_insert(before);
                if self.withheld.contains(&row.partner) {
                    let (n, id) = (told.n, row.partner);
                    found.differs(format!("extract no. {n} tells of {id}, who is withheld"));
                }
                let parts = [
                    (Metric::Revenue, row.revenue),
                    (Metric::Clients, row.clients),
                    (Metric::Penetration, row.penetration),
                    (Metric::Help, row.help),
                ];
                for (metric, by) in parts.into_iter().filter(|(_, by)| *by != 0) {
                    for period in &moves.periods {
                        let board = (metric, *period, row.industry.clone());
                        self.move_by(&board, row.partner, by, (told.n, found));
                    }
                }
            }
        }
        if told.whole {
            self.whole_at = Some(told.at);
        }
    }

    fn move_by(
        &mut self,
        board: &Board,
        partner: PartnerId,
        by: i64,
        (n, found): (i64, &mut Findings),
    ) {
        let score = self.scores.entry(board.clone()).or_default().entry(partner).or_default();
        *score = score.saturating_add(by);
        if *score < 0 {
            let (metric, period, _) = board;
            found.differs(format!(
                "extract no. {n} takes more {metric} of {period} from {partner} than was told"
            ));
        }
    }

    fn was_closed(&self, period: Period, calendar: Option<&Calendar>) -> bool {
        let closes = calendar.and_then(|calendar| calendar.closes_at(period));
        closes.zip(self.whole_at).is_some_and(|(closes, whole)| closes <= whole)
    }

    /// Everybody's score above 0 on a board, shown or withheld.
    #[must_use]
    pub fn all(
        &self,
        metric: Metric,
        period: Period,
        industry: Option<&str>,
    ) -> BTreeMap<PartnerId, i64> {
        let mut scores = BTreeMap::new();
        if metric == Metric::Breadth {
            // In how many industries something is left.
            for ((of, when, slug), board) in &self.scores {
                if *of == Metric::Revenue && *when == period && slug.is_some() {
                    for id in board.iter().filter(|(_, score)| **score > 0).map(|(id, _)| *id) {
                        *scores.entry(id).or_default() += 1;
                    }
                }
            }
            return scores;
        }
        let board = self.scores.get(&(metric, period, industry.map(str::to_owned)));
        scores.extend(board.into_iter().flatten().filter(|(_, score)| **score > 0));
        scores
    }

    /// Those of them who show their name.
    #[must_use]
    pub fn named(
        &self,
        metric: Metric,
        period: Period,
        industry: Option<&str>,
    ) -> BTreeMap<PartnerId, i64> {
        let mut scores = self.all(metric, period, industry);
        scores.retain(|id, _| !self.withheld.contains(id));
        scores
    }

    /// Whether the extracts tell all of a partner that counted in a period that closed at an instant; none
    /// where they never told of them.
    #[must_use]
    pub fn knows(&self, partner: PartnerId, closes_at: i64) -> Option<bool> {
        self.blind_until.get(&partner).map(|until| closes_at > *until)
    }
}
