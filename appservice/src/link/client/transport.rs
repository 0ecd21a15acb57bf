//! One HTTP exchange: kept-alive connections, limits on time and size, and an answer that is
//! either a success or a `CallError`. URLs hold no secret, yet stay out of errors and logs.
use super::errors;
use crate::config::LimitsConfig;
use bridge::platform::homeserver::CallError;
use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response};
use std::time::Duration;
use url::Url;

/// Idle connections are dropped after this; a burst leaves no memory behind.
const IDLE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Transport {
    http: reqwest::Client,
    answer_bytes_max: usize,
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
        Ok(Self { http: builder.build()?, answer_bytes_max: limits.answer_bytes_max })
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

    /// The hot path: a PUT of JSON.
    pub async fn put(
        &self,
        url: String,
        bearer: HeaderValue,
        body: String,
    ) -> Result<Response<Bytes>, CallError> {
        let request = self.http.put(url).header(AUTHORIZATION, bearer).header(CONTENT_TYPE, JSON);
        succeeded(self.exchange(request.body(body)).await?)
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn succeeded(answer: Response<Bytes>) -> Result<Response<Bytes>, CallError> {
    if answer.status().is_success() { Ok(answer) } else { Err(errors::from_answer(&answer)) }
}
