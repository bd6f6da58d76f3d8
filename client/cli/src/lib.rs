//! The `plimsoll` command line, for publishers, reviewers, operators and host integrators.
//!
//! In scope: arguments, prompts, text and JSON output, exit codes, packing a directory, and the order of calls behind each
//! verb.
//! Out of scope: what is decided and verified: the rules are `plimsoll-core`'s, signatures `plimsoll-trust`'s, and HTTP,
//! trust, resolving and installing `plimsoll-client`'s.
//!
//! ```text
//! args       the command line, parsed
//! commands   one file per verb: args in, answer or failure out
//! render     what several verbs show, as text
//! output     printing, prompts, progress
//! failure    every error with its exit code
//! ```

mod args;
mod commands;
mod exit_code;
mod failure;
mod output;
mod render;
mod shell;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Cli;
use exit_code::Exit;
use failure::Failure;
use output::{Answer, Output};
use shell::Shell;

/// Runs the command line of this process, and prints its end.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(not_parsed(&error).code()),
    };
    let output = Output::new(cli.globals.json);
    let shell = Shell::new(cli.globals);
    let result = commands::run(&shell, &cli.command);
    output.finish(&result);
    ExitCode::from(result.map_or_else(|failure| failure.exit, |_| Exit::Done).code())
}

/// Help and version are answers; everything else is a wrong command line, which a script reads as JSON if it asked so.
fn not_parsed(error: &clap::Error) -> Exit {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked && std::env::args_os().any(|argument| argument == "--json") {
        let result: Result<Answer, Failure> = Err(Failure::usage(error.render().to_string().trim_end()));
        Output::new(true).finish(&result);
    } else {
        _ = error.print();
    }
    if asked { Exit::Done } else { Exit::Usage }
}
