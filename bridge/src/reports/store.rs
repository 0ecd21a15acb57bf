//! Figures of a report. A sale counts while it is approved, not void, and something is left of it.
use super::rules::{Funnel, People, Playbook, Refunds};
use crate::platform::db::Conn;
use crate::playbooks::rules::Outcome;
use jiff::civil::Date;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Playbooks read; the report shows the first few of them.
const PLAYBOOKS_MAX: i64 = 500;

macro_rules! counting {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " s.approved_at is not null and s.voided_at is null and s.amount_minor > \
             (select coalesce(sum(a.amount_minor), 0) from adjustment a where a.sale_id = s.id) ",
            $after
        )
    };
}

/// Of those who applied in `[from, to)`.
///
/// # Errors
/// When the database refuses.
pub async fn funnel(tx: &mut Conn, from: i64, to: i64) -> Result<Funnel, sqlx::Error> {
    let row = sqlx::query(counting!(
        "select count(*), count(p.approved_at), count(case when sold.sales >= 1 then 1 end), \
         count(case when sold.sales >= 2 then 1 end) from partner p left join \
         (select h.partner_id, count(*) as sales from share h join sale s on s.id = h.sale_id where",
        "group by h.partner_id) sold on sold.partner_id = p.id \
         where p.applied_at >= $1 and p.applied_at < $2"
    ))
    .bind(from)
    .bind(to)
    .fetch_one(tx)
    .await?;
    Ok(Funnel {
        applied: row.try_get(0)?,
        approved: row.try_get(1)?,
        first_sale: row.try_get(2)?,
        repeat: row.try_get(3)?,
    })
}

/// Partners who are in before `at`, by their last sale before the day `until`: since `from`, or, of
/// those without one, approved since the instant `new_from`.
///
/// # Errors
/// When the database refuses.
pub async fn people(
    tx: &mut Conn,
    at: i64,
    (from, until): (Date, Date),
    new_from: i64,
) -> Result<People, sqlx::Error> {
    let row = sqlx::query(counting!(
        "select count(case when sold.last_on >= $1 then 1 end), \
         count(case when coalesce(sold.last_on, '') < $1 and p.approved_at < $2 then 1 end), \
         count(case when coalesce(sold.last_on, '') < $1 and p.approved_at >= $2 then 1 end) \
         from partner p left join (select h.partner_id, max(s.effective_on) as last_on \
         from share h join sale s on s.id = h.sale_id where s.effective_on < $3 and",
        "group by h.partner_id) sold on sold.partner_id = p.id where p.approved_at < $4 \
         and (p.left_at is null or p.left_at >= $4) and p.suspended_at is null"
    ))
    .bind(from.to_string())
    .bind(new_from)
    .bind(until.to_string())
    .bind(at)
    .fetch_one(tx)
    .await?;
    Ok(People { active: row.try_get(0)?, dormant: row.try_get(1)?, waiting: row.try_get(2)? })
}

/// What a board's standings add up to, whoever sees them.
///
/// # Errors
/// When the database refuses.
pub async fn sum_of(tx: &mut Conn, board: &str) -> Result<i64, sqlx::Error> {
    sqlx::query("select cast(coalesce(sum(score), 0) as bigint) from standing where board = $1")
        .bind(board)
        .fetch_one(tx)
        .await?
        .try_get(0)
}

/// Clients whose first sale in an industry is of the days `[from, to)`, by industry.
///
/// # Errors
/// When the database refuses.
pub async fn clients_by_industry(
    tx: &mut Conn,
    from: Date,
    to: Date,
) -> Result<Vec<(Option<String>, i64)>, sqlx::Error> {
    let rows = sqlx::query(counting!(
        "select won.industry, count(*) from (select s.industry, s.client_id, \
         min(s.effective_on) as first_on from sale s where",
        "group by s.industry, s.client_id) won \
         where won.first_on >= $1 and won.first_on < $2 group by won.industry"
    ))
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Clients whose first sale of all is of the days `[from, to)`.
///
/// # Errors
/// When the database refuses.
pub async fn clients(tx: &mut Conn, from: Date, to: Date) -> Result<i64, sqlx::Error> {
    sqlx::query(counting!(
        "select count(*) from (select s.client_id, min(s.effective_on) as first_on from sale s where",
        "group by s.client_id) won where won.first_on >= $1 and won.first_on < $2"
    ))
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// What was taken back of the approved sales of the days `[from, to)`; of a void one all, but not of one that
/// another sale puts right.
///
/// # Errors
/// When the database refuses.
pub async fn refunds(tx: &mut Conn, from: Date, to: Date) -> Result<Refunds, sqlx::Error> {
    let row = sqlx::query(
        "select count(*), count(case when t.voided_at is not null or t.taken > 0 then 1 end), \
         cast(coalesce(sum(t.credited), 0) as bigint), cast(coalesce(sum(case when t.voided_at \
         is not null then t.credited else t.taken end), 0) as bigint) from (select s.voided_at, \
         (select cast(coalesce(sum(coalesce(h.credit_minor, h.amount_minor)), 0) as bigint) \
         from share h where h.sale_id = s.id) as credited, \
         (select cast(coalesce(sum(-a.minor), 0) as bigint) from adjustment_share a \
         where a.sale_id = s.id) as taken from sale s where s.approved_at is not null \
         and s.effective_on >= $1 and s.effective_on < $2 \
         and not exists (select 1 from sale c where c.corrects = s.id)) t",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_one(tx)
    .await?;
    Ok(Refunds {
        sales: row.try_get(0)?,
        touched: row.try_get(1)?,
        credited: row.try_get(2)?,
        taken: row.try_get(3)?,
    })
}

/// Claims that a person decided in `[from, to)`; what was brought in by a file waited for nobody.
///
/// # Errors
/// When the database refuses.
pub async fn decided(tx: &mut Conn, from: i64, to: i64) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from sale s where s.room_id <> '' \
         and coalesce(s.approved_at, s.rejected_at) >= $1 \
         and coalesce(s.approved_at, s.rejected_at) < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// How long the one at a place of these waited, the shortest first.
///
/// # Errors
/// When the database refuses.
pub async fn waited(
    tx: &mut Conn,
    from: i64,
    to: i64,
    place: i64,
) -> Result<Option<i64>, sqlx::Error> {
    let row = sqlx::query(
        "select coalesce(s.approved_at, s.rejected_at) - s.claimed_at as waited from sale s \
         where s.room_id <> '' and coalesce(s.approved_at, s.rejected_at) >= $1 \
         and coalesce(s.approved_at, s.rejected_at) < $2 order by waited limit 1 offset $3",
    )
    .bind(from)
    .bind(to)
    .bind(place)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Playbooks that stand, named on claims of an industry (or of all) that were decided in `[from, to)`, and
/// how many of these count.
///
/// # Errors
/// When the database refuses.
pub async fn playbooks(
    tx: &mut Conn,
    (from, to): (i64, i64),
    industry: Option<&str>,
) -> Result<Vec<Playbook>, sqlx::Error> {
    let rows = sqlx::query(counting!(
        "select b.slug, v.title, count(*), count(case when",
        "then 1 end) from sale s join playbook b on b.slug = s.playbook \
         join playbook_version v on v.slug = b.slug and v.version = b.shown_version \
         where coalesce(s.approved_at, s.rejected_at) >= $1 \
         and coalesce(s.approved_at, s.rejected_at) < $2 and b.retired_at is null \
         and b.taken_down_at is null and v.erased_at is null and ($3 = '' or s.industry = $3) \
         group by b.slug, v.title order by count(*) desc, b.slug limit $4"
    ))
    .bind(from)
    .bind(to)
    .bind(industry.unwrap_or_default())
    .bind(PLAYBOOKS_MAX)
    .fetch_all(tx)
    .await?;
    let playbook = |row: &AnyRow| {
        let outcome = Outcome { uses: row.try_get(2)?, won: row.try_get(3)? };
        Ok(Playbook { slug: row.try_get(0)?, title: row.try_get(1)?, outcome })
    };
    rows.iter().map(playbook).collect()
}
