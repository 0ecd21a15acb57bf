//! The process around the program: configuration, command line, the link with the homeserver,
//! the loops, telemetry. Binary `partnerspace`.
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod damage;
pub mod doctor;
pub mod link;
pub mod run;
pub mod telemetry;
pub mod verify;
