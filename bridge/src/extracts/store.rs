//! Rows of the chain, and of what it has told so far.
use super::rules::Change;
use crate::leaderboard::rules::BoardKey;
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use schema::card::Extract;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::HashMap;

fn partner(row: &AnyRow) -> Result<PartnerId, sqlx::Error> {
    let bad = || sqlx::Error::Decode("extract: partner".into());
    row.try_get::<String, _>(0)?.parse().map_err(|_| bad())
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    pub n: i64,
    pub ledger_seq: i64,
    pub hash: String,
    pub made_at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn last(tx: &mut Conn) -> Result<Option<Last>, sqlx::Error> {
    let row =
        sqlx::query("select n, ledger_seq, hash, made_at from extract order by n desc limit 1")
            .fetch_optional(tx)
            .await?;
    row.map(|row| {
        Ok(Last {
            n: row.try_get(0)?,
            ledger_seq: row.try_get(1)?,
            hash: row.try_get(2)?,
            made_at: row.try_get(3)?,
        })
    })
    .transpose()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, extract: &Extract, cause: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into extract (n, ledger_seq, ledger_hash, prev, hash, made_at, cause) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(extract.n)
    .bind(extract.ledger_seq)
    .bind(&extract.ledger_hash)
    .bind(&extract.prev)
    .bind(&extract.hash)
    .bind(extract.at)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}

/// Partners whose score on a board is another than was told: what it is, and what was told.
///
/// # Errors
/// When the database refuses.
pub async fn moved(
    tx: &mut Conn,
    key: &BoardKey,
) -> Result<Vec<(PartnerId, i64, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select s.partner_id, s.score, coalesce(e.score, 0) from standing s \
         left join extract_score e on e.board = s.board and e.partner_id = s.partner_id \
         where s.board = $1 and s.score <> coalesce(e.score, 0) \
         union all \
         select e.partner_id, cast(0 as bigint), e.score from extract_score e \
         left join standing s on s.board = e.board and s.partner_id = e.partner_id \
         where e.board = $1 and e.score <> 0 and s.partner_id is null",
    )
    .bind(key.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((partner(row)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// Adds what is told to what was told before; each board and partner once.
///
/// # Errors
/// When the database refuses.
pub async fn add(tx: &mut Conn, changes: &[Change]) -> Result<(), sqlx::Error> {
    for chunk in chunks(changes) {
        let text = values(
            tx,
            "insert into extract_score (board, partner_id, score) {values} \
             on conflict (board, partner_id) do update set score = extract_score.score + excluded.score",
            chunk.len(),
            3,
        );
        let mut query = sqlx::query(text);
        for change in chunk {
            query =
                query.bind(change.key.to_string()).bind(change.partner.to_string()).bind(change.by);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Everybody who was ever told of, and whether they are withheld.
///
/// # Errors
/// When the database refuses.
pub async fn told(tx: &mut Conn) -> Result<HashMap<PartnerId, bool>, sqlx::Error> {
    let rows =
        sqlx::query("select partner_id, withheld_at from extract_partner").fetch_all(tx).await?;
    rows.iter()
        .map(|row| Ok((partner(row)?, row.try_get::<Option<i64>, _>(1)?.is_some())))
        .collect()
}

/// From now on a partner is told of, or withheld since an instant.
///
/// # Errors
/// When the database refuses.
pub async fn set_told(
    tx: &mut Conn,
    id: PartnerId,
    withheld_at: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into extract_partner (partner_id, withheld_at) values ($1, $2) \
         on conflict (partner_id) do update set withheld_at = excluded.withheld_at",
    )
    .bind(id.to_string())
    .bind(withheld_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Partners who stand on boards with their name.
///
/// # Errors
/// When the database refuses.
pub async fn named(tx: &mut Conn) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows =
        sqlx::query("select id from partner where visibility = 'public' and suspended_at is null")
            .fetch_all(tx)
            .await?;
    rows.iter().map(partner).collect()
}

/// Jobs that will show boards anew, as kind and payload.
///
/// # Errors
/// When the database refuses.
pub async fn showing(tx: &mut Conn) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows =
        sqlx::query("select kind, payload from job where kind in ('board.state', 'board.pin')")
            .fetch_all(tx)
            .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// State keys of boards whose newest content the homeserver has not taken yet.
///
/// # Errors
/// When the database refuses.
pub async fn unsent(tx: &mut Conn, event_type: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select state_key from state where room = 'space' and event_type = $1 \
         and (sent_hash is null or sent_hash <> hash)",
    )
    .bind(event_type)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
