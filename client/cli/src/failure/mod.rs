//! Why a command did not do what it was asked, in the one shape that is printed.

mod from;

use std::path::Path;

use plimsoll_core::problem::Problem;
use plimsoll_core::quote;
use serde_json::{Map, Value, json};

use crate::exit_code::Exit;
use crate::output::Answer;

/// A failure, ready to be printed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// A closed code: the registry's, or one of ours.
    pub(crate) code: &'static str,
    /// What happened, to what, and what to do next.
    pub(crate) message: String,
    /// The problem document, where the registry answered with one.
    pub(crate) problem: Option<Box<Problem>>,
    /// What there is to show beside the error, such as a gate report or a consent diff.
    pub(crate) answer: Option<Box<Answer>>,
}

impl Failure {
    /// A failure of ours.
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), problem: None, answer: None }
    }

    /// The command line, or a file it names, is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// Something that should not happen.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Internal, "internal", message)
    }

    /// A file could not be read or written.
    pub(crate) fn file(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::usage(format!("{doing} {}: {error}", quote(&path.to_string_lossy())))
    }

    /// The same failure, with something to show beside it.
    pub(crate) fn showing(mut self, answer: Answer) -> Self {
        self.answer = Some(Box::new(answer));
        self
    }

    /// `{error: {code, message, exitCode, problem?}}`, beside the members of what there is to show.
    pub(crate) fn document(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message, "exitCode": self.exit.code() });
        if let Some(problem) = &self.problem {
            error["problem"] = json!(problem);
        }
        let mut document = match self.answer.as_ref().map(|answer| &answer.document) {
            Some(Value::Object(shown)) => shown.clone(),
            _ => Map::new(),
        };
        document.insert("error".to_owned(), error);
        Value::Object(document)
    }
}
