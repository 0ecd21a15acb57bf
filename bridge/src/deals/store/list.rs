//! Lists of deals: the newest of those asked for, and how many there are in all.
use super::{DealRow, read};
use crate::platform::db::Conn;
use schema::card::DealStatus;
use sqlx::Row as _;

/// Which deals.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    pub partner: Option<&'a str>,
    /// As they stand at this instant.
    pub now: i64,
    pub status: Option<DealStatus>,
}

/// All of them, of which only the newest are there.
#[derive(Debug)]
pub struct Listed {
    /// Newest first.
    pub newest: Vec<DealRow>,
    pub count: i64,
}

macro_rules! of {
    ($whose:literal) => {
        concat!(
            "where ",
            $whose,
            " and ($2 = '' or $2 = case when d.dropped_at is not null then 'dropped' \
             when d.lost_at is not null then 'lost' when s.number is not null then 'won' \
             when d.protected_at is null then 'contested' when d.ends_at > $3 then 'open' else 'ended' end) "
        )
    };
}

macro_rules! newest {
    ($whose:literal) => {
        select_deal!(concat!(of!($whose), "order by d.number desc limit $4"))
    };
}

macro_rules! count {
    ($whose:literal) => {
        concat!("select count(*) from deal d ", standing_sale!(), of!($whose))
    };
}

/// The first so many of a list, and how many there are.
///
/// # Errors
/// When the database refuses.
pub async fn list(tx: &mut Conn, which: Which<'_>, limit: i64) -> Result<Listed, sqlx::Error> {
    let (newest, count) = match which.partner {
        Some(_) => (newest!("d.partner_id = $1"), count!("d.partner_id = $1")),
        None => (newest!("cast($1 as text) is null"), count!("cast($1 as text) is null")),
    };
    let status = which.status.map(|status| status.to_string()).unwrap_or_default();
    let bound = |text| sqlx::query(text).bind(which.partner).bind(status.clone()).bind(which.now);
    let newest = bound(newest).bind(limit).fetch_all(&mut *tx).await?;
    let count = bound(count).fetch_one(tx).await?;
    let newest = newest.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Listed { newest, count: count.try_get(0)? })
}
