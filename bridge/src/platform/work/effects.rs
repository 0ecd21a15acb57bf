//! What a batch of inputs owes, in memory until it is written with the facts.
use super::rows::Row;
use crate::platform::db::checksum;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutKind {
    Message,
    /// A message with a file, whose bytes go to the homeserver's media first.
    File,
    Redact,
    Invite,
    Remove,
}

impl OutKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::File => "file",
            Self::Redact => "redact",
            Self::Invite => "invite",
            Self::Remove => "remove",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Message, Self::File, Self::Redact, Self::Invite, Self::Remove]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// One row of the outbox.
#[derive(Debug, Clone)]
pub struct OutRow {
    pub id: i64,
    pub txn_id: String,
    pub dedupe_key: String,
    /// A room id, a key of a kept room, or `direct:@user:server`.
    pub room: String,
    pub kind: OutKind,
    pub event_type: &'static str,
    /// The user of an invitation or removal, the event of a redaction, the bytes of a file (base64,
    /// only until it is sent).
    pub subject: Option<String>,
    pub content: String,
    pub cause: String,
    pub made_at: i64,
}

impl OutRow {
    #[must_use]
    pub fn checksum(&self) -> i64 {
        let texts = [
            &self.txn_id,
            &self.dedupe_key,
            &self.room,
            self.kind.as_str(),
            self.event_type,
            &self.content,
            &self.cause,
        ];
        out_checksum(texts, self.subject.as_deref(), self.made_at)
    }
}

/// Over what never changes in a row of the outbox until it is sent, in the order of its fields.
#[must_use]
pub fn out_checksum(texts: [&str; 7], subject: Option<&str>, made_at: i64) -> i64 {
    let [txn_id, dedupe_key, room, kind, event_type, content, cause] =
        texts.map(|text| Some(text.as_bytes()));
    let (subject, at) = (subject.map(str::as_bytes), made_at.to_be_bytes());
    checksum(&[txn_id, dedupe_key, room, kind, event_type, subject, content, cause, Some(&at)])
}

#[derive(Debug, Clone)]
pub struct StateRow {
    pub room: String,
    pub event_type: &'static str,
    pub state_key: String,
    pub content: String,
    pub hash: String,
    pub wanted_at: i64,
}

#[derive(Debug, Clone)]
pub struct JobRow {
    pub key: String,
    pub kind: &'static str,
    pub payload: String,
    pub run_at: i64,
}

#[derive(Debug, Clone)]
pub struct AuditRow {
    pub seq: i64,
    pub at: i64,
    pub actor: String,
    pub action: &'static str,
    pub object: String,
    pub cause: String,
    pub detail: String,
}

/// An input that is finished, and how.
#[derive(Debug, Clone)]
pub struct Done {
    pub seq: i64,
    pub at: i64,
    pub outcome: &'static str,
}

#[derive(Debug, Default)]
pub struct Effects {
    pub rows: Vec<Row>,
    pub out: Vec<OutRow>,
    pub states: Vec<StateRow>,
    pub jobs: Vec<JobRow>,
    pub audits: Vec<AuditRow>,
    pub done: Vec<Done>,
    /// Inputs that only asked.
    pub asked: usize,
    /// Whether anything ran that is no input: a job, or something that we tell of our own accord.
    pub is_ours: bool,
    /// Whether the rooms or direct chats have something new to do outside.
    pub rooms_wanted: bool,
    /// Whether a key leads to another room from this commit on.
    pub places_changed: bool,
    /// Whether looks at other homeservers are owed.
    pub checks_wanted: bool,
    /// Whether room state that was sent before must go out again.
    pub states_wanted: bool,
    /// Whether inputs that were finished wait again.
    pub inputs_wanted: bool,
}

impl Effects {
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Drops what was gathered after the given mark: an input that was refused owes only its answer.
    pub fn cut(&mut self, mark: Mark) {
        self.rows.truncate(mark.rows);
        self.out.truncate(mark.out);
        self.states.truncate(mark.states);
        self.jobs.truncate(mark.jobs);
        self.audits.truncate(mark.audits);
    }

    /// Whether nothing but answers to questions is owed: no fact of this batch stands behind them.
    #[must_use]
    pub fn are_answers(&self) -> bool {
        self.asked > 0
            && self.asked == self.done.len()
            && !self.is_ours
            && self.rows.is_empty()
            && self.states.is_empty()
            && self.jobs.is_empty()
            && self.audits.is_empty()
    }

    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            rows: self.rows.len(),
            out: self.out.len(),
            states: self.states.len(),
            jobs: self.jobs.len(),
            audits: self.audits.len(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Mark {
    rows: usize,
    out: usize,
    states: usize,
    jobs: usize,
    audits: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Effects {
        let done = Done { seq: 1, at: 0, outcome: "ran" };
        Effects { done: vec![done], asked: 1, ..Effects::default() }
    }

    #[test]
    fn only_answers_to_questions_may_go_out_before_the_commit() {
        assert!(asked().are_answers());
        assert!(!Effects::default().are_answers());
        let mut with_a_claim = asked();
        with_a_claim.done.push(Done { seq: 2, at: 0, outcome: "ran" });
        assert!(!with_a_claim.are_answers());
        assert!(!Effects { is_ours: true, ..asked() }.are_answers());
        let job = JobRow { key: String::new(), kind: "board", payload: String::new(), run_at: 0 };
        assert!(!Effects { jobs: vec![job], ..asked() }.are_answers());
    }
}
