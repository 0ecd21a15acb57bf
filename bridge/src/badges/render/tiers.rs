//! How tiers look, and what people hear of their own: of a rise with joy, of a fall kindly and in time.
use super::{card, many, named};
use crate::badges::rules::tiers::{GRACE_DAYS, Moved, Step, Tier, grace_ends_on};
use crate::platform::access::PartnerRow;
use crate::platform::text::{Line, Message};
use crate::program::Program;
use jiff::civil::Date;
use schema::card::{self, TierEvent, TierView, Tiers};
use schema::money::{Currency, Money};

#[must_use]
pub fn view(tier: &Tier, currency: Currency) -> TierView {
    TierView {
        slug: tier.slug.clone(),
        name: tier.name.clone(),
        bar: Money::new(tier.bar_minor, currency),
        keep: Money::new(tier.keep_minor(), currency),
        window_months: tier.window_months,
        partners: None,
    }
}

/// For the wins room.
#[must_use]
pub fn celebrated(name: &str, tier: &str) -> Line {
    Line::new().plain("🎖 ").person_strong(name).plain(" is in ").person_strong(tier).plain(" now")
}

#[must_use]
pub fn retracted() -> Line {
    Line::new().plain("A tier that was told of here went back with its sale.")
}

/// What a person hears of their own tier.
#[must_use]
pub fn told(
    row: &PartnerRow,
    moved: &Moved,
    now: Option<&Tier>,
    (program, today): (&Program, Date),
) -> Message {
    let currency = program.currency;
    let name = moved.tier.as_ref().map_or("", |tier| tier.name.as_str());
    let money = |minor: i64| Money::new(minor, currency).to_string();
    let keep = moved.tier.as_ref().map_or(0, Tier::keep_minor);
    let months = moved.tier.as_ref().map_or(0, |tier| tier.window_months);
    let have = money(moved.minor.unwrap_or(0));
    let ends = (moved.step == Step::Warned).then(|| grace_ends_on(today));
    let (event, message) = match &moved.step {
        Step::Entered(_) => {
            let title = Line::new().plain("🎖 You are in ").person_strong(name).plain(" now");
            let body = format!("{have} in the last {}.", many(months, "month"));
            (
                TierEvent::Entered,
                Message::text(title).line(body).line(format!("{} keeps it.", money(keep))),
            )
        }
        Step::Warned => {
            let title = Line::new().person_strong(name).plain(" needs a little from you");
            let body =
                format!("{have} in the last {}; {} keeps it.", many(months, "month"), money(keep));
            let day = ends.unwrap_or(today);
            let grace = format!("Nothing changes before {day}: you have {GRACE_DAYS} full days.");
            (TierEvent::Warned, Message::text(title).line(body).line(grace))
        }
        Step::Safe => {
            let title = Line::new().plain("✅ You keep ").person_strong(name);
            let body = format!("{have} in the last {}. Well done.", many(months, "month"));
            (TierEvent::Safe, Message::text(title).line(body))
        }
        Step::Left(_) => {
            let message = match (name, now) {
                (_, Some(now)) => Message::text(
                    Line::new()
                        .plain("Your tier is ")
                        .person_strong(&now.name)
                        .plain(" from today on"),
                ),
                _ => Message::text("You are in no tier from today on"),
            };
            let back = moved.tier.as_ref().map(|tier| {
                let bar = money(tier.bar_minor);
                Line::new().person(&tier.name).plain(&format!(" is open to you again at {bar}."))
            });
            let message = message.line("Your results stay as they are, and so do your badges.");
            (TierEvent::Left, back.into_iter().fold(message, Message::line))
        }
    };
    message.card(&card(card::Tier {
        event,
        partner: Some(named(row)),
        tier: moved.tier.as_ref().map(|tier| view(tier, currency)),
        revenue: moved.minor.map(|minor| Money::new(minor, currency)),
        now: now.map(|tier| tier.slug.clone()),
        grace_ends_on: ends.map(|day| day.to_string()),
    }))
}

/// A manager's answer about one tier.
#[must_use]
pub fn changed(tier: &Tier, event: TierEvent, currency: Currency) -> Message {
    let title = match event {
        TierEvent::Ended => Line::new().plain("Ended: ").person_strong(&tier.name),
        _ => Line::new().plain("🎖 ").person_strong(&tier.name),
    };
    let mut message = Message::notice(title);
    if event == TierEvent::Ended {
        message = message.line("Who was in it is in the next one below that they keep.");
    } else {
        message = message.line(row(&view(tier, currency)));
        message = message.line("Everyone's place follows in a moment; nobody is told of this one.");
    }
    message.card(&card(card::Tier {
        event,
        partner: None,
        tier: Some(view(tier, currency)),
        revenue: None,
        now: None,
        grace_ends_on: None,
    }))
}

fn row(view: &TierView) -> Line {
    let months = many(view.window_months, "month");
    Line::new().plain(&format!("{} in {months}; {} keeps it", view.bar, view.keep))
}

/// All tiers, the lowest first; `own`: the slug of the one who asks.
#[must_use]
pub fn list(views: Vec<TierView>, own: Option<String>, is_team: bool, prefix: &str) -> Message {
    let mut message = Message::notice(format!("🎖 Tiers · {}", views.len()));
    if views.is_empty() && is_team {
        let set = format!("{prefix}tier set silver \"Silver\" 10000 EUR");
        message = message.line(Line::new().plain("None yet. Set one with ").code(&set));
    } else if views.is_empty() {
        message = message.line("This program has none.");
    }
    let line = |view: &TierView| {
        let mine = if own.as_ref() == Some(&view.slug) { " ← you" } else { "" };
        let count = view.partners.map(|count| format!(" · {}", many(count, "partner")));
        let line = Line::new().person_strong(&view.name).plain(&format!(
            " — {} in {}",
            view.bar,
            many(view.window_months, "month")
        ));
        line.plain(&count.unwrap_or_default()).plain(mine)
    };
    let lines = views.iter().map(line).collect();
    message.lines(lines).card(&card(Tiers { tiers: views, own }))
}
