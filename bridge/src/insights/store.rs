//! Facts of a period `[from, to)`, gathered over industries.
use super::rules::{Answers, FirstWin, Template};
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Rows read of each kind; the post shows the first few of them.
const ROWS_MAX: i64 = 500;

/// Playbooks that stand, with the industries in which their first won sale is of the period.
///
/// # Errors
/// When the database refuses.
pub async fn first_wins(
    reader: &mut Conn,
    from: i64,
    to: i64,
) -> Result<Vec<FirstWin>, sqlx::Error> {
    let rows = sqlx::query(
        "select playbook.slug, playbook_version.title, playbook_version.industries, \
         partner.industries, sale.industry, count(*) from sale \
         join playbook on playbook.slug = sale.playbook \
         join playbook_version on playbook_version.slug = playbook.slug \
         and playbook_version.version = playbook.shown_version \
         join partner on partner.id = playbook.saved_by \
         where sale.approved_at < $2 and sale.voided_at is null and sale.industry is not null \
         and sale.amount_minor > (select coalesce(sum(adjustment.amount_minor), 0) from adjustment \
         where adjustment.sale_id = sale.id) \
         and playbook.retired_at is null and playbook.taken_down_at is null \
         and playbook_version.erased_at is null \
         group by playbook.slug, playbook_version.title, playbook_version.industries, \
         partner.industries, sale.industry having min(sale.approved_at) >= $1 \
         order by count(*) desc, playbook.slug, sale.industry limit $3",
    )
    .bind(from)
    .bind(to)
    .bind(ROWS_MAX)
    .fetch_all(reader)
    .await?;
    let win = |row: &AnyRow| {
        Ok(FirstWin {
            slug: row.try_get(0)?,
            title: row.try_get(1)?,
            industries: list(row, 2)?,
            author_industries: list(row, 3)?,
            industry: row.try_get(4)?,
            won: row.try_get(5)?,
        })
    };
    rows.iter().map(win).collect()
}

/// # Errors
/// When the database refuses.
pub async fn answers(reader: &mut Conn, from: i64, to: i64) -> Result<Vec<Answers>, sqlx::Error> {
    let rows = sqlx::query(
        "select question.industry, partner.industries, count(*) from question \
         join partner on partner.id = question.answered_by \
         where question.answered_at >= $1 and question.answered_at < $2 \
         and question.withdrawn_at is null \
         group by question.industry, partner.industries \
         order by count(*) desc, question.industry, partner.industries limit $3",
    )
    .bind(from)
    .bind(to)
    .bind(ROWS_MAX)
    .fetch_all(reader)
    .await?;
    let answers = |row: &AnyRow| {
        Ok(Answers {
            industry: row.try_get(0)?,
            helper_industries: list(row, 1)?,
            answers: row.try_get(2)?,
        })
    };
    rows.iter().map(answers).collect()
}

/// The templates that were filled in most.
///
/// # Errors
/// When the database refuses.
pub async fn templates(
    reader: &mut Conn,
    from: i64,
    to: i64,
) -> Result<Vec<Template>, sqlx::Error> {
    let rows = sqlx::query(
        "select playbook.slug, playbook_version.title, count(*), \
         count(distinct playbook_use.partner_id) from playbook_use \
         join playbook on playbook.slug = playbook_use.slug \
         join playbook_version on playbook_version.slug = playbook.slug \
         and playbook_version.version = playbook.shown_version \
         where playbook_use.used_at >= $1 and playbook_use.used_at < $2 \
         and playbook.retired_at is null and playbook.taken_down_at is null \
         and playbook_version.erased_at is null \
         group by playbook.slug, playbook_version.title \
         order by count(*) desc, playbook.slug limit $3",
    )
    .bind(from)
    .bind(to)
    .bind(ROWS_MAX)
    .fetch_all(reader)
    .await?;
    let template = |row: &AnyRow| {
        Ok(Template {
            slug: row.try_get(0)?,
            title: row.try_get(1)?,
            uses: row.try_get(2)?,
            partners: row.try_get(3)?,
        })
    };
    rows.iter().map(template).collect()
}

fn list(row: &AnyRow, at: usize) -> Result<Vec<String>, sqlx::Error> {
    let json: String = row.try_get(at)?;
    Ok(serde_json::from_str(&json).unwrap_or_default())
}
