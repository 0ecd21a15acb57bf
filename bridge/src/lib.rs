//! The program itself, between people in rooms and facts in the database. It opens no socket,
//! reads no clock and starts no task; what it needs of the outside is the `Homeserver` port.
pub mod audit;
pub mod badges;
pub mod clients;
pub mod commission;
pub mod deals;
pub mod export;
pub mod imports;
pub mod industries;
pub mod insights;
pub mod leaderboard;
pub mod ledger;
pub mod mentorship;
pub mod operations;
pub mod partners;
pub mod payouts;
pub mod platform;
pub mod playbooks;
pub mod program;
pub mod questions;
pub mod rates;
pub mod rooms;
pub mod root;
pub mod sales;
pub mod statements;
pub mod team;
pub mod wins;
