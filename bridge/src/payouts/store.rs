//! Rows of payouts and of their parts.
use super::rules::Balance;
use crate::platform::db::Conn;
use schema::ids::{PartnerId, PayoutNumber};
use schema::money::Currency;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutRow {
    pub number: PayoutNumber,
    pub until: jiff::civil::Date,
    pub prepared_by: String,
    pub prepared_at: i64,
    pub locked_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub reference: Option<String>,
}

/// What a payout pays to a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    pub partner: PartnerId,
    pub user: String,
    pub name: String,
    pub currency: Currency,
    pub minor: i64,
    /// The frozen statement, canonical JSON; once locked.
    pub statement: Option<String>,
    pub locked_seq: Option<i64>,
    pub paid_seq: Option<i64>,
    pub failed_seq: Option<i64>,
    pub failed_why: Option<String>,
}

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("payout: {what}").into())
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(n), 0) from payout").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn by_number(
    tx: &mut Conn,
    number: PayoutNumber,
) -> Result<Option<PayoutRow>, sqlx::Error> {
    let row = sqlx::query(
        "select until_on, prepared_by, prepared_at, locked_at, paid_at, reference from payout where n = $1",
    )
    .bind(number.0)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(PayoutRow {
            number,
            until: row.try_get::<String, _>(0)?.parse().map_err(|_| bad("day"))?,
            prepared_by: row.try_get(1)?,
            prepared_at: row.try_get(2)?,
            locked_at: row.try_get(3)?,
            paid_at: row.try_get(4)?,
            reference: row.try_get(5)?,
        })
    })
    .transpose()
}

/// By partner and currency.
///
/// # Errors
/// When the database refuses.
pub async fn parts(tx: &mut Conn, number: PayoutNumber) -> Result<Vec<PartRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select p.partner_id, r.user_id, r.name, p.currency, p.minor, p.statement, p.locked_seq, \
         p.paid_seq, p.failed_seq, p.failed_why from payout_part p join partner r on r.id = p.partner_id \
         where p.payout = $1 order by p.partner_id, p.currency",
    )
    .bind(number.0)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PartRow {
                partner: id(row, 0)?,
                user: row.try_get(1)?,
                name: row.try_get(2)?,
                currency: currency(row, 3)?,
                minor: row.try_get(4)?,
                statement: row.try_get(5)?,
                locked_seq: row.try_get(6)?,
                paid_seq: row.try_get(7)?,
                failed_seq: row.try_get(8)?,
                failed_why: row.try_get(9)?,
            })
        })
        .collect()
}

fn id(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| bad("partner"))
}

fn currency(row: &AnyRow, column: usize) -> Result<Currency, sqlx::Error> {
    Currency::parse(&row.try_get::<String, _>(column)?).map_err(|_| bad("currency"))
}

/// Everyone's payable balance before an instant and now, by partner and currency.
///
/// # Errors
/// When the database refuses.
pub async fn balances(tx: &mut Conn, before: i64) -> Result<Vec<(PartRow, Balance)>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.partner_id, r.user_id, r.name, m.currency, \
         cast(sum(case when m.at < $1 then m.payable_minor else 0 end) as bigint), \
         cast(sum(m.payable_minor) as bigint), \
         cast(case when r.suspended_at is not null and r.left_at is null then 1 else 0 end as bigint) \
         from commission_move m join partner r on r.id = m.partner_id \
         group by m.partner_id, r.user_id, r.name, m.currency, r.suspended_at, r.left_at order by m.partner_id, m.currency",
    )
    .bind(before)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let currency = currency(row, 3)?;
            let part = PartRow {
                partner: id(row, 0)?,
                user: row.try_get(1)?,
                name: row.try_get(2)?,
                currency,
                minor: 0,
                statement: None,
                locked_seq: None,
                paid_seq: None,
                failed_seq: None,
                failed_why: None,
            };
            let is_suspended = row.try_get::<i64, _>(6)? == 1;
            let (then, now) = (row.try_get(4)?, row.try_get(5)?);
            let balance = Balance { currency, then, now, is_suspended };
            Ok((part, balance))
        })
        .collect()
}

/// Up to which entry a partner's last locked statement in a currency went.
///
/// # Errors
/// When the database refuses.
pub async fn last_locked(
    tx: &mut Conn,
    partner: PartnerId,
    currency: Currency,
) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select coalesce(max(locked_seq), 0) from payout_part where partner_id = $1 and currency = $2",
    )
    .bind(partner.to_string())
    .bind(currency.code())
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, payout: &PayoutRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into payout (n, until_on, prepared_by, prepared_at) values ($1, $2, $3, $4)",
    )
    .bind(payout.number.0)
    .bind(payout.until.to_string())
    .bind(&payout.prepared_by)
    .bind(payout.prepared_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn insert_part(
    tx: &mut Conn,
    number: PayoutNumber,
    part: &PartRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into payout_part (payout, partner_id, currency, minor) values ($1, $2, $3, $4)",
    )
    .bind(number.0)
    .bind(part.partner.to_string())
    .bind(part.currency.code())
    .bind(part.minor)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn lock(
    tx: &mut Conn,
    number: PayoutNumber,
    by: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update payout set locked_by = $1, locked_at = $2 where n = $3")
        .bind(by)
        .bind(now)
        .bind(number.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn lock_part(
    tx: &mut Conn,
    number: PayoutNumber,
    part: &PartRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update payout_part set statement = $1, locked_seq = $2 \
         where payout = $3 and partner_id = $4 and currency = $5",
    )
    .bind(&part.statement)
    .bind(part.locked_seq)
    .bind(number.0)
    .bind(part.partner.to_string())
    .bind(part.currency.code())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn pay(
    tx: &mut Conn,
    number: PayoutNumber,
    (by, reference): (&str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update payout set paid_by = $1, paid_at = $2, reference = $3 where n = $4")
        .bind(by)
        .bind(now)
        .bind(reference)
        .bind(number.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn pay_part(
    tx: &mut Conn,
    number: PayoutNumber,
    part: &PartRow,
    seq: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update payout_part set paid_seq = $1 where payout = $2 and partner_id = $3 and currency = $4",
    )
    .bind(seq)
    .bind(number.0)
    .bind(part.partner.to_string())
    .bind(part.currency.code())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn fail_part(
    tx: &mut Conn,
    number: PayoutNumber,
    part: &PartRow,
    (seq, why): (i64, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update payout_part set failed_seq = $1, failed_why = $2 \
         where payout = $3 and partner_id = $4 and currency = $5",
    )
    .bind(seq)
    .bind(why)
    .bind(number.0)
    .bind(part.partner.to_string())
    .bind(part.currency.code())
    .execute(tx)
    .await?;
    Ok(())
}
