//! The names by which the program's parts know its rooms.
use schema::status::RoomRole;
use std::fmt;

/// One kept room. Its text form (`announcements`, `industry:dental`) is the outbox's lane.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoomKey {
    Space,
    Announcements,
    General,
    Wins,
    Leaderboard,
    Playbooks,
    Mentorship,
    Control,
    /// A room of the bot alone, for the messages that prove the way back.
    Canary,
    Industry(String),
    /// The private room of a mentorship; its id.
    Pair(String),
    /// The private room of an organization; its short name.
    Organization(String),
}

/// Words that no industry may be called: they name rooms in the program's state.
pub const RESERVED: &[&str] = &[
    "space",
    "announcements",
    "general",
    "wins",
    "leaderboard",
    "playbooks",
    "mentorship",
    "control",
    "canary",
    "industry",
    "organization",
    "organizations",
    "all",
    "program",
];

impl RoomKey {
    /// The rooms that every program has, in the order in which they are made.
    pub const FIXED: [Self; 9] = [
        Self::Space,
        Self::Control,
        Self::Announcements,
        Self::General,
        Self::Wins,
        Self::Leaderboard,
        Self::Playbooks,
        Self::Mentorship,
        Self::Canary,
    ];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(slug) = text.strip_prefix("industry:") {
            return Some(Self::Industry(slug.to_owned()));
        }
        if let Some(slug) = text.strip_prefix("organization:") {
            return Some(Self::Organization(slug.to_owned()));
        }
        if let Some(id) = text.strip_prefix("mentorship-") {
            return Some(Self::Pair(id.to_owned()));
        }
        Self::FIXED.into_iter().find(|key| key.word() == text)
    }

    /// The role that the room's state names; the bot's own room and private ones have none.
    #[must_use]
    pub const fn role(&self) -> Option<RoomRole> {
        Some(match self {
            Self::Space => RoomRole::Space,
            Self::Announcements => RoomRole::Announcements,
            Self::General => RoomRole::General,
            Self::Wins => RoomRole::Wins,
            Self::Leaderboard => RoomRole::Leaderboard,
            Self::Playbooks => RoomRole::Playbooks,
            Self::Mentorship => RoomRole::Mentorship,
            Self::Control => RoomRole::Control,
            Self::Industry(_) => RoomRole::Industry,
            Self::Organization(_) => RoomRole::Organization,
            Self::Canary | Self::Pair(_) => return None,
        })
    }

    #[must_use]
    pub fn industry(&self) -> Option<&str> {
        match self {
            Self::Industry(slug) => Some(slug),
            _ => None,
        }
    }

    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        match self {
            Self::Organization(slug) => Some(slug),
            _ => None,
        }
    }

    /// Whether members of the Space may join without being asked.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.in_space() && !matches!(self, Self::Organization(_))
    }

    /// Whether only those may be in it whom it was made for.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        matches!(self, Self::Pair(_) | Self::Organization(_))
    }

    /// Whether it is a child of the Space.
    #[must_use]
    pub const fn in_space(&self) -> bool {
        !matches!(self, Self::Space | Self::Control | Self::Canary | Self::Pair(_))
    }

    /// Whether partners are in the room at all.
    #[must_use]
    pub const fn is_for_partners(&self) -> bool {
        !matches!(self, Self::Control | Self::Canary)
    }

    /// Whether the program's state names the room: it is nobody's secret.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        !matches!(self, Self::Canary | Self::Pair(_) | Self::Organization(_))
    }

    /// Whether only the bot may write there.
    #[must_use]
    pub const fn bot_only(&self) -> bool {
        matches!(
            self,
            Self::Space | Self::Announcements | Self::Leaderboard | Self::Playbooks | Self::Canary
        )
    }

    /// The localpart of the room's alias; the bot's own room and private ones have none.
    #[must_use]
    pub fn alias(&self, prefix: &str) -> Option<String> {
        match self {
            Self::Canary | Self::Pair(_) | Self::Organization(_) => None,
            Self::Industry(slug) => Some(format!("{prefix}-industry-{slug}")),
            key => Some(format!("{prefix}-{}", key.word())),
        }
    }

    /// Where the room stands in the Space.
    #[must_use]
    pub fn order(&self) -> String {
        match self {
            Self::Industry(slug) => format!("20-{slug}"),
            Self::Announcements => "01".into(),
            Self::General => "02".into(),
            Self::Wins => "03".into(),
            Self::Leaderboard => "04".into(),
            Self::Playbooks => "05".into(),
            Self::Mentorship => "06".into(),
            // Everybody reads the list of the Space: it names nobody.
            Self::Organization(_) => "30".into(),
            Self::Space | Self::Control | Self::Canary | Self::Pair(_) => "99".into(),
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Announcements => "announcements",
            Self::General => "general",
            Self::Wins => "wins",
            Self::Leaderboard => "leaderboard",
            Self::Playbooks => "playbooks",
            Self::Mentorship | Self::Pair(_) => "mentorship",
            Self::Control => "control",
            Self::Canary => "canary",
            Self::Industry(_) => "industry",
            Self::Organization(_) => "organization",
        }
    }
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Industry(slug) | Self::Organization(slug) => write!(f, ":{slug}"),
            Self::Pair(id) => write!(f, "-{id}"),
            _ => Ok(()),
        }
    }
}
