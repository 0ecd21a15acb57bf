//! The network between the program and its homeserver: requests and transactions as HTTP, with delays,
//! cuts and odd answers drawn from the seed. Only the sockets are left out.
use super::clock::Hands;
use crate::fake::{Call, Fake, Fault, Faults, Push, Refused, call};
use appservice::link::client::Carrier;
use axum::Router;
use axum::body::{Body, to_bytes};
use bridge::platform::homeserver::CallError;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response, StatusCode};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tower::Service as _;

const BYTES_MAX: usize = 32 << 20;
/// As long as the program waits for an answer, and Synapse for the program's.
const PATIENCE_MS: u64 = 60_000;

/// Chances in percent that an answer of the homeserver is odd in a way that `fake::Quirks` does not know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Odd {
    /// 200 without a body.
    pub empty: u8,
    /// The answer ends half way.
    pub half: u8,
    /// It takes longer than anybody waits.
    pub slow: u8,
    /// Our answer to a transaction is lost on its way.
    pub deaf: u8,
}

struct State {
    up: bool,
    /// Grows when the homeserver dies: what was open is broken.
    life: u64,
    program: Option<Router>,
    odd: Odd,
    latency_ms_max: u64,
    pushing: Option<Push>,
    trace: u64,
    requests: u64,
    /// How often each request was made.
    counts: HashMap<u64, u64>,
    seed: u64,
}

#[derive(Clone)]
pub struct Net {
    pub fake: Arc<Fake>,
    hands: Hands,
    state: Arc<Mutex<State>>,
}

impl Net {
    #[must_use]
    pub fn new(fake: Arc<Fake>, hands: Hands) -> Self {
        let state = State {
            up: true,
            life: 0,
            program: None,
            odd: Odd::default(),
            latency_ms_max: 20,
            pushing: None,
            trace: BEGINNING,
            requests: 0,
            counts: HashMap::new(),
            seed: 0,
        };
        Self { fake, hands, state: Arc::new(Mutex::new(state)) }
    }

    /// The program listens, or is gone.
    pub fn set_program(&self, program: Option<Router>) {
        let gone = program.is_none();
        self.state().program = program;
        if gone {
            self.break_push();
        }
    }

    pub fn set_seed(&self, seed: u64) {
        self.state().seed = seed;
    }

    pub fn set_odd(&self, odd: Odd) {
        self.state().odd = odd;
    }

    pub fn set_latency(&self, ms_max: u64) {
        self.state().latency_ms_max = ms_max.max(1);
    }

    /// The homeserver dies: what it held in memory is gone, what was open breaks.
    pub fn homeserver_dies(&self) {
        let mut state = self.state();
        state.up = false;
        state.life += 1;
        drop(state);
        self.break_push();
        self.fake.lose_memory();
    }

    pub fn homeserver_starts(&self) {
        self.state().up = true;
        self.fake.quirks(|_| {});
    }

    #[must_use]
    pub fn is_up(&self) -> bool {
        self.state().up
    }

    /// What went over the wire so far, as one number: the same for the same history.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.state().trace
    }

    #[must_use]
    pub fn requests(&self) -> u64 {
        self.state().requests
    }

    /// Notes a line of the history.
    pub fn note(&self, line: &str) {
        let mut state = self.state();
        state.trace = mixed(state.trace, line);
        if is_told() {
            #[expect(clippy::print_stdout, reason = "asked for, to see what a seed does")]
            {
                println!("{} {line}", self.hands.now());
            }
        }
    }

    /// A push whose end nobody will see any more has failed for the homeserver.
    fn break_push(&self) {
        let push = self.state().pushing.take();
        if let Some(push) = push {
            self.fake.push_ended(&push, 0, false);
        }
    }

    /// Carries out the homeserver's deliveries for ever.
    pub async fn push_for_ever(self) {
        loop {
            let push = if self.is_up() { self.fake.next_push() } else { None };
            let Some(push) = push else {
                let due = {
                    let world = self.fake.world();
                    let may = self.is_up() && !world.quirks.hold && !world.quirks.stuck;
                    world.delivery.due_in().filter(|_| may)
                };
                match due {
                    Some(seconds) => {
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "some minutes at most, and never below nothing"
                        )]
                        let ms = (seconds * 1_000.0).ceil() as u64;
                        tokio::select! {
                            biased;
                            () = self.hands.sleep(ms.max(1)) => {}
                            () = self.fake.stirred() => {}
                        }
                    }
                    None => self.fake.stirred().await,
                }
                continue;
            };
            self.push(push).await;
        }
    }

    async fn push(&self, push: Push) {
        loop {
            let path = format!("/_matrix/app/v1/transactions/{}", push.id());
            let request = self.request("PUT", &path, push.body.clone());
            let (tag, mut dice) = self.dice(&format!("push {path}"));
            let ms = self.latency(&mut dice);
            self.state().pushing = Some(push.clone());
            self.hands.sleep_as(ms, tag).await;
            let answer = tokio::select! {
                biased;
                answer = self.to_program(request) => answer,
                () = self.hands.sleep(PATIENCE_MS) => None,
            };
            let lost = strikes(&mut dice, self.odd().deaf);
            let (status, accepted) = match answer {
                Some((status, sized, body)) if !lost => {
                    let json = serde_json::from_slice::<Value>(&body).is_ok();
                    (status.as_u16(), status.is_success() && sized && json)
                }
                _ => (0, false),
            };
            self.note(&format!("push {} {status}", push.id()));
            if self.state().pushing.take().is_none() {
                return;
            }
            if !self.fake.push_ended(&push, status, accepted) {
                return;
            }
        }
    }

    fn request(&self, method: &str, path: &str, body: String) -> Option<Request<Body>> {
        let token = self.fake.world().registration.hs_token.clone();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("content-length", body.len());
        request.body(Body::from(body)).ok()
    }

    async fn to_program(
        &self,
        request: Option<Request<Body>>,
    ) -> Option<(StatusCode, bool, Bytes)> {
        let mut program = self.state().program.clone()?;
        let Ok(response) = program.call(request?).await;
        let status = response.status();
        let sized = axum::body::HttpBody::size_hint(response.body()).exact().is_some();
        let body = to_bytes(response.into_body(), BYTES_MAX).await.ok()?;
        Some((status, sized, body))
    }

    async fn exchange(self, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        let (parts, body) = request.into_parts();
        let call = call(&parts, body);
        let life = self.state().life;
        if !self.is_up() {
            self.hands.sleep(1).await;
            return Err(CallError::Unreachable("connection refused".to_owned()));
        }
        let (tag, mut dice) = self.dice(&format!("{} {}", call.method, call.path));
        self.hands.sleep_as(self.latency(&mut dice), tag).await;
        let cut = || Err(CallError::Unknown("connection closed".to_owned()));
        if self.state().life != life {
            return cut();
        }
        self.state().requests += 1;
        let (faults, odd) = (self.fake.world().quirks.faults, self.odd());
        let fault = fault(&mut dice, faults);
        let before = matches!(
            fault,
            Some(Fault::ErrorBefore | Fault::CutBefore | Fault::Limited | Fault::Forbidden)
        );
        let answer = if before { Ok(json!({})) } else { self.effect(&call).await };
        let slow = strikes(&mut dice, odd.slow);
        let ms = if slow { PATIENCE_MS } else { self.latency(&mut dice) };
        self.hands.sleep_as(ms, tag).await;
        if self.state().life != life || slow {
            return cut();
        }
        let (empty, half) = (strikes(&mut dice, odd.empty), strikes(&mut dice, odd.half));
        let answered = written(fault, answer, (empty, half));
        let status = answered.as_ref().map_or(0, |answer| answer.status().as_u16());
        self.note(&format!("{} {} {status}", call.method, call.path));
        answered
    }

    async fn effect(&self, call: &Call) -> Result<Value, Refused> {
        let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        if let ["_matrix", "client", "v1", "appservice", _, "ping"] = segments.as_slice() {
            let body = json!({"transaction_id": call.body["transaction_id"]}).to_string();
            let request = self.request("POST", "/_matrix/app/v1/ping", body);
            let status = self.to_program(request).await.map(|(status, ..)| status);
            if status != Some(StatusCode::OK) {
                return Err(Refused::new(502, "M_CONNECTION_FAILED", "not reached"));
            }
            self.fake.world().delivery.restore();
            self.fake.quirks(|_| {});
            return Ok(json!({"duration_ms": 1}));
        }
        self.fake.answer(call)
    }

    /// The fate of a request is its own, and not of the order in which others were made: a database
    /// that is quicker today must not make another day of it.
    fn dice(&self, what: &str) -> (u64, StdRng) {
        let mut state = self.state();
        let count = state.counts.entry(mixed(BEGINNING, what)).or_default();
        *count += 1;
        let tag = mixed(BEGINNING ^ *count, what);
        (tag, StdRng::seed_from_u64(tag ^ state.seed))
    }

    fn latency(&self, dice: &mut StdRng) -> u64 {
        dice.random_range(1..=self.state().latency_ms_max)
    }

    fn odd(&self) -> Odd {
        self.state().odd
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Carrier for Net {
    fn carry(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, CallError>> {
        Box::pin(self.clone().exchange(request))
    }
}

const BEGINNING: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a.
fn mixed(before: u64, text: &str) -> u64 {
    text.bytes().fold(before, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn strikes(dice: &mut StdRng, percent: u8) -> bool {
    dice.random_range(0..100) < u32::from(percent)
}

fn fault(dice: &mut StdRng, faults: Faults) -> Option<Fault> {
    let late = dice.random_bool(0.5);
    if strikes(dice, faults.limited_percent) {
        return Some(Fault::Limited);
    }
    if strikes(dice, faults.error_percent) {
        return Some(if late { Fault::ErrorAfter } else { Fault::ErrorBefore });
    }
    strikes(dice, faults.cut_percent).then_some(if late {
        Fault::CutAfter
    } else {
        Fault::CutBefore
    })
}

/// `SIMULATE_TRACE=1` shows what a seed does.
fn is_told() -> bool {
    static TOLD: OnceLock<bool> = OnceLock::new();
    *TOLD.get_or_init(|| std::env::var_os("SIMULATE_TRACE").is_some())
}

fn written(
    fault: Option<Fault>,
    answer: Result<Value, Refused>,
    (empty, half): (bool, bool),
) -> Result<Response<Bytes>, CallError> {
    let answer = match fault {
        Some(Fault::CutBefore | Fault::CutAfter) => {
            return Err(CallError::Unknown("connection closed".to_owned()));
        }
        Some(Fault::ErrorBefore | Fault::ErrorAfter) => {
            Err(Refused::new(500, "M_UNKNOWN", "Internal server error"))
        }
        Some(Fault::Limited) => Err(Refused::new(429, "M_LIMIT_EXCEEDED", "Too Many Requests")
            .with("retry_after_ms", 1_500)),
        Some(Fault::Forbidden) => Err(Refused::new(403, "M_FORBIDDEN", "Forbidden by the test")),
        _ => answer,
    };
    let (status, mut body) = match &answer {
        Ok(body) => (200, body.to_string()),
        Err(refused) if refused.bare => (refused.status, String::new()),
        Err(refused) => (refused.status, refused.body().to_string()),
    };
    if half {
        let mut end = body.len() / 2;
        while !body.is_char_boundary(end) {
            end -= 1;
        }
        body.truncate(end);
    }
    if (empty || half) && status != 200 {
        return Err(CallError::Unknown("the answer ended early".to_owned()));
    }
    if empty {
        body.clear();
    }
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Bytes::from(body)).map_err(|error| CallError::Unknown(error.to_string()))
}
