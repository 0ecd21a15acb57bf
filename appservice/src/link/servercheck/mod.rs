//! Looks at other homeservers over the network, for `bridge::servers`. The name comes from a person, so
//! that every address is looked at before it is asked (`address`), and nothing of what answers is told on
//! but that it is, or is not, a homeserver's answer.
mod address;
mod ask;
mod keys;
#[cfg(test)]
mod tests;

use crate::clock;
use crate::config::FederationConfig;
use anyhow::Context;
use ask::Answer;
use bridge::platform::App;
use bridge::platform::homeserver::{CallError, Homeserver};
use bridge::platform::refusal::Fault;
use bridge::servers::actions;
use bridge::servers::rules::{KeyTrouble, Miss, Seen, Through, Way};
use futures_util::stream::{self, StreamExt};
use reqwest::Certificate;
use ruma::api::client::alias::get_alias;
use ruma::{OwnedRoomAliasId, ServerName};
use serde::Deserialize;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Where servers listen for each other when nothing says otherwise.
const PORT: u16 = 8448;
const HTTPS: u16 = 443;
const REDIRECTS_MAX: usize = 5;
const LOOK_MAX: Duration = Duration::from_secs(45);
/// How long our own homeserver may take to ask the other one.
const THROUGH_MAX: Duration = Duration::from_secs(45);
const SIDE_BY_SIDE: usize = 4;
const IDLE_MS: u64 = 60_000;
const FAULT_MS: u64 = 2_000;
/// Software and version are shown to people.
const WORD_CHARS_MAX: usize = 40;

/// Looks at servers: what it may reach, and whom it trusts.
#[derive(Clone)]
pub struct Looker {
    allow_private: bool,
    roots: Vec<Certificate>,
    /// Where `.well-known` and servers are when nothing says otherwise.
    ports: (u16, u16),
}

/// Where a server is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    way: Way,
    /// A host, and a port.
    host: String,
    port: u16,
    well_known: Option<Miss>,
    may_have_record: bool,
}

/// Makes the looks that are owed, until the future is dropped.
pub async fn run<H: Homeserver>(app: App<H>, looker: Looker) {
    loop {
        let done: Result<(), Fault> = match actions::owed(&app).await {
            Ok(servers) if servers.is_empty() => {
                tokio::select! {
                    biased;
                    () = app.signals.checks.notified() => {}
                    () = app.clock.sleep(IDLE_MS) => {}
                }
                continue;
            }
            Ok(servers) => {
                let looks = servers.iter().map(|server| one(&app, &looker, server));
                let done: Vec<_> =
                    stream::iter(looks).buffer_unordered(SIDE_BY_SIDE).collect().await;
                done.into_iter().collect()
            }
            Err(fault) => Err(fault),
        };
        if let Err(fault) = done {
            tracing::error!(%fault, "what was seen of a server could not be written; trying again");
            app.clock.sleep(FAULT_MS).await;
        }
    }
}

async fn one<H: Homeserver>(app: &App<H>, looker: &Looker, server: &str) -> Result<(), Fault> {
    let (mut seen, through) =
        futures_util::future::join(looker.look(server), through(&app.homeserver, server)).await;
    seen.through = through;
    tracing::info!(server, seen = ?seen.version, "looked at a homeserver");
    actions::record(app, server, &seen).await
}

/// Whether our homeserver reaches the other: it is asked for an alias there that nobody has.
async fn through<H: Homeserver>(homeserver: &H, server: &str) -> Through {
    let Ok(alias) = OwnedRoomAliasId::try_from(format!("#partnerspace-check:{server}")) else {
        return Through::Unknown;
    };
    let asked = timeout(THROUGH_MAX, homeserver.call(get_alias::v3::Request::new(alias))).await;
    match asked {
        Ok(Ok(_) | Err(CallError::Refused { status: 404, .. })) => Through::Reached,
        Ok(Err(CallError::Unknown(_))) => Through::NotReached,
        Ok(Err(_)) | Err(_) => Through::Unknown,
    }
}

impl Looker {
    /// # Errors
    /// When `federation.ca_file` cannot be read.
    pub fn new(config: &FederationConfig, config_file: &Path) -> anyhow::Result<Self> {
        let roots = match &config.ca_file {
            Some(file) => {
                let path = config_file.parent().unwrap_or(Path::new("")).join(file);
                let pem = std::fs::read(&path)
                    .with_context(|| format!("`federation.ca_file`: {}", path.display()))?;
                Certificate::from_pem_bundle(&pem)
                    .context("`federation.ca_file` must hold certificates as PEM")?
            }
            None => Vec::new(),
        };
        Ok(Self { allow_private: config.allow_private, roots, ports: (HTTPS, PORT) })
    }

    /// The same with other usual ports, where those of the world cannot be listened at.
    #[must_use]
    pub fn at_ports(self, https: u16, federation: u16) -> Self {
        Self { ports: (https, federation), ..self }
    }

    /// All that can be seen of a server from here.
    pub async fn look(&self, server: &str) -> Seen {
        let slow = |miss| Seen {
            way: Way::Usual,
            target: server.to_owned(),
            port: PORT,
            well_known: None,
            may_have_record: false,
            version: Err(miss),
            keys: Err(KeyTrouble::Missed(miss)),
            clock_ms: None,
            through: Through::Unknown,
        };
        let Ok(name) = <&ServerName>::try_from(server) else { return slow(Miss::NoSuchHost) };
        timeout(LOOK_MAX, self.whole(name)).await.unwrap_or_else(|_| slow(Miss::Slow))
    }

    async fn whole(&self, name: &ServerName) -> Seen {
        let place = self.find(name).await;
        let Place { way, host, port, well_known, may_have_record } = place;
        let mut seen = Seen {
            way,
            target: format!("{host}:{port}"),
            port,
            well_known,
            may_have_record,
            version: Err(Miss::NoSuchHost),
            keys: Err(KeyTrouble::Missed(Miss::NoSuchHost)),
            clock_ms: None,
            through: Through::Unknown,
        };
        let at = |path: &str| Url::parse(&format!("https://{host}:{port}{path}"));
        let (Ok(version), Ok(keys)) =
            (at("/_matrix/federation/v1/version"), at("/_matrix/key/v2/server"))
        else {
            return seen;
        };
        let answer = self.success(&version).await;
        seen.clock_ms = answer.as_ref().ok().and_then(Answer::clock_ms);
        seen.version = answer.and_then(|answer| read_version(&answer.body));
        seen.keys = match (&seen.version, self.success(&keys)) {
            (Err(miss), _) => Err(KeyTrouble::Missed(*miss)),
            (Ok(_), asked) => match asked.await {
                Ok(answer) => keys::judge(name.as_str(), &answer.body, clock::now()),
                Err(miss) => Err(KeyTrouble::Missed(miss)),
            },
        };
        seen
    }

    async fn success(&self, url: &Url) -> Result<Answer, Miss> {
        let answer = ask::get(url, self.allow_private, &self.roots).await?;
        if answer.location.is_some() {
            return Err(Miss::Redirect);
        }
        if answer.status == 200 { Ok(answer) } else { Err(Miss::Status) }
    }

    /// Where a server is, in the order of the specification; of the name service only addresses are
    /// asked for.
    async fn find(&self, name: &ServerName) -> Place {
        let host = name.host().to_owned();
        if name.is_ip_literal() || name.port().is_some() {
            let port = name.port().unwrap_or(self.ports.1);
            return Place { way: Way::Name, host, port, well_known: None, may_have_record: false };
        }
        match self.well_known(&host).await {
            Ok(Some((host, port))) => Place {
                way: Way::WellKnown,
                host,
                port: port.unwrap_or(self.ports.1),
                well_known: None,
                may_have_record: port.is_none(),
            },
            Ok(None) => {
                let port = self.ports.1;
                Place { way: Way::Usual, host, port, well_known: None, may_have_record: true }
            }
            Err(miss) => Place {
                way: Way::Usual,
                host,
                port: self.ports.1,
                well_known: Some(miss),
                may_have_record: true,
            },
        }
    }

    /// Where a `.well-known` leads; `None` where there is none.
    async fn well_known(&self, host: &str) -> Result<Option<(String, Option<u16>)>, Miss> {
        #[derive(Deserialize)]
        struct WellKnown {
            #[serde(rename = "m.server")]
            server: String,
        }
        let first = format!("https://{host}:{}/.well-known/matrix/server", self.ports.0);
        let Ok(mut url) = Url::parse(&first) else {
            return Ok(None);
        };
        for hop in 0..=REDIRECTS_MAX {
            let answer = match ask::get(&url, self.allow_private, &self.roots).await {
                Ok(answer) => answer,
                // Nothing answers for the host itself: the server may well be elsewhere.
                Err(miss) if hop == 0 && miss != Miss::TooLong => return Ok(None),
                Err(miss) => return Err(miss),
            };
            if let Some(next) = answer.location {
                url = url.join(&next).map_err(|_| Miss::Redirect)?;
                if url.scheme() != "https" {
                    return Err(Miss::Redirect);
                }
                continue;
            }
            if answer.status != 200 {
                return Ok(None);
            }
            let read: WellKnown =
                serde_json::from_slice(&answer.body).map_err(|_| Miss::Unreadable)?;
            let name =
                <&ServerName>::try_from(read.server.as_str()).map_err(|_| Miss::Unreadable)?;
            let port =
                if name.is_ip_literal() { name.port().or(Some(self.ports.1)) } else { name.port() };
            return Ok(Some((name.host().to_owned(), port)));
        }
        Err(Miss::Redirect)
    }
}

fn read_version(body: &[u8]) -> Result<(String, String), Miss> {
    #[derive(Deserialize)]
    struct Version {
        server: Server,
    }
    #[derive(Deserialize)]
    struct Server {
        name: String,
        version: String,
    }
    let read: Version = serde_json::from_slice(body).map_err(|_| Miss::Unreadable)?;
    let word = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ');
        kept.take(WORD_CHARS_MAX).collect()
    };
    Ok((word(&read.server.name), word(&read.server.version)))
}
