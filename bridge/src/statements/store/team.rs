//! Reads of the commission book for an organization: entries about sales of days on which their partner
//! belonged to it.
use super::{Span, bad, change, line};
use crate::ledger::rules::Change;
use crate::platform::db::Conn;
use crate::statements::rules::Line;
use schema::ids::PartnerId;
use schema::money::Currency;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Somebody who belongs to an organization, or did.
#[derive(Debug, Clone)]
pub struct Person {
    pub partner: PartnerId,
    pub user: String,
    pub name: String,
}

fn partner(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| bad("partner"))
}

/// Everybody who ever belonged to it, by name.
///
/// # Errors
/// When the database refuses.
pub async fn people(tx: &mut Conn, slug: &str) -> Result<Vec<Person>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct p.id, p.user_id, p.name from membership b join partner p on p.id = b.partner_id \
         where b.organization = $1 order by p.name, p.id",
    )
    .bind(slug)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Person { partner: partner(row, 0)?, user: row.try_get(1)?, name: row.try_get(2)? })
        })
        .collect()
}

/// What each had before a span, by currency.
///
/// # Errors
/// When the database refuses.
pub async fn before(
    tx: &mut Conn,
    slug: &str,
    span: Span,
) -> Result<Vec<(PartnerId, Currency, Change)>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.partner_id, m.currency, cast(sum(m.held_minor) as bigint), \
         cast(sum(m.payable_minor) as bigint), cast(sum(m.disputed_minor) as bigint) \
         from commission_move m join sale s on s.id = m.sale_id \
         join membership b on b.partner_id = m.partner_id and b.organization = $1 \
         and b.from_on <= s.effective_on and (b.to_on is null or b.to_on > s.effective_on) \
         where m.at < $2 or m.seq <= $3 group by m.partner_id, m.currency",
    )
    .bind(slug)
    .bind(span.from)
    .bind(span.after)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let currency = Currency::parse(&row.try_get::<String, _>(1)?);
            Ok((partner(row, 0)?, currency.map_err(|_| bad("currency"))?, change(row, 2)?))
        })
        .collect()
}

/// The entries of a span, in ledger order.
///
/// # Errors
/// When the database refuses.
pub async fn lines(
    tx: &mut Conn,
    slug: &str,
    span: Span,
) -> Result<Vec<(PartnerId, Line)>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.seq, m.at, m.kind, s.number, c.name, r.name, l.rule_version, l.terms, m.payout, \
         m.currency, m.base_minor, m.held_minor, m.payable_minor, m.disputed_minor, m.reason, s.effective_on, \
         m.partner_id from commission_move m join sale s on s.id = m.sale_id \
         join membership b on b.partner_id = m.partner_id and b.organization = $1 \
         and b.from_on <= s.effective_on and (b.to_on is null or b.to_on > s.effective_on) \
         left join client c on c.id = s.client_id \
         left join commission_line l on l.sale_id = m.sale_id and l.partner_id = m.partner_id \
         left join rule r on r.n = l.rule_n and r.version = l.rule_version \
         where m.at >= $2 and m.at < $3 and m.seq > $4 and m.seq <= $5 order by m.seq",
    )
    .bind(slug)
    .bind(span.from)
    .bind(span.to)
    .bind(span.after)
    .bind(span.last)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((partner(row, 16)?, line(row)?))).collect()
}

/// Who led it until it left.
///
/// # Errors
/// When the database refuses.
pub async fn leads_until(
    tx: &mut Conn,
    slug: &str,
    left_at: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct p.user_id from membership b join partner p on p.id = b.partner_id \
         where b.organization = $1 and b.role = 'lead' and b.left_at = $2 order by p.user_id",
    )
    .bind(slug)
    .bind(left_at)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
