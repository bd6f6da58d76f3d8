//! How much of something clients may have at once, in all and from each network address. Nobody waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One network address has at most one part in so many.
const PARTS: u64 = 4;

/// An amount of something of which each network address has a share at most.
pub(crate) struct AddressShares {
    all: u64,
    each: u64,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: u64,
    /// Of the addresses that have something now, and of no others.
    of: HashMap<String, u64>,
}

/// What is taken, until it is dropped.
pub(crate) struct AddressShare {
    shares: Arc<AddressShares>,
    address: String,
    amount: u64,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// Others have it all.
    All,
    /// The address has its share.
    Address,
}

impl AddressShares {
    /// So much in all, and a quarter of it for one address.
    pub(crate) fn new(all: u64) -> Arc<Self> {
        Arc::new(Self { all, each: all.div_ceil(PARTS), taken: Mutex::default() })
    }

    /// Takes an amount for an address. What is more than a whole share counts as one, so that it can be had at all.
    pub(crate) fn take(self: &Arc<Self>, address: String, amount: u64) -> Result<AddressShare, Full> {
        let amount = amount.min(self.each);
        let mut taken = self.taken();
        if taken.of.get(&address).copied().unwrap_or(0) + amount > self.each {
            return Err(Full::Address);
        }
        if taken.all + amount > self.all {
            return Err(Full::All);
        }
        taken.all += amount;
        *taken.of.entry(address.clone()).or_default() += amount;
        Ok(AddressShare { shares: Arc::clone(self), address, amount })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AddressShare {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        taken.all -= self.amount;
        if let Some(of) = taken.of.get_mut(&self.address) {
            *of -= self.amount;
            if *of == 0 {
                taken.of.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_something_for_others_until_all_is_taken() {
        let shares = AddressShares::new(100);
        let take = |address: &str, amount| shares.take(address.to_owned(), amount);
        let first = take("192.0.2.1", 20).expect("a share");
        assert_eq!(take("192.0.2.1", 6).err(), Some(Full::Address));
        assert!(take("192.0.2.1", 5).is_ok(), "given back at once");
        let _others = ["192.0.2.2", "192.0.2.3", "192.0.2.4"].map(|address| take(address, 25).expect("a share"));
        assert_eq!(take("192.0.2.5", 6).err(), Some(Full::All));
        drop(first);
        let _whole = take("192.0.2.5", 1_000_000).expect("what is larger than a share counts as one");
    }

    #[test]
    fn whoever_has_nothing_is_forgotten() {
        let shares = AddressShares::new(100);
        drop(shares.take("192.0.2.1".to_owned(), 25));
        let taken = shares.taken();
        assert!(taken.all == 0 && taken.of.is_empty());
    }
}
