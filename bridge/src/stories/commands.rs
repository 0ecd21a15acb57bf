//! What partners and reviewers may say about case studies.
use super::actions::{self, Reader, Retirer};
use super::{render, rules};
use crate::industries;
use crate::partners::commands::user_id;
use crate::platform::access::{Caller, Partner};
use crate::platform::commands::reaction::Verdict;
use crate::platform::commands::{PROSE, Said};
use crate::platform::confirm;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::sales;
use schema::card::StoryEvent;

/// A partner's commands about case studies.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerStory {
    /// Tell how you won an approved sale: I ask, you answer in our own chat
    #[command(after_help = "story start S-1")]
    Start {
        #[arg(value_name = "S-1")]
        number: String,
    },
    /// Read one; without a number what you have told so far
    #[command(after_help = "story show ST-1\nstory show")]
    Show {
        #[arg(value_name = "ST-1")]
        number: Option<String>,
    },
    /// Leave a part out, or keep it as it is
    #[command(after_help = "story skip")]
    Skip,
    /// Go back to the part before
    #[command(after_help = "story back")]
    Back,
    /// Leave out what need not be told
    #[command(after_help = "story done")]
    Done,
    /// Give up what you are telling
    #[command(after_help = "story cancel")]
    Cancel,
    /// Published case studies
    #[command(after_help = "story list\nstory list --industry dental")]
    List {
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Take one of yours down; asks first
    #[command(after_help = "story retire ST-1")]
    Retire {
        #[arg(value_name = "ST-1")]
        number: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

impl PartnerStory {
    /// Whether it only asks. What is being told is shown by a message of its own.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(self, Self::List { .. })
    }
}

/// The team's commands about case studies.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlStory {
    /// Published case studies
    #[command(after_help = "story list\nstory list --industry dental")]
    List {
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Read one
    #[command(after_help = "story show ST-1")]
    Show {
        #[arg(value_name = "ST-1")]
        number: String,
    },
    /// Let everybody read one
    #[command(after_help = "story publish ST-1")]
    Publish {
        #[arg(value_name = "ST-1")]
        number: String,
    },
    /// Turn one down; its author reads the reason
    #[command(after_help = "story reject ST-1 please leave the prices out")]
    Reject {
        #[arg(value_name = "ST-1")]
        number: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Take one down; asks first
    #[command(after_help = "story retire ST-1 the client asked for it")]
    Retire {
        #[arg(value_name = "ST-1")]
        number: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Delete a person's case studies and stories for good; asks first
    #[command(after_help = "story erase @ana:example.org")]
    Erase {
        #[arg(value_name = "@user:server")]
        user: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerStory,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let alone = caller.place.is_direct();
    match words {
        PartnerStory::Start { number } => {
            let number = sales::commands::number(&number)?;
            actions::start(work, &partner, number, alone).await
        }
        PartnerStory::Show { number: None } => actions::show_open(work, &partner, alone).await,
        PartnerStory::Show { number: Some(number) } => {
            let reader = Reader::Partner { own: &partner, alone };
            actions::show(work, reader, rules::number(&number)?).await
        }
        PartnerStory::Skip => actions::skip(work, &partner, alone).await,
        PartnerStory::Back => actions::back(work, &partner, alone).await,
        PartnerStory::Done => actions::done(work, &partner, alone).await,
        PartnerStory::Cancel => actions::cancel(work, &partner).await,
        PartnerStory::List { industry } => list(work, caller, industry).await,
        PartnerStory::Retire { number, yes } => {
            let who = Retirer::Author(&partner);
            retire(work, who, (&number, ""), yes || said.confirmed).await
        }
    }
}

/// In a channel its own industry is meant.
async fn list(work: &mut Work<'_>, caller: &Caller, industry: Option<String>) -> Result<(), Stop> {
    let industry = match industry.or_else(|| caller.place.industry().map(str::to_owned)) {
        Some(word) => Some(industries::actions::open_slug(work, &word).await?),
        None => None,
    };
    Ok(actions::list(work, industry.as_deref()).await?)
}

async fn retire(
    work: &mut Work<'_>,
    who: Retirer<'_>,
    (number, reason): (&str, &str),
    sure: bool,
) -> Result<(), Stop> {
    let number = rules::number(number)?;
    let facts = actions::retirable(work, who, number).await?;
    let reason = match who {
        Retirer::Team(_) => rules::reason(reason, "retire")?,
        Retirer::Author(_) => String::new(),
    };
    if sure {
        let facts = actions::retire(work, who, number, &reason).await?;
        let prefix = &work.program.prefix;
        work.reply(&render::to_author(&facts, StoryEvent::Retired, Some(&reason), prefix));
        return Ok(());
    }
    let line = format!("story retire {number} {reason}");
    let until = work.now + work.program.limits.confirm_ms;
    let actor = work.cause.actor.clone();
    let prompt = render::ask_retire(&facts, line.trim(), (&actor, until));
    Ok(confirm::ask(work, line.trim(), &prompt).await?)
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlStory,
    said: Said<'_>,
) -> Result<(), Stop> {
    let reviewer = caller.reviewer()?;
    let prefix = work.program.prefix.clone();
    match words {
        ControlStory::List { industry } => list(work, caller, industry).await,
        ControlStory::Show { number } => {
            actions::show(work, Reader::Team, rules::number(&number)?).await
        }
        ControlStory::Publish { number } => {
            let facts = actions::publish(work, &reviewer, rules::number(&number)?).await?;
            work.reply(&render::to_author(&facts, StoryEvent::Published, None, &prefix));
            Ok(())
        }
        ControlStory::Reject { number, reason } => {
            let (number, reason) = (rules::number(&number)?, reason.unwrap_or_default());
            let facts = actions::reject(work, &reviewer, number, &reason).await?;
            work.reply(&render::to_author(&facts, StoryEvent::Rejected, Some(&reason), &prefix));
            Ok(())
        }
        ControlStory::Retire { number, yes, reason } => {
            let (who, reason) = (Retirer::Team(&reviewer), reason.unwrap_or_default());
            retire(work, who, (&number, &reason), yes || said.confirmed).await
        }
        ControlStory::Erase { user, yes } => {
            erase(work, caller, &user_id(&user)?, yes || said.confirmed).await
        }
    }
}

async fn erase(work: &mut Work<'_>, caller: &Caller, user: &str, sure: bool) -> Result<(), Stop> {
    let manager = caller.manager()?;
    if sure {
        let counts = actions::erase(work, &manager, user).await?;
        work.reply(&render::erased(user, counts));
        return Ok(());
    }
    let counts = actions::erasable(work, user).await?;
    let line = format!("story erase {user}");
    let until = work.now + work.program.limits.confirm_ms;
    let actor = work.cause.actor.clone();
    let prompt = render::ask_erase(user, counts, &line, (&actor, until));
    Ok(confirm::ask(work, &line, &prompt).await?)
}

/// A ✅ or ❌ on a preview, by its author. `None` for other messages.
///
/// # Errors
/// A refusal when it may not be told so.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &str,
    verdict: Verdict,
) -> Result<Option<&'static str>, Stop> {
    let Some(preview) = actions::preview_of(key) else { return Ok(None) };
    let Ok(partner) = caller.partner() else { return Ok(Some("no authority")) };
    actions::pressed(work, &partner, preview, verdict).await.map(Some)
}

/// Whether a plain message in the chat with the bot answers what its author is asked, and since when it
/// is asked.
///
/// # Errors
/// When the database refuses.
pub async fn asked(
    work: &mut Work<'_>,
    caller: &Caller,
) -> Result<Option<(Partner, super::store::StoryRow)>, Stop> {
    if !caller.place.is_direct() {
        return Ok(None);
    }
    let Ok(partner) = caller.partner() else { return Ok(None) };
    let row = actions::open_of(work, &partner).await?;
    Ok(row.map(|row| (partner, row)))
}
