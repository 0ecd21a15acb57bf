//! What was found, in a few lines that a person reads.
use super::boards::Count;
use super::{Findings, Trust};
use schema::money::thousands;
use std::fmt;

/// Findings shown; the count says how many there are.
const SHOWN_MAX: usize = 20;
const HASH_CHARS: usize = 12;

#[derive(Debug)]
pub struct Verdict {
    pub trust: Option<Trust>,
    pub program: Option<String>,
    /// Entry and hash up to which everything is told.
    pub head: Option<(i64, String)>,
    /// How often an entry's hash was told.
    pub heads: usize,
    /// The newest entry that is mentioned.
    pub newest: i64,
    pub extracts: usize,
    pub boards: Count,
    pub finals: Count,
    /// Results compared, and those that were over before the first extract.
    pub results: (usize, usize),
    /// Events that look like the program's and are not by it.
    pub strange: usize,
    pub found: Findings,
}

impl Verdict {
    pub(super) fn empty(found: Findings) -> Self {
        Self {
            trust: None,
            program: None,
            head: None,
            heads: 0,
            newest: 0,
            extracts: 0,
            boards: Count::default(),
            finals: Count::default(),
            results: (0, 0),
            strange: 0,
            found,
        }
    }

    /// 0: everything matches; 1: something differs; 2: it cannot be told.
    #[must_use]
    pub fn code(&self) -> u8 {
        match (self.found.differs.is_empty(), self.found.untold.is_empty()) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 0,
        }
    }

    fn write_found(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sign, list) in [("✗", &self.found.differs), ("?", &self.found.untold)] {
            for what in list.iter().take(SHOWN_MAX) {
                writeln!(f, "  {sign} {}", plain(what))?;
            }
            if list.len() > SHOWN_MAX {
                writeln!(f, "  {sign} … and {} more", list.len() - SHOWN_MAX)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.program {
            writeln!(f, "{}", plain(name))?;
        }
        match &self.trust {
            Some(Trust::Named(bot)) => writeln!(f, "By {}, as you named it.", plain(bot))?,
            Some(Trust::Creator(bot)) => writeln!(f, "By {}, who made the rooms.", plain(bot))?,
            Some(Trust::Found(bot)) => writeln!(
                f,
                "By {}, who sent the first extract; make sure that it is the program's, or name it \
                 with --bot.",
                plain(bot)
            )?,
            None => {}
        }
        let many = |n: usize, word: &str| {
            format!("{} {word}{}", thousands(n as u64), if n == 1 { "" } else { "s" })
        };
        writeln!(f, "Extracts  {}", many(self.extracts, "link"))?;
        writeln!(f, "Heads     {} of the ledger", many(self.heads, "mention"))?;
        writeln!(f, "Boards    {}", counted(self.boards))?;
        let (compared, early) = self.results;
        if compared > 0 {
            let results = many(compared, "result");
            writeln!(f, "Seasons   {results}, {}", counted(self.finals))?;
        }
        if early > 0 {
            writeln!(f, "          {} decided before the extracts began", many(early, "result"))?;
        }
        if self.strange > 0 {
            writeln!(f, "Others    {} by others not counted", many(self.strange, "event"))?;
        }
        self.write_found(f)?;
        if let Some((seq, _)) = self.head.as_ref().filter(|(seq, _)| *seq < self.newest) {
            let (from, to) = (seq.unsigned_abs(), self.newest.unsigned_abs());
            let words = "the next extract tells what moved since";
            writeln!(f, "Newer     entries {} to {}: {words}", thousands(from + 1), thousands(to))?;
        }
        let head = self.head.as_ref().map(|(seq, hash)| {
            let short: String = hash.chars().take(HASH_CHARS).collect();
            format!("entry {}, hash {}…", thousands(seq.unsigned_abs()), plain(&short))
        });
        match (self.code(), head) {
            (0, Some(head)) => write!(f, "Everything matches {head}"),
            (1, _) => {
                write!(f, "It does NOT match: {}.", many(self.found.differs.len(), "finding"))
            }
            (_, Some(head)) => write!(f, "Not all can be told; what can matches {head}"),
            (_, None) => write!(f, "It cannot be told."),
        }
    }
}

fn counted(count: Count) -> String {
    let boards = if count.boards == 1 { "" } else { "s" };
    let mut text = format!("{} board{boards}: {} rows recomputed", count.boards, count.rows);
    if count.unnamed > 0 {
        text.push_str(&format!(", {} without a name by order and rank alone", count.unnamed));
    }
    text
}

/// What came from a room, without what a terminal would act on.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}
