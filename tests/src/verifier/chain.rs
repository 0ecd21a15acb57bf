//! The hash chain: each entry's hash covers the one before and its own text.
use super::canonical;
use super::read::hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A row of the ledger, as far as the chain knows it.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    pub seq: i64,
    pub prev_hash: &'a str,
    pub hash: &'a str,
    pub body: &'a str,
}

/// Where the chain ends so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub seq: i64,
    pub hash: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self { seq: 0, hash: "0".repeat(64) }
    }
}

impl Chain {
    /// Takes the next entry; what its text says.
    ///
    /// # Errors
    /// What is wrong with it. The chain goes on from what it says of itself, so that what follows is
    /// looked at as well.
    pub fn take(&mut self, link: Link<'_>) -> Result<Value, String> {
        let expected = std::mem::replace(self, Self { seq: link.seq, hash: link.hash.to_owned() });
        if link.seq != expected.seq + 1 {
            return Err(format!("it follows entry {}", expected.seq));
        }
        if link.prev_hash != expected.hash {
            return Err("it does not hang on the entry before".to_owned());
        }
        let covered = format!("{}\n{}", link.prev_hash, link.body);
        if link.hash != hex(&Sha256::digest(covered.as_bytes())) {
            return Err("its hash is not that of its text".to_owned());
        }
        let value: Value = serde_json::from_str(link.body).map_err(|error| error.to_string())?;
        if canonical::text(&value).as_deref() != Some(link.body) {
            return Err("its text is not canonical".to_owned());
        }
        Ok(value)
    }
}

/// The first place at which a chain breaks.
///
/// # Errors
/// The position in the rows, from 0, and what is wrong.
pub fn whole<'a>(links: impl IntoIterator<Item = Link<'a>>) -> Result<Chain, (usize, String)> {
    let mut chain = Chain::default();
    for (at, link) in links.into_iter().enumerate() {
        chain.take(link).map_err(|what| (at, what))?;
    }
    Ok(chain)
}
