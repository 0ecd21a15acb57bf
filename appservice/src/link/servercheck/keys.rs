//! A server's signing keys: of its own name, signed by themselves, and not expired
//! (<https://spec.matrix.org/v1.16/server-server-api/#get_matrixkeyv2server>).
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use bridge::servers::rules::{KeyTrouble, Miss};
use ruma::serde::base64::{Base64, Standard};
use ruma::{CanonicalJsonObject, CanonicalJsonValue};

/// Until when the keys hold.
pub fn judge(server: &str, body: &[u8], now: i64) -> Result<i64, KeyTrouble> {
    let unreadable = || KeyTrouble::Missed(Miss::Unreadable);
    let mut keys: CanonicalJsonObject = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if text(keys.get("server_name")) != Some(server) {
        return Err(KeyTrouble::OtherName);
    }
    let signatures = keys.remove("signatures").ok_or(KeyTrouble::Unsigned)?;
    keys.remove("unsigned");
    let signed = serde_json::to_string(&keys).map_err(|_| unreadable())?;
    let signatures = object(Some(&signatures)).and_then(|all| object(all.get(server)));
    let of_keys: Vec<_> = object(keys.get("verify_keys"))
        .into_iter()
        .flatten()
        .filter_map(|(id, key)| {
            let key = text(object(Some(key))?.get("key"))?;
            let signature = text(signatures?.get(id))?;
            Some((bytes(key)?, bytes(signature)?))
        })
        .collect();
    if of_keys.is_empty() {
        return Err(KeyTrouble::Unsigned);
    }
    let holds = |(key, signature): &(Vec<u8>, Vec<u8>)| {
        UnparsedPublicKey::new(&ED25519, key).verify(signed.as_bytes(), signature).is_ok()
    };
    if !of_keys.iter().all(holds) {
        return Err(KeyTrouble::WrongSignature);
    }
    match keys.get("valid_until_ts") {
        Some(CanonicalJsonValue::Integer(until)) if i64::from(*until) > now => Ok((*until).into()),
        Some(CanonicalJsonValue::Integer(_)) => Err(KeyTrouble::Expired),
        _ => Err(unreadable()),
    }
}

fn object(value: Option<&CanonicalJsonValue>) -> Option<&CanonicalJsonObject> {
    match value {
        Some(CanonicalJsonValue::Object(object)) => Some(object),
        _ => None,
    }
}

fn text(value: Option<&CanonicalJsonValue>) -> Option<&str> {
    match value {
        Some(CanonicalJsonValue::String(text)) => Some(text),
        _ => None,
    }
}

fn bytes(base64: &str) -> Option<Vec<u8>> {
    Base64::<Standard>::parse(base64).ok().map(Base64::into_inner)
}
