//! From known inputs to unknown ones.
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// Changes in one input.
const CHANGES_MAX: u32 = 6;
/// The longest piece that is doubled, moved or dropped.
const PIECE_MAX: usize = 64;
/// What readers stumble over in any text.
const ODD: &[&str] = &[
    "\0",
    "\u{feff}",
    "\u{200b}",
    "\u{202e}",
    "\u{2068}",
    "\u{2060}",
    "\u{fe0f}",
    "é",
    "e\u{301}",
    "😀",
    "\r\n",
    "\\",
    "\"",
    "'",
    "“",
    "\u{a0}",
    "\t",
    "9223372036854775808",
    "-1",
    "%s",
    "\\ud800",
    "{",
    "[",
    "<",
    "&",
    "@room",
];

/// The n-th input of a seed.
pub fn mutated(corpus: &[Vec<u8>], words: &[&str], seed: u64, n: u64) -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut input = corpus.choose(&mut rng).cloned().unwrap_or_default();
    for _ in 0..rng.random_range(1..=CHANGES_MAX) {
        change(&mut input, corpus, words, &mut rng);
    }
    input
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&str], rng: &mut StdRng) {
    let at = rng.random_range(0..=input.len());
    let end = (at + rng.random_range(0..=PIECE_MAX)).min(input.len());
    match rng.random_range(0..9) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << rng.random_range(0..8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = rng.random();
            }
        }
        2 | 3 => {
            let list = if rng.random() { words } else { ODD };
            let word = list.choose(rng).copied().unwrap_or_default();
            input.splice(at..at, word.bytes());
        }
        4 => drop(input.drain(at..end)),
        5 => {
            let piece = input[at..end].to_vec();
            let times = rng.random_range(1..=16);
            input.splice(at..at, piece.repeat(times));
        }
        6 => {
            let piece: Vec<u8> = input.drain(at..end).collect();
            let to = rng.random_range(0..=input.len());
            input.splice(to..to, piece);
        }
        7 => {
            let other = corpus.choose(rng).map(Vec::as_slice).unwrap_or_default();
            let from = rng.random_range(0..=other.len());
            input.truncate(at);
            input.extend(&other[from..]);
        }
        _ => {
            let word = words.choose(rng).copied().unwrap_or_default();
            input.splice(at..end, word.bytes());
        }
    }
}
