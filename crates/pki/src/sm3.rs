//! The SM3 hash function (GB/T 32905-2016).

use ::sm3::Digest as _;

/// Length of an SM3 digest in bytes.
pub const DIGEST_LENGTH: usize = 32;

/// SM3 of `data` in one call.
pub fn digest(data: &[u8]) -> [u8; DIGEST_LENGTH] {
    ::sm3::Sm3::digest(data).into()
}

/// SM3 over data that comes in pieces.
#[derive(Clone, Default)]
pub struct Hasher(::sm3::Sm3);

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next piece.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> [u8; DIGEST_LENGTH] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_gbt_32905_hold() {
        let vectors: [(&[u8], &str); 3] = [
            (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            (&b"abcd".repeat(16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
            (b"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
        ];
        for (message, expected) in vectors {
            assert_eq!(hex::encode(digest(message)), expected);
            let mut hasher = Hasher::new();
            for piece in message.chunks(7) {
                hasher.update(piece);
            }
            assert_eq!(hex::encode(hasher.finish()), expected);
        }
    }
}
