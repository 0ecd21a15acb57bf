//! Who belongs to which organization, when. A membership ends, it is never deleted; a new role is a new
//! membership of the same day.
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::PartnerId;
use schema::status::{Enrollment, TeamRole};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A membership that lasts, with its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    pub id: String,
    pub organization: String,
    pub partner: PartnerId,
    pub user_id: String,
    pub name: String,
    pub role: TeamRole,
    /// They came into the program by the organization's invitation.
    pub admitted: bool,
    pub joined_at: i64,
    /// Suspended together with the organization.
    pub suspended_at: Option<i64>,
    pub enrollment: Enrollment,
}

fn member(row: &AnyRow) -> Result<MemberRow, sqlx::Error> {
    let partner: String = row.try_get(2)?;
    let role: String = row.try_get(5)?;
    let suspended: Option<i64> = row.try_get(9)?;
    let left: Option<i64> = row.try_get(10)?;
    let enrollment = match (left, suspended) {
        (Some(_), _) => Enrollment::Left,
        (None, Some(_)) => Enrollment::Suspended,
        (None, None) => Enrollment::Approved,
    };
    Ok(MemberRow {
        id: row.try_get(0)?,
        organization: row.try_get(1)?,
        partner: partner.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        user_id: row.try_get(3)?,
        name: row.try_get(4)?,
        role: role.parse().unwrap_or(TeamRole::Member),
        admitted: row.try_get::<i64, _>(6)? != 0,
        joined_at: row.try_get(7)?,
        suspended_at: row.try_get(8)?,
        enrollment,
    })
}

/// A membership that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewMember<'a> {
    pub id: &'a str,
    pub organization: &'a str,
    pub partner: PartnerId,
    pub role: TeamRole,
    pub from_on: Date,
    pub admitted: bool,
    pub by: &'a str,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, new: NewMember<'_>, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into membership (id, organization, partner_id, role, from_on, admitted, joined_at, joined_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id)
    .bind(new.organization)
    .bind(new.partner.to_string())
    .bind(new.role.as_str())
    .bind(new.from_on.to_string())
    .bind(i64::from(new.admitted))
    .bind(now)
    .bind(new.by)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends a membership: its last day was yesterday.
///
/// # Errors
/// When the database refuses.
pub async fn end(
    tx: &mut Conn,
    id: &str,
    (to_on, by): (Date, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update membership set to_on = $1, left_at = $2, left_by = $3 where id = $4")
        .bind(to_on.to_string())
        .bind(now)
        .bind(by)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes that a person is suspended together with the organization, or no longer.
///
/// # Errors
/// When the database refuses.
pub async fn suspend(tx: &mut Conn, id: &str, at: Option<i64>) -> Result<(), sqlx::Error> {
    sqlx::query("update membership set suspended_at = $1 where id = $2")
        .bind(at)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The membership of a partner that lasts.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(
    tx: &mut Conn,
    partner: PartnerId,
) -> Result<Option<MemberRow>, sqlx::Error> {
    let row = sqlx::query(
        "select m.id, m.organization, m.partner_id, p.user_id, p.name, m.role, m.admitted, m.joined_at, \
         m.suspended_at, p.suspended_at, p.left_at from membership m join partner p on p.id = m.partner_id \
         where m.partner_id = $1 and m.left_at is null",
    )
    .bind(partner.to_string())
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(member).transpose()
}

/// The people of an organization now, leads first.
///
/// # Errors
/// When the database refuses.
pub async fn of_organization(tx: &mut Conn, slug: &str) -> Result<Vec<MemberRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.id, m.organization, m.partner_id, p.user_id, p.name, m.role, m.admitted, m.joined_at, \
         m.suspended_at, p.suspended_at, p.left_at from membership m join partner p on p.id = m.partner_id \
         where m.organization = $1 and m.left_at is null order by m.role, m.joined_at, m.id",
    )
    .bind(slug)
    .fetch_all(tx)
    .await?;
    rows.iter().map(member).collect()
}

/// The organization of a partner on a day.
///
/// # Errors
/// When the database refuses.
pub async fn on_day(
    tx: &mut Conn,
    partner: PartnerId,
    day: Date,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "select organization from membership where partner_id = $1 and from_on <= $2 \
         and (to_on is null or to_on > $2)",
    )
    .bind(partner.to_string())
    .bind(day.to_string())
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// The organization of a partner at an instant.
///
/// # Errors
/// When the database refuses.
pub async fn at_instant(
    tx: &mut Conn,
    (partner, at): (PartnerId, i64),
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "select organization from membership where partner_id = $1 and joined_at <= $2 \
         and (left_at is null or left_at > $2)",
    )
    .bind(partner.to_string())
    .bind(at)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Who belonged to which organization when: partner, organization, first day, the day after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub partner: String,
    pub organization: String,
    pub from_on: String,
    pub to_on: Option<String>,
}

/// Every membership there ever was.
///
/// # Errors
/// When the database refuses.
pub async fn spans(tx: &mut Conn) -> Result<Vec<Span>, sqlx::Error> {
    let rows = sqlx::query(
        "select partner_id, organization, from_on, to_on from membership \
         where to_on is null or to_on > from_on order by partner_id, from_on, joined_at",
    )
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Span {
                partner: row.try_get(0)?,
                organization: row.try_get(1)?,
                from_on: row.try_get(2)?,
                to_on: row.try_get(3)?,
            })
        })
        .collect()
}

/// Whether a partner has ever belonged to an organization without leading it.
///
/// # Errors
/// When the database refuses.
pub async fn was_member(
    tx: &mut Conn,
    partner: PartnerId,
    slug: &str,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select count(*) from membership where partner_id = $1 and organization = $2 and role = $3",
    )
    .bind(partner.to_string())
    .bind(slug)
    .bind(TeamRole::Member.as_str())
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}
