//! Rate limits: token buckets in memory, one per address without a session, one per signed-in person or machine client.
//!
//! They protect one process; several processes each allow as much. Guessing of passwords and codes is not left to them
//! (see `identity`: lockout, tries per code), they bound load.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::config;

/// Buckets held at most; beyond it the full ones are forgotten, and if none is, newcomers share the refusal.
const MOST: usize = 100_000;
/// Tokens are counted in millionths, so that a refill of any length is an integer.
const TOKEN: i64 = 1_000_000;

#[derive(Clone, Copy)]
struct Bucket {
    tokens: i64,
    filled_at: i64,
}

struct Buckets {
    per_second: i64,
    burst: i64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Buckets {
    fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second: i64::from(per_second), burst: i64::from(burst) * TOKEN, buckets: Mutex::default() }
    }

    /// Takes a token, or says after how many seconds one will be there.
    fn take(&self, key: &str, now: i64) -> Result<(), i64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
            if buckets.len() >= MOST {
                return Err(1);
            }
        }
        let old = buckets.get(key).copied().unwrap_or(Bucket { tokens: self.burst, filled_at: now });
        let tokens = self.filled(old, now);
        let (tokens, answer) = if tokens >= TOKEN {
            (tokens - TOKEN, Ok(()))
        } else {
            (tokens, Err((TOKEN - tokens) / (self.per_second.max(1) * TOKEN) + 1))
        };
        buckets.insert(key.to_owned(), Bucket { tokens, filled_at: now });
        answer
    }

    fn filled(&self, bucket: Bucket, now: i64) -> i64 {
        // microseconds × tokens per second = millionths of a token
        let elapsed = now.saturating_sub(bucket.filled_at).max(0);
        bucket.tokens.saturating_add(elapsed.saturating_mul(self.per_second)).min(self.burst)
    }
}

/// All limits of the process.
pub struct RateLimits {
    anonymous: Buckets,
    account: Buckets,
}

impl RateLimits {
    /// Empty buckets never; every newcomer begins with a full one.
    #[must_use]
    pub fn new(config: &config::Rate) -> Self {
        Self {
            anonymous: Buckets::new(config.anonymous_per_second, config.anonymous_burst),
            account: Buckets::new(config.account_per_second, config.account_burst),
        }
    }

    /// One request of an address without a session; `Err` is seconds to wait.
    pub(super) fn anonymous(&self, ip: &str, now: i64) -> Result<(), i64> {
        self.anonymous.take(ip, now)
    }

    /// One request of a person or client; `Err` is seconds to wait.
    pub(crate) fn account(&self, id: &str, now: i64) -> Result<(), i64> {
        self.account.take(id, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_refill_sets_the_pace_for_each_key_alone() {
        let buckets = Buckets::new(2, 3);
        for _ in 0..3 {
            assert_eq!(buckets.take("a", 0), Ok(()));
        }
        assert_eq!(buckets.take("a", 0), Err(1));
        assert_eq!(buckets.take("b", 0), Ok(()));
        assert_eq!(buckets.take("a", 499_999), Err(1));
        assert_eq!(buckets.take("a", 500_000), Ok(()));
        assert_eq!(buckets.take("a", -1_000_000), Err(1), "a clock that goes back gives nothing");
    }

    #[test]
    fn memory_is_bounded_by_forgetting_full_buckets() {
        let buckets = Buckets::new(1, 1);
        for number in 0..MOST {
            let _taken = buckets.take(&number.to_string(), 0);
        }
        assert_eq!(buckets.take("one more", 0), Err(1));
        assert_eq!(buckets.take("one more", 2_000_000), Ok(()));
        assert!(buckets.buckets.lock().unwrap().len() < MOST);
    }
}
