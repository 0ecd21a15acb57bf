//! One HTTP exchange: kept-alive connections, limits on time and size, and an answer that is
//! either a success or a `CallError`. URLs hold no secret, yet stay out of errors and logs.
use super::direct::Direct;
use super::errors;
use super::gate::Gate;
use crate::config::LimitsConfig;
use bridge::platform::homeserver::CallError;
use bytes::{Bytes, BytesMut};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Idle connections are dropped after this; a burst leaves no memory behind.
const IDLE: Duration = Duration::from_secs(30);
/// Who we are in the homeserver's log.
pub const AGENT: &str = concat!("Partnerspace/", env!("CARGO_PKG_VERSION"));

/// Carries requests where there is no network: a test's homeserver in the same process.
#[cfg(feature = "failpoints")]
pub trait Carrier: Send + Sync {
    fn carry(
        &self,
        request: Request<Bytes>,
    ) -> futures_util::future::BoxFuture<'static, Result<Response<Bytes>, CallError>>;
}

#[derive(Clone)]
pub struct Transport {
    #[cfg(feature = "failpoints")]
    carrier: Option<Arc<dyn Carrier>>,
    way: Way,
    origin: String,
    answer_bytes_max: usize,
    gate: Option<Gate>,
}

#[derive(Clone)]
enum Way {
    /// Plain HTTP, as to a homeserver on the same machine.
    Plain(Arc<Direct>),
    Tls(reqwest::Client),
}

impl Transport {
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(homeserver: &Url, limits: &LimitsConfig) -> Result<Self, reqwest::Error> {
        let way = match Direct::new(homeserver, limits) {
            Some(direct) => Way::Plain(Arc::new(direct)),
            None => Way::Tls(tls(limits)?),
        };
        Ok(Self {
            #[cfg(feature = "failpoints")]
            carrier: None,
            way,
            origin: homeserver.origin().ascii_serialization(),
            answer_bytes_max: limits.answer_bytes_max,
            gate: None,
        })
    }

    #[cfg(feature = "failpoints")]
    pub fn over(mut self, carrier: Arc<dyn Carrier>) -> Self {
        self.carrier = Some(carrier);
        self
    }

    pub fn behind(mut self, gate: Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    async fn pass(&self) {
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
    }

    /// A success, or an error.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response<Bytes>, CallError> {
        succeeded(self.any(method, url, headers, body).await?)
    }

    /// Any whole answer, whatever its status.
    pub async fn any(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response<Bytes>, CallError> {
        let request = Request::builder().method(method).uri(url).body(Bytes::from(body));
        let mut request = request.map_err(|error| errors::unsendable(&error))?;
        request.headers_mut().extend(headers);
        self.exchange(request).await
    }

    /// The hot path: a PUT of JSON to a path with its query.
    pub async fn put(
        &self,
        path: &str,
        bearer: HeaderValue,
        body: String,
    ) -> Result<Response<Bytes>, CallError> {
        let request = match &self.way {
            Way::Plain(_) => Request::put(path),
            Way::Tls(_) => Request::put(format!("{}{path}", self.origin)),
        };
        let request = request
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, JSON)
            .body(Bytes::from(body))
            .map_err(|error| errors::unsendable(&error))?;
        succeeded(self.exchange(request).await?)
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        self.pass().await;
        #[cfg(feature = "failpoints")]
        if let Some(carrier) = &self.carrier {
            return carrier.carry(request).await;
        }
        match &self.way {
            Way::Plain(direct) => direct.exchange(request).await,
            Way::Tls(http) => {
                let request = request.try_into().map_err(errors::from_reqwest)?;
                let mut answer = http.execute(request).await.map_err(errors::from_reqwest)?;
                let mut whole = Response::new(Bytes::new());
                *whole.status_mut() = answer.status();
                *whole.headers_mut() = std::mem::take(answer.headers_mut());
                *whole.body_mut() = self.read(answer).await?;
                Ok(whole)
            }
        }
    }

    async fn read(&self, mut answer: reqwest::Response) -> Result<Bytes, CallError> {
        let mut chunk = async || answer.chunk().await.map_err(errors::from_reqwest);
        let Some(first) = chunk().await? else { return Ok(Bytes::new()) };
        let Some(second) = chunk().await? else { return Ok(first) };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(more) = chunk().await? {
            if all.len() + more.len() > self.answer_bytes_max {
                return Err(CallError::Unknown("the answer is too long".into()));
            }
            all.extend_from_slice(&more);
        }
        Ok(all.freeze())
    }
}

fn tls(limits: &LimitsConfig) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(limits.connect_ms_max.into()))
        .timeout(Duration::from_millis(limits.call_ms_max.into()))
        .pool_max_idle_per_host(limits.sends_max.into())
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .https_only(true)
        // A redirect would carry the token to where nobody configured it.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(AGENT)
        .build()
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn succeeded(answer: Response<Bytes>) -> Result<Response<Bytes>, CallError> {
    if answer.status().is_success() { Ok(answer) } else { Err(errors::from_answer(&answer)) }
}
