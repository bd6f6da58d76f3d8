//! One file per verb, or per family of verbs. Each returns an answer or a failure; nothing here prints an answer.

mod account;
mod administer;
mod availability;
mod check;
mod install;
mod installed;
mod key;
mod login;
mod pack;
mod publish;
mod publisher;
mod review;
mod search;
mod sidecar;
mod sign;

use std::fs::File;

use plimsoll_core::version_state::AvailabilityWord;

use crate::args::Command;
use crate::failure::Failure;
use crate::output::Answer;
use crate::shell::Shell;

/// Does what the command line says.
pub(crate) fn run(shell: &Shell, command: &Command) -> Result<Answer, Failure> {
    let set = |args, to, replacement| availability::availability(shell, args, to, replacement);
    match command {
        Command::Login(args) => login::login(shell, args),
        Command::Account(args) => account::account(shell, args),
        Command::Token(args) => account::token(shell, args),
        Command::Publisher(args) => publisher::publisher(shell, args),
        Command::Key(args) => key::key(shell, args),
        Command::Pack(args) => pack::pack(args),
        Command::Sign(args) => sign::sign(shell, args),
        Command::Check(args) => check::check(args),
        Command::Publish(args) => publish::publish(shell, args),
        Command::Review(args) => review::review(shell, args),
        Command::Yank(args) => set(args, AvailabilityWord::Yanked, None),
        Command::Deprecate(args) => set(&args.availability, AvailabilityWord::Deprecated, args.replacement.as_deref()),
        Command::Block(args) => set(args, AvailabilityWord::Blocked, None),
        Command::Restore(args) => set(args, AvailabilityWord::Live, None),
        Command::Trust(args) => login::trust(shell, args),
        Command::Search(args) => search::search(shell, args),
        Command::Info(args) => search::info(shell, args),
        Command::Resolve(args) => install::resolve(shell, args),
        Command::Install(args) => install::install(shell, args),
        Command::Update(args) => install::update(shell, args),
        Command::List => installed::list(shell),
        Command::Verify => installed::verify(shell),
        Command::Remove(args) => installed::remove(shell, args),
    }
}

/// Makes a file that began as a temporary, so private, one as readable as other files.
fn make_readable(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
