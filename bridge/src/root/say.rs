//! What the root itself has to say: quarantine, parked messages, encrypted chats, questions.
use super::threads;
use crate::platform::inbox::Event;
use crate::platform::inbox::store::Waiting;
use crate::platform::outbox::marks::Parked;
use crate::platform::outbox::refs::GONE;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::Fault;
use crate::platform::text::{Line, Message, fault_message};
use crate::platform::work::{Work, event_ref};
use schema::card::{Alert, Card, Envelope, Finding, Hint, Severity};

/// An input failed for good on our side: the person gets a reference, the team the number.
///
/// # Errors
/// When the database refuses.
pub async fn tell_poison(work: &mut Work<'_>, row: &Waiting) -> Result<(), Fault> {
    let reference = row.seq.to_string();
    if row.room_id.starts_with('!') {
        if let Ok(said) = Event::parse(&row.raw) {
            threads::hang(work, &said).await?;
        }
        work.reply(&fault_message(&reference));
    }
    let message = Message::text("🟠 An input is quarantined")
        .line(
            Line::new()
                .plain("From ")
                .code(&row.sender)
                .plain(&format!(", after {} tries.", row.attempts + 1)),
        )
        .line(
            Line::new()
                .code(&format!("{}inbox retry {reference}", work.program.prefix))
                .plain(" runs it again."),
        );
    let message = message.card(&alert(work, "inbox.poison", &reference, Some(&row.event_id)));
    work.send("control", &message);
    Ok(())
}

/// One of our messages will never be sent. Of the control room's own only a short word is tried, and
/// of that word nothing more.
///
/// # Errors
/// When the database refuses.
pub async fn tell_parked(work: &mut Work<'_>, parked: &Parked) -> Result<(), Fault> {
    let Parked { id, why, row } = parked;
    if let ("invite", Some(user)) = (row.kind.as_str(), &row.subject) {
        return crate::rooms::reach::refused(work, user, why).await;
    }
    // The buttons under a card that was refused: the card was told of.
    let button = row.event_type == "m.reaction" && why == GONE;
    // Somebody has named an event of another room as their thread: nobody misses the answer.
    let astray = why.contains(ASTRAY);
    if button || astray || row.key.starts_with(PARKED) {
        return Ok(());
    }
    let message = if row.room == "control" {
        Message::text(format!("🟠 A message to this room was refused; row {id} of the outbox"))
    } else {
        parked_message(parked)
    };
    let message = message.card(&alert(work, "outbox.parked", &id.to_string(), None));
    work.send_as(&format!("{PARKED}{id}"), "control", &message);
    Ok(())
}

/// How homeservers refuse a relation into another room.
const ASTRAY: &str = "Relations must be in the same room";
const PARKED: &str = "parked:";

fn parked_message(Parked { why, row, .. }: &Parked) -> Message {
    let what = match row.kind.as_str() {
        "remove" => "A removal was refused",
        "file" => "A file was refused",
        _ => "A message was refused",
    };
    let message = Message::text(format!("🟠 {what}"))
        .line(Line::new().plain("Room ").code(&row.room))
        .quote(Line::new().person_cut(why, 200));
    match &row.subject {
        Some(user) => message.line(Line::new().plain("For ").code(user)),
        None => message,
    }
}

fn alert(work: &Work<'_>, id: &str, reference: &str, event: Option<&str>) -> Envelope {
    Envelope::from(Card::from(Alert {
        finding: Finding {
            id: id.to_owned(),
            severity: Severity::Warning,
            sentence: format!("{id} {reference}"),
            mend: None,
        },
        room_id: None,
        event_id: event.map(str::to_owned),
        raised_at: work.now,
    }))
}

/// A refusal that the team should know of.
pub(super) fn alert_refusal(work: &mut Work<'_>, id: &str, sentence: &str) {
    let (actor, cause) = (work.cause.actor.clone(), work.cause.id.clone());
    let message = Message::text("🟠 Something was refused that needs a look")
        .line(Line::new().sentence(sentence, &work.program.prefix))
        .line(Line::new().plain("Asked by ").code(&actor));
    let message = message.card(&alert(work, id, &actor, Some(&cause)));
    work.send("control", &message);
}

/// What the answer to a late command adds.
pub(super) fn late(late_ms: i64) -> String {
    let (n, unit) = match late_ms / 1_000 {
        ..2 => return "Your message reached me late; it counts from now.".to_owned(),
        seconds @ 2..120 => (seconds, "seconds"),
        seconds @ 120..7_200 => (seconds / 60, "minutes"),
        seconds @ 7_200..172_800 => (seconds / 3_600, "hours"),
        seconds => (seconds / 86_400, "days"),
    };
    format!("Your message reached me {n} {unit} late; it counts from now.")
}

/// A command that was said too long ago to be run: the team decides.
///
/// A server can make up how late its people's words are, so that of one person's only the first of a day are
/// told; the others are in the inbox.
pub(super) fn tell_too_late(work: &mut Work<'_>, line: &str, days: i64) {
    let key = (work.cause.actor.clone(), work.today());
    let told = &mut work.memory.cache::<TooLate>().0;
    if told.len() > HINTS_MAX {
        told.clear();
    }
    let count = told.entry(key).or_default();
    *count += 1;
    if *count > LATE_TOLD_MAX {
        return;
    }
    let (actor, cause) = (work.cause.actor.clone(), work.cause.id.clone());
    let message = Message::text("🟠 A command came too late and was not run")
        .line(Line::new().code(&actor).plain(&format!(" said it {days} days ago:")))
        .quote(Line::new().person_cut(line, 300));
    let message = message.card(&alert(work, "inbox.late", &actor, Some(&cause)));
    work.send_as(&format!("late:{cause}"), "control", &message);
}

/// An unauthorised control command in the control room is worth a look.
pub fn alert_authority(work: &mut Work<'_>) {
    let actor = work.cause.actor.clone();
    let message = Message::text("🟠 Someone without a role tried a control command")
        .line(Line::new().code(&actor));
    let cause = work.cause.id.clone();
    let message = message.card(&alert(work, "access.refused", &actor, Some(&cause)));
    work.send("control", &message);
    work.audit("access.refused", &actor, "");
}

/// In an encrypted chat the bot must not be mute: it says so once a day and opens its own chat.
pub(super) async fn cannot_read(work: &mut Work<'_>, event: &Event) -> Result<&'static str, Fault> {
    if !crate::rooms::actions::place_of(work, &event.room_id).await?.is_direct() {
        return Ok("encrypted");
    }
    let hint = hint(
        "encrypted",
        "I cannot read encrypted chats yet. I am inviting you to a chat of our own that works.",
    );
    if once_a_day(work, &event.room_id, "encrypted", &hint) {
        let direct = Message::text("👋 Here I can read you").line(
            Line::new()
                .plain("Our other chat is encrypted, this one is not. Try ")
                .code(&format!("{}help", work.program.prefix))
                .plain("."),
        );
        work.direct(&event.sender, &direct);
    }
    Ok("encrypted")
}

/// A hint that is given at most once a day in a room.
pub(super) fn once_a_day(work: &mut Work<'_>, room: &str, what: &str, message: &Message) -> bool {
    let day = work.today();
    let key = format!("hint:{what}:{room}:{}:{day}", work.cause.actor);
    let seen = work.memory.cache::<Hinted>();
    if seen.0.len() > HINTS_MAX {
        seen.0.clear();
    }
    let fresh = seen.0.insert(key.clone());
    // The key makes it one a day even after a restart: the row exists already.
    work.send_as(&key, room, message);
    fresh
}

const HINTS_MAX: usize = 10_000;
/// Commands of one person that came too late and are told to the team in a day.
const LATE_TOLD_MAX: usize = 10;

/// How many too late commands of a person were told on a day. In memory: a restart forgives.
#[derive(Default)]
struct TooLate(std::collections::HashMap<(String, jiff::civil::Date), usize>);

#[derive(Default)]
struct Hinted(std::collections::HashSet<String>);

pub(super) fn hint(what: &str, sentence: impl Into<Line>) -> Message {
    let sentence = sentence.into();
    let card = Hint { what: what.to_owned(), sentence: sentence.clone().into_plain() };
    Message::notice(sentence).card(&Envelope::from(Card::from(card)))
}

pub(super) fn not_done(work: &mut Work<'_>) {
    work.reply(&hint("declined", "Nothing was changed."));
}

pub(super) fn nothing_changed(work: &mut Work<'_>) {
    work.reply(&hint(
        "edited",
        "Your edit changed nothing: send the command anew if you meant it.",
    ));
}

/// Asks who pressed ❌ for the reason, under the card, once.
pub(super) fn ask_reason(work: &mut Work<'_>, card: &str, what: &str) {
    let sentence = "Reply here with the reason; the person reads it.";
    let mut message = Message::text(Line::new().plain("Why not ").person(what).plain("?"))
        .line(sentence)
        .card(&Envelope::from(Card::from(Hint {
            what: "reason".to_owned(),
            sentence: format!("Why not {what}? {sentence}"),
        })));
    if let Ok(user) = ruma::UserId::parse(&work.cause.actor) {
        message = message.mention(&user);
    }
    let key = why_key(work, card);
    work.send_thread_as(&key, "control", &event_ref(card), &message);
}

/// One question a person: only who was asked answers it.
fn why_key(work: &Work<'_>, card: &str) -> String {
    format!("why:{card}|{}", work.cause.actor)
}

/// The card that a message of ours is, or asks about.
pub(super) fn asked_about(key: &str) -> &str {
    let card = key.strip_prefix("why:").and_then(|rest| rest.split_once('|'));
    card.map_or(key, |(card, _)| card)
}

/// Whether this person pressed ❌ on the card.
pub(super) async fn reason_was_asked(work: &mut Work<'_>, card: &str) -> Result<bool, Fault> {
    let key = why_key(work, card);
    if work.effects.out.iter().any(|row| row.dedupe_key == key) {
        return Ok(true);
    }
    Ok(outbox::exists(work.tx, &key).await?)
}
