//! One entry of the commission book, with the move that statements show.
use crate::commission::store::lines::LineRow;
use crate::commission::store::moves::{self, MoveRow};
use crate::ledger::{
    self,
    rules::{Change, Commission, EntryBody},
};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

/// Which entry it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Earned,
    Adjusted,
    Released,
    DisputeOpened,
    DisputeWon,
    DisputeLost,
}

impl Kind {
    const fn source(self) -> &'static str {
        match self {
            Self::Earned => "commission.earned",
            Self::Adjusted => "commission.adjusted",
            Self::Released => "commission.released",
            Self::DisputeOpened => "dispute.opened",
            Self::DisputeWon => "dispute.won",
            Self::DisputeLost => "dispute.lost",
        }
    }

    const fn body(self, commission: Commission) -> EntryBody {
        match self {
            Self::Earned => EntryBody::CommissionEarned(commission),
            Self::Adjusted => EntryBody::CommissionAdjusted(commission),
            Self::Released => EntryBody::CommissionReleased(commission),
            Self::DisputeOpened => EntryBody::DisputeOpened(commission),
            Self::DisputeWon => EntryBody::DisputeWon(commission),
            Self::DisputeLost => EntryBody::DisputeLost(commission),
        }
    }
}

/// Where an entry comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub kind: Kind,
    /// Unique among entries of its kind, with the line.
    pub id: &'a str,
    pub follows: i64,
    pub reason: &'a str,
}

/// Posts a change of a line.
pub async fn post(
    work: &mut Work<'_>,
    line: &LineRow,
    change: Change,
    origin: Origin<'_>,
) -> Result<(), Fault> {
    let body = origin.kind.body(Commission {
        sale: line.sale,
        partner: line.partner,
        rule: line.rule,
        currency: line.currency,
        base: line.base,
        change,
        follows: origin.follows,
    });
    let id = format!("{}:{}:{}", origin.id, line.sale, line.partner);
    record(work, (origin.kind.source(), &id), &body, origin.reason).await?;
    Ok(())
}

/// Posts an entry of the commission book, and what it moves for a partner; gives its `seq`.
///
/// # Errors
/// When the database refuses, or the same source was posted with another body.
pub async fn record(
    work: &mut Work<'_>,
    (source, id): (&'static str, &str),
    body: &EntryBody,
    reason: &str,
) -> Result<i64, Fault> {
    let posted = ledger::actions::post(work, source, id, body).await?;
    if let Some(moved) = body.moved().filter(|_| !posted.replayed) {
        super::forget(work, moved.partner);
        let row = MoveRow {
            seq: posted.seq,
            at: posted.posted_at,
            kind: source.to_owned(),
            moved,
            reason: reason.to_owned(),
        };
        moves::insert(work.tx, &row).await?;
    }
    Ok(posted.seq)
}
