//! One certificate authority per test run and leaves for 127.0.0.1, so that two Synapses federate
//! over real TLS without a name server.
use crate::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use std::fs::write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

static AUTHORITY: Mutex<Option<CertifiedIssuer<'static, KeyPair>>> = Mutex::new(None);

/// Writes `tls.crt`, `tls.key` for `localhost` and the authority's `ca.crt` into a folder.
pub fn write_leaf(folder: &Path) -> Outcome<()> {
    let mut held = AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner);
    let authority = match &mut *held {
        Some(authority) => authority,
        none => none.insert(new_authority()?),
    };
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(names)?.signed_by(&key, &**authority)?;
    write(folder.join("tls.crt"), leaf.pem())?;
    write(folder.join("tls.key"), key.serialize_pem())?;
    write(folder.join("ca.crt"), authority.pem())?;
    Ok(())
}

fn new_authority() -> Outcome<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::new(Vec::new())?;
    // Its own name: a leaf whose issuer has the leaf's name looks self-signed.
    params.distinguished_name.push(DnType::CommonName, "Partnerspace tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}
