//! Cards about badges and tiers.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PartnerRef;
use crate::money::Money;
use crate::wire::words;

/// A badge, and how far somebody has come with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadgeView {
    pub id: String,
    pub name: String,
    pub emoji: String,
    /// The highest level that is held; 0 for none.
    pub level: u32,
    /// How many levels there are; 1 for a badge given by hand.
    pub levels: u32,
    /// What earns it; absent for one that is given by hand alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earned: Option<String>,
    /// What has been counted towards it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// What the next level wants; absent on the highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// Whether its rule gives it now.
    pub on: bool,
    /// How many partners hold it; for the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holders: Option<i64>,
}

words! {
    /// What just happened to badges.
    BadgeEvent, "badge event" {
        Awarded = "awarded",
        Revoked = "revoked",
        Added = "added",
        Enabled = "enabled",
        Disabled = "disabled",
    }
}

/// What just happened to badges, of one partner or of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Badge {
    pub event: BadgeEvent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerRef>,
    /// Those that were awarded, added or switched.
    pub badges: Vec<BadgeView>,
    /// Those that went back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<BadgeView>,
    /// Why, where it was done by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Badges: a partner's own and those still to be earned, or for the team the program's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Badges {
    pub badges: Vec<BadgeView>,
}

/// Who would get a badge, or has just got it, when its rule takes effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadgePreview {
    pub badge: String,
    /// Whether it took effect; false for a preview.
    pub done: bool,
    /// Partners who get a level that they have not.
    pub partners: i64,
    /// The same by the highest level they get, the first level first.
    pub by_level: Vec<i64>,
}

/// A tier and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierView {
    pub slug: String,
    pub name: String,
    /// Net revenue within the window that lets in.
    pub bar: Money,
    /// Net revenue within the window that keeps it.
    pub keep: Money,
    /// The last so many months count.
    pub window_months: i64,
    /// How many partners are in it; for the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partners: Option<i64>,
}

words! {
    /// What just happened to a tier, or to a partner's place in one.
    TierEvent, "tier event" {
        Set = "set",
        Ended = "ended",
        Entered = "entered",
        Warned = "warned",
        Safe = "safe",
        Left = "left",
    }
}

/// What just happened to a tier, or to a partner's place in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tier {
    pub event: TierEvent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerRef>,
    /// Where it is about: entered, in danger, or left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierView>,
    /// The partner's net revenue within its window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue: Option<Money>,
    /// Where a partner stands who has left; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// The first day without the tier, where nothing changes before. ISO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_ends_on: Option<String>,
}

/// The tiers of the program, the lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tiers {
    pub tiers: Vec<TierView>,
    /// Slug of the asking partner's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
}
