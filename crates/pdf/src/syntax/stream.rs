//! Decoding the streams that the structure of a file needs: Flate with its predictors.
//!
//! Page content and images are never decoded here.

use std::borrow::Cow;
use std::io::Read as _;

use super::object::{Dictionary, Object, Stream};

/// Decoded size beyond which a stream is refused as a decompression bomb.
const MAX_DECODED: usize = 64 << 20;

/// Why a stream could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// A filter other than FlateDecode, or several of them.
    #[error("pdf.stream.unsupported_filter")]
    UnsupportedFilter,
    /// The compressed data is damaged.
    #[error("pdf.stream.damaged")]
    Damaged,
    /// The decoded data would exceed 64 MiB.
    #[error("pdf.stream.too_large")]
    TooLarge,
    /// A predictor or its parameters that do not exist.
    #[error("pdf.stream.bad_predictor")]
    BadPredictor,
    /// /Filter or /DecodeParms are references; inside the structure of a file they must be direct.
    #[error("pdf.stream.indirect_parameters")]
    IndirectParameters,
}

/// The decoded bytes of `stream`, which lies in `file`.
///
/// # Errors
/// See [`StreamError`].
pub fn decode_stream<'a>(file: &'a [u8], stream: &Stream) -> Result<Cow<'a, [u8]>, StreamError> {
    let encoded = file.get(stream.data.clone()).ok_or(StreamError::Damaged)?;
    let single = |object: &Object| match object {
        Object::Array(items) if items.len() == 1 => items.first().cloned(),
        Object::Array(items) if items.is_empty() => None,
        other => Some(other.clone()),
    };
    let filter = stream.dictionary.get("Filter").and_then(single);
    let parameters = stream.dictionary.get("DecodeParms").and_then(single);
    match filter {
        None | Some(Object::Null) => Ok(Cow::Borrowed(encoded)),
        Some(Object::Reference(_)) => Err(StreamError::IndirectParameters),
        Some(Object::Name(name)) if name == "FlateDecode" || name == "Fl" => {
            let decoded = decode_flate(encoded)?;
            match parameters {
                None | Some(Object::Null) => Ok(Cow::Owned(decoded)),
                Some(Object::Dictionary(parameters)) => Ok(Cow::Owned(unpredict(decoded, &parameters)?)),
                Some(_) => Err(StreamError::IndirectParameters),
            }
        }
        Some(_) => Err(StreamError::UnsupportedFilter),
    }
}

/// Inflates zlib data, at most 64 MiB.
///
/// # Errors
/// [`StreamError::Damaged`] or [`StreamError::TooLarge`].
pub fn decode_flate(encoded: &[u8]) -> Result<Vec<u8>, StreamError> {
    let mut decoded = Vec::new();
    let limit = MAX_DECODED as u64 + 1;
    flate2::read::ZlibDecoder::new(encoded).take(limit).read_to_end(&mut decoded).map_err(|_| StreamError::Damaged)?;
    if decoded.len() > MAX_DECODED { Err(StreamError::TooLarge) } else { Ok(decoded) }
}

/// Undoes a PNG predictor (ISO 32000-1, 7.4.4.4); the TIFF one does not occur in structural streams.
pub(crate) fn unpredict(data: Vec<u8>, parameters: &Dictionary) -> Result<Vec<u8>, StreamError> {
    let number = |key: &str, default: usize| match parameters.get(key) {
        None => Ok(default),
        Some(Object::Integer(value)) => usize::try_from(*value).map_err(|_| StreamError::BadPredictor),
        Some(_) => Err(StreamError::IndirectParameters),
    };
    match number("Predictor", 1)? {
        1 => return Ok(data),
        10..=15 => {}
        _ => return Err(StreamError::BadPredictor),
    }
    let (colours, bits, columns) = (number("Colors", 1)?, number("BitsPerComponent", 8)?, number("Columns", 1)?);
    if !(1..=32).contains(&colours) || ![1, 2, 4, 8, 16].contains(&bits) || !(1..=1 << 20).contains(&columns) {
        return Err(StreamError::BadPredictor);
    }
    let pixel = (colours * bits).div_ceil(8);
    let row = (colours * bits * columns).div_ceil(8);
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut previous = vec![0u8; row];
    for line in data.chunks(row + 1) {
        let [kind, bytes @ ..] = line else { break };
        let mut current = bytes.to_vec();
        current.resize(row, 0);
        for index in 0..row {
            let left = index.checked_sub(pixel).map_or(0, |at| current[at]);
            let up = previous[index];
            let up_left = index.checked_sub(pixel).map_or(0, |at| previous[at]);
            let add = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, up_left),
                _ => return Err(StreamError::BadPredictor),
            };
            current[index] = current[index].wrapping_add(add);
        }
        out.extend_from_slice(&current[..bytes.len()]);
        previous = current;
    }
    Ok(out)
}

fn paeth(left: u8, up: u8, up_left: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(up_left));
    let estimate = a + b - c;
    let (da, db, dc) = ((estimate - a).abs(), (estimate - b).abs(), (estimate - c).abs());
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        up
    } else {
        up_left
    }
}
