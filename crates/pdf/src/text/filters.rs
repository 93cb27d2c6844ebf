//! Decoding page content, which may pass through any chain of the lossless filters (ISO 32000-1, 7.4).

use crate::open::Opened;
use crate::syntax::{Dictionary, Object, Stream, StreamError, decode_flate, unpredict};

/// Decoded size beyond which content is refused.
const MAX_DECODED: usize = 64 << 20;
/// Filters of one stream at most.
const MAX_FILTERS: usize = 8;

/// The decoded bytes of a stream whose filters and parameters may be references.
pub(super) fn decode(file: &Opened, stream: &Stream) -> Result<Vec<u8>, StreamError> {
    let list = |keys: [&str; 2]| -> Vec<Object> {
        let found = keys.iter().find_map(|key| file.get(&stream.dictionary, key).ok().flatten());
        match found {
            None => Vec::new(),
            Some(Object::Array(items)) => {
                items.iter().map(|item| file.resolve(item).map_or(Object::Null, |found| found.into_owned())).collect()
            }
            Some(single) => vec![single],
        }
    };
    let (filters, parameters) = (list(["Filter", "F"]), list(["DecodeParms", "DP"]));
    if filters.len() > MAX_FILTERS {
        return Err(StreamError::UnsupportedFilter);
    }
    let mut data = file.bytes().get(stream.data.clone()).ok_or(StreamError::Damaged)?.to_vec();
    for (index, filter) in filters.iter().enumerate() {
        let empty = Dictionary::new();
        let parameters = parameters.get(index).and_then(Object::as_dictionary).unwrap_or(&empty);
        let name = filter.as_name().ok_or(StreamError::UnsupportedFilter)?;
        data = match name.as_bytes() {
            b"FlateDecode" | b"Fl" => unpredict(decode_flate(&data)?, parameters)?,
            b"LZWDecode" | b"LZW" => unpredict(lzw(&data, parameters)?, parameters)?,
            b"ASCIIHexDecode" | b"AHx" => ascii_hex(&data),
            b"ASCII85Decode" | b"A85" => ascii_85(&data)?,
            b"RunLengthDecode" | b"RL" => run_length(&data)?,
            _ => return Err(StreamError::UnsupportedFilter),
        };
        if data.len() > MAX_DECODED {
            return Err(StreamError::TooLarge);
        }
    }
    Ok(data)
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = data
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16).map(|digit| digit as u8))
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn ascii_85(data: &[u8]) -> Result<Vec<u8>, StreamError> {
    let mut out = Vec::with_capacity(data.len());
    let mut group: Vec<u8> = Vec::with_capacity(5);
    let mut flush = |group: &mut Vec<u8>| {
        let length = group.len();
        group.resize(5, b'u' - b'!');
        let value = group.iter().fold(0u64, |sum, digit| sum * 85 + u64::from(*digit));
        let bytes = u32::try_from(value).map_err(|_| StreamError::Damaged)?.to_be_bytes();
        out.extend_from_slice(&bytes[..length - 1]);
        group.clear();
        Ok(())
    };
    for byte in data {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => {
                group.extend_from_slice(&[0; 5]);
                flush(&mut group)?;
            }
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    flush(&mut group)?;
                }
            }
            _ if byte.is_ascii_whitespace() || *byte == 0 => {}
            _ => return Err(StreamError::Damaged),
        }
    }
    if group.len() > 1 {
        flush(&mut group)?;
    }
    Ok(out)
}

fn run_length(data: &[u8]) -> Result<Vec<u8>, StreamError> {
    let mut out = Vec::with_capacity(data.len());
    let mut rest = data;
    while let [length, after @ ..] = rest {
        match length {
            0..=127 => {
                let (copied, after) = after.split_at_checked(usize::from(*length) + 1).ok_or(StreamError::Damaged)?;
                out.extend_from_slice(copied);
                rest = after;
            }
            129..=255 => {
                let (byte, after) = after.split_first().ok_or(StreamError::Damaged)?;
                out.resize(out.len() + 257 - usize::from(*length), *byte);
                rest = after;
            }
            128 => break,
        }
        if out.len() > MAX_DECODED {
            return Err(StreamError::TooLarge);
        }
    }
    Ok(out)
}

fn lzw(data: &[u8], parameters: &Dictionary) -> Result<Vec<u8>, StreamError> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let early = parameters.get("EarlyChange").and_then(Object::as_integer).unwrap_or(1) != 0;
    // Each entry is the place of its bytes in what was put out already, and their number.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut out: Vec<u8> = Vec::with_capacity(data.len() * 2);
    let (mut bits, mut held, mut width) = (0u32, 0u32, 9u32);
    let mut last: Option<(usize, usize)> = None;
    let mut bytes = data.iter();
    loop {
        while held < width {
            let Some(byte) = bytes.next() else { return Ok(out) };
            bits = bits << 8 | u32::from(*byte);
            held += 8;
        }
        let code = ((bits >> (held - width)) & ((1 << width) - 1)) as usize;
        held -= width;
        match code {
            CLEAR => {
                table.clear();
                width = 9;
                last = None;
                continue;
            }
            END => return Ok(out),
            _ => {}
        }
        let start = out.len();
        if code < 256 {
            out.push(code as u8);
        } else {
            match (table.get(code - 258).copied(), last) {
                (Some((from, length)), _) => out.extend_from_within(from..from + length),
                (None, Some((from, length))) if code - 258 == table.len() => {
                    out.extend_from_within(from..from + length);
                    let first = out[from];
                    out.push(first);
                }
                _ => return Err(StreamError::Damaged),
            }
        }
        if out.len() > MAX_DECODED {
            return Err(StreamError::TooLarge);
        }
        if let Some((from, length)) = last
            && table.len() < 4096 - 258
        {
            // The last string and the first byte of this one stand side by side in the output.
            table.push((from, length + 1));
        }
        last = Some((start, out.len() - start));
        let next = 258 + table.len() + usize::from(early);
        width = match next {
            ..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_gives_back_what_went_in() {
        assert_eq!(ascii_hex(b"48 65 6C6c 6F7>"), b"Hellop");
        assert_eq!(ascii_85(b"87cURD]j7BEbo80~>").unwrap(), b"Hello world!");
        assert_eq!(ascii_85(b"z!!~>").unwrap(), b"\0\0\0\0\0");
        assert_eq!(run_length(&[2, b'a', b'b', b'c', 253, b'x', 128, 9]).unwrap(), b"abcxxxx");
        // ISO 32000-1, 7.4.4.2, example 1.
        let packed = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(lzw(&packed, &Dictionary::new()).unwrap(), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        assert!(lzw(&[0xFF; 9], &Dictionary::new()).is_err());
        assert!(run_length(&[5, 1]).is_err() && ascii_85(b"uuuuu").is_err());
    }
}
