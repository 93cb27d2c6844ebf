//! Documents by content: a file's name is the SM3 digest of its bytes, so a file never changes and is never written twice.
//!
//! [`Files::put`] returns only when bytes and name are on the disk; the row that names the digest is committed afterwards.
//! A crash between the two leaves an orphan and never a row without its file. [`Files::get`] checks the digest again.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use sm3::{Digest as _, Sm3};
use yinxin_domain::identifiers::Sm3Digest;

/// Bytes of the largest file that is kept: the upload limit and what signatures and revisions may add to it.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Why a document cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// No file of that digest is kept.
    #[error("no file with digest {0} is kept")]
    NotFound(Sm3Digest),
    /// The bytes on the disk no longer have the digest.
    #[error("the file with digest {0} is damaged")]
    Damaged(Sm3Digest),
    /// More than [`MAX_FILE_BYTES`].
    #[error("the file has {0} bytes, more than are kept")]
    TooLarge(u64),
    /// The system refuses.
    #[error("the document store cannot be used")]
    Io(#[from] std::io::Error),
    /// The reading or writing task broke off.
    #[error("reading or writing a document broke off")]
    Task(#[from] tokio::task::JoinError),
}

/// Bytes of the files that are remembered at most. SM3 costs more than anything else in a sign step, and a browser asks for a document in
/// many ranges: what was hashed a moment ago is not read and hashed again.
const REMEMBERED_BYTES: usize = 64 << 20;

/// The store. Cloning shares it.
#[derive(Clone)]
pub struct Files {
    root: Arc<PathBuf>,
    recent: Arc<Mutex<Recent>>,
}

/// Files that were kept or read and checked last, the oldest first.
#[derive(Default)]
struct Recent {
    files: VecDeque<Remembered>,
    bytes: usize,
}

/// One file, and SM3 in the state after its bytes.
#[derive(Clone)]
struct Remembered {
    digest: Sm3Digest,
    bytes: Arc<[u8]>,
    hashed: Sm3,
}

impl Recent {
    fn find(&self, digest: Sm3Digest) -> Option<Remembered> {
        self.files.iter().rev().find(|file| file.digest == digest).cloned()
    }

    fn remember(&mut self, file: Remembered) {
        if file.bytes.len() > REMEMBERED_BYTES || self.files.iter().any(|known| known.digest == file.digest) {
            return;
        }
        self.bytes += file.bytes.len();
        self.files.push_back(file);
        while self.bytes > REMEMBERED_BYTES
            && let Some(oldest) = self.files.pop_front()
        {
            self.bytes -= oldest.bytes.len();
        }
    }
}

fn finished(hashed: &Sm3) -> Sm3Digest {
    Sm3Digest::from_bytes(hashed.clone().finalize().into())
}

impl Files {
    /// Opens or makes the store in a directory.
    ///
    /// # Errors
    /// [`FilesError::Io`].
    pub fn open(root: PathBuf) -> Result<Self, FilesError> {
        std::fs::create_dir_all(root.join("tmp"))?;
        Ok(Self { root: Arc::new(root), recent: Arc::default() })
    }

    /// Keeps bytes and returns their digest, once they are durable. Keeping the same bytes again does nothing.
    ///
    /// # Errors
    /// [`FilesError::TooLarge`], [`FilesError::Io`].
    pub async fn put(&self, bytes: Vec<u8>) -> Result<Sm3Digest, FilesError> {
        let files = self.clone();
        tokio::task::spawn_blocking(move || files.put_blocking(Arc::from(bytes), None)).await?
    }

    /// As [`Files::put`], for a document that continues one: of what was kept or read a moment ago only what was appended is hashed.
    ///
    /// # Errors
    /// As [`Files::put`].
    pub async fn put_continued(&self, base: Sm3Digest, bytes: Arc<[u8]>) -> Result<Sm3Digest, FilesError> {
        let files = self.clone();
        tokio::task::spawn_blocking(move || files.put_blocking(bytes, Some(base))).await?
    }

    /// The bytes with this digest, from memory if they were kept or read and checked a moment ago, else as [`Files::get`].
    ///
    /// # Errors
    /// As [`Files::get`].
    pub async fn get_to_continue(&self, digest: Sm3Digest) -> Result<Arc<[u8]>, FilesError> {
        if let Some(file) = self.remembered(digest) {
            return Ok(file.bytes);
        }
        let files = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let bytes: Arc<[u8]> = Arc::from(files.get_blocking(digest)?);
            files.remember(digest, Arc::clone(&bytes), Sm3::new_with_prefix(&bytes));
            Ok(bytes)
        });
        read.await?
    }

    fn remembered(&self, digest: Sm3Digest) -> Option<Remembered> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).find(digest)
    }

    fn remember(&self, digest: Sm3Digest, bytes: Arc<[u8]>, hashed: Sm3) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).remember(Remembered { digest, bytes, hashed });
    }

    /// SM3 in the state after these bytes; from that of `base` if they continue it.
    fn hash(&self, bytes: &[u8], base: Option<Sm3Digest>) -> Sm3 {
        let base = base.and_then(|base| self.remembered(base));
        // Compared, not believed: a digest that is not that of the bytes must never name them.
        match base.and_then(|base| bytes.strip_prefix(&*base.bytes).map(|appended| (base.hashed, appended))) {
            Some((hashed, appended)) => hashed.chain_update(appended),
            None => Sm3::new_with_prefix(bytes),
        }
    }

    /// The bytes with this digest, checked.
    ///
    /// # Errors
    /// [`FilesError::NotFound`], [`FilesError::Damaged`], [`FilesError::Io`].
    pub async fn get(&self, digest: Sm3Digest) -> Result<Vec<u8>, FilesError> {
        let files = self.clone();
        tokio::task::spawn_blocking(move || files.get_blocking(digest)).await?
    }

    /// The bytes with this digest, checked when they were read; for what is asked for again and again.
    ///
    /// # Errors
    /// As [`Files::get`].
    pub async fn shared(&self, digest: Sm3Digest) -> Result<Bytes, FilesError> {
        Ok(Bytes::from_owner(self.get_to_continue(digest).await?))
    }

    fn path(&self, digest: Sm3Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(name.get(..2).unwrap_or("xx")).join(name)
    }

    fn put_blocking(&self, bytes: Arc<[u8]>, base: Option<Sm3Digest>) -> Result<Sm3Digest, FilesError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > MAX_FILE_BYTES {
            return Err(FilesError::TooLarge(length));
        }
        let hashed = self.hash(&bytes, base);
        let digest = finished(&hashed);
        let path = self.path(digest);
        let directory = path.parent().unwrap_or(&self.root);
        if path.exists() {
            // Another task may have linked it a moment ago: its name must be on the disk before anybody relies on it.
            sync_directory(directory)?;
            return Ok(digest);
        }
        if !directory.exists() {
            std::fs::create_dir_all(directory)?;
            sync_directory(&self.root)?;
        }
        write_and_link(&self.root.join("tmp"), &path, &bytes)?;
        sync_directory(directory)?;
        self.remember(digest, bytes, hashed);
        Ok(digest)
    }

    fn get_blocking(&self, digest: Sm3Digest) -> Result<Vec<u8>, FilesError> {
        let file = match std::fs::File::open(self.path(digest)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(FilesError::NotFound(digest)),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if Sm3Digest::from_bytes(Sm3::digest(&bytes).into()) == digest {
            Ok(bytes)
        } else {
            Err(FilesError::Damaged(digest))
        }
    }
}

/// Writes and syncs under a temporary name, then links: the final name never shows half a file. What a crash leaves in `tmp` is
/// named by no row and hinders nobody.
fn write_and_link(temporary: &Path, path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let mut file = tempfile::NamedTempFile::new_in(temporary)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(refused) if refused.error.kind() != std::io::ErrorKind::AlreadyExists => Err(refused.error),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn sync_directory(directory: &Path) -> Result<(), std::io::Error> {
    std::fs::File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back_and_keeping_them_twice_is_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().to_owned()).unwrap();
        let digest = files.put(b"abc".to_vec()).await.unwrap();
        assert_eq!(
            digest.to_string(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
            "GB/T 32905 A.1"
        );
        assert_eq!(files.put(b"abc".to_vec()).await.unwrap(), digest);
        assert_eq!(files.get(digest).await.unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0, "no temporary file stays");
    }

    #[tokio::test]
    async fn what_continues_a_file_has_the_digest_of_all_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().to_owned()).unwrap();
        let base = files.put(b"abc".to_vec()).await.unwrap();
        let whole = Sm3Digest::from_bytes(Sm3::digest(b"abcdef").into());
        assert_eq!(files.put_continued(base, Arc::from(*b"abcdef")).await.unwrap(), whole);
        // Something that does not continue it, and a base that nobody remembers.
        let other = Sm3Digest::from_bytes(Sm3::digest(b"abXdef").into());
        assert_eq!(files.put_continued(base, Arc::from(*b"abXdef")).await.unwrap(), other);
        let again = Files::open(dir.path().to_owned()).unwrap();
        let last = Sm3Digest::from_bytes(Sm3::digest(b"abcdefg").into());
        assert_eq!(again.put_continued(whole, Arc::from(*b"abcdefg")).await.unwrap(), last);
        assert_eq!(&*again.get_to_continue(whole).await.unwrap(), b"abcdef");
        std::fs::remove_file(again.path(whole)).unwrap();
        assert_eq!(&*again.get_to_continue(whole).await.unwrap(), b"abcdef", "remembered once it was read and checked");
        assert!(matches!(again.get(whole).await, Err(FilesError::NotFound(_))));
    }

    #[test]
    fn what_is_remembered_stays_small() {
        let mut recent = Recent::default();
        let file = |number: u8, size: usize| Remembered {
            digest: Sm3Digest::from_bytes([number; 32]),
            bytes: Arc::from(vec![0; size]),
            hashed: Sm3::new(),
        };
        (0..100).for_each(|number| recent.remember(file(number, 1 << 20)));
        assert!(recent.bytes <= REMEMBERED_BYTES && recent.files.len() == 64);
        assert!(recent.find(Sm3Digest::from_bytes([0; 32])).is_none());
        assert!(recent.find(Sm3Digest::from_bytes([99; 32])).is_some());
        recent.remember(file(200, REMEMBERED_BYTES + 1));
        assert!(recent.find(Sm3Digest::from_bytes([200; 32])).is_none());
    }

    #[tokio::test]
    async fn a_changed_or_missing_file_is_reported_and_never_returned() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().to_owned()).unwrap();
        let digest = files.put(b"abc".to_vec()).await.unwrap();
        std::fs::write(files.path(digest), b"abd").unwrap();
        assert!(matches!(files.get(digest).await, Err(FilesError::Damaged(_))));
        std::fs::remove_file(files.path(digest)).unwrap();
        assert!(matches!(files.get(digest).await, Err(FilesError::NotFound(_))));
    }

    #[tokio::test]
    async fn a_half_written_temporary_file_of_a_crash_does_not_hinder() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().to_owned()).unwrap();
        let digest = files.put(b"abc".to_vec()).await.unwrap();
        std::fs::remove_file(files.path(digest)).unwrap();
        std::fs::write(dir.path().join("tmp").join(".tmpAbCdEf"), b"a").unwrap();
        let again = Files::open(dir.path().to_owned()).unwrap();
        assert_eq!(again.put(b"abc".to_vec()).await.unwrap(), digest);
        assert_eq!(again.get(digest).await.unwrap(), b"abc");
    }
}
