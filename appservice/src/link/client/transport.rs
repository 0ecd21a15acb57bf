//! One HTTP exchange: kept-alive connections, limits on time and size, and an answer that is
//! either a success or a `CallError`. URLs hold no secret, yet stay out of errors and logs.
use super::direct::Direct;
use super::errors;
use super::gate::Gate;
use crate::config::LimitsConfig;
use bridge::platform::homeserver::CallError;
use bytes::{Bytes, BytesMut};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Response};
use http_body_util::Full;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Idle connections are dropped after this; a burst leaves no memory behind.
const IDLE: Duration = Duration::from_secs(30);

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
    /// For the hot path, where the homeserver is reached over plain HTTP.
    direct: Option<Arc<Direct>>,
    origin: String,
    http: reqwest::Client,
    answer_bytes_max: usize,
    gate: Option<Gate>,
}

impl Transport {
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(homeserver: &Url, limits: &LimitsConfig) -> Result<Self, reqwest::Error> {
        let builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(limits.connect_ms_max.into()))
            .timeout(Duration::from_millis(limits.call_ms_max.into()))
            .pool_max_idle_per_host(limits.sends_max.into())
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            // A redirect would carry the token to where nobody configured it.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("Partnerspace/", env!("CARGO_PKG_VERSION")));
        // Reading the machine's certificates costs memory that plain HTTP need not pay.
        let builder = match homeserver.scheme() {
            "https" => builder.https_only(true),
            _ => builder.tls_certs_only(std::iter::empty()),
        };
        let direct = Direct::new(homeserver, limits).map(Arc::new);
        let origin = homeserver.origin().ascii_serialization();
        Ok(Self {
            #[cfg(feature = "failpoints")]
            carrier: None,
            direct,
            origin,
            http: builder.build()?,
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
        self.pass().await;
        #[cfg(feature = "failpoints")]
        if let Some(carrier) = &self.carrier {
            let request = Request::builder().method(method).uri(url).body(Bytes::from(body));
            let mut request = request.map_err(|error| errors::unsendable(&error))?;
            request.headers_mut().extend(headers);
            return carrier.carry(request).await;
        }
        let mut request = self.http.request(method, url).headers(headers);
        if !body.is_empty() {
            request = request.body(body);
        }
        self.exchange(request).await
    }

    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Response<Bytes>, CallError> {
        let mut answer = request.send().await.map_err(errors::from_reqwest)?;
        let mut whole = Response::new(Bytes::new());
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        *whole.body_mut() = self.read(answer).await?;
        Ok(whole)
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

    /// The hot path: a PUT of JSON to a path with its query.
    pub async fn put(
        &self,
        path: &str,
        bearer: HeaderValue,
        body: String,
    ) -> Result<Response<Bytes>, CallError> {
        self.pass().await;
        #[cfg(feature = "failpoints")]
        if let Some(carrier) = &self.carrier {
            let request = Request::put(path)
                .header(AUTHORIZATION, bearer)
                .header(CONTENT_TYPE, JSON)
                .body(Bytes::from(body));
            let request = request.map_err(|error| errors::unsendable(&error))?;
            return succeeded(carrier.carry(request).await?);
        }
        let Some(direct) = &self.direct else {
            let url = format!("{}{path}", self.origin);
            let request = self.http.put(url).header(AUTHORIZATION, bearer);
            return succeeded(self.exchange(request.header(CONTENT_TYPE, JSON).body(body)).await?);
        };
        let request = Request::put(path)
            .header(HOST, direct.authority())
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, JSON)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| errors::unsendable(&error))?;
        succeeded(direct.exchange(request).await?)
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn succeeded(answer: Response<Bytes>) -> Result<Response<Bytes>, CallError> {
    if answer.status().is_success() { Ok(answer) } else { Err(errors::from_answer(&answer)) }
}
