//! Indexed pixels as a PNG file. Charts have few colors: a byte a pixel, no filters, deflated.
use miniz_oxide::deflate::compress_to_vec_zlib;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
const LEVEL: u8 = 6;

/// Rows of palette indices, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    /// 1 to 256 colors.
    pub palette: Vec<[u8; 3]>,
    pub indices: Vec<u8>,
}

#[must_use]
pub fn encoded(pixels: &Pixels) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 * 1024);
    out.extend(SIGNATURE);
    let mut header = Vec::with_capacity(13);
    header.extend(pixels.width.to_be_bytes());
    header.extend(pixels.height.to_be_bytes());
    // Eight bits, indexed, deflate, no filter method but the usual, not interlaced.
    header.extend([8, 3, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"PLTE", pixels.palette.as_flattened());
    let width = usize::try_from(pixels.width).unwrap_or(1).max(1);
    let mut rows = Vec::with_capacity(pixels.indices.len() + pixels.indices.len() / width + 1);
    for row in pixels.indices.chunks(width) {
        rows.push(0);
        rows.extend(row);
    }
    chunk(&mut out, *b"IDAT", &compress_to_vec_zlib(&rows, LEVEL));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let from = out.len();
    out.extend(kind);
    out.extend(data);
    let sum = crc(&out[from..]);
    out.extend(sum.to_be_bytes());
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let (mut table, mut n) = ([0; 256], 0);
    while n < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let mut value = n as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[n] = value;
        n += 1;
    }
    table
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        let [low, ..] = (sum ^ u32::from(*byte)).to_le_bytes();
        TABLE[usize::from(low)] ^ (sum >> 8)
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    /// The pixels of a file that this module wrote.
    pub fn decoded(file: &[u8]) -> Pixels {
        assert_eq!(file[..8], SIGNATURE);
        let mut pixels = Pixels { width: 0, height: 0, palette: Vec::new(), indices: Vec::new() };
        let (mut rest, mut deflated) = (&file[8..], Vec::new());
        while !rest.is_empty() {
            let length = number(rest) as usize;
            let (kind, data) = (&rest[4..8], &rest[8..8 + length]);
            assert_eq!(number(&rest[8 + length..]), crc(&rest[4..8 + length]));
            match kind {
                b"IHDR" => (pixels.width, pixels.height) = (number(data), number(&data[4..])),
                b"PLTE" => pixels.palette = data.as_chunks().0.to_vec(),
                b"IDAT" => deflated.extend(data),
                _ => {}
            }
            rest = &rest[12 + length..];
        }
        let rows = decompress_to_vec_zlib(&deflated).unwrap();
        for row in rows.chunks(pixels.width as usize + 1) {
            assert_eq!(row[0], 0, "a filter that we do not write");
            pixels.indices.extend(&row[1..]);
        }
        pixels
    }

    fn number(bytes: &[u8]) -> u32 {
        u32::from_be_bytes(bytes[..4].try_into().unwrap())
    }

    #[test]
    fn the_check_sum_is_that_of_the_standard() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn pixels_come_back() {
        let palette = vec![[0, 0, 0], [255, 128, 1], [9, 9, 9]];
        let pixels = Pixels { width: 3, height: 2, palette, indices: vec![0, 1, 2, 2, 1, 0] };
        assert_eq!(decoded(&encoded(&pixels)), pixels);
    }
}
