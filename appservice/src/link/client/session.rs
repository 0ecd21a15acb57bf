//! A login of the bot, for homeservers (Conduit) that answer the as_token with an empty 500 on
//! endpoints which need a device. Its token is fetched when first needed and again when refused.
use super::{As, Client, is_token_refused};
use bridge::platform::homeserver::CallError;
use ruma::api::auth_scheme::{AuthScheme, SendAccessToken};
use ruma::api::client::session::login::v3 as login;
use ruma::api::client::uiaa::{MatrixUserIdentifier, UserIdentifier};
use ruma::api::path_builder::PathBuilder;
use ruma::api::{OutgoingRequest, SupportedVersions};
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use tokio::sync::Mutex;

/// Parts of the paths that Conduit serves only to a device.
const DEVICE_PATHS: [&str; 4] = ["/messages", "/context/", "/sync", "/keys/"];

#[derive(Default)]
pub struct Session(Mutex<Option<SecretString>>);

/// Whether requests of this type need a device.
pub fn needs_device<R: OutgoingRequest>() -> bool {
    let needing = |path: &str| DEVICE_PATHS.iter().any(|part| path.contains(part));
    R::PATH_BUILDER.all_paths().any(needing)
}

impl Session {
    pub async fn call<R>(
        &self,
        client: &Client,
        request: R,
    ) -> Result<R::IncomingResponse, CallError>
    where
        R: OutgoingRequest + Send + 'static,
        R::IncomingResponse: Send,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
    {
        let token = self.token(client, None).await?;
        match send(client, request.clone(), &token).await {
            Err(error) if is_token_refused(&error) => {
                let token = self.token(client, Some(&token)).await?;
                send(client, request, &token).await
            }
            outcome => outcome,
        }
    }

    /// The token at hand, or a new one when there is none or the one at hand was `refused`.
    async fn token(
        &self,
        client: &Client,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, CallError> {
        let mut held = self.0.lock().await;
        if let Some(token) = held.as_ref() {
            let stale = refused.is_some_and(|old| old.expose_secret() == token.expose_secret());
            if !stale {
                return Ok(token.clone());
            }
        }
        let token = log_in(client).await?;
        *held = Some(token.clone());
        Ok(token)
    }
}

async fn log_in(client: &Client) -> Result<SecretString, CallError> {
    let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(client.bot().to_string()));
    let info = login::LoginInfo::ApplicationService(login::ApplicationService::new(user));
    let mut request = login::Request::new(info);
    request.device_id = Some(client.0.device_or_default().to_owned());
    request.initial_device_display_name = Some("Partnerspace".into());
    let answer = client.call_as(As::Sender, request).await?;
    Ok(answer.access_token.into())
}

async fn send<R>(
    client: &Client,
    request: R,
    token: &SecretString,
) -> Result<R::IncomingResponse, CallError>
where
    R: OutgoingRequest + Send + 'static,
    for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
    for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
{
    let built = request.try_into_http_request::<Vec<u8>>(
        &client.0.base,
        SendAccessToken::IfRequired(token.expose_secret()),
        Cow::Borrowed(&client.0.versions),
    );
    client.send_typed::<R>(built).await
}
