//! Rows of organizations' totals, and of what they are counted from.
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// An organization's row of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub slug: String,
    pub name: String,
    pub score: i64,
}

/// Partners who do not stand with their name: by their own wish, or while they are suspended.
///
/// # Errors
/// When the database refuses.
pub async fn unnamed(tx: &mut Conn) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query(
        "select id from partner where visibility <> 'public' or suspended_at is not null",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| super::partner(row, 0)).collect()
}

/// The organizations that are with the program and stand on a board, the first first; those with one
/// score by their short names.
///
/// # Errors
/// When the database refuses.
pub async fn board(tx: &mut Conn, board: &str) -> Result<Vec<Place>, sqlx::Error> {
    let rows = sqlx::query(
        "select o.slug, o.name, s.score from organization_standing s join organization o on o.slug = s.organization \
         where s.board = $1 and s.score > 0 and o.removed_at is null and o.suspended_at is null",
    )
    .bind(board)
    .fetch_all(tx)
    .await?;
    sorted(&rows)
}

/// Those that would stand there, and are suspended or gone.
///
/// # Errors
/// When the database refuses.
pub async fn withdrawn(tx: &mut Conn, board: &str) -> Result<Vec<Place>, sqlx::Error> {
    let rows = sqlx::query(
        "select o.slug, o.name, s.score from organization_standing s join organization o on o.slug = s.organization \
         where s.board = $1 and s.score > 0 and (o.removed_at is not null or o.suspended_at is not null)",
    )
    .bind(board)
    .fetch_all(tx)
    .await?;
    sorted(&rows)
}

fn sorted(rows: &[AnyRow]) -> Result<Vec<Place>, sqlx::Error> {
    let place = |row: &AnyRow| {
        Ok(Place { slug: row.try_get(0)?, name: row.try_get(1)?, score: row.try_get(2)? })
    };
    let mut places = rows.iter().map(place).collect::<Result<Vec<Place>, sqlx::Error>>()?;
    // Not by the database: its order of letters is its own.
    places.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.slug.cmp(&b.slug)));
    Ok(places)
}

/// # Errors
/// When the database refuses.
pub async fn score(tx: &mut Conn, board: &str, slug: &str) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "select score from organization_standing where board = $1 and organization = $2",
    )
    .bind(board)
    .bind(slug)
    .fetch_optional(tx)
    .await?;
    row.map_or(Ok(0), |row| row.try_get(0))
}

/// A score of 0 is no row.
///
/// # Errors
/// When the database refuses.
pub async fn set(tx: &mut Conn, board: &str, slug: &str, score: i64) -> Result<(), sqlx::Error> {
    if score == 0 {
        sqlx::query("delete from organization_standing where board = $1 and organization = $2")
            .bind(board)
            .bind(slug)
            .execute(tx)
            .await?;
        return Ok(());
    }
    sqlx::query(
        "insert into organization_standing (board, organization, score) values ($1, $2, $3) \
         on conflict (board, organization) do update set score = excluded.score",
    )
    .bind(board)
    .bind(slug)
    .bind(score)
    .execute(tx)
    .await?;
    Ok(())
}

/// An organization's scores on all boards.
///
/// # Errors
/// When the database refuses.
pub async fn of(tx: &mut Conn, slug: &str) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows =
        sqlx::query("select board, score from organization_standing where organization = $1")
            .bind(slug)
            .fetch_all(tx)
            .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Every score: board, organization, score.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    let rows = sqlx::query("select board, organization, score from organization_standing")
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// The last entry that the totals hold; none before they were first counted.
///
/// # Errors
/// When the database refuses.
pub async fn mark(tx: &mut Conn) -> Result<Option<i64>, sqlx::Error> {
    let row = sqlx::query("select seq from organization_mark").fetch_optional(tx).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn set_mark(tx: &mut Conn, seq: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into organization_mark (id, seq) values (1, $1) on conflict (id) do update set seq = excluded.seq",
    )
    .bind(seq)
    .execute(tx)
    .await?;
    Ok(())
}

/// Organizations that must be counted anew.
///
/// # Errors
/// When the database refuses.
pub async fn stale(tx: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("select organization from organization_stale order by organization")
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn add_stale(tx: &mut Conn, slug: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into organization_stale (organization, at) values ($1, $2) on conflict (organization) do nothing",
    )
    .bind(slug)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Every organization that ever had somebody.
///
/// # Errors
/// When the database refuses.
pub async fn all_stale(tx: &mut Conn, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into organization_stale (organization, at) select distinct organization, cast($1 as bigint) \
         from membership where true on conflict (organization) do nothing",
    )
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn clear_stale(tx: &mut Conn, slug: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from organization_stale where organization = $1")
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// The organizations that a partner ever belonged to.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(tx: &mut Conn, partner: PartnerId) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct organization from membership where partner_id = $1 order by organization",
    )
    .bind(partner.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Whether a partner has a part in an approved sale of this day or a later one.
///
/// # Errors
/// When the database refuses.
pub async fn has_sold(
    tx: &mut Conn,
    partner: PartnerId,
    since: Option<Date>,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select 1 from share h join sale s on s.id = h.sale_id where h.partner_id = $1 \
         and s.approved_at is not null and s.effective_on >= $2 limit 1",
    )
    .bind(partner.to_string())
    .bind(since.map_or_else(String::new, |day| day.to_string()))
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}

/// Entries of credit after one, in order: number and body.
///
/// # Errors
/// When the database refuses.
pub async fn after(tx: &mut Conn, seq: i64, limit: i64) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, body from entry where book = 'credit' and seq > $1 order by seq limit $2",
    )
    .bind(seq)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// All entries of credit of sales to one client, in order, up to one.
///
/// # Errors
/// When the database refuses.
pub async fn of_client(
    tx: &mut Conn,
    client: ClientId,
    to: i64,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select e.seq, e.body from sale s join entry e on e.source_id = s.id \
         and e.source in ('sale.approved', 'import', 'sale.voided') where s.client_id = $1 and e.seq <= $2 \
         union all select e.seq, e.body from sale s join adjustment a on a.sale_id = s.id \
         join entry e on e.seq = a.entry_seq where s.client_id = $1 and e.seq <= $2 order by 1",
    )
    .bind(client.to_string())
    .bind(to)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Entries in which anybody has credit who ever belonged to an organization, in order: those after one, up
/// to another.
///
/// # Errors
/// When the database refuses.
pub async fn entries_of(
    tx: &mut Conn,
    slug: &str,
    (after, to): (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, body from entry where seq > $2 and seq <= $3 and seq in (select p.seq from membership m \
         join posting p on p.account = 'credit:' || m.partner_id where m.organization = $1) order by seq limit $4",
    )
    .bind(slug)
    .bind(after)
    .bind(to)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// # Errors
/// When the database refuses.
pub async fn baseline(tx: &mut Conn, board: &str) -> Result<Vec<(String, u32)>, sqlx::Error> {
    let rows = sqlx::query("select organization, rank from organization_baseline where board = $1")
        .bind(board)
        .fetch_all(tx)
        .await?;
    let rank = |row: &AnyRow| {
        let rank: i64 = row.try_get(1)?;
        Ok((row.try_get(0)?, u32::try_from(rank).map_err(|_| super::bad("rank"))?))
    };
    rows.iter().map(rank).collect()
}

/// # Errors
/// When the database refuses.
pub async fn clear_baselines(tx: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query("delete from organization_baseline").execute(tx).await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn add_baseline(
    tx: &mut Conn,
    board: &str,
    ranks: &[(String, u32)],
) -> Result<(), sqlx::Error> {
    for chunk in chunks(ranks) {
        let insert = "insert into organization_baseline (board, organization, rank) {values}";
        let mut query = sqlx::query(values(tx, insert, chunk.len(), 3));
        for (slug, rank) in chunk {
            query = query.bind(board).bind(slug.as_str()).bind(i64::from(*rank));
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
