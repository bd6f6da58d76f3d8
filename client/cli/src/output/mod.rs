//! Output: one answer per command, as text for people or as one JSON document.
//!
//! Answers go to standard output; errors, notes, prompts and progress to standard error. Every untrusted text goes through
//! [`plain`], so that nobody's package can write to the terminal.

mod progress;
mod prompt;
mod style;
mod table;

use std::io::{IsTerminal, Write};

use serde::Serialize;
use serde_json::Value;

pub(crate) use progress::Watch;
pub(crate) use prompt::Prompt;
pub(crate) use style::{bad, bold, dim, good, plain, warn};
pub(crate) use table::table;

use crate::failure::Failure;

/// What a command has to say.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For scripts.
    pub(crate) document: Value,
    /// For people, with ANSI styles and a final newline.
    pub(crate) text: String,
}

impl Answer {
    /// An answer. `document` is plain data, whose serialising cannot fail.
    pub(crate) fn new(document: impl Serialize, text: impl Into<String>) -> Self {
        let document = serde_json::to_value(document).expect("answers are plain data");
        Self { document, text: text.into() }
    }
}

/// Where and how answers are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// Prints JSON, or text with colours if a person watches.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints the end of a command. A closed pipe is not an error: who reads has read enough.
    pub(crate) fn finish(self, result: &Result<Answer, Failure>) {
        match result {
            Ok(answer) if self.json => print_json(&answer.document),
            Ok(answer) => print_text(&answer.text),
            Err(failure) if self.json => print_json(&failure.document()),
            Err(failure) => {
                if let Some(answer) = &failure.answer {
                    print_text(&answer.text);
                }
                print_error(&format!("{} {}\n", bad("error:"), plain(&failure.message)));
            }
        }
    }

    /// A remark on the way, for people only.
    pub(crate) fn note(self, text: &str) {
        if !self.json && !text.is_empty() {
            print_error(&format!("{}\n", text.trim_end()));
        }
    }

    /// Progress of transfers, shown if a person watches.
    pub(crate) fn watch(self) -> Watch {
        Watch::new(self.json)
    }
}

fn print_json(document: &Value) {
    let mut text = serde_json::to_string_pretty(document).expect("a JSON value prints");
    text.push('\n');
    _ = std::io::stdout().write_all(text.as_bytes());
}

fn print_text(text: &str) {
    let coloured = style::colours(std::io::stdout().is_terminal());
    _ = std::io::stdout().write_all(style::for_terminal(text, coloured).as_bytes());
}

fn print_error(text: &str) {
    let coloured = style::colours(std::io::stderr().is_terminal());
    _ = std::io::stderr().write_all(style::for_terminal(text, coloured).as_bytes());
}
