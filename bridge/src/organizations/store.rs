//! Rows of organizations and their homeservers.
pub mod figures;
pub mod invitations;
pub mod members;
pub mod proposals;
pub mod questions;

use crate::platform::db::Conn;
use schema::card::OrganizationStatus;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationRow {
    pub slug: String,
    pub name: String,
    pub members_max: i64,
    pub made_at: i64,
    pub suspended_at: Option<i64>,
    pub removed_at: Option<i64>,
    pub reason: Option<String>,
}

impl OrganizationRow {
    #[must_use]
    pub const fn status(&self) -> OrganizationStatus {
        match (self.removed_at, self.suspended_at) {
            (Some(_), _) => OrganizationStatus::Left,
            (None, Some(_)) => OrganizationStatus::Suspended,
            (None, None) => OrganizationStatus::Active,
        }
    }
}

fn organization(row: &AnyRow) -> Result<OrganizationRow, sqlx::Error> {
    Ok(OrganizationRow {
        slug: row.try_get(0)?,
        name: row.try_get(1)?,
        members_max: row.try_get(2)?,
        made_at: row.try_get(3)?,
        suspended_at: row.try_get(4)?,
        removed_at: row.try_get(5)?,
        reason: row.try_get(6)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn by_slug(tx: &mut Conn, slug: &str) -> Result<Option<OrganizationRow>, sqlx::Error> {
    let row = sqlx::query(
        "select slug, name, members_max, made_at, suspended_at, removed_at, reason from organization \
         where slug = $1",
    )
    .bind(slug)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(organization).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn, limit: i64) -> Result<Vec<OrganizationRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select slug, name, members_max, made_at, suspended_at, removed_at, reason from organization \
         where removed_at is null order by made_at, slug limit $1",
    )
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(organization).collect()
}

/// How many are with the program.
///
/// # Errors
/// When the database refuses.
pub async fn count(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("select count(*) from organization where removed_at is null")
        .fetch_one(tx)
        .await?;
    row.try_get(0)
}

/// A new one, or one that comes again under its old short name.
///
/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    (slug, name): (&str, &str),
    (members_max, by): (i64, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into organization (slug, name, members_max, made_at, made_by) values ($1, $2, $3, $4, $5) \
         on conflict (slug) do update set name = excluded.name, members_max = excluded.members_max, \
         made_at = excluded.made_at, made_by = excluded.made_by, suspended_at = null, removed_at = null, \
         reason = null",
    )
    .bind(slug)
    .bind(name)
    .bind(members_max)
    .bind(now)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn set_quota(tx: &mut Conn, slug: &str, members_max: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update organization set members_max = $1 where slug = $2")
        .bind(members_max)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// Suspends it at a time, or no longer.
///
/// # Errors
/// When the database refuses.
pub async fn suspend(
    tx: &mut Conn,
    slug: &str,
    (at, reason): (Option<i64>, Option<&str>),
) -> Result<(), sqlx::Error> {
    sqlx::query("update organization set suspended_at = $1, reason = $2 where slug = $3")
        .bind(at)
        .bind(reason)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Conn, slug: &str, reason: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update organization set removed_at = $1, reason = $2 where slug = $3")
        .bind(now)
        .bind(reason)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// Its homeservers now.
///
/// # Errors
/// When the database refuses.
pub async fn servers(tx: &mut Conn, slug: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select server from organization_server where organization = $1 and removed_at is null \
         order by added_at, server",
    )
    .bind(slug)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn add_server(
    tx: &mut Conn,
    (slug, server): (&str, &str),
    by: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into organization_server (organization, server, added_at, added_by) \
         values ($1, $2, $3, $4)",
    )
    .bind(slug)
    .bind(server)
    .bind(now)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn remove_server(
    tx: &mut Conn,
    (slug, server): (&str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update organization_server set removed_at = $1 \
         where organization = $2 and server = $3 and removed_at is null",
    )
    .bind(now)
    .bind(slug)
    .bind(server)
    .execute(tx)
    .await?;
    Ok(())
}

/// The other organizations that have declared a homeserver, by name.
///
/// # Errors
/// When the database refuses.
pub async fn others_on(
    tx: &mut Conn,
    server: &str,
    slug: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select o.name from organization_server s join organization o on o.slug = s.organization \
         where s.server = $1 and s.organization <> $2 and s.removed_at is null order by o.name",
    )
    .bind(server)
    .bind(slug)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
