//! From a message to its answer: read, refuse or run, reply. The place decides which grammar is read.
use super::grammars::{CONTROL, PARTNER, Partner};
use super::slow::slowed;
use super::{Input, arms, backlog, caller, is_kept, reactions, say, talk, withheld};
use crate::platform::access::{Caller, Place};
use crate::platform::commands::reaction::{self, Verdict};
use crate::platform::commands::{
    self as grammar, CommandLine, Content, Grammar, LineOutcome, Parsed, Said, below_quote,
    command_line,
};
use crate::platform::confirm;
use crate::platform::inbox::{Event, Relation};
use crate::platform::rate;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::text::{Line, Message, refusal_message};
use crate::platform::work::{Mark, Work};
use crate::rooms;
use crate::sales::commands::PartnerSale;
use serde_json::Value;

/// How an executed command ends; edits of such an event are told that nothing changes.
pub(super) const RAN: &str = "ran";
/// A command that had an answer and left nothing.
pub(super) const REFUSED: &str = "refused";

/// A message in a room: perhaps an edit, a yes, a reason, or a command.
pub(super) async fn message(work: &mut Work<'_>, input: &Input<'_>) -> Result<&'static str, Fault> {
    let text = input.event.content.get();
    let content = Content::read(text);
    if content.msgtype.as_deref() != Some("m.text") {
        return Ok("ignored");
    }
    let caller = caller(work, input.event).await?;
    if !is_kept(&caller.place) {
        return Ok("not our room");
    }
    if content.rel_type.as_deref() == Some("m.replace") {
        let Some(original) = content.related.as_deref() else { return Ok("ignored") };
        work.settle().await?;
        return super::edits::edited(work, &caller, original, input).await;
    }
    if is_check(&content) && !input.quoted().is_empty() {
        return reactions::pressed(work, &caller, input, Verdict::Yes).await;
    }
    if !caller.place.is_direct() {
        let root = content.thread_root().unwrap_or(&input.event.event_id);
        work.cause.thread = Some(root.to_owned());
    }
    let mark = work.effects.mark();
    if let Some(done) = super::asked::told(work, &caller, &content, input).await.transpose() {
        return answer(work, &caller, mark, done).await;
    }
    if let Some(done) = super::stories::told(work, &caller, &content, input).await.transpose() {
        return answer(work, &caller, mark, done).await;
    }
    if let Some(done) = answered(work, &caller, &content, text).await {
        let done = super::slow::bounded(work, &caller, input, done);
        return answer(work, &caller, mark, done).await;
    }
    let bot =
        ruma::UserId::parse(&work.program.bot).map_err(|error| Fault::Bug(error.to_string()))?;
    let place =
        if caller.place.is_direct() { grammar::Place::Direct } else { grammar::Place::Room };
    let found = command_line(&content, &work.program.prefix, place, &bot);
    if withheld::talks_back(work, &caller, &found, text).await? && rate::in_a_loop(work) {
        return Ok("talking in a loop");
    }
    heard(work, &caller, (mark, &content), found, input).await
}

/// What was found in a message is run, refused, hinted at, or taken for talk.
async fn heard(
    work: &mut Work<'_>,
    caller: &Caller,
    (mark, content): (Mark, &Content<'_>),
    found: LineOutcome,
    input: &Input<'_>,
) -> Result<&'static str, Fault> {
    match found {
        LineOutcome::NotForUs => Ok("not for us"),
        LineOutcome::FullWidthHint { word } if hears(caller, &word) => {
            let sentence = format!("Commands begin with {} (the plain sign).", work.program.prefix);
            let room = input.event.room_id.clone();
            say::once_a_day(work, &room, "full-width", &say::hint("full-width", sentence));
            Ok("hinted")
        }
        LineOutcome::Refused { word, refusal }
            if hears(caller, &word) && !is_talk(work, caller, content, &word) =>
        {
            let done = match slowed(work, caller, input) {
                Some(slow) => slow,
                None => Err(refusal.into()),
            };
            answer(work, caller, mark, done).await
        }
        LineOutcome::Refused { .. } if caller.place.is_direct() => {
            talk::answered(work, caller).await
        }
        LineOutcome::FullWidthHint { .. } | LineOutcome::Refused { .. } => Ok("not for us"),
        LineOutcome::Command(line) => {
            if let Some(days) = input.too_late_days(work.program.limits.late_days_max) {
                return withheld::too_late(work, caller, mark, &line, days).await;
            }
            ran(work, caller, mark, &line, input).await
        }
    }
}

async fn ran(
    work: &mut Work<'_>,
    caller: &Caller,
    mark: Mark,
    line: &CommandLine,
    input: &Input<'_>,
) -> Result<&'static str, Fault> {
    work.note = input.late_ms().map(say::late);
    let done = command(work, caller, line, input).await;
    if line.is_shown_otherwise && done.is_ok() {
        quote(work, line);
    }
    answer(work, caller, mark, done).await
}

/// Whether a message is a ✅ and nothing else; what a reply quotes above it does not count.
pub(super) fn is_check(content: &Content<'_>) -> bool {
    let last = content.body.as_deref().and_then(|body| body.trim_end().lines().last());
    last.and_then(reaction::verdict) == Some(Verdict::Yes)
}

/// People saw other words than those that ran: say which.
fn quote(work: &mut Work<'_>, line: &CommandLine) {
    work.reply(&Message::notice("What ran was").line(Line::new().person_code(&line.text)));
}

/// Answers that are no commands: the yes to a question of ours, the reason of a no.
async fn answered(
    work: &mut Work<'_>,
    caller: &Caller,
    content: &Content<'_>,
    text: &str,
) -> Option<Result<&'static str, Stop>> {
    let body = below_quote(content.body.as_deref()?).trim();
    let word = body.trim_end_matches(['.', '!']);
    let yes = word.eq_ignore_ascii_case("yes")
        || word
            .strip_prefix(&work.program.prefix)
            .is_some_and(|rest| rest.eq_ignore_ascii_case("sale confirm"));
    if yes || word.eq_ignore_ascii_case("no") {
        return match confirm::take_said(work, content.thread_root()).await {
            Ok(Some(open)) if yes => Some(confirmed(work, caller, &open).await),
            Ok(Some(_)) => {
                say::not_done(work);
                Some(Ok("declined"))
            }
            Ok(None) => None,
            Err(stop) => Some(Err(stop)),
        };
    }
    if body.is_empty() || body.starts_with(&work.program.prefix) || caller.place != Place::Control {
        return None;
    }
    if let Err(error) = work.settle().await {
        return Some(Err(Fault::from(error).into()));
    }
    let relation =
        serde_json::from_str::<Value>(text).map(|content| Relation::of(&content)).ok()?;
    let targets = match relation {
        Relation::Reply(event) => vec![event],
        Relation::Thread { root, reply_to } => reply_to.into_iter().chain([root]).collect(),
        _ => return None,
    };
    for target in targets {
        match reactions::reason(work, caller, &target, body).await {
            Ok(Some(done)) => return Some(Ok(done)),
            Ok(None) => {}
            Err(stop) => return Some(Err(stop)),
        }
    }
    None
}

/// Words to the bot without a prefix that begin with none of its own: nobody means a command.
fn is_talk(work: &Work<'_>, caller: &Caller, content: &Content<'_>, word: &str) -> bool {
    let said = content.body.as_deref().map_or("", below_quote).trim_start();
    caller.place.is_direct()
        && !said.starts_with(&work.program.prefix)
        && PARTNER.root().find_subcommand(word).is_none()
}

fn hears(caller: &Caller, word: &str) -> bool {
    if caller.place == Place::Control {
        CONTROL.hears(word)
    } else {
        PARTNER.hears(word) || CONTROL.hears(word)
    }
}

async fn command(
    work: &mut Work<'_>,
    caller: &Caller,
    line: &CommandLine,
    input: &Input<'_>,
) -> Result<&'static str, Stop> {
    let known =
        if caller.place == Place::Control { CONTROL.knows(line) } else { PARTNER.knows(line) };
    if known && let Some(slow) = slowed(work, caller, input) {
        return slow;
    }
    if work.backlog > work.program.limits.inbox_busy && backlog::asks(&caller.place, line) {
        return Err(backlog::busy().into());
    }
    let said = Said {
        line: &line.text,
        rest: &line.rest,
        below: &line.below,
        confirmed: false,
        late: input.late || input.late_ms().is_some(),
        quoted: input.quoted(),
        cause: &work.cause.id.clone(),
    };
    run_line(work, caller, line, said).await
}

async fn run_line(
    work: &mut Work<'_>,
    caller: &Caller,
    line: &CommandLine,
    said: Said<'_>,
) -> Result<&'static str, Stop> {
    // Before the words are read: how they are meant is nobody else's business.
    if caller.place == Place::Control && CONTROL.knows(line) && !is_help(line) {
        caller.reviewer()?;
    }
    let parsed = (caller.place != Place::Control).then(|| PARTNER.parse(line));
    // Claims are written many at once, and read by everything but another claim.
    if !matches!(&parsed, Some(Parsed::Command(Partner::Sale(PartnerSale::Add(_))))) {
        work.settle().await.map_err(Fault::from)?;
    }
    let Some(parsed) = parsed else {
        return match CONTROL.parse(line) {
            Parsed::Command(words) => arms::control(work, caller, words, said).await.map(|()| RAN),
            Parsed::Refused(_) | Parsed::Unknown(_)
                if PARTNER.knows(line) && !CONTROL.knows(line) =>
            {
                Err(wrong_room(work, line, false).into())
            }
            Parsed::Refused(refusal) => Err(refusal.into()),
            Parsed::Unknown(_) => Ok("not for us"),
        };
    };
    match parsed {
        Parsed::Command(words) => {
            work.effects.asked += usize::from(backlog::partner_asks(&words));
            arms::partner(work, caller, words, said).await.map(|()| RAN)
        }
        Parsed::Refused(_) | Parsed::Unknown(_) if CONTROL.knows(line) && !PARTNER.knows(line) => {
            if caller.is_team() {
                Err(wrong_room(work, line, true).into())
            } else {
                Err(arms::team_only(line).into())
            }
        }
        Parsed::Refused(refusal) => Err(refusal.into()),
        Parsed::Unknown(_) if caller.place.is_direct() && !line.has_prefix => {
            Ok(talk::answered(work, caller).await?)
        }
        Parsed::Unknown(refusal) if caller.place.is_direct() => Err(refusal.into()),
        Parsed::Unknown(_) => Ok("not for us"),
    }
}

/// The command that a message holds, and the place where it stands.
pub(super) async fn line_of(
    work: &mut Work<'_>,
    event: &Event,
) -> Result<Option<(Place, CommandLine)>, Fault> {
    let place = rooms::actions::place_of(work, &event.room_id).await?;
    let said_in = if place.is_direct() { grammar::Place::Direct } else { grammar::Place::Room };
    let bot =
        ruma::UserId::parse(&work.program.bot).map_err(|error| Fault::Bug(error.to_string()))?;
    let content = Content::read(event.content.get());
    Ok(match command_line(&content, &work.program.prefix, said_in, &bot) {
        LineOutcome::Command(line) => Some((place, line)),
        _ => None,
    })
}

fn is_help(line: &CommandLine) -> bool {
    line.tokens.first().is_some_and(|token| token.text.eq_ignore_ascii_case("help"))
}

fn wrong_room(work: &Work<'_>, line: &CommandLine, control: bool) -> Refusal {
    let example =
        line.tokens.iter().take(2).map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    let sentence = if control {
        format!(
            "This belongs in the control room: #{}-control:{}.",
            work.program.alias_prefix, work.program.server_name
        )
    } else {
        "This belongs in a program room or in a direct chat with me.".to_owned()
    };
    Refusal::new(Code::Room, sentence).example(example)
}

/// Runs the line that a person has just said yes to.
pub(super) async fn confirmed(
    work: &mut Work<'_>,
    caller: &Caller,
    open: &confirm::Open,
) -> Result<&'static str, Stop> {
    let line = CommandLine::parse(&open.line)?;
    // Nobody can say yes to what another has asked for.
    let actor = work.cause.actor.clone();
    work.audit("confirm", &actor, &format!("{} asked by {actor}", open.line));
    let said = Said {
        line: &open.line,
        rest: "",
        below: "",
        confirmed: true,
        late: false,
        quoted: &[],
        cause: &open.cause,
    };
    run_line(work, caller, &line, said).await
}

/// A command in a message's content, for edits.
pub(super) fn line_in<T: clap::Subcommand>(
    work: &Work<'_>,
    caller: &Caller,
    content: &Value,
    grammar: &Grammar<T>,
) -> Result<Option<(String, T)>, Stop> {
    let text = content.to_string();
    let content = Content::read(&text);
    let bot =
        ruma::UserId::parse(&work.program.bot).map_err(|error| Fault::Bug(error.to_string()))?;
    let place =
        if caller.place.is_direct() { grammar::Place::Direct } else { grammar::Place::Room };
    match command_line(&content, &work.program.prefix, place, &bot) {
        LineOutcome::Command(line) => match grammar.parse(&line) {
            Parsed::Command(words) => Ok(Some((line.text, words))),
            Parsed::Refused(refusal) => Err(refusal.into()),
            Parsed::Unknown(_) => Ok(None),
        },
        LineOutcome::Refused { refusal, .. } => Err(refusal.into()),
        LineOutcome::NotForUs | LineOutcome::FullWidthHint { .. } => Ok(None),
    }
}

/// Turns how it ended into an answer; a refusal leaves nothing else behind.
pub(super) async fn answer(
    work: &mut Work<'_>,
    caller: &Caller,
    mark: Mark,
    done: Result<&'static str, Stop>,
) -> Result<&'static str, Fault> {
    match done {
        Ok(word) => Ok(word),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Refusal(refusal)) => {
            work.effects.cut(mark);
            let message = refusal_message(&refusal, &work.program.prefix);
            match &refusal.asks {
                Some(line) => confirm::ask(work, line, &message).await?,
                None => {
                    work.reply(&message);
                }
            }
            if let Some(id) = refusal.alert {
                say::alert_refusal(work, id, &refusal.sentence);
            }
            if refusal.code == Code::Auth && caller.place == Place::Control && !caller.is_team() {
                say::alert_authority(work);
            }
            Ok(REFUSED)
        }
    }
}
