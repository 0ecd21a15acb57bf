//! A plain message in the chat with the bot of somebody who is telling a case study: an answer to what
//! they are asked, unless it is a command, or the yes to a later question of ours.
use super::Input;
use super::grammars::{PARTNER, Partner};
use crate::platform::access::Caller;
use crate::platform::commands::{
    CommandLine, Content, LineOutcome, Parsed, Place, below_quote, command_line,
};
use crate::platform::confirm;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::stories::{actions, commands as stories, rules::yes_or_no};

/// How an answer ends.
pub(super) const TOLD: &str = "story told";
/// Words after `help` up to which it is asked for a command.
const TOPIC_WORDS_MAX: usize = 3;

/// `None` when the message is no answer.
pub(super) async fn told(
    work: &mut Work<'_>,
    caller: &Caller,
    content: &Content<'_>,
    input: &Input<'_>,
) -> Result<Option<&'static str>, Stop> {
    let body = content.body.as_deref().map_or("", below_quote).trim();
    if body.is_empty() || body.starts_with(&work.program.prefix) {
        return Ok(None);
    }
    let Some((partner, row)) = stories::asked(work, caller).await? else { return Ok(None) };
    if is_command(work, content, body)? {
        return Ok(None);
    }
    let later = |at: &i64| *at > row.touched_at;
    if yes_or_no(body).is_some() && confirm::waits_since(work).await?.filter(later).is_some() {
        return Ok(None);
    }
    if let Some(slow) = super::slow::slowed(work, caller, input) {
        return slow.map(Some);
    }
    work.settle().await.map_err(Fault::from)?;
    actions::answer(work, &partner, row, body).await?;
    Ok(Some(TOLD))
}

/// With the prefix any line is a command. Without it, what reads as one in a single line, but for those
/// whose words may be anything.
fn is_command(work: &Work<'_>, content: &Content<'_>, body: &str) -> Result<bool, Fault> {
    let bot =
        ruma::UserId::parse(&work.program.bot).map_err(|error| Fault::Bug(error.to_string()))?;
    Ok(match command_line(content, &work.program.prefix, Place::Direct, &bot) {
        LineOutcome::Command(line) => {
            line.has_prefix || !body.contains('\n') && reads_as_one(&line)
        }
        LineOutcome::NotForUs | LineOutcome::FullWidthHint { .. } | LineOutcome::Refused { .. } => {
            false
        }
    })
}

fn reads_as_one(line: &CommandLine) -> bool {
    match PARTNER.parse(line) {
        Parsed::Command(words) => match &words {
            Partner::Ask(_) | Partner::Apply { .. } | Partner::Win(_) => false,
            Partner::Kudos { user, .. } => user.starts_with('@'),
            Partner::Help { topic } => topic
                .as_deref()
                .is_none_or(|topic| topic.split_whitespace().count() <= TOPIC_WORDS_MAX),
            _ => true,
        },
        Parsed::Refused(_) | Parsed::Unknown(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_a_command() {
        for (said, command) in [
            ("me", true),
            ("sale show S-1", true),
            ("story back", true),
            ("help sale add", true),
            ("sale add 100 EUR Acme", true),
            ("kudos @ben:example.org for the help", true),
            ("Story of a clinic", false),
            ("Ask anybody in Graz", false),
            ("Win or lose, we came back", false),
            ("Kudos to the team", false),
            ("Help was what they needed most of all", false),
            ("Me and Ben went there", false),
            ("Sale was hard at first", false),
            ("They had no website", false),
        ] {
            let line = CommandLine::parse(said).unwrap();
            assert_eq!(reads_as_one(&line), command, "{said}");
        }
    }
}
