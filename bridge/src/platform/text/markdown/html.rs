//! From the events of the Markdown reader to tags: each event has its tag here, or none.
use super::NESTING_MAX;
use super::ink::{Ink, Lines};
use super::link::{Target, target};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Tag};
use std::borrow::Cow;

/// The longest name of a code's language.
const LANGUAGE_CHARS_MAX: usize = 20;

#[derive(Default)]
pub struct Writer {
    ink: Ink,
    /// What closes the open elements.
    open: Vec<Close>,
    /// The next cell is the first of its row.
    is_first: bool,
    in_link: bool,
    /// Inside code or HTML, whose lines stay.
    in_source: bool,
}

enum Close {
    With(&'static str),
    /// Also says where a link leads.
    Link(Option<String>, bool),
    Source,
}

impl Writer {
    pub fn is_at_top(&self) -> bool {
        self.open.is_empty()
    }

    pub fn take(&mut self) -> String {
        self.ink.apart();
        std::mem::take(&mut self.ink.html)
    }

    pub fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => {
                self.ink.ours("<code>");
                self.ink.theirs(&text, Lines::Joined);
                self.ink.ours("</code>");
            }
            Event::SoftBreak | Event::HardBreak => {
                self.ink.ours("<br>\n");
                self.ink.apart();
            }
            Event::Rule => self.ink.ours("<hr>\n"),
            Event::TaskListMarker(done) => self.ink.ours(if done { "☑ " } else { "☐ " }),
            // Extensions that are not read.
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let lines = if self.in_source { Lines::Kept } else { Lines::Joined };
        self.ink.theirs(text, lines);
    }

    fn start(&mut self, tag: Tag<'_>) {
        let deep = self.open.len() >= NESTING_MAX;
        let (open, close): (Cow<'static, str>, &'static str) = match tag {
            Tag::Link { link_type, dest_url, .. } => return self.link(link_type, &dest_url),
            Tag::Image { dest_url, .. } => return self.image(&dest_url),
            Tag::CodeBlock(kind) => return self.source(Some(kind)),
            Tag::HtmlBlock => return self.source(None),
            // Not every client shows a table: it reads as a list, whose rows are as the lines of one.
            Tag::TableHead | Tag::TableRow => {
                self.is_first = true;
                match tag {
                    Tag::TableHead => ("<p><strong>".into(), "</strong></p>\n<ul>\n"),
                    _ => ("<li>".into(), "</li>\n"),
                }
            }
            Tag::TableCell => {
                let apart = if self.is_first { "" } else { " · " };
                self.is_first = false;
                (apart.into(), "")
            }
            Tag::Table(_) => ("".into(), "</ul>\n"),
            Tag::Heading { level, .. } => heading(level),
            // What may stand in itself without end.
            Tag::BlockQuote(_) | Tag::List(_) | Tag::Item if deep => ("".into(), "\n"),
            Tag::BlockQuote(_) => ("<blockquote>\n".into(), "</blockquote>\n"),
            Tag::List(None) => ("<ul>\n".into(), "</ul>\n"),
            Tag::List(Some(1)) => ("<ol>\n".into(), "</ol>\n"),
            Tag::List(Some(first)) => (format!("<ol start=\"{first}\">\n").into(), "</ol>\n"),
            Tag::Item => ("<li>".into(), "</li>\n"),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough if deep => ("".into(), ""),
            Tag::Emphasis => ("<em>".into(), "</em>"),
            Tag::Strong => ("<strong>".into(), "</strong>"),
            Tag::Strikethrough => ("<del>".into(), "</del>"),
            _ => ("<p>".into(), "</p>\n"),
        };
        self.ink.ours(&open);
        self.open.push(Close::With(close));
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Close::With(close)) => {
                self.ink.ours(close);
                if close.ends_with('\n') {
                    self.ink.apart();
                }
            }
            Some(Close::Link(shown, linked)) => {
                if linked {
                    self.ink.ours("</a>");
                    self.in_link = false;
                }
                if let Some(shown) = shown {
                    self.ink.ours(" (");
                    self.ink.theirs(&shown, Lines::Joined);
                    self.ink.ours(")");
                }
            }
            Some(Close::Source) => {
                self.in_source = false;
                self.ink.ours("</code></pre>\n");
                self.ink.apart();
            }
            None => {}
        }
    }

    /// Code, or HTML: what was written is shown as it is.
    fn source(&mut self, kind: Option<CodeBlockKind<'_>>) {
        self.in_source = true;
        self.ink.apart();
        self.ink.ours("<pre><code");
        if let Some(CodeBlockKind::Fenced(info)) = kind
            && let Some(language) = language(&info)
        {
            self.ink.ours(" class=\"language-");
            self.ink.attribute(language);
            self.ink.ours("\"");
        }
        self.ink.ours(">");
        self.open.push(Close::Source);
    }

    fn link(&mut self, kind: LinkType, address: &str) {
        let address = match kind {
            LinkType::Email => Cow::Owned(format!("mailto:{address}")),
            _ => Cow::Borrowed(address),
        };
        let bare = matches!(kind, LinkType::Autolink | LinkType::Email);
        // With a name before its host an address looks like one that leads elsewhere.
        let bare =
            bare && !address.split(['/', '?', '#']).nth(2).is_some_and(|at| at.contains('@'));
        self.open_link(target(&address), bare);
    }

    fn image(&mut self, address: &str) {
        self.ink.ours("🖼 ");
        self.open_link(target(address), false);
    }

    fn open_link(&mut self, target: Target, bare: bool) {
        let (shown, linked) = match target {
            Target::Linked { href, shown } if !self.in_link => {
                self.ink.ours("<a href=\"");
                self.ink.attribute(&href);
                self.ink.ours("\">");
                self.in_link = true;
                (Some(shown), true)
            }
            Target::Linked { shown, .. } | Target::Named(shown) => (Some(shown), false),
            Target::Nothing => (None, false),
        };
        self.open.push(Close::Link(shown.filter(|_| !bare), linked));
    }
}

/// Two sizes smaller than written: a chat is no page.
fn heading(level: HeadingLevel) -> (Cow<'static, str>, &'static str) {
    match level {
        HeadingLevel::H1 => ("<h3>".into(), "</h3>\n"),
        HeadingLevel::H2 => ("<h4>".into(), "</h4>\n"),
        HeadingLevel::H3 => ("<h5>".into(), "</h5>\n"),
        _ => ("<h6>".into(), "</h6>\n"),
    }
}

fn language(info: &str) -> Option<&str> {
    let word = info.split_whitespace().next()?;
    let fits = word.len() <= LANGUAGE_CHARS_MAX
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'#'));
    fits.then_some(word)
}
