//! What was said of servers, and whose servers are let in.
use crate::platform::db::Conn;
use crate::program::server_of;
use sqlx::Row as _;
use std::collections::BTreeSet;

/// The word that counts now: `open` or `members`; none before anything was said.
///
/// # Errors
/// When the database refuses.
pub async fn word(reader: &mut Conn) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select access from room_access order by n desc limit 1")
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn set(
    tx: &mut Conn,
    access: &str,
    (by, now): (&str, i64),
    cause: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into room_access (n, access, by_user, at, cause) values \
         ((select coalesce(max(n), 0) + 1 from room_access), $1, $2, $3, $4)",
    )
    .bind(access)
    .bind(by)
    .bind(now)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}

/// The servers of all who belong to the program: organizations, approved partners and the team. Owners stand in the
/// configuration; the caller adds them.
///
/// # Errors
/// When the database refuses.
pub async fn allowed_servers(reader: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select user_id from partner where approved_at is not null and suspended_at is null \
         and left_at is null \
         union select user_id from role_grant where revoked_at is null",
    )
    .fetch_all(&mut *reader)
    .await?;
    let mut servers = BTreeSet::new();
    for row in &rows {
        let user: String = row.try_get(0)?;
        servers.extend(server_of(&user).map(str::to_owned));
    }
    let rows = sqlx::query(
        "select s.server from organization_server s join organization o on o.slug = s.organization \
         where s.removed_at is null and o.removed_at is null and o.suspended_at is null",
    )
    .fetch_all(reader)
    .await?;
    for row in &rows {
        servers.insert(row.try_get(0)?);
    }
    Ok(servers.into_iter().collect())
}

/// The servers that a room lets in, as last put into it, JSON.
///
/// # Errors
/// When the database refuses.
pub async fn put(tx: &mut Conn, room_id: &str, acl: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update room set acl = $1 where room_id = $2")
        .bind(acl)
        .bind(room_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The servers that links to a room name, JSON.
///
/// # Errors
/// When the database refuses.
pub async fn set_via(tx: &mut Conn, room_id: &str, via: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room set via = $1, via_at = $2 where room_id = $3")
        .bind(via)
        .bind(now)
        .bind(room_id)
        .execute(tx)
        .await?;
    Ok(())
}
