//! `industry add`, `industry list`, `industry close`.
use super::rules::Target;
use super::{actions, render, rules, store};
use crate::platform::access::Caller;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::sales::claim;

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
    /// How many accounts there are to be won
    #[command(
        after_help = "industry target dental 120\nindustry target dental 150 --from 2027-01-01"
    )]
    Target {
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "accounts")]
        accounts: String,
        /// The day from which it counts; today when absent
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<String>,
    },
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
                views.push(actions::view(work, row).await?);
            }
            work.reply(&render::list(views, &work.program.prefix));
            return Ok(());
        }
        ControlIndustry::Target { slug, accounts, from } => {
            let today = work.today();
            let from = from.map_or(Ok(today), |text| {
                let example = format!("industry target dental 120 --from {today}");
                claim::day(&text, today).map_err(|refusal| refusal.example(example))
            })?;
            let target = Target { accounts: rules::accounts(&accounts)?, from };
            let row = actions::set_target(work, &caller.manager()?, &slug, target).await?;
            let view = actions::view(work, row).await?;
            work.reply(&render::targeted(view, target));
            return Ok(());
        }
        ControlIndustry::Add { slug, name } => {
            actions::add(work, &caller.manager()?, &slug, &name.join(" ")).await?
        }
        ControlIndustry::Close { slug } => actions::close(work, &caller.manager()?, &slug).await?,
    };
    let view = actions::view(work, row).await?;
    work.reply(&render::changed(view, event));
    Ok(())
}
