//! `organization` in the control room, `team` for an organization's own people.
mod answers;
mod money;

pub use answers::{answered, asked, pressed};

use super::actions::{self, New, team};
use super::{render, rules, store};
use crate::partners::commands::person_id;
use crate::platform::access::{self, Caller, Place};
use crate::platform::commands::{PROSE, Said};
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::rooms::rules::RoomKey;
use schema::card::OrganizationEvent;
use schema::status::TeamRole;

/// The team's commands about organizations.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlOrganization {
    /// Add a partner organization, with its homeservers and the person who leads it
    #[command(
        after_help = "organization add acme \"Acme\" --server acme.example --contact @ana:acme.example"
    )]
    Add {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "name", num_args = 1.., required = true)]
        name: Vec<String>,
        /// A homeserver of its people; again for more
        #[arg(long, value_name = "server")]
        server: Vec<String>,
        /// Who leads it: they are asked in, and ask their people in
        #[arg(long, value_name = "@user:server")]
        contact: Option<String>,
    },
    /// All organizations
    #[command(after_help = "organization list")]
    List,
    /// One organization and its people
    #[command(after_help = "organization show acme")]
    Show {
        #[arg(value_name = "slug")]
        slug: String,
    },
    /// Declare a homeserver of its people, or take one back
    #[command(after_help = "organization server acme --add acme.example")]
    Server {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(long, value_name = "server")]
        add: Vec<String>,
        #[arg(long, value_name = "server")]
        remove: Vec<String>,
    },
    /// Say who leads it, beside those who do
    #[command(after_help = "organization lead acme @ana:acme.example")]
    Lead {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "@user:server")]
        user: String,
    },
    /// How many people it may have
    #[command(after_help = "organization quota acme 20")]
    Quota {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "places")]
        places: String,
    },
    /// Shut an organization and its people out for now
    #[command(after_help = "organization suspend acme under review")]
    Suspend {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Let a suspended organization in again
    #[command(after_help = "organization reinstate acme")]
    Reinstate {
        #[arg(value_name = "slug")]
        slug: String,
    },
    /// End the partnership with an organization and its people; asks first
    #[command(after_help = "organization remove acme contract ended")]
    Remove {
        #[arg(value_name = "slug")]
        slug: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
}

/// What the people of an organization may say.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerTeam {
    /// Who belongs to your organization
    #[command(after_help = "team list")]
    List,
    /// Your organization's figures: sums for all, member by member for a lead in our chat
    #[command(alias = "report", after_help = "team numbers\nteam numbers 2026-10")]
    Numbers {
        /// The present month when absent
        #[arg(value_name = "month|quarter|2026-10")]
        period: Option<String>,
    },
    /// What your people's sales earned, line by line; for leads, in our own chat
    #[command(after_help = "team statement\nteam statement 2026-10 --file csv")]
    Statement {
        /// The present month when absent
        #[arg(value_name = "YYYY-MM")]
        month: Option<String>,
        /// All lines, as a table
        #[arg(long, value_name = "csv")]
        file: Option<String>,
    },
    /// Ask a colleague in
    #[command(after_help = "team invite @ben:acme.example")]
    Invite {
        #[arg(value_name = "@user:server")]
        user: String,
        /// They lead as you do
        #[arg(long)]
        lead: bool,
    },
    /// Send somebody away, or take an invitation back; asks first
    #[command(after_help = "team remove @ben:acme.example")]
    Remove {
        #[arg(value_name = "@user:server")]
        user: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
    /// Let somebody lead as you do, or no longer
    #[command(after_help = "team lead @ben:acme.example\nteam lead @ben:acme.example --end")]
    Lead {
        #[arg(value_name = "@user:server")]
        user: String,
        /// They are a member again
        #[arg(long)]
        end: bool,
    },
    /// Leave your organization; asks first
    #[command(after_help = "team leave")]
    Leave {
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

impl PartnerTeam {
    /// Whether it only asks.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(self, Self::List | Self::Numbers { .. } | Self::Statement { .. })
    }
}

/// Organizations in one list.
const LIST_MAX: i64 = 30;

/// # Errors
/// When the person is no manager, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlOrganization,
    confirmed: bool,
) -> Result<(), Stop> {
    use ControlOrganization as Words;
    let manager = caller.manager()?;
    let (row, event) = match words {
        Words::List => return list(work).await,
        Words::Show { slug } => (actions::find(work, &slug).await?, OrganizationEvent::Shown),
        Words::Add { slug, name, server, contact } => {
            let contact = contact.map(|user| lead_id(work, &user)).transpose()?;
            let new = New { slug, name: name.join(" "), servers: server, contact };
            actions::add(work, &manager, &new).await?
        }
        Words::Server { slug, add, remove } => {
            servers(work, &manager, &slug, (add, remove)).await?
        }
        Words::Lead { slug, user } => {
            let user = lead_id(work, &user)?;
            (actions::set_lead(work, &manager, &slug, &user).await?, OrganizationEvent::Changed)
        }
        Words::Quota { slug, places } => {
            let row = actions::present(work, &slug).await?;
            actions::set_quota(work, &manager, &row.slug, rules::places(&places)?).await?;
            (actions::present(work, &slug).await?, OrganizationEvent::Changed)
        }
        Words::Suspend { slug, reason } => {
            let reason = reason.unwrap_or_default();
            let row = actions::suspend(work, &manager, &slug, &reason).await?;
            (row, OrganizationEvent::Suspended)
        }
        Words::Reinstate { slug } => {
            (actions::reinstate(work, &manager, &slug).await?, OrganizationEvent::Reinstated)
        }
        Words::Remove { slug, yes, reason } => {
            let reason = reason.unwrap_or_default();
            if !(yes || confirmed) {
                return ask_removal(work, &slug, &reason).await;
            }
            (actions::remove(work, &manager, &slug, &reason).await?, OrganizationEvent::Removed)
        }
    };
    let people = store::members::of_organization(work.tx, &row.slug).await?;
    let shown = if event == OrganizationEvent::Shown { people } else { Vec::new() };
    let view = actions::view(work, row).await?;
    work.reply(&render::one(view, &shown, event));
    Ok(())
}

fn lead_id(work: &Work<'_>, user: &str) -> Result<String, Refusal> {
    person_id(work, user)
        .map_err(|refusal| refusal.example("organization lead acme @ana:acme.example"))
}

async fn servers(
    work: &mut Work<'_>,
    manager: &access::Manager,
    slug: &str,
    (add, remove): (Vec<String>, Vec<String>),
) -> Result<(store::OrganizationRow, OrganizationEvent), Stop> {
    let row = actions::present(work, slug).await?;
    let read = |names: Vec<String>| -> Result<Vec<String>, Refusal> {
        names.iter().map(|name| rules::server(name)).collect()
    };
    let (add, remove) = (read(add)?, read(remove)?);
    if add.is_empty() && remove.is_empty() {
        let sentence = "Say which homeserver is to be added or removed.";
        return Err(Refusal::new(Code::Usage, sentence)
            .example(format!("organization server {} --add acme.example", row.slug))
            .into());
    }
    let mut changed = actions::remove_servers(work, manager, &row.slug, &remove).await?;
    changed |= actions::add_servers(work, manager, &row.slug, &add).await?;
    let event = if changed { OrganizationEvent::Changed } else { OrganizationEvent::Unchanged };
    Ok((row, event))
}

async fn list(work: &mut Work<'_>) -> Result<(), Stop> {
    let mut views = Vec::new();
    for row in store::all(work.tx, LIST_MAX).await? {
        views.push(actions::view(work, row).await?);
    }
    let count = store::count(work.tx).await?;
    work.reply(&render::list(views, count, &work.program.prefix));
    Ok(())
}

async fn ask_removal(work: &mut Work<'_>, slug: &str, reason: &str) -> Result<(), Stop> {
    let row = actions::present(work, slug).await?;
    let reason = rules::reason(reason, "remove")?;
    let line = format!("organization remove {} {reason}", row.slug);
    let view = actions::view(work, row).await?;
    let asker = (work.cause.actor.clone(), work.now + work.program.limits.confirm_ms);
    let prompt = render::ask_removal(&view, &line, (&asker.0, asker.1));
    Ok(confirm::ask(work, &line, &prompt).await?)
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerTeam,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let Some(own) = partner.row().organization.clone() else {
        return Err(access::no_team().into());
    };
    let elsewhere = RoomKey::Organization(own.clone()).to_string();
    let among_us = match &caller.place {
        Place::Direct => true,
        Place::Kept { key, .. } => *key == elsewhere,
        _ => false,
    };
    if !among_us {
        let sentence = "Your team is your own matter: say this in your organization's room, or in a direct chat with me.";
        return Err(Refusal::new(Code::Room, sentence).example("team list").into());
    }
    match words {
        PartnerTeam::List => team::list(work, &own).await,
        PartnerTeam::Numbers { period } => money::numbers(work, caller, &own, period).await,
        PartnerTeam::Statement { month, file } => {
            money::statement(work, caller, month.as_deref(), file).await
        }
        PartnerTeam::Invite { user, lead } => {
            let user = named(work, &user, "invite")?;
            let role = if lead { TeamRole::Lead } else { TeamRole::Member };
            team::invite(work, &caller.lead()?, (&user, role)).await
        }
        PartnerTeam::Lead { user, end } => {
            let user = named(work, &user, "lead")?;
            let role = if end { TeamRole::Member } else { TeamRole::Lead };
            team::set_role(work, &caller.lead()?, (&user, role)).await
        }
        PartnerTeam::Remove { user, yes } => {
            let user = named(work, &user, "remove")?;
            remove(work, &caller.lead()?, &user, yes || said.confirmed).await
        }
        PartnerTeam::Leave { yes } => {
            if yes || said.confirmed {
                return team::leave(work, &partner).await;
            }
            let (organization, member) = team::leavable(work, &partner).await?;
            let user = partner.row().user_id.clone();
            ask_gone(work, &organization, (&user, member.admitted), "team leave").await
        }
    }
}

fn named(work: &Work<'_>, user: &str, word: &str) -> Result<String, Refusal> {
    person_id(work, user)
        .map_err(|refusal| refusal.example(format!("team {word} @ben:acme.example")))
}

async fn remove(
    work: &mut Work<'_>,
    lead: &access::Lead,
    user: &str,
    sure: bool,
) -> Result<(), Stop> {
    let (organization, goes) = team::removable(work, lead, user).await?;
    match goes {
        team::Goes::Member(_, member) if !sure => {
            let line = format!("team remove {user}");
            ask_gone(work, &organization, (user, member.admitted), &line).await
        }
        _ => team::remove(work, lead, user).await,
    }
}

async fn ask_gone(
    work: &mut Work<'_>,
    organization: &store::OrganizationRow,
    who: (&str, bool),
    line: &str,
) -> Result<(), Stop> {
    let asker = (work.cause.actor.clone(), work.now + work.program.limits.confirm_ms);
    let prompt = render::team::ask_gone(organization, who, line, (&asker.0, asker.1));
    Ok(confirm::ask(work, line, &prompt).await?)
}
