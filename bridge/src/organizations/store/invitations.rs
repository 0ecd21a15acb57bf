//! Invitations into organizations: one open one a person.
use crate::platform::access::Invitation;
use crate::platform::db::Conn;
use schema::status::TeamRole;
use sqlx::Row as _;

/// An open invitation as the team sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedRow {
    pub id: String,
    pub organization: String,
    pub user_id: String,
    pub role: TeamRole,
    pub invited_at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &InvitedRow, by: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into invitation (id, organization, user_id, role, invited_at, invited_by) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&row.id)
    .bind(&row.organization)
    .bind(&row.user_id)
    .bind(row.role.as_str())
    .bind(row.invited_at)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// The person has said yes, by an event.
///
/// # Errors
/// When the database refuses.
pub async fn accept(
    tx: &mut Conn,
    invitation: &Invitation,
    event: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update invitation set accepted_at = $1, accepted_event = $2 where id = $3")
        .bind(now)
        .bind(event)
        .bind(invitation.id())
        .execute(tx)
        .await?;
    Ok(())
}

/// It ends without a yes: declined, withdrawn or lapsed.
///
/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut Conn, id: &str, how: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update invitation set ended_at = $1, ended = $2 where id = $3")
        .bind(now)
        .bind(how)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Those of an organization that wait for an answer.
///
/// # Errors
/// When the database refuses.
pub async fn open(tx: &mut Conn, slug: &str) -> Result<Vec<InvitedRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, organization, user_id, role, invited_at from invitation \
         where organization = $1 and accepted_at is null and ended_at is null order by invited_at, id",
    )
    .bind(slug)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let role: String = row.try_get(3)?;
            Ok(InvitedRow {
                id: row.try_get(0)?,
                organization: row.try_get(1)?,
                user_id: row.try_get(2)?,
                role: role.parse().unwrap_or(TeamRole::Member),
                invited_at: row.try_get(4)?,
            })
        })
        .collect()
}
