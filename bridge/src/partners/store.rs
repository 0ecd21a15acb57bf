//! Rows of partners.
use crate::platform::access::{PartnerRow, store::partner};
use crate::platform::db::Conn;
use sqlx::Row as _;

/// A new person, or one who comes again: the id stays, what ended the last time is cleared.
///
/// # Errors
/// When the database refuses.
pub async fn apply(
    tx: &mut Conn,
    (id, user_id, name): (&str, &str, &str),
    text: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into partner (id, user_id, name, application, visibility, industries, applied_at) \
         values ($1, $2, $3, $4, 'public', '[]', $5) \
         on conflict (user_id) do update set application = excluded.application, \
         applied_at = excluded.applied_at, approved_at = null, approved_by = null, \
         rejected_at = null, suspended_at = null, left_at = null, reason = null",
    )
    .bind(id)
    .bind(user_id)
    .bind(name)
    .bind(text)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn approve(tx: &mut Conn, user_id: &str, by: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update partner set approved_at = $1, approved_by = $2, rejected_at = null, left_at = null, \
         suspended_at = null, reason = null where user_id = $3",
    )
    .bind(now)
    .bind(by)
    .bind(user_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn reject(
    tx: &mut Conn,
    user_id: &str,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set rejected_at = $1, reason = $2 where user_id = $3")
        .bind(now)
        .bind(reason)
        .bind(user_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn suspend(
    tx: &mut Conn,
    user_id: &str,
    reason: &str,
    now: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set suspended_at = $1, reason = $2 where user_id = $3")
        .bind(now)
        .bind(now.map(|_| reason))
        .bind(user_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn leave(
    tx: &mut Conn,
    user_id: &str,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set left_at = $1, reason = $2 where user_id = $3")
        .bind(now)
        .bind(reason)
        .bind(user_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What a person says of themselves, and since when they apply.
///
/// # Errors
/// When the database refuses.
pub async fn application(
    tx: &mut Conn,
    user_id: &str,
) -> Result<Option<(String, i64)>, sqlx::Error> {
    let row = sqlx::query("select application, applied_at from partner where user_id = $1")
        .bind(user_id)
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        let text: Option<String> = row.try_get(0)?;
        Ok((text.unwrap_or_default(), row.try_get(1)?))
    })
    .transpose()
}

/// # Errors
/// When the database refuses.
pub async fn complete(tx: &mut Conn, user_id: &str, text: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set application = $1 where user_id = $2")
        .bind(text)
        .bind(user_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn set_organization(
    tx: &mut Conn,
    user_id: &str,
    organization: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set organization = $1 where user_id = $2")
        .bind(organization)
        .bind(user_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn rename(tx: &mut Conn, user_id: &str, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set name = $1 where user_id = $2")
        .bind(name)
        .bind(user_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn set_profile(tx: &mut Conn, row: &PartnerRow) -> Result<(), sqlx::Error> {
    let industries = serde_json::to_string(&row.industries).unwrap_or_default();
    sqlx::query("update partner set visibility = $1, timezone = $2, industries = $3 where id = $4")
        .bind(row.visibility.as_str())
        .bind(&row.timezone)
        .bind(industries)
        .bind(row.id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn, limit: i64) -> Result<Vec<PartnerRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, user_id, name, visibility, industries, timezone, organization, approved_at, \
         rejected_at, suspended_at, left_at, reason, \
         (select o.offered_at from mentor_offer o where o.partner_id = partner.id and o.ended_at is null), \
         (select m.role from membership m where m.partner_id = partner.id and m.left_at is null) \
         from partner \
         where rejected_at is null and left_at is null order by applied_at, id limit $1",
    )
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(partner).collect()
}

/// Approved partners, and applications that wait.
///
/// # Errors
/// When the database refuses.
pub async fn count(tx: &mut Conn) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select count(approved_at), cast(coalesce(sum(case when approved_at is null and rejected_at is null then 1 else 0 end), 0) as bigint) \
         from partner where left_at is null and suspended_at is null",
    )
    .fetch_one(tx)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
