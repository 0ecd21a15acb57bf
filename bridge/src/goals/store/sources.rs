//! What goals read of others' rows: the ledger's credit, and claims that wait for their review.
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use futures_util::TryStreamExt as _;
use jiff::civil::Date;
use sqlx::Row as _;

/// Entries of the credit book before `seq`, backwards: sequence, time and body.
///
/// # Errors
/// When the database refuses.
pub async fn before(
    tx: &mut Conn,
    seq: i64,
    limit: i64,
) -> Result<Vec<(i64, i64, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, posted_at, body from entry where book = 'credit' and seq < $1 order by seq desc limit $2",
    )
    .bind(seq)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// Every entry of the credit book, one after another in order: sequence and body.
///
/// # Errors
/// When the database refuses, or an entry is not readable.
pub async fn each(
    tx: &mut Conn,
    mut see: impl FnMut(i64, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut rows =
        sqlx::query("select seq, body from entry where book = 'credit' order by seq").fetch(tx);
    while let Some(row) = rows.try_next().await? {
        see(row.try_get(0)?, row.try_get(1)?)?;
    }
    Ok(())
}

/// How many claims of some days wait in which somebody has a part who was of an organization then. `named`:
/// only of those who stand with their name.
///
/// # Errors
/// When the database refuses.
pub async fn in_review_of(
    tx: &mut Conn,
    (from, to): (Date, Date),
    (organization, named): (&str, bool),
) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "select count(distinct s.id) from sale s join share h on h.sale_id = s.id \
         join membership m on m.partner_id = h.partner_id join partner p on p.id = h.partner_id \
         where s.approved_at is null and s.rejected_at is null and s.withdrawn_at is null \
         and s.effective_on between $1 and $2 and m.organization = $3 and m.from_on <= s.effective_on \
         and (m.to_on is null or m.to_on > s.effective_on) \
         and ($4 = 0 or (p.visibility = 'public' and p.suspended_at is null))",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(organization)
    .bind(i64::from(named))
    .fetch_one(tx)
    .await?;
    row.try_get(0)
}

/// How many claims of some days wait, by industry.
///
/// # Errors
/// When the database refuses.
pub async fn in_review(
    tx: &mut Conn,
    from: Date,
    to: Date,
) -> Result<Vec<(Option<String>, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select industry, count(*) from sale where approved_at is null and rejected_at is null \
         and withdrawn_at is null and effective_on between $1 and $2 group by industry",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
