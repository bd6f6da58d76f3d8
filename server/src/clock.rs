//! The doors through which time and randomness come in, so that tests can hold them.

use plimsoll_core::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Names and secrets that nobody can guess.
pub trait Ids: Send + Sync {
    /// A new id, such as of an event or a request: unique, roughly ordered by time, safe in URLs and headers.
    fn id(&self) -> String;

    /// 256 fresh random bits for a token.
    fn secret(&self) -> [u8; 32];
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        std::time::SystemTime::now().into()
    }
}

/// UUIDs of version 7 and the random generator of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        rand::random()
    }
}
