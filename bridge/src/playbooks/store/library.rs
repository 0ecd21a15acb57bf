//! What is known of playbooks together: outcomes, ratings, uses, and the texts that are searched.
use super::versions::list;
use crate::platform::db::Conn;
use crate::playbooks::rules::{Outcome, Rating};
use schema::ids::{PartnerId, SaleId};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// How often a playbook was named on decided claims, and how many of these count now. Withdrawn
/// claims and open ones are not decided; one that is void, or refunded in full, does not count.
///
/// # Errors
/// When the database refuses.
pub async fn outcome(tx: &mut Conn, slug: &str) -> Result<Outcome, sqlx::Error> {
    let row = sqlx::query(
        "select count(*), count(case when approved_at is not null and voided_at is null \
         and amount_minor > (select coalesce(sum(a.amount_minor), 0) from adjustment a \
         where a.sale_id = sale.id) then 1 end) from sale where playbook = $1 and (approved_at is not null or rejected_at is not null)",
    )
    .bind(slug)
    .fetch_one(tx)
    .await?;
    Ok(Outcome { uses: row.try_get(0)?, won: row.try_get(1)? })
}

/// # Errors
/// When the database refuses.
pub async fn rating(tx: &mut Conn, slug: &str) -> Result<Rating, sqlx::Error> {
    let row = sqlx::query(
        "select cast(coalesce(sum(stars), 0) as bigint), count(*) from playbook_rating \
         where slug = $1",
    )
    .bind(slug)
    .fetch_one(tx)
    .await?;
    Ok(Rating { stars: row.try_get(0)?, ratings: row.try_get(1)? })
}

/// # Errors
/// When the database refuses.
pub async fn rate(
    tx: &mut Conn,
    slug: &str,
    partner: PartnerId,
    stars: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into playbook_rating (slug, partner_id, stars, rated_at) values ($1, $2, $3, $4) \
         on conflict (slug, partner_id) do update set stars = excluded.stars, \
         rated_at = excluded.rated_at",
    )
    .bind(slug)
    .bind(partner.to_string())
    .bind(stars)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// A template was filled in.
///
/// # Errors
/// When the database refuses.
pub async fn used(
    tx: &mut Conn,
    id: &str,
    slug: &str,
    partner: PartnerId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into playbook_use (id, slug, partner_id, used_at) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(slug)
        .bind(partner.to_string())
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// A published playbook, as far as order and filters need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub slug: String,
    pub version: i64,
    pub industries: Vec<String>,
    pub outcome: Outcome,
    pub rating: Rating,
}

fn head(row: &AnyRow) -> Result<Head, sqlx::Error> {
    Ok(Head {
        slug: row.try_get(0)?,
        version: row.try_get(1)?,
        industries: list(row, 2)?,
        outcome: Outcome { uses: row.try_get(3)?, won: row.try_get(4)? },
        rating: Rating { stars: row.try_get(5)?, ratings: row.try_get(6)? },
    })
}

/// All that are published, by slug.
///
/// # Errors
/// When the database refuses.
pub async fn heads(tx: &mut Conn) -> Result<Vec<Head>, sqlx::Error> {
    let rows = sqlx::query(
        "select b.slug, v.version, v.industries, coalesce(s.uses, 0), coalesce(s.won, 0), \
         coalesce(r.stars, 0), coalesce(r.ratings, 0) \
         from playbook b \
         join playbook_version v on v.slug = b.slug and v.version = b.shown_version \
         left join (select playbook, count(*) as uses, \
         count(case when approved_at is not null and voided_at is null \
         and amount_minor > (select coalesce(sum(a.amount_minor), 0) from adjustment a \
         where a.sale_id = sale.id) then 1 end) as won from sale where playbook is not null \
         and (approved_at is not null or rejected_at is not null) group by playbook) s \
         on s.playbook = b.slug \
         left join (select slug, cast(sum(stars) as bigint) as stars, count(*) as ratings \
         from playbook_rating group by slug) r on r.slug = b.slug \
         where b.retired_at is null and b.taken_down_at is null and v.erased_at is null \
         order by b.slug",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(head).collect()
}

/// A published playbook with its words: what a search reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub slug: String,
    pub industries: Vec<String>,
    pub outcome: Outcome,
    pub title: String,
    pub summary: String,
    /// Its beginning.
    pub body: String,
    pub tags: Vec<String>,
}

// A bound number would have another type on each database.
const _: () = assert!(crate::playbooks::search::BODY_CHARS_MAX == 6_000);

macro_rules! select_text {
    ($rest:literal) => {
        concat!(
            "select b.slug, v.industries, (select count(*) from sale where playbook = b.slug \
             and (approved_at is not null or rejected_at is not null)), \
             (select count(*) from sale where playbook = b.slug and approved_at is not null \
             and voided_at is null and amount_minor > (select coalesce(sum(a.amount_minor), 0) \
             from adjustment a where a.sale_id = sale.id)), v.title, v.summary, \
             substr(v.body, 1, 6000), v.tags \
             from playbook b \
             join playbook_version v on v.slug = b.slug and v.version = b.shown_version \
             where b.retired_at is null and b.taken_down_at is null and v.erased_at is null ",
            $rest
        )
    };
}

fn text(row: &AnyRow) -> Result<Text, sqlx::Error> {
    Ok(Text {
        slug: row.try_get(0)?,
        industries: list(row, 1)?,
        outcome: Outcome { uses: row.try_get(2)?, won: row.try_get(3)? },
        title: row.try_get(4)?,
        summary: row.try_get(5)?,
        body: row.try_get(6)?,
        tags: list(row, 7)?,
    })
}

/// What is published, by slug, from the one after `after` on.
///
/// # Errors
/// When the database refuses.
pub async fn texts(tx: &mut Conn, after: &str, limit: i64) -> Result<Vec<Text>, sqlx::Error> {
    let rows = sqlx::query(select_text!("and b.slug > $1 order by b.slug limit $2"))
        .bind(after)
        .bind(limit)
        .fetch_all(tx)
        .await?;
    rows.iter().map(text).collect()
}

/// One, while it is published.
///
/// # Errors
/// When the database refuses.
pub async fn text_of(tx: &mut Conn, slug: &str) -> Result<Option<Text>, sqlx::Error> {
    let row = sqlx::query(select_text!("and b.slug = $1")).bind(slug).fetch_optional(tx).await?;
    row.as_ref().map(text).transpose()
}

/// A sale that was won with a playbook, in the given time of its approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Win {
    pub sale_id: String,
    pub slug: String,
    pub seller: PartnerId,
    /// The seller's organization on the sale's day.
    pub organization: Option<String>,
    /// The sale's.
    pub industry: Option<String>,
    pub approved_at: i64,
}

fn win(row: &AnyRow) -> Result<Win, sqlx::Error> {
    let seller: String = row.try_get(2)?;
    Ok(Win {
        sale_id: row.try_get(0)?,
        slug: row.try_get(1)?,
        seller: seller.parse().map_err(|_| sqlx::Error::Decode("win: seller".into()))?,
        organization: row.try_get(3)?,
        industry: row.try_get(4)?,
        approved_at: row.try_get(5)?,
    })
}

/// Sales won with any playbook, approved in `[from, to)`.
///
/// # Errors
/// When the database refuses.
pub async fn wins(tx: &mut Conn, from: i64, to: i64) -> Result<Vec<Win>, sqlx::Error> {
    let rows = sqlx::query(
        "select s.id, s.playbook, s.partner_id, (select b.organization from membership b where b.partner_id = s.partner_id \
         and b.from_on <= s.effective_on and (b.to_on is null or b.to_on > s.effective_on)), s.industry, s.approved_at \
         from sale s where s.playbook is not null \
         and s.voided_at is null and s.amount_minor > (select coalesce(sum(x.amount_minor), 0) \
         from adjustment x where x.sale_id = s.id) and s.approved_at >= $1 and s.approved_at < $2 order by s.number",
    )
    .bind(from)
    .bind(to)
    .fetch_all(tx)
    .await?;
    rows.iter().map(win).collect()
}

/// Sales without a share of theirs that were won with what a person wrote, approved in `[from, to)`.
/// An author's own organization of the sale's day counts as the author.
///
/// # Errors
/// When the database refuses.
pub async fn wins_of_others(
    tx: &mut Conn,
    author: PartnerId,
    from: i64,
    to: i64,
) -> Result<Vec<Win>, sqlx::Error> {
    let rows = sqlx::query(
        "select s.id, s.playbook, s.partner_id, (select b.organization from membership b where b.partner_id = s.partner_id \
         and b.from_on <= s.effective_on and (b.to_on is null or b.to_on > s.effective_on)), s.industry, s.approved_at \
         from sale s join partner me on me.id = $1 \
         where s.voided_at is null and s.approved_at >= $2 and s.approved_at < $3 \
         and s.amount_minor > (select coalesce(sum(x.amount_minor), 0) from adjustment x \
         where x.sale_id = s.id) \
         and not exists (select 1 from share h where h.sale_id = s.id and h.partner_id = me.id) \
         and not exists (select 1 from membership a join membership b on b.organization = a.organization \
         where a.partner_id = me.id and b.partner_id = s.partner_id and a.from_on <= s.effective_on \
         and (a.to_on is null or a.to_on > s.effective_on) and b.from_on <= s.effective_on \
         and (b.to_on is null or b.to_on > s.effective_on)) \
         and exists (select 1 from playbook_author a join playbook b on b.slug = a.slug \
         and b.shown_version = a.version where a.slug = s.playbook and a.user_id = me.user_id) \
         order by s.number",
    )
    .bind(author.to_string())
    .bind(from)
    .bind(to)
    .fetch_all(tx)
    .await?;
    rows.iter().map(win).collect()
}

/// Whose words are in the playbook that a sale was won with: partners who have no share in it, and are
/// not of the claimant's organization.
///
/// # Errors
/// When the database refuses.
pub async fn authors_of_sale(tx: &mut Conn, sale: SaleId) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query(
        "select me.id from sale s \
         join playbook b on b.slug = s.playbook \
         join playbook_author a on a.slug = b.slug and a.version = b.shown_version \
         join partner me on me.user_id = a.user_id where s.id = $1 \
         and not exists (select 1 from share h where h.sale_id = s.id and h.partner_id = me.id) \
         and not exists (select 1 from membership a join membership b on b.organization = a.organization \
         where a.partner_id = me.id and b.partner_id = s.partner_id and a.from_on <= s.effective_on \
         and (a.to_on is null or a.to_on > s.effective_on) and b.from_on <= s.effective_on \
         and (b.to_on is null or b.to_on > s.effective_on)) \
         order by me.id",
    )
    .bind(sale.to_string())
    .fetch_all(tx)
    .await?;
    let bad = || sqlx::Error::Decode("author: partner".into());
    rows.iter().map(|row| row.try_get::<String, _>(0)?.parse().map_err(|_| bad())).collect()
}

/// How often each template was filled in, in `[from, to)`, most first.
///
/// # Errors
/// When the database refuses.
pub async fn fillings(
    tx: &mut Conn,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select slug, count(*) from playbook_use where used_at >= $1 and used_at < $2 \
         group by slug order by count(*) desc, slug limit $3",
    )
    .bind(from)
    .bind(to)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// A complaint about a playbook.
#[derive(Debug)]
pub struct Report<'a> {
    pub id: &'a str,
    pub slug: &'a str,
    pub user: &'a str,
    pub reason: &'a str,
    pub at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn report(tx: &mut Conn, report: &Report<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into playbook_report (id, slug, user_id, reason, reported_at) \
         values ($1, $2, $3, $4, $5)",
    )
    .bind(report.id)
    .bind(report.slug)
    .bind(report.user)
    .bind(report.reason)
    .bind(report.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// When a person last complained about a playbook.
///
/// # Errors
/// When the database refuses.
pub async fn reported_at(
    tx: &mut Conn,
    slug: &str,
    user: &str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query("select max(reported_at) from playbook_report where slug = $1 and user_id = $2")
        .bind(slug)
        .bind(user)
        .fetch_one(tx)
        .await?
        .try_get(0)
}
