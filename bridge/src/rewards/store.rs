//! Rows of rewards: what is promised, what was earned, what was handed over.
use super::rules::Gives;
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::{PartnerId, RewardNumber};
use schema::metric::Metric;
use schema::money::{Currency, Money};
use schema::period::{Period, PeriodKind};
use schema::status::Visibility;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewardRow {
    pub n: i64,
    pub title: String,
    pub metric: Metric,
    pub kind: PeriodKind,
    pub industry: Option<String>,
    pub value: Option<String>,
    pub gives: Gives,
    pub currency: Currency,
    pub from: Date,
    pub ended_at: Option<i64>,
}

/// What somebody earned, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Won {
    pub number: RewardNumber,
    pub title: String,
    pub metric: Metric,
    pub industry: Option<String>,
    pub value: Option<String>,
    pub period: Period,
    pub partner: PartnerId,
    pub user: String,
    pub name: String,
    pub visibility: Visibility,
    pub has_left: bool,
    pub rank: u32,
    pub amount: Option<Money>,
    pub points: Option<i64>,
    pub note: Option<String>,
    pub fulfilled_at: Option<i64>,
    /// The entry that gave the points.
    pub entry_seq: Option<i64>,
    /// Why it was taken back, and when.
    pub revoked: Option<(String, i64)>,
}

impl Won {
    /// Whether others may read whose it is.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.visibility == Visibility::Public
    }

    /// Whether the team has something to hand over: points alone are in the partner's account.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let is_thing = self.amount.is_some() || self.value.is_some() || self.points.is_none();
        is_thing && self.note.is_none() && self.revoked.is_none()
    }
}

/// A part of a reward that is earned now.
#[derive(Debug, Clone, Copy)]
pub struct Earned {
    pub number: RewardNumber,
    pub reward: i64,
    pub period: Period,
    pub partner: PartnerId,
    pub rank: u32,
    pub minor: Option<i64>,
    pub points: Option<i64>,
    pub entry_seq: Option<i64>,
    pub at: i64,
}

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("reward: {what}").into())
}

fn read<T: std::str::FromStr>(row: &AnyRow, at: usize, what: &str) -> Result<T, sqlx::Error> {
    row.try_get::<String, _>(at)?.parse().map_err(|_| bad(what))
}

fn number(row: &AnyRow, at: usize) -> Result<u32, sqlx::Error> {
    u32::try_from(row.try_get::<i64, _>(at)?).map_err(|_| bad("rank"))
}

fn reward(row: &AnyRow) -> Result<RewardRow, sqlx::Error> {
    let value: Option<String> = row.try_get(7)?;
    let prizes: Vec<i64> =
        serde_json::from_str(&row.try_get::<String, _>(8)?).map_err(|_| bad("prizes"))?;
    let points: Option<i64> = row.try_get(10)?;
    let gives = Gives {
        ranks: (number(row, 5)?, number(row, 6)?),
        // Where nothing else is said, the title is what one gets.
        has_value: value.is_some() || (prizes.is_empty() && points.is_none()),
        prizes,
        points,
    };
    Ok(RewardRow {
        n: row.try_get(0)?,
        title: row.try_get(1)?,
        metric: read(row, 2, "metric")?,
        kind: read(row, 3, "kind")?,
        industry: row.try_get(4)?,
        value,
        gives,
        currency: read(row, 9, "currency")?,
        from: read(row, 11, "day")?,
        ended_at: row.try_get(12)?,
    })
}

/// In the order in which they were made; those that were ended only for one who asks for them.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn, with_ended: bool) -> Result<Vec<RewardRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select n, title, metric, kind, industry, rank_from, rank_to, value, prizes, currency, points, \
         from_on, ended_at from reward where $1 = 1 or ended_at is null order by n",
    )
    .bind(i64::from(with_ended))
    .fetch_all(tx)
    .await?;
    rows.iter().map(reward).collect()
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(n), 0) from reward").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    reward: &RewardRow,
    (key, by, cause): (&str, &str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    let prizes = serde_json::to_string(&reward.gives.prizes).map_err(|_| bad("prizes"))?;
    sqlx::query(
        "insert into reward (n, title, title_key, metric, kind, industry, rank_from, rank_to, value, \
         prizes, currency, points, from_on, made_by, made_at, cause) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(reward.n)
    .bind(&reward.title)
    .bind(key)
    .bind(reward.metric.as_str())
    .bind(reward.kind.as_str())
    .bind(&reward.industry)
    .bind(i64::from(reward.gives.ranks.0))
    .bind(i64::from(reward.gives.ranks.1))
    .bind(&reward.value)
    .bind(prizes)
    .bind(reward.currency.code())
    .bind(reward.gives.points)
    .bind(reward.from.to_string())
    .bind(by)
    .bind(now)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut Conn, n: i64, by: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update reward set ended_by = $1, ended_at = $2 where n = $3")
        .bind(by)
        .bind(now)
        .bind(n)
        .execute(tx)
        .await?;
    Ok(())
}

fn won(row: &AnyRow) -> Result<Won, sqlx::Error> {
    let currency: Currency = read(row, 14, "currency")?;
    let minor: Option<i64> = row.try_get(11)?;
    Ok(Won {
        number: RewardNumber(row.try_get(0)?),
        title: row.try_get(1)?,
        metric: read(row, 2, "metric")?,
        industry: row.try_get(3)?,
        value: row.try_get(4)?,
        period: read(row, 5, "period")?,
        partner: read(row, 6, "partner")?,
        user: row.try_get(7)?,
        name: row.try_get(8)?,
        visibility: read(row, 9, "visibility")?,
        rank: number(row, 10)?,
        amount: minor.map(|minor| Money::new(minor, currency)),
        points: row.try_get(12)?,
        has_left: row.try_get::<Option<i64>, _>(13)?.is_some(),
        note: row.try_get(15)?,
        fulfilled_at: row.try_get(16)?,
        entry_seq: row.try_get(17)?,
        revoked: row.try_get::<Option<String>, _>(18)?.zip(row.try_get(19)?),
    })
}

/// Which of what was earned.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    Number(RewardNumber),
    /// Of a partner, the newest first.
    Of(PartnerId),
    /// Of everyone, what the team has still to hand over, the oldest first.
    Open,
    Period(Period),
}

const OF_NUMBER: &str = "select e.n, r.title, r.metric, r.industry, r.value, e.period, e.partner_id, \
    p.user_id, p.name, p.visibility, e.rank, e.minor, e.points, p.left_at, r.currency, f.note, f.at, e.entry_seq, v.reason, v.at \
    from reward_earned e join reward r on r.n = e.reward join partner p on p.id = e.partner_id \
    left join reward_fulfilled f on f.n = e.n left join reward_revoked v on v.n = e.n where e.n = $1 limit $2";
const OF_PARTNER: &str = "select e.n, r.title, r.metric, r.industry, r.value, e.period, e.partner_id, \
    p.user_id, p.name, p.visibility, e.rank, e.minor, e.points, p.left_at, r.currency, f.note, f.at, e.entry_seq, v.reason, v.at \
    from reward_earned e join reward r on r.n = e.reward join partner p on p.id = e.partner_id \
    left join reward_fulfilled f on f.n = e.n left join reward_revoked v on v.n = e.n where e.partner_id = $1 order by e.n desc limit $2";
const OF_PERIOD: &str = "select e.n, r.title, r.metric, r.industry, r.value, e.period, e.partner_id, \
    p.user_id, p.name, p.visibility, e.rank, e.minor, e.points, p.left_at, r.currency, f.note, f.at, e.entry_seq, v.reason, v.at \
    from reward_earned e join reward r on r.n = e.reward join partner p on p.id = e.partner_id \
    left join reward_fulfilled f on f.n = e.n left join reward_revoked v on v.n = e.n where e.period = $1 order by e.n limit $2";
// Points alone are in the partner's account: nothing is left to hand over.
const OPEN: &str = "select e.n, r.title, r.metric, r.industry, r.value, e.period, e.partner_id, \
    p.user_id, p.name, p.visibility, e.rank, e.minor, e.points, p.left_at, r.currency, f.note, f.at, e.entry_seq, v.reason, v.at \
    from reward_earned e join reward r on r.n = e.reward join partner p on p.id = e.partner_id \
    left join reward_fulfilled f on f.n = e.n left join reward_revoked v on v.n = e.n where f.n is null and v.n is null \
    and (e.minor is not null or r.value is not null or e.points is null) order by e.n limit $1";

/// # Errors
/// When the database refuses.
pub async fn won_by(tx: &mut Conn, which: Which, limit: i64) -> Result<Vec<Won>, sqlx::Error> {
    let query = match which {
        Which::Number(number) => sqlx::query(OF_NUMBER).bind(number.0),
        Which::Of(partner) => sqlx::query(OF_PARTNER).bind(partner.to_string()),
        Which::Period(period) => sqlx::query(OF_PERIOD).bind(period.to_string()),
        Which::Open => sqlx::query(OPEN),
    };
    query.bind(limit).fetch_all(tx).await?.iter().map(won).collect()
}

/// # Errors
/// When the database refuses.
pub async fn last_earned(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(n), 0) from reward_earned").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn earn(tx: &mut Conn, earned: &Earned) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into reward_earned (n, reward, period, partner_id, rank, minor, points, entry_seq, \
         earned_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(earned.number.0)
    .bind(earned.reward)
    .bind(earned.period.to_string())
    .bind(earned.partner.to_string())
    .bind(i64::from(earned.rank))
    .bind(earned.minor)
    .bind(earned.points)
    .bind(earned.entry_seq)
    .bind(earned.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn fulfil(
    tx: &mut Conn,
    number: RewardNumber,
    (by, note): (&str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into reward_fulfilled (n, note, by_user, at) values ($1, $2, $3, $4)")
        .bind(number.0)
        .bind(note)
        .bind(by)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn revoke(
    tx: &mut Conn,
    (number, entry_seq): (RewardNumber, Option<i64>),
    (by, reason, cause): (&str, &str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into reward_revoked (n, reason, entry_seq, by_user, at, cause) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(number.0)
    .bind(reason)
    .bind(entry_seq)
    .bind(by)
    .bind(now)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}
