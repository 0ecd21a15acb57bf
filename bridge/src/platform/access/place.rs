//! Where something was said.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The team's room: control commands.
    Control,
    /// Another room that we keep: partner commands; the industry of a channel is the default of a claim.
    Kept { key: String, industry: Option<String> },
    /// Alone with the bot: the prefix is optional.
    Direct,
    /// A room that is not ours.
    Other,
}

impl Place {
    #[must_use]
    pub fn is_direct(&self) -> bool {
        matches!(self, Self::Direct)
    }

    #[must_use]
    pub fn industry(&self) -> Option<&str> {
        match self {
            Self::Kept { industry, .. } => industry.as_deref(),
            _ => None,
        }
    }
}
