//! How badges look: one short line each, the highest level alone.
pub mod tiers;

use super::rules::{Rule, Shown, by_id};
use super::store::Kind;
use crate::platform::access::PartnerRow;
use crate::platform::text::{Line, Message};
use schema::card::{
    Badge, BadgeEvent, BadgePreview, BadgeView, Badges, Card, Envelope, PartnerRef,
};
use schema::money::thousands;

/// What a badge is shown as whose rule this program does not know.
const UNKNOWN: &str = "🏅";

/// A badge at a level; 0 for one that nobody in particular has.
#[must_use]
pub fn view(id: &str, level: i64, kinds: &[Kind]) -> BadgeView {
    let kind = kinds.iter().find(|kind| kind.id == id);
    let (name, emoji, levels, earned) = match (by_id(id), kind) {
        (Some(rule), _) => (rule.name, rule.emoji, rule.levels.len(), Some(rule.earned.to_owned())),
        (None, Some(kind)) => (kind.name.as_str(), kind.emoji.as_str(), 1, None),
        (None, None) => (id, UNKNOWN, 1, None),
    };
    BadgeView {
        id: id.to_owned(),
        name: name.to_owned(),
        emoji: emoji.to_owned(),
        level: u32::try_from(level).unwrap_or(u32::MAX),
        levels: u32::try_from(levels).unwrap_or(u32::MAX),
        earned,
        count: None,
        next: None,
        on: true,
        holders: None,
    }
}

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

fn named(row: &PartnerRow) -> PartnerRef {
    PartnerRef { id: row.id, user_id: Some(row.user_id.clone()), name: row.name.clone() }
}

/// `🤝 Clients 2`; the level where there is more than one. A name may be a person's word.
fn label(line: Line, view: &BadgeView) -> Line {
    let line = line.plain(&format!("{} ", view.emoji));
    let line =
        if by_id(&view.id).is_some() { line.plain(&view.name) } else { line.person(&view.name) };
    if view.levels > 1 && view.level > 0 { line.plain(&format!(" {}", view.level)) } else { line }
}

/// The tier, and all badges on one line; nothing where there is none.
#[must_use]
pub fn lines(has: &Shown) -> Vec<Line> {
    let tier = has.tier.as_ref().map(|tier| Line::new().plain("Tier: ").person(tier));
    tier.into_iter().chain(row(&has.badges)).collect()
}

fn row(badges: &[BadgeView]) -> Option<Line> {
    joined(Line::new().plain("Badges: "), badges)
}

/// All of them after each other; nothing where there is none.
#[must_use]
pub fn joined(line: Line, badges: &[BadgeView]) -> Option<Line> {
    let (first, rest) = badges.split_first()?;
    let line = label(line, first);
    Some(rest.iter().fold(line, |line, view| label(line.plain(" · "), view)))
}

/// For the wins room; `more` badges came with it.
#[must_use]
pub fn celebrated(name: &str, view: &BadgeView, more: usize) -> Line {
    let line = label(Line::new().plain("🏅 ").person_strong(name).plain(" earned "), view);
    match more {
        0 => line,
        more => line.plain(&format!(" and {more} more")),
    }
}

/// Nobody is named: what was told of them is no more.
#[must_use]
pub fn retracted(view: &BadgeView) -> Line {
    label(Line::new().plain("A badge went back: "), view)
}

/// What has changed for a person, in one message.
#[must_use]
pub fn told(
    row: &PartnerRow,
    (risen, fallen): (Vec<BadgeView>, Vec<BadgeView>),
    reason: Option<String>,
    prefix: &str,
) -> Message {
    let mut message = match risen.as_slice() {
        [] => Message::text("Your badges have changed"),
        [one] => Message::text(label(Line::new().plain("🏅 New badge: "), one)),
        many => Message::text(format!("🏅 {} new badges", many.len())),
    };
    match risen.as_slice() {
        [one] => {
            message = message.lines(one.earned.iter().map(|text| text.as_str().into()).collect());
        }
        many => {
            let lines = many.iter().map(|view| label(Line::new(), view));
            message = message.lines(lines.collect());
        }
    }
    if !fallen.is_empty() {
        let lines = fallen.iter().map(|view| label(Line::new().plain("Went back: "), view));
        message = message.lines(lines.collect());
        if reason.is_none() {
            message = message.line("What they stood on was taken back. They come again with it.");
        }
    }
    if let Some(reason) = &reason {
        message = message.quote(Line::new().person_cut(reason, 300));
    }
    let event = if risen.is_empty() { BadgeEvent::Revoked } else { BadgeEvent::Awarded };
    message.line(Line::new().plain("All of yours: ").code(&format!("{prefix}badge list"))).card(
        &card(Badge { event, partner: Some(named(row)), badges: risen, revoked: fallen, reason }),
    )
}

/// A manager's answer about one partner.
#[must_use]
pub fn by_hand(row: &PartnerRow, event: BadgeEvent, view: BadgeView, reason: &str) -> Message {
    let title = match event {
        BadgeEvent::Awarded => "🏅 Given to ",
        _ => "Taken from ",
    };
    let line = label(Line::new().plain(title).person(&row.name).plain(": "), &view);
    let (badges, revoked) = match event {
        BadgeEvent::Awarded => (vec![view], Vec::new()),
        _ => (Vec::new(), vec![view]),
    };
    let reason = Some(reason.to_owned());
    Message::notice(line)
        .quote(Line::new().person_cut(reason.as_deref().unwrap_or_default(), 300))
        .card(&card(Badge { event, partner: Some(named(row)), badges, revoked, reason }))
}

#[must_use]
pub fn added(view: BadgeView, prefix: &str) -> Message {
    let grant = format!("{prefix}badge grant @ana:example.org {} for her talk", view.id);
    Message::notice(label(Line::new().plain("New badge: "), &view))
        .line(Line::new().plain("Give it with ").code(&grant))
        .card(&card(Badge {
            event: BadgeEvent::Added,
            partner: None,
            badges: vec![view],
            revoked: Vec::new(),
            reason: None,
        }))
}

#[must_use]
pub fn disabled(rule: &Rule, prefix: &str) -> Message {
    let view = BadgeView { on: false, ..view(rule.id, 0, &[]) };
    Message::notice(label(Line::new().plain("Off: "), &view))
        .line("What was given stays.")
        .line(Line::new().plain("On again: ").code(&format!("{prefix}badge enable {}", rule.id)))
        .card(&card(Badge {
            event: BadgeEvent::Disabled,
            partner: None,
            badges: vec![view],
            revoked: Vec::new(),
            reason: None,
        }))
}

/// What a rule would give, or has given when it took effect.
#[must_use]
pub fn walked(rule: &Rule, gives: bool, by_level: &[i64], prefix: &str) -> Message {
    let partners: i64 = by_level.iter().sum();
    let who = many(partners, "partner");
    let name = format!("{} {}", rule.emoji, rule.name);
    let mut message = Message::notice(if gives {
        format!("{name} is on: {who} got it")
    } else {
        format!("{name} would go to {who}")
    });
    let lines = rule.levels.iter().zip(by_level).zip(1..).map(|((wants, count), level)| {
        Line::new().plain(&format!("Level {level} ({wants}): {}", many(*count, "partner")))
    });
    message = message.line(rule.earned).lines(lines.collect());
    if !gives {
        let enable = format!("{prefix}badge enable {}", rule.id);
        message = message.line(Line::new().plain("Give it: ").code(&enable));
    }
    let (badge, by_level) = (rule.id.to_owned(), by_level.to_vec());
    message.card(&card(BadgePreview { badge, done: gives, partners, by_level }))
}

fn many(count: i64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// A partner's own badges, and what can still be earned.
#[must_use]
pub fn own(views: Vec<BadgeView>, tier: Option<&str>) -> Message {
    let (have, open): (Vec<_>, Vec<_>) = views.iter().partition(|view| view.level > 0);
    let mut message = Message::notice(format!("🏅 Your badges · {}", have.len()));
    if let Some(tier) = tier {
        message = message.line(Line::new().plain("Tier: ").person(tier));
    }
    if have.is_empty() {
        message = message.line("None yet. Your first approved sale earns the first.");
    } else {
        let lines = have.iter().map(|view| label(Line::new(), view).plain(&progress(view)));
        message = message.lines(lines.collect());
    }
    if !open.is_empty() {
        message = message.line(Line::new().strong("Still to earn"));
        for view in open {
            let earned = view.earned.as_deref().unwrap_or_default();
            let line = label(Line::new(), view).plain(&progress(view));
            message = message.lines(vec![line, Line::new().em(earned)]);
        }
    }
    message.card(&card(Badges { badges: views }))
}

/// ` · 12 of 50`; nothing on the highest level.
fn progress(view: &BadgeView) -> String {
    match (view.count, view.next) {
        (Some(count), Some(next)) => {
            let shown = |count: i64| thousands(count.unsigned_abs());
            format!(" · {} of {}", shown(count.clamp(0, next)), shown(next))
        }
        _ => String::new(),
    }
}

/// The program's badges, for the team.
#[must_use]
pub fn of_program(views: Vec<BadgeView>, prefix: &str) -> Message {
    let line = |view: &BadgeView| {
        let holders = view.holders.unwrap_or(0);
        let state = match (view.on, view.earned.is_some()) {
            (_, false) => "by hand".to_owned(),
            (true, true) => "on".to_owned(),
            (false, true) => "off".to_owned(),
        };
        label(Line::new(), view)
            .plain(" ")
            .code(&view.id)
            .plain(&format!(" · {state} · {}", many(holders, "partner")))
    };
    Message::notice(format!("🏅 Badges · {}", views.len()))
        .lines(views.iter().map(line).collect())
        .line(
            Line::new().plain("One that is off: ").code(&format!("{prefix}badge preview loyalty")),
        )
        .card(&card(Badges { badges: views }))
}

#[cfg(test)]
mod tests;
