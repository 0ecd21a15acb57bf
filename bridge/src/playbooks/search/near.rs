//! Which words of the dictionary may be meant by a typed word: the word itself, words that begin
//! with it, and words a slip or two away. The dictionary is walked in order, and a beginning that
//! is already too far off is skipped with all its words, as an automaton would do.
use super::words::is_dense;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Words that a beginning may stand for.
const PREFIX_TERMS_MAX: usize = 400;
/// From this length on a word may have one slip, from the next on two.
const ONE_SLIP_CHARS_MIN: usize = 4;
const TWO_SLIPS_CHARS_MIN: usize = 8;
/// A beginning may hold a slip itself from this length on.
const SLIPPED_PREFIX_CHARS_MIN: usize = 6;
const PREFIX_CHARS_MIN: usize = 2;

/// How a word of the dictionary relates to the typed one; the nearer, the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Same,
    Begins,
    Slipped,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    pub term: u32,
    pub kind: Kind,
    /// 1 for the word itself, less for what is only near.
    pub weight: f32,
}

type Dictionary = BTreeMap<Arc<str>, u32>;

/// Slips that are forgiven. Words with digits and pairs of letters are meant as they stand.
fn slips_max(word: &[char]) -> u8 {
    if word.iter().any(|letter| letter.is_numeric() || is_dense(*letter)) {
        return 0;
    }
    match word.len() {
        ..ONE_SLIP_CHARS_MIN => 0,
        ONE_SLIP_CHARS_MIN..TWO_SLIPS_CHARS_MIN => 1,
        _ => 2,
    }
}

/// What `word` may stand for, with at most so many slips.
pub fn near(dictionary: &Dictionary, word: &str, slips_most: u8) -> Vec<Near> {
    let letters: Vec<char> = word.chars().collect();
    let mut found = beginnings(dictionary, word, letters.len());
    let slips = slips_max(&letters).min(slips_most);
    if slips > 0 {
        Walk::new(&letters, slips).run(dictionary, &mut found);
    }
    found
}

fn beginnings(dictionary: &Dictionary, word: &str, length: usize) -> Vec<Near> {
    let mut found = Vec::new();
    let from = (Bound::Included(word), Bound::Unbounded);
    let long_enough = length >= PREFIX_CHARS_MIN || word.chars().all(is_dense);
    for (text, term) in dictionary.range::<str, _>(from).take(PREFIX_TERMS_MAX) {
        if !text.starts_with(word) || (text.len() > word.len() && !long_enough) {
            break;
        }
        let part = length as f32 / text.chars().count() as f32;
        let kind = if text.len() == word.len() { Kind::Same } else { Kind::Begins };
        let weight = if kind == Kind::Same { 1.0 } else { 0.5 + 0.4 * part };
        found.push(Near { term: *term, kind, weight });
    }
    found
}

/// More slips than anything allows.
const FAR: u8 = 100;

/// A walk through the dictionary with one row of edit distances for each letter of the current entry.
struct Walk<'w> {
    word: &'w [char],
    slips: u8,
    /// Row after row: slips between the first n letters of the entry and the first m of the word.
    cells: Vec<u8>,
    entry: Vec<char>,
}

impl<'w> Walk<'w> {
    fn new(word: &'w [char], slips: u8) -> Self {
        let cells = (0..=word.len()).map(|at| u8::try_from(at).unwrap_or(FAR)).collect();
        Walk { word, slips, cells, entry: Vec::new() }
    }

    fn run(&mut self, dictionary: &Dictionary, found: &mut Vec<Near>) {
        let mut from: Option<String> = None;
        loop {
            let bound = from.as_deref().map_or(Bound::Unbounded, Bound::Included);
            let range = dictionary.range::<str, _>((bound, Bound::Unbounded));
            let mut skip = None;
            for (text, term) in range {
                if let Err(dead) = self.turn(text) {
                    skip = after(&self.entry[..dead]);
                    break;
                }
                self.judge(*term, found);
            }
            match skip {
                Some(next) => from = Some(next),
                None => return,
            }
        }
    }

    /// Turns to the next entry, keeping the rows of the letters it shares with the last one.
    /// `Err` is the length of a beginning from which no entry can come near.
    fn turn(&mut self, text: &str) -> Result<(), usize> {
        let shared = text.chars().zip(&self.entry).take_while(|(one, two)| one == *two).count();
        self.entry.truncate(shared);
        self.cells.truncate((shared + 1) * self.width());
        for letter in text.chars().skip(shared) {
            self.entry.push(letter);
            self.add(letter);
            if self.hopeless() {
                return Err(self.entry.len());
            }
        }
        Ok(())
    }

    fn width(&self) -> usize {
        self.word.len() + 1
    }

    fn last_row(&self) -> &[u8] {
        &self.cells[self.cells.len() - self.width()..]
    }

    /// Swapped neighbors count as one slip. Only cells so near to the diagonal that they can still
    /// matter are reckoned.
    fn add(&mut self, letter: char) {
        let (depth, width, reach) = (self.entry.len(), self.width(), usize::from(self.slips));
        let (above, row) = ((depth - 1) * width, depth * width);
        self.cells.resize(row + width, FAR);
        if depth <= reach {
            self.cells[row] = self.cells[above] + 1;
        }
        for at in depth.saturating_sub(reach).max(1)..=(depth + reach).min(width - 1) {
            let typed = self.word[at - 1];
            let change = self.cells[above + at - 1] + u8::from(typed != letter);
            let shift = self.cells[above + at].min(self.cells[row + at - 1]) + 1;
            let mut least = change.min(shift);
            let swapped = depth > 1
                && at > 1
                && self.word[at - 2] == letter
                && self.entry[depth - 2] == typed;
            if swapped {
                least = least.min(self.cells[above - width + at - 2] + 1);
            }
            self.cells[row + at] = least;
        }
    }

    fn hopeless(&self) -> bool {
        self.last_row().iter().all(|slips| *slips > self.slips) && self.slipped_prefix() > 1
    }

    /// The least slips between the word and a beginning of the entry.
    fn slipped_prefix(&self) -> u8 {
        if self.word.len() < SLIPPED_PREFIX_CHARS_MIN {
            return FAR;
        }
        self.cells.chunks(self.width()).filter_map(|row| row.last()).min().copied().unwrap_or(FAR)
    }

    fn judge(&self, term: u32, found: &mut Vec<Near>) {
        let slips = self.last_row().last().copied().unwrap_or(FAR);
        let part = self.word.len() as f32 / self.entry.len().max(1) as f32;
        let weight = match slips {
            0 => return,
            1 if self.slips >= 1 => 0.7,
            2 if self.slips >= 2 => 0.5,
            _ if self.slipped_prefix() == 1 => 0.3 + 0.3 * part.min(1.0),
            _ => return,
        };
        found.push(Near { term, kind: Kind::Slipped, weight });
    }
}

/// The first text after all that begin so.
fn after(beginning: &[char]) -> Option<String> {
    let (last, head) = beginning.split_last()?;
    let next = (u32::from(*last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
    next.map_or_else(|| after(head), |next| Some(head.iter().chain([&next]).collect()))
}
