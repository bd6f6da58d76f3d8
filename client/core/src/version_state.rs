//! The life of a version: its state, and beside it its availability.
//!
//! An approval, once given, stays in force: what comes later is decided beside it, and says through the availability whether
//! the version may still be used.
//!
//! - *Raised*, for a wider audience: what is in force stays as it is until the submission is decided.
//! - *Held*, since the level of its publisher fell below its tier, or since what it bundles was blocked: nothing new resolves
//!   to it, and those who have it are told ([`Availability::on_show`]). Once the gate lets it pass again, a reviewer approves
//!   it anew, which ends the hold and leaves what its publisher had said of it; at any time a reviewer rejects or blocks it.
//! - *Rejected*: the version is final, and blocked for those who have it ([`Availability::blocked`]).

use crate::Version;

closed_words! {
    /// Where a version stands between its publisher and its approval.
    State, "state" {
        /// Published by the publisher for itself; not submitted.
        Draft = "draft",
        /// Waits for a reviewer.
        PendingReview = "pending_review",
        /// Approved: the registry signed it.
        Approved = "approved",
        /// Rejected; final. The fix is a new version.
        Rejected = "rejected",
    }
}

closed_words! {
    /// The word of an availability.
    AvailabilityWord, "availability" {
        /// May be resolved.
        Live = "live",
        /// Resolves, warns, ranks last.
        Deprecated = "deprecated",
        /// No new resolution; exact pins and lock files still work.
        Yanked = "yanked",
        /// Refused everywhere, also at load.
        Blocked = "blocked",
    }
}

impl AvailabilityWord {
    /// Whether new resolutions may choose the version. Ask it of what is on show ([`Availability::on_show`]).
    pub fn may_be_resolved(self) -> bool {
        match self {
            Self::Live | Self::Deprecated => true,
            Self::Yanked | Self::Blocked => false,
        }
    }
}

/// Whether an approved version may still be used, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Availability {
    /// The word.
    pub status: AvailabilityWord,
    /// Why; empty only for `live`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What to use instead, where the version is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

impl Availability {
    /// May be resolved.
    pub fn live() -> Self {
        Self { status: AvailabilityWord::Live, reason: String::new(), replacement: None }
    }

    /// The longest reason, in bytes. Every index document that lists the version carries it.
    pub const REASON_BYTES_MAX: usize = 1000;

    /// The longest replacement, in bytes.
    pub const REPLACEMENT_BYTES_MAX: usize = 256;

    /// What everybody is told. While the approval in force is held, a version that could be resolved is yanked, whatever its
    /// publisher says; yanked and blocked already say as much.
    pub fn on_show(&self, held_reason: Option<&str>) -> Self {
        match held_reason {
            Some(reason) if self.status.may_be_resolved() => Self::because(AvailabilityWord::Yanked, reason),
            _ => self.clone(),
        }
    }

    /// What becomes of a version that some have, when a reviewer rejects it or the key that vouches for it is compromised.
    pub fn blocked(reason: &str) -> Self {
        Self::because(AvailabilityWord::Blocked, reason)
    }

    fn because(status: AvailabilityWord, reason: &str) -> Self {
        let reason = reason[..reason.floor_char_boundary(Self::REASON_BYTES_MAX)].to_owned();
        Self { status, reason, replacement: None }
    }
}

/// What the publisher's request and the gate make of a new version.
///
/// Marketplace without `submit` stays a draft, whatever the gate said; private and org ignore `submit`.
pub fn first_state(verdict: crate::gate::Verdict, visibility: crate::Visibility, submit: bool) -> Option<State> {
    use crate::gate::Verdict;
    match verdict {
        Verdict::Refused => None,
        _ if visibility == crate::Visibility::Marketplace && !submit => Some(State::Draft),
        Verdict::Held => Some(State::PendingReview),
        Verdict::Approved => Some(State::Approved),
    }
}

/// Why a change of availability is not possible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityError {
    /// Only what was approved can be taken back.
    #[error("version {version} is {state}; only an approved version has an availability")]
    NotApproved {
        /// The version.
        version: Version,
        /// Its state.
        state: State,
    },
    /// A block is lifted by a reviewer, not by its publisher.
    #[error("version {0} is blocked; only a reviewer or an administrator can change that")]
    Blocked(Version),
    /// Yanked, deprecated and blocked say why.
    #[error("say why: the reason is empty")]
    ReasonMissing,
}

/// Decides a change of availability. `may_block` is whether the actor is a reviewer or an administrator.
pub fn change_availability(
    version: &Version,
    state: State,
    from: &Availability,
    to: &Availability,
    may_block: bool,
) -> Result<(), AvailabilityError> {
    if state != State::Approved {
        return Err(AvailabilityError::NotApproved { version: version.clone(), state });
    }
    let blocks = from.status == AvailabilityWord::Blocked || to.status == AvailabilityWord::Blocked;
    if blocks && !may_block {
        return Err(AvailabilityError::Blocked(version.clone()));
    }
    if to.status != AvailabilityWord::Live && to.reason.trim().is_empty() {
        return Err(AvailabilityError::ReasonMissing);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: AvailabilityWord) -> Availability {
        Availability { status, reason: "its publisher says so".to_owned(), replacement: None }
    }

    #[test]
    fn a_held_version_is_yanked_until_its_publisher_or_a_reviewer_says_as_much() {
        for status in AvailabilityWord::ALL.iter().copied() {
            assert_eq!(of(status).on_show(None), of(status));
            let told = of(status).on_show(Some("the level fell"));
            assert!(!told.status.may_be_resolved());
            match status {
                AvailabilityWord::Live | AvailabilityWord::Deprecated => {
                    assert_eq!((told.status, told.reason.as_str()), (AvailabilityWord::Yanked, "the level fell"));
                }
                AvailabilityWord::Yanked | AvailabilityWord::Blocked => assert_eq!(told, of(status)),
            }
        }
    }

    #[test]
    fn a_reason_that_the_registry_gives_is_as_short_as_any_other() {
        let reason = Availability::blocked(&"é".repeat(4000)).reason;
        assert_eq!(reason.len(), Availability::REASON_BYTES_MAX);
    }
}
