//! Submitting a version that is there, as publishing the same again with `submit` does, without bringing its bytes again.

use plimsoll_core::access::Action;
use plimsoll_core::wire::{NewVersion, StoredArtifact};
use plimsoll_core::{PackageId, State, Version};

use super::publish::{self, Origin, Published};
use super::{Caller, Result, artifacts, packages};
use crate::App;

/// Submits a draft, for whoever publishes for its publisher. What is submitted or decided already stays so.
pub fn submit(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<Published> {
    let there = packages::version(app, caller, id, number)?;
    caller.allow(&Action::Publish(&there.publisher))?;
    if matches!(there.state, State::PendingReview | State::Approved) {
        // For more than it was submitted for, it is published again, which says so.
        return Ok(Published { version: there, created: false, listing_stays: false });
    }
    // Whoever submits bytes answers for them as whoever brought them does, and so never reviews them.
    artifacts::record(app, caller, &StoredArtifact { sha256: there.sha256, size: there.size })?;
    let again = NewVersion {
        publisher: there.publisher,
        sha256: there.sha256,
        signature: None,
        statement: None,
        visibility: None,
        submit: true,
        notes: None,
        listing: None,
    };
    publish::publish(app, caller, id, again, &Origin::default(), false)
}
