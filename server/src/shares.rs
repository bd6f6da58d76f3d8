//! How much may go on at once, in all and for each account: so that nobody takes everybody's place.
//!
//! A place belongs to the work, not to the request: give it to what runs on the blocking pool, which goes on when the client has
//! gone and the future of the request was dropped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plimsoll_core::AccountName;
use plimsoll_core::problem::ProblemCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::app::Error;

/// How long to wait for a place: who sends many small things at once gets them all through.
const WAIT: Duration = Duration::from_secs(10);

/// Places for something that takes time or memory.
#[derive(Clone)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    wait: Duration,
}

/// A place that is taken, until it is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Places {
    /// So many places, for each of which one waits at most so long.
    pub(crate) fn new(count: usize, wait: Duration) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), wait }
    }

    /// Takes a place, as soon as there is one; `None` if there was none in time.
    pub(crate) async fn take(&self) -> Option<Place> {
        timeout(self.wait, Arc::clone(&self.free).acquire_owned()).await.ok()?.ok().map(Place)
    }
}

/// Places of which each account has a share at most, such as those for uploads.
pub(crate) struct Shares {
    /// What they are for, in the plural.
    what: &'static str,
    all: Places,
    each: usize,
    /// The places of each account that ever asked for one. Accounts are made by administrators, so they are not many.
    own: Mutex<BTreeMap<AccountName, Places>>,
}

/// A place of one's share that is taken, until it is dropped.
pub(crate) struct Share {
    _own: Place,
    _one_of_all: Place,
}

impl Shares {
    /// At most `all` at once, of which `each` for one account.
    pub(crate) fn new(what: &'static str, all: usize, each: usize) -> Self {
        Self { what, all: Places::new(all, WAIT), each, own: Mutex::default() }
    }

    /// Takes a place for an account, as soon as there is one. One's own share comes first: who has none left waits for oneself,
    /// not for a place that others could have.
    pub(crate) async fn take(&self, account: &AccountName) -> Result<Share, Error> {
        let own = {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            own.entry(account.clone()).or_insert_with(|| Places::new(self.each, self.all.wait)).clone()
        };
        let full = |message| Error::TooMany { code: ProblemCode::TooManyRequests, message, retry_after_seconds: 2 };
        let (what, each) = (self.what, self.each);
        let _own = own.take().await.ok_or_else(|| {
            full(format!("the account {account} has {each} {what} under way, its whole share: let one end"))
        })?;
        let one_of_all = self.all.take().await;
        let _one_of_all = one_of_all.ok_or_else(|| full(format!("too many {what} at once: try again in a moment")))?;
        Ok(Share { _own, _one_of_all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn one_account_leaves_places_for_others_until_all_are_taken() {
        let shares = Shares { all: Places::new(3, Duration::from_millis(20)), ..Shares::new("uploads", 3, 2) };
        let [dana, gil, rita] = ["dana", "gil", "rita"].map(|name| name.parse::<AccountName>().expect(name));
        let message = async |account| shares.take(account).await.map(drop).expect_err("no place").to_string();
        let first = shares.take(&dana).await.expect("a place");
        let _second = shares.take(&dana).await.expect("a place");
        assert_eq!(message(&dana).await, "the account dana has 2 uploads under way, its whole share: let one end");
        let _third = shares.take(&gil).await.expect("a place for another");
        assert_eq!(message(&rita).await, "too many uploads at once: try again in a moment");
        drop(first);
        let _freed = shares.take(&rita).await.expect("a place again");
    }

    #[actix_web::test]
    async fn who_has_to_wait_gets_the_place_that_is_freed() {
        let shares = Shares::new("uploads", 1, 1);
        let dana = "dana".parse().expect("a name");
        let first = shares.take(&dana).await.expect("a place");
        let (second, ()) = futures_util::future::join(shares.take(&dana), async { drop(first) }).await;
        assert!(second.is_ok());
    }
}
