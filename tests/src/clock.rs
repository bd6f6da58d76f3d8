//! A clock that can be put forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use plimsoll_core::Timestamp;
use plimsoll_server::clock::Clock;

/// The clock of the machine, put forward by hand. Clones are the same clock.
#[derive(Clone, Debug, Default)]
pub struct TestClock {
    ahead_seconds: Arc<AtomicI64>,
}

impl TestClock {
    /// Puts the clock forward.
    pub fn forward_hours(&self, hours: i64) {
        self.forward_seconds(hours * 3600);
    }

    /// Puts the clock forward.
    pub fn forward_seconds(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from(SystemTime::now()).plus_seconds(self.ahead_seconds.load(Ordering::SeqCst))
    }
}
