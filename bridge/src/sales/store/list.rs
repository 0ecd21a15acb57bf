//! Lists of sales: the newest of those asked for, and how many there are and what they come to in all.
use super::{SaleRow, read};
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::status::SaleStatus;
use sqlx::Row as _;

/// Which sales.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// Those in which this partner has a part.
    pub partner: Option<&'a str>,
    pub status: Option<SaleStatus>,
    /// Their first day, and the first one after.
    pub days: Option<(Date, Date)>,
}

/// All of them, of which only the newest are there.
#[derive(Debug)]
pub struct Listed {
    /// Newest first.
    pub newest: Vec<SaleRow>,
    pub count: i64,
    /// What they are credited with, in the currency of the program.
    pub whole_minor: i64,
    /// The partner's part of it; without a partner the whole.
    pub own_minor: i64,
}

macro_rules! of {
    ($whose:literal) => {
        concat!(
            "where ",
            $whose,
            " and ($2 = '' or $2 = case when s.voided_at is not null then 'voided' \
             when s.approved_at is not null then 'approved' when s.rejected_at is not null then 'rejected' \
             when s.withdrawn_at is not null then 'withdrawn' else 'claimed' end) \
             and ($3 = '' or s.effective_on >= $3) and ($4 = '' or s.effective_on < $4) "
        )
    };
}

macro_rules! newest {
    ($whose:literal) => {
        select_sale!(concat!(of!($whose), "order by s.number desc limit $5"))
    };
}

/// What the parts of a sale are credited with while it counts; the others are passed over.
macro_rules! credit {
    ($whose:literal) => {
        concat!(
            "cast(coalesce(sum(case when s.approved_at is not null and s.voided_at is null then (\
             select sum(coalesce(h.credit_minor, h.amount_minor) + coalesce((\
             select sum(a.minor) from adjustment_share a \
             where a.sale_id = h.sale_id and a.partner_id = h.partner_id), 0)) \
             from share h where h.sale_id = s.id",
            $whose,
            ") end), 0) as bigint)"
        )
    };
}

macro_rules! sums {
    ($whose:literal) => {
        concat!(
            "select count(*), ",
            credit!(""),
            ", ",
            credit!(" and h.partner_id = $1"),
            " from sale s ",
            of!($whose)
        )
    };
}

impl Which<'_> {
    /// Partner, status, first day, first day after: as the statements number them.
    fn bound(self) -> [Option<String>; 4] {
        let day = |day: Option<Date>| Some(day.map(|day| day.to_string()).unwrap_or_default());
        [
            self.partner.map(str::to_owned),
            Some(self.status.map(|status| status.to_string()).unwrap_or_default()),
            day(self.days.map(|days| days.0)),
            day(self.days.map(|days| days.1)),
        ]
    }
}

/// The first so many of a list, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn newest(
    tx: &mut Conn,
    which: Which<'_>,
    limit: i64,
) -> Result<Vec<SaleRow>, sqlx::Error> {
    let statement = match which.partner {
        Some(_) => newest!("s.id in (select sale_id from share where partner_id = $1)"),
        None => newest!("cast($1 as text) is null"),
    };
    let bound = which.bound();
    let query = bound.into_iter().fold(sqlx::query(statement), sqlx::query::Query::bind);
    query.bind(limit).fetch_all(tx).await?.iter().map(read).collect()
}

/// The same, and what all of the list comes to.
///
/// # Errors
/// When the database refuses.
pub async fn list(tx: &mut Conn, which: Which<'_>, limit: i64) -> Result<Listed, sqlx::Error> {
    let newest = newest(tx, which, limit).await?;
    let statement = match which.partner {
        Some(_) => sums!("s.id in (select sale_id from share where partner_id = $1)"),
        None => sums!("cast($1 as text) is null"),
    };
    let bound = which.bound();
    let query = bound.into_iter().fold(sqlx::query(statement), sqlx::query::Query::bind);
    let sums = query.fetch_one(tx).await?;
    let whole_minor = sums.try_get(1)?;
    let own_minor = if which.partner.is_some() { sums.try_get(2)? } else { whole_minor };
    Ok(Listed { newest, count: sums.try_get(0)?, whole_minor, own_minor })
}
