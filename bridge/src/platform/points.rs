//! Places at which a test lets the program die, fail or wait. The program that is shipped has none:
//! without the feature `failpoints` reaching a point does nothing and costs nothing, and no name of a
//! point is in the binary.
#[cfg(feature = "failpoints")]
mod armed;

#[cfg(feature = "failpoints")]
pub use armed::{Hook, arm, disarm};

/// Where a command, a message or a room is half way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// A transaction has come; nobody has looked at its token.
    BeforeAuth,
    /// It is read; nothing is written.
    Parsed,
    /// Inputs are about to be rows; of many at once a part is written.
    InboxRows,
    /// They are committed; the homeserver has not heard so.
    Committed,
    /// Echoes of our own messages are noted in memory only.
    Echoed,
    /// The worker has inputs in hand; nothing is begun.
    Taken,
    /// The homeserver is about to be asked whether an event can be seen.
    Visibility,
    /// Sent messages and echoes are about to be written with a batch.
    Marks,
    /// Facts are in the transaction, messages are not.
    Facts,
    /// So are messages; nothing is committed.
    Owed,
    /// It is committed; we do not know it.
    CommitUnanswered,
    /// A try that failed is about to be counted.
    Attempts,
    /// A job has done its work in the transaction.
    Job,
    /// A message is about to leave.
    BeforeSend,
    /// The connection breaks half way through the request.
    RequestCut,
    /// The homeserver has it; its answer is not read.
    AnswerLost,
    /// The answer is read, and kept nowhere.
    SentUnmarked,
    /// Somebody is about to be asked into a room, or taken out.
    Membership,
    /// The homeserver has a state; that it has is not written.
    StatePut,
    /// A room is made; that it is, is not written.
    RoomMade,
    /// The new room of an upgrade is made, and empty.
    UpgradeMade,
    /// It is filled; nobody has moved.
    UpgradeFilled,
    /// The old one is closed; that it is, is not written.
    UpgradeClosed,
    /// What was never pushed is found in a room.
    GapFound,
}

/// A test may end, fail or hold up the program here.
///
/// # Errors
/// Only where a test wants it.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub async fn reach(_point: Point) -> Result<(), sqlx::Error> {
    Ok(())
}

/// A test may end, fail or hold up the program here.
///
/// # Errors
/// Only where a test wants it.
#[cfg(feature = "failpoints")]
pub async fn reach(point: Point) -> Result<(), sqlx::Error> {
    armed::reach(point).await
}
