//! Rows of badges: rules switched on and off, badges of the team's own, awards and their ends.
pub mod sources;
pub mod tiers;

use super::rules::{Cause, Fact};
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A badge that the team made for giving by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub id: String,
    pub name: String,
    pub emoji: String,
}

fn fact(row: &AnyRow) -> Result<Fact, sqlx::Error> {
    let by_hand: Option<String> = row.try_get(6)?;
    let help: Option<String> = row.try_get(5)?;
    let seq: Option<i64> = row.try_get(4)?;
    let reason: Option<String> = row.try_get(7)?;
    let cause = match (by_hand, help, seq) {
        (Some(user), ..) => Some(Cause::Hand(user, reason.unwrap_or_default())),
        (_, Some(id), _) => Some(Cause::Help(id)),
        (_, _, seq) => seq.map(Cause::Entry),
    };
    Ok(Fact {
        n: row.try_get(0)?,
        badge: row.try_get(1)?,
        level: row.try_get(2)?,
        revokes: row.try_get(3)?,
        cause,
        celebrated: row.try_get::<i64, _>(8)? != 0,
        at: row.try_get(9)?,
    })
}

/// Everything about one partner's badges, in order.
///
/// # Errors
/// When the database refuses.
pub async fn of(tx: &mut Conn, partner: PartnerId) -> Result<Vec<Fact>, sqlx::Error> {
    let rows = sqlx::query(
        "select n, badge, level, revokes, seq, help_id, by_user, reason, celebrated, at \
         from badge_fact where partner_id = $1 order by n",
    )
    .bind(partner.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(fact).collect()
}

/// Everything about everybody's badges, one partner after another, in order.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn) -> Result<Vec<(PartnerId, Fact)>, sqlx::Error> {
    let rows = sqlx::query(
        "select n, badge, level, revokes, seq, help_id, by_user, reason, celebrated, at, partner_id \
         from badge_fact order by partner_id, n",
    )
    .fetch_all(tx)
    .await?;
    let of = |row: &AnyRow| {
        let id: String = row.try_get(10)?;
        let id = id.parse().map_err(|_| sqlx::Error::Decode("badges: partner".into()))?;
        Ok((id, fact(row)?))
    };
    rows.iter().map(of).collect()
}

/// The newest fact of all; 0 before the first.
///
/// # Errors
/// When the database refuses.
pub async fn last(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("select n from badge_fact order by n desc limit 1").fetch_optional(tx);
    row.await?.map_or(Ok(0), |row| row.try_get(0))
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, partner: PartnerId, fact: &Fact) -> Result<(), sqlx::Error> {
    let (mut seq, mut help, mut user, mut reason) = (None, None, None, None);
    match &fact.cause {
        Some(Cause::Entry(entry)) => seq = Some(*entry),
        Some(Cause::Help(id)) => help = Some(id.as_str()),
        Some(Cause::Hand(by, why)) => (user, reason) = (Some(by.as_str()), Some(why.as_str())),
        None => {}
    }
    sqlx::query(
        "insert into badge_fact (n, partner_id, badge, level, revokes, seq, help_id, by_user, reason, \
         celebrated, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(fact.n)
    .bind(partner.to_string())
    .bind(&fact.badge)
    .bind(fact.level)
    .bind(fact.revokes)
    .bind(seq)
    .bind(help)
    .bind(user)
    .bind(reason)
    .bind(i64::from(fact.celebrated))
    .bind(fact.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// How many partners of the program hold each badge.
///
/// # Errors
/// When the database refuses.
pub async fn holders(tx: &mut Conn) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select f.badge, count(distinct f.partner_id) from badge_fact f join partner p on p.id = f.partner_id \
         where f.revokes is null and p.left_at is null \
         and not exists (select 1 from badge_fact r where r.revokes = f.n) group by f.badge",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Every switching of a rule, in order: badge, and whether it went on.
///
/// # Errors
/// When the database refuses.
pub async fn switches(tx: &mut Conn) -> Result<Vec<(String, bool)>, sqlx::Error> {
    let rows =
        sqlx::query("select badge, is_on from badge_switch order by n").fetch_all(tx).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? != 0))).collect()
}

/// # Errors
/// When the database refuses.
pub async fn switch(
    tx: &mut Conn,
    (n, badge, is_on): (i64, &str, bool),
    (by, now): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into badge_switch (n, badge, is_on, by_user, at) values ($1, $2, $3, $4, $5)",
    )
    .bind(n)
    .bind(badge)
    .bind(i64::from(is_on))
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// The badges that the team made, in the order in which it did.
///
/// # Errors
/// When the database refuses.
pub async fn kinds(tx: &mut Conn) -> Result<Vec<Kind>, sqlx::Error> {
    let rows = sqlx::query("select id, name, emoji from badge_kind order by made_at, id")
        .fetch_all(tx)
        .await?;
    let kind = |row: &AnyRow| {
        Ok(Kind { id: row.try_get(0)?, name: row.try_get(1)?, emoji: row.try_get(2)? })
    };
    rows.iter().map(kind).collect()
}

/// # Errors
/// When the database refuses.
pub async fn add_kind(
    tx: &mut Conn,
    kind: &Kind,
    (by, now): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into badge_kind (id, name, emoji, made_by, made_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(&kind.id)
    .bind(&kind.name)
    .bind(&kind.emoji)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
