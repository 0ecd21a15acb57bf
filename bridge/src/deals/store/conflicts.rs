//! Rows of conflicts about clients, and of the rulings on them.
use super::{Sharing, Side, side};
use crate::deals::rules::Ruling;
use crate::platform::db::Conn;
use schema::ids::{ConflictId, ConflictNumber, DealId, DealNumber, PartnerId, SaleId, SaleNumber};
use schema::money::{Currency, Money};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A second who names a protected client: by a registration or by a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    pub id: ConflictId,
    pub number: ConflictNumber,
    /// What protects the client.
    pub deal_id: DealId,
    pub rival: Side,
    pub rival_deal: Option<(DealId, DealNumber)>,
    pub sale: Option<(SaleId, SaleNumber, Money)>,
    pub opened_at: i64,
    pub ruling: Option<RulingRow>,
}

/// How a conflict was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulingRow {
    pub kind: schema::card::RulingKind,
    pub weights: (u32, u32),
    pub reason: String,
    pub by: String,
    pub at: i64,
}

macro_rules! select_conflict {
    ($rest:literal) => {
        concat!(
            "select k.id, k.number, k.deal_id, k.rival_id, p.user_id, p.name, k.rival_deal_id, d.number, k.sale_id, \
             s.number, s.amount_minor, s.currency, k.opened_at, r.ruling, r.first_weight, r.second_weight, r.reason, \
             r.by_user, r.at from conflict k join partner p on p.id = k.rival_id \
             left join deal d on d.id = k.rival_deal_id left join sale s on s.id = k.sale_id \
             left join ruling r on r.conflict_id = k.id ",
            $rest
        )
    };
}

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("conflict: {what}").into())
}

fn read(row: &AnyRow) -> Result<ConflictRow, sqlx::Error> {
    let text = |column: usize| row.try_get::<String, _>(column);
    let maybe = |column: usize| row.try_get::<Option<String>, _>(column);
    let rival_deal = match maybe(6)? {
        Some(id) => Some((id.parse().map_err(|_| bad("deal"))?, DealNumber(row.try_get(7)?))),
        None => None,
    };
    Ok(ConflictRow {
        id: text(0)?.parse().map_err(|_| bad("id"))?,
        number: ConflictNumber(row.try_get(1)?),
        deal_id: text(2)?.parse().map_err(|_| bad("deal"))?,
        rival: side(row, 3)?,
        rival_deal,
        sale: sale(row)?,
        opened_at: row.try_get(12)?,
        ruling: ruling(row)?,
    })
}

fn sale(row: &AnyRow) -> Result<Option<(SaleId, SaleNumber, Money)>, sqlx::Error> {
    let Some(id) = row.try_get::<Option<String>, _>(8)? else { return Ok(None) };
    let currency = Currency::parse(&row.try_get::<String, _>(11)?).map_err(|_| bad("currency"))?;
    let amount = Money::new(row.try_get(10)?, currency);
    Ok(Some((id.parse().map_err(|_| bad("sale"))?, SaleNumber(row.try_get(9)?), amount)))
}

fn ruling(row: &AnyRow) -> Result<Option<RulingRow>, sqlx::Error> {
    let Some(kind) = row.try_get::<Option<String>, _>(13)? else { return Ok(None) };
    Ok(Some(RulingRow {
        kind: kind.parse().map_err(|_| bad("ruling"))?,
        weights: (weight(row, 14)?, weight(row, 15)?),
        reason: row.try_get(16)?,
        by: row.try_get(17)?,
        at: row.try_get(18)?,
    }))
}

fn weight(row: &AnyRow, column: usize) -> Result<u32, sqlx::Error> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| bad("weight"))
}

/// # Errors
/// When the database refuses.
pub async fn by_number(
    tx: &mut Conn,
    number: ConflictNumber,
) -> Result<Option<ConflictRow>, sqlx::Error> {
    let query = sqlx::query(select_conflict!("where k.number = $1")).bind(number.0);
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

/// Those on a deal that wait, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn open_on(tx: &mut Conn, deal: DealId) -> Result<Vec<ConflictRow>, sqlx::Error> {
    let rows = sqlx::query(select_conflict!(
        "where k.deal_id = $1 and k.ruled_at is null order by k.number"
    ))
    .bind(deal.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// The one that a second's registration waits for.
///
/// # Errors
/// When the database refuses.
pub async fn of_deal(tx: &mut Conn, deal: DealId) -> Result<Option<ConflictRow>, sqlx::Error> {
    let query = sqlx::query(select_conflict!("where k.rival_deal_id = $1 and k.ruled_at is null"))
        .bind(deal.to_string());
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

/// The one that a claim waits for.
///
/// # Errors
/// When the database refuses.
pub async fn of_sale(tx: &mut Conn, sale: SaleId) -> Result<Option<ConflictRow>, sqlx::Error> {
    let query = sqlx::query(select_conflict!("where k.sale_id = $1 and k.ruled_at is null"))
        .bind(sale.to_string());
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

/// The last words that a ruling had for a deal, whichever side it was on.
///
/// # Errors
/// When the database refuses.
pub async fn last_reason(tx: &mut Conn, deal: DealId) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "select r.reason from ruling r join conflict k on k.id = r.conflict_id \
         where r.deal_id = $1 or k.rival_deal_id = $2 order by r.at desc, k.number desc limit 1",
    )
    .bind(deal.to_string())
    .bind(deal.to_string())
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Whom a ruling gave a client to.
///
/// # Errors
/// When the database refuses.
pub async fn sharing(tx: &mut Conn, conflict: &str) -> Result<Option<Sharing>, sqlx::Error> {
    let row = sqlx::query(
        "select k.number, p.id, p.user_id, p.name, q.id, q.user_id, q.name, r.first_weight, r.second_weight, r.by_user \
         from ruling r join conflict k on k.id = r.conflict_id join deal d on d.id = r.deal_id \
         join partner p on p.id = d.partner_id join partner q on q.id = k.rival_id where r.conflict_id = $1",
    )
    .bind(conflict)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Sharing {
        number: ConflictNumber(row.try_get(0)?),
        sides: [side(&row, 1)?, side(&row, 4)?],
        weights: (weight(&row, 7)?, weight(&row, 8)?),
        by: row.try_get(9)?,
    }))
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(number), 0) from conflict").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, conflict: &ConflictRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into conflict (id, number, deal_id, rival_id, rival_deal_id, sale_id, opened_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(conflict.id.to_string())
    .bind(conflict.number.0)
    .bind(conflict.deal_id.to_string())
    .bind(conflict.rival.id.to_string())
    .bind(conflict.rival_deal.map(|(id, _)| id.to_string()))
    .bind(conflict.sale.map(|(id, ..)| id.to_string()))
    .bind(conflict.opened_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The protection has moved, and a conflict follows it.
///
/// # Errors
/// When the database refuses.
pub async fn follow(tx: &mut Conn, id: ConflictId, deal: DealId) -> Result<(), sqlx::Error> {
    sqlx::query("update conflict set deal_id = $1 where id = $2")
        .bind(deal.to_string())
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn rule(
    tx: &mut Conn,
    conflict: &ConflictRow,
    ruling: &Ruling,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into ruling (conflict_id, ruling, deal_id, first_weight, second_weight, reason, by_user, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(conflict.id.to_string())
    .bind(ruling.kind.as_str())
    .bind(conflict.deal_id.to_string())
    .bind(i64::from(ruling.weights.0))
    .bind(i64::from(ruling.weights.1))
    .bind(&ruling.reason)
    .bind(&ruling.by)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query("update conflict set ruled_at = $1 where id = $2")
        .bind(now)
        .bind(conflict.id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Of several deals, which have conflicts that wait.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(
    tx: &mut Conn,
    partner: Option<PartnerId>,
) -> Result<Vec<(String, ConflictNumber)>, sqlx::Error> {
    const READ_MAX: i64 = 500;
    let rows = sqlx::query(
        "select k.deal_id, k.number from conflict k join deal d on d.id = k.deal_id \
         where k.ruled_at is null and ($1 = '' or d.partner_id = $2) order by k.number limit $3",
    )
    .bind(partner.map(|id| id.to_string()).unwrap_or_default())
    .bind(partner.map(|id| id.to_string()).unwrap_or_default())
    .bind(READ_MAX)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, ConflictNumber(row.try_get(1)?)))).collect()
}
