//! All that the contract puts on the wire, with its JSON Schema: the source of the reference docs.
use ruma::events::StaticEventContent;
use schemars::{JsonSchema, Schema, schema_for};

use crate::card;
use crate::state::{
    GoalState, IndustryState, LeaderboardState, PlaybookState, ProfileState, ProgramState,
    RoomState,
};

/// Where a documented content stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportedKind {
    /// Content of a state event; the name is the event type.
    State,
    /// A card under `card::KEY`; the name is its `kind`.
    Card,
}

/// One documented content.
#[derive(Debug, Clone)]
pub struct Exported {
    pub kind: ExportedKind,
    pub name: &'static str,
    /// The doc comment of its struct.
    pub description: String,
    pub schema: Schema,
}

/// Every state event and every card, in the order of the docs.
#[must_use]
pub fn export() -> Vec<Exported> {
    let states = [
        state::<ProgramState>(),
        state::<RoomState>(),
        state::<LeaderboardState>(),
        state::<PlaybookState>(),
        state::<GoalState>(),
        state::<IndustryState>(),
        state::<ProfileState>(),
    ];
    let cards = card::schemas();
    let cards = cards.into_iter().map(|(kind, schema)| exported(ExportedKind::Card, kind, schema));
    states.into_iter().chain(cards).collect()
}

fn state<T: StaticEventContent + JsonSchema>() -> Exported {
    exported(ExportedKind::State, T::TYPE, schema_for!(T))
}

fn exported(kind: ExportedKind, name: &'static str, schema: Schema) -> Exported {
    let description = schema.get("description").and_then(|d| d.as_str()).unwrap_or_default();
    Exported { kind, name, description: description.to_owned(), schema }
}
