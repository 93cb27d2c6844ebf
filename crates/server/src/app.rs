//! `App`: everything a use case may reach — configuration, clock, chance, database, documents, keys, processors, the network.
//!
//! It is made once ([`App::start`]) and handed to every use case as `&App`. It holds the only ambient sources of time and
//! randomness of the whole product (design, invariant 2); below it both are arguments.

use std::ops::Deref;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use yinxin_domain::contract::profile::{ProfileFault, Profiles, SHIPPED};

use crate::config::Config;
use crate::cpu::CpuPool;
use crate::db::files::{Files, FilesError};
use crate::db::{Db, DbError};
use crate::failure::Failure;
use crate::http::rate::RateLimits;
use crate::jobs::Registry;
use crate::keys::kek::{Kek, KekError};

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be made.
    #[error("the data directory {path} cannot be used")]
    DataDirectory {
        /// The directory.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database cannot be opened or migrated.
    #[error("the database cannot be opened")]
    Database(#[from] DbError),
    /// The document store cannot be opened.
    #[error("the document store cannot be opened")]
    Files(#[from] FilesError),
    /// The key-encryption key is missing or not readable.
    #[error("the key-encryption key cannot be used")]
    Kek(#[from] KekError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The configured address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gives no threads.
    #[error("the threads for calculations cannot be started")]
    Threads(#[source] std::io::Error),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness(#[from] getrandom::Error),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built")]
    HttpClient(#[from] reqwest::Error),
    /// The directory of flow profiles, or a file in it, cannot be read.
    #[error("the flow profile {path} cannot be read")]
    ProfileFile {
        /// What cannot be read.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Flow profiles have faults, each of which is listed.
    #[error("the flow profiles have faults:\n{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Profiles(Vec<ProfileFault>),
    /// Something of the first start (trust hierarchies, first operator) failed.
    #[error("the first start failed at {step}")]
    FirstStart {
        /// What was being made.
        step: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The time of the product: the system's clock and, in sandbox only, an offset that tests and demonstrations move.
#[derive(Debug)]
pub struct Clock {
    offset_micros: AtomicI64,
    movable: bool,
}

/// The clock may only be moved in sandbox.
#[derive(Debug, thiserror::Error)]
#[error("the clock can only be moved forward, and only in sandbox")]
pub struct ClockIsFixed;

impl Clock {
    /// A clock at the system's time.
    #[must_use]
    pub fn new(movable: bool) -> Self {
        Self { offset_micros: AtomicI64::new(0), movable }
    }

    /// Microseconds since 1970 UTC.
    #[expect(clippy::disallowed_methods, reason = "the one place where the product's time comes from")]
    pub fn now(&self) -> i64 {
        let system = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
        };
        system.saturating_add(self.offset_micros.load(Ordering::Relaxed))
    }

    /// Moves the clock forward (microseconds); at most a hundred years in one go.
    ///
    /// # Errors
    /// Outside the sandbox, or when `micros` is negative or absurd.
    pub fn advance(&self, micros: i64) -> Result<(), ClockIsFixed> {
        const CENTURY: i64 = 100 * 366 * 86_400 * 1_000_000;
        if !self.movable || !(0..=CENTURY).contains(&micros) {
            return Err(ClockIsFixed);
        }
        self.offset_micros
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
                old.checked_add(micros).filter(|sum| *sum <= CENTURY)
            })
            .map(|_| ())
            .map_err(|_| ClockIsFixed)
    }
}

/// The source of randomness: ChaCha20 seeded by the system; every caller gets a generator of his own, forked from it.
pub struct Chance(Mutex<ChaCha20Rng>);

impl Chance {
    /// Seeds from the operating system.
    ///
    /// # Errors
    /// When the system gives no randomness.
    #[expect(clippy::disallowed_methods, reason = "the one place where the product's randomness comes from")]
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// A generator that nobody else shares; pass it on as `&mut dyn CryptoRng`.
    pub fn fork(&self) -> ChaCha20Rng {
        let mut seed = [0u8; 32];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut seed);
        ChaCha20Rng::from_seed(seed)
    }

    /// Ten random bytes, as an identifier wants them.
    pub fn id_bytes(&self) -> [u8; 10] {
        let mut bytes = [0u8; 10];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}

/// See the module head. Cloning is cheap and shares everything.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of; reached by dereferencing it (`app.db`, `app.files`, …).
pub struct Parts {
    /// The configuration as loaded.
    pub config: Config,
    /// The time.
    pub clock: Arc<Clock>,
    /// Randomness.
    pub chance: Arc<Chance>,
    /// The database: `app.db.read()` and `app.db.commit(…)`.
    pub db: Db,
    /// Documents by digest.
    pub files: Files,
    /// Wraps secrets that stand in the database.
    pub kek: Kek,
    /// The authorities, open keys and status answers of the certificate feature.
    pub trust: crate::certificate::Trust,
    /// Seals that were read.
    pub seals: crate::seal::Cache,
    /// Awards of contracts that were read.
    pub awards: crate::contract::Awards,
    /// The handlers of background jobs.
    pub jobs: Registry,
    /// For outside systems: has timeouts, follows no redirects.
    pub http: reqwest::Client,
    /// Token buckets of the HTTP edge.
    pub rate: RateLimits,
    /// The flow profiles of this installation.
    pub profiles: Profiles,
    /// The browsers that are told what happens.
    pub feed: crate::notification::live::Feed,
    cpu: CpuPool,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens (and migrates) everything; background jobs do not run yet (`jobs::run`).
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|source| StartError::DataDirectory { path: config.data_dir.clone(), source })?;
        let clock = Arc::new(Clock::new(config.is_sandbox()));
        let chance = Arc::new(Chance::from_system()?);
        let kek = Kek::open(&config, &mut chance.fork())?;
        let db = Db::open(&config, Arc::clone(&clock), Arc::clone(&chance)).await?;
        let files = Files::open(config.data_dir.join("files"))?;
        let mut jobs = Registry::default();
        crate::features::register_jobs(&mut jobs);
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = if config.cpu.concurrency == 0 { processors } else { config.cpu.concurrency };
        let cpu = CpuPool::start(threads).map_err(StartError::Threads)?;
        let http = crate::outside::http_client()?;
        let rate = RateLimits::new(&config.rate);
        let profiles = load_profiles(config.contract.profiles_dir.as_deref())?;
        Ok(Self(Arc::new(Parts {
            config,
            clock,
            chance,
            db,
            files,
            kek,
            trust: crate::certificate::Trust::default(),
            seals: crate::seal::Cache::default(),
            awards: crate::contract::Awards::default(),
            jobs,
            http,
            rate,
            profiles,
            feed: crate::notification::live::Feed::default(),
            cpu,
        })))
    }

    /// Microseconds since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// A random generator for one caller: `&mut app.rng()` is a `&mut dyn CryptoRng`.
    #[must_use]
    pub fn rng(&self) -> ChaCha20Rng {
        self.chance.fork()
    }

    /// A new identifier: `app.new_id(ContractId::new)`.
    pub fn new_id<T>(&self, make: impl FnOnce(i64, [u8; 10]) -> T) -> T {
        make(self.now(), self.chance.id_bytes())
    }

    /// Runs work that occupies a processor (signing, typesetting, hashing) away from the network threads; at most
    /// `[cpu] concurrency` at a time, the others wait their turn.
    ///
    /// # Errors
    /// [`Failure::Task`] when the work panicked.
    pub async fn cpu<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        self.cpu.run(work).await
    }
}

/// The flow profiles that ship, and over them those of the configured directory (`*.toml`; the file's name is the profile's).
fn load_profiles(directory: Option<&std::path::Path>) -> Result<Profiles, StartError> {
    let mut files: Vec<(String, String)> =
        SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    if let Some(directory) = directory {
        let unreadable = |path: &std::path::Path, source| StartError::ProfileFile { path: path.to_owned(), source };
        let entries = std::fs::read_dir(directory).map_err(|source| unreadable(directory, source))?;
        let mut paths: Vec<std::path::PathBuf> = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(|source| unreadable(directory, source))?.path());
        }
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
            let text = std::fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, text));
        }
    }
    Profiles::load(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).map_err(StartError::Profiles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_forward_in_sandbox_only() {
        let fixed = Clock::new(false);
        assert!(fixed.advance(1).is_err());
        let clock = Clock::new(true);
        let before = clock.now();
        clock.advance(3_600_000_000).unwrap();
        assert!(clock.now() >= before + 3_600_000_000);
        assert!(clock.advance(-1).is_err());
        assert!(clock.advance(i64::MAX).is_err());
    }

    #[test]
    fn a_directory_adds_flow_profiles_and_its_faults_stop_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let county = SHIPPED[1].1.replace("edition = 1", "edition = 7");
        std::fs::write(directory.path().join("county.toml"), county).unwrap();
        let profiles = load_profiles(Some(directory.path())).unwrap();
        assert_eq!(
            profiles.iter().map(|one| (one.name.as_str(), one.edition)).collect::<Vec<_>>(),
            [("county", 7), ("henan-mall", 1), ("jiaozuo", 1)]
        );
        std::fs::write(directory.path().join("other.toml"), "format = 1").unwrap();
        let error = load_profiles(Some(directory.path())).err().unwrap().to_string();
        assert!(error.contains("other: title: profile.missing"), "{error}");
        assert!(load_profiles(Some(&directory.path().join("nowhere"))).is_err());
    }

    #[test]
    fn forks_do_not_repeat_each_other() {
        let chance = Chance::from_system().unwrap();
        assert_ne!(chance.fork().next_u64(), chance.fork().next_u64());
        assert_ne!(chance.id_bytes(), chance.id_bytes());
    }
}
