use plimsoll_core::InvalidText;
use plimsoll_core::access::Denied;
use plimsoll_core::gate::Report;
use plimsoll_core::problem::{FieldError, ProblemCode};
use plimsoll_store::StoreError;

/// Why a use case did not do what was asked. Its message is for the one who asked: it names no internals and no secrets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The token is not valid.
    #[error(
        "the token is unknown, revoked or expired, or its account is disabled: sign in again, or ask for another one"
    )]
    CredentialsInvalid,
    /// No account has this e-mail address and this password.
    #[error("the e-mail address or the password is wrong")]
    SignInRefused,
    /// It is not there, or hidden from the actor: the two are the same.
    #[error("there is no {0} here that you may see")]
    NotFound(String),
    /// It is there already, or its state does not allow this. One of the codes with status 409 or 412.
    #[error("{message}")]
    Conflict {
        /// Which conflict.
        code: ProblemCode,
        /// What to do.
        message: String,
    },
    /// The one who asks has their whole share, or there is too much of everybody's. One of the codes with status 429.
    #[error("{message}")]
    TooMany {
        /// Which share.
        code: ProblemCode,
        /// What to do.
        message: String,
        /// After how many seconds it is worth trying again.
        retry_after_seconds: u64,
    },
    /// The body was well formed, but a value in it is not valid. One of the codes with status 400 or 422.
    #[error("{message}")]
    Invalid {
        /// Which problem.
        code: ProblemCode,
        /// What to do.
        message: String,
        /// The values.
        errors: Vec<FieldError>,
    },
    /// The gate refused. The message is made from the report.
    #[error("the gate refused the version: {}", first_refusals(.0))]
    Refused(Box<Report>),
    /// The store failed.
    #[error("the registry's database failed")]
    Store(#[source] StoreError),
    /// The blob store failed.
    #[error("the registry's artifact store failed")]
    Blobs(#[source] object_store::Error),
    /// Something that cannot be is.
    #[error("the registry failed")]
    Internal(String),
}

impl Error {
    /// A value of the body that is not valid, at a pointer.
    pub fn invalid_at(pointer: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let errors = vec![FieldError { pointer: pointer.to_owned(), message: message.clone() }];
        Self::Invalid { code: ProblemCode::BodyInvalid, message, errors }
    }

    /// A conflict.
    pub fn conflict(code: ProblemCode, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }
}

impl From<InvalidText> for Error {
    fn from(error: InvalidText) -> Self {
        let code = if error.what == "cursor" { ProblemCode::CursorInvalid } else { ProblemCode::RequestInvalid };
        Self::Invalid { code, message: error.to_string(), errors: Vec::new() }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            // Use cases look before they write; so this was taken between the two, by another process.
            StoreError::Conflict(conflict) => {
                let message = format!("{conflict} was taken by somebody else at this very moment: look again");
                Self::conflict(ProblemCode::StateConflict, message)
            }
            error => Self::Store(error),
        }
    }
}

/// The refusing checks in one sentence, such as `tier-not-permitted, lockfile-missing; see the report`.
fn first_refusals(report: &Report) -> String {
    use plimsoll_core::gate::Outcome;
    let codes: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Refuse)
        .map(|check| check.code.as_str())
        .collect();
    format!("{}; the report says what to do", codes.join(", "))
}
