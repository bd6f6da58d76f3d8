//! The exit code of every error of the crates below. The matches are exhaustive, so that a new error is placed when it is
//! made.

use plimsoll_client::Error;
use plimsoll_client::home::{HomeError, PinError};
use plimsoll_client::transport::TransportError;
use plimsoll_core::InvalidText;
use plimsoll_core::artifact::ArtifactError;
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
            HomeError::NoHome | HomeError::EnvironmentName(_) => Self::usage(message),
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
        let message = error.to_string();
        let (exit, code) = match error {
            Error::Transport(error) => return error.into(),
            Error::Home(error) => return error.into(),
            Error::Pin(error) => return error.into(),
            Error::Trust(_) | Error::Verify(_) => (Exit::Verification, "verification-failed"),
            Error::NoSolution(_) => (Exit::NoSolution, "no-solution"),
            Error::PackageNotFound(..) => (Exit::NotFound, "not-found"),
            Error::ConsentMissing(_) => (Exit::ConsentMissing, "consent-missing"),
            Error::TierNotAccepted { .. } => (Exit::ConsentMissing, "tier-not-accepted"),
            Error::Audience { .. } => (Exit::Verification, "audience"),
            Error::OtherRegistry { .. } => (Exit::Conflict, "other-registry"),
            Error::NotInstalled { .. } => (Exit::NotFound, "not-installed"),
            Error::StillNeeded { .. } => (Exit::Conflict, "still-needed"),
            Error::PlanStale(_) => (Exit::Conflict, "plan-stale"),
        };
        Self::new(exit, code, message)
    }
}
