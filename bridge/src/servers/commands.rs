//! `server check`.
use super::actions::{self, For};
use super::rules;
use crate::platform::access::Caller;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlServer {
    /// Look whether a homeserver can take part: its address, keys, version, clock
    #[command(after_help = "server check partner.org")]
    Check {
        #[arg(value_name = "server")]
        server: String,
    },
}

/// # Errors
/// When the person may not, or it is no server's name.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlServer,
) -> Result<(), Stop> {
    caller.manager()?;
    let ControlServer::Check { server } = words;
    let server = rules::name(&server)?;
    Ok(actions::check_server(work, &server, For::Person).await?)
}
