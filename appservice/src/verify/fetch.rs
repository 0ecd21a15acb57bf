//! The same events from a homeserver, with a user's token: whoever is in the rooms, on whichever server.
use super::events::{Event, take};
use super::{BOARD, PROGRAM};
use anyhow::{Context, bail, ensure};
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

const CALL_MAX: Duration = Duration::from_secs(60);
const TRIES_MAX: usize = 6;
const WAIT_MS_MAX: u64 = 30_000;
const ANSWER_BYTES_MAX: usize = 64 << 20;
const PAGE: &str = "500";
const PAGES_MAX: usize = 2_000;
/// Rooms before a room, after upgrades.
const OLDER_MAX: usize = 20;
const ROOM: &str = "agency.siso.partners.room";

pub struct Server {
    http: Client,
    base: Url,
    token: SecretString,
}

impl Server {
    /// # Errors
    /// When the address is none.
    pub fn new(url: &str, token: SecretString) -> anyhow::Result<Self> {
        let base = Url::parse(url).with_context(|| format!("{url} is no address"))?;
        ensure!(matches!(base.scheme(), "http" | "https"), "{url} is no http(s) address");
        let http = Client::builder().timeout(CALL_MAX).build()?;
        Ok(Self { http, base, token })
    }

    /// The events of the leaderboard room and the Space, found from either.
    ///
    /// # Errors
    /// When the homeserver refuses, or the room is none of a program.
    pub async fn events(&self, room: &str) -> anyhow::Result<Vec<Event>> {
        let room = self.resolved(room).await?;
        let mut events = Vec::new();
        let (space, leaderboard) = self.rooms(&room).await?;
        let mut next = Some(leaderboard);
        for _ in 0..OLDER_MAX {
            let Some(room) = next.take() else { break };
            let state = self.state(&room).await?;
            next = before(&state);
            let filter = json!({ "types": ["m.room.message"] });
            self.pages(&room, &filter, &mut events, |_| false).await?;
            events.extend(state);
        }
        let state = self.state(&space).await?;
        let last = events.iter().filter_map(|event| event.card("extract")?["at"].as_i64()).max();
        let mut moved: BTreeSet<String> = state
            .iter()
            .filter(|event| event.kind == BOARD && stood_at(event) > last.unwrap_or(i64::MAX))
            .filter_map(|event| event.state_key.clone())
            .collect();
        events.extend(state);
        if !moved.is_empty() {
            let filter = json!({ "types": [BOARD] });
            let is_found = |page: &[Event]| {
                for event in page.iter().filter(|event| stood_at(event) <= last.unwrap_or(0)) {
                    moved.remove(event.state_key.as_deref().unwrap_or_default());
                }
                moved.is_empty()
            };
            self.pages(&space, &filter, &mut events, is_found).await?;
        }
        Ok(events)
    }

    /// The Space and the leaderboard room of the program that a room belongs to.
    async fn rooms(&self, room: &str) -> anyhow::Result<(String, String)> {
        let state = self.state(room).await?;
        let of = |state: &[Event], kind: &str| {
            state.iter().find(|event| event.kind == kind).map(|event| event.content.clone())
        };
        let (space, program) = match (of(&state, PROGRAM), of(&state, ROOM)) {
            (Some(program), _) => (room.to_owned(), program),
            (None, Some(own)) => {
                let space = own["program"].as_str().context("the room names no Space")?.to_owned();
                let state = self
                    .state(&space)
                    .await
                    .context("the Space cannot be read; join it with the same account")?;
                (space, of(&state, PROGRAM).context("the Space says nothing of a program")?)
            }
            (None, None) => bail!("{room} is no room of a partner program"),
        };
        let leaderboard = program["rooms"]["leaderboard"].as_str();
        Ok((space, leaderboard.context("the program has no leaderboard room")?.to_owned()))
    }

    async fn resolved(&self, room: &str) -> anyhow::Result<String> {
        if !room.starts_with('#') {
            return Ok(room.to_owned());
        }
        let answer = self.get(&["directory", "room", room], &[]).await?;
        Ok(answer["room_id"].as_str().context("the alias leads to no room")?.to_owned())
    }

    async fn state(&self, room: &str) -> anyhow::Result<Vec<Event>> {
        let answer = self.get(&["rooms", room, "state"], &[]).await?;
        let mut events = Vec::new();
        take(&answer, &mut events)?;
        Ok(events)
    }

    /// Reads a room back from its end, page by page, until it is through or enough was seen.
    async fn pages(
        &self,
        room: &str,
        filter: &Value,
        events: &mut Vec<Event>,
        mut is_enough: impl FnMut(&[Event]) -> bool,
    ) -> anyhow::Result<()> {
        let (filter, mut from) = (filter.to_string(), None::<String>);
        for _ in 0..PAGES_MAX {
            let mut query = vec![("dir", "b"), ("limit", PAGE), ("filter", filter.as_str())];
            if let Some(from) = &from {
                query.push(("from", from));
            }
            let answer = self.get(&["rooms", room, "messages"], &query).await?;
            let mut page = Vec::new();
            take(&answer["chunk"], &mut page)?;
            let enough = is_enough(&page);
            events.append(&mut page);
            from = answer["end"].as_str().map(str::to_owned);
            if enough || from.is_none() {
                return Ok(());
            }
        }
        bail!("{room} has more than {PAGES_MAX} pages of messages")
    }

    async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| anyhow::anyhow!("the address has no path"))?
            .pop_if_empty()
            .extend(["_matrix", "client", "v3"])
            .extend(path);
        url.query_pairs_mut().extend_pairs(query);
        for _ in 0..TRIES_MAX {
            let request = self.http.get(url.clone()).bearer_auth(self.token.expose_secret());
            let answer = request.send().await.map_err(reqwest::Error::without_url)?;
            let status = answer.status();
            let body = body(answer).await?;
            if status == StatusCode::TOO_MANY_REQUESTS {
                let wait = body["retry_after_ms"].as_u64().unwrap_or(1_000).min(WAIT_MS_MAX);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                continue;
            }
            if status.is_success() {
                return Ok(body);
            }
            let why = body["error"].as_str().unwrap_or_default();
            bail!("the homeserver answers {status} to {}: {why}", path.join("/"));
        }
        bail!("the homeserver says again and again to wait")
    }
}

/// A homeserver's answer, up to a size.
async fn body(mut answer: reqwest::Response) -> anyhow::Result<Value> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        ensure!(bytes.len() + chunk.len() <= ANSWER_BYTES_MAX, "an answer is too large");
        bytes.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

/// The room that a room has taken the place of.
fn before(state: &[Event]) -> Option<String> {
    let create = state.iter().find(|event| event.kind == "m.room.create")?;
    create.content["predecessor"]["room_id"].as_str().map(str::to_owned)
}

fn stood_at(event: &Event) -> i64 {
    event.content["updated_at"].as_i64().unwrap_or_default()
}
