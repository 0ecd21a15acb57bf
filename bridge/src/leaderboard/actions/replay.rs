//! Scores from the ledger alone: after a fall, after an import, and to see whether the stored ones are
//! right. One partner at a time: what a partner scores depends on nobody else's entries.
use super::super::live::Live;
use super::super::rules::{self, BoardKey, Periods, Score};
use super::super::store;
use super::sums::Sums;
use super::{Starts, help, organizations, show, starts, too_much};
use crate::ledger::rules::{Sealed, credit_account};
use crate::platform::db::Conn;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::ids::PartnerId;
use schema::period::{Calendar, Period};
use std::collections::{BTreeMap, BTreeSet};

/// A partner's scores from their own entries: tells when a score that was fallen back to had first
/// been reached.
pub(super) async fn of_partner(
    work: &mut Work<'_>,
    partner: PartnerId,
) -> Result<BTreeMap<BoardKey, Score>, Fault> {
    let calendar = work.program.calendar.clone();
    let mut periods = Periods::of(&calendar);
    let own = own(work.tx, partner).await?;
    let scores = starts::with(work, |doubled| scores(&own, partner, &mut periods, doubled)).await?;
    scores.ok_or(Fault::Overflow("a replay"))
}

/// Makes a partner's standings what their entries say, and asks for the open boards that moved.
///
/// # Errors
/// A refusal when a score would leave what the wire carries.
pub async fn rebuild(work: &mut Work<'_>, partner: PartnerId) -> Result<(), Stop> {
    let scores = match of_partner(work, partner).await {
        Ok(scores) => scores,
        Err(Fault::Overflow(_)) => return Err(too_much().into()),
        Err(fault) => return Err(fault.into()),
    };
    let mut live = work.memory.take::<Live>();
    let asked = organizations::credited(work, &mut live, &BTreeSet::from([partner])).await;
    work.memory.put(live);
    asked?;
    let today = work.today();
    for (key, score) in scores {
        let old = store::score(work.tx, &key.to_string(), partner).await?;
        if old == Some(score) || (old.is_none() && score.score == 0) {
            continue;
        }
        store::set(work.tx, &key.to_string(), partner, score).await?;
        if work.program.calendar.period_of(key.period.kind(), today) == key.period {
            show(work, &key);
        }
    }
    Ok(())
}

/// A partner's entries, in order.
async fn own(connection: &mut Conn, partner: PartnerId) -> Result<Vec<(i64, Sealed)>, Fault> {
    let bodies = crate::ledger::store::bodies_of(connection, &credit_account(partner)).await?;
    let read = |(seq, body): &(i64, String)| {
        let sealed = Sealed::read(body).map_err(|error| Fault::Data(error.to_string()))?;
        Ok((*seq, sealed))
    };
    bodies.iter().map(read).collect()
}

/// `None` where a score is larger than the wire carries.
fn scores(
    entries: &[(i64, Sealed)],
    partner: PartnerId,
    periods: &mut Periods<'_>,
    doubled: &dyn Fn(&str, Period) -> bool,
) -> Option<BTreeMap<BoardKey, Score>> {
    let entries = entries.iter().map(|(seq, sealed)| rules::Posted {
        seq: *seq,
        at: sealed.at,
        body: &sealed.body,
    });
    rules::replay_partner(partner, entries, periods, doubled).ok()
}

/// The standings that the ledger makes, from which the stored ones are taken off: for each partner one
/// number is held.
pub struct Replay<'a> {
    starts: Starts,
    calendar: &'a Calendar,
    periods: Periods<'a>,
    sums: Sums,
}

impl<'a> Replay<'a> {
    /// # Errors
    /// When the database refuses.
    pub async fn begin(connection: &mut Conn, calendar: &'a Calendar) -> Result<Self, Fault> {
        let (starts, periods) = (Starts::read(connection).await?, Periods::of(calendar));
        Ok(Self { starts, calendar, periods, sums: Sums::default() })
    }

    /// None yet: can be read while entries are taken.
    #[must_use]
    pub fn stored(&self) -> Stored {
        Stored(self.sums.beside())
    }

    /// Takes all entries of a partner.
    ///
    /// # Errors
    /// When a score would leave what the wire carries.
    pub fn take(&mut self, partner: PartnerId, entries: &[(i64, Sealed)]) -> Result<(), Fault> {
        let doubled = |industry: &str, period| self.starts.doubled(industry, period);
        let scores = scores(entries, partner, &mut self.periods, &doubled);
        let scores = scores.ok_or(Fault::Overflow("a replay"))?;
        for (key, score) in scores.iter().filter(|(_, score)| score.score != 0) {
            self.sums.replayed(partner, key, *score);
        }
        Ok(())
    }

    /// Takes what was asked and answered, which is no partner's entry; the first organization whose totals
    /// are others than what its members' are, in words.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish(&mut self, connection: &mut Conn) -> Result<Option<String>, Fault> {
        let (sums, calendar) = (&mut self.sums, self.calendar);
        help::each(connection, calendar, |partner, key, score| sums.replayed(partner, key, score))
            .await?;
        organizations::differs(connection, calendar).await
    }

    /// The first difference between the stored standings and what was taken, in words. Those may have been
    /// read a moment before or after: what differs is looked at once more, all of it at one instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn difference(
        mut self,
        connection: &mut Conn,
        stored: &Stored,
    ) -> Result<Option<String>, Fault> {
        self.sums.add(&stored.0);
        for partner in self.sums.odd() {
            if let Some(odd) = difference(connection, partner, self.calendar).await? {
                return Ok(Some(odd));
            }
        }
        Ok(None)
    }
}

/// The stored standings, for a [`Replay`] to be compared with.
pub struct Stored(Sums);

impl Stored {
    /// Reads all of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(mut self, connection: &mut Conn) -> Result<Self, Fault> {
        let sums = &mut self.0;
        store::each(connection, |board, partner, score| sums.stored(partner, board, score)).await?;
        Ok(self)
    }
}

/// The first board on which a partner's stored and replayed scores differ, in words.
async fn difference(
    connection: &mut Conn,
    partner: PartnerId,
    calendar: &Calendar,
) -> Result<Option<String>, Fault> {
    let own = own(connection, partner).await?;
    let starts = Starts::read(connection).await?;
    let doubled = |industry: &str, period: Period| starts.doubled(industry, period);
    let scores = scores(&own, partner, &mut Periods::of(calendar), &doubled);
    let mut scores = scores.ok_or(Fault::Overflow("a replay"))?;
    help::each(connection, calendar, |helper, key, score| {
        if helper == partner {
            scores.insert(key.clone(), score);
        }
    })
    .await?;
    let replayed: BTreeMap<String, Score> = scores
        .into_iter()
        .filter(|(_, score)| score.score != 0)
        .map(|(key, score)| (key.to_string(), score))
        .collect();
    let stored: BTreeMap<String, Score> =
        store::of_partner(connection, partner).await?.into_iter().collect();
    let mut boards = replayed.keys().chain(stored.keys());
    let board = boards.find(|board| stored.get(*board) != replayed.get(*board));
    let said = |score: Option<&Score>| {
        score
            .map_or_else(|| "nothing".to_owned(), |s| format!("{} since {}", s.score, s.reached_at))
    };
    Ok(board.map(|board| {
        let (stored, replayed) = (said(stored.get(board)), said(replayed.get(board)));
        format!("{board} of {partner}: stored {stored}, replayed {replayed}")
    }))
}
