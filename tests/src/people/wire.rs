//! A client of a few requests over plain HTTP: for the fake homeserver, which does not offer all
//! that matrix-sdk asks for, and for load.
use super::timeline::Timeline;
use crate::Outcome;
use anyhow::{Context, ensure};
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// As far as a person scrolls up at once.
const PAGES_MAX: usize = 20;
const AFTER_FAILURE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub struct Wire {
    http: Client,
    base: String,
    token: String,
}

impl Wire {
    pub fn new(url: &str, token: &str) -> Self {
        let base = format!("{}/_matrix/client/v3/", url.trim_end_matches('/'));
        Self { http: Client::new(), base, token: token.to_owned() }
    }

    pub async fn join(&self, room: &str) -> Outcome<String> {
        let answer = self.call(Method::POST, &["join", room], Some(&json!({}))).await?;
        text(&answer, "room_id")
    }

    pub async fn leave(&self, room: &str) -> Outcome<()> {
        self.call(Method::POST, &["rooms", room, "leave"], Some(&json!({}))).await.map(drop)
    }

    pub async fn create_room(&self, body: Value) -> Outcome<String> {
        text(&self.call(Method::POST, &["createRoom"], Some(&body)).await?, "room_id")
    }

    pub async fn resolve(&self, alias: &str) -> Outcome<String> {
        text(&self.call(Method::GET, &["directory", "room", alias], None).await?, "room_id")
    }

    pub async fn send(
        &self,
        room: &str,
        kind: &str,
        content: &Value,
        txn: &str,
    ) -> Outcome<String> {
        let path = ["rooms", room, "send", kind, txn];
        text(&self.call(Method::PUT, &path, Some(content)).await?, "event_id")
    }

    pub async fn redact(&self, room: &str, event: &str, txn: &str) -> Outcome<()> {
        let path = ["rooms", room, "redact", event, txn];
        self.call(Method::PUT, &path, Some(&json!({}))).await.map(drop)
    }

    pub async fn set_state(
        &self,
        room: &str,
        kind: &str,
        key: &str,
        content: &Value,
    ) -> Outcome<()> {
        let path = ["rooms", room, "state", kind, key];
        self.call(Method::PUT, &path, Some(content)).await.map(drop)
    }

    pub async fn set_account_data(&self, user: &str, kind: &str, content: &Value) -> Outcome<()> {
        let path = ["user", user, "account_data", kind];
        self.call(Method::PUT, &path, Some(content)).await.map(drop)
    }

    pub async fn state(&self, room: &str, kind: &str, key: &str) -> Outcome<Option<Value>> {
        let request = self.request(Method::GET, &["rooms", room, "state", kind, key])?;
        let answer = request.send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let status = answer.status();
        ensure!(status.is_success(), "state {kind} {key}: {status} {}", answer.text().await?);
        Ok(Some(answer.json().await?))
    }

    pub async fn file(&self, uri: &str) -> Outcome<Vec<u8>> {
        let (server, id) = uri
            .strip_prefix("mxc://")
            .and_then(|rest| rest.split_once('/'))
            .with_context(|| format!("no file at “{uri}”"))?;
        let mut url = Url::parse(&self.base)?.join("../v1/media/download/")?;
        url.path_segments_mut().ok().context("no path")?.pop_if_empty().extend([server, id]);
        let request = self.http.get(url).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?.bytes().await?.to_vec())
    }

    /// Reads on for ever; the homeserver may be down for a while.
    pub async fn follow(self, timeline: Arc<Timeline>) {
        let mut since = None;
        loop {
            match self.sync(since.as_deref()).await {
                Ok(batch) => {
                    show(&batch, &timeline);
                    if since.is_some() {
                        self.close_gaps(&batch, &timeline).await;
                    }
                    since = batch["next_batch"].as_str().map(str::to_owned);
                }
                Err(_down) => tokio::time::sleep(AFTER_FAILURE).await,
            }
        }
    }

    async fn sync(&self, since: Option<&str>) -> Outcome<Value> {
        let filter = r#"{"room":{"timeline":{"limit":5000}}}"#;
        let mut url = self.url(&["sync"])?;
        url.query_pairs_mut().append_pair("filter", filter);
        if let Some(since) = since {
            url.query_pairs_mut().append_pair("since", since).append_pair("timeout", "30000");
        }
        let request = self.http.get(url).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// What another homeserver had to say while it could not is not pushed to a client, event by
    /// event: it is told that there is a gap, and reads backwards, as a person who scrolls up.
    async fn close_gaps(&self, batch: &Value, timeline: &Timeline) {
        for (room, joined) in batch["rooms"]["join"].as_object().into_iter().flatten() {
            let mut from = joined["timeline"]["prev_batch"].as_str().map(str::to_owned);
            for _page in 0..PAGES_MAX {
                let Some(at) = from.filter(|_| joined["timeline"]["limited"] == true) else {
                    break;
                };
                let Ok(page) = self.back(room, &at).await else { break };
                let events = page["chunk"].as_array().map_or(&[][..], Vec::as_slice);
                if !events.iter().fold(false, |any, event| timeline.show(room, event.clone()) | any)
                {
                    break;
                }
                from = page["end"].as_str().map(str::to_owned);
            }
        }
        timeline.wake();
    }

    async fn back(&self, room: &str, from: &str) -> Outcome<Value> {
        let mut url = self.url(&["rooms", room, "messages"])?;
        url.query_pairs_mut().extend_pairs([("dir", "b"), ("limit", "100"), ("from", from)]);
        let request = self.http.get(url).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    async fn call(&self, method: Method, path: &[&str], body: Option<&Value>) -> Outcome<Value> {
        let mut request = self.request(method, path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{}: {status} {text}", path.join("/"));
        Ok(serde_json::from_str(&text)?)
    }

    fn request(&self, method: Method, path: &[&str]) -> Outcome<reqwest::RequestBuilder> {
        Ok(self.http.request(method, self.url(path)?).bearer_auth(&self.token))
    }

    fn url(&self, path: &[&str]) -> Outcome<Url> {
        let mut url = Url::parse(&self.base)?;
        url.path_segments_mut().ok().context("not an HTTP address")?.pop_if_empty().extend(path);
        Ok(url)
    }
}

/// The events of one `/sync` answer.
fn show(batch: &Value, timeline: &Timeline) {
    for (room, joined) in batch["rooms"]["join"].as_object().into_iter().flatten() {
        for event in joined["timeline"]["events"].as_array().into_iter().flatten() {
            timeline.show(room, event.clone());
        }
    }
    for (room, invited) in batch["rooms"]["invite"].as_object().into_iter().flatten() {
        for event in invited["invite_state"]["events"].as_array().into_iter().flatten() {
            timeline.invite(room, event);
        }
    }
    timeline.wake();
}

fn text(answer: &Value, key: &str) -> Outcome<String> {
    Ok(answer[key].as_str().with_context(|| format!("no {key} in {answer}"))?.to_owned())
}
