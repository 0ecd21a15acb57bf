//! From a message to a command: what was said ([`line`]), its words ([`tokens`]), its meaning
//! ([`parse`]), and what to answer when there is none ([`usage`], [`suggest`], [`help`]).
//!
//! # How a capability declares its commands
//! A `clap::Subcommand` enum, one variant per command, with these conventions (`Grammar::problems`
//! checks them in a test):
//! - The doc comment's first line says what the command does; it is the help and the reference.
//! - `#[command(after_help = "sale add 1000 EUR Acme")]`: working examples without the prefix, one
//!   a line, on every command that takes arguments.
//! - A root variant names its group in `!help`: `#[command(subcommand_help_heading = "Sales")]`.
//! - Arguments are positional or `--long`; there are no short flags. Nothing a person types can
//!   become a flag by accident: `-100` and a quoted `"--x"` reach the value.
//! - Text of several words is one `String` with `#[arg(num_args = 1..)]`: as the last positional
//!   it takes all words left, as a field all words up to the next field.
//!   It arrives as it was typed; quotes around the whole of it are left out, except where it is prose
//!   (`value_hint = PROSE`: reasons, announcements, stories), which nothing is taken from.
//!   With `allow_hyphen_values` it also takes fields whose names only the arm knows, as they stand.
//! - `value_name` is what usage shows between `<` and `>` or after the field's name. A name in angle
//!   brackets (`"<client>"`) is shown as required where the arm itself says what is missing.
//! - Amounts, currencies, dates and references are `String`s here; the arm turns them into values,
//!   since that needs the currency, the calendar or the database. What can be refused by itself may
//!   be refused by a `value_parser` with error type `Refusal`: it arrives as it is, and before a
//!   missing argument is noticed. Choices are `ValueEnum`s with `ignore_case = true`.
//! - A command is not told whether a field came before or after the words; a repeated, unknown or
//!   empty field never arrives.
mod chars;
pub mod content;
mod fields;
pub mod help;
pub mod line;
pub mod parse;
mod pills;
pub mod reaction;
mod reference;
mod said;
pub mod suggest;
#[cfg(test)]
mod tests;
mod tokens;
mod usage;

pub use chars::normalized;
pub use content::Content;
pub use line::{CommandLine, LineOutcome, Place, below_quote, command_line, plain_words};
pub use parse::{Grammar, Parsed};
pub use reference::reference;
pub use said::Said;
pub use tokens::Token;

/// Marks a text argument as prose: it arrives exactly as it was typed.
pub const PROSE: clap::ValueHint = clap::ValueHint::Other;
