//! How kudos look.
use super::card;
use crate::platform::text::{Line, Message};
use crate::questions::store::kudos::KudosRow;
use schema::card::{Kudos, KudosEvent, PartnerRef};

/// The two people of kudos.
#[derive(Debug, Clone)]
pub struct Pair {
    pub from: PartnerRef,
    pub to: PartnerRef,
}

/// What everybody reads where they were given, or the receiver in the direct chat.
#[must_use]
pub fn given(pair: &Pair, kudos: &KudosRow) -> Message {
    Message::text(
        Line::new()
            .plain("👏 ")
            .person_strong(&pair.to.name)
            .plain(" — thanks from ")
            .person(&pair.from.name),
    )
    .quote(Line::new().person_cut(&kudos.reason, super::super::rules::REASON_CHARS_MAX))
    .card(&view(KudosEvent::Given, pair, kudos))
}

/// The reply to kudos that were given in a direct chat.
#[must_use]
pub fn sent(pair: &Pair, kudos: &KudosRow) -> Message {
    Message::notice(Line::new().plain("👏 I tell ").person_strong(&pair.to.name).plain("."))
        .card(&view(KudosEvent::Given, pair, kudos))
}

#[must_use]
pub fn withdrawn(pair: &Pair, kudos: &KudosRow) -> Message {
    Message::text(Line::new().plain("↩ ").person(&pair.from.name).plain(" took kudos back."))
        .card(&view(KudosEvent::Withdrawn, pair, kudos))
}

fn view(event: KudosEvent, pair: &Pair, kudos: &KudosRow) -> schema::card::Envelope {
    card(Kudos {
        event,
        from: pair.from.clone(),
        to: pair.to.clone(),
        reason: kudos.reason.clone(),
        on: kudos.given_on,
    })
}
