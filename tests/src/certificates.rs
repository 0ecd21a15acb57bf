//! One certificate authority per test run and leaves for 127.0.0.1, so that two Synapses federate
//! over real TLS without a name server.
use crate::Outcome;
use anyhow::Context;
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

/// The authority's certificate (PEM).
pub fn authority() -> Outcome<String> {
    let mut held = AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner);
    let authority = match &mut *held {
        Some(authority) => authority,
        none => none.insert(new_authority()?),
    };
    Ok(authority.pem())
}

/// Lines of configuration of a program that may look at homeservers of this machine and trusts the
/// authority, whose certificate is put into the folder.
pub fn trusted(folder: &Path) -> Outcome<String> {
    let file = folder.join("ca.crt");
    write(&file, authority()?)?;
    let file = file.display().to_string();
    Ok(format!("[federation]\nallow_private = true\nca_file = {file:?}\n"))
}

/// A leaf of the authority and its key (DER), for these names, made as `change` says.
pub fn leaf(
    names: &[&str],
    change: impl FnOnce(&mut CertificateParams),
) -> Outcome<(Vec<u8>, Vec<u8>)> {
    authority()?;
    let held = AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner);
    let authority = held.as_ref().context("the authority was just made")?;
    let key = KeyPair::generate()?;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    change(&mut params);
    let leaf = params.signed_by(&key, &**authority)?;
    Ok((leaf.der().to_vec(), key.serialize_der()))
}

fn new_authority() -> Outcome<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::new(Vec::new())?;
    // Its own name: a leaf whose issuer has the leaf's name looks self-signed.
    params.distinguished_name.push(DnType::CommonName, "Partnerspace tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}
