//! How a command was said, for the arms that need more than its words.
use crate::platform::inbox::Event;

#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The line without the prefix, as it ran.
    pub line: &'a str,
    /// What stands below the line.
    pub rest: &'a str,
    /// The same as it was sent, to the last character.
    pub below: &'a str,
    /// Asked about, and answered with yes.
    pub confirmed: bool,
    /// Found by the gap filler: it was said while nobody heard it.
    pub late: bool,
    /// The message that said it first: before a yes, the one that was asked about.
    pub cause: &'a str,
    /// What others said before and this is about, oldest first.
    pub quoted: &'a [Event],
}
