//! Rows of claims, as they are made and made anew.
use crate::platform::db::Conn;
use crate::platform::work::{Cell, Insert, Work};
use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId, SaleId, SaleNumber};
use schema::money::Money;

/// What a new claim writes.
#[derive(Debug)]
pub struct NewSale<'a> {
    pub id: SaleId,
    pub number: SaleNumber,
    pub partner_id: PartnerId,
    pub client_id: ClientId,
    pub amount: Money,
    pub industry: Option<&'a str>,
    pub on: Date,
    pub note: Option<&'a str>,
    pub public: bool,
    pub playbook: Option<&'a str>,
    pub flags: &'a str,
    pub cause: &'a str,
    /// The manager who claims for the partner.
    pub claimed_by: Option<&'a str>,
    pub room_id: &'a str,
    pub thread: Option<&'a str>,
    pub line: &'a str,
    pub claimed_at: i64,
    /// When co-sellers are asked: again after an edit.
    pub asked_at: i64,
}

const SALE: Insert = Insert {
    rank: 2,
    text: "insert into sale (id, number, partner_id, client_id, amount_minor, currency, industry, effective_on, \
           note, public, playbook, flags, cause, room_id, thread, line, claimed_at, claimed_by) {values}",
    columns: 18,
};

/// A new sale, written at the latest with the commit.
pub fn insert(work: &mut Work<'_>, sale: &NewSale<'_>) {
    let text = |text: &dyn ToString| Cell::Text(text.to_string());
    let cells = vec![
        text(&sale.id),
        Cell::Number(sale.number.0),
        text(&sale.partner_id),
        text(&sale.client_id),
        Cell::Number(sale.amount.minor),
        text(&sale.amount.currency.code()),
        sale.industry.into(),
        text(&sale.on),
        sale.note.into(),
        Cell::Number(i64::from(sale.public)),
        sale.playbook.into(),
        text(&sale.flags),
        text(&sale.cause),
        text(&sale.room_id),
        sale.thread.into(),
        text(&sale.line),
        Cell::Number(sale.claimed_at),
        sale.claimed_by.into(),
    ];
    work.insert(&SALE, cells);
}

/// Whether a sale to this client waits to be written.
#[must_use]
pub fn waits(work: &Work<'_>, client: ClientId) -> bool {
    let client = client.to_string();
    work.waiting(&SALE).any(|cells| matches!(cells, [_, _, _, Cell::Text(id), ..] if *id == client))
}

/// Writes an open claim anew after its message was edited.
///
/// # Errors
/// When the database refuses.
pub async fn rewrite(tx: &mut Conn, sale: &NewSale<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update sale set client_id = $1, amount_minor = $2, currency = $3, industry = $4, effective_on = $5, \
         note = $6, public = $7, playbook = $8, flags = $9, line = $10 where id = $11",
    )
    .bind(sale.client_id.to_string())
    .bind(sale.amount.minor)
    .bind(sale.amount.currency.code())
    .bind(sale.industry)
    .bind(sale.on.to_string())
    .bind(sale.note)
    .bind(i64::from(sale.public))
    .bind(sale.playbook)
    .bind(sale.flags)
    .bind(sale.line)
    .bind(sale.id.to_string())
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from share where sale_id = $1")
        .bind(sale.id.to_string())
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from approval where sale_id = $1")
        .bind(sale.id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Which sale a new one puts right.
///
/// # Errors
/// When the database refuses.
pub async fn set_corrects(tx: &mut Conn, sale: SaleId, other: SaleId) -> Result<(), sqlx::Error> {
    sqlx::query("update sale set corrects = $1 where id = $2")
        .bind(other.to_string())
        .bind(sale.to_string())
        .execute(tx)
        .await?;
    Ok(())
}
