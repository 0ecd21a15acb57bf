//! Reads of the commission book for statements.
pub mod team;

use super::rules::Line;
use crate::commission::rules::Terms;
use crate::ledger::rules::Change;
use crate::platform::db::Conn;
use schema::ids::{PartnerId, SaleNumber};
use schema::money::Currency;
use sqlx::Row as _;
use sqlx::any::AnyRow;

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("statement: {what}").into())
}

/// Which part of the book is read: entries of a time, or after one and up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// By ledger time, half-open, epoch milliseconds.
    pub from: i64,
    pub to: i64,
    /// By `seq`: those after the first, up to the last.
    pub after: i64,
    pub last: i64,
}

impl Span {
    #[must_use]
    pub const fn time(from: i64, to: i64) -> Self {
        Self { from, to, after: 0, last: i64::MAX }
    }

    #[must_use]
    pub const fn entries(after: i64, last: i64) -> Self {
        Self { from: i64::MIN, to: i64::MAX, after, last }
    }
}

/// A partner's accounts as they stood before a span.
///
/// # Errors
/// When the database refuses.
pub async fn before(
    tx: &mut Conn,
    partner: PartnerId,
    span: Span,
) -> Result<Vec<(Currency, Change)>, sqlx::Error> {
    let rows = sqlx::query(
        "select currency, cast(sum(held_minor) as bigint), cast(sum(payable_minor) as bigint), \
         cast(sum(disputed_minor) as bigint) from commission_move \
         where partner_id = $1 and (at < $2 or seq <= $3) group by currency",
    )
    .bind(partner.to_string())
    .bind(span.from)
    .bind(span.after)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let currency = Currency::parse(&row.try_get::<String, _>(0)?);
            Ok((currency.map_err(|_| bad("currency"))?, change(row, 1)?))
        })
        .collect()
}

fn change(row: &AnyRow, first: usize) -> Result<Change, sqlx::Error> {
    Ok(Change {
        held: row.try_get(first)?,
        payable: row.try_get(first + 1)?,
        disputed: row.try_get(first + 2)?,
    })
}

/// A partner's entries of a span, in ledger order.
///
/// # Errors
/// When the database refuses.
pub async fn lines(
    tx: &mut Conn,
    partner: PartnerId,
    span: Span,
) -> Result<Vec<Line>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.seq, m.at, m.kind, s.number, c.name, r.name, l.rule_version, l.terms, m.payout, \
         m.currency, m.base_minor, m.held_minor, m.payable_minor, m.disputed_minor, m.reason, s.effective_on \
         from commission_move m \
         left join sale s on s.id = m.sale_id \
         left join client c on c.id = s.client_id \
         left join commission_line l on l.sale_id = m.sale_id and l.partner_id = m.partner_id \
         left join rule r on r.n = l.rule_n and r.version = l.rule_version \
         where m.partner_id = $1 and m.at >= $2 and m.at < $3 and m.seq > $4 and m.seq <= $5 \
         order by m.seq",
    )
    .bind(partner.to_string())
    .bind(span.from)
    .bind(span.to)
    .bind(span.after)
    .bind(span.last)
    .fetch_all(tx)
    .await?;
    rows.iter().map(line).collect()
}

/// When the next hold of a partner's commission ends.
///
/// # Errors
/// When the database refuses.
pub async fn next_release(tx: &mut Conn, partner: PartnerId) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query(
        "select min(release_at) from commission_line where partner_id = $1 and released_at is null",
    )
    .bind(partner.to_string())
    .fetch_one(tx)
    .await?
    .try_get(0)
}

fn line(row: &AnyRow) -> Result<Line, sqlx::Error> {
    let maybe = |column: usize| row.try_get::<Option<String>, _>(column);
    let terms = maybe(7)?.map(|text| serde_json::from_str::<Terms>(&text)).transpose();
    let terms = terms.map_err(|_| bad("terms"))?;
    let version = row.try_get::<Option<i64>, _>(6)?;
    Ok(Line {
        seq: row.try_get(0)?,
        at: row.try_get(1)?,
        kind: row.try_get(2)?,
        sale: row.try_get::<Option<i64>, _>(3)?.map(SaleNumber),
        on: maybe(15)?.map(|on| on.parse()).transpose().map_err(|_| bad("day"))?,
        client: maybe(4)?,
        rule: maybe(5)?.zip(version),
        terms,
        payout: row.try_get(8)?,
        currency: Currency::parse(&row.try_get::<String, _>(9)?).map_err(|_| bad("currency"))?,
        base: row.try_get(10)?,
        change: change(row, 11)?,
        reason: row.try_get(14)?,
    })
}
