//! Rows of tiers, and of who stands in which.
use crate::badges::rules::replay::Step;
use crate::badges::rules::tiers::Tier;
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// What is to be written of a tier.
#[derive(Debug)]
pub struct Set<'a> {
    pub n: i64,
    pub tier: &'a Tier,
    pub currency: &'a str,
    pub ended: bool,
    pub by: &'a str,
    pub at: i64,
}

/// Where a partner stands since a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierFact {
    pub n: i64,
    /// `entered`, `warned`, `safe` or `left`.
    pub kind: String,
    /// Slug; absent for none.
    pub tier: Option<String>,
    pub on: Date,
    /// The entry that caused it; absent for the passing of time.
    pub seq: Option<i64>,
    pub celebrated: bool,
    pub at: i64,
}

/// Every version of every tier, in order; whether it ends the tier.
///
/// # Errors
/// When the database refuses.
pub async fn versions(tx: &mut Conn) -> Result<Vec<(i64, Tier, bool)>, sqlx::Error> {
    let rows =
        sqlx::query("select n, slug, name, bar_minor, window_months, ended from tier order by n")
            .fetch_all(tx)
            .await?;
    let version = |row: &AnyRow| {
        let tier = Tier {
            slug: row.try_get(1)?,
            name: row.try_get(2)?,
            bar_minor: row.try_get(3)?,
            window_months: row.try_get(4)?,
        };
        Ok((row.try_get(0)?, tier, row.try_get::<i64, _>(5)? != 0))
    };
    rows.iter().map(version).collect()
}

/// # Errors
/// When the database refuses.
pub async fn set(tx: &mut Conn, set: &Set<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into tier (n, slug, name, bar_minor, currency, window_months, ended, by_user, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(set.n)
    .bind(&set.tier.slug)
    .bind(&set.tier.name)
    .bind(set.tier.bar_minor)
    .bind(set.currency)
    .bind(set.tier.window_months)
    .bind(i64::from(set.ended))
    .bind(set.by)
    .bind(set.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The newest fact of a partner's place.
///
/// # Errors
/// When the database refuses.
pub async fn place(tx: &mut Conn, id: PartnerId) -> Result<Option<TierFact>, sqlx::Error> {
    let row = sqlx::query(
        "select n, kind, tier, day, seq, celebrated, at from tier_fact where partner_id = $1 order by n desc limit 1",
    )
    .bind(id.to_string())
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        let day: String = row.try_get(3)?;
        Ok(TierFact {
            n: row.try_get(0)?,
            kind: row.try_get(1)?,
            tier: row.try_get(2)?,
            on: day.parse().map_err(|_| sqlx::Error::Decode("tier: day".into()))?,
            seq: row.try_get(4)?,
            celebrated: row.try_get::<i64, _>(5)? != 0,
            at: row.try_get(6)?,
        })
    })
    .transpose()
}

/// Every fact of everybody's place, one partner's after another's, in order.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn) -> Result<Vec<(PartnerId, Step)>, sqlx::Error> {
    let rows = sqlx::query(
        "select partner_id, n, kind, tier, day, seq, at from tier_fact order by partner_id, n",
    )
    .fetch_all(tx)
    .await?;
    let bad = |what: &str| sqlx::Error::Decode(format!("tier: {what}").into());
    let of = |row: &AnyRow| {
        let (id, day): (String, String) = (row.try_get(0)?, row.try_get(4)?);
        let step = Step {
            n: row.try_get(1)?,
            kind: row.try_get(2)?,
            tier: row.try_get(3)?,
            on: day.parse().map_err(|_| bad("day"))?,
            seq: row.try_get(5)?,
            at: row.try_get(6)?,
        };
        Ok((id.parse().map_err(|_| bad("partner"))?, step))
    };
    rows.iter().map(of).collect()
}

/// The newest fact of all; 0 before the first.
///
/// # Errors
/// When the database refuses.
pub async fn last(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("select n from tier_fact order by n desc limit 1").fetch_optional(tx);
    row.await?.map_or(Ok(0), |row| row.try_get(0))
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, id: PartnerId, fact: &TierFact) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into tier_fact (n, partner_id, kind, tier, day, seq, celebrated, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(fact.n)
    .bind(id.to_string())
    .bind(&fact.kind)
    .bind(&fact.tier)
    .bind(fact.on.to_string())
    .bind(fact.seq)
    .bind(i64::from(fact.celebrated))
    .bind(fact.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// How many partners of the program stand in each tier.
///
/// # Errors
/// When the database refuses.
pub async fn standing(tx: &mut Conn) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select f.tier, count(*) from tier_fact f join partner p on p.id = f.partner_id \
         where f.tier is not null and p.left_at is null and not exists \
         (select 1 from tier_fact g where g.partner_id = f.partner_id and g.n > f.n) group by f.tier",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
