//! Rows of organizations' final results. Nothing here updates or deletes.
use super::{bad, on_board};
use crate::leaderboard::finals::OrganizationEnd;
use crate::leaderboard::rules::BoardKey;
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use schema::ids::PartnerId;
use schema::period::Period;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A ranked row, with the name that the organization has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub slug: String,
    pub name: String,
    pub rank: u32,
    pub score: i64,
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    key: &BoardKey,
    ends: &[OrganizationEnd],
) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, &OrganizationEnd)> = (1..).zip(ends).collect();
    for chunk in chunks(&rows) {
        let text = values(
            tx,
            "insert into final_organization (period, metric, industry, organization, place, rank, score) {values}",
            chunk.len(),
            7,
        );
        let mut query = sqlx::query(text);
        for (place, end) in chunk {
            query = query
                .bind(key.period.to_string())
                .bind(key.metric.as_str())
                .bind(key.industry.as_deref().unwrap_or_default().to_owned())
                .bind(end.slug.as_str())
                .bind(*place)
                .bind(end.rank.map(i64::from))
                .bind(end.score);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Who counted for no organization.
///
/// # Errors
/// When the database refuses.
pub async fn insert_unnamed(
    tx: &mut Conn,
    period: Period,
    partners: &[PartnerId],
) -> Result<(), sqlx::Error> {
    for chunk in chunks(partners) {
        let insert = "insert into final_unnamed (period, partner_id) {values}";
        let mut query = sqlx::query(values(tx, insert, chunk.len(), 2));
        for partner in chunk {
            query = query.bind(period.to_string()).bind(partner.to_string());
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

fn place(row: &AnyRow) -> Result<Place, sqlx::Error> {
    let rank: i64 = row.try_get(2)?;
    Ok(Place {
        slug: row.try_get(0)?,
        name: row.try_get(1)?,
        rank: u32::try_from(rank).map_err(|_| bad("rank"))?,
        score: row.try_get(3)?,
    })
}

/// The first ranked places of a final board.
///
/// # Errors
/// When the database refuses.
pub async fn ends(tx: &mut Conn, key: &BoardKey, limit: usize) -> Result<Vec<Place>, sqlx::Error> {
    let rows = on_board(
        "select f.organization, o.name, f.rank, f.score from final_organization f \
         join organization o on o.slug = f.organization \
         where f.period = $1 and f.metric = $2 and f.industry = $3 and f.rank is not null \
         order by f.place limit $4",
        key,
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(tx)
    .await?;
    rows.iter().map(place).collect()
}

/// One organization's place, where it has one.
///
/// # Errors
/// When the database refuses.
pub async fn own(tx: &mut Conn, key: &BoardKey, slug: &str) -> Result<Option<Place>, sqlx::Error> {
    let row = on_board(
        "select f.organization, o.name, f.rank, f.score from final_organization f \
         join organization o on o.slug = f.organization where f.period = $1 and f.metric = $2 \
         and f.industry = $3 and f.organization = $4 and f.rank is not null",
        key,
    )
    .bind(slug)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(place).transpose()
}

/// How many are ranked on a final board.
///
/// # Errors
/// When the database refuses.
pub async fn participants(tx: &mut Conn, key: &BoardKey) -> Result<i64, sqlx::Error> {
    on_board(
        "select count(*) from final_organization \
         where period = $1 and metric = $2 and industry = $3 and rank is not null",
        key,
    )
    .fetch_one(tx)
    .await?
    .try_get(0)
}
