//! How boards and one's own standing look.
mod me;

pub use me::{Has, me};

use crate::industries::rules::percent;
use crate::platform::text::{Line, Message, OUR_CHAT};
use schema::card::{Board, BoardRef, Card, Envelope, OwnStanding, Reached, Selection};
use schema::metric::Metric;
use schema::money::{Currency, Money, thousands};
use schema::period::Period;
use schema::state::{SCOPE_ORGANIZATIONS, StandingRow};

pub const ROWS_PINNED: usize = 10;
pub const ROWS_ASKED: usize = 10;
/// So that a row stays under 36 characters on a phone.
const NAME_CHARS: usize = 16;

/// A board's rows, ready to be shown.
#[derive(Debug, Clone)]
pub struct View {
    pub board: BoardRef,
    pub selection: Option<Selection>,
    pub reached: Option<Reached>,
    /// The industry's name, where it is not the program's board.
    pub scope_name: Option<String>,
    pub currency: Currency,
    pub standings: Vec<StandingRow>,
    pub participants: i64,
    pub timezone: String,
    pub ledger_seq: i64,
    pub now: i64,
}

impl View {
    /// `🏆 Leaderboard · Revenue · 2026-11`; alone it is the notification and the pin's banner.
    #[must_use]
    pub fn title(&self) -> String {
        self.heading().into_plain()
    }

    /// The same as a line: an industry's name is a person's word.
    fn heading(&self) -> Line {
        let kind = match self.selection {
            None if self.is_of_organizations() => "🏢 Organizations · ",
            None => "🏆 Leaderboard · ",
            Some(Selection::Newcomers) => "🌱 Newcomers · ",
            Some(Selection::Improved) => "📈 Most improved · ",
            Some(Selection::Team) => "👥 Among us · ",
        };
        let line = Line::new().plain(kind).plain(metric_word(self.board.metric));
        let line = match &self.scope_name {
            Some(name) => line.plain(" · ").person(name),
            None => line,
        };
        line.plain(&format!(" · {}", self.board.period))
    }

    /// Whether the rows are organizations.
    #[must_use]
    pub fn is_of_organizations(&self) -> bool {
        self.board.scope == SCOPE_ORGANIZATIONS
    }

    /// What is compared to tell whether anything moved.
    #[must_use]
    pub fn rows_text(&self) -> Vec<String> {
        self.standings
            .iter()
            .map(|row| {
                format!("{} {} {} {:?} {}", row.rank, row.name, row.score, row.moved, row.new)
            })
            .collect()
    }
}

#[must_use]
pub fn metric_word(metric: Metric) -> &'static str {
    match metric {
        Metric::Revenue => "Revenue",
        Metric::Clients => "New clients",
        Metric::Penetration => "Penetration",
        Metric::Breadth => "Breadth",
        Metric::Help => "Help",
    }
}

/// As periods are written everywhere: `2026-11`, `2026-W47`, `2026-Q4`, `2026`, `all`.
#[must_use]
pub fn period_word(period: Period) -> String {
    period.to_string()
}

#[must_use]
pub fn money_of(metric: Metric, score: i64, currency: Currency) -> String {
    if metric.is_money() {
        return Money::new(score, currency).to_string();
    }
    let sign = if score < 0 { "−" } else { "" };
    let unit = 10_u64.pow(u32::from(metric.decimals()));
    let whole = thousands(score.unsigned_abs() / unit);
    match score.unsigned_abs() % unit {
        0 => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{}", format!("{part:03}").trim_end_matches('0')),
    }
}

/// ▲2 ▼1 = or `new`; nothing where there is nothing to compare with.
#[must_use]
pub fn movement(row: &StandingRow) -> String {
    match row.moved {
        Some(0) => " =".to_owned(),
        Some(up) if up > 0 => format!(" ▲{up}"),
        Some(down) => format!(" ▼{}", down.unsigned_abs()),
        None if row.new => " new".to_owned(),
        None => String::new(),
    }
}

/// `2. Ana — €700 ▲1`
#[must_use]
pub fn row(row: &StandingRow, metric: Metric, currency: Currency) -> Line {
    let name = &row.name;
    let cut: String = if name.chars().count() > NAME_CHARS {
        name.chars().take(NAME_CHARS - 1).chain(['…']).collect()
    } else {
        name.clone()
    };
    Line::new().plain(&format!("{}. ", row.rank)).person_strong(&cut).plain(&format!(
        " — {}{}",
        money_of(metric, row.score, currency),
        movement(row)
    ))
}

fn rows(view: &View) -> Vec<Line> {
    view.standings.iter().map(|standing| row(standing, view.board.metric, view.currency)).collect()
}

fn card(view: &View, you: Option<OwnStanding>) -> Envelope {
    Envelope::from(Card::from(Board {
        board: view.board.clone(),
        selection: view.selection,
        reached: view.reached,
        timezone: view.timezone.clone(),
        standings: view.standings.clone(),
        participants: view.participants,
        is_final: false,
        you,
        ledger_seq: view.ledger_seq,
        updated_at: view.now,
    }))
}

fn body(view: &View, message: Message) -> Message {
    let message = match view.reached {
        Some(reached) => message.line(format!(
            "{} of {} accounts won in twelve months: {}",
            thousands(reached.clients.unsigned_abs()),
            thousands(reached.targets.unsigned_abs()),
            percent(reached.penetration_bps)
        )),
        None => message,
    };
    if view.standings.is_empty() {
        return message.line(nobody(view));
    }
    let message = message.lines(rows(view));
    let shown = i64::try_from(view.standings.len()).unwrap_or(i64::MAX);
    if view.participants > shown {
        message.line(format!("{shown} of {} on the board", view.participants))
    } else {
        message
    }
}

fn nobody(view: &View) -> &'static str {
    match (view.selection, view.board.metric) {
        (Some(Selection::Newcomers), _) => "Nobody who is new stands on this board yet.",
        (Some(Selection::Improved), _) => "Nobody is ahead of the period before yet.",
        (Some(Selection::Team), _) => "Nobody of your organization yet in this time.",
        (None, _) if view.is_of_organizations() => {
            "No organization yet. A sale of its people brings it here."
        }
        // Those who stand on it want no name, and are too few to be without one.
        (None, _) if view.participants > 0 => "Nobody who shows a name yet.",
        (None, Metric::Help) => "Nobody yet. The first accepted answer takes the first place.",
        (None, _) => "Nobody yet. The first approved sale takes the first place.",
    }
}

/// The pinned message of a board.
#[must_use]
pub fn pinned(view: &View, prefix: &str) -> Message {
    let message = body(view, Message::text(view.heading()));
    let (words, command) = if view.is_of_organizations() {
        ("Your organization: ", "board --organizations")
    } else {
        ("Your own place: ", "me")
    };
    message
        // Nobody but the bot may write where most of them stand.
        .line(Line::new().plain(words).code(&format!("{prefix}{command}")).plain(OUR_CHAT))
        .card(&card(view, None))
}

/// The answer to `board`.
#[must_use]
pub fn asked(view: &View, you: Option<OwnStanding>, prefix: &str) -> Message {
    let mut message = body(view, Message::text(view.heading()));
    let who = if view.is_of_organizations() { "Your organization" } else { "You" };
    if let Some(own) = you.as_ref().filter(|own| own.score != 0) {
        message = message.line(place_of(who, own, view.board.metric, view.currency));
    }
    let more = match view.selection {
        None if view.is_of_organizations() => "board clients --organizations",
        Some(Selection::Team) => "board clients --team",
        _ => "board clients quarter",
    };
    message
        .line(Line::new().plain("More: ").code(&format!("{prefix}{more}")))
        .card(&card(view, you))
}

/// `You: 3rd of 12 — €700 ▲2`
#[must_use]
pub fn place(own: &OwnStanding, metric: Metric, currency: Currency) -> Line {
    place_of("You", own, metric, currency)
}

fn place_of(who: &str, own: &OwnStanding, metric: Metric, currency: Currency) -> Line {
    let line = || Line::new().plain(who).plain(": ");
    let score = money_of(metric, own.score, currency);
    let Some(rank) = own.rank else {
        return line().plain(&format!("no place yet — {score}"));
    };
    if own.score == 0 {
        return line().strong(&ordinal(rank)).plain(&format!(" — {score}"));
    }
    let moved = match own.moved {
        Some(up) if up > 0 => format!(" ▲{up}"),
        Some(down) if down < 0 => format!(" ▼{}", down.unsigned_abs()),
        _ => String::new(),
    };
    let of = format!(" of {} — {score}{moved}", own.of);
    let line = line().strong(&ordinal(rank)).plain(&of);
    match own.percentile {
        Some(percentile) => line.plain(&format!(" · {} percentile", ordinal(percentile.into()))),
        None => line,
    }
}

/// 1st, 2nd, 3rd, 4th, 11th, 21st.
#[must_use]
pub fn ordinal(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}
