//! How closed periods look: the congratulation, final boards, the hall of fame, the team's prompts.
mod cards;

use super::actions::{Asked, Closed, Prospect, ShownBoard};
use super::store::SeasonRow;
use crate::leaderboard::render::{metric_word, money_of, ordinal};
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message, OUR_CHAT};
use crate::rewards::render as rewards;
use schema::card::OwnStanding;
use schema::ids::ConfirmationId;
use schema::period::{Period, PeriodKind};
use schema::state::StandingRow;

/// Rows of a final board in the thread of the congratulation, and in an answer.
pub const ROWS_TOLD: usize = 20;
pub const ROWS_ASKED: usize = 10;
/// Rewards in one message; the list of rewards has all.
const WON_MAX: usize = 20;
/// So that a row stays under 36 characters on a phone.
const NAME_CHARS: usize = 16;
/// Before what organizations are counted by.
const ORGANIZATIONS: &str = "Organizations · ";

fn sign(rank: u32) -> String {
    match rank {
        1 => "🥇".to_owned(),
        2 => "🥈".to_owned(),
        3 => "🥉".to_owned(),
        rank => format!("{rank}."),
    }
}

fn row(row: &StandingRow, board: &ShownBoard) -> Line {
    let score = money_of(board.board.metric, row.score, board.currency);
    Line::new()
        .plain(&format!("{} ", sign(row.rank)))
        .person_cut(&row.name, NAME_CHARS)
        .plain(" — ")
        .strong(&score)
}

/// A paragraph for each of the program's boards.
fn tops(mut message: Message, boards: &[ShownBoard]) -> Message {
    for board in boards {
        let metric = metric_word(board.board.metric);
        let heading = if board.is_of_organizations() {
            Line::new().em(&format!("{ORGANIZATIONS}{metric}"))
        } else {
            Line::new().em(metric)
        };
        let mut lines = vec![heading];
        lines.extend(board.standings.iter().map(|standing| row(standing, board)));
        message = message.lines(lines);
    }
    message
}

fn whole(title: Message, closed: &Closed, prefix: &str) -> Message {
    let mut message = tops(tops(title, &closed.boards), &closed.organizations);
    let mut lines: Vec<Line> = closed.won.iter().take(WON_MAX).flat_map(rewards::rows).collect();
    if closed.won.len() > WON_MAX {
        lines.push(Line::from(format!("… and {} more", closed.won.len() - WON_MAX)));
    }
    if !lines.is_empty() {
        lines.insert(0, Line::new().em("Rewards"));
        message = message.lines(lines);
    }
    let more = format!("{prefix}season show {}", closed.season.period);
    message
        .line(Line::new().plain("All places: ").code(&more).plain(OUR_CHAT))
        .card(&cards::season(closed))
}

/// The congratulation in the leaderboard room.
#[must_use]
pub fn decided(closed: &Closed, prefix: &str) -> Message {
    let period = closed.season.period;
    let title = Message::text(format!("🏁 {period} is decided. Congratulations!"));
    whole(title, closed, prefix)
}

/// The answer to the one who closed it.
#[must_use]
pub fn done(closed: &Closed, prefix: &str) -> Message {
    let (period, boards) = (closed.season.period, many(closed.season.count(), "board"));
    whole(Message::notice(format!("🏁 {period} is closed: {boards} final")), closed, prefix)
}

/// The answer to whoever closes it again.
#[must_use]
pub fn known(closed: &Closed, prefix: &str) -> Message {
    let period = closed.season.period;
    whole(
        Message::notice(format!("🏁 {period} was closed before; it stays as it is")),
        closed,
        prefix,
    )
}

/// One line for the wins room, by the board that counts most.
#[must_use]
pub fn celebrated(closed: &Closed) -> Option<Line> {
    let board = closed.boards.first()?;
    let line = Line::new().plain(&format!("🏁 {} is decided:", closed.season.period));
    Some(winners(line, board))
}

fn winners(line: Line, board: &ShownBoard) -> Line {
    board.standings.iter().fold(line, |line, standing| {
        line.plain(&format!(" {} ", sign(standing.rank))).person_cut(&standing.name, NAME_CHARS)
    })
}

/// The answer to `season show`.
#[must_use]
pub fn final_board(season: &SeasonRow, board: &ShownBoard, you: Option<OwnStanding>) -> Message {
    whole_board(Message::notice(final_title(season, board)), (season, board), you)
}

/// The same in the thread of the congratulation.
#[must_use]
pub fn told_board(season: &SeasonRow, board: &ShownBoard) -> Message {
    whole_board(Message::text(final_title(season, board)), (season, board), None)
}

fn final_title(season: &SeasonRow, board: &ShownBoard) -> Line {
    let of = if board.is_of_organizations() { ORGANIZATIONS } else { "" };
    let line = Line::new().plain("🏁 Final · ").plain(of).plain(metric_word(board.board.metric));
    let line = match &board.scope_name {
        Some(name) => line.plain(" · ").person_cut(name, 40),
        None => line,
    };
    line.plain(&format!(" · {}", season.period))
}

fn whole_board(
    mut message: Message,
    (season, board): (&SeasonRow, &ShownBoard),
    you: Option<OwnStanding>,
) -> Message {
    if board.standings.is_empty() {
        let nobody = if board.is_of_organizations() { "No organization" } else { "Nobody" };
        message = message.line(format!("{nobody} stands here."));
    } else {
        message = message.lines(board.standings.iter().map(|one| row(one, board)).collect());
        let shown = i64::try_from(board.standings.len()).unwrap_or(i64::MAX);
        if board.participants > shown {
            message = message.line(format!("{shown} of {} on the board", board.participants));
        }
    }
    if let Some(own) = &you {
        let score = money_of(board.board.metric, own.score, board.currency);
        let place = own.rank.map_or_else(
            || format!("not ranked for others — {score}"),
            |rank| format!("{} of {} — {score}", ordinal(rank), own.of),
        );
        let who = if board.is_of_organizations() { "Your organization" } else { "You" };
        message = message.line(format!("{who}: {place}"));
    }
    message.card(&cards::board(season, board, you))
}

fn kind_word(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Week => "Weeks",
        PeriodKind::Month => "Months",
        PeriodKind::Quarter => "Quarters",
        PeriodKind::Year => "Years",
        PeriodKind::All => "All time",
    }
}

/// The pinned message: the first three places of each closed period, the newest of each kind.
#[must_use]
pub fn hall(seasons: &[Asked]) -> Message {
    let mut message = Message::text("🏛 Hall of fame");
    for same in seasons.chunk_by(|a, b| a.season.period.kind() == b.season.period.kind()) {
        let Some(first) = same.first() else { continue };
        let mut lines = vec![Line::new().em(kind_word(first.season.period.kind()))];
        lines.extend(same.iter().flat_map(listed));
        message = message.lines(lines);
    }
    message.card(&cards::hall(seasons))
}

/// The first people, and below them the first organizations.
fn listed(asked: &Asked) -> Vec<Line> {
    let people = winners(Line::new().strong(&asked.season.period.to_string()), &asked.board);
    let organizations =
        asked.organizations.as_ref().map(|board| winners(Line::new().plain("🏢"), board));
    std::iter::once(people).chain(organizations).collect()
}

/// Periods that are decided; for the team also those that can be.
#[must_use]
pub fn list(seasons: &[Asked], count: i64, closable: &[Period], prefix: &str) -> Message {
    let mut message = Message::notice("🏁 Seasons");
    if seasons.is_empty() {
        message = message.line("No period is decided yet.");
    } else {
        message = message.lines(seasons.iter().flat_map(listed).collect());
    }
    if let Some(last) = closable.last() {
        let periods: Vec<String> = closable.iter().map(Period::to_string).collect();
        let line = Line::new().plain(&format!("Can be closed: {}. ", periods.join(", ")));
        message = message.line(line.code(&format!("{prefix}season close {last}")));
    }
    message.card(&cards::list(seasons, count, closable))
}

/// To the team, once: what can be closed.
#[must_use]
pub fn ready(periods: &[Period], prefix: &str) -> Message {
    let names: Vec<String> = periods.iter().map(Period::to_string).collect();
    let title = format!("🏁 Can be closed now: {}", names.join(", "));
    let commands =
        periods.iter().map(|one| Line::new().code(&format!("{prefix}season close {one}")));
    Message::notice(title)
        .line("What is approved from now on counts in the periods that are open.")
        .lines(commands.collect())
        .card(&cards::list(&[], 0, periods))
}

/// Says exactly what a close does, and waits.
#[must_use]
pub fn ask(
    prospect: &Prospect,
    (boards, organizations): (&[ShownBoard], &[ShownBoard]),
    line: (&str, ConfirmationId),
    asker: (&str, i64),
) -> Message {
    let count = prospect.boards.len() + prospect.organizations.boards.len();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let won = i64::try_from(prospect.awards.len()).unwrap_or(i64::MAX);
    let effect = format!(
        "{} of {} become final for ever, {} {} earned.",
        many(count, "board"),
        prospect.period,
        many(won, "reward"),
        if won == 1 { "is" } else { "are" },
    );
    let mut message = Message::notice(format!("Close {}?", prospect.period)).line(effect.clone());
    message = tops(tops(message, boards), organizations);
    let lines: Vec<Line> =
        prospect.awards.iter().take(WON_MAX).flat_map(rewards::foreseen).collect();
    if !lines.is_empty() {
        message = message.lines(lines);
    }
    confirm::waits(message, effect, line, asker)
}

fn many(count: i64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
