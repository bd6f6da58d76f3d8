use std::fmt;

use plimsoll_core::{Digest, Timestamp};

use crate::dsse::EnvelopeError;
use crate::{KeyError, SignatureError};

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// approval/v1, by the registry.
    Approval,
    /// index/v1, by the registry.
    Index,
    /// The publisher's evidence, of whatever kind.
    Evidence,
}

impl fmt::Display for StatementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approval => "approval",
            Self::Index => "index",
            Self::Evidence => "publisher's evidence",
        })
    }
}

/// Why something signed is refused: which statement, about what, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {statement} of {subject} is refused: {fault}")]
pub struct TrustError {
    /// Which statement.
    pub statement: StatementKind,
    /// The package, or `package@version`.
    pub subject: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with something signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The envelope is not right, or its signature does not verify.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The signature string is not right, or does not verify.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The stored key is not right.
    #[error("its key cannot be used: {0}")]
    Key(#[from] KeyError),
    /// No key of this registry.
    #[error("it is signed with the key {0}, which is not a trusted key of this registry")]
    UnknownRegistryKey(Digest),
    /// The registry's key was not in use at the statement's own time.
    #[error("it is of {at}, when the registry's key {key} was not valid")]
    RegistryKeyNotValid {
        /// The key.
        key: Digest,
        /// The time in the statement.
        at: Timestamp,
    },
    /// No key of this publisher. The key id as it is written.
    #[error("the publisher has no key {0}")]
    UnknownPublisherKey(String),
    /// The publisher's key was added after the version was published.
    #[error("the key {0} was added only after the version was published")]
    KeyTooYoung(String),
    /// The publisher's key is revoked for this version.
    #[error("the key {key} is revoked ({reason}) for everything published from {from} on")]
    KeyRevoked {
        /// The key id.
        key: String,
        /// Why it was revoked.
        reason: plimsoll_core::wire::RevocationReason,
        /// From when on.
        from: Timestamp,
    },
    /// The payload is not what its type says. The reason is safe to print.
    #[error("its content cannot be read: {0}")]
    Malformed(String),
    /// A member contradicts what was asked for, or another member.
    #[error("its {member} is {found}, expected {expected}")]
    Mismatch {
        /// The member.
        member: &'static str,
        /// What the statement says, safe to print.
        found: String,
        /// What it has to say.
        expected: String,
    },
    /// There is no evidence, and there has to be some.
    #[error("there is none, and this version needs it")]
    EvidenceMissing,
    /// The artifact could not be read to its end, or has another digest than the approval says.
    #[error("the artifact cannot be held against it: {0}")]
    Read(String),
    /// A mirror went back.
    #[error("its serial is {found}, but {seen} was seen before: the registry or a mirror went back")]
    SerialWentBack {
        /// The serial in the index.
        found: u64,
        /// The highest serial seen.
        seen: u64,
    },
    /// Too old.
    #[error("it expired at {0}: fetch it again once the registry can be reached, or allow an offline grace")]
    Expired(Timestamp),
    /// Too new.
    #[error("it was issued at {0}, which is in the future: check this machine's clock")]
    FromTheFuture(Timestamp),
}

impl Fault {
    /// The fault, with what it is about.
    pub(crate) fn of(self, statement: StatementKind, subject: impl fmt::Display) -> TrustError {
        TrustError { statement, subject: subject.to_string(), fault: self }
    }
}

/// Refuses a member that contradicts what is expected.
pub(crate) fn expect_equal<T: PartialEq + fmt::Display>(
    member: &'static str,
    found: &T,
    expected: &T,
) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    Err(Fault::Mismatch { member, found: found.to_string(), expected: expected.to_string() })
}
