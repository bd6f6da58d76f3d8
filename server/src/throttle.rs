//! Slowing down who guesses: so many attempts in so much time, each counted before it is made, so that attempts beside each
//! other do not escape.
//!
//! The counts are those of one server process and bounded in memory; several processes allow as many times more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{Digest, Timestamp};

use crate::app::Error;

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
/// The most keys of a kind that are counted at a time. Beyond, the oldest are forgotten.
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

/// The attempts of late. Each kind has a table of its own: who fills one washes out no counts of another.
#[derive(Default)]
pub(crate) struct Throttle {
    passwords_of: Table,
    passwords_from: Table,
    user_codes: Table,
    devices: Table,
}

type Table = Mutex<HashMap<Digest, Count>>;

#[derive(Clone, Copy)]
struct Count {
    since: Timestamp,
    attempts: u32,
}

impl Throttle {
    /// Counts an attempt. [`Error::TooMany`] if there were too many, with the time after which there may be one more.
    pub(crate) fn attempt(&self, what: Attempt, of: &str, now: Timestamp) -> Result<(), Error> {
        let mut counts = self.counts(what);
        let key = Digest::of(of);
        if counts.len() >= KEYS && !counts.contains_key(&key) {
            make_room(&mut counts, now);
        }
        let count = counts.entry(key).or_insert(Count { since: now, attempts: 0 });
        if has_passed(count, now) {
            *count = Count { since: now, attempts: 0 };
        }
        if count.attempts >= what.most() {
            let left = count.since.plus_seconds(WINDOW_SECONDS).as_micros().saturating_sub(now.as_micros());
            return Err(too_many(u64::try_from(left / 1_000_000 + 1).unwrap_or(1)));
        }
        count.attempts += 1;
        Ok(())
    }

    /// Takes an attempt back that turned out to be right.
    pub(crate) fn was_right(&self, what: Attempt, of: &str) {
        if let Some(count) = self.counts(what).get_mut(&Digest::of(of)) {
            count.attempts = count.attempts.saturating_sub(1);
        }
    }

    /// The counts of a kind, by digests: keys of fixed size, whatever the text.
    fn counts(&self, what: Attempt) -> MutexGuard<'_, HashMap<Digest, Count>> {
        let table = match what {
            Attempt::PasswordOf => &self.passwords_of,
            Attempt::PasswordFrom => &self.passwords_from,
            Attempt::UserCode => &self.user_codes,
            Attempt::Device => &self.devices,
        };
        table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_many(retry_after_seconds: u64) -> Error {
    let message = format!("there were too many attempts: try again in {} min", retry_after_seconds.div_ceil(60));
    Error::TooMany { code: ProblemCode::TooManyRequests, message, retry_after_seconds }
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

    /// What comes of an attempt: after how many seconds there may be one more, if not now.
    fn attempt(throttle: &Throttle, what: Attempt, of: &str, now: Timestamp) -> Option<u64> {
        match throttle.attempt(what, of, now) {
            Ok(()) => None,
            Err(Error::TooMany { code: ProblemCode::TooManyRequests, retry_after_seconds, .. }) => {
                Some(retry_after_seconds)
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn wrong_attempts_run_out_and_come_back() {
        let throttle = Throttle::default();
        let typed = |of, now| attempt(&throttle, Attempt::UserCode, of, now);
        for _ in 0..20 {
            assert_eq!(typed("dana", at(0)), None);
        }
        assert_eq!(typed("dana", at(0)), Some(901));
        assert_eq!(typed("dana", at(899)), Some(2));
        assert_eq!(typed("erin", at(0)), None, "others are not concerned");
        assert_eq!(attempt(&throttle, Attempt::Device, "dana", at(0)), None, "nor are other things");
        assert_eq!(typed("dana", at(900)), None);
    }

    #[test]
    fn right_attempts_do_not_count() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            assert_eq!(attempt(&throttle, Attempt::PasswordOf, "dana", at(0)), None);
            throttle.was_right(Attempt::PasswordOf, "dana");
        }
    }

    #[test]
    fn memory_is_bounded_and_one_kind_washes_out_no_other() {
        let throttle = Throttle::default();
        while attempt(&throttle, Attempt::PasswordOf, "dana", at(0)).is_none() {}
        for second in 0..60_000 {
            attempt(&throttle, Attempt::PasswordFrom, &second.to_string(), at(second / 100));
            assert!(throttle.passwords_from.lock().expect("not poisoned").len() <= KEYS);
        }
        assert_eq!(attempt(&throttle, Attempt::PasswordOf, "dana", at(600)), Some(301));
    }
}
