//! A revision that waits for its signature, and the signed one.

use std::sync::{Arc, OnceLock};

use yinxin_pki::digest::{Digest, DigestAlgorithm, Hasher};
use yinxin_pki::hashed::Hashed;

use crate::sign::{BYTE_RANGE_WIDTH, Hole};

/// Marks the stored form and its version.
const MAGIC: &[u8; 8] = b"YXPREP\x00\x01";

/// A file whose next revision is written but for the signature.
///
/// It knows the length and digest of the file that it continues, so that it cannot be resumed on another.
pub struct Prepared {
    base: Base,
    appended: Vec<u8>,
    hole: Hole,
    field_name: String,
}

/// The file that is continued, with its SM3 once that was wanted.
struct Base {
    bytes: Arc<[u8]>,
    hashed: OnceLock<Hashed>,
}

impl Base {
    fn hashed(&self) -> &Hashed {
        self.hashed.get_or_init(|| Hashed::new(Arc::clone(&self.bytes)))
    }
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("base_length", &self.base.bytes.len())
            .field("appended_length", &self.appended.len())
            .field("field_name", &self.field_name)
            .finish()
    }
}

/// Why a signature cannot be put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The signature is larger than the space reserved for it: prepare again with more.
    #[error("pdf.embed.too_large: {needed} bytes, reserved {capacity}")]
    TooLarge {
        /// Bytes of the signature.
        needed: usize,
        /// Bytes reserved.
        capacity: usize,
    },
    /// An empty signature.
    #[error("pdf.embed.empty")]
    Empty,
}

/// Why a stored preparation cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// The stored bytes are damaged or of another version.
    #[error("pdf.resume.damaged")]
    Damaged,
    /// The file is not the one that was prepared: another revision came first, or it is another file.
    #[error("pdf.resume.other_file")]
    OtherFile,
}

impl Prepared {
    pub(crate) fn new(
        base: Arc<[u8]>,
        hashed: Option<Hashed>,
        mut appended: Vec<u8>,
        hole: Hole,
        field_name: &str,
    ) -> Self {
        let before = base.len() + hole.start;
        let after = base.len() + hole.end;
        let rest = appended.len() - hole.end;
        let text = format!("[0 {before} {after} {rest}]");
        let end = hole.byte_range + BYTE_RANGE_WIDTH;
        appended[hole.byte_range..end].copy_from_slice(format!("{text:<BYTE_RANGE_WIDTH$}").as_bytes());
        let base = Base { bytes: base, hashed: hashed.map(OnceLock::from).unwrap_or_default() };
        Prepared { base, appended, hole, field_name: field_name.to_owned() }
    }

    /// The name of the field that will be signed.
    pub fn field_name(&self) -> &str {
        &self.field_name
    }

    /// Bytes reserved for the signature.
    pub fn capacity(&self) -> usize {
        (self.hole.end - self.hole.start - 2) / 2
    }

    /// Length of the file that this continues, in bytes.
    pub fn base_length(&self) -> usize {
        self.base.bytes.len()
    }

    /// The digest of the file that this continues: what the signer saw.
    pub fn base_digest(&self, algorithm: DigestAlgorithm) -> Digest {
        self.base_hasher(algorithm).finish()
    }

    fn base_hasher(&self, algorithm: DigestAlgorithm) -> Hasher {
        if algorithm == DigestAlgorithm::Sm3 {
            return self.base.hashed().hasher();
        }
        let mut hasher = Hasher::new(algorithm);
        hasher.update(&self.base.bytes);
        hasher
    }

    /// The digest that is signed: over the whole new file except for the hexadecimal string of /Contents with its brackets.
    pub fn byte_range_digest(&self, algorithm: DigestAlgorithm) -> Digest {
        let mut hasher = self.base_hasher(algorithm);
        hasher.update(&self.appended[..self.hole.start]);
        hasher.update(&self.appended[self.hole.end..]);
        hasher.finish()
    }

    /// Puts the signature in, padded with zeros to the space reserved.
    ///
    /// # Errors
    /// [`EmbedError`] if it is empty or does not fit.
    pub fn embed(mut self, contents_der: &[u8]) -> Result<Signed, EmbedError> {
        let capacity = self.capacity();
        if contents_der.is_empty() {
            return Err(EmbedError::Empty);
        }
        if contents_der.len() > capacity {
            return Err(EmbedError::TooLarge { needed: contents_der.len(), capacity });
        }
        let place = &mut self.appended[self.hole.start + 1..];
        for (pair, byte) in place.as_chunks_mut::<2>().0.iter_mut().zip(contents_der) {
            *pair = [b"0123456789abcdef"[usize::from(byte >> 4)], b"0123456789abcdef"[usize::from(byte & 15)]];
        }
        Ok(Signed { base: self.base, appended: self.appended })
    }

    /// The stored form: what was appended, and which file it continues. The file itself is not in it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(self.base_digest(DigestAlgorithm::Sm3).as_bytes());
        let numbers = [
            self.base.bytes.len(),
            self.hole.start,
            self.hole.end,
            self.hole.byte_range,
            self.field_name.len(),
            self.appended.len(),
        ];
        for number in numbers {
            out.extend_from_slice(&(number as u64).to_be_bytes());
        }
        out.extend_from_slice(self.field_name.as_bytes());
        out.extend_from_slice(&self.appended);
        let check = DigestAlgorithm::Sm3.digest(&out);
        out.extend_from_slice(check.as_bytes());
        out
    }

    /// Resumes a preparation on the file that it was made for.
    ///
    /// # Errors
    /// [`ResumeError`]; the digest of `base` is compared, so the wrong file is never continued.
    pub fn from_bytes(base: Arc<[u8]>, stored: &[u8]) -> Result<Self, ResumeError> {
        let damaged = ResumeError::Damaged;
        let (body, check) = stored.split_last_chunk::<32>().ok_or(damaged)?;
        if DigestAlgorithm::Sm3.digest(body).as_bytes() != check {
            return Err(damaged);
        }
        let rest = body.strip_prefix(MAGIC).ok_or(damaged)?;
        let (digest, mut rest) = rest.split_first_chunk::<32>().ok_or(damaged)?;
        let mut numbers = [0usize; 6];
        for number in &mut numbers {
            let (bytes, after) = rest.split_first_chunk::<8>().ok_or(damaged)?;
            *number = usize::try_from(u64::from_be_bytes(*bytes)).map_err(|_| damaged)?;
            rest = after;
        }
        let [base_length, start, end, byte_range, name_length, appended_length] = numbers;
        let (name, appended) = rest.split_at_checked(name_length).ok_or(damaged)?;
        let field_name = String::from_utf8(name.to_vec()).map_err(|_| damaged)?;
        let sound = appended.len() == appended_length
            && start.checked_add(2).is_some_and(|least| least <= end)
            && end <= appended.len()
            && byte_range.checked_add(BYTE_RANGE_WIDTH).is_some_and(|after| after <= start);
        if !sound {
            return Err(damaged);
        }
        let prepared = Prepared {
            base: Base { bytes: base, hashed: OnceLock::new() },
            appended: appended.to_vec(),
            hole: Hole { start, end, byte_range },
            field_name,
        };
        let same = prepared.base.bytes.len() == base_length
            && prepared.base_digest(DigestAlgorithm::Sm3).as_bytes() == digest.as_slice();
        if same { Ok(prepared) } else { Err(ResumeError::OtherFile) }
    }
}

/// A signed file: what it was, and the appended revision.
pub struct Signed {
    base: Base,
    appended: Vec<u8>,
}

impl Signed {
    /// What the file was, and the new revision: together the whole file, for writing it without a copy.
    pub fn parts(&self) -> [&[u8]; 2] {
        [&self.base.bytes, &self.appended]
    }

    /// Only the new revision, for a store that appends.
    pub fn appended(&self) -> &[u8] {
        &self.appended
    }

    /// Length of the whole file in bytes.
    pub fn length(&self) -> usize {
        self.base.bytes.len() + self.appended.len()
    }

    /// The digest of the whole file.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Digest {
        algorithm.digest_parts(&self.parts())
    }

    /// The whole file, copied once.
    pub fn into_bytes(self) -> Vec<u8> {
        self.parts().concat()
    }

    /// The whole file with its SM3, copied once; for opening it again. What it continues is not hashed again if it was before.
    pub fn into_hashed(self) -> Hashed {
        self.base.hashed().joined(&self.appended)
    }
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signed({} + {} bytes)", self.base.bytes.len(), self.appended.len())
    }
}
