//! A picture on its way into a chat.
use super::Picture;
use crate::platform::refusal::Refusal;
use crate::platform::text::Message;
use crate::platform::work::{File, Work};

/// Answers with a picture and the words as its caption, or with the words alone where there is none.
/// One message either way: a phone shows the picture and the words under it, and who cannot see
/// pictures has the words.
///
/// # Errors
/// When the picture is larger than any file may be.
pub fn answer(
    work: &mut Work<'_>,
    name: &str,
    picture: Option<Picture>,
    words: &Message,
) -> Result<(), Refusal> {
    let Some(Picture { bytes, width, height }) = picture else {
        work.reply(words);
        return Ok(());
    };
    let file = File::picture(format!("{name}.png"), bytes, (width, height))?;
    work.reply_file(&file, words);
    Ok(())
}

/// Says something in a room with a picture, once a key; with the words alone where there is none or it is
/// too large.
pub fn send_as(
    work: &mut Work<'_>,
    (key, room): (&str, &str),
    (name, picture): (&str, Option<Picture>),
    words: &Message,
) {
    let file = picture.and_then(|Picture { bytes, width, height }| {
        File::picture(format!("{name}.png"), bytes, (width, height)).ok()
    });
    match file {
        Some(file) => work.send_file_as(key, room, &file, words),
        None => {
            work.send_as(key, room, words);
        }
    }
}
