//! Files: uploaded by anybody with a token, and given only to such (authenticated media).

use axum::body::{Body, Bytes};
use http::Response;
use serde_json::{Value, json};

use super::Shared;
use super::answer::{Answer, Refused, not_found};
use super::http::Call;
use super::world::{Caller, World};

/// What the path of an upload ends with.
pub const UPLOAD: &str = "/_matrix/media/v3/upload";
/// The key of an answer that is a file, by its address.
const FILE: &str = "fake.file";

#[derive(Debug, Clone)]
pub struct Media {
    pub by: String,
    pub mime: String,
    pub bytes: Bytes,
}

pub fn upload(w: &mut World, call: &Call) -> Answer {
    let caller = w.caller(call)?;
    if call.raw.len() > w.quirks.upload_bytes_max {
        return Err(Refused::new(413, "M_TOO_LARGE", "Upload request body is too large"));
    }
    let id = w.id(24);
    let uri = format!("mxc://{}/{id}", w.server);
    let mime = call.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let media = Media { by: caller.user, mime, bytes: call.raw.clone() };
    w.media.insert(uri.clone(), media);
    Ok(json!({"content_uri": uri}))
}

pub fn route(w: &mut World, _: &Caller, call: &Call, rest: &[&str]) -> Option<Answer> {
    let ("GET", ["media", "download", server, id, ..]) = (call.method.as_str(), rest) else {
        return None;
    };
    let uri = format!("mxc://{server}/{id}");
    let known = w.media.contains_key(&uri);
    Some(if known { Ok(json!({ FILE: uri })) } else { Err(not_found("Not found")) })
}

/// The file that an answer means.
pub(super) fn file(shared: &Shared, answer: &Value) -> Option<Option<Response<Body>>> {
    let uri = answer.get(FILE)?.as_str()?;
    let media = shared.world.lock().ok()?.media.get(uri)?.clone();
    let response = Response::builder().header("content-type", media.mime);
    Some(response.body(Body::from(media.bytes)).ok())
}
