//! Rows of clients: one per key, remembered between claims.
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::{ClientId, SaleNumber};
use sqlx::Row as _;
use std::collections::HashMap;

const REMEMBERED_MAX: usize = 8_192;

#[derive(Default)]
struct Known(HashMap<String, ClientId>);

/// The client of a key, remembered.
///
/// # Errors
/// When the database refuses.
pub async fn find(work: &mut Work<'_>, key: &str) -> Result<Option<ClientId>, Fault> {
    if let Some(id) = work.memory.cache::<Known>().0.get(key) {
        return Ok(Some(*id));
    }
    let row = sqlx::query("select id from client where key = $1")
        .bind(key)
        .fetch_optional(&mut *work.tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.try_get(0)?;
    let id = id.parse().map_err(|_| Fault::Data("client id".into()))?;
    remember(work, key, id);
    Ok(Some(id))
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    work: &mut Work<'_>,
    key: &str,
    skeleton: &str,
    name: &str,
) -> Result<ClientId, Fault> {
    let id = ClientId(work.id().0);
    sqlx::query(
        "insert into client (id, key, skeleton, name, made_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id.to_string())
    .bind(key)
    .bind(skeleton)
    .bind(name)
    .bind(work.now)
    .execute(&mut *work.tx)
    .await?;
    remember(work, key, id);
    Ok(id)
}

fn remember(work: &mut Work<'_>, key: &str, id: ClientId) {
    let known = &mut work.memory.cache::<Known>().0;
    if known.len() >= REMEMBERED_MAX {
        known.clear();
    }
    known.insert(key.to_owned(), id);
}

/// A client whose name looks the same under another key.
///
/// # Errors
/// When the database refuses.
pub async fn look_alike(
    tx: &mut Conn,
    key: &str,
    skeleton: &str,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select name from client where skeleton = $1 and key <> $2 limit 1")
        .bind(skeleton)
        .bind(key)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// A client, for comparing names.
#[derive(Debug, Clone)]
pub struct Near {
    pub id: ClientId,
    pub key: String,
    pub name: String,
}

/// Some clients whose names begin alike.
///
/// # Errors
/// When the database refuses.
pub async fn beginning(tx: &mut Conn, beginning: &str) -> Result<Vec<Near>, Fault> {
    const READ_MAX: i64 = 50;
    let rows = sqlx::query(
        "select id, key, name from client where skeleton >= $1 and skeleton <= $2 \
         order by skeleton limit $3",
    )
    .bind(beginning)
    .bind(format!("{beginning}zzzz"))
    .bind(READ_MAX)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            let id = id.parse().map_err(|_| Fault::Data("client id".into()))?;
            Ok(Near { id, key: row.try_get(1)?, name: row.try_get(2)? })
        })
        .collect()
}

/// An earlier claim on a client that was not turned down.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub number: SaleNumber,
    pub partner_id: String,
    pub amount_minor: i64,
    pub line: String,
    pub claimed_at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn earlier(
    tx: &mut Conn,
    client: ClientId,
    since: i64,
) -> Result<Vec<Earlier>, sqlx::Error> {
    const READ_MAX: i64 = 20;
    let rows = sqlx::query(
        "select number, partner_id, amount_minor, line, claimed_at from sale where client_id = $1 \
         and claimed_at >= $2 and rejected_at is null and withdrawn_at is null and voided_at is null \
         order by claimed_at desc limit $3",
    )
    .bind(client.to_string())
    .bind(since)
    .bind(READ_MAX)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Earlier {
                number: SaleNumber(row.try_get(0)?),
                partner_id: row.try_get(1)?,
                amount_minor: row.try_get(2)?,
                line: row.try_get(3)?,
                claimed_at: row.try_get(4)?,
            })
        })
        .collect()
}
