//! Digests by algorithm identifier: which hash functions are known, and hashing over several slices.

use sha1::Digest as _;

use crate::asn1::{ObjectIdentifier, Writer};
use crate::oid;

/// A hash function that documents, certificates and timestamps name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DigestAlgorithm {
    /// SM3, GB/T 32905-2016, 32 bytes.
    Sm3,
    /// SHA-256, FIPS 180-4, 32 bytes.
    Sha256,
    /// SHA-384, FIPS 180-4, 48 bytes.
    Sha384,
    /// SHA-512, FIPS 180-4, 64 bytes.
    Sha512,
    /// SHA-1, 20 bytes: only for names of things (key identifiers, OCSP CertID, /VRI keys) and for reading old documents, never for new
    /// signatures.
    Sha1,
}

impl DigestAlgorithm {
    /// The algorithm that an object identifier names, `None` if it is not known.
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        [Self::Sm3, Self::Sha256, Self::Sha384, Self::Sha512, Self::Sha1]
            .into_iter()
            .find(|algorithm| algorithm.oid() == oid)
            .or((oid == oid::SM3_WITHOUT_KEY).then_some(Self::Sm3))
    }

    /// Its object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm3 => oid::SM3,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
            Self::Sha1 => oid::SHA1,
        }
    }

    /// Its AlgorithmIdentifier in DER, parameters absent (RFC 5754 section 2; GM/T 0010).
    pub fn identifier(self) -> Vec<u8> {
        Writer::sequence_of(|algorithm| algorithm.oid(self.oid()))
    }

    /// Length of its digests in bytes.
    pub const fn length(self) -> usize {
        match self {
            Self::Sm3 | Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
            Self::Sha1 => 20,
        }
    }

    /// The digest of `data` in one call.
    pub fn digest(self, data: &[u8]) -> Digest {
        self.digest_parts(&[data])
    }

    /// The digest of the parts joined, without joining them.
    pub fn digest_parts(self, parts: &[&[u8]]) -> Digest {
        let mut hasher = Hasher::new(self);
        for part in parts {
            hasher.update(part);
        }
        hasher.finish()
    }
}

/// A digest and the algorithm that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    /// Zero behind the algorithm's length, so that equality may compare all of it.
    bytes: [u8; 64],
}

impl Digest {
    /// A digest that was computed elsewhere (read from a message or a store), `None` if the length does not fit the algorithm.
    pub fn from_bytes(algorithm: DigestAlgorithm, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != algorithm.length() {
            return None;
        }
        let mut padded = [0; 64];
        padded[..bytes.len()].copy_from_slice(bytes);
        Some(Self { algorithm, bytes: padded })
    }

    /// The algorithm that made it.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The digest itself, [`DigestAlgorithm::length`] bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.length()]
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}:", self.algorithm)?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Hashing of data that comes in pieces.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sm3(::sm3::Sm3),
    Sha256(aws_lc_rs::digest::Context),
    Sha384(aws_lc_rs::digest::Context),
    Sha512(aws_lc_rs::digest::Context),
    Sha1(sha1::Sha1),
}

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        use aws_lc_rs::digest::{Context, SHA256, SHA384, SHA512};
        Self(match algorithm {
            DigestAlgorithm::Sm3 => State::Sm3(::sm3::Sm3::new()),
            DigestAlgorithm::Sha256 => State::Sha256(Context::new(&SHA256)),
            DigestAlgorithm::Sha384 => State::Sha384(Context::new(&SHA384)),
            DigestAlgorithm::Sha512 => State::Sha512(Context::new(&SHA512)),
            DigestAlgorithm::Sha1 => State::Sha1(sha1::Sha1::new()),
        })
    }

    /// The algorithm at work.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        match self.0 {
            State::Sm3(_) => DigestAlgorithm::Sm3,
            State::Sha256(_) => DigestAlgorithm::Sha256,
            State::Sha384(_) => DigestAlgorithm::Sha384,
            State::Sha512(_) => DigestAlgorithm::Sha512,
            State::Sha1(_) => DigestAlgorithm::Sha1,
        }
    }

    /// Takes in the next piece.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Sm3(state) => state.update(data),
            State::Sha256(state) => state.update(data),
            State::Sha384(state) => state.update(data),
            State::Sha512(state) => state.update(data),
            State::Sha1(state) => state.update(data),
        }
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        let mut bytes = [0; 64];
        let mut fill = |digest: &[u8]| bytes[..digest.len()].copy_from_slice(digest);
        match self.0 {
            State::Sm3(state) => fill(&state.finalize()),
            State::Sha256(state) => fill(state.finish().as_ref()),
            State::Sha384(state) => fill(state.finish().as_ref()),
            State::Sha512(state) => fill(state.finish().as_ref()),
            State::Sha1(state) => fill(&state.finalize()),
        }
        Digest { algorithm, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_algorithm_gives_its_published_digest_of_abc_also_in_pieces() {
        let vectors = [
            (DigestAlgorithm::Sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            (DigestAlgorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                DigestAlgorithm::Sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                DigestAlgorithm::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            (DigestAlgorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ];
        for (algorithm, expected) in vectors {
            assert_eq!(hex::encode(algorithm.digest(b"abc").as_bytes()), expected);
            assert_eq!(algorithm.digest_parts(&[b"a", b"", b"bc"]), algorithm.digest(b"abc"));
            assert_eq!(DigestAlgorithm::from_oid(algorithm.oid()), Some(algorithm));
            assert_eq!(Digest::from_bytes(algorithm, &vec![0; algorithm.length() - 1]), None);
        }
    }
}
