//! What the database says of a person.
use super::{Invitation, PartnerRow};
use crate::platform::db::Conn;
use schema::status::{Enrollment, Role, TeamRole, Visibility};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// # Errors
/// When the database refuses.
pub async fn partner_by_user(
    tx: &mut Conn,
    user_id: &str,
) -> Result<Option<PartnerRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, user_id, name, visibility, industries, timezone, organization, approved_at, \
         rejected_at, suspended_at, left_at, reason, \
         (select o.offered_at from mentor_offer o where o.partner_id = partner.id and o.ended_at is null), \
         (select m.role from membership m where m.partner_id = partner.id and m.left_at is null) \
         from partner where user_id = $1",
    )
    .bind(user_id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(partner).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn partner_by_id(tx: &mut Conn, id: &str) -> Result<Option<PartnerRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, user_id, name, visibility, industries, timezone, organization, approved_at, \
         rejected_at, suspended_at, left_at, reason, \
         (select o.offered_at from mentor_offer o where o.partner_id = partner.id and o.ended_at is null), \
         (select m.role from membership m where m.partner_id = partner.id and m.left_at is null) \
         from partner where id = $1",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(partner).transpose()
}

/// Reads a row whose columns stand in the order used above.
///
/// # Errors
/// When a column does not hold what it should.
pub fn partner(row: &AnyRow) -> Result<PartnerRow, sqlx::Error> {
    let at = |column: usize| row.try_get::<Option<i64>, _>(column);
    let since = at(7)?;
    let enrollment = match (at(10)?, at(9)?, since, at(8)?) {
        (Some(_), ..) => Enrollment::Left,
        (_, Some(_), ..) => Enrollment::Suspended,
        (_, _, Some(_), _) => Enrollment::Approved,
        (_, _, _, Some(_)) => Enrollment::Rejected,
        _ => Enrollment::Pending,
    };
    let id: String = row.try_get(0)?;
    let visibility: String = row.try_get(3)?;
    let industries: String = row.try_get(4)?;
    Ok(PartnerRow {
        id: id.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        user_id: row.try_get(1)?,
        name: row.try_get(2)?,
        enrollment,
        visibility: visibility.parse().unwrap_or(Visibility::Public),
        industries: serde_json::from_str(&industries).unwrap_or_default(),
        timezone: row.try_get(5)?,
        organization: row.try_get(6)?,
        since,
        reason: row.try_get(11)?,
        mentoring: at(12)?.is_some(),
        team: row.try_get::<Option<String>, _>(13)?.and_then(|role| role.parse().ok()),
    })
}

/// # Errors
/// When the database refuses.
pub async fn roles(tx: &mut Conn, user_id: &str) -> Result<Vec<Role>, sqlx::Error> {
    let rows = sqlx::query("select role from role_grant where user_id = $1 and revoked_at is null")
        .bind(user_id)
        .fetch_all(tx)
        .await?;
    Ok(rows.iter().filter_map(|row| row.try_get::<String, _>(0).ok()?.parse().ok()).collect())
}

/// The open invitation of a person.
///
/// # Errors
/// When the database refuses.
pub async fn invitation(tx: &mut Conn, user_id: &str) -> Result<Option<Invitation>, sqlx::Error> {
    let row = sqlx::query(
        "select i.id, i.organization, i.user_id, i.role, i.invited_by from invitation i \
         join organization o on o.slug = i.organization \
         where i.user_id = $1 and i.accepted_at is null and i.ended_at is null \
         and o.suspended_at is null and o.removed_at is null",
    )
    .bind(user_id)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        let role: String = row.try_get(3)?;
        Ok(Invitation {
            id: row.try_get(0)?,
            organization: row.try_get(1)?,
            user_id: row.try_get(2)?,
            role: role.parse().unwrap_or(TeamRole::Member),
            by: row.try_get(4)?,
        })
    })
    .transpose()
}
