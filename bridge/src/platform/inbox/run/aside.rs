//! Many questions and claims at once are worked on beside the writer's turn: SQLite has one writer, and while
//! answers are made the homeserver's next batch is kept. What they read is written by the worker alone; what
//! they owe is gathered, and written in a turn of its own.
use super::news::is_news;
use super::{Done, Waiting, Worker, is_answer};
use crate::platform::db::Tx;
use crate::platform::homeserver::Homeserver;
use crate::platform::refusal::Fault;
use crate::platform::signals::Mark;
use crate::platform::work::Cause;
use crate::root;

/// Fewer are done as soon in the writer's turn.
const MANY: usize = 8;
/// Words that write nothing before their end.
const WORDS: [&str; 4] = ["me", "board", "help", "sale add"];
/// How long nothing is tried aside after something wanted to write.
const PAUSE_MS: i64 = 1_000;
/// The same after a turn that did not take what was done: longer than the worker rests then.
const FAULT_PAUSE_MS: i64 = 10_000;

/// The writer's turn in which a batch ends.
pub(super) enum Turn<'a> {
    /// It had it from its beginning.
    Had(Tx),
    /// It was worked on aside; these marks are written with it.
    Due(&'a [Mark]),
}

impl<H: Homeserver> Worker<H> {
    /// Whether all that waits looks light, and there is much.
    pub(super) fn is_light(&self, now: i64) -> bool {
        if now < self.not_aside_until || self.app.signals.is_catching_up() {
            return false;
        }
        let program = &self.app.program;
        let mut waiting = self.queue.waiting().take(program.limits.inbox_batch_max);
        let known = |row: &Waiting| self.proofs.contains_key(&row.seq);
        self.queue.is_read()
            && waiting.len() >= MANY
            && waiting.all(|row| is_light(row, &program.prefix) && !known(row))
    }

    /// Works on a batch aside; gives a turn in which it is to be done instead, where it wants to write.
    pub(super) async fn aside(
        &mut self,
        tx: Tx,
        ready: &[Waiting],
        marks: &[Mark],
        now: i64,
    ) -> Result<Option<Tx>, Fault> {
        let done = self.done_aside(tx, ready, marks, now).await;
        let turn = match done {
            Ok(true) => return Ok(None),
            Ok(false) => self.app.db.begin().await.map_err(Fault::from),
            Err(fault) => Err(fault),
        };
        if turn.is_err() {
            self.app.signals.restore_marks(marks.to_vec());
        }
        turn.map(Some)
    }

    /// Whether all is done; what was begun is undone otherwise.
    async fn done_aside(
        &mut self,
        mut tx: Tx,
        ready: &[Waiting],
        marks: &[Mark],
        now: i64,
    ) -> Result<bool, Fault> {
        if marks.iter().any(is_news) {
            return Ok(false);
        }
        if let Err(fault) = self.all_aside(&mut tx, ready, now).await {
            tracing::debug!(%fault, "more than could be done aside");
            self.undo();
            self.not_aside_until = now + PAUSE_MS;
            return Ok(false);
        }
        tx.rollback().await?;
        let done = self.commit(Turn::Due(marks), ready).await;
        if done.is_err() {
            self.not_aside_until = now + FAULT_PAUSE_MS;
        }
        done.map(|()| true)
    }

    async fn all_aside(&mut self, tx: &mut Tx, ready: &[Waiting], now: i64) -> Result<(), Fault> {
        let app = self.app.clone();
        root::look_ahead(&mut self.work(tx, &app, Cause::default(), now), ready).await?;
        for row in ready {
            let outcome = self.guarded(tx, row, now).await?;
            self.effects.done.push(Done { seq: row.seq, at: now, outcome });
        }
        root::look_back(&mut self.memory);
        Ok(())
    }

    /// A writer's turn in which these marks are written.
    pub(super) async fn turn_with(&mut self, marks: &[Mark]) -> Result<Tx, Fault> {
        let mut tx = self.app.db.begin().await?;
        let now = self.app.clock.now();
        self.marks.write(&mut tx, marks, now).await?;
        Ok(tx)
    }
}

/// Whether an input looks like one of the words. A wrong guess costs time and nothing else.
fn is_light(row: &Waiting, prefix: &str) -> bool {
    const BODY: &[u8] = b"\"body\":\"";
    let raw = row.raw.as_slice();
    let Some(at) = raw.windows(BODY.len()).position(|part| part == BODY) else { return false };
    let Some(said) = raw[at + BODY.len()..].strip_prefix(prefix.as_bytes()) else { return false };
    let is = |word: &&str| {
        let rest = said.strip_prefix(word.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| !byte.is_ascii_lowercase()))
    };
    WORDS.iter().any(is) && !is_answer(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_questions_and_claims_look_light() {
        let row = |content: &str| Waiting {
            raw: format!(r#"{{"type":"m.room.message","content":{content}}}"#).into_bytes(),
            ..Waiting::default()
        };
        let said = |body: &str| row(&format!(r#"{{"msgtype":"m.text","body":"{body}"}}"#));
        for body in ["!me", "!board clients month", "!help", "!me --chart", "!sale add 1 EUR A"] {
            assert!(is_light(&said(body), "!"), "{body}");
        }
        for body in ["!sale list", "!sale addition", "!meet", "me", "? !me", "!ME", ""] {
            assert!(!is_light(&said(body), "!"), "{body}");
        }
        assert!(is_light(&said("bot: me"), "bot: "));
        let edit = row(r#"{"body":"!me","m.relates_to":{"rel_type":"m.replace"}}"#);
        assert!(!is_light(&edit, "!"), "it names another event");
        assert!(!is_light(&row("{}"), "!"));
    }
}
