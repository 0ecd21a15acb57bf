//! Who could be asked to look at a question, and who was.
use super::partner;
use crate::platform::db::Conn;
use crate::questions::rules::routing::Candidate;
use schema::ids::PartnerId;
use sqlx::Row as _;

/// Active partners with a public profile who are in a channel, the asker apart.
///
/// # Errors
/// When the database refuses.
pub async fn candidates(
    tx: &mut Conn,
    (room, industry): (&str, &str),
    asker: PartnerId,
    since: i64,
) -> Result<Vec<Candidate>, sqlx::Error> {
    let rows = sqlx::query(
        "select p.id, p.user_id, p.industries, \
         (select count(*) from share h join sale s on s.id = h.sale_id where h.partner_id = p.id \
          and s.industry = $1 and s.approved_at is not null and s.voided_at is null \
         and s.amount_minor > coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a \
         where a.sale_id = s.id), 0)), \
         (select count(*) from question_mention m where m.partner_id = p.id and m.at > $2) \
         from partner p join member b on b.user_id = p.user_id and b.membership = 'join' \
         join room r on r.room_id = b.room_id \
         where r.key = $3 and p.approved_at is not null and p.rejected_at is null \
         and p.suspended_at is null and p.left_at is null and p.visibility = 'public' and p.id <> $4",
    )
    .bind(industry)
    .bind(since)
    .bind(room)
    .bind(asker.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let industries: String = row.try_get(2)?;
            Ok(Candidate {
                id: partner(row, 0)?,
                user_id: row.try_get(1)?,
                industries: serde_json::from_str(&industries).unwrap_or_default(),
                wins: row.try_get(3)?,
                mentions: row.try_get(4)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn mentioned(
    tx: &mut Conn,
    question: &str,
    partner: PartnerId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into question_mention (question_id, partner_id, at) values ($1, $2, $3)")
        .bind(question)
        .bind(partner.to_string())
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}
