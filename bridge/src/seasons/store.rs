//! Rows of closed periods and their final results. Nothing here updates or deletes.
pub mod organizations;

use crate::leaderboard::finals::End;
use crate::leaderboard::rules::{BoardKey, Score};
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use schema::ids::PartnerId;
use schema::period::{Period, PeriodKind};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row as _};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonRow {
    pub period: Period,
    pub from: i64,
    pub to: i64,
    pub timezone: String,
    /// Whose rows are partners.
    pub boards: i64,
    /// Absent where it was closed before organizations stood in final results.
    pub organization_boards: Option<i64>,
    pub ledger_seq: i64,
    pub ledger_hash: String,
    pub hash: String,
    pub closed_at: i64,
}

impl SeasonRow {
    /// All of them.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.boards + self.organization_boards.unwrap_or_default()
    }
}

/// A statement whose first three values say which final board.
fn on_board(statement: &'static str, key: &BoardKey) -> Query<'static, Any, AnyArguments> {
    sqlx::query(statement)
        .bind(key.period.to_string())
        .bind(key.metric.as_str())
        .bind(key.industry.clone().unwrap_or_default())
}

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("season: {what}").into())
}

fn season(row: &AnyRow) -> Result<SeasonRow, sqlx::Error> {
    Ok(SeasonRow {
        period: row.try_get::<String, _>(0)?.parse().map_err(|_| bad("period"))?,
        from: row.try_get(1)?,
        to: row.try_get(2)?,
        timezone: row.try_get(3)?,
        boards: row.try_get(4)?,
        ledger_seq: row.try_get(5)?,
        ledger_hash: row.try_get(6)?,
        hash: row.try_get(7)?,
        closed_at: row.try_get(8)?,
        organization_boards: row.try_get(9)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn by_period(tx: &mut Conn, period: Period) -> Result<Option<SeasonRow>, sqlx::Error> {
    let row = sqlx::query(
        "select period, from_at, to_at, timezone, boards, ledger_seq, ledger_hash, hash, closed_at, \
         organization_boards \
         from season where period = $1",
    )
    .bind(period.to_string())
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(season).transpose()
}

/// The newest closed periods of a kind, by their end.
///
/// # Errors
/// When the database refuses.
pub async fn newest(
    tx: &mut Conn,
    kind: PeriodKind,
    limit: usize,
) -> Result<Vec<SeasonRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select period, from_at, to_at, timezone, boards, ledger_seq, ledger_hash, hash, closed_at, \
         organization_boards \
         from season where kind = $1 order by to_at desc limit $2",
    )
    .bind(kind.as_str())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(tx)
    .await?;
    rows.iter().map(season).collect()
}

/// # Errors
/// When the database refuses.
pub async fn count(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select count(*) from season").fetch_one(tx).await?.try_get(0)
}

/// Who closed it, by which input, and with which version of the time zones.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub user: &'a str,
    pub cause: &'a str,
    pub zones: &'a str,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, season: &SeasonRow, by: By<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into season (period, kind, from_at, to_at, timezone, zones, boards, ledger_seq, \
         ledger_hash, hash, closed_by, closed_at, cause, organization_boards) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(season.period.to_string())
    .bind(season.period.kind().as_str())
    .bind(season.from)
    .bind(season.to)
    .bind(&season.timezone)
    .bind(by.zones)
    .bind(season.boards)
    .bind(season.ledger_seq)
    .bind(&season.ledger_hash)
    .bind(&season.hash)
    .bind(by.user)
    .bind(season.closed_at)
    .bind(by.cause)
    .bind(season.organization_boards)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn insert_ends(tx: &mut Conn, key: &BoardKey, ends: &[End]) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, &End)> = (1..).zip(ends).collect();
    for chunk in chunks(&rows) {
        let text = values(
            tx,
            "insert into final_standing (period, metric, industry, partner_id, place, rank, score, \
             reached_at) {values}",
            chunk.len(),
            8,
        );
        let mut query = sqlx::query(text);
        for (place, end) in chunk {
            query = query
                .bind(key.period.to_string())
                .bind(key.metric.as_str())
                .bind(key.industry.as_deref().unwrap_or_default().to_owned())
                .bind(end.partner.to_string())
                .bind(*place)
                .bind(end.rank.map(i64::from))
                .bind(end.score.score)
                .bind(end.score.reached_at);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

fn end(row: &AnyRow) -> Result<End, sqlx::Error> {
    let rank: Option<i64> = row.try_get(1)?;
    Ok(End {
        partner: row.try_get::<String, _>(0)?.parse().map_err(|_| bad("partner"))?,
        rank: rank.map(u32::try_from).transpose().map_err(|_| bad("rank"))?,
        score: Score { score: row.try_get(2)?, reached_at: row.try_get(3)? },
    })
}

/// The first ranked places of a final board.
///
/// # Errors
/// When the database refuses.
pub async fn ends(tx: &mut Conn, key: &BoardKey, limit: usize) -> Result<Vec<End>, sqlx::Error> {
    let rows = on_board(
        "select partner_id, rank, score, reached_at from final_standing \
         where period = $1 and metric = $2 and industry = $3 and rank is not null \
         order by place limit $4",
        key,
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(tx)
    .await?;
    rows.iter().map(end).collect()
}

/// A partner's own place, also where others do not see it.
///
/// # Errors
/// When the database refuses.
pub async fn own(
    tx: &mut Conn,
    key: &BoardKey,
    partner: PartnerId,
) -> Result<Option<End>, sqlx::Error> {
    let row = on_board(
        "select partner_id, rank, score, reached_at from final_standing \
         where period = $1 and metric = $2 and industry = $3 and partner_id = $4",
        key,
    )
    .bind(partner.to_string())
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(end).transpose()
}

/// How many are ranked on a final board.
///
/// # Errors
/// When the database refuses.
pub async fn participants(tx: &mut Conn, key: &BoardKey) -> Result<i64, sqlx::Error> {
    on_board(
        "select count(*) from final_standing \
         where period = $1 and metric = $2 and industry = $3 and rank is not null",
        key,
    )
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// Whether anybody stands on a board.
///
/// # Errors
/// When the database refuses.
pub async fn is_played(tx: &mut Conn, key: &BoardKey) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from standing where board = $1 and score > 0 limit 1")
        .bind(key.to_string())
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}
