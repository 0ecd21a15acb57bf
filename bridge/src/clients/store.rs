//! Rows of clients: one per key, remembered between claims.
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use crate::platform::recent::Recent;
use crate::platform::refusal::Fault;
use crate::platform::work::{Cell, Insert, Memory, Work};
use schema::ids::{ClientId, SaleNumber};
use schema::money::{Currency, Money};
use sqlx::Row as _;
use std::collections::HashSet;

/// Clients remembered: those written by the running batch are always among them.
const REMEMBERED: usize = 4_096;

struct Known {
    ids: Recent<ClientId>,
    /// Skeleton → key and name of clients that may wait to be written.
    skeletons: Recent<(String, String)>,
    /// Keys that no client has, nor one that looks like it, but for those written by the running batch.
    absent: HashSet<String>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            ids: Recent::new(REMEMBERED),
            skeletons: Recent::new(REMEMBERED),
            absent: HashSet::new(),
        }
    }
}

/// What is known of a client's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Known(ClientId),
    /// None of this key; one whose name looks the same under another.
    Alike(String),
    New,
}

/// # Errors
/// When the database refuses.
pub async fn find(work: &mut Work<'_>, key: &str, skeleton: &str) -> Result<Found, Fault> {
    if let Some(id) = work.memory.cache::<Known>().ids.get(key) {
        return Ok(Found::Known(*id));
    }
    let rows = if work.memory.cache::<Known>().absent.contains(key) {
        Vec::new()
    } else {
        sqlx::query("select id, key, name from client where key = $1 or skeleton = $2")
            .bind(key)
            .bind(skeleton)
            .fetch_all(&mut *work.tx)
            .await?
    };
    let mut alike = None;
    for row in rows {
        if row.try_get::<String, _>(1)? == key {
            let id = row.try_get::<String, _>(0)?;
            let id = id.parse().map_err(|_| Fault::Data("client id".into()))?;
            work.memory.cache::<Known>().ids.insert(key.to_owned(), id);
            return Ok(Found::Known(id));
        }
        alike = Some(row.try_get(2)?);
    }
    let known = work.memory.cache::<Known>();
    let alike = alike.or_else(|| known.skeletons.get(skeleton).map(|(_, name)| name.clone()));
    Ok(alike.map_or(Found::New, Found::Alike))
}

/// Remembers which of these (skeleton and key) no client has, nor one that looks like it.
///
/// # Errors
/// When the database refuses.
pub async fn look_ahead(
    work: &mut Work<'_>,
    names: &[(String, String)],
) -> Result<(), sqlx::Error> {
    let mut absent: HashSet<String> = names.iter().map(|(_, key)| key.clone()).collect();
    for chunk in chunks(names) {
        let text = values(
            work.tx,
            "with named (skeleton, key) as ({values}) select n.key from named n where exists \
             (select 1 from client c where c.key = n.key or c.skeleton = n.skeleton)",
            chunk.len(),
            2,
        );
        let query = chunk
            .iter()
            .fold(sqlx::query(text), |query, (skeleton, key)| query.bind(skeleton).bind(key));
        for row in query.fetch_all(&mut *work.tx).await? {
            absent.remove(row.try_get::<&str, _>(0)?);
        }
    }
    work.memory.cache::<Known>().absent = absent;
    Ok(())
}

pub fn look_back(memory: &mut Memory) {
    memory.cache::<Known>().absent = HashSet::new();
}

const CLIENT: Insert = Insert {
    rank: 1,
    text: "insert into client (id, key, skeleton, name, made_at) {values}",
    columns: 5,
};

/// A new client, written at the latest with the commit.
pub fn insert(work: &mut Work<'_>, key: &str, skeleton: &str, name: &str) -> ClientId {
    let id = ClientId(work.id().0);
    let text = |text: &str| Cell::Text(text.to_owned());
    let now = Cell::Number(work.now);
    work.insert(&CLIENT, vec![text(&id.to_string()), text(key), text(skeleton), text(name), now]);
    let known = work.memory.cache::<Known>();
    known.ids.insert(key.to_owned(), id);
    known.skeletons.insert(skeleton.to_owned(), (key.to_owned(), name.to_owned()));
    id
}

/// A client, for comparing names.
#[derive(Debug, Clone)]
pub struct Near {
    pub id: ClientId,
    pub key: String,
    pub name: String,
}

/// Whether another client whose name begins so waits to be written.
#[must_use]
pub fn waits(work: &Work<'_>, beginning: &str, but: &str) -> bool {
    work.waiting(&CLIENT).any(|cells| {
        matches!(cells, [_, Cell::Text(key), Cell::Text(skeleton), ..]
            if key != but && skeleton.starts_with(beginning))
    })
}

/// Some clients whose names begin alike, by bytes: the column compares so with both databases.
///
/// # Errors
/// When the database refuses.
pub async fn beginning(tx: &mut Conn, beginning: &str) -> Result<Vec<Near>, Fault> {
    const READ_MAX: i64 = 50;
    let rows = sqlx::query(
        "select id, key, name from client where skeleton >= $1 and skeleton < $2 \
         order by skeleton limit $3",
    )
    .bind(beginning)
    .bind(format!("{beginning}{}", char::MAX))
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
    pub amount: Money,
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
        "select number, partner_id, amount_minor, currency, line, claimed_at from sale where client_id = $1 \
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
            let currency = Currency::parse(&row.try_get::<String, _>(3)?)
                .map_err(|_| sqlx::Error::Decode("sale: currency".into()))?;
            Ok(Earlier {
                number: SaleNumber(row.try_get(0)?),
                partner_id: row.try_get(1)?,
                amount: Money::new(row.try_get(2)?, currency),
                line: row.try_get(4)?,
                claimed_at: row.try_get(5)?,
            })
        })
        .collect()
}
