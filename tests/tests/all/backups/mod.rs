//! Backups: made beside the running program, restored on either database, and caught up with from the
//! rooms: what came after the backup is there again once, under its own numbers, and nobody is told twice.
mod files;
mod kills;
mod restored;
mod steps;
