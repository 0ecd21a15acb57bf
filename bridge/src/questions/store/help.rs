//! Facts of help: written once, never changed.
use super::partner;
use crate::platform::db::Conn;
use crate::questions::rules::help::{HelpFact, HelpKind};
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, fact: &HelpFact) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into help_fact (id, kind, helper_id, helped_id, industry, at, cause, reverses) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&fact.id)
    .bind(fact.kind.as_str())
    .bind(fact.helper.to_string())
    .bind(fact.helped.to_string())
    .bind(&fact.industry)
    .bind(fact.at)
    .bind(&fact.cause)
    .bind(&fact.reverses)
    .execute(tx)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<HelpFact, sqlx::Error> {
    let kind: String = row.try_get(1)?;
    Ok(HelpFact {
        id: row.try_get(0)?,
        kind: HelpKind::parse(&kind)
            .ok_or_else(|| sqlx::Error::Decode("help fact: kind".into()))?,
        helper: partner(row, 2)?,
        helped: partner(row, 3)?,
        industry: row.try_get(4)?,
        at: row.try_get(5)?,
        cause: row.try_get(6)?,
        reverses: row.try_get(7)?,
    })
}

/// All facts of a partner's help, those that were taken back and what took them back included.
///
/// # Errors
/// When the database refuses.
pub async fn of(reader: &mut Conn, helper: PartnerId) -> Result<Vec<HelpFact>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, kind, helper_id, helped_id, industry, at, cause, reverses \
         from help_fact where helper_id = $1 order by at, id",
    )
    .bind(helper.to_string())
    .fetch_all(reader)
    .await?;
    rows.iter().map(read).collect()
}

/// What a cause made facts, as far as they were not taken back.
///
/// # Errors
/// When the database refuses.
pub async fn standing_of_cause(
    reader: &mut Conn,
    cause: &str,
) -> Result<Vec<HelpFact>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, kind, helper_id, helped_id, industry, at, cause, reverses from help_fact f \
         where cause = $1 and reverses is null \
         and not exists (select 1 from help_fact back where back.reverses = f.id) order by id",
    )
    .bind(cause)
    .fetch_all(reader)
    .await?;
    rows.iter().map(read).collect()
}

/// Every fact, one helper's after another's, in order.
///
/// # Errors
/// When the database refuses.
pub async fn all(reader: &mut Conn) -> Result<Vec<HelpFact>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, kind, helper_id, helped_id, industry, at, cause, reverses \
         from help_fact order by helper_id, at, id",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(read).collect()
}
