//! Lists of sales: a partner's own, and the team's.
use super::super::store::SaleRow;
use super::{NAME_CHARS, card, is_for_room, team, view};
use crate::platform::text::{Line, Message};
use schema::card::{PartnerRef, Sales};
use schema::money::Money;
use schema::status::SaleStatus;

const ROWS_MAX: usize = 10;

/// What a list was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub period: Option<schema::period::Period>,
    pub status: Option<SaleStatus>,
    pub partner: Option<PartnerRef>,
    pub team: bool,
    /// The total is of the person's own parts, and less than the whole.
    pub is_of_parts: bool,
}

impl Asked {
    fn title(&self, count: usize) -> Line {
        let mut line = Line::new().plain("Sales");
        if let Some(partner) = &self.partner {
            line = line.plain(" · ").person_cut(&partner.name, NAME_CHARS);
        }
        if let Some(status) = self.status {
            line = line.plain(&format!(" · {status}"));
        }
        if let Some(period) = self.period {
            line = line.plain(&format!(" · {period}"));
        }
        line.plain(&format!(" · {count}"))
    }
}

#[must_use]
pub fn list(sales: &[SaleRow], approved: Money, asked: Asked, prefix: &str) -> Message {
    let mut message = Message::notice(asked.title(sales.len()));
    if sales.is_empty() {
        // The team claims nothing.
        let none = Line::new().plain("None yet.");
        let example = format!("{prefix}sale add 1000 EUR Acme");
        let none = if asked.team { none } else { none.plain(" Claim one with ").code(&example) };
        message = message.line(none);
    } else {
        let rows = sales.iter().take(ROWS_MAX).map(|sale| {
            let of_many = asked.team && asked.partner.is_none();
            let who = if of_many { &sale.partner_name } else { &sale.client_name };
            let line =
                Line::new().strong(&sale.number.to_string()).plain(&format!(" {} ", sale.amount));
            let line = if is_for_room(sale) && !asked.team {
                line.plain(&sale.on.to_string())
            } else {
                line.person_cut(who, NAME_CHARS)
            };
            let look = if asked.team && team::is_flagged(sale) { " ⚠️" } else { "" };
            line.plain(&format!(" {}{look}", status_sign(sale.status())))
        });
        message = message.lines(rows.collect());
        let part = if asked.is_of_parts { ", your parts" } else { "" };
        message = message.line(format!("Approved{part}: {approved}"));
    }
    if sales.len() > ROWS_MAX {
        message = message.line(
            Line::new()
                .plain(&format!("… and {} more; ", sales.len() - ROWS_MAX))
                .code(&format!("{prefix}sale show S-1"))
                .plain(" has one."),
        );
    }
    let count = i64::try_from(sales.len()).unwrap_or(i64::MAX);
    let views = sales.iter().take(ROWS_MAX).map(|sale| view(sale, None)).collect();
    let Asked { period, status, partner, .. } = asked;
    message.card(&card(Sales { period, status, partner, sales: views, count, approved }))
}

pub(super) fn status_sign(status: SaleStatus) -> &'static str {
    match status {
        SaleStatus::Claimed => "🔎",
        SaleStatus::Approved => "✅",
        SaleStatus::Rejected => "❌",
        SaleStatus::Withdrawn | SaleStatus::Voided => "↩",
    }
}
