//! What a person can mend (`Refusal`) and what we must (`Fault`), kept apart by type.
use serde::Serialize;

/// The kind of a refusal; its wire form stands in the reply's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Code {
    #[serde(rename = "E-USAGE")]
    Usage,
    #[serde(rename = "E-UNKNOWN")]
    Unknown,
    #[serde(rename = "E-AMOUNT")]
    Amount,
    #[serde(rename = "E-CURRENCY")]
    Currency,
    #[serde(rename = "E-CHARS")]
    Chars,
    #[serde(rename = "E-LONG")]
    Long,
    #[serde(rename = "E-DATE")]
    Date,
    #[serde(rename = "E-REF")]
    Ref,
    #[serde(rename = "E-AUTH")]
    Auth,
    #[serde(rename = "E-ROOM")]
    Room,
    #[serde(rename = "E-DUP")]
    Dup,
    #[serde(rename = "E-LATE")]
    Late,
    #[serde(rename = "E-RATE")]
    Rate,
    #[serde(rename = "E-CONFIRM")]
    Confirm,
}

impl Code {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "E-USAGE",
            Self::Unknown => "E-UNKNOWN",
            Self::Amount => "E-AMOUNT",
            Self::Currency => "E-CURRENCY",
            Self::Chars => "E-CHARS",
            Self::Long => "E-LONG",
            Self::Date => "E-DATE",
            Self::Ref => "E-REF",
            Self::Auth => "E-AUTH",
            Self::Room => "E-ROOM",
            Self::Dup => "E-DUP",
            Self::Late => "E-LATE",
            Self::Rate => "E-RATE",
            Self::Confirm => "E-CONFIRM",
        }
    }
}

/// An answer to bad input: one sentence that says what to do, and where it helps a usage line
/// and one working example (both without the command prefix, e.g. `sale add 100 EUR Acme`).
/// A command inside the sentence stands in backticks, without the prefix as well: the message puts
/// the room's prefix there. What a person wrote goes into the sentence by `text::foreign`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    pub code: Code,
    pub sentence: String,
    pub usage: Option<String>,
    pub example: Option<String>,
    /// The example is an answer to what was asked, not a command.
    pub is_answer: bool,
    /// The line that a yes of the same person runs after all.
    pub asks: Option<String>,
    /// The id of the finding that the team hears of beside the answer.
    pub alert: Option<&'static str>,
}

impl Refusal {
    #[must_use]
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
            usage: None,
            example: None,
            is_answer: false,
            asks: None,
            alert: None,
        }
    }

    #[must_use]
    pub fn usage(mut self, usage: impl Into<String>) -> Self {
        self.usage = Some(usage.into());
        self
    }

    #[must_use]
    pub fn asks(mut self, line: impl Into<String>) -> Self {
        self.asks = Some(line.into());
        self
    }

    #[must_use]
    pub fn alert(mut self, finding: &'static str) -> Self {
        self.alert = Some(finding);
        self
    }

    #[must_use]
    pub fn example(mut self, example: impl Into<String>) -> Self {
        self.example = Some(example.into());
        self
    }

    /// An example of an answer that would do.
    #[must_use]
    pub fn answer(mut self, answer: impl Into<String>) -> Self {
        self.example = Some(answer.into());
        self.is_answer = true;
        self
    }
}

/// Our fault: logged once with a reference that the person also sees; the input is tried again.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("database: {0}")]
    Db(#[from] sqlx::Error),
    #[error("stored data is not readable: {0}")]
    Data(String),
    #[error("arithmetic overflow in {0}")]
    Overflow(&'static str),
    #[error("{0}")]
    Bug(String),
}

/// Why an action did not happen.
#[derive(Debug)]
pub enum Stop {
    Refusal(Refusal),
    Fault(Fault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(Fault::Db(error))
    }
}
