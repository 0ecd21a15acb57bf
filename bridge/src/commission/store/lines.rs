//! Rows of commission lines, and what they need to know of a partner's other sales.
use super::bad;
use crate::commission::rules::{Held, Month, Terms};
use crate::ledger::rules::RuleRef;
use crate::platform::db::Conn;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::Currency;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A partner's commission on a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    pub sale: SaleId,
    pub partner: PartnerId,
    pub rule: RuleRef,
    pub terms: Terms,
    pub currency: Currency,
    /// The month in which its cap and tiers count, as `2026-11`.
    pub month: String,
    /// The part of the sale that is left, minor units.
    pub base: i64,
    /// Of it, what nobody disputes.
    pub clear: i64,
    pub pinned_at: i64,
    pub release_at: Option<i64>,
    pub released_at: Option<i64>,
    /// What is posted.
    pub posted: Held,
}

macro_rules! select_line {
    ($rest:literal) => {
        concat!(
            "select l.sale_id, l.partner_id, l.rule_n, l.rule_version, l.terms, l.currency, l.month, \
             l.base_minor, l.clear_minor, l.pinned_at, l.release_at, l.released_at, \
             coalesce((select cast(sum(m.held_minor + m.payable_minor + m.disputed_minor) as bigint) \
             from commission_move m where m.sale_id = l.sale_id and m.partner_id = l.partner_id), 0), \
             coalesce((select cast(sum(m.disputed_minor) as bigint) \
             from commission_move m where m.sale_id = l.sale_id and m.partner_id = l.partner_id), 0) \
             from commission_line l ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<LineRow, sqlx::Error> {
    let text = |column: usize| row.try_get::<String, _>(column);
    Ok(LineRow {
        sale: text(0)?.parse().map_err(|_| bad("sale"))?,
        partner: text(1)?.parse().map_err(|_| bad("partner"))?,
        rule: RuleRef { rule: row.try_get(2)?, version: row.try_get(3)? },
        terms: serde_json::from_str(&text(4)?).map_err(|_| bad("terms"))?,
        currency: Currency::parse(&text(5)?).map_err(|_| bad("currency"))?,
        month: text(6)?,
        base: row.try_get(7)?,
        clear: row.try_get(8)?,
        pinned_at: row.try_get(9)?,
        release_at: row.try_get(10)?,
        released_at: row.try_get(11)?,
        posted: Held { total: row.try_get(12)?, disputed: row.try_get(13)? },
    })
}

/// The lines of a sale.
///
/// # Errors
/// When the database refuses.
pub async fn of_sale(tx: &mut Conn, sale: SaleId) -> Result<Vec<LineRow>, sqlx::Error> {
    let rows = sqlx::query(select_line!("where l.sale_id = $1 order by l.partner_id"))
        .bind(sale.to_string())
        .fetch_all(tx)
        .await?;
    rows.iter().map(read).collect()
}

/// A partner's lines of a month under one version of a rule, in the order in which they were pinned.
///
/// # Errors
/// When the database refuses.
pub async fn of_month(tx: &mut Conn, like: &LineRow) -> Result<Vec<LineRow>, sqlx::Error> {
    let rows = sqlx::query(select_line!(
        "where l.partner_id = $1 and l.month = $2 and l.rule_n = $3 and l.rule_version = $4 \
         order by l.pinned_at, l.sale_id"
    ))
    .bind(like.partner.to_string())
    .bind(&like.month)
    .bind(like.rule.rule)
    .bind(like.rule.version)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// Lines whose hold is over, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn due(tx: &mut Conn, now: i64, limit: i64) -> Result<Vec<LineRow>, sqlx::Error> {
    let rows = sqlx::query(select_line!(
        "where l.released_at is null and l.release_at <= $1 \
         order by l.release_at, l.pinned_at, l.sale_id, l.partner_id limit $2"
    ))
    .bind(now)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// What a partner's month under a version of a rule stands at.
///
/// # Errors
/// When the database refuses.
pub async fn month(
    tx: &mut Conn,
    partner: PartnerId,
    month: &str,
    rule: RuleRef,
) -> Result<Month, sqlx::Error> {
    let row = sqlx::query(
        "select coalesce(cast(sum(l.base_minor) as bigint), 0), coalesce(cast(sum((select \
         sum(m.held_minor + m.payable_minor + m.disputed_minor) from commission_move m \
         where m.sale_id = l.sale_id and m.partner_id = l.partner_id)) as bigint), 0) \
         from commission_line l \
         where l.partner_id = $1 and l.month = $2 and l.rule_n = $3 and l.rule_version = $4",
    )
    .bind(partner.to_string())
    .bind(month)
    .bind(rule.rule)
    .bind(rule.version)
    .fetch_one(tx)
    .await?;
    Ok(Month { base: row.try_get(0)?, earned: row.try_get(1)? })
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, line: &LineRow) -> Result<(), sqlx::Error> {
    let terms = serde_json::to_string(&line.terms).map_err(|_| bad("terms"))?;
    sqlx::query(
        "insert into commission_line (sale_id, partner_id, rule_n, rule_version, terms, currency, \
         month, base_minor, clear_minor, pinned_at, release_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(line.sale.to_string())
    .bind(line.partner.to_string())
    .bind(line.rule.rule)
    .bind(line.rule.version)
    .bind(terms)
    .bind(line.currency.code())
    .bind(&line.month)
    .bind(line.base)
    .bind(line.clear)
    .bind(line.pinned_at)
    .bind(line.release_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// What is left of the part, and what of that nobody disputes.
///
/// # Errors
/// When the database refuses.
pub async fn set_base(tx: &mut Conn, line: &LineRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update commission_line set base_minor = $1, clear_minor = $2 where sale_id = $3 and partner_id = $4",
    )
    .bind(line.base)
    .bind(line.clear)
    .bind(line.sale.to_string())
    .bind(line.partner.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn release(tx: &mut Conn, line: &LineRow, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update commission_line set released_at = $1 where sale_id = $2 and partner_id = $3",
    )
    .bind(now)
    .bind(line.sale.to_string())
    .bind(line.partner.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

macro_rules! counting_share {
    ($select:literal, $rest:literal) => {
        concat!(
            "select ",
            $select,
            " from share h join sale s on s.id = h.sale_id \
             where h.partner_id = $1 and s.id <> $2 and s.approved_at is not null and s.voided_at is null \
             and coalesce(h.credit_minor, h.amount_minor) + coalesce((select cast(sum(a.minor) as bigint) \
             from adjustment_share a where a.sale_id = h.sale_id and a.partner_id = h.partner_id), 0) > 0",
            $rest
        )
    };
}

/// Whether another sale of the partner counts.
///
/// # Errors
/// When the database refuses.
pub async fn has_other(
    tx: &mut Conn,
    partner: PartnerId,
    sale: SaleId,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(counting_share!("s.id", " limit 1"))
        .bind(partner.to_string())
        .bind(sale.to_string())
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// The day of the partner's first sale to a client that counts, other than this one.
///
/// # Errors
/// When the database refuses.
pub async fn first_day(
    tx: &mut Conn,
    partner: PartnerId,
    sale: SaleId,
    client: ClientId,
) -> Result<Option<jiff::civil::Date>, sqlx::Error> {
    let row = sqlx::query(counting_share!("min(s.effective_on)", " and s.client_id = $3"))
        .bind(partner.to_string())
        .bind(sale.to_string())
        .bind(client.to_string())
        .fetch_one(tx)
        .await?;
    let day = row.try_get::<Option<String>, _>(0)?;
    day.map(|text| text.parse().map_err(|_| bad("day"))).transpose()
}
