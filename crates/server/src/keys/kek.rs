//! The key-encryption key (KEK): wraps every secret that stands in the database, and itself never stands there.
//!
//! AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per wrapping. The associated data names what the secret is
//! for, such as `client/cli_…/secret`, so that a wrapped secret moved to another row does not open. Stored form:
//! version byte 1 ‖ nonce (12) ‖ ciphertext ‖ tag (16).

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::config::Config;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Why the key cannot be used, or a secret not opened.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    /// In production the file must be there before the first start.
    #[error(
        "the key-encryption key file {0} does not exist; make 32 random bytes in hex, readable by this user only, and keep a copy"
    )]
    Missing(PathBuf),
    /// The file cannot be read or made.
    #[error("the key-encryption key file {path} cannot be read or made")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file does not hold 64 hex digits.
    #[error("the key-encryption key file {0} does not hold 32 bytes in hex")]
    NotAKey(PathBuf),
    /// Others may read the file.
    #[error("the key-encryption key file {0} can be read by other users; set its mode to 0600")]
    TooOpen(PathBuf),
    /// The wrapped secret is damaged, was made by another key, or belongs to another row.
    #[error("a wrapped secret does not open with this key for this purpose")]
    DoesNotOpen,
}

/// The key-encryption key. It has no `Debug`, no `Clone` and no way out.
pub struct Kek {
    key: LessSafeKey,
}

impl Kek {
    /// Reads the key file; in sandbox a missing file is made (mode 0600).
    ///
    /// # Errors
    /// See [`KekError`].
    pub fn open(config: &Config, rng: &mut dyn CryptoRng) -> Result<Self, KekError> {
        let path = config.kek_file();
        if config.is_sandbox() {
            create_if_absent(&path, rng)?;
        }
        Self::read(&path)
    }

    /// Reads a key file of 64 hex digits that only its owner can read.
    ///
    /// # Errors
    /// See [`KekError`].
    pub fn read(path: &Path) -> Result<Self, KekError> {
        let io = |source| KekError::Io { path: path.to_owned(), source };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(KekError::Missing(path.to_owned()));
            }
            Err(error) => return Err(io(error)),
        };
        if std::fs::metadata(path).map_err(io)?.permissions().mode() & 0o077 != 0 {
            return Err(KekError::TooOpen(path.to_owned()));
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut_slice()).map_err(|_| KekError::NotAKey(path.to_owned()))?;
        let key = UnboundKey::new(&AES_256_GCM, bytes.as_slice()).map_err(|_| KekError::NotAKey(path.to_owned()))?;
        Ok(Self { key: LessSafeKey::new(key) })
    }

    /// Wraps a secret for the purpose and row that `aad` names.
    ///
    /// # Errors
    /// [`KekError::DoesNotOpen`] never happens for secrets below 64 GiB, but the library's signature allows it.
    pub fn wrap(&self, rng: &mut dyn CryptoRng, aad: &str, secret: &[u8]) -> Result<Vec<u8>, KekError> {
        let mut nonce = [0u8; NONCE];
        rng.fill_bytes(&mut nonce);
        let mut wrapped = Vec::with_capacity(1 + NONCE + secret.len() + TAG);
        wrapped.push(VERSION);
        wrapped.extend_from_slice(&nonce);
        let mut sealed = Zeroizing::new(secret.to_vec());
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad.as_bytes()), &mut sealed)
            .map_err(|_| KekError::DoesNotOpen)?;
        wrapped.extend_from_slice(&sealed);
        wrapped.extend_from_slice(tag.as_ref());
        Ok(wrapped)
    }

    /// Opens what [`Kek::wrap`] made for the same `aad`.
    ///
    /// # Errors
    /// [`KekError::DoesNotOpen`] for everything else.
    pub fn unwrap(&self, aad: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KekError> {
        let (&version, rest) = wrapped.split_first().ok_or(KekError::DoesNotOpen)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(KekError::DoesNotOpen)?;
        if version != VERSION {
            return Err(KekError::DoesNotOpen);
        }
        let mut secret = Zeroizing::new(sealed.to_vec());
        let length = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad.as_bytes()), &mut secret)
            .map_err(|_| KekError::DoesNotOpen)?
            .len();
        secret.truncate(length);
        Ok(secret)
    }
}

/// Makes a key file unless one is there: written and synced under another name, then linked, so that a crash leaves none or a whole one.
fn create_if_absent(path: &Path, rng: &mut dyn CryptoRng) -> Result<(), KekError> {
    if path.exists() {
        return Ok(());
    }
    let io = |source| KekError::Io { path: path.to_owned(), source };
    let mut bytes = Zeroizing::new([0u8; 32]);
    rng.fill_bytes(bytes.as_mut_slice());
    let text = Zeroizing::new(hex::encode(bytes.as_slice()));
    let mut suffix = [0u8; 8];
    rng.fill_bytes(&mut suffix);
    let temporary = path.with_extension(format!("{}.tmp", hex::encode(suffix)));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).map_err(io)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    let linked = std::fs::hard_link(&temporary, path);
    std::fs::remove_file(&temporary).map_err(io)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(io(error)),
        _ => {}
    }
    if let Some(directory) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::File::open(directory).and_then(|d| d.sync_all()).map_err(io)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    fn kek() -> (tempfile::TempDir, Kek, ChaCha20Rng) {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        create_if_absent(&dir.path().join("kek.key"), &mut rng).unwrap();
        let kek = Kek::read(&dir.path().join("kek.key")).unwrap();
        (dir, kek, rng)
    }

    #[test]
    fn a_wrapped_secret_opens_only_whole_and_only_for_its_purpose() {
        let (_dir, kek, mut rng) = kek();
        let wrapped = kek.wrap(&mut rng, "client/1", b"secret").unwrap();
        assert_eq!(kek.unwrap("client/1", &wrapped).unwrap().as_slice(), b"secret");
        assert!(kek.unwrap("client/2", &wrapped).is_err());
        for position in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[position] ^= 1;
            assert!(kek.unwrap("client/1", &changed).is_err(), "byte {position}");
            assert!(kek.unwrap("client/1", &wrapped[..position]).is_err());
        }
    }

    #[test]
    fn two_wrappings_of_one_secret_differ() {
        let (_dir, kek, mut rng) = kek();
        assert_ne!(kek.wrap(&mut rng, "a", b"s").unwrap(), kek.wrap(&mut rng, "a", b"s").unwrap());
    }

    #[test]
    fn an_existing_key_is_kept_and_an_open_or_wrong_file_is_refused() {
        let (dir, _, mut rng) = kek();
        let path = dir.path().join("kek.key");
        let before = std::fs::read(&path).unwrap();
        create_if_absent(&path, &mut rng).unwrap();
        assert_eq!(before, std::fs::read(&path).unwrap());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Kek::read(&path), Err(KekError::TooOpen(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "abcd").unwrap();
        assert!(matches!(Kek::read(&path), Err(KekError::NotAKey(_))));
        assert!(matches!(Kek::read(&dir.path().join("none")), Err(KekError::Missing(_))));
    }
}
