//! Rows of registered deals.
/// The sale that a deal was won by, while it stands.
macro_rules! standing_sale {
    () => {
        "left join sale s on s.id = d.sale_id and s.rejected_at is null and s.withdrawn_at is null \
         and s.voided_at is null "
    };
}

macro_rules! select_deal {
    ($rest:expr) => {
        concat!(
            "select d.id, d.number, d.partner_id, p.user_id, p.name, d.client_id, c.name, d.name_key, d.industry, \
             d.note, d.cause, d.registered_at, d.days, d.protected_at, d.ends_on, d.ends_at, d.extended_at, \
             d.extend_reason, s.number, d.dropped_at, d.drop_reason, d.lost_at, d.ended_at, d.shared_id \
             from deal d join partner p on p.id = d.partner_id join client c on c.id = d.client_id ",
            standing_sale!(),
            $rest
        )
    };
}

pub mod changes;
pub mod conflicts;
mod list;

pub use conflicts::{ConflictRow, RulingRow};
pub use list::{Listed, Which, list};

use super::rules::Term;
use crate::platform::db::Conn;
use schema::ids::{ClientId, ConflictNumber, DealId, DealNumber, PartnerId, SaleNumber};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A partner, as far as a deal names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub id: PartnerId,
    pub user: String,
    pub name: String,
}

/// A ruling gave the client to two: the first and the second, with these weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    pub number: ConflictNumber,
    pub sides: [Side; 2],
    pub weights: (u32, u32),
    /// The manager who ruled.
    pub by: String,
}

/// A registered deal with its partner and client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealRow {
    pub id: DealId,
    pub number: DealNumber,
    pub partner: Side,
    pub client_id: ClientId,
    pub client_name: String,
    /// The key of the name alone.
    pub name_key: String,
    pub industry: Option<String>,
    pub note: Option<String>,
    pub cause: String,
    pub registered_at: i64,
    /// Full local days of protection, as the setting was.
    pub days: i64,
    /// Absent while a rival's waits for a ruling.
    pub protected_at: Option<i64>,
    pub term: Option<Term>,
    pub extended_at: Option<i64>,
    pub extend_reason: Option<String>,
    /// The claim that won it, while that stands.
    pub sale: Option<SaleNumber>,
    pub dropped_at: Option<i64>,
    pub drop_reason: Option<String>,
    pub lost_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// The conflict whose ruling gave the client to two.
    pub shared_id: Option<String>,
    /// None in lists.
    pub sharing: Option<Sharing>,
}

fn read(row: &AnyRow) -> Result<DealRow, sqlx::Error> {
    let text = |column: usize| row.try_get::<String, _>(column);
    let maybe = |column: usize| row.try_get::<Option<String>, _>(column);
    let at = |column: usize| row.try_get::<Option<i64>, _>(column);
    let bad = |what: &str| sqlx::Error::Decode(format!("deal: {what}").into());
    let term = match (maybe(14)?, at(15)?) {
        (Some(day), Some(ends_at)) => {
            Some(Term { ends_on: day.parse().map_err(|_| bad("day"))?, ends_at })
        }
        _ => None,
    };
    Ok(DealRow {
        id: text(0)?.parse().map_err(|_| bad("id"))?,
        number: DealNumber(row.try_get(1)?),
        partner: side(row, 2)?,
        client_id: text(5)?.parse().map_err(|_| bad("client"))?,
        client_name: text(6)?,
        name_key: text(7)?,
        industry: maybe(8)?,
        note: maybe(9)?,
        cause: text(10)?,
        registered_at: row.try_get(11)?,
        days: row.try_get(12)?,
        protected_at: at(13)?,
        term,
        extended_at: at(16)?,
        extend_reason: maybe(17)?,
        sale: at(18)?.map(SaleNumber),
        dropped_at: at(19)?,
        drop_reason: maybe(20)?,
        lost_at: at(21)?,
        ended_at: at(22)?,
        shared_id: maybe(23)?,
        sharing: None,
    })
}

/// A partner's id, user and name from three columns on.
fn side(row: &AnyRow, column: usize) -> Result<Side, sqlx::Error> {
    let id: String = row.try_get(column)?;
    Ok(Side {
        id: id.parse().map_err(|_| sqlx::Error::Decode("deal: partner".into()))?,
        user: row.try_get(column + 1)?,
        name: row.try_get(column + 2)?,
    })
}

/// With what a ruling says of it.
async fn whole(tx: &mut Conn, rows: &[AnyRow]) -> Result<Vec<DealRow>, sqlx::Error> {
    let mut deals = Vec::with_capacity(rows.len());
    for row in rows {
        let mut deal = read(row)?;
        if let Some(id) = deal.shared_id.clone() {
            deal.sharing = conflicts::sharing(tx, &id).await?;
        }
        deals.push(deal);
    }
    Ok(deals)
}

/// # Errors
/// When the database refuses.
pub async fn by_number(tx: &mut Conn, number: DealNumber) -> Result<Option<DealRow>, sqlx::Error> {
    let query = sqlx::query(select_deal!("where d.number = $1")).bind(number.0);
    let rows = query.fetch_all(&mut *tx).await?;
    Ok(whole(tx, &rows).await?.pop())
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<DealRow>, sqlx::Error> {
    let rows = sqlx::query(select_deal!("where d.id = $1")).bind(id).fetch_all(&mut *tx).await?;
    Ok(whole(tx, &rows).await?.pop())
}

/// What protects a client at an instant, the first registered first. A client is named by a key
/// (domain or name) and by the name alone: who said only the name meant one of the two.
///
/// # Errors
/// When the database refuses.
pub async fn protecting(
    tx: &mut Conn,
    (key, name_key): (&str, &str),
    now: i64,
) -> Result<Vec<DealRow>, sqlx::Error> {
    let rows = sqlx::query(select_deal!(
        "where (d.client_id in (select id from client where key in ($1, $2)) or d.name_key = $3) \
         and d.ends_at > $4 and d.protected_at is not null and d.dropped_at is null and d.lost_at is null \
         order by d.number"
    ))
    .bind(key)
    .bind(name_key)
    .bind(key)
    .bind(now)
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, &rows).await
}

/// A partner's registration of a client that waits for a ruling.
///
/// # Errors
/// When the database refuses.
pub async fn contested(
    tx: &mut Conn,
    partner: PartnerId,
    key: &str,
) -> Result<Option<DealRow>, sqlx::Error> {
    let rows = sqlx::query(select_deal!(
        "where d.partner_id = $1 and d.client_id in (select id from client where key = $2) \
         and d.protected_at is null and d.dropped_at is null and d.lost_at is null"
    ))
    .bind(partner.to_string())
    .bind(key)
    .fetch_all(&mut *tx)
    .await?;
    rows.first().map(read).transpose()
}

/// Those that a ruling gave to the same two.
///
/// # Errors
/// When the database refuses.
pub async fn shared(tx: &mut Conn, conflict: &str) -> Result<Vec<DealRow>, sqlx::Error> {
    let query =
        sqlx::query(select_deal!("where d.shared_id = $1 order by d.number")).bind(conflict);
    let rows = query.fetch_all(&mut *tx).await?;
    whole(tx, &rows).await
}

/// What people of an organization registered while they belonged to it, as they do now, and protects its
/// client at an instant.
///
/// # Errors
/// When the database refuses.
pub async fn of_organization(
    tx: &mut Conn,
    slug: &str,
    now: i64,
) -> Result<Vec<DealRow>, sqlx::Error> {
    let rows = sqlx::query(select_deal!(
        "where d.partner_id in (select partner_id from membership where organization = $1 and left_at is null) \
         and exists (select 1 from membership b where b.partner_id = d.partner_id and b.organization = $1 \
         and b.joined_at <= d.registered_at and (b.left_at is null or b.left_at > d.registered_at)) \
         and d.protected_at is not null and d.dropped_at is null and d.lost_at is null and d.ends_at > $2 \
         and d.sale_id is null order by d.ends_at, d.number"
    ))
    .bind(slug)
    .bind(now)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// A partner's deals that are not over: protected, or waiting for a ruling.
///
/// # Errors
/// When the database refuses.
pub async fn standing(
    tx: &mut Conn,
    partner: PartnerId,
    now: i64,
) -> Result<Vec<DealRow>, sqlx::Error> {
    let rows = sqlx::query(select_deal!(
        "where d.partner_id = $1 and d.dropped_at is null and d.lost_at is null \
         and (d.protected_at is null or d.ends_at > $2) order by d.number"
    ))
    .bind(partner.to_string())
    .bind(now)
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, &rows).await
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(number), 0) from deal").fetch_one(tx).await?.try_get(0)
}
