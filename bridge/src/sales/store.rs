//! Rows of sales, their shares, approvals, and clients.
macro_rules! select_sale {
    ($rest:expr) => {
        concat!(
            "select s.id, s.number, s.partner_id, p.user_id, p.name, s.client_id, c.name, \
             s.amount_minor, s.currency, s.industry, s.effective_on, s.note, s.public, s.flags, \
             s.cause, s.room_id, s.claimed_at, s.approved_at, s.approved_by, s.rejected_at, \
             s.rejected_by, s.reject_reason, s.withdrawn_at, s.voided_at, s.voided_by, s.void_reason, \
             s.amount_minor - coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a \
             where a.sale_id = s.id), 0), s.rate, s.rate_from, s.reporting_minor, s.reporting_currency, s.thread, \
             s.playbook, s.claimed_by, (select o.number from sale o where o.id = s.corrects) \
             from sale s join partner p on p.id = s.partner_id join client c on c.id = s.client_id ",
            $rest
        )
    };
}

mod claims;
pub mod disputes;
mod list;
mod record;
pub mod shares;

pub use claims::{NewSale, insert, rewrite, set_corrects, waits};
pub use disputes::Dispute;
pub use list::{Listed, Which, list, newest};
pub use record::{has_approved, record};
pub use shares::Adjustment;

use super::rules::{Exchange, Share};
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId, SaleId, SaleNumber};
use schema::money::{Currency, Money};
use schema::status::SaleStatus;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A sale with its claimant and client, as commands need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleRow {
    pub id: SaleId,
    pub number: SaleNumber,
    pub partner_id: PartnerId,
    pub partner_user: String,
    pub partner_name: String,
    pub client_id: ClientId,
    pub client_name: String,
    pub amount: Money,
    /// What is left of it after adjustments.
    pub net_minor: i64,
    /// Pinned at the approval of an amount in another currency.
    pub exchange: Option<Exchange>,
    /// In the order named; none in lists.
    pub shares: Vec<Share>,
    /// Oldest first; none in lists.
    pub adjustments: Vec<Adjustment>,
    /// Oldest first; none in lists.
    pub disputes: Vec<Dispute>,
    pub industry: Option<String>,
    pub on: Date,
    pub note: Option<String>,
    pub public: bool,
    pub flags: Vec<schema::card::ReviewFlag>,
    pub cause: String,
    pub room_id: String,
    /// The root of the thread in which it was claimed, where it was.
    pub thread: Option<String>,
    pub claimed_at: i64,
    /// The manager who claimed it for the partner.
    pub claimed_by: Option<String>,
    pub approved_at: Option<i64>,
    pub approved_by: Option<String>,
    pub rejected_at: Option<i64>,
    pub rejected_by: Option<String>,
    pub reject_reason: Option<String>,
    pub withdrawn_at: Option<i64>,
    pub voided_at: Option<i64>,
    pub voided_by: Option<String>,
    pub void_reason: Option<String>,
    /// Slug of the playbook that was used.
    pub playbook: Option<String>,
    /// The month that it counts in, where it came too late for its own; for one sale alone.
    pub late: Option<schema::period::Period>,
    /// The sale that it puts right.
    pub corrects: Option<SaleNumber>,
}

impl SaleRow {
    #[must_use]
    pub fn net(&self) -> Money {
        Money { minor: self.net_minor, ..self.amount }
    }

    /// Whether more than the claimant have a part.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shares.len() > 1
    }

    #[must_use]
    pub fn status(&self) -> SaleStatus {
        if self.voided_at.is_some() {
            SaleStatus::Voided
        } else if self.approved_at.is_some() {
            SaleStatus::Approved
        } else if self.rejected_at.is_some() {
            SaleStatus::Rejected
        } else if self.withdrawn_at.is_some() {
            SaleStatus::Withdrawn
        } else {
            SaleStatus::Claimed
        }
    }
}

fn read(row: &AnyRow) -> Result<SaleRow, sqlx::Error> {
    let text = |column: usize| row.try_get::<String, _>(column);
    let maybe = |column: usize| row.try_get::<Option<String>, _>(column);
    let at = |column: usize| row.try_get::<Option<i64>, _>(column);
    let bad = |what: &str| sqlx::Error::Decode(format!("sale: {what}").into());
    let currency = Currency::parse(&text(8)?).map_err(|_| bad("currency"))?;
    Ok(SaleRow {
        id: text(0)?.parse().map_err(|_| bad("id"))?,
        number: SaleNumber(row.try_get(1)?),
        partner_id: text(2)?.parse().map_err(|_| bad("partner"))?,
        partner_user: text(3)?,
        partner_name: text(4)?,
        client_id: text(5)?.parse().map_err(|_| bad("client"))?,
        client_name: text(6)?,
        amount: Money::new(row.try_get(7)?, currency),
        net_minor: row.try_get(26)?,
        exchange: exchange(row)?,
        shares: Vec::new(),
        adjustments: Vec::new(),
        disputes: Vec::new(),
        industry: maybe(9)?,
        on: text(10)?.parse().map_err(|_| bad("day"))?,
        note: maybe(11)?,
        public: row.try_get::<i64, _>(12)? == 1,
        flags: serde_json::from_str(&text(13)?).map_err(|_| bad("flags"))?,
        cause: text(14)?,
        room_id: text(15)?,
        thread: maybe(31)?,
        claimed_at: row.try_get(16)?,
        approved_at: at(17)?,
        approved_by: maybe(18)?,
        rejected_at: at(19)?,
        rejected_by: maybe(20)?,
        reject_reason: maybe(21)?,
        withdrawn_at: at(22)?,
        voided_at: at(23)?,
        voided_by: maybe(24)?,
        void_reason: maybe(25)?,
        playbook: maybe(32)?,
        claimed_by: maybe(33)?,
        corrects: at(34)?.map(SaleNumber),
        late: None,
    })
}

/// A sale with all that hangs on it.
async fn whole(tx: &mut Conn, row: Option<AnyRow>) -> Result<Option<SaleRow>, sqlx::Error> {
    let Some(mut sale) = row.as_ref().map(read).transpose()? else { return Ok(None) };
    sale.shares = shares::of(tx, sale.id).await?;
    if sale.net_minor != sale.amount.minor {
        sale.adjustments = shares::adjustments(tx, sale.id).await?;
    }
    if sale.approved_at.is_some() {
        sale.disputes = disputes::of(tx, sale.id).await?;
    }
    Ok(Some(sale))
}

fn exchange(row: &AnyRow) -> Result<Option<Exchange>, sqlx::Error> {
    let bad = |what: &str| sqlx::Error::Decode(format!("sale: {what}").into());
    let Some(rate) = row.try_get::<Option<String>, _>(27)? else { return Ok(None) };
    let currency = Currency::parse(&row.try_get::<String, _>(30)?);
    Ok(Some(Exchange {
        rate: rate.parse().map_err(|_| bad("rate"))?,
        from: row.try_get::<String, _>(28)?.parse().map_err(|_| bad("day of the rate"))?,
        reporting: Money::new(row.try_get(29)?, currency.map_err(|_| bad("reporting currency"))?),
    }))
}

/// # Errors
/// When the database refuses.
pub async fn by_number(tx: &mut Conn, number: SaleNumber) -> Result<Option<SaleRow>, sqlx::Error> {
    let row = sqlx::query(select_sale!("where s.number = $1"))
        .bind(number.0)
        .fetch_optional(&mut *tx)
        .await?;
    whole(tx, row).await
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<SaleRow>, sqlx::Error> {
    let row =
        sqlx::query(select_sale!("where s.id = $1")).bind(id).fetch_optional(&mut *tx).await?;
    whole(tx, row).await
}

/// The sale that an event claimed.
///
/// # Errors
/// When the database refuses.
pub async fn by_cause(tx: &mut Conn, event_id: &str) -> Result<Option<SaleRow>, sqlx::Error> {
    let row = sqlx::query(select_sale!("where s.cause = $1"))
        .bind(event_id)
        .fetch_optional(&mut *tx)
        .await?;
    whole(tx, row).await
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(number), 0) from sale").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn approvals(tx: &mut Conn, sale: SaleId) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("select user_id from approval where sale_id = $1 order by at, user_id")
        .bind(sale.to_string())
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn add_approval(
    tx: &mut Conn,
    sale: SaleId,
    user: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into approval (sale_id, user_id, at) values ($1, $2, $3)")
        .bind(sale.to_string())
        .bind(user)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// The exchange at which a sale counts, for ever.
///
/// # Errors
/// When the database refuses.
pub async fn pin(tx: &mut Conn, sale: SaleId, exchange: &Exchange) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update sale set rate = $1, rate_from = $2, reporting_minor = $3, reporting_currency = $4 where id = $5",
    )
    .bind(exchange.rate.to_string())
    .bind(exchange.from.to_string())
    .bind(exchange.reporting.minor)
    .bind(exchange.reporting.currency.code())
    .bind(sale.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// What reviewers are told of a claim.
///
/// # Errors
/// When the database refuses.
pub async fn reflag(tx: &mut Conn, sale: SaleId, flags: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update sale set flags = $1 where id = $2")
        .bind(flags)
        .bind(sale.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn approve(tx: &mut Conn, sale: SaleId, by: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update sale set approved_at = $1, approved_by = $2 where id = $3")
        .bind(now)
        .bind(by)
        .bind(sale.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn reject(
    tx: &mut Conn,
    sale: SaleId,
    by: &str,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update sale set rejected_at = $1, rejected_by = $2, reject_reason = $3 where id = $4",
    )
    .bind(now)
    .bind(by)
    .bind(reason)
    .bind(sale.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn withdraw(tx: &mut Conn, sale: SaleId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update sale set withdrawn_at = $1 where id = $2")
        .bind(now)
        .bind(sale.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn void(
    tx: &mut Conn,
    sale: SaleId,
    by: &str,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update sale set voided_at = $1, voided_by = $2, void_reason = $3 where id = $4")
        .bind(now)
        .bind(by)
        .bind(reason)
        .bind(sale.to_string())
        .execute(tx)
        .await?;
    Ok(())
}
