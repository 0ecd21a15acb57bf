//! The bare durable echo: filter, one commit, reply. Nothing of the program is in it; it shows what
//! this machine, axum, sqlx and SQLite with `synchronous=full` give at best.

use std::borrow::Cow;
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, put};
use serde::Deserialize;
use serde_json::value::RawValue;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, mpsc};

use crate::wire::Client;

const LANES: usize = 64;

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Seen<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    sender: Cow<'a, str>,
    #[serde(borrow)]
    room_id: Cow<'a, str>,
    #[serde(borrow)]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    content: Content<'a>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    body: Cow<'a, str>,
}

struct Owed {
    room: String,
    event: String,
    seq: u64,
}

struct Echo {
    db: Mutex<(SqliteConnection, u64)>,
    worker: mpsc::UnboundedSender<Vec<Owed>>,
}

/// `load echo-server <listen> <homeserver> <database>`
pub fn main(args: &[String]) -> Result<()> {
    let [listen, homeserver, database] = args else { anyhow::bail!("three arguments") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let options = SqliteConnectOptions::from_str(&format!("sqlite:{database}"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut db = options.connect().await?;
        sqlx::query("create table if not exists inbox (event_id text not null primary key)")
            .execute(&mut db)
            .await?;
        let (worker, owed) = mpsc::unbounded_channel();
        let address = homeserver.trim_start_matches("http://").to_owned();
        tokio::spawn(dispatch(owed, address));
        let echo = Arc::new(Echo { db: Mutex::new((db, 0)), worker });
        let app = Router::new()
            .route("/_matrix/app/v1/transactions/{id}", put(receive))
            .route("/health/ready", get(async || "{}"))
            .layer(axum::extract::DefaultBodyLimit::max(16 << 20))
            .with_state(echo);
        let listener = tokio::net::TcpListener::bind(listen).await?;
        axum::serve(listener, app).await.context("serve")
    })
}

async fn receive(State(echo): State<Arc<Echo>>, body: Bytes) -> axum::Json<serde_json::Value> {
    let Ok(outer) = serde_json::from_slice::<Outer<'_>>(&body) else {
        return axum::Json(serde_json::json!({}));
    };
    let passed: Vec<Seen<'_>> = outer
        .events
        .iter()
        .filter_map(|raw| serde_json::from_str::<Seen<'_>>(raw.get()).ok())
        .filter(|seen| seen.kind == "m.room.message" && !seen.sender.starts_with("@partners_"))
        .filter(|seen| seen.content.body.starts_with('!'))
        .collect();
    if !passed.is_empty() {
        let owed = store(&echo, &passed).await.unwrap_or_default();
        let _ = echo.worker.send(owed);
    }
    axum::Json(serde_json::json!({}))
}

async fn store(echo: &Echo, passed: &[Seen<'_>]) -> Result<Vec<Owed>> {
    let mut guard = echo.db.lock().await;
    let (db, seq) = &mut *guard;
    let mut tx = db.begin().await?;
    let mut owed = Vec::with_capacity(passed.len());
    for seen in passed {
        let done = sqlx::query("insert or ignore into inbox (event_id) values ($1)")
            .bind(&*seen.event_id)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 1 {
            *seq += 1;
            let (room, event) = (seen.room_id.to_string(), seen.event_id.to_string());
            owed.push(Owed { room, event, seq: *seq });
        }
    }
    tx.commit().await?;
    Ok(owed)
}

/// One lane per room keeps order; at most 64 at work.
async fn dispatch(mut owed: mpsc::UnboundedReceiver<Vec<Owed>>, address: String) {
    let mut lanes = Vec::new();
    for _ in 0..LANES {
        let (lane, rows) = mpsc::unbounded_channel();
        tokio::spawn(send(rows, address.clone()));
        lanes.push(lane);
    }
    let mut lane_of: HashMap<String, usize> = HashMap::new();
    while let Some(rows) = owed.recv().await {
        for row in rows {
            let next = lane_of.len() % LANES;
            let lane = *lane_of.entry(row.room.clone()).or_insert(next);
            let _ = lanes[lane].send(row);
        }
    }
}

async fn send(mut rows: mpsc::UnboundedReceiver<Owed>, address: String) {
    let mut client = Client::new(&address);
    while let Some(row) = rows.recv().await {
        let target = format!(
            "/_matrix/client/v3/rooms/{}/send/m.room.message/e{}?user_id=@partners_bot:bench.example",
            row.room, row.seq
        );
        let event = &row.event;
        let body = format!(
            r#"{{"msgtype":"m.notice","body":"echo","format":"org.matrix.custom.html","formatted_body":"<p><strong>echo</strong></p>","m.mentions":{{}},"m.relates_to":{{"m.in_reply_to":{{"event_id":"{event}"}}}},"agency.siso.partners.card":{{"v":1,"kind":"echo"}},"agency.siso.partners.txn":"e{}"}}"#,
            row.seq
        );
        let mut tries = 0;
        while !matches!(client.call("PUT", &target, "as-secret", &body).await, Ok((200, _))) {
            tries += 1;
            tokio::time::sleep(std::time::Duration::from_millis(5 * tries.min(20))).await;
        }
    }
}
