//! What the team may say about playbooks in the control room.
use super::{list, pair, retire, search};
use crate::partners::commands::user_id;
use crate::platform::access::Caller;
use crate::platform::commands::Said;
use crate::platform::confirm;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::playbooks::actions::{self, Chat, Retirer};
use crate::playbooks::facts::Facts;
use crate::playbooks::render;
use schema::card::PlaybookEvent;

/// The team's commands about playbooks.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlPlaybook {
    /// All that are published, best first
    #[command(after_help = "playbook list\nplaybook list --industry dental")]
    List {
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Look for one; slips and parts of words are understood
    #[command(after_help = "playbook search cold mail\nplaybook search mail --industry dental")]
    Search {
        #[arg(value_name = "words", num_args = 1..)]
        words: Option<String>,
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Read one, also one that waits
    #[command(after_help = "playbook show cold-mail")]
    Show {
        #[arg(value_name = "short-name")]
        slug: String,
    },
    /// Its versions
    #[command(after_help = "playbook history cold-mail")]
    History {
        #[arg(value_name = "short-name")]
        slug: String,
    },
    /// What changed between two versions; the last two when not named
    #[command(after_help = "playbook diff cold-mail\nplaybook diff cold-mail 1 3")]
    Diff {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "version")]
        from: Option<String>,
        #[arg(value_name = "version")]
        to: Option<String>,
    },
    /// Let everybody read the version that waits, or a retired playbook again
    #[command(after_help = "playbook publish cold-mail")]
    Publish {
        #[arg(value_name = "short-name")]
        slug: String,
    },
    /// Turn the version that waits down
    #[command(after_help = "playbook reject cold-mail please add an example")]
    Reject {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "reason", num_args = 1..)]
        reason: Option<String>,
    },
    /// Take one out of use; asks first
    #[command(after_help = "playbook retire cold-mail the prices are out of date")]
    Retire {
        #[arg(value_name = "short-name")]
        slug: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "reason", num_args = 1..)]
        reason: Option<String>,
    },
    /// Hide one everywhere; its messages are redacted
    #[command(after_help = "playbook takedown cold-mail it names a client")]
    Takedown {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "reason", num_args = 1..)]
        reason: Option<String>,
    },
    /// Show a hidden one again
    #[command(after_help = "playbook restore cold-mail")]
    Restore {
        #[arg(value_name = "short-name")]
        slug: String,
    },
    /// Delete a person's words from the library for good; asks first
    #[command(after_help = "playbook erase @ana:example.org")]
    Erase {
        #[arg(value_name = "@user:server")]
        user: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

impl ControlPlaybook {
    /// Whether it only asks.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(
            self,
            Self::List { .. }
                | Self::Search { .. }
                | Self::Show { .. }
                | Self::History { .. }
                | Self::Diff { .. }
        )
    }
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlPlaybook,
    said: Said<'_>,
) -> Result<(), Stop> {
    let reviewer = caller.reviewer()?;
    let user = caller.person.user_id.clone();
    let chat = Chat { user: &user, direct: false, team: true };
    let text = Option::unwrap_or_default;
    match words {
        ControlPlaybook::List { industry } => return list(work, caller, industry).await,
        ControlPlaybook::Search { words, industry } => {
            return search(work, caller, words.as_deref(), industry).await;
        }
        ControlPlaybook::Show { slug } => return actions::show(work, chat, &slug).await,
        ControlPlaybook::History { slug } => return actions::history(work, chat, &slug).await,
        ControlPlaybook::Diff { slug, from, to } => {
            let pair = pair(&slug, from, to)?;
            return actions::difference(work, chat, &slug, pair).await;
        }
        ControlPlaybook::Publish { slug } => {
            let facts = actions::publish(work, &reviewer, &slug).await?;
            tell(work, &facts, PlaybookEvent::Published, None).await?;
        }
        ControlPlaybook::Reject { slug, reason } => {
            let reason: String = text(reason);
            let facts = actions::reject(work, &reviewer, &slug, &reason).await?;
            tell(work, &facts, PlaybookEvent::Rejected, Some(&reason)).await?;
        }
        ControlPlaybook::Retire { slug, yes, reason } => {
            let (who, reason) = (Retirer::Team(&reviewer), text(reason));
            return retire(work, who, (&slug, &reason), yes || said.confirmed).await;
        }
        ControlPlaybook::Takedown { slug, reason } => {
            let (manager, reason) = (caller.manager()?, text(reason));
            let facts = actions::take_down(work, &manager, &slug, &reason).await?;
            tell(work, &facts, PlaybookEvent::TakenDown, Some(&reason)).await?;
        }
        ControlPlaybook::Restore { slug } => {
            let manager = caller.manager()?;
            let facts = actions::restore(work, &manager, &slug).await?;
            tell(work, &facts, PlaybookEvent::Restored, None).await?;
        }
        ControlPlaybook::Erase { user, yes } => {
            return erase(work, caller, &user_id(&user)?, yes || said.confirmed).await;
        }
    }
    Ok(())
}

async fn tell(
    work: &mut Work<'_>,
    facts: &Facts,
    event: PlaybookEvent,
    reason: Option<&str>,
) -> Result<(), Stop> {
    let message = render::playbook(facts, event, reason);
    Ok(actions::post::answer(work, facts, &message).await?)
}

async fn erase(work: &mut Work<'_>, caller: &Caller, user: &str, sure: bool) -> Result<(), Stop> {
    let manager = caller.manager()?;
    if sure {
        let count = actions::erase(work, &manager, user).await?;
        work.reply(&render::erased(user, count));
        return Ok(());
    }
    let found = actions::erasable(work, user).await?;
    let line = format!("playbook erase {user}");
    let until = work.now + work.program.limits.confirm_ms;
    let prompt = render::ask_erase(user, found.len(), &line, (&work.cause.actor, until));
    Ok(confirm::ask(work, &line, &prompt).await?)
}
