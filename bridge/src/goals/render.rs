//! How goals look: pinned, asked for, in a list, at a milestone and at the end.
mod body;
mod ends;

pub use ends::{milestone, result};

use crate::platform::text::{Line, Message, OUR_CHAT};
use body::{contributions, figures, time};
use jiff::civil::Date;
use schema::card::{Card, Contribution, Envelope, Goal, GoalEvent, GoalView, Goals};
use schema::metric::Metric;
use schema::money::{Currency, Money, thousands};
use schema::status::GoalStatus;

/// Contributions in a pinned message, and in an answer.
pub const ROWS_PINNED: i64 = 5;
pub const ROWS_ASKED: i64 = 10;
/// So that a row stays under 36 characters on a phone.
const NAME_CHARS: usize = 16;
const EXAMPLE: &str = "goal set \"Autumn push\" revenue 50000 --until 2027-03-31";

/// A goal, ready to be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    pub view: GoalView,
    /// What people call the sides, in order; none for the whole program.
    pub names: Vec<Option<String>>,
    pub contributions: Vec<Contribution>,
    /// Its first day, while that is still to come.
    pub begins: Option<Date>,
    /// Claims that nobody has decided, where its time is over and it waits for them.
    pub in_review: Option<i64>,
    /// Why it was ended by hand.
    pub reason: Option<String>,
    pub currency: Currency,
    pub prefix: String,
}

impl Shown {
    #[must_use]
    pub fn amount(&self, value: i64) -> String {
        amount(self.view.metric, value, self.currency)
    }

    /// What a side is called.
    pub(super) fn side(&self, place: usize) -> String {
        let slug = || self.view.between.get(place).map(|side| side.slug().to_owned());
        self.names.get(place).cloned().flatten().or_else(slug).unwrap_or_default()
    }

    fn is_challenge(&self) -> bool {
        !self.view.between.is_empty()
    }

    fn card(&self, event: GoalEvent, you: Option<i64>) -> Envelope {
        Envelope::from(Card::from(Goal {
            event,
            goal: Box::new(self.view.clone()),
            contributions: self.contributions.clone(),
            you,
            reason: self.reason.clone(),
        }))
    }
}

/// `€12,500`, `12 clients`.
#[must_use]
pub fn amount(metric: Metric, value: i64, currency: Currency) -> String {
    if metric.is_money() {
        return Money::new(value, currency).to_string();
    }
    let word = if value == 1 { "client" } else { "clients" };
    format!("{} {word}", thousands(value.max(0).unsigned_abs()))
}

/// The pinned message of a goal, open or over.
#[must_use]
pub fn pinned(shown: &Shown) -> Message {
    let message = Message::text(Line::new().plain("🎯 ").person(&shown.view.title));
    let number = shown.view.number;
    let more = Line::new()
        .plain("More: ")
        .code(&format!("{}goal show {number}", shown.prefix))
        .plain(OUR_CHAT);
    whole(message, shown).line(more).card(&shown.card(GoalEvent::Progress, None))
}

fn whole(message: Message, shown: &Shown) -> Message {
    let mut lines = figures(shown);
    lines.push(time(shown));
    let message = message.lines(lines);
    contributions(message, shown)
}

/// The answer to `goal set`, `goal show` and `goal end`. `you`: what the asking partner has given.
#[must_use]
pub fn answer(shown: &Shown, event: GoalEvent, you: Option<i64>) -> Message {
    let view = &shown.view;
    let title = Line::new().plain(&format!("🎯 {} · ", view.number)).person(&view.title);
    let mut message = Message::notice(title);
    message = match event {
        GoalEvent::Set => message.line("It is set, and pinned where it is pulled for."),
        GoalEvent::Ended => message.line("It is ended; nothing changes it any more."),
        _ => message,
    };
    message = whole(message, shown);
    if let Some(own) = you {
        message = message.line(Line::new().plain("You: ").strong(&shown.amount(own)));
    }
    message.card(&shown.card(event, you))
}

/// All open goals, then the last ones that are over.
#[must_use]
pub fn list(goals: &[Shown], may_set: bool, prefix: &str) -> Message {
    let mut message = Message::notice("🎯 Goals");
    for shown in goals {
        message = message.lines(vec![heading(shown), summary(shown)]);
    }
    if goals.is_empty() {
        message = message.line("No goal is set yet.");
    }
    if goals.is_empty() && may_set {
        let set = Line::new().plain("Set one: ").code(&format!("{prefix}{EXAMPLE}"));
        message = message.line(set);
    }
    let goals = goals.iter().map(|shown| shown.view.clone()).collect();
    message.card(&Envelope::from(Card::from(Goals { goals })))
}

fn heading(shown: &Shown) -> Line {
    let view = &shown.view;
    Line::new().strong(&view.number.to_string()).plain(" ").person_cut(&view.title, 28)
}

/// `██████░░░░ 63% · 12 days left`
#[must_use]
pub fn summary(shown: &Shown) -> Line {
    let view = &shown.view;
    let so_far = match view.percent {
        Some(percent) => format!("{} {percent}%", super::rules::bar(percent, 100)),
        None => format!("{} in front", shown.amount(view.progress)),
    };
    let state = match (view.status, view.days_left) {
        (GoalStatus::Open, Some(days)) => body::left(days),
        (status, _) => status.to_string(),
    };
    Line::new().plain(&format!("{so_far} · {state}"))
}
