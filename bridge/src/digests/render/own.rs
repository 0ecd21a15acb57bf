//! A partner's own week.
use super::{figures, next_goal, suggested};
use crate::badges;
use crate::goals::render::Shown;
use crate::insights::render::count;
use crate::leaderboard::render::place;
use crate::platform::access::PartnerRow;
use crate::platform::text::{Line, Message};
use schema::card::{
    BadgeView, Card, DigestSuggestion, Envelope, OwnDigest, OwnStanding, PartnerRef, WeekMoved,
};
use schema::metric::Metric;
use schema::money::Money;
use schema::period::Period;

/// What a week was for one partner.
#[derive(Debug, Clone)]
pub struct Mine {
    pub period: Period,
    /// Their place in the week, and how far it moved against the week before.
    pub you: OwnStanding,
    pub moved: WeekMoved,
    /// To whoever stands above this month.
    pub to_next: Option<Money>,
    pub badges: Vec<BadgeView>,
    /// Of those that they gave to, the nearest to its target; and how much.
    pub goal: Option<Shown>,
    pub given: Option<i64>,
    pub open_claims: i64,
    pub suggestion: Option<DigestSuggestion>,
}

/// The message to a partner alone.
#[must_use]
pub fn own(me: &PartnerRow, mine: &Mine, prefix: &str) -> Message {
    let title = format!("🗞️ Your week {}", mine.period);
    let mut message = Message::text(Line::new().plain(&title)).lines(results(mine));
    let earned = badges::render::joined(Line::new().plain("New: "), &mine.badges);
    if let Some(line) = earned {
        message = message.line(line);
    }
    if let Some(goal) = &mine.goal {
        let mut lines = next_goal(goal);
        let given = mine.given.map(|own| format!("You gave {}", goal.amount(own)));
        lines.extend(given.map(|own| Line::new().plain(&own)));
        message = message.lines(lines);
    }
    if mine.open_claims > 0 {
        let open = format!("In review: {}", count(mine.open_claims, "claim"));
        message = message.line(Line::new().plain(&open));
    }
    if let Some(suggestion) = &mine.suggestion {
        message = message.line(suggested(suggestion, prefix));
    }
    let off = format!("{prefix}profile --digest off");
    message.line(Line::new().plain("No more of these: ").code(&off)).card(&card(me, mine))
}

/// Place, figures and the next place; nothing of them where nothing was sold in either week.
fn results(mine: &Mine) -> Vec<Line> {
    let WeekMoved { revenue, revenue_before, .. } = &mine.moved;
    let mut lines = Vec::new();
    if mine.you.score > 0 {
        lines.push(place(&mine.you, Metric::Revenue, revenue.currency));
    }
    if revenue.minor != 0 || revenue_before.minor != 0 {
        // The place says it already; what it was before says more.
        let said = revenue_before.minor == 0 && mine.you.score == revenue.minor;
        lines.extend(figures(&mine.moved).into_iter().skip(usize::from(said && !lines.is_empty())));
    }
    if let Some(gap) = mine.to_next {
        let gap = Line::new().strong(&gap.to_string());
        lines.push(gap.plain(" to the next place this month"));
    }
    if lines.is_empty() {
        lines.push(Line::new().plain("No sale of yours in it."));
    }
    lines
}

fn card(me: &PartnerRow, mine: &Mine) -> Envelope {
    Envelope::from(Card::from(OwnDigest {
        partner: PartnerRef { id: me.id, user_id: Some(me.user_id.clone()), name: me.name.clone() },
        period: mine.period,
        you: mine.you.clone(),
        moved: mine.moved,
        to_next: mine.to_next,
        badges: mine.badges.clone(),
        goal: mine.goal.as_ref().map(|goal| Box::new(goal.view.clone())),
        given: mine.given,
        open_claims: mine.open_claims,
        suggestion: mine.suggestion.clone(),
    }))
}
