//! Slowing down who guesses: so many attempts in so much time, each counted before it is made, so that attempts beside each
//! other do not escape.
//!
//! The counts are those of one server process and bounded in memory; several processes allow as many times more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use plimsoll_core::{Digest, Timestamp};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// A password for an e-mail address, from anywhere.
    PasswordOf,
    /// A password from a network address, for anybody.
    PasswordFrom,
    /// A user code that an account types.
    UserCode,
    /// A device that begins to sign in from a network address.
    Device,
}

/// The time over which attempts are counted, from the first of them on.
const WINDOW_SECONDS: i64 = 15 * 60;
/// The most keys that are counted at a time. Beyond, the oldest are forgotten.
const KEYS: usize = 20_000;

impl Attempt {
    /// How many in [`WINDOW_SECONDS`].
    const fn most(self) -> u32 {
        match self {
            // A password has 12 characters or more: 2,000 guesses a day find none.
            Self::PasswordOf => 20,
            // An office behind one address.
            Self::PasswordFrom => 100,
            // There are 20^8 codes.
            Self::UserCode => 20,
            Self::Device => 60,
        }
    }
}

/// The attempts of late.
#[derive(Default)]
pub(crate) struct Throttle {
    counts: Mutex<HashMap<Digest, Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    since: Timestamp,
    attempts: u32,
}

impl Throttle {
    /// Counts an attempt. If there were too many: the seconds after which there may be one more.
    pub(crate) fn attempt(&self, what: Attempt, of: &str, now: Timestamp) -> Result<(), u64> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(what, of);
        if counts.len() >= KEYS && !counts.contains_key(&key) {
            make_room(&mut counts, now);
        }
        let count = counts.entry(key).or_insert(Count { since: now, attempts: 0 });
        if has_passed(count, now) {
            *count = Count { since: now, attempts: 0 };
        }
        if count.attempts >= what.most() {
            let left = count.since.plus_seconds(WINDOW_SECONDS).as_micros().saturating_sub(now.as_micros());
            return Err(u64::try_from(left / 1_000_000 + 1).unwrap_or(1));
        }
        count.attempts += 1;
        Ok(())
    }

    /// Takes an attempt back that turned out to be right.
    pub(crate) fn was_right(&self, what: Attempt, of: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&key(what, of)) {
            count.attempts = count.attempts.saturating_sub(1);
        }
    }
}

/// A key of fixed size, whatever the text.
fn key(what: Attempt, of: &str) -> Digest {
    Digest::of(format!("{what:?} {of}"))
}

fn has_passed(count: &Count, now: Timestamp) -> bool {
    count.since.plus_seconds(WINDOW_SECONDS) <= now
}

/// Forgets what has passed; if that is not enough, the oldest quarter, so that the search is rare.
fn make_room(counts: &mut HashMap<Digest, Count>, now: Timestamp) {
    counts.retain(|_, count| !has_passed(count, now));
    if counts.len() >= KEYS {
        let mut since: Vec<Timestamp> = counts.values().map(|count| count.since).collect();
        let (_, oldest_kept, _) = since.select_nth_unstable(KEYS / 4);
        let oldest_kept = *oldest_kept;
        counts.retain(|_, count| count.since > oldest_kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-20T09:30:00Z".parse::<Timestamp>().expect("a time").plus_seconds(seconds)
    }

    #[test]
    fn wrong_attempts_run_out_and_come_back() {
        let throttle = Throttle::default();
        let attempt = |of, now| throttle.attempt(Attempt::UserCode, of, now);
        for _ in 0..20 {
            assert_eq!(attempt("dana", at(0)), Ok(()));
        }
        assert_eq!(attempt("dana", at(0)), Err(901));
        assert_eq!(attempt("dana", at(899)), Err(2));
        assert_eq!(attempt("erin", at(0)), Ok(()), "others are not concerned");
        assert_eq!(throttle.attempt(Attempt::Device, "dana", at(0)), Ok(()), "nor are other things");
        assert_eq!(attempt("dana", at(900)), Ok(()));
    }

    #[test]
    fn right_attempts_do_not_count() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            assert_eq!(throttle.attempt(Attempt::PasswordOf, "dana", at(0)), Ok(()));
            throttle.was_right(Attempt::PasswordOf, "dana");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for second in 0..60_000 {
            let _ = throttle.attempt(Attempt::PasswordFrom, &second.to_string(), at(second / 100));
            assert!(throttle.counts.lock().expect("not poisoned").len() <= KEYS);
        }
    }
}
