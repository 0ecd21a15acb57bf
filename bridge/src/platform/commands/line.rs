//! From a message to the command line in it. Only the body is executed: the HTML tells which user
//! a name stands for, and whether people saw something else than what runs.
use super::chars;
use super::content::Content;
use super::pills::{self, Shown};
use super::tokens::{self, Token};
use crate::platform::refusal::{Code, Refusal};
use ruma::UserId;

/// The longest command line, in characters.
pub const LINE_CHARS_MAX: usize = 4_096;

/// Where something was said: in a direct chat with the bot the prefix is optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Direct,
    Room,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineOutcome {
    Command(CommandLine),
    NotForUs,
    /// The prefix was typed in its full-width form; worth a hint when `word` is a command.
    FullWidthHint {
        word: String,
    },
    /// A command that cannot be read; to be answered when `word` is a command (`Grammar::hears`).
    Refused {
        word: String,
        refusal: Refusal,
    },
}

/// A line that is addressed to the bot and can be split into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// Exactly what runs, without the prefix: normalized, names replaced by user ids.
    pub text: String,
    pub tokens: Vec<Token>,
    /// What stands below the first line.
    pub rest: String,
    /// The same as it was sent, to the last character.
    pub below: String,
    /// People saw other words than those that run: the answer quotes `text`.
    pub is_shown_otherwise: bool,
    /// Without a prefix it may be plain talk, in a direct chat.
    pub has_prefix: bool,
}

impl CommandLine {
    /// A line of our own making, without a prefix: one that a person was asked about.
    ///
    /// # Errors
    /// When it cannot be split into words.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let tokens = tokens::tokens(text)?;
        let (text, rest, below) = (text.to_owned(), String::new(), String::new());
        Ok(Self { text, tokens, rest, below, is_shown_otherwise: false, has_prefix: true })
    }
}

/// What a message says that is no command, on one line (commas part its lines), with user ids in place of the names that a
/// client shows. `said`: the part of its body that counts.
///
/// # Errors
/// When it holds what cannot be seen.
pub fn plain_words(content: &Content, said: &str) -> Result<String, Refusal> {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let said = lines.collect::<Vec<_>>().join(", ");
    let shown = content.formatted_body.as_deref().map(pills::shown);
    let with_ids = pills::with_user_ids(&said, shown.as_ref());
    chars::normalized(&with_ids).map(std::borrow::Cow::into_owned)
}

/// Finds the command in a message. `prefix` is the configured one, `bot` the visible bot, which
/// may be addressed before the command.
#[must_use]
pub fn command_line(content: &Content, prefix: &str, place: Place, bot: &UserId) -> LineOutcome {
    let (Some("m.text"), Some(body)) = (content.msgtype.as_deref(), content.body.as_deref()) else {
        return LineOutcome::NotForUs;
    };
    if content.rel_type.as_deref() == Some("m.replace") {
        return LineOutcome::NotForUs;
    }
    let spoken = below_quote(body).trim_start();
    let (line, rest) = spoken.split_once('\n').unwrap_or((spoken, ""));
    let line = line.trim_end();
    let may_address = line.starts_with(['@', '[', 'h']) || content.formatted_body.is_some();
    if place == Place::Room && !may_address && !line.starts_with(prefix) {
        return full_width_hint(line, prefix);
    }
    let shown = content.formatted_body.as_deref().map(pills::shown);
    if shown.as_ref().is_some_and(|shown| shown.starts_with_code) {
        return LineOutcome::NotForUs;
    }
    addressed(line, rest, shown.as_ref(), (prefix, place, bot))
}

fn addressed(
    line: &str,
    rest: &str,
    shown: Option<&Shown>,
    (prefix, place, bot): (&str, Place, &UserId),
) -> LineOutcome {
    if let Some((at, _)) = line.char_indices().nth(LINE_CHARS_MAX) {
        return too_long(&line[..at], prefix, place);
    }
    let with_ids = pills::with_user_ids(line, shown);
    let spoken = match with_ids.strip_prefix(bot.as_str()) {
        Some(after) => after.trim_start_matches([':', ',']).trim_start(),
        None => &with_ids,
    };
    let Some(command) = command_of(spoken, prefix, place) else {
        return full_width_hint(spoken, prefix);
    };
    let read = chars::normalized(command).and_then(|text| Ok((tokens::tokens(&text)?, text)));
    match read {
        Ok((tokens, text)) => LineOutcome::Command(CommandLine {
            tokens,
            text: text.trim_end().to_owned(),
            has_prefix: spoken.starts_with(prefix),
            rest: chars::cleaned(rest),
            below: rest.to_owned(),
            is_shown_otherwise: shown.is_some_and(|shown| is_other(line, &shown.text)),
        }),
        Err(refusal) => LineOutcome::Refused { word: first_word(command), refusal },
    }
}

/// The line behind the prefix (or without one, in a direct chat), when a word follows.
fn command_of<'a>(line: &'a str, prefix: &str, place: Place) -> Option<&'a str> {
    let command = match (line.strip_prefix(prefix), place) {
        (Some(command), _) => command,
        (None, Place::Direct) => line,
        (None, Place::Room) => return None,
    };
    command.starts_with(char::is_alphabetic).then_some(command)
}

fn too_long(line: &str, prefix: &str, place: Place) -> LineOutcome {
    match command_of(line, prefix, place) {
        Some(command) => LineOutcome::Refused {
            word: first_word(command),
            refusal: Refusal::new(
                Code::Long,
                format!("The line is too long: at most {LINE_CHARS_MAX} characters."),
            ),
        },
        None => LineOutcome::NotForUs,
    }
}

/// The first word without anything that cannot be typed into one, in lower case.
fn first_word(command: &str) -> String {
    let word = command.split(char::is_whitespace).next().unwrap_or_default();
    word.chars().filter(|ch| ch.is_alphanumeric()).take(64).collect::<String>().to_lowercase()
}

fn full_width_hint(line: &str, prefix: &str) -> LineOutcome {
    let wide = |ch: char| match u32::from(ch) {
        point @ 0x21..=0x7e => char::from_u32(point + 0xfee0).unwrap_or(ch),
        _ => ch,
    };
    let wide: String = prefix.chars().map(wide).collect();
    match line.strip_prefix(wide.as_str()) {
        Some(after) if wide != prefix && after.starts_with(char::is_alphabetic) => {
            LineOutcome::FullWidthHint { word: first_word(after) }
        }
        _ => LineOutcome::NotForUs,
    }
}

/// The body below the quote that clients put before a reply. A line directly below a quoted one
/// still belongs to the quote.
#[must_use]
pub fn below_quote(body: &str) -> &str {
    let mut body = body;
    while body.starts_with('>') {
        match body.find("\n\n").or_else(|| body.find("\n\r\n")) {
            Some(end) => body = body[end..].trim_start(),
            None => return "",
        }
    }
    body
}

/// Whether the HTML's first line shows other words; punctuation (of markup) does not count.
fn is_other(line: &str, shown: &str) -> bool {
    let words = |text: &str| text.chars().filter(|ch| ch.is_alphanumeric()).collect::<String>();
    let first = shown.trim_start().lines().next().unwrap_or_default();
    words(first) != words(line)
}
