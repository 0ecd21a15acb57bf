//! `verify`: what a partner's side checks of boards and results, from an export or its own homeserver.
//! It needs neither configuration nor database.
use crate::verify::events::{self, Event};
use crate::verify::fetch::Server;
use crate::verify::{Verdict, judge};
use anyhow::{Context, bail, ensure};
use clap::Args;
use secrecy::SecretString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Where a token is looked for when no file is named.
const TOKEN: &str = "PARTNERSPACE_TOKEN";
const FILE_BYTES_MAX: u64 = 1 << 30;
const TOKEN_BYTES_MAX: u64 = 64 << 10;

#[derive(Args)]
pub struct Verify {
    /// An export of the leaderboard room, and of the Space (JSON); with --homeserver a room's id or alias.
    #[arg(long, required = true, value_name = "FILE|ROOM")]
    room: Vec<String>,
    /// Read the rooms from here, with the token of a user who is in them: in PARTNERSPACE_TOKEN, or in
    /// the file that --token-file names.
    #[arg(long, value_name = "URL")]
    homeserver: Option<String>,
    /// A file that holds the user's access token and nothing else.
    #[arg(long, value_name = "FILE", requires = "homeserver")]
    token_file: Option<PathBuf>,
    /// The program's bot; otherwise who made the rooms.
    #[arg(long, value_name = "@BOT:SERVER")]
    bot: Option<String>,
}

impl Verify {
    /// # Errors
    /// One sentence: what could not be read.
    pub async fn run(&self) -> anyhow::Result<Verdict> {
        let mut events = Vec::new();
        match &self.homeserver {
            Some(url) => {
                let server = Server::new(url, self.token()?)?;
                for room in &self.room {
                    events.extend(server.events(room).await?);
                }
            }
            None => {
                for file in &self.room {
                    events.extend(read(file)?);
                }
            }
        }
        Ok(judge(&events, self.bot.as_deref()))
    }

    fn token(&self) -> anyhow::Result<SecretString> {
        let text = match &self.token_file {
            Some(file) => limited(file, TOKEN_BYTES_MAX)?,
            None => std::env::var(TOKEN).ok().with_context(|| {
                format!("No token: put one into {TOKEN}, or name a file with --token-file.")
            })?,
        };
        let token = text.trim();
        ensure!(!token.is_empty(), "The token is empty.");
        Ok(SecretString::from(token.to_owned()))
    }
}

fn read(file: &str) -> anyhow::Result<Vec<Event>> {
    let path = Path::new(file);
    if file.starts_with(['!', '#']) && !path.exists() {
        bail!("{file} is a room: say with --homeserver where to read it, or name a file.");
    }
    events::read(&limited(path, FILE_BYTES_MAX)?).with_context(|| format!("{file} cannot be used"))
}

fn limited(path: &Path, bytes_max: u64) -> anyhow::Result<String> {
    let cannot = || format!("{} cannot be read", path.display());
    let file = File::open(path).with_context(cannot)?;
    let mut text = String::new();
    let read = file.take(bytes_max + 1).read_to_string(&mut text).with_context(cannot)?;
    ensure!(read as u64 <= bytes_max, "{} is too large", path.display());
    Ok(text)
}
