//! When a fault becomes an alarm, and when it is over. Pure.

/// Beyond this two clocks differ, and not only a network is slow.
pub const SKEW_MS_MAX: i64 = 30_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Raised { at: i64 },
    Over { raised_at: i64, at: i64 },
}

/// One fault over time. It must last before it is told, and stay away as long before that is told: a
/// fault that comes and goes is one alarm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Course {
    /// Since when it differs from what was told.
    since: Option<i64>,
    raised_at: Option<i64>,
}

impl Course {
    /// An alarm that was raised before a restart.
    #[must_use]
    pub fn raised(at: i64) -> Self {
        Self { since: None, raised_at: Some(at) }
    }

    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.raised_at.is_some()
    }

    /// How it is now; what is to be told, if anything.
    pub fn turn(&mut self, is_so: bool, now: i64, patience_ms: i64) -> Option<Change> {
        if is_so == self.raised_at.is_some() {
            self.since = None;
            return None;
        }
        let since = *self.since.get_or_insert(now);
        if now - since < patience_ms {
            return None;
        }
        self.since = None;
        match self.raised_at.take() {
            Some(raised_at) => Some(Change::Over { raised_at, at: now }),
            None => {
                self.raised_at = Some(since);
                Some(Change::Raised { at: since })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_told_once_and_once_when_it_is_over() {
        let mut course = Course::default();
        assert_eq!(course.turn(true, 10, 60), None);
        assert_eq!(course.turn(true, 69, 60), None);
        assert_eq!(course.turn(true, 70, 60), Some(Change::Raised { at: 10 }));
        assert_eq!(course.turn(true, 1_000, 60), None);
        assert_eq!(course.turn(false, 1_010, 60), None);
        assert_eq!(course.turn(true, 1_030, 60), None, "it came back at once");
        assert_eq!(course.turn(false, 1_040, 60), None);
        assert_eq!(course.turn(false, 1_100, 60), Some(Change::Over { raised_at: 10, at: 1_100 }));
        assert_eq!(course.turn(false, 2_000, 60), None);
    }

    #[test]
    fn what_goes_by_itself_is_not_told() {
        let mut course = Course::default();
        for at in [0, 100, 200] {
            assert_eq!(course.turn(true, at, 60), None);
            assert_eq!(course.turn(false, at + 50, 60), None);
        }
    }

    #[test]
    fn without_patience_it_is_told_at_once_and_after_a_restart_not_again() {
        let mut course = Course::default();
        assert_eq!(course.turn(true, 5, 0), Some(Change::Raised { at: 5 }));
        let mut course = Course::raised(5);
        assert!(course.is_raised());
        assert_eq!(course.turn(true, 9, 0), None);
        assert_eq!(course.turn(false, 10, 0), Some(Change::Over { raised_at: 5, at: 10 }));
        assert!(!course.is_raised());
    }
}
