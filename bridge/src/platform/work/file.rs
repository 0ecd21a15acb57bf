//! A file owed to a room: its message is an ordinary row of the outbox, the bytes wait in the row until
//! they are at the homeserver. Made with the facts it tells of, so that a kill loses neither.
use super::Work;
use super::out::Hang;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::Message;
use ruma::serde::base64::{Base64, Standard};
use serde_json::{Value, json};

/// The largest file; homeservers take 50 MiB and more, but ours wait in the database.
pub const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    name: String,
    mime: &'static str,
    bytes: Vec<u8>,
    /// Width and height of a picture, which clients show in place of its name.
    size: Option<(u32, u32)>,
}

impl File {
    /// The name is ours and says nothing of people; `mime` such as `text/csv`.
    ///
    /// # Errors
    /// When it is larger than [`FILE_BYTES_MAX`].
    pub fn new(
        name: impl Into<String>,
        mime: &'static str,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<Self, Refusal> {
        let (name, bytes) = (name.into(), bytes.into());
        if bytes.len() > FILE_BYTES_MAX {
            let sentence = "That file would be larger than 2 MiB. Ask for a shorter time.";
            return Err(Refusal::new(Code::Long, sentence));
        }
        Ok(Self { name, mime, bytes, size: None })
    }

    /// A PNG picture of a width and height. Its caption says the same in words, for whoever does not
    /// see it.
    ///
    /// # Errors
    /// As `new`.
    pub fn picture(
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
        size: (u32, u32),
    ) -> Result<Self, Refusal> {
        Ok(Self { size: Some(size), ..Self::new(name, "image/png", bytes)? })
    }

    /// The content of a message, as that of this file; the address comes with the upload.
    pub(super) fn dressed(&self, content: &str) -> String {
        let mut content: Value = serde_json::from_str(content).unwrap_or_default();
        content["msgtype"] = if self.size.is_some() { "m.image" } else { "m.file" }.into();
        content["filename"] = self.name.as_str().into();
        content["info"] = json!({ "mimetype": self.mime, "size": self.bytes.len() });
        if let Some((width, height)) = self.size {
            content["info"]["w"] = width.into();
            content["info"]["h"] = height.into();
        }
        content.to_string()
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn encoded(&self) -> String {
        Base64::<Standard, _>::new(&self.bytes).encode()
    }
}

impl Work<'_> {
    /// Answers the cause with a file: in a thread on the command, plainly in a direct chat.
    pub fn reply_file(&mut self, file: &File, caption: &Message) -> String {
        self.answer(caption, Some(file))
    }

    /// Puts a file into a room (an id, a key of a kept room).
    pub fn send_file(&mut self, room: &str, file: &File, caption: &Message) -> String {
        let key = self.next_key("file");
        self.message_with(key, room, caption, &Hang::Alone, Some(file))
    }

    /// As `send_file`, under a key of its own; the same key goes out once.
    pub fn send_file_as(&mut self, key: &str, room: &str, file: &File, caption: &Message) {
        self.message_with(key.to_owned(), room, caption, &Hang::Alone, Some(file));
    }

    /// Gives a file to a person alone.
    pub fn direct_file(&mut self, user: &str, file: &File, caption: &Message) -> String {
        self.effects.rooms_wanted = true;
        self.send_file(&format!("direct:{user}"), file, caption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_beside_its_caption() {
        let file = File::new("statement.csv", "text/csv", "a,b\n").unwrap();
        let caption = Message::notice("Your statement");
        let content: Value =
            serde_json::from_str(&file.dressed(&caption.thread_reply("$root", "$to"))).unwrap();
        assert_eq!(content["msgtype"], "m.file");
        assert_eq!(content["filename"], "statement.csv");
        assert_eq!(content["body"], "Your statement");
        assert_eq!(content["info"], json!({ "mimetype": "text/csv", "size": 4 }));
        assert_eq!(content["m.relates_to"]["event_id"], "$root");
        assert_eq!(file.encoded(), "YSxiCg");
    }

    #[test]
    fn a_picture_says_its_size_and_is_said_in_words() {
        let file = File::picture("board.png", vec![0; 3], (780, 876)).unwrap();
        let caption = Message::text("Leaderboard").line("1. Ana");
        let content: Value =
            serde_json::from_str(&file.dressed(&caption.content_string())).unwrap();
        assert_eq!(content["msgtype"], "m.image");
        assert_eq!(
            (&content["filename"], &content["body"]),
            (&json!("board.png"), &json!("Leaderboard\n1. Ana"))
        );
        assert_eq!(
            content["info"],
            json!({ "mimetype": "image/png", "size": 3, "w": 780, "h": 876 })
        );
        assert_eq!(content["m.mentions"], json!({}));
    }

    #[test]
    fn a_larger_file_is_refused() {
        assert!(File::new("a", "text/csv", vec![0; FILE_BYTES_MAX]).is_ok());
        let refusal = File::new("a", "text/csv", vec![0; FILE_BYTES_MAX + 1]).unwrap_err();
        assert_eq!(refusal.code, Code::Long);
    }
}
