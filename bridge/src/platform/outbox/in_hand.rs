//! What rows in memory are to each other: which may be named by others and have no event yet, and which event
//! those became that a reaction in memory waits for. The database learns it later, and to ask it takes
//! longer than a send.
use super::refs;
use super::store::{Owed, REACTION, Target, original};
use crate::platform::work::OutKind;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Default)]
pub struct InHand {
    open: HashSet<String>,
    /// Key → how many reactions name it, and its event when that is known.
    named: HashMap<String, (usize, Option<String>)>,
}

impl InHand {
    /// A row that is now in memory; `is_former`: its key means something else by now.
    pub fn take(&mut self, row: &Owed, is_former: bool) {
        if row.kind != OutKind::Message {
            return;
        }
        if row.event_type != REACTION {
            if !is_former {
                self.open.insert(original(&row.dedupe_key).to_owned());
            }
        } else if let Some(key) = refs::key(&row.content) {
            self.named.entry(key).or_default().0 += 1;
        }
    }

    /// What became of the row of a key, as far as it is known here.
    #[must_use]
    pub fn target(&self, key: &str) -> Option<Target> {
        if let Some((_, Some(event))) = self.named.get(key) {
            return Some(Target::Sent(event.clone()));
        }
        self.open.contains(key).then_some(Target::Waiting)
    }

    /// A row has come to its end.
    pub fn end(&mut self, row: &Owed) {
        self.open.remove(original(&row.dedupe_key));
    }

    /// A key became this event.
    pub fn met(&mut self, key: &str, target: &Target) {
        if let (Some((_, event)), Target::Sent(sent)) = (self.named.get_mut(key), target) {
            *event = Some(sent.clone());
        }
    }

    /// A reaction that named this key has its event, or needs none.
    pub fn filled(&mut self, row: &Owed, key: &str) {
        if row.event_type != REACTION {
            return;
        }
        if let Some((waiting, _)) = self.named.get_mut(key) {
            *waiting = waiting.saturating_sub(1);
            if *waiting == 0 {
                self.named.remove(key);
            }
        }
    }

    /// Messages may have been said again elsewhere: the database is to be asked.
    pub fn doubt(&mut self) {
        for (_, event) in self.named.values_mut() {
            *event = None;
        }
    }
}
