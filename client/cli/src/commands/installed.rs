//! `list`, `verify`, `remove`: what is installed. None of them needs the registry.

use plimsoll_client::Environment;
use plimsoll_client::environment::Checked;
use serde_json::json;

use crate::args::Remove;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bad, bold, good, plain, table, warn};
use crate::render;
use crate::shell::Shell;

fn environment(shell: &Shell) -> Result<Environment, Failure> {
    Ok(Environment::of(&shell.home()?, &shell.globals.env)?)
}

/// `list`
pub(crate) fn list(shell: &Shell) -> Result<Answer, Failure> {
    let environment = environment(shell)?;
    let state = environment.state()?;
    let installed: Vec<_> = state.packages.values().collect();
    let rows: Vec<_> = installed
        .iter()
        .map(|package| {
            let pending = package.pending.as_ref();
            [
                package.package.to_string(),
                package.version.to_string(),
                render::tier(package.tier),
                package.permissions.iter().count().to_string(),
                plain(&package.registry),
                pending.map_or_else(String::new, |pending| warn(&format!("{} waits for consent", pending.version))),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        format!("Nothing is installed in {}.\n", environment.name())
    } else {
        table(["PACKAGE", "VERSION", "TIER", "PERMISSIONS", "REGISTRY", ""], &rows)
    };
    Ok(Answer::new(json!({ "environment": environment.name(), "items": installed }), text))
}

/// `verify`. Exit 17 if there are problems.
pub(crate) fn verify(shell: &Shell) -> Result<Answer, Failure> {
    let environment = environment(shell)?;
    let checked = environment.state()?.packages.len();
    let Checked { problems, warnings } = environment.verify(shell.now())?;
    let mut text = String::new();
    for warning in &warnings {
        text.push_str(&format!("{} {} {}\n", warn("warning"), bold(warning.package.as_str()), warning.version));
        text.push_str(&format!("  {}\n", plain(&warning.message)));
    }
    for problem in &problems {
        text.push_str(&format!("{} {} {}\n", bad("problem"), bold(problem.package.as_str()), problem.version));
        text.push_str(&format!("  {}\n", plain(&problem.message)));
    }
    let answer = |text| {
        let name = environment.name();
        Answer::new(
            json!({ "environment": name, "checked": checked, "problems": problems, "warnings": warnings }),
            text,
        )
    };
    if problems.is_empty() {
        let packages = if checked == 1 { "package" } else { "packages" };
        text.push_str(&format!("{} {checked} {packages} in {}\n", good("Verified"), environment.name()));
        return Ok(answer(text));
    }
    let message = format!("problems found: {}; installed packages: {checked}", problems.len());
    Err(Failure::new(Exit::ProblemsFound, "problems-found", message).showing(answer(text)))
}

/// `remove`
pub(crate) fn remove(shell: &Shell, args: &Remove) -> Result<Answer, Failure> {
    let environment = environment(shell)?;
    if !shell.prompt.proceed(&format!("Remove {} from {}?", args.package, environment.name()))? {
        return Err(Failure::new(Exit::ConsentMissing, "not-confirmed", "nothing was removed"));
    }
    let removed = environment.remove(&args.package)?;
    let text = format!("{} {} {}\n", bold("Removed"), removed.package, removed.version);
    Ok(Answer::new(json!({ "environment": environment.name(), "removed": removed }), text))
}
