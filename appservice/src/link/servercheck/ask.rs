//! One request to a stranger: https only, to addresses that were looked at, no redirect followed, nothing
//! sent along, little read.
use super::address;
use crate::clock;
use bridge::servers::rules::Miss;
use reqwest::header::{DATE, LOCATION};
use reqwest::{Certificate, Client, redirect};
use std::time::Duration;
use url::{Host, Url};

const CONNECT_MAX: Duration = Duration::from_secs(5);
const ANSWER_MAX: Duration = Duration::from_secs(10);
const BODY_BYTES_MAX: usize = 64 << 10;
/// The clock in an answer has whole seconds.
const HALF_S_MS: i64 = 500;

/// What answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
    /// Its clock, and ours when it was read.
    date: Option<i64>,
    read_at: i64,
}

impl Answer {
    /// By how much its clock is ahead of ours.
    pub fn clock_ms(&self) -> Option<i64> {
        self.date.map(|date| date + HALF_S_MS - self.read_at)
    }
}

pub async fn get(url: &Url, allow_private: bool, roots: &[Certificate]) -> Result<Answer, Miss> {
    let addresses = address::of(url, allow_private).await?;
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_MAX)
        .timeout(ANSWER_MAX)
        .https_only(true)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("Partnerspace/", env!("CARGO_PKG_VERSION")));
    if let Some(Host::Domain(name)) = url.host() {
        // No second look-up: what it says then may be another address.
        builder = builder.resolve_to_addrs(name, &addresses);
    }
    if !roots.is_empty() {
        builder = builder.tls_certs_merge(roots.iter().cloned());
    }
    let client = builder.build().map_err(|_| Miss::Unreachable)?;
    let asked_at = clock::now();
    let mut answer = client.get(url.clone()).send().await.map_err(|error| miss(&error))?;
    let read_at = asked_at.midpoint(clock::now());
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let location = header(LOCATION).filter(|_| answer.status().is_redirection());
    let location = location.map(str::to_owned);
    let date = header(DATE).and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
    let date = date.map(|date| date.timestamp().as_millisecond());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| miss(&error))? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Miss::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: answer.status().as_u16(), location, body, date, read_at })
}

/// What a failed request allows to say; the words of what failed stay here.
fn miss(error: &reqwest::Error) -> Miss {
    if error.is_timeout() {
        return Miss::Slow;
    }
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = cause {
        text.push_str(&inner.to_string().to_lowercase());
        cause = inner.source();
    }
    if text.contains("certificate") {
        return if text.contains("expired") {
            Miss::CertificateExpired
        } else if text.contains("not valid for") || text.contains("notvalidforname") {
            Miss::CertificateName
        } else {
            Miss::CertificateUnknown
        };
    }
    if error.is_connect() { Miss::Unreachable } else { Miss::Unreadable }
}
