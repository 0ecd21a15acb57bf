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
    let mut own = Own::default();
    for (seq, body) in crate::ledger::store::bodies_of(work.tx, &credit_account(partner)).await? {
        own.take(seq, &body)?;
    }
    let scores = starts::with(work, |doubled| own.scores(partner, &mut periods, doubled)).await?;
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
#[derive(Default)]
struct Own(Vec<(i64, Sealed)>);

impl Own {
    fn take(&mut self, seq: i64, body: &str) -> Result<(), Fault> {
        // Two parts in one entry are two postings of it.
        if self.0.last().is_none_or(|last| last.0 != seq) {
            let sealed = Sealed::read(body).map_err(|error| Fault::Data(error.to_string()))?;
            self.0.push((seq, sealed));
        }
        Ok(())
    }

    /// `None` where a score is larger than the wire carries.
    fn scores(
        &self,
        partner: PartnerId,
        periods: &mut Periods<'_>,
        doubled: &dyn Fn(&str, Period) -> bool,
    ) -> Option<BTreeMap<BoardKey, Score>> {
        let entries = self.0.iter().map(|(seq, sealed)| rules::Posted {
            seq: *seq,
            at: sealed.at,
            body: &sealed.body,
        });
        rules::replay_partner(partner, entries, periods, doubled).ok()
    }
}

/// The first difference between the stored standings and a replay of the whole ledger. Holds one
/// partner's entries at a time, and for each partner one number.
///
/// # Errors
/// When the database refuses.
pub async fn differs_from_replay(
    connection: &mut Conn,
    calendar: &Calendar,
) -> Result<Option<String>, Fault> {
    let mut sums = Sums::default();
    let starts = Starts::read(connection).await?;
    let mut group = Group {
        starts: &starts,
        periods: Periods::of(calendar),
        account: String::new(),
        own: Own::default(),
        sums: &mut sums,
    };
    store::each_credit(connection, |account, seq, body| group.take(account, seq, body)).await?;
    group.close()?;
    help::each(connection, calendar, |partner, key, score| sums.replayed(partner, key, score))
        .await?;
    store::each(connection, |board, partner, score| sums.stored(partner, board, score)).await?;
    match sums.odd() {
        Some(partner) => difference(connection, partner, calendar).await.map(Some),
        None => organizations::differs(connection, calendar).await,
    }
}

/// The entries of the account that is being read.
struct Group<'a> {
    starts: &'a Starts,
    periods: Periods<'a>,
    account: String,
    own: Own,
    sums: &'a mut Sums,
}

impl Group<'_> {
    fn take(&mut self, account: &str, seq: i64, body: &str) -> Result<(), Fault> {
        if self.account != account {
            self.close()?;
            account.clone_into(&mut self.account);
        }
        self.own.take(seq, body)
    }

    fn close(&mut self) -> Result<(), Fault> {
        let own = std::mem::take(&mut self.own);
        if own.0.is_empty() {
            return Ok(());
        }
        let partner = partner_of(&self.account)?;
        let doubled = |industry: &str, period| self.starts.doubled(industry, period);
        let scores =
            own.scores(partner, &mut self.periods, &doubled).ok_or(Fault::Overflow("a replay"))?;
        for (key, score) in scores.iter().filter(|(_, score)| score.score != 0) {
            self.sums.replayed(partner, key, *score);
        }
        Ok(())
    }
}

fn partner_of(account: &str) -> Result<PartnerId, Fault> {
    let id = account.strip_prefix("credit:").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Fault::Data(format!("{account} is no partner's account")))
}

/// The first board on which a partner's stored and replayed scores differ, in words.
async fn difference(
    connection: &mut Conn,
    partner: PartnerId,
    calendar: &Calendar,
) -> Result<String, Fault> {
    let mut own = Own::default();
    for (seq, body) in crate::ledger::store::bodies_of(connection, &credit_account(partner)).await?
    {
        own.take(seq, &body)?;
    }
    let starts = Starts::read(connection).await?;
    let doubled = |industry: &str, period: Period| starts.doubled(industry, period);
    let scores = own.scores(partner, &mut Periods::of(calendar), &doubled);
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
    Ok(board.map_or_else(
        || format!("those of {partner}"),
        |board| {
            let (stored, replayed) = (said(stored.get(board)), said(replayed.get(board)));
            format!("{board} of {partner}: stored {stored}, replayed {replayed}")
        },
    ))
}
