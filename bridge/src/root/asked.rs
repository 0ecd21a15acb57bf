//! A plain message in the chat with the bot of somebody who is asked something: an answer to what was
//! asked last, unless it is a command. Stories and confirmations have words of their own.
use super::Input;
use super::grammars::PARTNER;
use crate::onboarding;
use crate::organizations;
use crate::platform::access::Caller;
use crate::platform::commands::reaction::Verdict;
use crate::platform::commands::{
    CommandLine, Content, LineOutcome, Place, below_quote, command_line, plain_words,
};
use crate::platform::confirm;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::stories::{self, rules::yes_or_no};
use crate::terms;

/// How an answer ends.
const ANSWERED: &str = "answered";

/// What waits for an answer of this person; the newest one has it.
enum Asked {
    /// It answers itself: see `stories` and `commands`.
    Other,
    Invitation(crate::platform::access::Invitation, organizations::store::questions::QuestionRow),
    Terms(
        crate::platform::access::Partner,
        terms::store::asked::QuestionRow,
        terms::store::TermsRow,
    ),
    Walk(crate::platform::access::Partner, onboarding::store::WalkRow),
}

/// `None` when the message is no answer to any of these.
pub(super) async fn told(
    work: &mut Work<'_>,
    caller: &Caller,
    content: &Content<'_>,
    input: &Input<'_>,
) -> Result<Option<&'static str>, Stop> {
    if !caller.place.is_direct() {
        return Ok(None);
    }
    let body = content.body.as_deref().map_or("", below_quote).trim();
    // The words of the questions are also understood with the prefix, as commands are.
    let bare = body.strip_prefix(&work.program.prefix);
    let body = match bare {
        Some(rest) if onboarding::rules::word(rest).is_some() => rest,
        Some(_) => return Ok(None),
        None => body,
    };
    if body.is_empty() || input.too_late_days(work.program.limits.late_days_max).is_some() {
        return Ok(None);
    }
    let verdict = yes_or_no(body).map(|yes| if yes { Verdict::Yes } else { Verdict::No });
    let asked = newest(work, caller, verdict).await?;
    if matches!(asked, None | Some(Asked::Other)) {
        return Ok(None);
    }
    if verdict.is_none() && bare.is_none() && is_command(work, content)? {
        return Ok(None);
    }
    if let Some(slow) = super::slow::slowed(work, caller, input) {
        return slow.map(Some);
    }
    work.settle().await.map_err(Fault::from)?;
    match (asked, verdict) {
        (Some(Asked::Walk(partner, walk)), _) => {
            let text = if bare.is_some() { body.into() } else { plain_words(content, body)? };
            onboarding::commands::answer(work, caller, (partner, walk), &text).await?;
        }
        (Some(Asked::Invitation(open, question)), Some(verdict)) => {
            organizations::commands::answered(work, &open, &question, verdict).await?;
        }
        (Some(Asked::Terms(partner, question, row)), Some(Verdict::Yes)) => {
            terms::actions::agree(work, &partner, &question, &row).await?;
        }
        (Some(Asked::Terms(partner, question, row)), Some(Verdict::No)) => {
            terms::actions::refuse(work, &partner, &question, &row).await?;
        }
        _ => return Ok(None),
    }
    Ok(Some(ANSWERED))
}

/// The newest question before this person; those that take a yes or no only where it is one.
async fn newest(
    work: &mut Work<'_>,
    caller: &Caller,
    verdict: Option<Verdict>,
) -> Result<Option<Asked>, Stop> {
    let mut all: Vec<(i64, Asked)> = Vec::new();
    if let Some((partner, walk)) = onboarding::commands::asked(work, caller).await? {
        all.push((walk.touched_at, Asked::Walk(partner, walk)));
    }
    if verdict.is_some() {
        if let Some((open, question)) = organizations::commands::asked(work, caller).await? {
            all.push((question.asked_at, Asked::Invitation(open, question)));
        }
        if let Ok(partner) = caller.partner()
            && let Some((question, row)) =
                terms::actions::open_question(work, &caller.person.user_id).await?
        {
            all.push((question.asked_at, Asked::Terms(partner, question, row)));
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    if let Some((_, story)) = stories::commands::asked(work, caller).await? {
        all.push((story.touched_at, Asked::Other));
    }
    if verdict.is_some()
        && let Some(at) = confirm::waits_since(work).await?
    {
        all.push((at, Asked::Other));
    }
    Ok(all.into_iter().max_by_key(|(at, _)| *at).map(|(_, asked)| asked))
}

/// With the prefix any line is a command; without it, what begins with the word of one.
fn is_command(work: &Work<'_>, content: &Content<'_>) -> Result<bool, Fault> {
    let bot =
        ruma::UserId::parse(&work.program.bot).map_err(|error| Fault::Bug(error.to_string()))?;
    Ok(match command_line(content, &work.program.prefix, Place::Direct, &bot) {
        LineOutcome::Command(line) => line.has_prefix || begins_as_one(&line),
        LineOutcome::NotForUs | LineOutcome::FullWidthHint { .. } | LineOutcome::Refused { .. } => {
            false
        }
    })
}

fn begins_as_one(line: &CommandLine) -> bool {
    let first = line.tokens.first().map(|token| token.text.to_lowercase());
    first.is_some_and(|word| PARTNER.root().find_subcommand(word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_a_command() {
        for (said, command) in [
            ("sale add 100 EUR Acme", true),
            ("Sale ad 100", true),
            ("help", true),
            ("team list", true),
            ("dental, gyms", false),
            ("skip", false),
            ("1, 2", false),
            ("acme.example", false),
        ] {
            let line = CommandLine::parse(said).unwrap();
            assert_eq!(begins_as_one(&line), command, "{said}");
        }
    }
}
