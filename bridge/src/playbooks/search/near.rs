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

pub fn near(dictionary: &Dictionary, word: &str) -> Vec<Near> {
    let letters: Vec<char> = word.chars().collect();
    let mut found = beginnings(dictionary, word, letters.len());
    let slips = slips_max(&letters);
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

/// A walk through the dictionary with one row of edit distances for each letter of the current word.
struct Walk<'w> {
    word: &'w [char],
    slips: u8,
    /// `rows[n][m]`: slips between the first n letters of the entry and the first m of the word.
    rows: Vec<Vec<u8>>,
    entry: Vec<char>,
}

impl<'w> Walk<'w> {
    fn new(word: &'w [char], slips: u8) -> Self {
        let first = (0..=word.len()).map(|at| u8::try_from(at).unwrap_or(u8::MAX)).collect();
        Walk { word, slips, rows: vec![first], entry: Vec::new() }
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
        self.rows.truncate(shared + 1);
        for letter in text.chars().skip(shared) {
            self.entry.push(letter);
            self.add(letter);
            if self.hopeless() {
                return Err(self.entry.len());
            }
        }
        Ok(())
    }

    /// Swapped neighbors count as one slip.
    fn add(&mut self, letter: char) {
        let depth = self.rows.len();
        let above = &self.rows[depth - 1];
        let mut row = Vec::with_capacity(self.word.len() + 1);
        row.push(above[0].saturating_add(1));
        for (at, typed) in self.word.iter().enumerate() {
            let change = above[at] + u8::from(*typed != letter);
            let mut least = change.min(above[at + 1].min(row[at]).saturating_add(1));
            if depth > 1 && at > 0 && self.word[at - 1] == letter && self.entry[depth - 2] == *typed
            {
                least = least.min(self.rows[depth - 2][at - 1] + 1);
            }
            row.push(least);
        }
        self.rows.push(row);
    }

    fn hopeless(&self) -> bool {
        let far = |row: &Vec<u8>| row.iter().all(|slips| *slips > self.slips);
        self.rows.last().is_some_and(far) && self.slipped_prefix() > 1
    }

    /// The least slips between the word and a beginning of the entry.
    fn slipped_prefix(&self) -> u8 {
        if self.word.len() < SLIPPED_PREFIX_CHARS_MIN {
            return u8::MAX;
        }
        self.rows.iter().filter_map(|row| row.last()).min().copied().unwrap_or(u8::MAX)
    }

    fn judge(&self, term: u32, found: &mut Vec<Near>) {
        let slips = self.rows.last().and_then(|row| row.last()).copied().unwrap_or(u8::MAX);
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
