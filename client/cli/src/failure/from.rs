//! The exit code of every error of the crates below. The matches are exhaustive, so that a new error is placed when it is
//! made.

use plimsoll_client::Error;
use plimsoll_client::home::{HomeError, PinError};
use plimsoll_client::transport::TransportError;
use plimsoll_core::InvalidText;
use plimsoll_core::artifact::ArtifactError;
use plimsoll_core::consent::Missing;
use plimsoll_trust::root::RootError;
use plimsoll_trust::{KeyError, SignatureError};

use super::Failure;
use crate::exit_code::Exit;

impl From<InvalidText> for Failure {
    fn from(error: InvalidText) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        let message = error.to_string();
        match error {
            TransportError::Address { .. } | TransportError::Token => Self::usage(message),
            TransportError::Unreachable { .. } => Self::new(Exit::Unreachable, "unreachable", message),
            TransportError::Redirected { .. }
            | TransportError::Status { .. }
            | TransportError::Answer { .. }
            | TransportError::TooLarge { .. } => Self::new(Exit::Unreachable, "not-a-registry", message),
            TransportError::Local(_) => Self::internal(message),
            TransportError::Problem(problem) => Self {
                exit: Exit::of_problem(problem.code),
                code: problem.code.as_str(),
                message,
                problem: Some(problem),
                answer: None,
            },
        }
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        let message = error.to_string();
        match error {
            HomeError::NoHome | HomeError::EnvironmentName(_) | HomeError::Settings { .. } => Self::usage(message),
            HomeError::Io { .. } | HomeError::Corrupt { .. } => Self::internal(message),
        }
    }
}

impl From<PinError> for Failure {
    fn from(error: PinError) -> Self {
        let mut message = error.to_string();
        let code = match error {
            PinError::Home(error) => return error.into(),
            PinError::NotPinned(_) => "trust-missing",
            PinError::NameTaken { .. } => "trust-changed",
            PinError::Root { error, .. } => match *error {
                RootError::OtherRegistry { .. } | RootError::UnknownKeys(_) => "trust-changed",
                RootError::KeyMissing(_) => "trust-unconfirmed",
                RootError::NoKeys | RootError::Key { .. } => "trust-invalid",
            },
        };
        if code == "trust-changed" {
            message.push_str(
                ". If its operator says that this is right, forget the old key with `plimsoll trust remove` and trust it again",
            );
        }
        Self::new(Exit::Verification, code, message)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Failed(_) => Self::internal(error.to_string()),
            error => Self::usage(error.to_string()),
        }
    }
}

impl From<SignatureError> for Failure {
    fn from(error: SignatureError) -> Self {
        Self::new(Exit::Verification, "signature-invalid", error.to_string())
    }
}

impl From<ArtifactError> for Failure {
    fn from(error: ArtifactError) -> Self {
        let code = match error {
            ArtifactError::Io(_) => return Self::usage(error.to_string()),
            ArtifactError::Malformed(_) => "artifact-malformed",
        };
        Self::new(Exit::Refused, code, error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut message = error.to_string();
        let (exit, code) = match error {
            Error::Transport(error) => return error.into(),
            Error::Home(error) => return error.into(),
            Error::Pin(error) => return error.into(),
            Error::Trust(_) | Error::Verify(_) => (Exit::Verification, "verification-failed"),
            Error::NoSolution(_) => (Exit::NoSolution, "no-solution"),
            Error::PackageNotFound(..) => (Exit::NotFound, "not-found"),
            Error::ConsentMissing(missing) => {
                message.push_str(&format!("\nGrant this with {}, or everything with --accept-all", flags(&missing)));
                (Exit::ConsentMissing, "consent-missing")
            }
            Error::TierNotAccepted { .. } => (Exit::ConsentMissing, "tier-not-accepted"),
            Error::Audience { .. } => (Exit::Verification, "audience"),
            Error::AudienceNotAccepted { .. } => (Exit::ConsentMissing, "audience-not-accepted"),
            Error::AudienceTooNarrow { .. } => (Exit::NoSolution, "audience-too-narrow"),
            Error::OtherRegistry { .. } => (Exit::Conflict, "other-registry"),
            Error::NotInstalled { .. } => (Exit::NotFound, "not-installed"),
            Error::StillNeeded { .. } => (Exit::Conflict, "still-needed"),
            Error::PlanStale(_) => (Exit::Conflict, "plan-stale"),
        };
        Self::new(exit, code, message)
    }
}

/// The flags that would grant what is missing.
fn flags(missing: &Missing) -> String {
    let tier = missing.accept_tier.iter().map(|tier| format!("--accept-tier {tier}"));
    let things = missing.accept.iter().map(|acceptable| format!("--accept {}", shell_word(&acceptable.to_string())));
    tier.chain(things).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it: in single quotes, unless it is plain.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '-' | '_' | '/');
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::Tier;

    use super::*;

    #[test]
    fn missing_consent_names_the_flags_that_give_it() {
        let accept =
            ["network:*.example.com", "fs:/it's", "manifest-deps"].map(|text| text.parse().expect("acceptable"));
        let missing = Missing {
            accept: accept.into_iter().collect(),
            accept_tier: Some(Tier::Sandbox),
            sentences: vec!["It is new.".to_owned()],
        };
        assert_eq!(
            flags(&missing),
            r"--accept-tier sandbox --accept 'network:*.example.com' --accept 'fs:/it'\''s' --accept manifest-deps"
        );
        let failure = Failure::from(Error::ConsentMissing(Box::new(missing)));
        assert_eq!(failure.exit, Exit::ConsentMissing);
        assert!(failure.message.contains("--accept-all"), "{}", failure.message);
    }
}
