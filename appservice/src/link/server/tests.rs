//! The appservice HTTP rows of the bad inputs (H01–H21), against a real bound listener.
use super::*;
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TOKEN: &str = "hs-token-0123456789";
const TXN: &str = "/_matrix/app/v1/transactions/1";

/// Keeps what it is given, or answers as told.
#[derive(Clone, Default)]
struct Kept {
    events: Arc<Mutex<Vec<String>>>,
    refuse: Arc<Mutex<Option<NotAccepted>>>,
    stuck_ms: Arc<Mutex<Option<i64>>>,
}

impl Sink for Kept {
    fn stuck_ms(&self, _now: i64) -> Option<i64> {
        *self.stuck_ms.lock().unwrap()
    }

    async fn accept(&self, events: &[&RawValue], now: i64) -> Result<(), NotAccepted> {
        assert!(now > 1_700_000_000_000);
        if let Some(why) = *self.refuse.lock().unwrap() {
            return Err(why);
        }
        self.events.lock().unwrap().extend(events.iter().map(|raw| raw.get().to_owned()));
        Ok(())
    }
}

struct Rig {
    base: String,
    address: std::net::SocketAddr,
    http: Client,
    kept: Kept,
    pings: Pings,
    readiness: Readiness,
    hung_up: Arc<AtomicUsize>,
}

async fn rig() -> Rig {
    rig_with(true).await
}

async fn rig_with(legacy_paths: bool) -> Rig {
    let kept = Kept::default();
    let hung_up = Arc::new(AtomicUsize::new(0));
    let (pings, readiness) = (Pings::default(), Readiness::waiting("the homeserver"));
    let server = Server {
        sink: kept.clone(),
        hs_token: Arc::new(TOKEN.to_owned().into()),
        bot: Arc::from("@partners_bot:example.org"),
        pings: pings.clone(),
        readiness: readiness.clone(),
        clock: crate::clock::real(),
        body_bytes_max: 1 << 20,
        legacy_paths,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test's own server")]
    tokio::spawn(serve_homeserver(
        listener,
        router(server),
        {
            let hung_up = hung_up.clone();
            move || {
                hung_up.fetch_add(1, Ordering::Relaxed);
            }
        },
        std::future::pending(),
    ));
    let http = Client::builder().no_proxy().build().unwrap();
    Rig { base: format!("http://{address}"), address, http, kept, pings, readiness, hung_up }
}

impl Rig {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    fn authorized(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(TOKEN)
    }

    /// Sends a body as a transaction and gives status and errcode (`""` for a success).
    async fn transact(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        answer(self.authorized(Method::PUT, TXN).body(body)).await
    }

    fn events(&self) -> Vec<String> {
        std::mem::take(&mut self.kept.events.lock().unwrap())
    }
}

/// Every answer is JSON with a length; a success is exactly `{}`.
async fn answer(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert!(answer.headers().contains_key("content-length"));
    let body: Value = answer.json().await.unwrap();
    if status == 200 {
        assert_eq!(body, json!({}));
    }
    (status, body["errcode"].as_str().unwrap_or_default().to_owned())
}

fn is(found: &(u16, String), status: u16, errcode: &str) -> bool {
    found.0 == status && found.1 == errcode
}

#[tokio::test]
async fn h01_tokens() {
    let rig = rig().await;
    let put =
        |query: &str| rig.request(Method::PUT, &format!("{TXN}{query}")).body("{\"events\":[{}]}");
    let right = format!("Bearer {TOKEN}");
    let in_url = format!("?access_token={TOKEN}");
    let forbidden = [
        put("").header(AUTHORIZATION, "Bearer wrong"),
        put("").header(AUTHORIZATION, "Bearer "),
        put("").header(AUTHORIZATION, format!("bearer {TOKEN}")),
        put("").header(AUTHORIZATION, format!("Bearer  {TOKEN}")),
        put("").header(AUTHORIZATION, TOKEN),
        put("").header(AUTHORIZATION, &right).header(AUTHORIZATION, &right),
        put("?access_token=wrong"),
        put("?access_token=wrong").header(AUTHORIZATION, &right),
        put(&in_url).header(AUTHORIZATION, "Bearer wrong"),
        put(&format!("{in_url}&access_token={TOKEN}")),
    ];
    for (n, request) in forbidden.into_iter().enumerate() {
        let found = answer(request).await;
        assert!(is(&found, 403, "M_FORBIDDEN"), "case {n}: {found:?}");
    }
    assert!(is(&answer(put("")).await, 401, "M_MISSING_TOKEN"));
    assert!(rig.events().is_empty());
    for fine in [
        put("").header(AUTHORIZATION, &right),
        put(&in_url),
        put(&in_url).header(AUTHORIZATION, &right),
    ] {
        assert_eq!(answer(fine).await.0, 200);
    }
    assert_eq!(rig.events().len(), 3);
}

#[tokio::test]
async fn h01_the_body_of_a_stranger_is_not_read() {
    let rig = rig().await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    let head = format!("PUT {TXN} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0_u8; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 401");
}

#[tokio::test]
async fn h04_h05_h06_h14_bodies_that_are_fine() {
    let rig = rig().await;
    let many = |n: usize| format!(r#"{{"events":[{}]}}"#, vec!["{}"; n].join(","));
    let garbage = format!(r#"{{"ephemeral":[{}],"events":[{{}}]}}"#, vec!["1"; 100_000].join(","));
    for (body, events) in [
        (r#"{"events":[]}"#.to_owned(), 0),
        ("{}".to_owned(), 0),
        (r#"{"events":[null,1,"x",{}]}"#.to_owned(), 4),
        (r#" {"events":[{}],"to_device":{"a":1},"ephemeral":7} "#.to_owned(), 1),
        (many(101), 101),
        (many(10_000), 10_000),
        (garbage, 1),
    ] {
        assert_eq!(rig.transact(body).await.0, 200);
        assert_eq!(rig.events().len(), events);
    }
}

#[tokio::test]
async fn h08_h09_h16_h11_odd_events_pass_as_they_are() {
    let rig = rig().await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [123, 124, 125, 126, 100_000] {
        let deep = format!(r#"{{"event_id":"$deep","content":{{"a":{}}}}}"#, nested(depth));
        let body = format!(r#"{{"events":[{deep},{{"event_id":"$fine"}}],"x":{}}}"#, nested(depth));
        assert_eq!(rig.transact(body).await.0, 200, "depth {depth}");
        assert_eq!(rig.events(), [deep, r#"{"event_id":"$fine"}"#.to_owned()]);
    }
    for event in [
        r#"{"type":"a","type":"b"}"#,
        r#"{"event_id":"$a","event_id":"$b"}"#,
        r#"{"content":{"body":"\ud800"}}"#,
        r#"{"content":{"body":"\u0000"}}"#,
        r#"{"n":1e999999}"#,
    ] {
        let body =
            format!(r#"{{"events":[{event}, {{"event_id":"$1"}},{{"event_id":"$1","x":1}}]}}"#);
        assert_eq!(rig.transact(body).await.0, 200);
        assert_eq!(rig.events()[0], event);
    }
}

#[tokio::test]
async fn h03_h15_bodies_that_are_no_transaction() {
    let rig = rig().await;
    let utf16: Vec<u8> = r#"{"events":[]}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table: [(Vec<u8>, &str); 13] = [
        (b"".to_vec(), "M_NOT_JSON"),
        (b"{".to_vec(), "M_NOT_JSON"),
        (b"{\"events\":[]} x".to_vec(), "M_NOT_JSON"),
        (b"{\"events\":[{]}".to_vec(), "M_NOT_JSON"),
        (b"{\"events\":[\"\xff\"]}".to_vec(), "M_NOT_JSON"),
        (b"{\"events\":[],\"x\":\"\xc3\x28\"}".to_vec(), "M_NOT_JSON"),
        (b"\xef\xbb\xbf{\"events\":[]}".to_vec(), "M_NOT_JSON"),
        (utf16, "M_NOT_JSON"),
        (b"[[]]".to_vec(), "M_BAD_JSON"),
        (b"null".to_vec(), "M_BAD_JSON"),
        (b"{\"events\":null}".to_vec(), "M_BAD_JSON"),
        (b"{\"events\":{}}".to_vec(), "M_BAD_JSON"),
        (b"{\"events\":[],\"events\":[]}".to_vec(), "M_BAD_JSON"),
    ];
    for (body, errcode) in table {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let found = rig.transact(body).await;
        assert!(is(&found, 400, errcode), "{shown}: {found:?}");
    }
    assert!(rig.events().is_empty());
}

#[tokio::test]
async fn too_large_is_refused_by_its_declared_and_by_its_real_length() {
    let rig = rig().await;
    let body = format!(r#"{{"events":[],"x":"{}"}}"#, "a".repeat(1 << 20));
    assert!(is(&rig.transact(body.clone()).await, 413, "M_TOO_LARGE"));
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    let head = format!(
        "PUT {TXN} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(body.as_bytes()).await;
    let _ = stream.write_all(b"\r\n0\r\n\r\n").await;
    let mut first = [0_u8; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 413");
}

#[tokio::test]
async fn h13_the_same_txn_id_twice_is_two_transactions() {
    let rig = rig().await;
    assert_eq!(rig.transact(r#"{"events":[{"event_id":"$a"}]}"#).await.0, 200);
    assert_eq!(rig.transact(r#"{"events":[{"event_id":"$b"}]}"#).await.0, 200);
    assert_eq!(rig.events().len(), 2);
}

#[tokio::test]
async fn h18_methods_and_paths() {
    let rig = rig().await;
    for (method, path, status) in [
        (Method::GET, TXN, 405),
        (Method::POST, TXN, 405),
        (Method::DELETE, TXN, 405),
        (Method::GET, "/_matrix/app/v1/ping", 405),
        (Method::PUT, "/_matrix/app/v1/users/@a:b", 405),
        (Method::PUT, "/_matrix/app/v1/transactions/1/", 404),
        (Method::PUT, "/_matrix/app/v1/transactions/", 404),
        (Method::PUT, "/_matrix/app/v1//transactions/1", 404),
        (Method::PUT, "//_matrix/app/v1/transactions/1", 404),
        (Method::PUT, "/_matrix/app/v2/transactions/1", 404),
        (Method::GET, "/", 404),
        (Method::GET, "/metrics", 404),
    ] {
        let found = answer(rig.authorized(method.clone(), path)).await;
        assert!(is(&found, status, "M_UNRECOGNIZED"), "{method} {path}: {found:?}");
    }
}

#[tokio::test]
async fn h19_queries_know_the_bot_only() {
    let rig = rig().await;
    for (path, status, errcode) in [
        ("users/@partners_zzz:example.org", 404, "M_NOT_FOUND"),
        ("users/@partners_bot:other.org", 404, "M_NOT_FOUND"),
        ("users/%ff", 404, "M_NOT_FOUND"),
        ("users/@partners_bot:example.org", 200, ""),
        ("users/%40partners_bot%3Aexample.org", 200, ""),
        ("rooms/%23partners-wins:example.org", 404, "M_NOT_FOUND"),
    ] {
        let found = answer(rig.authorized(Method::GET, &format!("/_matrix/app/v1/{path}"))).await;
        assert!(is(&found, status, errcode), "{path}: {found:?}");
        let found = answer(rig.request(Method::GET, &format!("/_matrix/app/v1/{path}"))).await;
        assert!(is(&found, 401, "M_MISSING_TOKEN"), "{path}: {found:?}");
    }
}

#[tokio::test]
async fn h20_pings_are_answered_and_only_ours_count() {
    let rig = rig().await;
    let ping = |body: &'static str| {
        answer(rig.authorized(Method::POST, "/_matrix/app/v1/ping").body(body))
    };
    rig.pings.expect("ours");
    assert_eq!(ping(r#"{"transaction_id":"other"}"#).await.0, 200);
    assert_eq!(ping("{}").await.0, 200);
    assert!(!rig.pings.take("ours"));
    rig.pings.expect("ours");
    assert_eq!(ping(r#"{"transaction_id":"ours"}"#).await.0, 200);
    assert!(rig.pings.take("ours"));
    assert!(is(&ping("x").await, 400, "M_NOT_JSON"));
    assert!(is(&ping(r#"{"transaction_id":1}"#).await, 400, "M_BAD_JSON"));
}

#[tokio::test]
async fn h21_legacy_paths_by_config() {
    for (legacy, status) in [(true, 200), (false, 404)] {
        let rig = rig_with(legacy).await;
        let put = rig.authorized(Method::PUT, "/transactions/1").body(r#"{"events":[{}]}"#);
        assert_eq!(answer(put).await.0, status);
        assert_eq!(rig.events().len(), usize::from(legacy));
        let bot = rig.authorized(Method::GET, "/users/@partners_bot:example.org");
        assert_eq!(answer(bot).await.0, status);
        assert_eq!(answer(rig.authorized(Method::GET, "/rooms/%23x:y")).await.0, 404);
    }
}

#[tokio::test]
async fn what_is_not_durable_is_not_acknowledged() {
    let rig = rig().await;
    for (why, status) in [(NotAccepted::Busy, 503), (NotAccepted::Fault, 500)] {
        *rig.kept.refuse.lock().unwrap() = Some(why);
        assert_eq!(rig.transact(r#"{"events":[{}]}"#).await.0, status);
        // Nothing to store is nothing to refuse.
        assert_eq!(rig.transact(r#"{"events":[]}"#).await.0, 200);
    }
}

#[tokio::test]
async fn health_tells_what_is_waited_for() {
    let rig = rig().await;
    let get = |path: &str| rig.request(Method::GET, path).send();
    assert_eq!(get("/health/live").await.unwrap().status(), 200);
    *rig.kept.stuck_ms.lock().unwrap() = Some(120_001);
    let stuck = get("/health/live").await.unwrap();
    assert_eq!(stuck.status(), 503);
    let body: Value = stuck.json().await.unwrap();
    assert_eq!(body, json!({"live": false, "stuck_for_ms": 120_001}));
    *rig.kept.stuck_ms.lock().unwrap() = None;
    let waiting = get("/health/ready").await.unwrap();
    assert_eq!(waiting.status(), 503);
    let body: Value = waiting.json().await.unwrap();
    assert_eq!(body, json!({"ready": false, "waiting_for": "the homeserver"}));
    rig.readiness.set(None);
    assert_eq!(get("/health/ready").await.unwrap().status(), 200);
    rig.readiness.stand_by();
    let standing = get("/health/ready").await.unwrap();
    assert_eq!(standing.status(), 200);
    let body: Value = standing.json().await.unwrap();
    assert_eq!(body, json!({"ready": true, "stands_by": true}));
}

/// One request over a connection of its own, which then ends.
async fn once(rig: &Rig, token: &str, header: &str) {
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    let head = format!("PUT {TXN} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n");
    let request = format!("{head}{header}Content-Length: 13\r\n\r\n{{\"events\":[]}}");
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    drop(stream);
}

#[tokio::test]
async fn only_the_end_of_a_kept_connection_of_the_homeserver_is_told() {
    let rig = rig().await;
    once(&rig, "wrong", "").await;
    once(&rig, TOKEN, "Connection: close\r\n").await;
    assert_eq!(rig.hung_up.load(Ordering::Relaxed), 0);
    once(&rig, TOKEN, "").await;
    let told = async {
        while rig.hung_up.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), told).await.unwrap();
    assert_eq!(rig.hung_up.load(Ordering::Relaxed), 1);
}
