//! What the team is shown beside a claim: who sold it, and what they should look at twice.
use super::list::status_sign;
use super::{card, decision, disputes, long_name, shares, title, view, what};
use crate::platform::text::{Line, Message};
use crate::sales::rules::{RECORD_DAYS, percent};
use crate::sales::store::SaleRow;
use schema::card::{FlagKind, ReviewFlag, Sale, SaleEvent, SaleView};
use schema::ids::PartnerId;
use schema::status::SaleStatus;

/// One sale as the team sees it: who sold it, and what is to be looked at.
#[must_use]
pub fn for_team(sale: &SaleRow, prefix: &str) -> Message {
    let message = whole(Message::notice(title(status_sign(sale.status()), sale)), sale, prefix);
    let message = if sale.status() == SaleStatus::Claimed {
        let approve = format!("{prefix}sale approve {}", sale.number);
        let reject = format!("{prefix}sale reject {} …", sale.number);
        message.line(Line::new().code(&approve).plain(" or ").code(&reject))
    } else {
        message.lines(decision(sale, &[]))
    };
    let view = SaleView { flags: sale.flags.clone(), ..view(sale, None) };
    message.card(&card(Sale { event: SaleEvent::Shown, sale: Box::new(view), late: false }))
}

/// All that the team is shown of a sale, under its title.
pub(super) fn whole(title: Message, sale: &SaleRow, prefix: &str) -> Message {
    let title = long_name(sale).into_iter().fold(title, Message::line);
    let mut message = title.lines(sellers(sale)).line(what(sale));
    if let Some(line) = shares::exchanged(sale) {
        message = message.line(line);
    }
    if sale.is_shared() {
        message = message.lines(shares::rows(sale));
    }
    if !sale.adjustments.is_empty() {
        message = message.lines(shares::taken(sale));
    }
    if let Some(line) = disputes::open(sale) {
        message = message.line(line);
    }
    if let Some(note) = &sale.note {
        message = message.quote(Line::new().person_cut(note, 300));
    }
    flags(sale, prefix).into_iter().fold(message, Message::line)
}

/// Whether something about an open claim wants a second look.
pub(super) fn is_flagged(sale: &SaleRow) -> bool {
    sale.status() == SaleStatus::Claimed && !sale.flags.is_empty()
}

/// Whose sale it is, and who claimed it for them.
fn sellers(sale: &SaleRow) -> Vec<Line> {
    let by = Line::new()
        .plain("By ")
        .person_strong(&sale.partner_name)
        .plain(" ")
        .code(&sale.partner_user);
    let claimed = sale.claimed_by.as_ref().map(|who| Line::new().plain("Claimed by ").code(who));
    std::iter::once(by).chain(claimed).collect()
}

fn flags(sale: &SaleRow, prefix: &str) -> Vec<Line> {
    let flags = sale.flags.iter().filter(|flag| still_matters(sale, flag.flag));
    flags.map(|flag| line(sale, flag, prefix)).collect()
}

/// What is asked of reviewers is no question any more once they have decided.
fn still_matters(sale: &SaleRow, flag: FlagKind) -> bool {
    sale.status() == SaleStatus::Claimed
        || !matches!(flag, FlagKind::NoRate | FlagKind::TwoReviewers | FlagKind::Protected)
}

fn line(sale: &SaleRow, flag: &ReviewFlag, prefix: &str) -> Line {
    let sales = flag.sales.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let who = name(sale, flag.partner);
    let conflict = flag.conflict.map(|number| number.to_string()).unwrap_or_default();
    match flag.flag {
        FlagKind::Protected => Line::new()
            .plain("⚠️ Another partner registered this client: rule on ")
            .strong(&conflict),
        FlagKind::Ruled => {
            Line::new().plain("⚖ A manager ruled on this client: ").strong(&conflict)
        }
        FlagKind::Duplicate => Line::new().plain("⚠️ Same client and amount as ").strong(&sales),
        FlagKind::SimilarClient => {
            let name = flag.client.as_ref().map_or("", |client| &client.name);
            let line = Line::new().plain("⚠️ Nearly the same name as ").person_cut(name, 60);
            if sales.is_empty() { line } else { line.plain(": ").strong(&sales) }
        }
        FlagKind::OwnOrganization => {
            Line::new().plain("⚠️ The client may be ").person(who).plain("’s own firm")
        }
        FlagKind::RefundRate => refunded(who, flag),
        FlagKind::FirstSale => {
            let over = flag.of.map(|of| of.to_string()).unwrap_or_default();
            Line::new().plain("⚠️ ").person(who).plain("’s first sale, and above ").strong(&over)
        }
        FlagKind::Backdated => Line::new().plain("⚠️ Its day lies in a closed month, or long ago"),
        FlagKind::NoRate => Line::new()
            .plain("⚠️ There is no rate for its currency yet: ")
            .code(&format!("{prefix}rate set USD 0.92")),
        FlagKind::TwoReviewers => Line::new().plain("⚠️ Two different reviewers are needed"),
    }
}

fn refunded(who: &str, flag: &ReviewFlag) -> Line {
    let (Some(taken), Some(of)) = (flag.taken, flag.of) else { return Line::new() };
    Line::new()
        .plain("⚠️ ")
        .strong(&percent(taken.minor, of.minor))
        .plain(" of ")
        .person(who)
        .plain(&format!("’s last {RECORD_DAYS} days was refunded: {taken} of {of}"))
}

fn name(sale: &SaleRow, partner: Option<PartnerId>) -> &str {
    let share = sale.shares.iter().find(|share| Some(share.partner) == partner);
    share.map_or(&sale.partner_name, |share| &share.name)
}
