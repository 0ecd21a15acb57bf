//! A message: the blocks go into the body and the HTML as they are added, the JSON is written
//! straight into a string. Event limits hold by construction: what exceeds them is cut, visibly.
use super::escape::{json_bytes, json_string};
use super::line::Line;
use super::markdown::Rich;
use ruma::{OwnedUserId, UserId};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// The content key of the machine-readable form.
pub const CARD_KEY: &str = schema::card::KEY;
/// Body and HTML together, as JSON; with the card and mentions an event stays under 60 KiB.
pub const TEXT_BYTES_MAX: usize = 30 * 1024;
/// The card as JSON. A larger one is a bug of its capability: it is left out and reported.
pub const CARD_BYTES_MAX: usize = 24 * 1024;
/// Mentioned users in one message.
pub const MENTIONS_MAX: usize = 12;

/// The content of an `m.room.message`: `notice` for answers, `text` for what people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    msgtype: &'static str,
    pub(super) body: String,
    pub(super) html: String,
    bytes: usize,
    is_cut: bool,
    mentions: Vec<OwnedUserId>,
    mentions_room: bool,
    card: Option<String>,
}

/// How a message hangs on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation<'a> {
    None,
    Thread { root: &'a str, reply_to: &'a str },
    Reply { to: &'a str },
}

impl Message {
    /// An answer: never notifies anybody.
    pub fn notice(title: impl Into<Line>) -> Self {
        Self::titled("m.notice", &title.into())
    }

    /// Something to read: a board, an award, a win, an announcement, a review.
    pub fn text(title: impl Into<Line>) -> Self {
        Self::titled("m.text", &title.into())
    }

    fn titled(msgtype: &'static str, title: &Line) -> Self {
        let mut message = Self {
            msgtype,
            body: String::with_capacity(256),
            html: String::with_capacity(512),
            bytes: 0,
            is_cut: false,
            mentions: Vec::new(),
            mentions_room: false,
            card: None,
        };
        message.block("<p><strong>", "</strong></p>\n", "", std::slice::from_ref(title));
        message
    }

    /// A paragraph of one line.
    #[must_use]
    pub fn line(self, line: impl Into<Line>) -> Self {
        self.lines(vec![line.into()])
    }

    /// One paragraph of several rows.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over what they just built")]
    pub fn lines(mut self, lines: Vec<Line>) -> Self {
        self.block("<p>", "</p>\n", "", &lines);
        self
    }

    /// What somebody said.
    #[must_use]
    pub fn quote(mut self, line: impl Into<Line>) -> Self {
        self.block("<blockquote>", "</blockquote>\n", "> ", &[line.into()]);
        self
    }

    /// Longer text that a person wrote: blank lines part paragraphs, line ends are kept.
    #[must_use]
    pub fn prose(mut self, text: &str) -> Self {
        let mut rows = Vec::new();
        for row in text.lines() {
            if row.trim().is_empty() {
                self.paragraph(&mut rows);
            } else {
                rows.push(Line::new().person(row));
            }
        }
        self.paragraph(&mut rows);
        self
    }

    fn paragraph(&mut self, rows: &mut Vec<Line>) {
        if !rows.is_empty() {
            self.block("<p>", "</p>\n", "", rows);
            rows.clear();
        }
    }

    /// Markdown that a person wrote.
    #[must_use]
    pub fn rich(mut self, rich: &Rich) -> Self {
        for block in &rich.blocks {
            let bytes = json_bytes(&block.plain) + json_bytes(&block.html) + 10;
            if self.is_cut || self.bytes + bytes > TEXT_BYTES_MAX {
                self.cut();
                break;
            }
            self.bytes += bytes;
            if !block.plain.is_empty() {
                self.body.push('\n');
                self.body.push_str(&block.plain);
            }
            self.html.push_str(&block.html);
        }
        self
    }

    /// Somebody who must act. In a notice this pings nobody.
    #[must_use]
    pub fn mention(mut self, user_id: &UserId) -> Self {
        let known = self.mentions.iter().any(|mentioned| mentioned == user_id);
        if !known && self.mentions.len() < MENTIONS_MAX {
            self.mentions.push(user_id.to_owned());
        }
        self
    }

    /// Everybody in the room.
    #[must_use]
    pub fn mention_room(mut self) -> Self {
        self.mentions_room = true;
        self
    }

    /// The same data for programs: an object of integers and strings.
    #[must_use]
    pub fn card(mut self, card: &impl Serialize) -> Self {
        match serde_json::to_string(card) {
            Ok(json) if json.len() <= CARD_BYTES_MAX => self.card = Some(json),
            Ok(json) => tracing::error!(bytes = json.len(), "card too large, left out"),
            Err(error) => tracing::error!(%error, "card not serializable, left out"),
        }
        self
    }

    /// The content without a relation, as a value.
    #[must_use]
    pub fn content(&self) -> Value {
        serde_json::from_str(&self.content_string()).unwrap_or_default()
    }

    /// The content without a relation, as JSON text with sorted keys.
    #[must_use]
    pub fn content_string(&self) -> String {
        self.written(Relation::None)
    }

    /// An answer in a thread. `reply_to` is the event answered, `root` the thread's first event
    /// (the same one unless the command already stood in a thread).
    #[must_use]
    pub fn thread_reply(&self, root: &str, reply_to: &str) -> String {
        self.written(Relation::Thread { root, reply_to })
    }

    /// An answer outside of threads (in direct chats).
    #[must_use]
    pub fn plain_reply(&self, reply_to: &str) -> String {
        self.written(Relation::Reply { to: reply_to })
    }

    fn block(&mut self, open: &str, close: &str, mark: &str, lines: &[Line]) {
        let bytes: usize = lines.iter().map(Line::bytes).sum();
        if self.is_cut || self.bytes + bytes > TEXT_BYTES_MAX {
            return self.cut();
        }
        self.bytes += bytes + 40;
        if !self.body.is_empty() {
            self.body.push('\n');
        }
        self.html.push_str(open);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.body.push('\n');
                self.html.push_str("<br>\n");
            }
            self.body.push_str(mark);
            self.body.push_str(&line.plain);
            self.html.push_str(&line.html);
        }
        self.html.push_str(close);
    }

    fn cut(&mut self) {
        if !self.is_cut {
            self.is_cut = true;
            self.body.push_str("\n… (too long, the rest is left out)");
            self.html.push_str("<p>… (too long, the rest is left out)</p>\n");
        }
    }

    fn written(&self, relation: Relation<'_>) -> String {
        let card = self.card.as_deref().unwrap_or_default();
        let mut out =
            String::with_capacity(self.body.len() + self.html.len() * 5 / 4 + card.len() + 320);
        out.push('{');
        if let Some(card) = &self.card {
            let _ = write!(out, "\"{CARD_KEY}\":{card},");
        }
        out.push_str("\"body\":");
        json_string(&mut out, &self.body);
        out.push_str(",\"format\":\"org.matrix.custom.html\",\"formatted_body\":");
        json_string(&mut out, &self.html);
        out.push_str(",\"m.mentions\":{");
        self.write_mentions(&mut out);
        out.push('}');
        relation.write(&mut out);
        let _ = write!(out, ",\"msgtype\":\"{}\"}}", self.msgtype);
        out
    }

    fn write_mentions(&self, out: &mut String) {
        if self.mentions_room {
            out.push_str("\"room\":true");
        }
        for (at, user_id) in self.mentions.iter().enumerate() {
            out.push_str(match (at, self.mentions_room) {
                (0, false) => "\"user_ids\":[",
                (0, true) => ",\"user_ids\":[",
                _ => ",",
            });
            json_string(out, user_id.as_str());
        }
        if !self.mentions.is_empty() {
            out.push(']');
        }
    }
}

impl Line {
    /// What the line costs in an event, in both forms, as JSON.
    fn bytes(&self) -> usize {
        json_bytes(&self.plain) + json_bytes(&self.html) + 10
    }
}
