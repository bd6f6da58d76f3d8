//! What can go wrong between client and registry.

use plimsoll_core::problem::{Problem, ProblemCode};

/// Why a call to a registry did not give an answer to work with.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address is not one to talk to.
    #[error("{url} is not a registry's address: {reason}")]
    Address {
        /// The address, quoted.
        url: String,
        /// What it would have to be.
        reason: &'static str,
    },
    /// The token cannot be sent.
    #[error("the token has characters that no token has: copy it again, without spaces and line ends")]
    Token,
    /// No answer: no connection, a timeout, or a connection that broke.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The registry said no, in its own words.
    #[error("{}", describe(.0))]
    Problem(Box<Problem>),
    /// The registry, or something before it, sends the client elsewhere. Never followed: the token and the trust belong to
    /// one origin.
    #[error("{url} answers with a redirect, which is not followed: use the registry's own address")]
    Redirected {
        /// The address that was asked.
        url: String,
    },
    /// An error that is not a problem document, so not from a registry.
    #[error("{url} answers with status {status} and without a problem document: is this a registry?")]
    Status {
        /// The address that was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// An answer that cannot be read.
    #[error("the answer of {url} cannot be read: {reason}")]
    Answer {
        /// The address that was asked.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// An answer over its limit.
    #[error("the answer of {url} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The address that was asked.
        url: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// The file that is sent cannot be read, or what is received cannot be written.
    #[error("{0}")]
    Local(std::io::Error),
}

impl TransportError {
    /// The code, where the registry itself answered.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// Whether the registry is down rather than of another opinion: what cached documents may stand in for.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Status { status, .. } => *status >= 500,
            Self::Problem(problem) => matches!(problem.code, ProblemCode::Unavailable | ProblemCode::Internal),
            _ => false,
        }
    }
}

fn describe(problem: &Problem) -> String {
    let mut text = printable(&problem.detail);
    for error in problem.errors.iter().take(20) {
        text.push_str(&format!("\n  {}: {}", printable(&error.pointer), printable(&error.message)));
    }
    if problem.code == ProblemCode::Internal {
        text.push_str(&format!(" (request {})", printable(&problem.request_id)));
    }
    text
}

/// The most characters of one sentence of a registry that are shown.
const SENTENCE_CHARS_MAX: usize = 2000;

fn printable(text: &str) -> String {
    plimsoll_core::printable(text, SENTENCE_CHARS_MAX)
}
