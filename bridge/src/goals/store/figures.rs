//! The figures of goals: progress by side, what each partner gave, whose a client is.
use crate::goals::rules::Tally;
use crate::platform::db::Conn;
use schema::ids::{ClientId, PartnerId};
use schema::status::Visibility;
use sqlx::Row as _;
use sqlx::any::AnyRow;

fn wire(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("goal: {what}").into())
}

fn partner(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| bad("partner"))
}

/// A side's progress, and the highest milestone that was celebrated.
///
/// # Errors
/// When the database refuses.
pub async fn side(tx: &mut Conn, id: &str, place: usize) -> Result<(i64, i64), sqlx::Error> {
    let row =
        sqlx::query("select progress, milestone from goal_side where goal_id = $1 and place = $2")
            .bind(id)
            .bind(wire(place))
            .fetch_one(tx)
            .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// # Errors
/// When the database refuses.
pub async fn set_side(
    tx: &mut Conn,
    (id, place): (&str, usize),
    (progress, milestone): (i64, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update goal_side set progress = $1, milestone = $2 where goal_id = $3 and place = $4",
    )
    .bind(progress)
    .bind(milestone)
    .bind(id)
    .bind(wire(place))
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn add_part(
    tx: &mut Conn,
    (id, place): (&str, usize),
    (partner, by): (PartnerId, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into goal_part (goal_id, place, partner_id, score) values ($1, $2, $3, $4) \
         on conflict (goal_id, place, partner_id) do update set score = goal_part.score + excluded.score",
    )
    .bind(id)
    .bind(wire(place))
    .bind(partner.to_string())
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// What each partner has of a client in a side, net.
///
/// # Errors
/// When the database refuses.
pub async fn held(
    tx: &mut Conn,
    (id, place): (&str, usize),
    client: ClientId,
) -> Result<Vec<(PartnerId, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select partner_id, minor from goal_client where goal_id = $1 and place = $2 and client_id = $3",
    )
    .bind(id)
    .bind(wire(place))
    .bind(client.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((partner(row, 0)?, row.try_get(1)?))).collect()
}

/// # Errors
/// When the database refuses.
pub async fn set_held(
    tx: &mut Conn,
    (id, place): (&str, usize),
    client: ClientId,
    (partner, minor): (PartnerId, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into goal_client (goal_id, place, client_id, partner_id, minor) values ($1, $2, $3, $4, $5) \
         on conflict (goal_id, place, client_id, partner_id) do update set minor = excluded.minor",
    )
    .bind(id)
    .bind(wire(place))
    .bind(client.to_string())
    .bind(partner.to_string())
    .bind(minor)
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes figures that were found from nothing; progress stands in the sides already.
///
/// # Errors
/// When the database refuses.
pub async fn write(tx: &mut Conn, id: &str, tally: &Tally) -> Result<(), sqlx::Error> {
    for ((place, partner), score) in &tally.parts {
        add_part(tx, (id, *place), (*partner, *score)).await?;
    }
    for ((place, client), held) in &tally.held {
        for (partner, minor) in held {
            set_held(tx, (id, *place), *client, (*partner, *minor)).await?;
        }
    }
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn clear(tx: &mut Conn, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from goal_part where goal_id = $1").bind(id).execute(&mut *tx).await?;
    sqlx::query("delete from goal_client where goal_id = $1").bind(id).execute(tx).await?;
    Ok(())
}

/// What the stored rows say, for comparing; rows of nothing are left out.
///
/// # Errors
/// When the database refuses.
pub async fn stored(tx: &mut Conn, id: &str) -> Result<Tally, sqlx::Error> {
    let place = |row: &AnyRow| usize::try_from(row.try_get::<i64, _>(0)?).map_err(|_| bad("place"));
    let mut tally = Tally::default();
    let query = "select place, progress from goal_side where goal_id = $1 and progress <> 0";
    for row in &sqlx::query(query).bind(id).fetch_all(&mut *tx).await? {
        tally.progress.insert(place(row)?, row.try_get(1)?);
    }
    let query = "select place, partner_id, score from goal_part where goal_id = $1 and score <> 0";
    for row in &sqlx::query(query).bind(id).fetch_all(&mut *tx).await? {
        tally.parts.insert((place(row)?, partner(row, 1)?), row.try_get(2)?);
    }
    let query = "select place, client_id, partner_id, minor from goal_client where goal_id = $1 and minor <> 0";
    for row in &sqlx::query(query).bind(id).fetch_all(tx).await? {
        let client: ClientId = row.try_get::<String, _>(1)?.parse().map_err(|_| bad("client"))?;
        let held = tally.held.entry((place(row)?, client)).or_default();
        held.insert(partner(row, 2)?, row.try_get(3)?);
    }
    Ok(tally)
}

/// What a partner has given to a goal, all its sides together.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(tx: &mut Conn, id: &str, own: PartnerId) -> Result<i64, sqlx::Error> {
    sqlx::query("select cast(coalesce(sum(score), 0) as bigint) from goal_part where goal_id = $1 and partner_id = $2")
        .bind(id)
        .bind(own.to_string())
        .fetch_one(tx)
        .await?
        .try_get(0)
}

/// How many have given something and may be counted for others.
///
/// # Errors
/// When the database refuses.
pub async fn contributors(tx: &mut Conn, id: &str) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(distinct g.partner_id) from goal_part g join partner p on p.id = g.partner_id \
         where g.goal_id = $1 and g.score > 0 and p.visibility <> 'hidden' and p.suspended_at is null",
    )
    .bind(id)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// Somebody who has given something, as far as others may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giver {
    pub partner: PartnerId,
    pub user_id: String,
    pub name: String,
    pub visibility: Visibility,
    pub has_left: bool,
    pub score: i64,
}

/// The largest contributions of those who may be shown.
///
/// # Errors
/// When the database refuses.
pub async fn givers(tx: &mut Conn, id: &str, limit: i64) -> Result<Vec<Giver>, sqlx::Error> {
    let rows = sqlx::query(
        "select p.id, p.user_id, p.name, p.visibility, p.left_at, cast(sum(g.score) as bigint) \
         from goal_part g join partner p on p.id = g.partner_id \
         where g.goal_id = $1 and g.score > 0 and p.visibility <> 'hidden' and p.suspended_at is null \
         group by p.id, p.user_id, p.name, p.visibility, p.left_at \
         order by sum(g.score) desc, p.id limit $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Giver {
                partner: partner(row, 0)?,
                user_id: row.try_get(1)?,
                name: row.try_get(2)?,
                visibility: row.try_get::<String, _>(3)?.parse().map_err(|_| bad("visibility"))?,
                has_left: row.try_get::<Option<i64>, _>(4)?.is_some(),
                score: row.try_get(5)?,
            })
        })
        .collect()
}
