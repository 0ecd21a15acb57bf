//! Rows of standings, movement baselines and pins.
pub mod organizations;
pub mod starts;

use super::rules::{Holding, Score, parts};
use crate::ledger::rules::Sealed;
use crate::platform::db::Conn;
use crate::platform::db::packed::Packed;
use crate::platform::db::sql::{chunks, values};
use futures_util::future::join;
use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId};
use sqlx::Row as _;
use sqlx::any::AnyRow;

const STANDINGS_PAGE: i64 = 1_000;

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("standing: {what}").into())
}

fn partner(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| bad("partner"))
}

/// # Errors
/// When the database refuses.
pub async fn board(tx: &mut Conn, board: &str) -> Result<Vec<(PartnerId, Score)>, sqlx::Error> {
    let rows = sqlx::query("select partner_id, score, reached_at from standing where board = $1")
        .bind(board)
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            Ok((partner(row, 0)?, Score { score: row.try_get(1)?, reached_at: row.try_get(2)? }))
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn score(
    tx: &mut Conn,
    board: &str,
    id: PartnerId,
) -> Result<Option<Score>, sqlx::Error> {
    let row =
        sqlx::query("select score, reached_at from standing where board = $1 and partner_id = $2")
            .bind(board)
            .bind(id.to_string())
            .fetch_optional(tx)
            .await?;
    row.map(|row| Ok(Score { score: row.try_get(0)?, reached_at: row.try_get(1)? })).transpose()
}

/// A score of 0 is no row.
///
/// # Errors
/// When the database refuses.
pub async fn set(
    tx: &mut Conn,
    board: &str,
    id: PartnerId,
    score: Score,
) -> Result<(), sqlx::Error> {
    if score.score == 0 {
        sqlx::query("delete from standing where board = $1 and partner_id = $2")
            .bind(board)
            .bind(id.to_string())
            .execute(tx)
            .await?;
        return Ok(());
    }
    sqlx::query(
        "insert into standing (board, partner_id, score, reached_at) values ($1, $2, $3, $4) \
         on conflict (board, partner_id) do update set score = excluded.score, reached_at = excluded.reached_at",
    )
    .bind(board)
    .bind(id.to_string())
    .bind(score.score)
    .bind(score.reached_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Every standing, one after another: a page of them is one text, as handing over each row costs more than
/// all that is done with it. While a page is looked at the database makes the next.
///
/// # Errors
/// When the database refuses.
pub async fn each(
    tx: &mut Conn,
    mut see: impl FnMut(&str, PartnerId, Score),
) -> Result<(), sqlx::Error> {
    let mut page = standings_page(tx, ("", "")).await?;
    while let Some(text) = page {
        let (mut packed, mut rows) = (Packed::new(&text), Vec::new());
        while !packed.is_at_end() {
            let (board, partner) = (packed.text()?, packed.text()?);
            let score = Score { score: packed.number()?, reached_at: packed.number()? };
            rows.push((board, partner, score));
        }
        let last = rows.last().map_or(("", ""), |(board, partner, _)| (*board, *partner));
        let look = async {
            for (board, partner, score) in &rows {
                see(board, partner.parse().map_err(|_| bad("partner"))?, *score);
            }
            Ok::<(), sqlx::Error>(())
        };
        let (next, looked) = join(standings_page(tx, last), look).await;
        looked?;
        page = next?;
    }
    Ok(())
}

async fn standings_page(
    tx: &mut Conn,
    (board, partner): (&str, &str),
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query(
        "select string_agg(concat(octet_length(board), ':', board, octet_length(partner_id), ':', partner_id, \
         score, ':', reached_at, ':'), '') \
         from (select board, partner_id, score, reached_at from standing \
         where (board, partner_id) > ($1, $2) order by board, partner_id limit $3) page",
    )
    .bind(board)
    .bind(partner)
    .bind(STANDINGS_PAGE)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// A partner's standings on all boards.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(tx: &mut Conn, id: PartnerId) -> Result<Vec<(String, Score)>, sqlx::Error> {
    let rows = sqlx::query("select board, score, reached_at from standing where partner_id = $1")
        .bind(id.to_string())
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            let score = Score { score: row.try_get(1)?, reached_at: row.try_get(2)? };
            Ok((row.try_get(0)?, score))
        })
        .collect()
}

/// Partners who are not ranked for others: by their own wish, or while they are suspended.
///
/// # Errors
/// When the database refuses.
pub async fn hidden(tx: &mut Conn) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query(
        "select id from partner where visibility = 'hidden' or suspended_at is not null",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| partner(row, 0)).collect()
}

/// Approved partners that others may see ranked.
///
/// # Errors
/// When the database refuses.
pub async fn ranked(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select count(*) from partner where approved_at is not null and left_at is null and suspended_at is null and visibility <> 'hidden'")
        .fetch_one(tx)
        .await?
        .try_get(0)
}

/// What a partner holds of sales to one client.
///
/// # Errors
/// When the database refuses.
pub async fn holdings(
    tx: &mut Conn,
    id: PartnerId,
    client: ClientId,
) -> Result<Vec<Holding>, sqlx::Error> {
    let rows = sqlx::query(
        "select s.id, e.seq, e.posted_at, s.effective_on, s.industry, \
         coalesce(h.credit_minor, h.amount_minor) + coalesce((select cast(sum(a.minor) as bigint) from adjustment_share a \
         where a.sale_id = s.id and a.partner_id = h.partner_id), 0), e.body \
         from sale s join share h on h.sale_id = s.id \
         join entry e on e.source in ('sale.approved', 'import') and e.source_id = s.id \
         where s.client_id = $1 and h.partner_id = $2 and s.voided_at is null order by e.seq",
    )
    .bind(client.to_string())
    .bind(id.to_string())
    .fetch_all(tx)
    .await?;
    let holding = |row: &AnyRow| {
        let approved = Sealed::read(row.try_get(6)?).map_err(|_| bad("entry"))?;
        let parts = approved.body.credit().map(parts).unwrap_or_default();
        Ok(Holding {
            sale: row.try_get::<String, _>(0)?.parse().map_err(|_| bad("sale"))?,
            seq: row.try_get(1)?,
            at: row.try_get(2)?,
            on: row.try_get::<String, _>(3)?.parse().map_err(|_| bad("day"))?,
            industry: row.try_get(4)?,
            minor: row.try_get(5)?,
            milli: parts.get(&id).copied().unwrap_or(0),
        })
    };
    let rows = rows.iter().map(holding).collect::<Result<Vec<Holding>, sqlx::Error>>()?;
    Ok(rows.into_iter().filter(|holding| holding.minor > 0).collect())
}

/// # Errors
/// When the database refuses.
pub async fn baseline(tx: &mut Conn, board: &str) -> Result<Vec<(PartnerId, u32)>, sqlx::Error> {
    let rows = sqlx::query("select partner_id, rank from baseline where board = $1")
        .bind(board)
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            let rank: i64 = row.try_get(1)?;
            Ok((partner(row, 0)?, u32::try_from(rank).map_err(|_| bad("rank"))?))
        })
        .collect()
}

/// Forgets yesterday's ranks.
///
/// # Errors
/// When the database refuses.
pub async fn clear_baselines(tx: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query("delete from baseline").execute(tx).await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn add_baseline(
    tx: &mut Conn,
    board: &str,
    ranks: &[(PartnerId, u32)],
) -> Result<(), sqlx::Error> {
    for chunk in chunks(ranks) {
        let text =
            values(tx, "insert into baseline (board, partner_id, rank) {values}", chunk.len(), 3);
        let mut query = sqlx::query(text);
        for (id, rank) in chunk {
            query = query.bind(board).bind(id.to_string()).bind(i64::from(*rank));
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// A partner's claims that wait: how many, and the sum of those in this currency.
///
/// # Errors
/// When the database refuses.
pub async fn open_claims(
    tx: &mut Conn,
    id: PartnerId,
    currency: &str,
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select count(*), cast(coalesce(sum(case when s.currency = $2 then h.amount_minor else 0 end), 0) as bigint) \
         from share h join sale s on s.id = h.sale_id where h.partner_id = $1 \
         and s.approved_at is null and s.rejected_at is null and s.withdrawn_at is null",
    )
    .bind(id.to_string())
    .bind(currency)
    .fetch_one(tx)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Approved partners of the last while whom others see ranked.
///
/// # Errors
/// When the database refuses.
pub async fn newcomers(tx: &mut Conn, since: i64) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query(
        "select id from partner where approved_at >= $1 and left_at is null \
         and suspended_at is null and visibility <> 'hidden'",
    )
    .bind(since)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| partner(row, 0)).collect()
}

/// Each partner's net credit of sales of the days `[from, to)`, as it is now.
///
/// # Errors
/// When the database refuses.
pub async fn credited(
    tx: &mut Conn,
    (from, to): (Date, Date),
    industry: Option<&str>,
) -> Result<Vec<(PartnerId, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select h.partner_id, cast(sum(coalesce(h.credit_minor, h.amount_minor) + coalesce((select cast(sum(a.minor) as bigint) \
         from adjustment_share a where a.sale_id = s.id and a.partner_id = h.partner_id), 0)) as bigint) \
         from sale s join share h on h.sale_id = s.id \
         where s.approved_at is not null and s.voided_at is null and s.effective_on >= $1 and s.effective_on < $2 \
         and ($3 = '' or s.industry = $3) group by h.partner_id",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(industry.unwrap_or_default())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((partner(row, 0)?, row.try_get(1)?))).collect()
}
