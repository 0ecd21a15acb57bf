//! What people and the team may say about partners.
use super::actions::{self, Door, Exit, Settings};
use super::{render, store};
use crate::platform::access::{self, Caller, Manager, PartnerRow};
use crate::platform::commands::PROSE;
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::text::{Line, Message};
use crate::platform::work::Work;
use crate::{digests, organizations, rooms};
use schema::card::PartnerEvent;
use schema::ids::ConfirmationId;
use schema::status::{Enrollment, Visibility};

/// Settings of one's own.
#[derive(Debug, Clone, clap::Args)]
pub struct Profile {
    /// How boards show you: public, anonymous or hidden
    #[arg(long, value_name = "public|anonymous|hidden")]
    pub visibility: Option<String>,
    /// How the wins room shows the amounts of your sales: exact, band (such as €10k+) or none
    #[arg(long, value_name = "exact|band|none")]
    pub amounts: Option<String>,
    /// Whether you hear of your week on Monday mornings: on or off
    #[arg(long, value_name = "on|off")]
    pub digest: Option<String>,
    /// The zone of your reminders
    #[arg(long, value_name = "Area/City")]
    pub timezone: Option<String>,
    /// The industries you sell in
    #[arg(long, value_name = "slug,slug")]
    pub industry: Option<String>,
}

impl Profile {
    /// Whether nothing is to be set.
    #[must_use]
    pub fn is_question(&self) -> bool {
        self.visibility.is_none()
            && self.amounts.is_none()
            && self.digest.is_none()
            && self.timezone.is_none()
            && self.industry.is_none()
    }
}

/// The team's commands about partners.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlPartner {
    /// Let a person in without an application
    #[command(after_help = "partner add @ana:example.org --name \"Ana Lopez\"")]
    Add {
        #[arg(value_name = "@user:server")]
        user: String,
        /// How boards call them
        #[arg(long, num_args = 1..)]
        name: Option<String>,
        /// The firm they belong to
        #[arg(long, value_name = "slug")]
        organization: Option<String>,
    },
    /// Say which firm a partner belongs to; "none" when to none
    #[command(after_help = "partner organization @ana:example.org acme")]
    Organization {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "slug")]
        organization: String,
    },
    /// All partners and open applications
    #[command(after_help = "partner list")]
    List,
    /// One partner
    #[command(after_help = "partner show @ana:example.org")]
    Show {
        #[arg(value_name = "@user:server")]
        user: String,
    },
    /// Send a partner's invitations again
    #[command(after_help = "partner invite @ana:example.org")]
    Invite {
        #[arg(value_name = "@user:server")]
        user: String,
    },
    /// Accept an application
    #[command(after_help = "partner approve @ana:example.org")]
    Approve {
        #[arg(value_name = "@user:server")]
        user: String,
    },
    /// Turn an application down
    #[command(after_help = "partner reject @ana:example.org not our region")]
    Reject {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Shut a partner out for now; their results stay
    #[command(after_help = "partner suspend @ana:example.org under review")]
    Suspend {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(num_args = 1.., value_hint = PROSE)]
        reason: String,
    },
    /// Let a suspended partner in again
    #[command(after_help = "partner reinstate @ana:example.org")]
    Reinstate {
        #[arg(value_name = "@user:server")]
        user: String,
    },
    /// End a partnership; asks first
    #[command(
        after_help = "partner remove @ana:example.org contract ended\npartner remove @ana:example.org --anonymous contract ended"
    )]
    Remove {
        #[arg(value_name = "@user:server")]
        user: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        /// Show their name nowhere any more
        #[arg(long)]
        anonymous: bool,
        #[arg(num_args = 1.., value_hint = PROSE)]
        reason: String,
    },
    /// Take the name of a partner who has left away: boards and cards say "former partner"
    #[command(after_help = "partner forget @ana:example.org")]
    Forget {
        #[arg(value_name = "@user:server")]
        user: String,
    },
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn apply(work: &mut Work<'_>, caller: &Caller, text: &str) -> Result<(), Stop> {
    actions::apply(work, &caller.person.user_id, text).await
}

/// # Errors
/// When the person is no partner, or a value does not fit.
pub async fn profile(work: &mut Work<'_>, caller: &Caller, words: Profile) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let visibility = words.visibility.map(|text| visibility(&text)).transpose()?;
    let amounts = words.amounts.map(|text| crate::wins::commands::amounts(&text)).transpose()?;
    let digest = words.digest.map(|text| digests::rules::wanted(&text)).transpose()?;
    let timezone = words.timezone.map(|text| timezone(&text)).transpose()?;
    let industries = match words.industry {
        Some(list) => Some(crate::industries::actions::open_slugs(work, &list).await?),
        None => None,
    };
    let settings = Settings { visibility, timezone, industries, amounts, digest };
    let (row, changed) = actions::set_profile(work, &partner, settings).await?;
    let amounts = crate::wins::actions::amounts(work, &row.id.to_string()).await?;
    let digest = digests::actions::is_on(work, row.id).await?;
    let place = (work.program.timezone.as_str(), work.program.prefix.as_str());
    let message = render::profile(&row, (amounts, digest), changed, place);
    work.reply(&message);
    Ok(())
}

fn visibility(text: &str) -> Result<Visibility, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(Code::Usage, "Visibility is public, anonymous or hidden.")
            .example("profile --visibility anonymous")
    })
}

fn timezone(text: &str) -> Result<String, Refusal> {
    jiff::tz::TimeZone::get(text)
        .ok()
        .and_then(|zone| zone.iana_name().map(str::to_owned))
        .ok_or_else(|| {
            Refusal::new(Code::Usage, "A timezone is written like Europe/Berlin.")
                .example("profile --timezone Europe/Berlin")
        })
}

/// # Errors
/// When the person is no manager, or the step does not follow.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlPartner,
    confirmed: bool,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let (row, event) = match words {
        ControlPartner::List => return list(work).await,
        ControlPartner::Show { user } => (shown(work, &user, "show").await?, PartnerEvent::Shown),
        ControlPartner::Invite { user } => {
            (invited_again(work, &manager, &user).await?, PartnerEvent::Invited)
        }
        ControlPartner::Add { user, name, organization } => {
            let user = named(work, &user, "partner add @ana:example.org")?;
            let firm = organization.map(|word| organizations::rules::slug_or_none(&word));
            let (firm, door) = (firm.transpose()?, Door::Manager(&manager));
            let mut row = actions::approve(work, door, &user, name.as_deref()).await?;
            if let Some(firm) = firm {
                row = organizations::actions::place(work, &manager, &user, firm).await?;
            }
            (row, PartnerEvent::Added)
        }
        ControlPartner::Organization { user, organization } => {
            let user = shown(work, &user, "organization").await?.user_id;
            let firm = organizations::rules::slug_or_none(&organization)?;
            let row = organizations::actions::place(work, &manager, &user, firm).await?;
            (row, PartnerEvent::Shown)
        }
        ControlPartner::Approve { user } => {
            let user = shown(work, &user, "approve").await?.user_id;
            let door = Door::Manager(&manager);
            (actions::approve(work, door, &user, None).await?, PartnerEvent::Approved)
        }
        ControlPartner::Reject { user, reason } => {
            let user = named(work, &user, "partner reject @ana:example.org not our region")?;
            let reason = reason.unwrap_or_default();
            (actions::reject(work, &manager, &user, &reason).await?, PartnerEvent::Rejected)
        }
        ControlPartner::Suspend { user, reason } => {
            let user = named(work, &user, "partner suspend @ana:example.org under review")?;
            (actions::suspend(work, &manager, &user, &reason).await?, PartnerEvent::Suspended)
        }
        ControlPartner::Reinstate { user } => {
            let user = named(work, &user, "partner reinstate @ana:example.org")?;
            (actions::reinstate(work, &manager, &user).await?, PartnerEvent::Reinstated)
        }
        ControlPartner::Remove { user, yes, anonymous, reason } => {
            let user = named(work, &user, "partner remove @ana:example.org contract ended")?;
            let asked = (anonymous, reason.as_str(), yes || confirmed);
            match removed(work, &manager, &user, asked).await? {
                Some(row) => (row, PartnerEvent::Removed),
                None => return Ok(()),
            }
        }
        ControlPartner::Forget { user } => {
            let user = named(work, &user, "partner forget @ana:example.org")?;
            (actions::forget(work, &manager, &user).await?, PartnerEvent::Shown)
        }
    };
    answer(work, &row, event).await
}

/// Ends a partnership, or asks first and has nobody yet.
async fn removed(
    work: &mut Work<'_>,
    manager: &Manager,
    user: &str,
    (anonymous, reason, sure): (bool, &str, bool),
) -> Result<Option<PartnerRow>, Stop> {
    let row = actions::removable(work, user).await?;
    if !sure {
        ask_removal(work, &row, anonymous, reason).await?;
        return Ok(None);
    }
    let row = actions::remove(work, Exit::Manager(manager), user, reason).await?;
    if anonymous {
        return actions::forget(work, manager, user).await.map(Some);
    }
    Ok(Some(row))
}

async fn answer(work: &mut Work<'_>, row: &PartnerRow, event: PartnerEvent) -> Result<(), Stop> {
    let has = crate::badges::actions::shown(work, row.id).await?;
    let reach = match row.enrollment {
        Enrollment::Approved => rooms::reach::of(work, &row.user_id).await?,
        _ => None,
    };
    let message = render::partner(row, event, &has, (reach, work.now));
    let message = match rooms::actions::still_in(work, row).await? {
        Some(rooms) => render::rooms_of(message, &rooms),
        None => message,
    };
    work.reply(&message);
    Ok(())
}

async fn invited_again(
    work: &mut Work<'_>,
    manager: &Manager,
    user: &str,
) -> Result<PartnerRow, Stop> {
    let row = shown(work, user, "invite").await?;
    if row.enrollment != Enrollment::Approved {
        let sentence = "Only approved partners are invited.";
        return Err(Refusal::new(Code::Ref, sentence).example("partner list").into());
    }
    rooms::reach::again(work, manager, &row.user_id).await?;
    Ok(row)
}

fn named(work: &Work<'_>, user: &str, example: &str) -> Result<String, Refusal> {
    person_id(work, user).map_err(|refusal| refusal.example(example))
}

async fn list(work: &mut Work<'_>) -> Result<(), Stop> {
    const READ_MAX: i64 = 1_000;
    let rows = store::all(work.tx, READ_MAX).await?;
    let (approved, _) = store::count(work.tx).await?;
    work.reply(&render::partners(&rows, approved, &work.program.prefix));
    Ok(())
}

async fn shown(work: &mut Work<'_>, user: &str, word: &str) -> Result<PartnerRow, Stop> {
    let user = named(work, user, &format!("partner {word} @ana:example.org"))?;
    let person = access::person(work, &user).await?;
    person.partner.clone().ok_or_else(|| super::rules::no_such_partner().into())
}

async fn ask_removal(
    work: &mut Work<'_>,
    row: &PartnerRow,
    anonymous: bool,
    reason: &str,
) -> Result<(), Stop> {
    let (user, name) = (row.user_id.as_str(), row.name.as_str());
    let (nameless, word) =
        if anonymous { (", without their name", " --anonymous") } else { ("", "") };
    let says = format!(
        " leaves the program, its roles and all its rooms; their results stay on record{nameless}."
    );
    let effect = format!("{user}{says}");
    let line = format!("partner remove {user}{word} {reason}");
    let prompt = Message::notice(Line::new().plain("Remove ").person(name).plain("?"))
        .line(Line::new().code(user).plain(&says));
    let asker = (work.cause.actor.as_str(), work.now + work.program.limits.confirm_ms);
    let prompt = confirm::render::waits(prompt, effect, (&line, ConfirmationId(0)), asker);
    Ok(confirm::ask(work, &line, &prompt).await?)
}

/// As `user_id`, of somebody who can be a partner or of the team: none of our own users.
///
/// # Errors
/// When the text is no user id, or one of ours.
pub fn person_id(work: &Work<'_>, text: &str) -> Result<String, Refusal> {
    let user = user_id(text)?;
    if work.program.is_ours(&user) {
        return Err(Refusal::new(Code::Ref, "That is the bot itself, not a person."));
    }
    Ok(user)
}

/// A full user id; pills and links were already turned into ids. The caller adds an example of its
/// own command.
///
/// # Errors
/// When the text is no user id.
pub fn user_id(text: &str) -> Result<String, Refusal> {
    ruma::UserId::parse(text).map(|id| id.to_string()).map_err(|_| {
        Refusal::new(Code::Ref, "A person is written as @name:server, a pill, or a matrix.to link.")
    })
}
