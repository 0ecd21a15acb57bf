//! How a deal looks to the people of its partner's organization: with its client, and without a word of
//! any rival or of the team's reasons.
use super::{base, carded, titled};
use crate::deals::store::DealRow;
use crate::platform::text::{Line, Message};
use jiff::civil::Date;
use schema::card::{DealEvent, DealStatus};

/// Without what people said of it, and without whom it is shared with.
fn plain(deal: &DealRow) -> DealRow {
    DealRow {
        note: None,
        extend_reason: None,
        drop_reason: None,
        sharing: None,
        shared_id: None,
        ..deal.clone()
    }
}

/// The thread's first message, as the deal stands now.
#[must_use]
pub fn root(deal: &DealRow, (now, today): (i64, Date)) -> Message {
    let deal = plain(deal);
    let mut message = base(Message::text(titled("🛡", &deal)), &deal, now)
        .line(Line::new().plain("Of ").person(&deal.partner.name));
    if deal.status(now) == DealStatus::Open
        && let Some(left) = left(&deal, today)
    {
        message = message.line(left);
    }
    carded(message, &deal, DealEvent::Shown, now)
}

fn left(deal: &DealRow, today: Date) -> Option<String> {
    let days = (deal.term?.ends_on - today).get_days();
    Some(match days {
        ..=1 => "Left: today only".to_owned(),
        days => format!("Left: {days} days"),
    })
}

/// What just became of it, in the thread.
#[must_use]
pub fn news(deal: &DealRow, event: DealEvent, (now, today): (i64, Date)) -> Message {
    let deal = plain(deal);
    let sentence = match event {
        DealEvent::Contested if deal.protected_at.is_some() => {
            "Another partner works on this client, too. A manager rules on it."
        }
        DealEvent::Contested => "Another partner was first. A manager rules on it.",
        DealEvent::Extended => "Extended, once.",
        DealEvent::Won => "🏁 Won.",
        DealEvent::Dropped => "Given up.",
        DealEvent::Ended => "The time is over; the client is open to all.",
        DealEvent::Kept => "The team ruled: it is yours.",
        DealEvent::Lost => "The team ruled: it is another partner's.",
        DealEvent::Shared => "The team ruled: it is shared.",
        DealEvent::Freed => "The team ruled: the client is open to all.",
        DealEvent::Reminded | DealEvent::Shown | DealEvent::Registered => "",
    };
    let mut message = base(Message::notice(titled("🛡", &deal)), &deal, now);
    if !sentence.is_empty() {
        message = message.line(sentence);
    }
    if event == DealEvent::Reminded
        && let Some(left) = left(&deal, today)
    {
        message = message.line(left);
    }
    // The person who must act is asked in their own chat.
    carded(message, &deal, event, now)
}

/// In place of the first message, after its partner has left the organization.
#[must_use]
pub fn over(deal: &DealRow, now: i64) -> Message {
    let deal = plain(deal);
    let message = Message::text(titled("🛡", &deal)).line("Its partner has left the organization.");
    carded(message, &deal, DealEvent::Shown, now)
}
