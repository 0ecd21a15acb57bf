//! The lease of several instances: as a model of which every state is looked at, and as the statements do
//! it on a real PostgreSQL.
mod database;
mod model;
mod search;
