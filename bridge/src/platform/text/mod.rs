//! Words for people. One source gives the plain body, the HTML and the card of a message, so that
//! no view of it can say something else than another. Whatever a person wrote passes through
//! [`Line::person`] (or [`Message::prose`]) and can then neither break the template, nor reorder
//! the words around it, nor ping anybody.
pub mod cell;
mod escape;
mod foreign;
mod kept;
mod line;
pub mod markdown;
mod message;
mod refusal;
mod relation;
mod rows;
#[cfg(test)]
mod tests;

pub use escape::escaped;
pub use foreign::{foreign, is_invisible};
pub use line::{LINE_CHARS_MAX, Line};
pub use markdown::{Rich, rich};
pub use message::{CARD_BYTES_MAX, CARD_KEY, MENTIONS_MAX, Message, TEXT_BYTES_MAX};
pub use refusal::{fault_message, refusal_message};
pub use relation::{edit_of, plain_reply, thread_reply};
pub use rows::ROW_CHARS;

/// After a command that stands where only the bot may write: where it can be given.
pub const OUR_CHAT: &str = " in our chat";
