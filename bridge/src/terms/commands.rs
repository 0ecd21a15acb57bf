//! `terms` in the control room and for everybody.
use super::actions::{self, Put};
use super::{render, rules};
use crate::platform::access::{Caller, Manager, Place};
use crate::platform::commands::Said;
use crate::platform::commands::reaction::Verdict;
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::playbooks::rules::sources;
use schema::status::Enrollment;

/// What anybody may ask.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerTerms {
    /// Read the program's terms, in our own chat
    #[command(after_help = "terms show\nterms show 1")]
    Show {
        #[arg(value_name = "version")]
        version: Option<String>,
    },
}

/// What the team may say about terms.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlTerms {
    /// Publish a version: the text stands on the lines below, or in the message that you answer; asks first
    #[command(after_help = "terms publish\nterms publish --required-by 2030-01-31")]
    Publish {
        /// The last day on which a claim needs no acceptance
        #[arg(long, value_name = "YYYY-MM-DD")]
        required_by: Option<String>,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        // What a yes is about: the text is kept, the line of a confirmation is one line.
        #[arg(long, hide = true)]
        draft: Option<String>,
    },
    /// Say from when claims wait for the newest version, or never
    #[command(after_help = "terms require 2030-01-31\nterms require never")]
    Require {
        #[arg(value_name = "YYYY-MM-DD|never")]
        day: String,
    },
    /// Read a version
    #[command(after_help = "terms show\nterms show 1")]
    Show {
        #[arg(value_name = "version")]
        version: Option<String>,
    },
    /// Who has accepted which version, and who has not
    #[command(after_help = "terms list")]
    List,
}

impl ControlTerms {
    /// Whether it only asks.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(self, Self::Show { .. } | Self::List)
    }
}

/// # Errors
/// When others read along, or there is no such version.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerTerms,
) -> Result<(), Stop> {
    let PartnerTerms::Show { version } = words;
    if !caller.place.is_direct() {
        let sentence = "The terms are long: ask for them in a direct chat with me.";
        return Err(Refusal::new(Code::Room, sentence).example("terms show").into());
    }
    let version = version.as_deref().map(rules::version).transpose()?;
    let row = actions::of_version(work, version).await?;
    let user = caller.person.user_id.clone();
    let enrollment = caller.person.partner.as_ref().map(|row| row.enrollment);
    let is_partner = enrollment == Some(Enrollment::Approved);
    let newest = actions::owed(work, &user).await?.is_some_and(|owed| owed.version == row.version);
    let asks = match (is_partner, newest) {
        (true, true) => render::Asks::Here,
        (false, true) if crate::platform::access::invitation(work, &user).await?.is_some() => {
            render::Asks::WithInvitation
        }
        _ => render::Asks::Nothing,
    };
    let accepted = actions::accepted_by(work, &user, row.version).await?;
    let message = render::shown(&row, asks, accepted);
    let key = work.reply(&message);
    if asks == render::Asks::Here {
        let room = work.cause.room_id.clone().unwrap_or_default();
        actions::noted(work, (&user, &row), Put { key: &key, room: &room }).await?;
    }
    Ok(())
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlTerms,
    said: Said<'_>,
) -> Result<(), Stop> {
    caller.reviewer()?;
    match words {
        ControlTerms::List => actions::list(work).await,
        ControlTerms::Show { version } => {
            let version = version.as_deref().map(rules::version).transpose()?;
            let row = actions::of_version(work, version).await?;
            work.reply(&render::shown(&row, render::Asks::Nothing, false));
            Ok(())
        }
        ControlTerms::Require { day } => {
            let manager = caller.manager()?;
            let never = day.eq_ignore_ascii_case("never");
            let day = (!never).then(|| rules::required_on(&day, work.today())).transpose()?;
            actions::require(work, &manager, day).await
        }
        ControlTerms::Publish { required_by, yes, draft } => {
            let manager = caller.manager()?;
            match draft.filter(|_| said.confirmed) {
                Some(hash) => {
                    let draft = actions::drafted(work, &manager, &hash).await?;
                    actions::publish(work, &manager, draft).await.map(drop)
                }
                None => publish(work, &manager, (required_by, yes), said).await,
            }
        }
    }
}

async fn publish(
    work: &mut Work<'_>,
    manager: &Manager,
    (required_by, sure): (Option<String>, bool),
    said: Said<'_>,
) -> Result<(), Stop> {
    let today = work.today();
    let day = required_by.map(|text| rules::required_on(&text, today)).transpose()?;
    let text = if said.below.trim().is_empty() {
        let (bot, prefix) = (work.program.bot.clone(), work.program.prefix.clone());
        sources::quoted(said.quoted, &bot, &prefix, &work.cause.id).text
    } else {
        said.below.to_owned()
    };
    let draft = actions::draft(work, manager, &text, day).await?;
    if sure {
        return actions::publish(work, manager, draft).await.map(drop);
    }
    let before = actions::newest(work).await?.map_or(0, |row| row.version);
    let line = format!("terms publish --draft {}", draft.sha256);
    let asker = (manager.user_id(), work.now + work.program.limits.confirm_ms);
    let prompt = render::ask_publish(&draft, before + 1, &line, asker);
    Ok(confirm::ask(work, &line, &prompt).await?)
}

/// A ✅ or ❌ on a question about terms, by whom it asks. `None` for other messages.
///
/// # Errors
/// When the database refuses.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &str,
    verdict: Verdict,
) -> Result<Option<&'static str>, Stop> {
    if caller.place != Place::Direct {
        return Ok(None);
    }
    let Some(question) = super::store::asked::of_key(work.tx, key).await? else { return Ok(None) };
    if question.user_id != caller.person.user_id {
        return Ok(Some("no authority"));
    }
    let Ok(partner) = caller.partner() else { return Ok(Some("no authority")) };
    let owed = actions::owed(work, &question.user_id).await?;
    let Some(row) = owed.filter(|row| row.version == question.version) else {
        return Ok(Some("nothing to decide"));
    };
    match verdict {
        Verdict::Yes => actions::agree(work, &partner, &question, &row).await?,
        Verdict::No => actions::refuse(work, &partner, &question, &row).await?,
    }
    Ok(Some("answered"))
}
