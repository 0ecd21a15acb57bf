//! Markdown that a person wrote, as HTML of our own making: from the parsed events only a fixed set
//! of tags comes out, whatever was written. HTML in it is shown as text, an image as a link, a link
//! with the host that it leads to; nothing in it pings anybody.
mod html;
mod ink;
mod link;
#[cfg(test)]
mod tests;

use ink::plain;
use pulldown_cmark::{Event, Options, Parser, TextMergeWithOffset};

/// Deeper quotes and lists are shown at this depth.
pub const NESTING_MAX: usize = 12;
/// Every tag that may come out; `a` with `href`, `ol` with `start`, `code` with `class`.
pub const TAGS: [&str; 17] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
];

/// A text in both forms, in blocks: a message that is full is cut between two of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rich {
    pub(super) blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub plain: String,
    pub html: String,
}

impl Rich {
    /// The HTML of all blocks.
    #[must_use]
    pub fn html(&self) -> String {
        self.blocks.iter().map(|block| block.html.as_str()).collect()
    }

    /// The plain form of all blocks: the Markdown itself, made harmless.
    #[must_use]
    pub fn plain(&self) -> String {
        self.blocks.iter().map(|block| block.plain.as_str()).collect::<Vec<_>>().join("\n\n")
    }
}

/// The extensions that are read: tables, strikethrough and task lists.
#[must_use]
pub fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// HTML is text like what stands beside it.
fn as_text(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    }
}

/// Reads Markdown.
#[must_use]
pub fn rich(source: &str) -> Rich {
    let mut rich = Rich::default();
    let mut writer = html::Writer::default();
    let mut from = 0;
    let parser = Parser::new_ext(source, options()).into_offset_iter();
    let parser = parser.map(|(event, range)| (as_text(event), range));
    for (event, range) in TextMergeWithOffset::new(parser) {
        if writer.is_at_top() {
            from = range.start;
        }
        let ends = matches!(event, Event::End(_) | Event::Rule);
        writer.event(event);
        if ends && writer.is_at_top() {
            let text = source.get(from..range.end).unwrap_or_default();
            rich.blocks.push(Block { plain: plain(text.trim_end()), html: writer.take() });
        }
    }
    let rest = writer.take();
    if !rest.is_empty() {
        rich.blocks.push(Block { plain: String::new(), html: rest });
    }
    rich
}
