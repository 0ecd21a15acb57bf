//! Rows of offers, and what a search for a mentor reads.
use super::partner;
use crate::mentorship::rules::matching::Mentor;
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};

/// A new offer, or the old one changed.
///
/// # Errors
/// When the database refuses.
pub async fn set(
    tx: &mut Conn,
    partner: PartnerId,
    industries: &[String],
    capacity: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into mentor_offer (partner_id, industries, capacity, offered_at) values ($1, $2, $3, $4) \
         on conflict (partner_id) do update set industries = excluded.industries, \
         capacity = excluded.capacity, offered_at = excluded.offered_at, ended_at = null",
    )
    .bind(partner.to_string())
    .bind(serde_json::to_string(industries).unwrap_or_default())
    .bind(capacity)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes an offer back; whether there was one.
///
/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut Conn, partner: PartnerId, now: i64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update mentor_offer set ended_at = $1 where partner_id = $2 and ended_at is null",
    )
    .bind(now)
    .bind(partner.to_string())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Every standing offer of an active partner.
///
/// # Errors
/// When the database refuses.
pub async fn mentors(tx: &mut Conn) -> Result<Vec<Mentor>, sqlx::Error> {
    let mut wins = wins_of_mentors(tx).await?;
    let rows = sqlx::query(
        "select o.partner_id, p.user_id, p.name, o.industries, p.timezone, o.capacity, p.visibility, \
         (select count(*) from mentorship m where m.mentor_id = o.partner_id \
          and m.accepted_at is not null and m.ended_at is null), \
         (select count(*) from mentorship m where m.mentor_id = o.partner_id and m.accepted_at is null \
          and m.declined_at is null and m.lapsed_at is null and m.ended_at is null) \
         from mentor_offer o join partner p on p.id = o.partner_id \
         where o.ended_at is null and p.suspended_at is null and p.left_at is null",
    )
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let (industries, visibility): (String, String) = (row.try_get(3)?, row.try_get(6)?);
            let id = partner(row, 0)?;
            let wins = wins.remove(&id).filter(|_| visibility == "public").unwrap_or_default();
            Ok(Mentor {
                id,
                user_id: row.try_get(1)?,
                name: row.try_get(2)?,
                industries: serde_json::from_str(&industries).unwrap_or_default(),
                wins,
                timezone: row.try_get(4)?,
                capacity: row.try_get(5)?,
                mentees: row.try_get(7)?,
                requests: row.try_get(8)?,
            })
        })
        .collect()
}

async fn wins_of_mentors(
    tx: &mut Conn,
) -> Result<BTreeMap<PartnerId, BTreeSet<String>>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct h.partner_id, s.industry from mentor_offer o \
         join share h on h.partner_id = o.partner_id join sale s on s.id = h.sale_id \
         where o.ended_at is null and s.industry is not null \
         and s.approved_at is not null and s.voided_at is null \
         and s.amount_minor > coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a \
         where a.sale_id = s.id), 0)",
    )
    .fetch_all(tx)
    .await?;
    let mut wins: BTreeMap<PartnerId, BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        wins.entry(partner(row, 0)?).or_default().insert(row.try_get(1)?);
    }
    Ok(wins)
}

/// The industries in which a partner has a counting sale.
///
/// # Errors
/// When the database refuses.
pub async fn wins_of(tx: &mut Conn, partner: PartnerId) -> Result<BTreeSet<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct s.industry from share h join sale s on s.id = h.sale_id \
         where h.partner_id = $1 and s.industry is not null \
         and s.approved_at is not null and s.voided_at is null \
         and s.amount_minor > coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a \
         where a.sale_id = s.id), 0)",
    )
    .bind(partner.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
