//! How shared sales and refunds look.
use super::{card, confirm, status_word, title, view};
use crate::platform::refusal::Fault;
use crate::platform::text::{Line, Message};
use crate::sales::rules::{self, Exchange, Share};
use crate::sales::store::SaleRow;
use schema::card::{
    AdjustmentKind, AdjustmentView, ExchangeView, PartnerRef, Sale, SaleEvent, ShareView,
};
use schema::ids::ConflictNumber;
use schema::money::Money;
use schema::status::SaleStatus;

const NAME_CHARS: usize = 20;
/// Adjustments shown one by one; the card has all.
const TAKEN_MAX: usize = 5;

pub(super) fn views(sale: &SaleRow) -> Vec<ShareView> {
    if !sale.is_shared() {
        return Vec::new();
    }
    let view = |share: &Share| ShareView {
        partner: PartnerRef {
            id: share.partner,
            user_id: Some(share.user.clone()),
            name: share.name.clone(),
        },
        weight: share.weight,
        amount: Money { minor: share.minor, ..sale.amount },
        confirmed_at: share.confirmed_at,
        declined_at: share.declined_at,
        overridden_by: share.overridden_by.clone(),
    };
    sale.shares.iter().map(view).collect()
}

pub(super) fn adjustments(sale: &SaleRow) -> Vec<AdjustmentView> {
    let view = |taken: &crate::sales::store::Adjustment| AdjustmentView {
        adjustment: taken.kind,
        amount: Money { minor: taken.minor, ..sale.amount },
        reason: taken.reason.clone(),
        by: taken.by.clone(),
        at: taken.at,
        ledger_seq: taken.seq,
    };
    sale.adjustments.iter().map(view).collect()
}

/// One row a part: who, how much of what is left, and whether they said yes.
pub(super) fn rows(sale: &SaleRow) -> Vec<Line> {
    let row = |(share, minor): (&Share, i64)| {
        let amount = Money { minor, ..sale.amount };
        let said = match share {
            Share { asked_at: None, overridden_by: Some(_), .. } => " ⚖",
            Share { asked_at: None, .. } => "",
            Share { confirmed_at: Some(_), .. } => " ✅",
            Share { declined_at: Some(_), .. } => " ❌",
            // Of a decided sale nobody is asked any more.
            _ if sale.status() != SaleStatus::Claimed => "",
            _ => " ⏳",
        };
        Line::new().person_cut(&share.name, NAME_CHARS).plain(&format!(" · {amount}{said}"))
    };
    sale.shares.iter().zip(sale.parts_left()).map(row).collect()
}

/// What an amount in another currency counts.
pub(super) fn exchanged(sale: &SaleRow) -> Option<Line> {
    let exchange = sale.exchange?;
    let (code, rate) = (sale.amount.currency, exchange.rate);
    let line = Line::new().plain("Counts ").strong(&exchange.reporting.to_string());
    Some(line.plain(&format!(" (1 {code} = {rate} {})", exchange.reporting.currency)))
}

pub(super) fn exchange(sale: &SaleRow) -> Option<ExchangeView> {
    let Exchange { rate, from, reporting } = sale.exchange?;
    Some(ExchangeView { rate, from, reporting })
}

/// What was taken back, newest last, and what is left.
pub(super) fn taken(sale: &SaleRow) -> Vec<Line> {
    let skipped = sale.adjustments.len().saturating_sub(TAKEN_MAX);
    let mut rows: Vec<Line> = sale.adjustments[skipped..]
        .iter()
        .map(|taken| {
            let amount = Money { minor: taken.minor, ..sale.amount };
            let (word, reason) = match taken.kind {
                AdjustmentKind::Refund => ("Refund", &taken.reason),
                AdjustmentKind::Dispute => ("Lost in a dispute", &taken.reason),
            };
            let line = Line::new().plain(&format!("{word} {amount}"));
            if reason.is_empty() { line } else { line.plain(": ").person_cut(reason, 120) }
        })
        .collect();
    // A void has taken the rest.
    if sale.status() != SaleStatus::Voided {
        rows.push(Line::new().plain("Left: ").strong(&sale.net().to_string()));
    }
    rows
}

fn part(sale: &SaleRow, share: &Share) -> String {
    Money { minor: share.minor, ..sale.amount }.to_string()
}

fn about(sale: &SaleRow, event: SaleEvent) -> schema::card::Envelope {
    card(Sale { event, sale: Box::new(view(sale, None)), late: false })
}

/// To a co-seller, who must act.
#[must_use]
pub fn ask_share(sale: &SaleRow, share: &Share) -> Message {
    let message = Message::text(title("🤝", sale))
        .line(Line::new().person(&sale.partner_name).plain(" says you sold this together."))
        .lines(rows(sale))
        .line(
            Line::new()
                .plain("Your part is ")
                .strong(&part(sale, share))
                .plain(". ✅ if that is right, ❌ if not."),
        );
    mention(message, share).card(&about(sale, SaleEvent::Asked))
}

/// To who has a part by a ruling, and need not act.
#[must_use]
pub fn joined(sale: &SaleRow, share: &Share) -> Message {
    Message::notice(title("🤝", sale))
        .lines(rows(sale))
        .line(
            Line::new()
                .person(&sale.partner_name)
                .plain(" claimed it. Your part is ")
                .strong(&part(sale, share))
                .plain(", as the team ruled."),
        )
        .card(&about(sale, SaleEvent::Claimed))
}

#[must_use]
pub fn remind_share(sale: &SaleRow, share: &Share) -> Message {
    let message = Message::text(title("🤝", sale)).line(
        Line::new()
            .plain("Still waiting for your ✅: your part is ")
            .strong(&part(sale, share))
            .plain(". It is on my earlier message, or on the claim of ")
            .person(&sale.partner_name)
            .plain("."),
    );
    mention(message, share).card(&about(sale, SaleEvent::Asked))
}

fn mention(message: Message, share: &Share) -> Message {
    match ruma::UserId::parse(&share.user) {
        Ok(user) => message.mention(&user),
        Err(_) => message,
    }
}

/// To the co-seller who has just answered.
#[must_use]
pub fn share_answered(sale: &SaleRow, share: &Share, event: SaleEvent) -> Message {
    let line = if event == SaleEvent::Declined {
        "You said no. The claim cannot count like this; ✅ changes your mind.".to_owned()
    } else {
        format!("Confirmed: your part is {}.", part(sale, share))
    };
    Message::notice(title("🤝", sale)).line(line).card(&about(sale, event))
}

/// To the claimant: a no at once, a yes when it was the last.
#[must_use]
pub fn to_claimant(sale: &SaleRow, share: &Share, event: SaleEvent) -> Message {
    let message = Message::notice(title("🤝", sale)).lines(rows(sale));
    let message = if event == SaleEvent::Declined {
        message.line(
            Line::new()
                .person(&share.name)
                .plain(" does not agree. Edit your message to change the parts, or delete it."),
        )
    } else {
        message.line("All have said yes; the reviewers decide now.")
    };
    message.card(&about(sale, event))
}

/// To the reviewers: nothing stands in the way of a decision any more.
#[must_use]
pub fn ready(sale: &SaleRow) -> Message {
    Message::text(title("🔎", sale))
        .lines(rows(sale))
        .line("All co-sellers have said yes. ✅ to approve, or ❌ and then reply with a reason.")
        .card(&about(sale, SaleEvent::Confirmed))
}

/// To the reviewers: a manager has ruled on the client.
#[must_use]
pub fn ruled_ready(sale: &SaleRow, conflict: ConflictNumber) -> Message {
    let mut message = Message::text(title("🔎", sale));
    if sale.is_shared() {
        message = message.lines(rows(sale));
    }
    message
        .line(format!("{conflict} is ruled on. ✅ to approve, or ❌ and then reply with a reason."))
        .card(&about(sale, SaleEvent::Ruled))
}

/// To the claimant: what a ruling about the client makes of the claim.
#[must_use]
pub fn ruled(
    sale: &SaleRow,
    conflict: ConflictNumber,
    is_shared: bool,
    reason: Option<&str>,
) -> Message {
    let mut message = Message::notice(title("⚖", sale));
    let stands = if is_shared {
        message = message.lines(rows(sale));
        "You sell it together"
    } else {
        "It stands as you claimed it"
    };
    message = message.line(format!("{conflict} is ruled on. {stands}; the reviewers decide next."));
    if let Some(reason) = reason.filter(|_| !super::is_for_room(sale)) {
        message = message.quote(Line::new().person_cut(reason, 300));
    }
    message.card(&about(sale, SaleEvent::Ruled))
}

/// To the claimant: nobody's yes came in time.
#[must_use]
pub fn lapsed(sale: &SaleRow) -> Message {
    let days = rules::LAPSE_MS / 86_400_000;
    Message::notice(title("🧾", sale))
        .line(format!(
            "{}: not confirmed by all within {days} days. Claim it anew if it still stands.",
            status_word(sale.status())
        ))
        .card(&about(sale, SaleEvent::Withdrawn))
}

/// Says exactly what a refund takes from whom, and waits.
///
/// # Errors
/// A fault where a part does not fit.
pub fn ask_refund(
    sale: &SaleRow,
    amount: Money,
    line: &str,
    (user, expires_at): (&str, i64),
) -> Result<Message, Fault> {
    let overflow = |_| Fault::Overflow("parts of a refund");
    let left = sale.net_minor - amount.minor;
    let counted = sale.reporting(left).map_err(overflow)?;
    let deltas = rules::adjusted(&sale.shares, counted.minor).map_err(overflow)?;
    let money = |minor: i64| Money { minor, ..sale.amount };
    let rows = sale.shares.iter().zip(deltas).map(|(share, minor)| {
        let delta = Money { minor, ..counted };
        Line::new().person_cut(&share.name, NAME_CHARS).plain(&format!(" · {delta}"))
    });
    let effect = format!("{amount} of {} is taken back; {} is left.", sale.number, money(left));
    let message = Message::notice(format!("Refund {amount} of {}?", sale.number))
        .lines(rows.collect())
        .line(format!("{} is left, on the ledger and all boards.", money(left)))
        .line("React with ✅ or answer yes within 10 minutes.")
        .card(&confirm(sale, effect, line, (user, expires_at)));
    Ok(message)
}
