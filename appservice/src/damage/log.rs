//! The log of a SQLite database (its `-wal` file), read before SQLite reads it. SQLite takes the first frame whose
//! sum is wrong for the end: after a power cut that is right, since only the last transaction can be torn (each is
//! synced before the next is written). With a byte changed in the middle it drops, without a word, all that was
//! committed behind it. What tells the two apart: behind the end of an honest log stands no second transaction.
//! Form: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
use std::io::{self, Read};

const HEAD: usize = 32;
const FRAME: usize = 24;
const BIG_ENDIAN: u32 = 0x377f_0683;
const PAGE_MIN: usize = 512;
const PAGE_MAX: usize = 65_536;
/// Ours, where the head does not say it any more.
const PAGE: usize = 4_096;

/// What is wrong inside the log; `None` where it ends as logs end.
///
/// # Errors
/// When it cannot be read.
pub fn look(mut log: impl Read) -> io::Result<Option<String>> {
    let mut head = [0; HEAD];
    // Without a whole head nothing was ever committed here.
    if !fill(&mut log, &mut head)? {
        return Ok(None);
    }
    let big = word(&head, 0) == BIG_ENDIAN;
    let size = word(&head, 8) as usize;
    let ours = size.is_power_of_two() && (PAGE_MIN..=PAGE_MAX).contains(&size);
    let mut frame = vec![0; FRAME + if ours { size } else { PAGE }];
    let (told, counted) = (pair(&head, 24), sum((0, 0), &head[..24], big));
    let salts = pair(&head, 16);
    let mut walk = Walk { is_whole: true, is_closed: false, before: told };
    let mut number = 0_u64;
    while fill(&mut log, &mut frame)? {
        number += 1;
        let (own, follows) = (pair(&frame, 8), follows(walk.before, &frame, big));
        if number == 1 && told != counted {
            return Ok(is_of(&head, &frame).then(|| "the head of its log has changed".to_owned()));
        }
        // One changed byte leaves one of the two salts; those of an older log differ in both.
        let is_near = own.0 == salts.0 || own.1 == salts.1;
        if walk.breaks(follows && own == salts, is_near, word(&frame, 4) != 0) {
            return Ok(Some(format!("its log is broken before frame {number}")));
        }
        walk.before = pair(&frame, 16);
    }
    Ok(None)
}

/// Whether a frame was written behind a head whose sum is wrong now. A head that was being written has none.
fn is_of(head: &[u8], frame: &[u8]) -> bool {
    [false, true].into_iter().any(|big| {
        let befores = [pair(head, 24), sum((0, 0), &head[..24], big)];
        befores.into_iter().any(|before| follows(before, frame, big))
    })
}

/// Whether a frame's sum goes on from the one before.
fn follows(before: (u32, u32), frame: &[u8], big: bool) -> bool {
    let half = sum(before, &frame[..8], big);
    sum(half, &frame[FRAME..], big) == pair(frame, 16)
}

struct Walk {
    /// No frame was wrong yet.
    is_whole: bool,
    /// From the first wrong frame on, a transaction has ended.
    is_closed: bool,
    /// The sum that the frame before has told.
    before: (u32, u32),
}

impl Walk {
    /// Takes a frame; whether it is of a second transaction behind the first wrong frame.
    fn breaks(&mut self, is_good: bool, is_near: bool, is_commit: bool) -> bool {
        self.is_whole &= is_good;
        if self.is_whole {
            return false;
        }
        if self.is_closed && is_good {
            return true;
        }
        self.is_closed |= is_near && is_commit;
        false
    }
}

/// Whether all of it was there to be read.
fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|word| word.try_into().ok())
        .map(u32::from_be_bytes)
        .unwrap_or_default()
}

fn pair(bytes: &[u8], at: usize) -> (u32, u32) {
    (word(bytes, at), word(bytes, at + 4))
}

/// SQLite's running sum; its words have the order of the machine that wrote them.
fn sum((mut one, mut two): (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    for eight in bytes.as_chunks::<8>().0 {
        let read = |at: usize| {
            let word = [eight[at], eight[at + 1], eight[at + 2], eight[at + 3]];
            if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        one = one.wrapping_add(read(0)).wrapping_add(two);
        two = two.wrapping_add(read(4)).wrapping_add(one);
    }
    (one, two)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALTS: (u32, u32) = (7, 9);

    /// A log of one-page transactions, as SQLite writes them.
    fn written(transactions: &[usize]) -> Vec<u8> {
        let mut log = Vec::new();
        for word in [0x377f_0682, 3_007_000, 4_096, 0, SALTS.0, SALTS.1] {
            log.extend(u32::to_be_bytes(word));
        }
        let mut before = sum((0, 0), &log, false);
        log.extend([before.0, before.1].map(u32::to_be_bytes).concat());
        for (n, frames) in transactions.iter().enumerate() {
            for frame in 1..=*frames {
                let size = u32::from(frame == *frames) * 44;
                let mut bytes = [3, size].map(u32::to_be_bytes).concat();
                let page = vec![u8::try_from(n + frame).unwrap(); PAGE];
                before = sum(sum(before, &bytes, false), &page, false);
                for word in [SALTS.0, SALTS.1, before.0, before.1] {
                    bytes.extend(u32::to_be_bytes(word));
                }
                log.extend(bytes);
                log.extend(page);
            }
        }
        log
    }

    fn found(log: &[u8]) -> Option<String> {
        look(log).unwrap()
    }

    #[test]
    fn every_changed_byte_but_in_the_last_transaction_is_found() {
        let log = written(&[2, 1, 3, 2]);
        assert_eq!(found(&log), None);
        let last = log.len() - 2 * (FRAME + PAGE);
        for at in (0..last).filter(|at| *at < HEAD || at % 17 == 0) {
            let mut changed = log.clone();
            changed[at] ^= 0x10;
            assert!(found(&changed).is_some(), "byte {at} of {last}");
        }
    }

    #[test]
    fn a_power_cut_is_no_damage_wherever_it_falls() {
        let log = written(&[2, 1, 3]);
        for end in (0..log.len()).step_by(11).chain([log.len()]) {
            assert_eq!(found(&log[..end]), None, "cut at {end}");
        }
        // Of the last transaction any part may be missing.
        let first = log.len() - 3 * (FRAME + PAGE);
        for hole in 0..3 {
            let mut torn = log.clone();
            torn[first + hole * (FRAME + PAGE)..][..FRAME + PAGE].fill(0);
            assert_eq!(found(&torn), None, "hole {hole}");
        }
    }

    #[test]
    fn what_an_older_log_left_behind_the_end_is_not_read() {
        let mut log = written(&[1]);
        let mut older = written(&[1, 1, 1])[HEAD..].to_vec();
        for frame in older.chunks_mut(FRAME + PAGE) {
            frame[8..16].copy_from_slice(&[0, 0, 0, 6, 1, 2, 3, 4]);
        }
        log.extend(older);
        assert_eq!(found(&log), None);
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[0; 40]), None);
    }
}
