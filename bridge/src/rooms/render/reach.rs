//! Invitations that do not arrive, and those that did after all, as the team reads them.
use crate::platform::text::{Line, Message};
use schema::card::{Alert, Card, Envelope, Finding, ReachView, Severity};
use schema::status::Reach;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long something lasts, in one unit.
#[must_use]
pub fn long(ms: i64) -> String {
    let (n, unit) = match ms {
        ..HOUR_MS => (ms / 60_000, "minute"),
        HOUR_MS..172_800_000 => (ms / HOUR_MS, "hour"),
        _ => (ms / DAY_MS, "day"),
    };
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

/// A person cannot be invited, or not now. `version`: of our rooms.
#[must_use]
pub fn hindered(
    user: &str,
    (reach, since): (Reach, i64),
    version: &str,
    (prefix, now): (&str, i64),
) -> Message {
    let said = said(reach, now - since, version);
    let mut message =
        Message::text(said.title).line(Line::new().code(user).plain(" ").plain(&said.sentence));
    let server = crate::program::server_of(user).unwrap_or_default();
    let mut mend = said.mend.to_owned();
    if said.checks {
        mend = format!("{mend} `server check {server}` says more.").trim_start().to_owned();
    }
    let mut line = Line::new().plain("👉 ").sentence(&mend, prefix);
    if said.again {
        // The id as it is: whoever copies the command must get one that works.
        let command = format!("{prefix}partner invite {user}");
        line = line.plain(" Then ").code(&command).plain(" asks them in again.");
        mend = format!("{mend} Then `partner invite {user}` asks them in again.");
    }
    message = message.line(line);
    let severity = if reach == Reach::Away { Severity::Info } else { Severity::Warning };
    let sentence = format!("{user} {}", said.sentence);
    message.card(&card(reach.as_str(), severity, sentence, Some(mend), now))
}

/// What stood in the way is over.
#[must_use]
pub fn arrived(user: &str, before: Reach, now: i64) -> Message {
    let sentence = match before {
        Reach::Away | Reach::GivenUp => "is there now: their server answers, and they are invited.",
        _ => "is there now: the invitation was let in.",
    };
    Message::text("✅ An invitation has arrived")
        .line(Line::new().code(user).plain(" ").plain(sentence))
        .card(&card("arrived", Severity::Info, format!("{user} {sentence}"), None, now))
}

fn card(
    what: &str,
    severity: Severity,
    sentence: String,
    mend: Option<String>,
    now: i64,
) -> Envelope {
    let id = format!("invite.{what}");
    let finding = Finding { id, severity, sentence, mend };
    Envelope::from(Card::from(Alert { finding, room_id: None, event_id: None, raised_at: now }))
}

struct Said {
    title: &'static str,
    sentence: String,
    mend: &'static str,
    checks: bool,
    again: bool,
}

fn said(reach: Reach, for_ms: i64, version: &str) -> Said {
    let refused = "🚫 An invitation was refused";
    let (title, sentence, mend, checks, again) = match reach {
        Reach::Away => (
            "⏳ An invitation waits",
            format!("is on a server that has not answered for {}; I keep trying.", long(for_ms)),
            "Nothing is lost meanwhile.",
            true,
            false,
        ),
        Reach::GivenUp => (
            "⏳ An invitation was given up",
            "is on a server that did not answer for two weeks; I no longer try.".to_owned(),
            "Ask its administrator when it is back.",
            true,
            true,
        ),
        Reach::Blocked => (
            refused,
            "lets in no invitations of mine, or their server does not.".to_owned(),
            "Ask them to allow invitations from me in their client's settings.",
            false,
            true,
        ),
        Reach::Unknown => (
            refused,
            "is nobody that their server knows.".to_owned(),
            "Look whether the id is spelled right.",
            false,
            true,
        ),
        Reach::Banned => (
            refused,
            "is banned from the room.".to_owned(),
            "Who banned them can lift it in the room's list of members.",
            false,
            true,
        ),
        Reach::Version => (
            refused,
            format!("is on a server that does not understand rooms of version {version}."),
            "Ask its administrator to upgrade it.",
            true,
            true,
        ),
        _ => (
            refused,
            "cannot be invited: their server has refused it, or ours.".to_owned(),
            "Ask its administrator whether it lets in invitations from outside.",
            true,
            true,
        ),
    };
    Said { title, sentence, mend, checks, again }
}

/// A person's row of it, where one partner is shown.
#[must_use]
pub fn row(view: &ReachView, now: i64) -> String {
    let since = view.since.map(|at| long((now - at).max(0)));
    let since = since.as_deref();
    match (view.reach, since) {
        (Reach::Joined, _) => "Space: joined".to_owned(),
        (Reach::Invited, _) => "Space: invited, not joined".to_owned(),
        (Reach::Out, _) => "Space: not in it".to_owned(),
        (Reach::Waiting, _) => "Space: invitation on its way".to_owned(),
        (Reach::Away, Some(since)) => format!("Space: server silent for {since}"),
        (Reach::Away | Reach::GivenUp, _) => "Space: server silent".to_owned(),
        (Reach::Blocked, _) => "Space: blocks invitations".to_owned(),
        (Reach::Refused, _) => "Space: invitation refused".to_owned(),
        (Reach::Unknown, _) => "Space: no such person".to_owned(),
        (Reach::Banned, _) => "Space: banned".to_owned(),
        (Reach::Version, _) => "Space: their server is too old".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_one_unit() {
        for (ms, said) in [
            (59 * 60_000, "59 minutes"),
            (HOUR_MS, "1 hour"),
            (2 * HOUR_MS - 1, "1 hour"),
            (47 * HOUR_MS, "47 hours"),
            (7 * DAY_MS, "7 days"),
        ] {
            assert_eq!(long(ms), said);
        }
    }

    #[test]
    fn each_hindrance_is_told_with_a_way_out() {
        for reach in Reach::ALL {
            let view = ReachView { reach: *reach, since: Some(0) };
            assert!(row(&view, 47 * HOUR_MS).chars().count() <= 36, "{}", row(&view, 47 * HOUR_MS));
        }
        let told = hindered("@x:y.org", (Reach::Away, 0), "12", ("!", HOUR_MS)).content_string();
        assert!(told.contains("has not answered for 1 hour; I keep trying."), "{told}");
        assert!(told.contains("!server check y.org"), "{told}");
        let told = hindered("@x:y.org", (Reach::Blocked, 0), "12", ("!", 0)).content_string();
        assert!(told.contains("!partner invite @x:y.org"), "{told}");
    }
}
