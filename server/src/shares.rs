//! How much may go on at once, in all and for each account: so that nobody takes everybody's place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_core::AccountName;
use plimsoll_core::problem::ProblemCode;

use crate::app::Error;

/// Places for something that takes time, such as uploads.
pub(crate) struct Shares {
    /// What they are for, in the plural.
    what: &'static str,
    all: usize,
    each: usize,
    taken: Arc<Mutex<BTreeMap<AccountName, usize>>>,
}

/// A place that is taken, until it is dropped.
pub(crate) struct Share {
    account: AccountName,
    taken: Arc<Mutex<BTreeMap<AccountName, usize>>>,
}

impl Shares {
    /// At most `all` at once, of which `each` for one account.
    pub(crate) fn new(what: &'static str, all: usize, each: usize) -> Self {
        Self { what, all, each, taken: Arc::default() }
    }

    /// Takes a place for an account, if there is one.
    pub(crate) fn take(&self, account: &AccountName) -> Result<Share, Error> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |message: String| Error::TooMany { code: ProblemCode::TooManyRequests, message, retry_after: 2 };
        let own = taken.get(account).copied().unwrap_or_default();
        if own >= self.each {
            let (what, each) = (self.what, self.each);
            return Err(full(format!(
                "the account {account} has {each} {what} under way, its whole share: let one end"
            )));
        }
        if taken.values().sum::<usize>() >= self.all {
            return Err(full(format!("too many {} at once: try again in a moment", self.what)));
        }
        taken.insert(account.clone(), own + 1);
        Ok(Share { account: account.clone(), taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.account) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.account)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_leaves_places_for_others_until_all_are_taken() {
        let shares = Shares::new("uploads", 3, 2);
        let [dana, gil, rita] = ["dana", "gil", "rita"].map(|name| name.parse::<AccountName>().expect(name));
        let first = shares.take(&dana).expect("a place");
        let _second = shares.take(&dana).expect("a place");
        let message = |account| shares.take(account).map(drop).expect_err("no place").to_string();
        assert_eq!(message(&dana), "the account dana has 2 uploads under way, its whole share: let one end");
        let _third = shares.take(&gil).expect("a place for another");
        assert_eq!(message(&rita), "too many uploads at once: try again in a moment");
        drop(first);
        let _freed = shares.take(&rita).expect("a place again");
    }
}
