//! How rewards look: what can be won, what was, and what a winner hears.
use super::actions::Award;
use super::store::{RewardRow, Won};
use crate::leaderboard::render::{metric_word, ordinal};
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message, ROW_CHARS};
use schema::card::{
    Card, Envelope, PartnerRef, Reward, RewardEvent, RewardView, RewardWon, Rewards,
};
use schema::ids::ConfirmationId;
use schema::money::{Money, thousands};
use schema::state::SCOPE_PROGRAM;
use schema::status::Visibility;

/// Rows of one list.
const ROWS_MAX: usize = 30;
const NAME_CHARS: usize = 16;
const TITLE_CHARS: usize = 40;
/// Of a title in a row of its own, behind a sign.
const TITLE_ROW_CHARS: usize = ROW_CHARS - 2;

/// Who reads of a reward that was earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    All,
    /// The team, or the winner.
    Own,
}

/// `1st to 3rd of Revenue`, `each month`, and what there is to get.
fn says(reward: &RewardRow) -> Vec<String> {
    let (first, last) = reward.gives.ranks;
    let ranks = if first == last {
        ordinal(first)
    } else {
        format!("{} to {}", ordinal(first), ordinal(last))
    };
    let mut says = vec![format!("{ranks} of {}", metric_word(reward.metric))];
    says.extend(reward.industry.clone());
    says.push(format!("each {}", reward.kind));
    says.extend(prizes(reward).iter().map(ToString::to_string));
    says.extend(reward.gives.points.map(points_word));
    says
}

/// The same for the books.
#[must_use]
pub fn noted_as(reward: &RewardRow) -> String {
    says(reward).join(" · ")
}

fn prizes(reward: &RewardRow) -> Vec<Money> {
    let money = |minor: &i64| Money::new(*minor, reward.currency);
    reward.gives.prizes.iter().map(money).collect()
}

#[must_use]
pub fn points_word(points: i64) -> String {
    let word = if points == 1 { "point" } else { "points" };
    format!("{} {word}", thousands(points.unsigned_abs()))
}

fn promised(reward: &RewardRow) -> Vec<Line> {
    let title = Line::new().plain("🎁 ").person_strong(&reward.title);
    let value = reward.value.as_deref().map(|value| Line::new().person_cut(value, 100));
    let mut rows = Line::rows(std::iter::once(title).chain(value));
    rows.extend(Line::rows(says(reward).into_iter().map(Line::from)));
    rows
}

/// What of it one gets, in a few words.
fn what(value: Option<&str>, amount: Option<Money>, points: Option<i64>) -> Vec<Line> {
    let amount = amount.map(|amount| Line::new().strong(&amount.to_string()));
    let points = points.map(|points| Line::from(points_word(points)));
    let value = value.map(|value| Line::new().person_cut(value, ROW_CHARS));
    amount.into_iter().chain(points).chain(value).collect()
}

fn what_of(won: &Won) -> Vec<Line> {
    let mut what = what(won.value.as_deref(), won.amount, won.points);
    what.extend(won.revoked.is_some().then(|| Line::from("taken back")));
    what
}

/// The name that a reader may read.
fn name(won: &Won, reader: Reader) -> &str {
    match (reader, won.visibility) {
        (Reader::Own, _) => &won.name,
        _ if won.has_left => "former partner",
        (Reader::All, Visibility::Public) => &won.name,
        (Reader::All, _) => "a partner",
    }
}

/// Whose and which, and what it is.
fn pieces(won: &Won, reader: Reader) -> impl Iterator<Item = Line> {
    let whose = Line::new()
        .strong(&won.number.to_string())
        .plain(" ")
        .person_cut(name(won, reader), NAME_CHARS);
    let which = Line::new().person_cut(&won.title, TITLE_ROW_CHARS);
    [whose, which].into_iter().chain(what_of(won))
}

/// Rows of a congratulation, for all to read.
#[must_use]
pub fn rows(won: &Won) -> Vec<Line> {
    Line::rows(pieces(won, Reader::All))
}

/// What a close would give.
#[must_use]
pub fn foreseen(award: &Award) -> Vec<Line> {
    let Award { reward, part, partner } = award;
    let whose = Line::new().plain("🎁 ").person_cut(&partner.name, NAME_CHARS);
    let which = Line::new().person_cut(&reward.title, TITLE_ROW_CHARS);
    let amount = part.minor.map(|minor| Money::new(minor, reward.currency));
    let what = what(reward.value.as_deref(), amount, part.points);
    Line::rows([whose, which].into_iter().chain(what))
}

/// The data of what was earned.
#[must_use]
pub fn won(won: &Won, reader: Reader) -> RewardWon {
    let is_named = reader == Reader::Own || (won.visibility == Visibility::Public && !won.has_left);
    let partner = is_named.then(|| PartnerRef {
        id: won.partner,
        user_id: Some(won.user.clone()),
        name: won.name.clone(),
    });
    RewardWon {
        number: won.number,
        title: won.title.clone(),
        period: won.period,
        metric: won.metric,
        scope: won.industry.clone().unwrap_or_else(|| SCOPE_PROGRAM.to_owned()),
        rank: won.rank,
        partner,
        name: name(won, reader).to_owned(),
        value: won.value.clone(),
        amount: won.amount,
        points: won.points,
        open: won.is_open(),
        note: won.note.clone().filter(|_| reader == Reader::Own),
        fulfilled_at: won.fulfilled_at,
        revoked_at: won.revoked.as_ref().map(|(_, at)| *at),
        revoked_because: won
            .revoked
            .as_ref()
            .filter(|_| reader == Reader::Own)
            .map(|(why, _)| why.clone()),
    }
}

fn view(reward: &RewardRow) -> RewardView {
    RewardView {
        title: reward.title.clone(),
        metric: reward.metric,
        period_kind: reward.kind,
        industry: reward.industry.clone(),
        rank_from: reward.gives.ranks.0,
        rank_to: reward.gives.ranks.1,
        value: reward.value.clone(),
        prizes: prizes(reward),
        points: reward.gives.points,
        from: reward.from,
        ended_at: reward.ended_at,
    }
}

fn one(event: RewardEvent, won: &Won) -> Envelope {
    Envelope::from(Card::from(Reward { event, reward: self::won(won, Reader::Own) }))
}

/// To the winner.
#[must_use]
pub fn earned(won: &Won) -> Message {
    let place = format!("{} of {} in {}", ordinal(won.rank), metric_word(won.metric), won.period);
    let title = Line::new().plain("🎁 You won: ").person_cut(&won.title, TITLE_CHARS);
    let number = Line::new().strong(&won.number.to_string());
    let prize = Line::rows(std::iter::once(number).chain(what_of(won)));
    let message =
        Message::text(title).line(format!("You were {place}. Congratulations!")).lines(prize);
    let message = if won.is_open() {
        message.line("The program's team hands it over; you hear of it here.")
    } else {
        message
    };
    message.card(&one(RewardEvent::Earned, won))
}

/// To the winner: it was handed over.
#[must_use]
pub fn fulfilled(won: &Won) -> Message {
    handed_over(Message::text(over_title(won)), won)
}

fn over_title(won: &Won) -> Line {
    Line::new()
        .plain(&format!("🎁 {} is handed over: ", won.number))
        .person_cut(&won.title, TITLE_CHARS)
}

fn handed_over(message: Message, won: &Won) -> Message {
    let note = won.note.as_deref().unwrap_or_default();
    message
        .quote(Line::new().person_cut(note, super::rules::NOTE_CHARS_MAX))
        .card(&one(RewardEvent::Fulfilled, won))
}

/// The answer to the one who handed it over.
#[must_use]
pub fn noted(won: &Won) -> Message {
    let whom = Line::new().plain("For ").person_strong(&won.name).plain(", who is told.");
    handed_over(Message::notice(over_title(won)).line(whom), won)
}

/// Says what taking it back does, and waits.
#[must_use]
pub fn ask_revoke(won: &Won, line: (&str, ConfirmationId), asker: (&str, i64)) -> Message {
    let points =
        won.points.map(|points| format!("{} go from their account. ", points_word(points)));
    let over = match (won.note.is_some(), won.is_open()) {
        (true, _) => "What was handed over stays with them. ",
        (false, true) => "Nothing is handed over any more. ",
        (false, false) => "",
    };
    let effect = format!("{}{over}They hear of it, with the reason.", points.unwrap_or_default());
    let message = Message::notice(format!("Take {} back?", won.number))
        .lines(Line::rows(pieces(won, Reader::Own).chain([Line::from(won.period.to_string())])))
        .line(effect.clone());
    confirm::waits(message, effect, line, asker)
}

fn back(message: Message, won: &Won) -> Message {
    let reason = won.revoked.as_ref().map(|(reason, _)| reason.as_str()).unwrap_or_default();
    message
        .quote(Line::new().person_cut(reason, super::rules::NOTE_CHARS_MAX))
        .card(&one(RewardEvent::Revoked, won))
}

fn back_title(won: &Won) -> Line {
    Line::new()
        .plain(&format!("↩ {} is taken back: ", won.number))
        .person_cut(&won.title, TITLE_CHARS)
}

/// To the winner: it is theirs no more, and why.
#[must_use]
pub fn revoked(won: &Won) -> Message {
    let message = Message::text(back_title(won));
    let message = match won.points {
        Some(points) => message.line(format!("{} go with it.", points_word(points))),
        None => message,
    };
    back(message.line("The program's team says why:"), won)
}

/// The answer to the one who took it back.
#[must_use]
pub fn taken_back(won: &Won) -> Message {
    let whom = Line::new().plain("From ").person_strong(&won.name);
    let whom = match (won.points, won.has_left) {
        (Some(points), _) => whom.plain(&format!(", with {}", points_word(points))),
        (None, _) => whom,
    };
    let whom = if won.has_left { whom.plain(".") } else { whom.plain("; they are told.") };
    back(Message::notice(back_title(won)).line(whom), won)
}

/// The answer to a reward that was promised or ended.
#[must_use]
pub fn changed(reward: &RewardRow) -> Message {
    let word = if reward.ended_at.is_some() { "Reward ended" } else { "Reward" };
    let message = Message::notice(format!("🎁 {word}")).lines(promised(reward));
    let message = if reward.ended_at.is_some() {
        message.line("Periods that are over by now still earn it when they are closed.")
    } else {
        message.line(format!("For periods that end after {} begins.", reward.from))
    };
    message.card(&Envelope::from(Card::from(Rewards {
        rewards: vec![view(reward)],
        won: Vec::new(),
        points: None,
    })))
}

/// The answer to `reward list`: `won` is what the team has to hand over, or one's own.
#[must_use]
pub fn list(rewards: &[RewardRow], won: &[Won], points: Option<i64>, prefix: &str) -> Message {
    let mut message = Message::notice("🎁 Rewards");
    if rewards.is_empty() {
        message = message.line("No reward can be won now.");
    }
    for reward in rewards.iter().take(ROWS_MAX) {
        message = message.lines(promised(reward));
    }
    let is_team = points.is_none();
    if !won.is_empty() {
        message =
            message.line(Line::new().em(if is_team { "To be handed over" } else { "You won" }));
        for one in won.iter().take(ROWS_MAX) {
            message = message.lines(listed(one, is_team));
        }
        if let Some(first) = won.first().filter(|_| is_team) {
            let example = format!("{prefix}reward fulfil {} transferred today", first.number);
            message = message.line(Line::new().plain("Done? ").code(&example));
        }
    }
    if let Some(points) = points.filter(|points| *points != 0) {
        message = message.line(format!("Your points: {}", thousands(points.unsigned_abs())));
    }
    message.card(&Envelope::from(Card::from(Rewards {
        rewards: rewards.iter().take(ROWS_MAX).map(view).collect(),
        won: won.iter().take(ROWS_MAX).map(|one| self::won(one, Reader::Own)).collect(),
        points,
    })))
}

/// Whose and which, and under it what it is and from when.
fn listed(won: &Won, is_team: bool) -> Vec<Line> {
    let head = Line::new().strong(&won.number.to_string()).plain(" ");
    let mut rows = if is_team {
        let whose = head.person_cut(name(won, Reader::Own), NAME_CHARS);
        Line::rows([whose, Line::new().person_cut(&won.title, TITLE_ROW_CHARS)])
    } else {
        vec![head.person_cut(&won.title, ROW_CHARS - 5)]
    };
    let mut under = vec![Line::from(won.period.to_string())];
    under.extend(what_of(won));
    under.extend((won.is_open() && !is_team).then(|| Line::from("waits")));
    rows.extend(Line::rows(under));
    rows
}

#[cfg(test)]
mod tests;
