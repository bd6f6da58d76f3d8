//! Exit codes: what a script learns without reading a word.

use plimsoll_core::problem::ProblemCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done; a held version included.
    Done = 0,
    /// Something that should not happen.
    Internal = 1,
    /// The command line, or a file it names, is wrong.
    Usage = 2,
    /// The gate refused.
    Refused = 10,
    /// A verification failed, or trust changed.
    Verification = 11,
    /// Consent is missing.
    ConsentMissing = 12,
    /// No versions fit together.
    NoSolution = 13,
    /// Not found, or not allowed.
    NotFound = 14,
    /// Conflict with what is there.
    Conflict = 15,
    /// The registry cannot be reached, or has no room for this now: the same may work later.
    Unreachable = 16,
    /// `verify` found problems.
    ProblemsFound = 17,
}

impl Exit {
    /// The code that the process ends with.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// The exit for a problem that the registry answered with.
    pub(crate) const fn of_problem(code: ProblemCode) -> Self {
        use ProblemCode as P;
        match code {
            P::RequestInvalid | P::CursorInvalid | P::BodyInvalid | P::BodyTooLarge => Self::Usage,
            P::CredentialsMissing | P::CredentialsInvalid | P::ScopeMissing | P::NotAllowed | P::NotFound => {
                Self::NotFound
            }
            P::AccountExists
            | P::PublisherExists
            | P::KeyExists
            | P::VersionExists
            | P::VersionRejected
            | P::IndexFull
            | P::PublisherFull
            | P::StateConflict
            | P::ReviewStale
            | P::ArtifactUnknown => Self::Conflict,
            P::DigestMismatch | P::KeyRefused | P::KeyProofInvalid => Self::Verification,
            P::GateRefused => Self::Refused,
            P::RequestTimeout | P::TooManyRequests | P::QuotaExceeded | P::Unavailable => Self::Unreachable,
            P::MethodNotAllowed | P::MediaTypeUnsupported | P::RangeNotSatisfiable | P::Internal => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn every_problem_has_its_exit_code() {
        let mut table = String::new();
        for code in ProblemCode::ALL {
            writeln!(table, "{:>3}  {code}", Exit::of_problem(*code).code()).expect("a string takes it");
        }
        insta::assert_snapshot!(table);
    }
}
