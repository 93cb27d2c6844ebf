//! Documents by content: a file's name is the SM3 digest of its bytes, so a file never changes and is never written twice.
//!
//! [`Files::put`] returns only when bytes and name are on the disk; the row that names the digest is committed afterwards.
//! A crash between the two leaves an orphan and never a row without its file. [`Files::get`] checks the digest again.

use std::collections::{HashMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_pki::hashed::Hashed;

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
/// many ranges: what was hashed a moment ago is not read and hashed again. Room for some 800 contracts of ten pages that are being signed.
const REMEMBERED_BYTES: usize = 256 << 20;

/// The store. Cloning shares it.
#[derive(Clone)]
pub struct Files {
    root: Arc<PathBuf>,
    recent: Arc<Mutex<Recent>>,
}

/// Files that were kept or read and checked last.
#[derive(Default)]
struct Recent {
    files: HashMap<Sm3Digest, Hashed>,
    /// Their names, the oldest first.
    order: VecDeque<Sm3Digest>,
    bytes: usize,
}

impl Recent {
    fn find(&self, digest: Sm3Digest) -> Option<Hashed> {
        self.files.get(&digest).cloned()
    }

    fn remember(&mut self, digest: Sm3Digest, file: Hashed) {
        let length = file.bytes().len();
        if length > REMEMBERED_BYTES || self.files.contains_key(&digest) {
            return;
        }
        self.bytes += length;
        self.order.push_back(digest);
        self.files.insert(digest, file);
        while self.bytes > REMEMBERED_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.files.remove(&oldest).map_or(0, |file| file.bytes().len());
        }
    }
}

fn name_of(file: &Hashed) -> Result<Sm3Digest, FilesError> {
    let digest = <[u8; 32]>::try_from(file.digest().as_bytes()).map_err(std::io::Error::other)?;
    Ok(Sm3Digest::from_bytes(digest))
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
        tokio::task::spawn_blocking(move || files.put_blocking(Hashed::new(Arc::from(bytes)))).await?
    }

    /// As [`Files::put`], for bytes that were hashed when they were made.
    ///
    /// # Errors
    /// As [`Files::put`].
    pub async fn put_hashed(&self, file: Hashed) -> Result<Sm3Digest, FilesError> {
        let files = self.clone();
        tokio::task::spawn_blocking(move || files.put_blocking(file)).await?
    }

    /// The bytes with this digest, from memory if they were kept or read and checked a moment ago, else as [`Files::get`].
    ///
    /// # Errors
    /// As [`Files::get`].
    pub async fn get_to_continue(&self, digest: Sm3Digest) -> Result<Hashed, FilesError> {
        if let Some(file) = self.recent().find(digest) {
            return Ok(file);
        }
        let files = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let file = files.get_blocking(digest)?;
            files.recent().remember(digest, file.clone());
            Ok(file)
        });
        read.await?
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes with this digest, checked.
    ///
    /// # Errors
    /// [`FilesError::NotFound`], [`FilesError::Damaged`], [`FilesError::Io`].
    pub async fn get(&self, digest: Sm3Digest) -> Result<Bytes, FilesError> {
        let files = self.clone();
        let file = tokio::task::spawn_blocking(move || files.get_blocking(digest)).await??;
        Ok(Bytes::from_owner(Arc::clone(file.bytes())))
    }

    /// The bytes with this digest, checked when they were read; for what is asked for again and again.
    ///
    /// # Errors
    /// As [`Files::get`].
    pub async fn shared(&self, digest: Sm3Digest) -> Result<Bytes, FilesError> {
        Ok(Bytes::from_owner(Arc::clone(self.get_to_continue(digest).await?.bytes())))
    }

    fn path(&self, digest: Sm3Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(name.get(..2).unwrap_or("xx")).join(name)
    }

    fn put_blocking(&self, file: Hashed) -> Result<Sm3Digest, FilesError> {
        let length = u64::try_from(file.bytes().len()).unwrap_or(u64::MAX);
        if length > MAX_FILE_BYTES {
            return Err(FilesError::TooLarge(length));
        }
        let digest = name_of(&file)?;
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
        write_and_link(&self.root.join("tmp"), &path, file.bytes())?;
        sync_directory(directory)?;
        self.recent().remember(digest, file);
        Ok(digest)
    }

    fn get_blocking(&self, digest: Sm3Digest) -> Result<Hashed, FilesError> {
        let file = match std::fs::File::open(self.path(digest)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(FilesError::NotFound(digest)),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let file = Hashed::new(Arc::from(bytes));
        if name_of(&file)? == digest { Ok(file) } else { Err(FilesError::Damaged(digest)) }
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
        assert_eq!(&*files.get(digest).await.unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0, "no temporary file stays");
    }

    #[tokio::test]
    async fn what_continues_a_file_has_the_digest_of_all_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().to_owned()).unwrap();
        let base = files.put(b"abc".to_vec()).await.unwrap();
        let longer = files.get_to_continue(base).await.unwrap().joined(b"def");
        let whole = files.put_hashed(longer).await.unwrap();
        assert_eq!(whole, name_of(&Hashed::new(Arc::from(*b"abcdef"))).unwrap());
        let again = Files::open(dir.path().to_owned()).unwrap();
        assert_eq!(&**again.get_to_continue(whole).await.unwrap().bytes(), b"abcdef");
        std::fs::remove_file(again.path(whole)).unwrap();
        let remembered = again.get_to_continue(whole).await.unwrap();
        assert_eq!(&**remembered.bytes(), b"abcdef", "remembered once it was read and checked");
        assert!(matches!(again.get(whole).await, Err(FilesError::NotFound(_))));
    }

    #[test]
    fn what_is_remembered_stays_small() {
        let mut recent = Recent::default();
        let name = |number: u8| Sm3Digest::from_bytes([number; 32]);
        let room = REMEMBERED_BYTES >> 22;
        let file = Hashed::new(Arc::from(vec![0; 1 << 22]));
        let names = 0..u8::try_from(room).unwrap() + 10;
        names.clone().for_each(|number| recent.remember(name(number), file.clone()));
        recent.remember(name(names.end - 1), file);
        assert_eq!((recent.bytes, recent.files.len(), recent.order.len()), (REMEMBERED_BYTES, room, room));
        let found: Vec<u8> = names.clone().filter(|number| recent.find(name(*number)).is_some()).collect();
        assert_eq!(found, names.skip(10).collect::<Vec<_>>(), "the oldest are forgotten");
        recent.remember(name(200), Hashed::new(Arc::from(vec![0; REMEMBERED_BYTES + 1])));
        assert!(recent.find(name(200)).is_none());
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
        assert_eq!(&*again.get(digest).await.unwrap(), b"abc");
    }
}
