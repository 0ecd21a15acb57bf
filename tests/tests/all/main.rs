//! One binary for all end-to-end tests: it links once, and shares one Synapse and one PostgreSQL.
mod bad_inputs;
mod chats;
mod delivery;
mod federation;
mod files;
mod flags;
mod homeserver_kills;
mod insights;
mod kills;
mod layers;
mod names;
mod playbooks;
mod pressure;
mod reference;
mod rig;
mod search;
mod together;
