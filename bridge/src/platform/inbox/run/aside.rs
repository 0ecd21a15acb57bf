//! Many questions at once are worked on beside the writer's turn: SQLite has one writer, and while answers
//! are made the homeserver's next batch is kept.
use super::{Done, Waiting, Worker, is_answer};
use crate::platform::db::Tx;
use crate::platform::homeserver::Homeserver;
use crate::platform::refusal::Fault;

/// Fewer are answered as soon in the writer's turn.
const MANY: usize = 8;
/// Words that ask and write nothing.
const WORDS: [&str; 3] = ["me", "board", "help"];
/// How long nothing is tried aside after something was more than a question.
const PAUSE_MS: i64 = 1_000;

impl<H: Homeserver> Worker<H> {
    /// Whether all that waits looks like questions, and there are many.
    pub(super) fn asks_only(&self, now: i64) -> bool {
        if now < self.not_aside_until || self.app.signals.is_catching_up() {
            return false;
        }
        let program = &self.app.program;
        let mut waiting = self.queue.waiting().take(program.limits.inbox_batch_max);
        let known = |row: &Waiting| self.proofs.contains_key(&row.seq);
        self.queue.is_read()
            && waiting.len() >= MANY
            && waiting.all(|row| asks(row, &program.prefix) && !known(row))
    }

    /// Answers them; whether that was all that there was to do. What was more is undone.
    pub(super) async fn answered_aside(
        &mut self,
        mut tx: Tx,
        ready: &[Waiting],
        now: i64,
    ) -> Result<bool, Fault> {
        for row in ready {
            match self.guarded(&mut tx, row, now).await {
                Ok(outcome) => self.effects.done.push(Done { seq: row.seq, at: now, outcome }),
                Err(fault) => {
                    tracing::debug!(%fault, "more than a question");
                    return Ok(self.not_aside(now));
                }
            }
        }
        tx.rollback().await?;
        if !self.effects.are_answers() {
            return Ok(self.not_aside(now));
        }
        self.commit(None, ready).await?;
        Ok(true)
    }

    fn not_aside(&mut self, now: i64) -> bool {
        self.undo();
        self.not_aside_until = now + PAUSE_MS;
        false
    }
}

/// Whether an input looks like a question. A wrong guess costs time and nothing else.
fn asks(row: &Waiting, prefix: &str) -> bool {
    const BODY: &[u8] = b"\"body\":\"";
    let raw = row.raw.as_slice();
    let Some(at) = raw.windows(BODY.len()).position(|part| part == BODY) else { return false };
    let Some(said) = raw[at + BODY.len()..].strip_prefix(prefix.as_bytes()) else { return false };
    let end = said.iter().position(|byte| !byte.is_ascii_lowercase()).unwrap_or(said.len());
    WORDS.iter().any(|word| word.as_bytes() == &said[..end]) && !is_answer(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_questions_look_like_some() {
        let row = |content: &str| Waiting {
            raw: format!(r#"{{"type":"m.room.message","content":{content}}}"#).into_bytes(),
            ..Waiting::default()
        };
        let said = |body: &str| row(&format!(r#"{{"msgtype":"m.text","body":"{body}"}}"#));
        for body in ["!me", "!board clients month", "!help", "!me --chart"] {
            assert!(asks(&said(body), "!"), "{body}");
        }
        for body in ["!sale add 1 EUR A", "!meet", "me", "? !me", "!ME", ""] {
            assert!(!asks(&said(body), "!"), "{body}");
        }
        assert!(asks(&said("bot: me"), "bot: "));
        let edit = row(r#"{"body":"!me","m.relates_to":{"rel_type":"m.replace"}}"#);
        assert!(!asks(&edit, "!"), "it names another event");
        assert!(!asks(&row("{}"), "!"));
    }
}
