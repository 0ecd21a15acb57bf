//! Homeservers that leads have named, and what became of them. One open proposal an organization.
use crate::platform::db::Conn;
use schema::card::ServersStatus;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRow {
    pub id: String,
    pub organization: String,
    pub servers: Vec<String>,
    pub by: String,
}

fn proposal(row: &AnyRow) -> Result<ProposalRow, sqlx::Error> {
    let servers: String = row.try_get(2)?;
    Ok(ProposalRow {
        id: row.try_get(0)?,
        organization: row.try_get(1)?,
        servers: servers.split(' ').map(str::to_owned).collect(),
        by: row.try_get(3)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &ProposalRow, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into server_proposal (id, organization, servers, proposed_by, proposed_at) \
         values ($1, $2, $3, $4, $5)",
    )
    .bind(&row.id)
    .bind(&row.organization)
    .bind(row.servers.join(" "))
    .bind(&row.by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn open(tx: &mut Conn, slug: &str) -> Result<Option<ProposalRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, organization, servers, proposed_by from server_proposal \
         where organization = $1 and decided_at is null",
    )
    .bind(slug)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(proposal).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn open_by_id(tx: &mut Conn, id: &str) -> Result<Option<ProposalRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, organization, servers, proposed_by from server_proposal \
         where id = $1 and decided_at is null",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(proposal).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn decide(
    tx: &mut Conn,
    id: &str,
    status: ServersStatus,
    (by, now): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update server_proposal set decision = $1, decided_by = $2, decided_at = $3 where id = $4",
    )
    .bind(status.as_str())
    .bind(by)
    .bind(now)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}
