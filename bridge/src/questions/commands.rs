//! What partners may say about questions and kudos.
use super::actions::{self, By, kudos};
use super::store::{self, kudos as kudos_store};
use super::{render, rules};
use crate::industries;
use crate::partners::commands::user_id;
use crate::platform::access::Caller;
use crate::platform::commands::Said;
use crate::platform::inbox::Event;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;

/// A question.
#[derive(Debug, Clone, clap::Args)]
pub struct Ask {
    /// The industry, when not in its channel
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    #[arg(value_name = "question", num_args = 1..)]
    pub text: Option<String>,
}

/// A partner's commands about questions.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerQuestion {
    /// Questions that wait for an answer
    #[command(after_help = "question list\nquestion list --industry dental")]
    List {
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Take an open question of yours back
    #[command(after_help = "question withdraw Q-1")]
    Withdraw {
        #[arg(value_name = "Q-1")]
        number: String,
    },
}

/// Questions that a list shows.
const ROWS_MAX: i64 = 15;

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn ask(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Ask,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let text = [words.text.as_deref().unwrap_or_default(), said.rest].join("\n");
    rules::question(&text)?;
    let (named, here) = (words.industry.as_deref(), caller.place.industry());
    let industry = actions::channel(work, &partner, named, here).await?;
    actions::ask(work, &partner, &text, industry).await.map(drop)
}

/// `answer`, as a reply to the answer that helped.
///
/// # Errors
/// A refusal when it is a reply to no answer, or to one of somebody else's question.
pub async fn answer(work: &mut Work<'_>, caller: &Caller, said: Said<'_>) -> Result<(), Stop> {
    caller.partner()?;
    let Some(answer) = said.quoted.first() else { return Err(rules::no_answer().into()) };
    let Some(question) = actions::question_of(work, answer).await? else {
        return Err(rules::no_answer().into());
    };
    accepted(work, caller, question, answer).await
}

/// A ✅ on something that a person said. Nobody else's ✅ than the asker's means anything here.
///
/// # Errors
/// A refusal when the answer cannot be accepted.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    answer: &Event,
) -> Result<&'static str, Stop> {
    let Some(question) = actions::question_of(work, answer).await? else {
        return Ok("no answer to a question");
    };
    let partner = caller.partner().ok().map(|partner| partner.id());
    if rules::may_decide(&question, partner, caller.person.manager).is_err() {
        return Ok("no authority");
    }
    accepted(work, caller, question, answer).await.map(|()| "accepted")
}

async fn accepted(
    work: &mut Work<'_>,
    caller: &Caller,
    question: store::QuestionRow,
    answer: &Event,
) -> Result<(), Stop> {
    match decider(caller, &question)? {
        Decider::Partner(partner) => {
            actions::accept(work, By::Partner(&partner), question, answer).await
        }
        Decider::Manager(manager) => {
            actions::accept(work, By::Manager(&manager), question, answer).await
        }
    }
}

enum Decider {
    Partner(crate::platform::access::Partner),
    Manager(crate::platform::access::Manager),
}

/// Whose authority it is: the asker's own before a manager's.
fn decider(caller: &Caller, question: &store::QuestionRow) -> Result<Decider, Stop> {
    match caller.partner() {
        Ok(partner) if partner.id() == question.partner_id || !caller.person.manager => {
            Ok(Decider::Partner(partner))
        }
        _ => Ok(Decider::Manager(caller.manager()?)),
    }
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerQuestion,
) -> Result<(), Stop> {
    caller.partner()?;
    match words {
        PartnerQuestion::List { industry } => list(work, industry).await,
        PartnerQuestion::Withdraw { number } => {
            let question = actions::known(work, rules::number(&number)?).await?;
            let question = withdrawn(work, caller, question).await?;
            work.reply(&render::withdrawn(&question));
            Ok(())
        }
    }
}

async fn list(work: &mut Work<'_>, industry: Option<String>) -> Result<(), Stop> {
    let industry = match industry {
        Some(word) => Some(industries::actions::open_slug(work, &word).await?),
        None => None,
    };
    let rows = store::open(work.tx, industry.as_deref(), ROWS_MAX).await?;
    let count = store::open_count(work.tx, industry.as_deref()).await?;
    let of = (count, industry.as_deref());
    work.reply(&render::list(&rows, of, work.now, &work.program.prefix));
    Ok(())
}

async fn withdrawn(
    work: &mut Work<'_>,
    caller: &Caller,
    question: store::QuestionRow,
) -> Result<store::QuestionRow, Stop> {
    match decider(caller, &question)? {
        Decider::Partner(partner) => actions::withdraw(work, By::Partner(&partner), question).await,
        Decider::Manager(manager) => actions::withdraw(work, By::Manager(&manager), question).await,
    }
}

/// The message of a question or of kudos was deleted by its author: both are taken back, while the
/// question is open, on the day of the kudos.
///
/// # Errors
/// When the database refuses.
pub async fn deleted(
    work: &mut Work<'_>,
    caller: &Caller,
    target: &str,
) -> Result<Option<&'static str>, Stop> {
    if let Some(question) = store::by_cause(work.tx, target).await? {
        let partner = caller.partner().ok().map(|partner| partner.id());
        if rules::may_decide(&question, partner, false).is_err() {
            return Ok(Some("redaction changes nothing"));
        }
        withdrawn(work, caller, question).await?;
        return Ok(Some("question withdrawn"));
    }
    let Some(given) = kudos_store::by_cause(work.tx, target).await? else { return Ok(None) };
    let own = caller.partner().is_ok_and(|partner| partner.id() == given.giver_id);
    let taken = own && kudos::take_back(work, given).await?;
    Ok(Some(if taken { "kudos withdrawn" } else { "redaction changes nothing" }))
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn thank(
    work: &mut Work<'_>,
    caller: &Caller,
    user: &str,
    reason: &str,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let user = user_id(user)?;
    kudos::give(work, caller, &partner, &user, reason).await
}
