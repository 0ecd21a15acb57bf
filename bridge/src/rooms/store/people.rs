//! Who is somebody to the program, as far as rooms go.
use crate::platform::db::Conn;
use crate::rooms::rules::People;
use sqlx::Row as _;

/// Everybody who may be in any room, as the database says now.
///
/// # Errors
/// When the database refuses.
pub async fn read(reader: &mut Conn, owners: &[String]) -> Result<People, sqlx::Error> {
    let mut people = People {
        team: owners.iter().cloned().collect(),
        managers: owners.iter().cloned().collect(),
        ..People::default()
    };
    for (user, role) in team(reader).await? {
        if role == "manager" {
            people.managers.insert(user.clone());
        }
        people.team.insert(user);
    }
    people.partners.extend(partners(reader).await?);
    people.pairs.extend(pairs(reader).await?);
    Ok(people)
}

/// Who has a role that holds: that of a suspended partner rests.
async fn team(reader: &mut Conn) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select g.user_id, g.role from role_grant g where g.revoked_at is null and not exists \
         (select 1 from partner p where p.user_id = g.user_id and p.suspended_at is not null and p.left_at is null)",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn partners(reader: &mut Conn) -> Result<Vec<(String, Option<String>)>, sqlx::Error> {
    let rows = sqlx::query(
        "select user_id, organization from partner \
         where approved_at is not null and suspended_at is null and left_at is null",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Those of ended mentorships too: their room stays theirs.
async fn pairs(reader: &mut Conn) -> Result<Vec<(String, [String; 2])>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.id, a.user_id, b.user_id from mentorship m join partner a on a.id = m.mentor_id \
         join partner b on b.id = m.mentee_id where m.accepted_at is not null",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, [row.try_get(1)?, row.try_get(2)?]))).collect()
}

/// Mentorships in whose room a person is, or is asked into.
///
/// # Errors
/// When the database refuses.
pub async fn pairs_of(reader: &mut Conn, user: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.id from mentorship m join partner p on p.id = m.mentor_id or p.id = m.mentee_id \
         where p.user_id = $1 and m.accepted_at is not null order by m.id",
    )
    .bind(user)
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Whether a person's removal from a room is still to be sent, or was refused after `since`.
///
/// # Errors
/// When the database refuses.
pub async fn is_going(
    reader: &mut Conn,
    (room, user): (&str, &str),
    since: i64,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select 1 from outbox where kind = 'remove' and room = $1 and subject = $2 and sent_at is null \
         and (parked_at is null or parked_at > $3) limit 1",
    )
    .bind(room)
    .bind(user)
    .bind(since)
    .fetch_optional(reader)
    .await?;
    Ok(row.is_some())
}

/// The kept rooms in which a person is, or is asked into, as our own view has it.
///
/// # Errors
/// When the database refuses.
pub async fn places_of(reader: &mut Conn, user: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select r.key from member m join room r on r.room_id = m.room_id \
         where m.user_id = $1 and m.membership in ('join', 'invite', 'knock') order by r.key",
    )
    .bind(user)
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
