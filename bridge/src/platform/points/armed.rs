//! What tests do at points: by a hook of the thread on which they drive the program, or, for a program
//! that is a process of its own, by its environment.
use super::Point;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;

type Met = Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send>>;
/// What happens at a point; `None` is nothing.
pub type Hook = Box<dyn Fn(Point) -> Option<Met>>;

/// `Committed:3` ends the process when that point is reached for the third time.
const ENVIRONMENT: &str = "PARTNERSPACE_ABORT_AT";

thread_local! {
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
}

impl Point {
    pub const ALL: [Self; 24] = [
        Self::BeforeAuth,
        Self::Parsed,
        Self::InboxRows,
        Self::Committed,
        Self::Echoed,
        Self::Taken,
        Self::Visibility,
        Self::Marks,
        Self::Facts,
        Self::Owed,
        Self::CommitUnanswered,
        Self::Attempts,
        Self::Job,
        Self::BeforeSend,
        Self::RequestCut,
        Self::AnswerLost,
        Self::SentUnmarked,
        Self::Membership,
        Self::StatePut,
        Self::RoomMade,
        Self::UpgradeMade,
        Self::UpgradeFilled,
        Self::UpgradeClosed,
        Self::GapFound,
    ];
}

/// Hooks all programs that are driven on this thread.
pub fn arm(hook: Hook) {
    HOOK.with(|held| *held.borrow_mut() = Some(hook));
}

pub fn disarm() {
    HOOK.with(|held| *held.borrow_mut() = None);
}

pub(super) async fn reach(point: Point) -> Result<(), sqlx::Error> {
    let met = HOOK.with(|held| held.borrow().as_ref().and_then(|hook| hook(point)));
    if let Some(met) = met {
        return met.await;
    }
    abort_by_environment(point);
    Ok(())
}

fn abort_by_environment(point: Point) {
    static WANTED: OnceLock<Option<(String, AtomicI64)>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var(ENVIRONMENT).ok()?;
        let (name, times) = text.split_once(':')?;
        Some((name.to_owned(), AtomicI64::new(times.parse().ok()?)))
    });
    if let Some((name, left)) = wanted
        && *name == format!("{point:?}")
        && left.fetch_sub(1, Relaxed) == 1
    {
        std::process::abort();
    }
}
