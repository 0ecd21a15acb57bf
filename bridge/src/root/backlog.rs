//! What gives way when more waits than can be answered at once: of the questions that one person
//! has asked in one room, the newest is answered. What changes something is never left out.
use super::grammars::{CONTROL, Control, PARTNER, Partner};
use crate::badges::commands::{ControlBadge, ControlTier};
use crate::commission::commands::ControlRule;
use crate::deals::commands::{ControlDeal, PartnerDeal};
use crate::goals::commands::ControlGoal;
use crate::industries::commands::ControlIndustry;
use crate::mentorship::commands::PartnerMentor;
use crate::operations::commands::ControlInbox;
use crate::organizations::commands::ControlOrganization;
use crate::partners::commands::ControlPartner;
use crate::payouts::commands::ControlPayout;
use crate::platform::access::Place;
use crate::platform::commands::{CommandLine, Parsed};
use crate::platform::inbox::Event;
use crate::platform::inbox::store::Waiting;
use crate::platform::refusal::{Code, Fault, Refusal};
use crate::platform::work::Work;
use crate::questions::commands::PartnerQuestion;
use crate::rates::commands::ControlRate;
use crate::rewards::commands::ControlReward;
use crate::rooms::commands::ControlRoom;
use crate::sales::commands::{ControlSale, PartnerSale};
use crate::seasons::commands::ControlSeason;
use crate::stories::commands::ControlStory;
use crate::team::commands::ControlRole;
use std::collections::HashSet;

/// The rows of a batch whose answer stands in a later row's: their sequence numbers.
///
/// # Errors
/// When the database refuses.
pub async fn older(work: &mut Work<'_>, rows: &[&Waiting]) -> Result<HashSet<i64>, Fault> {
    let mut newest = HashSet::new();
    let mut older = HashSet::new();
    for row in rows.iter().rev() {
        if is_question(work, row).await? && !newest.insert((&row.room_id, &row.sender)) {
            older.insert(row.seq);
        }
    }
    Ok(older)
}

async fn is_question(work: &mut Work<'_>, row: &Waiting) -> Result<bool, Fault> {
    let Ok(event) = Event::parse(&row.raw) else { return Ok(false) };
    if event.kind != "m.room.message" || event.state_key.is_some() {
        return Ok(false);
    }
    let found = super::commands::line_of(work, &event).await?;
    Ok(found.is_some_and(|(place, line)| place != Place::Other && asks(&place, &line)))
}

/// Whether a line only asks.
pub(super) fn asks(place: &Place, line: &CommandLine) -> bool {
    if *place == Place::Control {
        matches!(CONTROL.parse(line), Parsed::Command(words) if control_asks(&words))
    } else {
        matches!(PARTNER.parse(line), Parsed::Command(words) if partner_asks(&words))
    }
}

pub(super) fn partner_asks(words: &Partner) -> bool {
    match words {
        Partner::Help { .. }
        | Partner::Me(_)
        | Partner::Board(_)
        | Partner::Goal(_)
        | Partner::Badge(_)
        | Partner::Tier(_)
        | Partner::Season(_)
        | Partner::Reward(_)
        | Partner::Rule(_)
        | Partner::Statement(_) => true,
        Partner::Sale(words) => {
            matches!(words, PartnerSale::List { .. } | PartnerSale::Show { .. })
        }
        Partner::Deal(words) => {
            matches!(words, PartnerDeal::List { .. } | PartnerDeal::Show { .. })
        }
        Partner::Playbook(words) => words.is_question(),
        Partner::Profile(words) => words.is_question(),
        Partner::Question(words) => matches!(words, PartnerQuestion::List { .. }),
        Partner::Mentor(words) => {
            matches!(words, PartnerMentor::List | PartnerMentor::Find { .. })
        }
        Partner::Story(words) => words.is_question(),
        Partner::Team(words) => words.is_question(),
        Partner::Apply { .. }
        | Partner::Terms(_)
        | Partner::Ask(_)
        | Partner::Answer
        | Partner::Kudos { .. }
        | Partner::Win(_) => false,
    }
}

fn control_asks(words: &Control) -> bool {
    match words {
        Control::Help { .. }
        | Control::Board(_)
        | Control::Report(_)
        | Control::Audit { .. }
        | Control::Ledger(_)
        | Control::Status => true,
        Control::Partner(words) => {
            matches!(words, ControlPartner::List | ControlPartner::Show { .. })
        }
        Control::Organization(words) => {
            matches!(words, ControlOrganization::List | ControlOrganization::Show { .. })
        }
        Control::Terms(words) => words.is_question(),
        Control::Badge(words) => matches!(words, ControlBadge::List),
        Control::Tier(words) => matches!(words, ControlTier::List),
        Control::Role(words) => matches!(words, ControlRole::List),
        Control::Industry(words) => matches!(words, ControlIndustry::List),
        Control::Goal(words) => {
            matches!(words, ControlGoal::List | ControlGoal::Show { .. })
        }
        Control::Sale(words) => {
            matches!(words, ControlSale::List { .. } | ControlSale::Show { .. })
        }
        Control::Rule(words) => !matches!(words, ControlRule::Add(_) | ControlRule::End { .. }),
        Control::Payout(words) => matches!(words, ControlPayout::Show { .. }),
        Control::Deal(words) => {
            matches!(words, ControlDeal::List { .. } | ControlDeal::Show { .. })
        }
        Control::Season(words) => !matches!(words, ControlSeason::Close { .. }),
        Control::Reward(words) => matches!(words, ControlReward::List),
        Control::Rate(words) => matches!(words, ControlRate::List),
        Control::Playbook(words) => words.is_question(),
        Control::Story(words) => {
            matches!(words, ControlStory::List { .. } | ControlStory::Show { .. })
        }
        Control::Room(words) => {
            matches!(words, ControlRoom::List | ControlRoom::Acl { access: None })
        }
        Control::Inbox(words) => matches!(words, ControlInbox::List),
        Control::Announce { .. } | Control::Server(_) => false,
    }
}

/// The answer to a question while far too much waits.
pub(super) fn busy() -> Refusal {
    Refusal::new(Code::Rate, "I am busy: very much waits. Please ask again in a few minutes.")
}
