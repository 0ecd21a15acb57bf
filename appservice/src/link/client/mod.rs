//! Requests to the homeserver, as the bot. `put` is the hot path, built by hand; everything else
//! is typed by ruma. One `Client` is cheap to clone; all clones share connections and session.
mod direct;
mod errors;
mod gate;
mod put;
mod session;
#[cfg(test)]
mod tests;
mod transport;

use crate::config::{Config, Registration};
use crate::link::capabilities::Capabilities;
use bridge::platform::homeserver::{CallError, Homeserver, Put};
use bytes::Bytes;
use errors::unreadable;
pub use gate::Gate;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use ruma::api::auth_scheme::{AuthScheme, SendAccessToken};
use ruma::api::path_builder::PathBuilder;
use ruma::api::{
    AppserviceUserIdentity, IncomingResponse, MatrixVersion, OutgoingRequest,
    OutgoingRequestAppserviceExt, SupportedVersions,
};
use ruma::{DeviceId, OwnedDeviceId, OwnedEventId, OwnedUserId, device_id};
use secrecy::{ExposeSecret, SecretString};
use session::Session;
use std::borrow::Cow;
use std::sync::Arc;
#[cfg(feature = "failpoints")]
pub use transport::Carrier;
use transport::Transport;

/// The bot's one device. With it Synapse remembers transaction ids across its own restart.
pub const DEVICE: &str = "PARTNERSPACE";

/// Whom a request speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// The visible bot, a user of our namespace.
    Bot,
    /// The registration's `sender_localpart`, which is also how users are registered.
    Sender,
}

#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    /// Without a slash at the end.
    base: String,
    /// The path of the base, mostly empty.
    base_path: String,
    bot: OwnedUserId,
    as_token: SecretString,
    /// The as_token as a header, made once; marked so that it is never shown.
    bearer: HeaderValue,
    /// `user_id=…[&device_id=…]`, made once.
    identity_query: String,
    device: Option<OwnedDeviceId>,
    versions: SupportedVersions,
    /// Present where the as_token does not do for endpoints that need a device.
    session: Option<Session>,
}

impl Client {
    /// Before anything is known of the homeserver.
    ///
    /// # Errors
    /// When the bot's id is none or TLS cannot be set up.
    pub fn new(config: &Config, registration: &Registration) -> anyhow::Result<Self> {
        let bot = config.bot_id()?;
        Ok(Self(Arc::new(Inner {
            transport: Transport::new(&config.homeserver.url, &config.limits)?,
            base: config.homeserver.url.as_str().trim_end_matches('/').to_owned(),
            base_path: config.homeserver.url.path().trim_end_matches('/').to_owned(),
            identity_query: put::identity_query(&bot, None),
            bot,
            bearer: bearer(&registration.as_token)?,
            as_token: registration.as_token.clone(),
            device: None,
            versions: versions_assumed(),
            session: None,
        })))
    }

    /// The same client, whose requests go where a test carries them.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn over(&self, carrier: Arc<dyn Carrier>) -> Self {
        let transport = self.0.transport.clone().over(carrier);
        Self(Arc::new(self.0.with_transport(transport)))
    }

    /// The same client, whose requests wait at a gate.
    #[must_use]
    pub fn behind(&self, gate: Gate) -> Self {
        let transport = self.0.transport.clone().behind(gate);
        Self(Arc::new(self.0.with_transport(transport)))
    }

    /// The same client, making use of what the homeserver turned out to be able to.
    #[must_use]
    pub fn with(&self, capabilities: &Capabilities) -> Self {
        let device = capabilities.device_masquerade.then(|| device_id!(DEVICE).to_owned());
        let inner = &*self.0;
        Self(Arc::new(Inner {
            transport: inner.transport.clone(),
            base: inner.base.clone(),
            base_path: inner.base_path.clone(),
            bot: inner.bot.clone(),
            as_token: inner.as_token.clone(),
            bearer: inner.bearer.clone(),
            identity_query: put::identity_query(&inner.bot, device.as_deref()),
            device,
            versions: capabilities.versions.clone(),
            session: (!capabilities.as_token_reads).then(Session::default),
        }))
    }

    #[must_use]
    pub fn bot(&self) -> &OwnedUserId {
        &self.0.bot
    }

    /// A typed request in the name of the bot or the sender.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call_as<R>(
        &self,
        speaker: As,
        request: R,
    ) -> Result<R::IncomingResponse, CallError>
    where
        R: OutgoingRequest + Send + 'static,
        R::IncomingResponse: Send,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
    {
        let token = SendAccessToken::Appservice(self.0.as_token.expose_secret());
        let built = request.try_into_http_request_with_identity::<Vec<u8>>(
            &self.0.base,
            token,
            self.identity(speaker),
            Cow::Borrowed(&self.0.versions),
        );
        self.send_typed::<R>(built).await
    }

    fn identity(&self, speaker: As) -> AppserviceUserIdentity<'_> {
        let mut identity = AppserviceUserIdentity::default();
        if speaker == As::Bot {
            identity.user_id = Some(&self.0.bot);
            identity.device_id = self.0.device.as_deref();
        }
        identity
    }

    async fn send_typed<R: OutgoingRequest>(
        &self,
        built: Result<http::Request<Vec<u8>>, ruma::api::error::IntoHttpError>,
    ) -> Result<R::IncomingResponse, CallError> {
        let request = built.map_err(|error| errors::unsendable(&error))?;
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        let answer = self.0.transport.send(parts.method, &url, parts.headers, body).await?;
        R::IncomingResponse::try_from_http_response(answer).map_err(|error| unreadable(&error))
    }

    /// A GET without a token, for what anybody may ask; the raw answer with its headers.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn get_open(&self, path: &str) -> Result<http::Response<Bytes>, CallError> {
        let url = format!("{}{path}", self.0.base);
        self.0.transport.send(Method::GET, &url, HeaderMap::new(), Vec::new()).await
    }

    /// Any request with the as_token, and the answer whatever its status: for what is asked to
    /// learn from the refusal. `body` is JSON or empty.
    ///
    /// # Errors
    /// Only when there was no whole answer.
    pub async fn raw(
        &self,
        method: Method,
        speaker: As,
        path: &str,
        body: Vec<u8>,
    ) -> Result<http::Response<Bytes>, CallError> {
        let mut url = format!("{}{path}", self.0.base);
        if speaker == As::Bot {
            let joint = if path.contains('?') { "&" } else { "?" };
            url = format!("{url}{joint}{}", self.0.identity_query);
        }
        let mut headers = HeaderMap::new();
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.insert(AUTHORIZATION, self.0.bearer.clone());
        self.0.transport.any(method, &url, headers, body).await
    }
}

impl Homeserver for Client {
    async fn put(&self, put: &Put<'_>) -> Result<OwnedEventId, CallError> {
        put::send(&self.0, put).await
    }

    async fn call<R>(&self, request: R) -> Result<R::IncomingResponse, CallError>
    where
        R: OutgoingRequest + Send + 'static,
        R::IncomingResponse: Send,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
    {
        match &self.0.session {
            Some(session) if session::needs_device::<R>() => session.call(self, request).await,
            _ => self.call_as(As::Bot, request).await,
        }
    }
}

/// Until `/versions` has answered: what every homeserver of the last years speaks.
fn versions_assumed() -> SupportedVersions {
    SupportedVersions {
        versions: [MatrixVersion::V1_1, MatrixVersion::V1_7].into(),
        features: std::collections::BTreeSet::new(),
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_token_refused(error: &CallError) -> bool {
    let unauthorized = StatusCode::UNAUTHORIZED.as_u16();
    matches!(error, CallError::Refused { status, .. } if *status == unauthorized)
}

impl Inner {
    fn with_transport(&self, transport: Transport) -> Self {
        Self {
            transport,
            base: self.base.clone(),
            base_path: self.base_path.clone(),
            bot: self.bot.clone(),
            as_token: self.as_token.clone(),
            bearer: self.bearer.clone(),
            identity_query: self.identity_query.clone(),
            device: self.device.clone(),
            versions: self.versions.clone(),
            session: None,
        }
    }

    fn device_or_default(&self) -> &DeviceId {
        self.device.as_deref().unwrap_or(device_id!(DEVICE))
    }
}
