//! What the people of an organization did: by the membership of each sale's day.
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId};
use sqlx::Row as _;
use sqlx::any::AnyRow;

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("figures: {what}").into())
}

fn partner(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| bad("partner"))
}

/// What somebody sold to a client, net, in the program's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold {
    pub partner: PartnerId,
    pub client: ClientId,
    pub minor: i64,
}

/// Sales of the days `[from, to)`.
///
/// # Errors
/// When the database refuses.
pub async fn sold(
    tx: &mut Conn,
    slug: &str,
    (from, to): (Date, Date),
) -> Result<Vec<Sold>, sqlx::Error> {
    let rows = sqlx::query(
        "select h.partner_id, s.client_id, cast(sum(coalesce(h.credit_minor, h.amount_minor) \
         + coalesce((select sum(a.minor) from adjustment_share a where a.sale_id = h.sale_id \
         and a.partner_id = h.partner_id), 0)) as bigint) \
         from share h join sale s on s.id = h.sale_id join membership b on b.partner_id = h.partner_id \
         and b.organization = $1 and b.from_on <= s.effective_on and (b.to_on is null or b.to_on > s.effective_on) \
         where s.approved_at is not null and s.voided_at is null and s.effective_on >= $2 and s.effective_on < $3 \
         group by h.partner_id, s.client_id",
    )
    .bind(slug)
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let client = row.try_get::<String, _>(1)?.parse().map_err(|_| bad("client"))?;
            Ok(Sold { partner: partner(row, 0)?, client, minor: row.try_get(2)? })
        })
        .collect()
}

/// Parts of claims in review: whose, of which claim, and how many have said yes.
///
/// # Errors
/// When the database refuses.
pub async fn open_claims(
    tx: &mut Conn,
    slug: &str,
) -> Result<Vec<(PartnerId, String, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select h.partner_id, s.id, (select count(*) from approval a where a.sale_id = s.id) \
         from share h join sale s on s.id = h.sale_id join membership b on b.partner_id = h.partner_id \
         and b.organization = $1 and b.from_on <= s.effective_on and (b.to_on is null or b.to_on > s.effective_on) \
         where s.approved_at is null and s.rejected_at is null and s.withdrawn_at is null",
    )
    .bind(slug)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((partner(row, 0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}
