//! `industry add`, `industry list`, `industry close`.
use super::{actions, render, store};
use crate::platform::access::Caller;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlIndustry {
    /// Open an industry with a channel of its own
    #[command(after_help = "industry add dental \"Dental practices\"")]
    Add {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "name", num_args = 1.., required = true)]
        name: Vec<String>,
    },
    /// All industries
    #[command(after_help = "industry list")]
    List,
    /// Close an industry: no new sales, its channel stays for reading
    #[command(after_help = "industry close dental")]
    Close {
        #[arg(value_name = "slug")]
        slug: String,
    },
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlIndustry,
) -> Result<(), Stop> {
    let (row, event) = match words {
        ControlIndustry::List => {
            caller.reviewer()?;
            let mut views = Vec::new();
            for row in store::all(work.tx).await? {
                let clients = actions::clients(work, &row.slug).await?;
                views.push(render::view(row, clients));
            }
            work.reply(&render::list(views, &work.program.prefix));
            return Ok(());
        }
        ControlIndustry::Add { slug, name } => {
            actions::add(work, &caller.manager()?, &slug, &name.join(" ")).await?
        }
        ControlIndustry::Close { slug } => actions::close(work, &caller.manager()?, &slug).await?,
    };
    let clients = actions::clients(work, &row.slug).await?;
    work.reply(&render::changed(render::view(row, clients), event));
    Ok(())
}
