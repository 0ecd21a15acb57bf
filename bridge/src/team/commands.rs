//! `role grant`, `role revoke`, `role list`.
use super::{actions, render, store};
use crate::partners::commands::person_id;
use crate::platform::access::Caller;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::status::Role;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlRole {
    /// Make someone a manager or reviewer
    #[command(after_help = "role grant @ana:example.org reviewer")]
    Grant {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "manager|reviewer")]
        role: String,
    },
    /// Take a role away
    #[command(after_help = "role revoke @ana:example.org reviewer")]
    Revoke {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "manager|reviewer")]
        role: String,
    },
    /// Who has which role
    #[command(after_help = "role list")]
    List,
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(work: &mut Work<'_>, caller: &Caller, words: ControlRole) -> Result<(), Stop> {
    match words {
        ControlRole::List => {
            caller.reviewer()?;
            let grants = store::open(work.tx).await?;
            let message = render::list(&work.program.owners, &grants);
            work.reply(&message);
        }
        ControlRole::Grant { user, role } => {
            let owner = caller.owner()?;
            let (user, role) = (named(work, &user, "grant")?, role_of(&role)?);
            let event = actions::grant(work, &owner, &user, role).await?;
            work.reply(&render::changed(&user, role, event));
        }
        ControlRole::Revoke { user, role } => {
            let owner = caller.owner()?;
            let (user, role) = (named(work, &user, "revoke")?, role_of(&role)?);
            let event = actions::revoke(work, &owner, &user, role).await?;
            work.reply(&render::changed(&user, role, event));
        }
    }
    Ok(())
}

fn named(work: &Work<'_>, user: &str, word: &str) -> Result<String, Refusal> {
    let example = format!("role {word} @ana:example.org reviewer");
    person_id(work, user).map_err(|refusal| refusal.example(example))
}

fn role_of(text: &str) -> Result<Role, Refusal> {
    match text.parse() {
        Ok(role @ (Role::Manager | Role::Reviewer)) => Ok(role),
        _ => Err(Refusal::new(
            Code::Usage,
            "A role is manager or reviewer; owners stand in the configuration.",
        )
        .example("role grant @ana:example.org reviewer")),
    }
}
