//! Threads for work that occupies a processor: signing, typesetting, hashing of passwords.
//!
//! They are few and always the same. The allocator keeps memory for each thread: on a pool that hands work to any of many threads, every one
//! of them comes to hold what a typeset contract needs. Under the load of whole contracts the server holds 430 MB this way, and 640 to 800 MB
//! on the runtime's own pool.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::failure::Failure;

type Work = Box<dyn FnOnce() + Send>;

/// The threads; they end when this is dropped and what was queued is done.
pub struct CpuPool {
    queue: Sender<Work>,
}

impl CpuPool {
    /// Starts so many threads.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(threads: usize) -> Result<Self, std::io::Error> {
        let (queue, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..threads.max(1) {
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new().name(format!("yinxin-cpu-{number}")).spawn(move || work(&waiting))?;
        }
        Ok(Self { queue })
    }

    /// Runs `work` on one of the threads, in the order of asking. A caller that goes away leaves it running.
    ///
    /// # Errors
    /// [`Failure::Task`] when it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        let (done, result) = oneshot::channel();
        let job = Box::new(move || {
            // The caller may have gone away.
            let _gone = done.send(work());
        });
        // The threads end after the sender only; were they gone, the answer would say so.
        let _ended = self.queue.send(job);
        Ok(result.await?)
    }
}

fn work(waiting: &Mutex<Receiver<Work>>) {
    // The typesetter divides what it does among rayon's threads. Here each thread has a document of its own: were they to divide them, they would
    // but wait for and wake each other. In a pool of one, it does the parts one after the other.
    let _alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // The panic was reported by its hook; the caller learns of it because its sender is dropped.
        let _panicked = std::panic::catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_on_its_threads_and_a_panic_is_told_and_ends_none() {
        let pool = CpuPool::start(2).unwrap();
        for round in 0..6 {
            let broken = pool.run(move || assert!(round > 9, "as the test wants it")).await;
            assert!(matches!(broken, Err(Failure::Task(_))));
            let name = pool.run(|| std::thread::current().name().map(str::to_owned)).await.unwrap();
            assert!(name.is_some_and(|name| name.starts_with("yinxin-cpu-")));
        }
    }
}
