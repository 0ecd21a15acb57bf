//! Lists of sales: a partner's own, and the team's.
use super::super::store::Listed;
use super::{NAME_CHARS, card, is_for_room, team, view};
use crate::platform::text::{Line, Message};
use schema::card::{PartnerRef, Sales};
use schema::money::{Currency, Money};
use schema::status::SaleStatus;

pub const ROWS_MAX: i64 = 10;

/// What a list was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub period: Option<schema::period::Period>,
    pub status: Option<SaleStatus>,
    pub partner: Option<PartnerRef>,
    pub team: bool,
}

impl Asked {
    fn title(&self, count: i64) -> Line {
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
pub fn list(listed: &Listed, asked: Asked, (currency, prefix): (Currency, &str)) -> Message {
    let Listed { newest: sales, count, .. } = listed;
    let total = if asked.team { listed.whole_minor } else { listed.own_minor };
    let approved = Money::new(total, currency);
    let mut message = Message::notice(asked.title(*count));
    if sales.is_empty() {
        // The team claims nothing.
        let none = Line::new().plain("None yet.");
        let example = format!("{prefix}sale add 1000 EUR Acme");
        let none = if asked.team { none } else { none.plain(" Claim one with ").code(&example) };
        message = message.line(none);
    } else {
        let rows = sales.iter().map(|sale| {
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
        let part = if total == listed.whole_minor { "" } else { ", your parts" };
        message = message.line(format!("Approved{part}: {approved}"));
    }
    if *count > ROWS_MAX {
        message = message.line(
            Line::new()
                .plain(&format!("… and {} more; ", count - ROWS_MAX))
                .code(&format!("{prefix}sale show S-1"))
                .plain(" has one."),
        );
    }
    let views = sales.iter().map(|sale| view(sale, None)).collect();
    let Asked { period, status, partner, .. } = asked;
    message.card(&card(Sales { period, status, partner, sales: views, count: *count, approved }))
}

pub(super) fn status_sign(status: SaleStatus) -> &'static str {
    match status {
        SaleStatus::Claimed => "🔎",
        SaleStatus::Approved => "✅",
        SaleStatus::Rejected => "❌",
        SaleStatus::Withdrawn | SaleStatus::Voided => "↩",
    }
}
