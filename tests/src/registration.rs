//! A registration that a Synapse is started with: one test's program takes it and is alone in its
//! namespaces. Written by the rig, in the shape that `partnerspace init` writes.
use crate::{Outcome, place};
use rand::Rng as _;

#[derive(Debug, Clone)]
pub struct Registration {
    pub id: String,
    /// Where the program listens.
    pub port: u16,
    /// Local parts of the program's users begin with this.
    pub prefix: String,
    /// Aliases begin with this.
    pub alias_prefix: String,
    pub as_token: String,
    pub hs_token: String,
}

impl Registration {
    pub fn new(number: usize) -> Outcome<Self> {
        Ok(Self {
            id: format!("program{number}"),
            port: place::port()?,
            prefix: format!("p{number}_"),
            alias_prefix: format!("p{number}"),
            as_token: secret(),
            hs_token: secret(),
        })
    }

    /// The bot's full id.
    #[must_use]
    pub fn bot(&self, server_name: &str) -> String {
        format!("@{}bot:{server_name}", self.prefix)
    }

    /// `registration.yaml`.
    #[must_use]
    pub fn yaml(&self, server_name: &str) -> String {
        let Self { id, port, prefix, alias_prefix, as_token, hs_token } = self;
        let server = server_name.replace('.', "\\.");
        format!(
            "id: {id}\n\
             url: http://127.0.0.1:{port}\n\
             as_token: {as_token}\n\
             hs_token: {hs_token}\n\
             sender_localpart: {prefix}sender\n\
             rate_limited: false\n\
             namespaces:\n  \
               users:\n  \
               - exclusive: true\n    \
                 regex: '^@{prefix}[a-z0-9_]*:{server}$'\n  \
               aliases:\n  \
               - exclusive: true\n    \
                 regex: '^#{alias_prefix}[a-z0-9_-]*:{server}$'\n  \
               rooms: []\n"
        )
    }
}

/// 32 random bytes as hexadecimal digits.
#[must_use]
pub fn secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::rngs::ThreadRng::default().fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
