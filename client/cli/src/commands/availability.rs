//! `yank`, `deprecate`, `block`, `restore`: whether an approved version may still be used.

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::SetAvailability;

use crate::args::Availability;
use crate::failure::Failure;
use crate::output::{Answer, bold};
use crate::render;
use crate::shell::Shell;

/// Sets the availability of a version.
pub(crate) fn availability(
    shell: &Shell,
    args: &Availability,
    to: AvailabilityWord,
    replacement: Option<&str>,
) -> Result<Answer, Failure> {
    let body = SetAvailability { to, reason: args.reason.clone(), replacement: replacement.map(str::to_owned) };
    let version = shell.registry()?.set_availability(&args.version.package, &args.version.version, &body)?;
    let text = format!("{} is now {}\n", bold(&args.version.to_string()), render::availability(&version.availability));
    Ok(Answer::new(&version, text))
}
