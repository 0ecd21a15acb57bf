//! How sales look: to their claimant, to reviewers, in lists.
mod correct;
mod disputes;
mod list;
mod shares;
mod team;

pub use correct::ask_correct;
pub use disputes::with_earned;
pub use list::{Asked, ROWS_MAX, list};
pub use shares::{
    ask_refund, ask_share, joined, lapsed, ready, remind_share, ruled, ruled_ready, share_answered,
    to_claimant,
};
pub use team::for_team;

use super::rules::Share;
use super::store::SaleRow;
use crate::platform::text::{Line, Message};
use schema::card::{
    Card, ClientRef, Confirm, Envelope, PartnerRef, Review, ReviewStatus, ReviewSubject, Sale,
    SaleEvent, SaleView,
};
use schema::ids::ConfirmationId;
use schema::period::Period;
use schema::status::SaleStatus;

/// A name in a row; the row stays under 36 characters on a phone.
const NAME_CHARS: usize = 16;
const TITLE_NAME_CHARS: usize = 40;

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

/// What may be said of a sale in a room of many: no client, no words to or from the reviewers.
#[must_use]
pub fn for_room(sale: &SaleRow) -> SaleRow {
    let mut shown = sale.clone();
    shown.client_name.clear();
    (shown.note, shown.reject_reason, shown.void_reason) = (None, None, None);
    shown.adjustments.clear();
    shown
}

pub(super) fn is_for_room(sale: &SaleRow) -> bool {
    sale.client_name.is_empty()
}

#[must_use]
pub fn view(sale: &SaleRow, seq: Option<i64>) -> SaleView {
    let decided_by = sale.approved_by.iter().chain(&sale.rejected_by).cloned().collect();
    SaleView {
        id: sale.id,
        number: sale.number,
        status: sale.status(),
        partner: PartnerRef {
            id: sale.partner_id,
            user_id: Some(sale.partner_user.clone()),
            name: sale.partner_name.clone(),
        },
        amount: sale.amount,
        client: (!is_for_room(sale))
            .then(|| ClientRef { id: sale.client_id, name: sale.client_name.clone() }),
        industry: sale.industry.clone(),
        on: sale.on,
        note: sale.note.clone(),
        playbook: sale.playbook.clone(),
        public: sale.public,
        claimed_at: sale.claimed_at,
        claimed_by: sale.claimed_by.clone(),
        decided_at: sale.approved_at.or(sale.rejected_at),
        decided_by,
        voided_at: sale.voided_at,
        voided_by: sale.voided_by.clone(),
        reason: sale.void_reason.clone().or_else(|| sale.reject_reason.clone()),
        ledger_seq: seq,
        net: (sale.net_minor != sale.amount.minor).then(|| sale.net()),
        exchange: shares::exchange(sale),
        shares: shares::views(sale),
        adjustments: shares::adjustments(sale),
        disputed: disputes::amount(sale),
        flags: Vec::new(),
        counted_in: sale.late,
        corrects: sale.corrects,
    }
}

/// The answer to a claim.
#[must_use]
pub fn claimed(sale: &SaleRow, late: bool) -> Message {
    let mut message = headed("🧾", sale);
    if sale.claimed_by.is_some() {
        message = message.line(
            Line::new().plain("For ").person_strong(&sale.partner_name).plain(", who is told."),
        );
    }
    if sale.is_shared() {
        message = message.lines(shares::rows(sale));
    }
    let next = if sale.shares.iter().any(Share::is_open) {
        "I asked your co-sellers for their ✅. Edit or delete your message to change it while it is open."
    } else {
        "With the reviewers now. Edit or delete your message to change it while it is open."
    };
    let message = message.line(next);
    message.card(&card(Sale { event: SaleEvent::Claimed, sale: Box::new(view(sale, None)), late }))
}

fn title(mark: &str, sale: &SaleRow) -> Line {
    let line = Line::new().plain(&format!("{mark} {} · {}", sale.number, sale.amount));
    if is_for_room(sale) {
        line
    } else {
        line.plain(" · ").person_cut(&sale.client_name, TITLE_NAME_CHARS)
    }
}

fn headed(mark: &str, sale: &SaleRow) -> Message {
    let titled = Message::notice(title(mark, sale));
    long_name(sale).into_iter().fold(titled, Message::line).line(what(sale))
}

/// A client's name that has no place in the title.
fn long_name(sale: &SaleRow) -> Option<Line> {
    let is_cut = sale.client_name.chars().count() > TITLE_NAME_CHARS && !is_for_room(sale);
    is_cut.then(|| Line::new().plain("Client: ").person(&sale.client_name))
}

fn what(sale: &SaleRow) -> Line {
    let industry = sale.industry.as_deref().map(|slug| format!(" · {slug}")).unwrap_or_default();
    let playbook = sale.playbook.as_deref().map(|slug| format!(" · 📘 {slug}")).unwrap_or_default();
    let late = sale.late.map(|period| format!(" · {}", late_word(period))).unwrap_or_default();
    let corrects = sale.corrects.map(|other| format!(" · corrects {other}")).unwrap_or_default();
    let status = status_word(sale.status());
    Line::new().plain(&format!("{status} · {}{industry}{playbook}{late}{corrects}", sale.on))
}

/// Of what the ledger took when its own month was closed.
#[must_use]
pub fn late_word(period: Period) -> String {
    format!("counted in {period} (late)")
}

fn status_word(status: SaleStatus) -> &'static str {
    match status {
        SaleStatus::Claimed => "in review",
        SaleStatus::Approved => "approved",
        SaleStatus::Rejected => "rejected",
        SaleStatus::Withdrawn => "withdrawn",
        SaleStatus::Voided => "void",
    }
}

/// One sale, and what just became of it.
#[must_use]
pub fn sale(sale: &SaleRow, event: SaleEvent, seq: Option<i64>) -> Message {
    let mark = match event {
        SaleEvent::Approved => "✅",
        SaleEvent::Rejected => "❌",
        SaleEvent::Voided | SaleEvent::Refunded => "↩",
        SaleEvent::Disputed | SaleEvent::DisputeWon | SaleEvent::DisputeLost => "⚖",
        _ => "🧾",
    };
    let mut message = headed(mark, sale);
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
    message = match event {
        SaleEvent::Approved => message.line("Approved: it counts on the boards."),
        SaleEvent::Rejected if is_for_room(sale) => {
            message.line("Not accepted. The reason is in our chat.")
        }
        SaleEvent::Rejected => message.line("Not accepted. The reason:"),
        SaleEvent::Voided if is_for_room(sale) => {
            message.line("Taken back in full. The reason is in our chat.")
        }
        SaleEvent::Voided => message.line("Taken back in full. The reason:"),
        SaleEvent::Refunded if is_for_room(sale) => message.line(
            Line::new()
                .plain("Left: ")
                .strong(&sale.net().to_string())
                .plain(". More in our chat."),
        ),
        SaleEvent::DisputeWon => message.line("The dispute is won: nothing is taken."),
        SaleEvent::DisputeLost if sale.adjustments.is_empty() => {
            message.line(format!("The dispute is lost. Left: {}", sale.net()))
        }
        SaleEvent::DisputeLost => message.line("The dispute is lost."),
        SaleEvent::Shown if is_for_room(sale) => {
            message.line("Clients are named in our own chat only.")
        }
        SaleEvent::Edited => message.line("Read anew from your edit; the review starts again."),
        SaleEvent::Withdrawn => message.line("Withdrawn; it counts nowhere."),
        _ => message,
    };
    if let Some(note) = &sale.note {
        message = message.quote(Line::new().person_cut(note, 300));
    }
    if let Some(reason) = sale.void_reason.as_deref().or(sale.reject_reason.as_deref()) {
        message = message.quote(Line::new().person_cut(reason, 300));
    }
    message.card(&card(Sale { event, sale: Box::new(view(sale, seq)), late: false }))
}

/// What a manager claimed for a partner, or did with it, as the partner hears it.
#[must_use]
pub fn claimed_for(sale: &SaleRow, event: SaleEvent, prefix: &str) -> Message {
    let said = match event {
        SaleEvent::Withdrawn => "The program's team took back what it had claimed for you.",
        SaleEvent::Edited => "The program's team changed what it claimed for you:",
        _ => "The program's team claimed this sale for you.",
    };
    let mut message = Message::notice(title("🧾", sale)).line(said).line(what(sale));
    if sale.is_shared() {
        message = message.lines(shares::rows(sale));
    }
    if sale.status() == SaleStatus::Claimed {
        let take_back = format!("{prefix}sale withdraw {}", sale.number);
        message = message
            .line(Line::new().plain("Not right? ").code(&take_back).plain(" takes it back."));
    }
    message.card(&card(Sale { event, sale: Box::new(view(sale, None)), late: false }))
}

#[must_use]
pub fn seconded(sale: &SaleRow, missing: usize) -> Message {
    Message::notice(title("☑", sale))
        .line(format!("Your yes is noted; {missing} more reviewer is needed for this amount."))
        .card(&card(Sale {
            event: SaleEvent::Seconded,
            sale: Box::new(view(sale, None)),
            late: false,
        }))
}

/// The review card, as the sale stands now.
#[must_use]
pub fn review(sale: &SaleRow, approvals: &[String], needed: usize, prefix: &str) -> Message {
    let status = match sale.status() {
        SaleStatus::Claimed => ReviewStatus::Open,
        SaleStatus::Approved => ReviewStatus::Approved,
        SaleStatus::Rejected => ReviewStatus::Rejected,
        SaleStatus::Withdrawn | SaleStatus::Voided => ReviewStatus::Withdrawn,
    };
    let title = Message::text(title(list::status_sign(sale.status()), sale));
    let message = team::whole(title, sale, prefix);
    let message = match sale.status() {
        SaleStatus::Claimed if needed > 1 => message.line(format!(
            "{} of {needed} reviewers said yes. React with ✅, or ❌ and then reply with a reason.",
            approvals.len()
        )),
        SaleStatus::Claimed => {
            message.line("React with ✅ to approve, or ❌ and then reply with a reason.")
        }
        _ => message.lines(decision(sale, approvals)),
    };
    message.card(&card(Review {
        status,
        subject: ReviewSubject::Sale { sale: Box::new(view(sale, None)) },
        needed: u8::try_from(needed).unwrap_or(u8::MAX),
        approvals: approvals.to_vec(),
        rejected_by: sale.rejected_by.clone(),
        reason: sale.reject_reason.clone(),
        flags: sale.flags.clone(),
    }))
}

fn decision(sale: &SaleRow, approvals: &[String]) -> Vec<Line> {
    let by = |word: &str, who: &Option<String>| {
        Line::new().plain(word).code(who.as_deref().unwrap_or_default())
    };
    let mut lines = match sale.status() {
        SaleStatus::Approved if approvals.len() > 1 => {
            let first = Line::new().plain("Approved by ").code(&approvals[0]);
            vec![approvals[1..].iter().fold(first, |line, who| line.plain(" and ").code(who))]
        }
        SaleStatus::Approved => vec![by("Approved by ", &sale.approved_by)],
        SaleStatus::Rejected => vec![by("Rejected by ", &sale.rejected_by)],
        SaleStatus::Voided => vec![by("Voided by ", &sale.voided_by)],
        _ => vec![Line::from("Withdrawn by the claimant")],
    };
    if let Some(reason) = sale.void_reason.as_deref().or(sale.reject_reason.as_deref()) {
        lines.push(Line::new().person_cut(reason, 300));
    }
    lines
}

/// Says exactly what a void does, and waits.
#[must_use]
pub fn ask_void(sale: &SaleRow, line: &str, user: &str, expires_at: i64) -> Message {
    let effect = format!(
        "{} of {} is taken back in full: −{} on the ledger and all boards.",
        sale.number, sale.partner_name, sale.amount
    );
    Message::notice(Line::new().plain(&format!("Void {}?", sale.number)))
        .line(
            Line::new()
                .plain(&format!("{} of ", sale.amount))
                .person(&sale.partner_name)
                .plain(" is taken back in full, on the ledger and all boards."),
        )
        .line("React with ✅ or answer yes within 10 minutes.")
        .card(&confirm(sale, effect, line, (user, expires_at)))
}

/// What waits for its person's yes.
fn confirm(
    sale: &SaleRow,
    effect: String,
    line: &str,
    (user, expires_at): (&str, i64),
) -> Envelope {
    card(Confirm {
        id: ConfirmationId(sale.id.0),
        user_id: user.to_owned(),
        command: line.to_owned(),
        effect,
        sale: Some(sale.number),
        expires_at,
    })
}
