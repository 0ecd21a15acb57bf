//! Two instances of the program on one PostgreSQL database, and in front of them what hands the homeserver's
//! requests to one after the other, or to the other when one does not answer.
use crate::Outcome;
use crate::facts::Facts;
use crate::house::{Ground, House};
use crate::program::{Program, TWIN};
use crate::wait::until;
use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How long an instance may take before the other one is asked.
const ANSWER_MAX: Duration = Duration::from_secs(1);

pub struct Pair {
    pub house: House,
    twin: Program,
    _balancer: JoinSet<()>,
}

impl Pair {
    /// Both are up; the first one works.
    pub async fn open(owner: &str, more: &str) -> Outcome<Self> {
        let house = House::open_with(Ground::FakePostgres, owner, more).await?;
        let twin = house.program.twin()?;
        twin.launch()?;
        let mut balancer = JoinSet::new();
        let ports = [house.program.registration.port, twin.registration.port];
        let url = balance(&mut balancer, ports).await?;
        house.fake().context("no fake homeserver")?.set_appservice_url(&url);
        let pair = Self { house, twin, _balancer: balancer };
        pair.stands_by(1).await?;
        Ok(pair)
    }

    #[must_use]
    pub fn instance(&self, n: usize) -> &Program {
        if n == 0 { &self.house.program } else { &self.twin }
    }

    /// The instance that works.
    pub async fn holder(&self) -> Outcome<usize> {
        until("an instance to work", || async {
            for n in 0..2 {
                if self.lease(n).await == Some(1) {
                    return Some(n);
                }
            }
            None
        })
        .await
    }

    /// Waits until an instance is up and knows that the other one works.
    pub async fn stands_by(&self, n: usize) -> Outcome<()> {
        let what = format!("instance {n} to stand by");
        let waited = until(&what, || async { (self.lease(n).await == Some(0)).then_some(()) });
        waited.await.with_context(|| self.instance(n).log_tail())
    }

    /// The database ends every connection of an instance.
    pub async fn disconnect(&self, n: usize) -> Outcome<()> {
        let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
            where datname = current_database() and pid <> pg_backend_pid() \
            and application_name = $1";
        // The first one has no name.
        let who = if n == 1 { TWIN } else { "" };
        let ended = Facts::of(self.instance(n)).await?.number(sql, &[who]).await?;
        ensure!(ended > 0, "it had no connection");
        Ok(())
    }

    async fn lease(&self, n: usize) -> Option<u64> {
        self.instance(n).metric("lease").await.ok()
    }
}

struct Targets {
    ports: [u16; 2],
    turn: AtomicUsize,
    http: reqwest::Client,
}

/// Starts it; its URL.
async fn balance(tasks: &mut JoinSet<()>, ports: [u16; 2]) -> Outcome<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let http = reqwest::Client::builder().timeout(ANSWER_MAX).no_proxy().build()?;
    let targets = Arc::new(Targets { ports, turn: AtomicUsize::new(0), http });
    let routes = Router::new().fallback(hand_on).with_state(targets);
    tasks.spawn(async move { drop(axum::serve(listener, routes).await) });
    Ok(url)
}

async fn hand_on(
    State(targets): State<Arc<Targets>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let turn = targets.turn.fetch_add(1, Ordering::Relaxed);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    for n in [turn, turn + 1] {
        let url = format!("http://127.0.0.1:{}{path}", targets.ports[n % 2]);
        let request = targets.http.request(method.clone(), url).headers(headers.clone());
        let Ok(answer) = request.body(body.clone()).send().await else { continue };
        let status = answer.status();
        if let Ok(bytes) = answer.bytes().await {
            return (status, [("content-type", "application/json")], bytes).into_response();
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}
