//! How rules and commission look: in the control room, and to a partner in their own chat.
use super::actions::{Explained, Moved, Tried};
use super::rules::{Body, Pay, Tier, Version, Why};
use super::store::lines::LineRow;
use crate::platform::text::{Line, Message};
use jiff::civil::Date;
use schema::card::{
    BalanceView, Card, CommissionMoved, EarnedView, Envelope, RuleExplained, RuleNot, RuleView,
    Rules,
};
use schema::ids::SaleNumber;
use schema::money::{Currency, Money};

/// Rules shown in a list, versions in one.
pub const ROWS_MAX: usize = 30;

/// `12.5 %`
#[must_use]
pub fn rate(bps: i64) -> String {
    let (whole, part) = (bps / 100, bps % 100);
    match part {
        0 => format!("{whole} %"),
        part if part % 10 == 0 => format!("{whole}.{} %", part / 10),
        part => format!("{whole}.{part:02} %"),
    }
}

fn tiers(tiers: &[Tier], own: Currency) -> String {
    let tier = |tier: &Tier| format!("{} from {}", rate(tier.bps), Money::new(tier.from, own));
    tiers.iter().map(tier).collect::<Vec<_>>().join(", ")
}

/// What a rule pays, without its conditions: `10 %`, `€5 a sale`.
#[must_use]
pub fn pays(pay: &Pay, own: Currency) -> String {
    match pay {
        Pay::Percent(bps) => rate(*bps),
        Pay::Flat(minor) => format!("{} a sale", Money::new(*minor, own)),
        Pay::Marginal(steps) => format!("{} of the month, step by step", tiers(steps, own)),
        Pay::Slab(steps) => format!("{} for the whole month", tiers(steps, own)),
    }
}

/// A rule as a sentence.
fn says(body: &Body, own: Currency, partner: Option<&str>) -> String {
    let mut text = pays(&body.pay, own);
    if let Some(industry) = &body.industry {
        text.push_str(&format!(" · in {industry}"));
    }
    if let Some(partner) = partner {
        text.push_str(&format!(" · for {partner}"));
    }
    if let Some(cap) = body.cap {
        text.push_str(&format!(" · at most {} a month", Money::new(cap, own)));
    }
    if let Some(months) = body.months {
        text.push_str(&format!(" · for {months} months a client"));
    }
    if let Some(bonus) = body.bonus_first {
        text.push_str(&format!(" · {} more for the first sale", Money::new(bonus, own)));
    }
    match body.hold_days {
        Some(days) if days > 0 => text.push_str(&format!(" · held {days} full days")),
        _ => {}
    }
    text
}

/// A version with the name of the partner it is for, where it is for one.
pub type Named = (Version, Option<String>);

fn view((version, partner): &Named, own: Currency) -> RuleView {
    RuleView {
        name: version.name.clone(),
        rule: version.rule.rule,
        version: version.rule.version,
        from: version.from,
        says: version.body.as_ref().map(|body| says(body, own, partner.as_deref())),
        priority: version.body.as_ref().map_or(0, |body| body.priority),
        made_by: version.made_by.clone(),
        made_at: version.made_at,
    }
}

fn title(version: &Version) -> Line {
    Line::new().strong(&version.name).plain(&format!(" · version {}", version.rule.version))
}

/// What it pays, and under it for whom and from when.
fn terms_rows((version, partner): &Named, own: Currency) -> Vec<Line> {
    let Some(body) = &version.body else {
        return vec![Line::from(format!("ended from {}", version.from))];
    };
    let line = match partner {
        Some(name) => Line::new().plain("for ").person(name).plain(" · "),
        None => Line::new(),
    };
    let from = format!("priority {} · from {}", body.priority, version.from);
    vec![Line::from(says(body, own, None)), line.plain(&from)]
}

fn listed(message: Message, rules: &[Named], own: Currency) -> Message {
    rules.iter().fold(message, |message, rule| {
        let head = std::iter::once(title(&rule.0));
        message.lines(head.chain(terms_rows(rule, own)).collect())
    })
}

fn card(rules: &[Named], own: Currency) -> Envelope {
    let rules = rules.iter().map(|rule| view(rule, own)).collect();
    Envelope::from(Card::from(Rules { rules }))
}

/// A rule that was just made or ended.
#[must_use]
pub fn made(rule: &Named, own: Currency) -> Message {
    let next = if rule.0.body.is_some() {
        "It counts for sales of that day and later, when they are approved. Approved ones keep theirs."
    } else {
        "Sales of that day and later no longer fall under it. Approved ones keep theirs."
    };
    let message = Message::notice(title(&rule.0)).lines(terms_rows(rule, own));
    message.line(next).card(&card(std::slice::from_ref(rule), own))
}

#[must_use]
pub fn list(rules: &[Named], own: Currency, prefix: &str) -> Message {
    let message = Message::notice(format!("Commission rules · {}", rules.len()));
    let shown = &rules[..rules.len().min(ROWS_MAX)];
    let message = if rules.is_empty() {
        message.line(
            Line::new()
                .plain("None yet: sales earn no commission. Add one with ")
                .code(&format!("{prefix}rule add start --percent 10")),
        )
    } else {
        listed(message, shown, own)
    };
    message.card(&card(shown, own))
}

/// Every version of a rule.
#[must_use]
pub fn history(rules: &[Named], own: Currency) -> Message {
    let name = rules.first().map_or("", |(version, _)| version.name.as_str());
    let shown = &rules[rules.len().saturating_sub(ROWS_MAX)..];
    let message = Message::notice(Line::new().plain("Rule ").plain(name));
    listed(message, shown, own).card(&card(shown, own))
}

/// Why a rule did not apply, as a sentence.
fn why(why: &Why) -> String {
    match why {
        Why::NotYet { from } => format!("counts from {from} only"),
        Why::Ended { from } => format!("ended on {from}"),
        Why::OtherIndustry { wants } => format!("is for {wants}"),
        Why::OtherPartner { .. } => "is for another partner".to_owned(),
        Why::MonthsOver { months } => format!("its {months} months with this client are over"),
        Why::LowerPriority { priority } => format!("has a lower priority than {priority}"),
        Why::LessSpecific => "asks for less of the sale".to_owned(),
        Why::Younger => "is the younger rule".to_owned(),
    }
}

/// What is shown of one seller.
#[derive(Debug, Clone)]
pub struct Told {
    pub name: String,
    pub explained: Explained,
    /// The day from which it is payable, where that lies ahead.
    pub payable_on: Option<Date>,
}

fn earned(told: &Told, own: Currency) -> Vec<Line> {
    let Explained { line, others, .. } = &told.explained;
    let mut lines = Vec::new();
    match line {
        None => lines.push(Line::new().person_strong(&told.name).plain(": no rule applies")),
        Some((version, line)) => {
            let (base, total) = amounts(line);
            lines.push(
                Line::new()
                    .person_strong(&told.name)
                    .plain(": ")
                    .strong(&total.to_string())
                    .plain(&format!(" of {base}")),
            );
            lines.push(title(version).plain(&format!(" · {}", terms(version, line, own))));
            if line.posted.disputed != 0 {
                let disputed = Money::new(line.posted.disputed, line.currency);
                lines.push(Line::from(format!("In dispute: {disputed}")));
            }
            if let Some(day) = told.payable_on {
                lines.push(Line::from(format!("Payable from {day}")));
            }
        }
    }
    lines.extend(others.iter().map(|(version, reason)| {
        Line::new().plain("✗ ").strong(&version.name).plain(&format!(" {}", why(reason)))
    }));
    lines
}

fn amounts(line: &LineRow) -> (Money, Money) {
    (Money::new(line.base, line.currency), Money::new(line.posted.total, line.currency))
}

/// The rule's terms, with what was pinned of the month.
fn terms(version: &Version, line: &LineRow, own: Currency) -> String {
    use super::rules::Pinned;
    let mut text = version.body.as_ref().map(|body| pays(&body.pay, own)).unwrap_or_default();
    if let Pinned::Marginal { before, .. } = &line.terms.pay {
        text.push_str(&format!("; the month stood at {}", Money::new(*before, own)));
    }
    if let (Some(room), false) = (line.terms.room, matches!(line.terms.pay, Pinned::Slab(_))) {
        text.push_str(&format!("; the cap left {}", Money::new(room, own)));
    }
    if line.terms.bonus > 0 {
        text.push_str(&format!("; {} for the first sale", Money::new(line.terms.bonus, own)));
    }
    text
}

fn earned_view(told: &Told, own: Currency) -> EarnedView {
    let Explained { partner, line, others } = &told.explained;
    let not = |(version, reason): &(Version, Why)| RuleNot {
        name: version.name.clone(),
        version: version.rule.version,
        why: why(reason),
    };
    let line = line.as_ref();
    EarnedView {
        partner: *partner,
        rule: line.map(|(version, _)| view(&(version.clone(), None), own)),
        base: line.map(|(_, line)| amounts(line).0),
        commission: line.map(|(_, line)| amounts(line).1),
        disputed: line
            .filter(|(_, line)| line.posted.disputed != 0)
            .map(|(_, line)| Money::new(line.posted.disputed, line.currency)),
        payable_at: line.and_then(|(_, line)| line.release_at),
        not: others.iter().map(not).collect(),
    }
}

/// Which rule applied to a sale, and why the others did not. `pinned`: it is approved.
#[must_use]
pub fn explained(number: SaleNumber, pinned: bool, told: &[Told], own: Currency) -> Message {
    let title = if pinned {
        format!("🧮 Commission on {number}")
    } else {
        format!("🧮 {number} is not approved; now it would earn")
    };
    let mut message = Message::notice(title);
    for told in told {
        message = message.lines(earned(told, own));
    }
    let earned = told.iter().map(|told| earned_view(told, own)).collect();
    message.card(&Envelope::from(Card::from(RuleExplained { sale: Some(number), pinned, earned })))
}

/// What would come out of a sale.
#[must_use]
pub fn tried(tried: &Tried, told: &Told, own: Currency) -> Message {
    let mut message = Message::notice(format!("🧮 A sale of {} in {}", tried.amount, tried.month))
        .lines(earned(told, own));
    if tried.others != 0 {
        let others = Money::new(tried.others, own);
        message = message.line(format!("Earlier sales of the month: {others} more"));
    }
    let earned = vec![earned_view(told, own)];
    message.line("Nothing was written.").card(&Envelope::from(Card::from(RuleExplained {
        sale: None,
        pinned: false,
        earned,
    })))
}

/// Tells a partner that the month's rate moved an earlier line.
#[must_use]
pub fn moved(number: SaleNumber, moved: &Moved) -> Message {
    let (change, disputed) = (moved.total(), moved.disputed());
    Message::notice(
        Line::new().plain(&format!("🧮 {number} · commission ")).strong(&change.to_string()),
    )
    .line("The month has another rate now.")
    .card(&Envelope::from(Card::from(CommissionMoved { sale: number, change, disputed })))
}

/// A partner's commission as `!me` shows it.
#[must_use]
pub fn balances(balances: &[BalanceView]) -> Vec<Line> {
    let line = |balance: &BalanceView| {
        let mut line = Line::new()
            .plain("💶 Commission: payable ")
            .strong(&balance.payable.to_string())
            .plain(&format!(" · held {}", balance.held));
        if balance.disputed.minor != 0 {
            line = line.plain(&format!(" · in dispute {}", balance.disputed));
        }
        line.plain(&format!(" · paid {}", balance.paid))
    };
    balances.iter().map(line).collect()
}
