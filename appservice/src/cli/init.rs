//! `init`: from nothing to a configuration and a registration that agree, with fresh tokens.
use crate::config::registration::Registration;
use crate::config::{self, Config, private};
use anyhow::{Context, bail};
use clap::Args;
use rand::rand_core::CryptoRng;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Init {
    /// The part of user ids after the colon.
    #[arg(long, value_name = "NAME")]
    server_name: String,
    /// Where the homeserver's client API answers, as seen from here.
    #[arg(long, default_value = "http://127.0.0.1:8008", value_name = "URL")]
    homeserver_url: String,
    /// An owner's full user id; repeatable.
    #[arg(long, required = true, value_name = "@USER:SERVER")]
    owner: Vec<String>,
    /// Where to listen for the homeserver.
    #[arg(long, default_value = "127.0.0.1:29333", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Where the homeserver reaches us; by default made from --listen.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// `sqlite:<path>` or `postgres://…`.
    #[arg(long, default_value = "sqlite:partnerspace.db", value_name = "URL")]
    database: String,
    /// The program's name, as people see it.
    #[arg(long, default_value = "Partner program")]
    name: String,
    /// ISO 4217 code in which sales are claimed.
    #[arg(long, default_value = "EUR", value_name = "CODE")]
    currency: String,
    /// The zone that decides when a day ends.
    #[arg(long, default_value = "Europe/Berlin", value_name = "AREA/CITY")]
    timezone: String,
    /// Version of the rooms that are made: 11 or 12.
    #[arg(long, default_value = "12", value_name = "N")]
    room_version: String,
    /// Where to write both files; by default beside --config.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Replace files that exist. The homeserver then needs the new registration.
    #[arg(long)]
    force: bool,
}

impl Init {
    /// Writes both files and gives what to tell the person.
    ///
    /// # Errors
    /// One sentence: a setting that cannot be, or a file that cannot be written.
    pub fn run(&self, rng: &mut impl CryptoRng, config_file: &Path) -> anyhow::Result<String> {
        let file = match &self.dir {
            Some(dir) => dir.join(config_file.file_name().context("--config names no file")?),
            None => config_file.to_owned(),
        };
        let text = self.toml();
        let config = config::parse(&text)?;
        let registration_file = config.registration_path(&file);
        if !self.force {
            refuse_existing(&[&file, &registration_file])?;
        }
        if let Some(dir) = file.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            std::fs::create_dir_all(dir)
                .with_context(|| format!("{} cannot be made", dir.display()))?;
        }
        let registration = Registration::for_config(&config, rng);
        registration.write(&registration_file, self.force).map_err(anyhow::Error::msg)?;
        private::write(&file, &text, self.force).map_err(anyhow::Error::msg)?;
        Ok(next_steps(&config, &file, &absolute(&registration_file)))
    }

    fn toml(&self) -> String {
        let q = |text: &str| toml::Value::from(text).to_string();
        let owners: Vec<String> = self.owner.iter().map(|owner| q(owner)).collect();
        let url = self.url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        format!(
            include_str!("partnerspace.toml.txt"),
            owners = owners.join(", "),
            homeserver_url = q(&self.homeserver_url),
            server_name = q(&self.server_name),
            listen = q(&self.listen.to_string()),
            url = q(&url),
            database = q(&self.database),
            name = q(&self.name),
            currency = q(&self.currency),
            timezone = q(&self.timezone),
            room_version = q(&self.room_version),
        )
    }
}

fn refuse_existing(files: &[&Path]) -> anyhow::Result<()> {
    for file in files {
        if std::fs::symlink_metadata(file).is_ok() {
            bail!("{} exists already; --force replaces it.", file.display());
        }
    }
    Ok(())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn next_steps(config: &Config, file: &Path, registration: &Path) -> String {
    format!(
        include_str!("next_steps.txt"),
        file = file.display(),
        registration = registration.display(),
        server = config.homeserver.server_name,
    )
}
