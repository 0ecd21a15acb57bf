//! One binary for all end-to-end tests: it links once, and shares one Synapse and one PostgreSQL.
mod chats;
mod layers;
mod rig;
