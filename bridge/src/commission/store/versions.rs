//! Rows of rules. They are never changed: a new version stands beside the old ones.
use super::bad;
use crate::commission::rules::Version;
use crate::ledger::rules::RuleRef;
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

fn read(row: &AnyRow) -> Result<Version, sqlx::Error> {
    let body = row.try_get::<Option<String>, _>(3)?;
    let body = body.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Version {
        rule: RuleRef { rule: row.try_get(0)?, version: row.try_get(1)? },
        name: row.try_get(2)?,
        body: body.map_err(|_| bad("body of a rule"))?,
        from: row.try_get::<String, _>(4)?.parse().map_err(|_| bad("day"))?,
        made_by: row.try_get(5)?,
        made_at: row.try_get(6)?,
    })
}

/// Every version of every rule, the oldest rule first.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn) -> Result<Vec<Version>, sqlx::Error> {
    let rows = sqlx::query(
        "select n, version, name, body, valid_from, made_by, made_at from rule order by n, version",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, version: &Version, cause: &str) -> Result<(), sqlx::Error> {
    let body = version.body.as_ref().map(serde_json::to_string).transpose();
    sqlx::query(
        "insert into rule (n, version, name, body, valid_from, made_by, made_at, cause) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(version.rule.rule)
    .bind(version.rule.version)
    .bind(&version.name)
    .bind(body.map_err(|_| bad("body of a rule"))?)
    .bind(version.from.to_string())
    .bind(&version.made_by)
    .bind(version.made_at)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}
