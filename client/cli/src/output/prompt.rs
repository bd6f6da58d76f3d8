//! Questions, asked only where somebody can answer.

use std::io::{BufRead, IsTerminal, Write};

use crate::failure::Failure;

/// The longest line that is read as an answer or a token, in bytes.
const LINE_BYTES: u64 = 8 * 1024;

/// Who can be asked, and what was answered beforehand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prompt {
    /// Whether standard input and standard error are terminals, and text is wanted.
    somebody: bool,
    /// `--yes`.
    yes: bool,
}

impl Prompt {
    /// Looks who is there. Whoever asks for JSON is a script.
    pub(crate) fn new(yes: bool, json: bool) -> Self {
        Self { somebody: !json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal(), yes }
    }

    /// Nobody to ask: for tests.
    #[cfg(test)]
    pub(crate) const fn nobody(yes: bool) -> Self {
        Self { somebody: false, yes }
    }

    /// Whether somebody can be asked.
    pub(crate) const fn somebody(self) -> bool {
        self.somebody
    }

    /// Asks a person whether to go on with what was shown. `--yes` says yes, and has to where nobody can be asked.
    pub(crate) fn proceed(self, question: &str) -> Result<bool, Failure> {
        if self.yes {
            return Ok(true);
        }
        self.decide(question, "--yes")
    }

    /// Asks for a decision that `--yes` does not make, such as to trust or to grant.
    pub(crate) fn decide(self, question: &str, instead: &str) -> Result<bool, Failure> {
        if !self.somebody {
            return Err(Failure::usage(format!("nobody can be asked here: {question} Pass {instead}.")));
        }
        eprint!("{question} [y/N] ");
        _ = std::io::stderr().flush();
        let answer = read_line(std::io::stdin().lock())?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Reads a token: without showing it at a terminal, else the next line of standard input. Space around it is cut.
    pub(crate) fn secret(self, name: &str, instead: &str) -> Result<String, Failure> {
        let secret = self.password(name, instead)?;
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(missing(name, instead));
        }
        Ok(secret.to_owned())
    }

    /// Reads a password in the same way. Its spaces are part of it.
    pub(crate) fn password(self, name: &str, instead: &str) -> Result<String, Failure> {
        let secret = if self.somebody {
            eprint!("{name}: ");
            _ = std::io::stderr().flush();
            console::Term::stderr()
                .read_secure_line()
                .map_err(|error| Failure::internal(format!("the {name} could not be read: {error}")))?
        } else {
            read_line(std::io::stdin().lock())?
        };
        if secret.is_empty() {
            return Err(missing(name, instead));
        }
        Ok(secret)
    }
}

fn missing(name: &str, instead: &str) -> Failure {
    Failure::usage(format!("there is no {name}; pass {instead}"))
}

/// The next line, without its end.
fn read_line(input: impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    input
        .take(LINE_BYTES)
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("standard input could not be read: {error}")))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_answers_whether_to_proceed_and_decides_nothing() {
        let failure = Prompt::nobody(false).proceed("Remove it?").expect_err("nobody can be asked");
        assert!(failure.message.contains("--yes"), "{}", failure.message);
        let prompt = Prompt::nobody(true);
        assert!(prompt.proceed("Install?").expect("answered"));
        let failure = prompt.decide("Trust the key?", "--fingerprint").expect_err("nobody can be asked");
        assert!(failure.message.contains("--fingerprint"), "{}", failure.message);
    }
}
