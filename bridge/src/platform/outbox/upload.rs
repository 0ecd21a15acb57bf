//! The bytes of a file, brought to the homeserver before the message that names them. An upload has no
//! transaction id: one of unclear fate is made again, and the homeserver keeps a copy that no message
//! names. The message itself goes out once, as ever.
use super::deliver::{Outcome, outcome};
use super::store::Owed;
use crate::platform::homeserver::Homeserver;
use ruma::api::client::media::create_content;
use ruma::serde::base64::{Base64, Standard};
use serde_json::Value;

/// The content of the row's message with the address of its file.
pub async fn content<H: Homeserver>(homeserver: &H, row: &Owed) -> Result<String, Outcome> {
    let mut content: Value = serde_json::from_str(&row.content).map_err(|_| unreadable())?;
    let bytes = row.subject.as_deref().ok_or_else(unreadable)?;
    let bytes = Base64::<Standard>::parse(bytes).map_err(|_| unreadable())?;
    let mut request = create_content::v3::Request::new(bytes.into_inner());
    request.filename = content["filename"].as_str().map(str::to_owned);
    request.content_type = content["info"]["mimetype"].as_str().map(str::to_owned);
    let answer = homeserver.call(request).await.map_err(outcome)?;
    content["url"] = answer.content_uri.as_str().into();
    Ok(content.to_string())
}

fn unreadable() -> Outcome {
    Outcome::Parked("the file is not readable".to_owned())
}
