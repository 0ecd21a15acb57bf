//! The content of an `m.room.message`, read leniently: a field of the wrong type is an absent one.
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What a command line needs to know of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content<'a> {
    pub msgtype: Option<Cow<'a, str>>,
    pub body: Option<Cow<'a, str>>,
    /// Only when the format is HTML.
    pub formatted_body: Option<Cow<'a, str>>,
    pub rel_type: Option<Cow<'a, str>>,
    /// The event of the relation: for `m.thread` the thread's root.
    pub related: Option<Cow<'a, str>>,
    /// The event answered; in threads without a real answer, the thread's last one.
    pub in_reply_to: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    msgtype: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    format: Option<&'a RawValue>,
    #[serde(borrow)]
    formatted_body: Option<&'a RawValue>,
    #[serde(borrow, rename = "m.relates_to")]
    relates_to: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RelatesTo<'a> {
    #[serde(borrow)]
    rel_type: Option<&'a RawValue>,
    #[serde(borrow)]
    event_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "m.in_reply_to")]
    in_reply_to: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct InReplyTo<'a> {
    #[serde(borrow)]
    event_id: Option<&'a RawValue>,
}

impl<'a> Content<'a> {
    /// Reads JSON text; what is no object is an empty content.
    #[must_use]
    pub fn read(json: &'a str) -> Self {
        let Ok(outer) = serde_json::from_str::<Outer<'a>>(json) else { return Self::default() };
        let html = outer.format.and_then(text).as_deref() == Some("org.matrix.custom.html");
        let relates = outer.relates_to.and_then(object::<RelatesTo<'a>>);
        let (rel_type, event_id, in_reply_to) = match relates {
            Some(relates) => (relates.rel_type, relates.event_id, relates.in_reply_to),
            None => (None, None, None),
        };
        let answered = in_reply_to.and_then(object::<InReplyTo<'a>>).and_then(|to| to.event_id);
        Self {
            msgtype: outer.msgtype.and_then(text),
            body: outer.body.and_then(text),
            formatted_body: outer.formatted_body.filter(|_| html).and_then(text),
            rel_type: rel_type.and_then(text),
            related: event_id.and_then(text),
            in_reply_to: answered.and_then(text),
        }
    }

    /// The root of the thread that the message stands in.
    #[must_use]
    pub fn thread_root(&self) -> Option<&str> {
        self.related.as_deref().filter(|_| self.rel_type.as_deref() == Some("m.thread"))
    }
}

fn object<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inside = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        serde_json::from_str(raw.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inside))
    }
}
