//! PEM text around DER (RFC 7468).

use der::pem::{self, LineEnding};
use zeroize::Zeroizing;

/// One block of a PEM text.
pub struct Block {
    /// What stands behind BEGIN, for instance `CERTIFICATE`.
    pub label: String,
    /// The decoded bytes, wiped when dropped because they may be a private key.
    pub der: Zeroizing<Vec<u8>>,
}

/// Why a text is not PEM.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PemError {
    /// No BEGIN line, or what follows one is not a well-formed block.
    #[error("pem.malformed: the text holds no well-formed PEM block")]
    Malformed,
}

/// All blocks of `text` in their order; explanatory text between them is skipped.
///
/// # Errors
/// [`PemError::Malformed`] if there is no block, or one is damaged.
pub fn decode(text: &str) -> Result<Vec<Block>, PemError> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let block = &rest[start..];
        let end_line = block.find(END).ok_or(PemError::Malformed)?;
        let end = block[end_line..].find('\n').map_or(block.len(), |newline| end_line + newline + 1);
        let (label, der) = pem::decode_vec(block[..end].trim_end().as_bytes()).map_err(|_| PemError::Malformed)?;
        blocks.push(Block { label: label.to_owned(), der: Zeroizing::new(der) });
        rest = &block[end..];
    }
    if blocks.is_empty() { Err(PemError::Malformed) } else { Ok(blocks) }
}

/// `der` as one PEM block with line feeds.
///
/// # Errors
/// [`PemError::Malformed`] if the label has characters that PEM does not allow.
pub fn encode(label: &str, der: &[u8]) -> Result<Zeroizing<String>, PemError> {
    pem::encode_string(label, LineEnding::LF, der).map(Zeroizing::new).map_err(|_| PemError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_blocks_with_text_between_are_read_in_order() {
        let text = format!("a note\n{}\nanother\n{}", *encode("A", &[1; 70]).unwrap(), *encode("B C", b"x").unwrap());
        let blocks = decode(&text).unwrap();
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].label.as_str(), blocks[0].der.as_slice()), ("A", &[1u8; 70][..]));
        assert_eq!((blocks[1].label.as_str(), blocks[1].der.len()), ("B C", 1));
        assert!(decode("nothing here").is_err());
        assert!(decode("-----BEGIN A-----\nAAAA\n").is_err());
        assert!(decode("-----BEGIN A-----\n!!!!\n-----END A-----\n").is_err());
        assert!(decode(&text.replace('\n', "\r\n")).is_ok());
    }
}
