//! The closed sets of words that facts, room state and cards share: where a sale, a partner, a
//! role or a profile stands.
use crate::wire::words;

/// A word outside a closed set; names the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known {0}")]
pub struct UnknownWord(pub &'static str);

words! {
    /// Where a sale stands. `claimed → approved | rejected | withdrawn`, `approved → voided`.
    SaleStatus, "sale status" {
        Claimed = "claimed",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Voided = "voided",
    }
}

words! {
    /// Where a person stands with the program.
    Enrollment, "enrollment" {
        /// Applied, not decided.
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        Suspended = "suspended",
        Left = "left",
    }
}

words! {
    /// How a partner stands on boards: with name; without name, id and profile; or not for others.
    Visibility, "visibility" {
        Public = "public",
        Anonymous = "anonymous",
        Hidden = "hidden",
    }
}

words! {
    /// What a person may do, most first.
    Role, "role" {
        Owner = "owner",
        Manager = "manager",
        Reviewer = "reviewer",
        Partner = "partner",
        Applicant = "applicant",
    }
}

words! {
    /// Where a goal stands. `open → reached | missed` at the end of its last day, `ended` by hand before.
    GoalStatus, "goal status" {
        Open = "open",
        Reached = "reached",
        Missed = "missed",
        Ended = "ended",
    }
}

words! {
    /// What a managed room is for.
    RoomRole, "room role" {
        Space = "space",
        Announcements = "announcements",
        General = "general",
        Wins = "wins",
        Leaderboard = "leaderboard",
        Playbooks = "playbooks",
        Mentorship = "mentorship",
        Industry = "industry",
        Control = "control",
        Organization = "organization",
    }
}

words! {
    /// What a person is in their organization.
    TeamRole, "team role" {
        Lead = "lead",
        Member = "member",
    }
}

words! {
    /// Whether a person is in the program's Space, or what keeps them out.
    Reach, "reach" {
        Joined = "joined",
        /// Asked in; they have not answered yet.
        Invited = "invited",
        /// They left, or declined the invitation.
        Out = "out",
        /// The invitation is still to be sent.
        Waiting = "waiting",
        /// Their server does not answer; it is tried again.
        Away = "away",
        /// Their server did not answer for so long that it is no longer tried.
        GivenUp = "given_up",
        /// They, or their server, let in no invitations of the bot.
        Blocked = "blocked",
        /// Their server, or ours, has refused the invitation.
        Refused = "refused",
        /// Their server knows nobody of this id.
        Unknown = "unknown",
        /// They are banned from the room.
        Banned = "banned",
        /// Their server does not understand the version of our rooms.
        Version = "version",
    }
}
