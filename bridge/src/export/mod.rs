//! The books as files that other programs and auditors read: every table in one order of columns, from
//! one moment of the database, row by row.
pub mod actions;
pub mod form;
pub mod rules;
pub mod store;
