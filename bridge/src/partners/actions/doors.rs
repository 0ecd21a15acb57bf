//! By whose word people come into the program and go.
use crate::platform::access::{Invitation, Lead, Manager, Partner};

/// By whose word a person comes in.
#[derive(Debug, Clone, Copy)]
pub enum Door<'a> {
    Manager(&'a Manager),
    /// Their organization has asked them in, and they said yes.
    Invitation(&'a Invitation),
}

impl Door<'_> {
    pub(super) fn by(&self) -> &str {
        match self {
            Self::Manager(manager) => manager.user_id(),
            Self::Invitation(invitation) => invitation.by(),
        }
    }
}

/// By whose word a person goes.
#[derive(Debug, Clone, Copy)]
pub enum Exit<'a> {
    Manager(&'a Manager),
    /// Of the organization that brought them in.
    Lead(&'a Lead),
    /// Their own.
    Own(&'a Partner),
}
