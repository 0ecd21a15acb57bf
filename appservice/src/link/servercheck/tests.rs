//! Keys, signed by a key of the test's own.
use super::keys::judge;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use bridge::servers::rules::KeyTrouble;
use ruma::CanonicalJsonObject;
use ruma::serde::base64::{Base64, Standard};
use serde_json::{Value, json};

const NOW: i64 = 1_000_000;

fn encoded(bytes: &[u8]) -> String {
    Base64::<Standard, _>::new(bytes.to_vec()).encode()
}

/// Keys as a server serves them; `change` before, `after` the signing.
fn served(change: impl Fn(&mut Value), after: impl Fn(&mut Value)) -> Vec<u8> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let mut keys = json!({
        "server_name": "partner.org", "valid_until_ts": NOW + 1, "old_verify_keys": {},
        "verify_keys": { "ed25519:a": { "key": encoded(pair.public_key().as_ref()) } },
    });
    change(&mut keys);
    let canonical: CanonicalJsonObject = serde_json::from_value(keys.clone()).unwrap();
    let signature = pair.sign(serde_json::to_string(&canonical).unwrap().as_bytes());
    keys["signatures"] = json!({ "partner.org": { "ed25519:a": encoded(signature.as_ref()) } });
    keys["unsigned"] = json!({ "age": 5 });
    after(&mut keys);
    keys.to_string().into_bytes()
}

#[test]
fn keys_must_be_of_the_server_and_signed_by_themselves() {
    let same = |_: &mut Value| {};
    assert_eq!(judge("partner.org", &served(same, same), NOW), Ok(NOW + 1));
    assert_eq!(judge("partner.org", &served(same, same), NOW + 1), Err(KeyTrouble::Expired));
    assert_eq!(judge("other.org", &served(same, same), NOW), Err(KeyTrouble::OtherName));
    let changed = served(same, |keys| keys["valid_until_ts"] = (NOW + 2).into());
    assert_eq!(judge("partner.org", &changed, NOW), Err(KeyTrouble::WrongSignature));
    let bare = served(same, |keys| keys["signatures"] = json!({}));
    assert_eq!(judge("partner.org", &bare, NOW), Err(KeyTrouble::Unsigned));
    let timeless = served(|keys| keys["valid_until_ts"] = "soon".into(), same);
    assert!(matches!(judge("partner.org", &timeless, NOW), Err(KeyTrouble::Missed(_))));
    for odd in [b"" as &[u8], b"[]", b"{}", b"{\"server_name\":5}"] {
        assert!(judge("partner.org", odd, NOW).is_err());
    }
}
