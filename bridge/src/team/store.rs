//! Rows of role grants; a grant ends, it is never deleted.
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone)]
pub struct Grant {
    pub user_id: String,
    pub role: String,
    pub granted_by: String,
    pub granted_at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn open(tx: &mut Conn) -> Result<Vec<Grant>, sqlx::Error> {
    let rows = sqlx::query(
        "select user_id, role, granted_by, granted_at from role_grant where revoked_at is null order by role, user_id",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// As [`open`], of those whose role holds: that of a suspended partner rests.
///
/// # Errors
/// When the database refuses.
pub async fn awake(tx: &mut Conn) -> Result<Vec<Grant>, sqlx::Error> {
    let rows = sqlx::query(
        "select g.user_id, g.role, g.granted_by, g.granted_at from role_grant g where g.revoked_at is null \
         and not exists (select 1 from partner p where p.user_id = g.user_id \
         and p.suspended_at is not null and p.left_at is null) order by g.role, g.user_id",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Grant, sqlx::Error> {
    Ok(Grant {
        user_id: row.try_get(0)?,
        role: row.try_get(1)?,
        granted_by: row.try_get(2)?,
        granted_at: row.try_get(3)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn grant(
    tx: &mut Conn,
    user: &str,
    role: &str,
    by: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into role_grant (user_id, role, granted_at, granted_by) values ($1, $2, $3, $4)",
    )
    .bind(user)
    .bind(role)
    .bind(now)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends the open grant; false when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(
    tx: &mut Conn,
    user: &str,
    role: &str,
    by: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update role_grant set revoked_at = $1, revoked_by = $2 where user_id = $3 and role = $4 and revoked_at is null",
    )
    .bind(now)
    .bind(by)
    .bind(user)
    .bind(role)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
