//! `resolve`, `install`, `update`: nothing is installed that nobody consented to.

use plimsoll_client::{self as client, Applied, Client, Environment, Error, Options, Plan, Request, Stuck};
use plimsoll_core::Tier;
use plimsoll_core::consent::{Acceptance, Missing};
use plimsoll_core::range::HostProfile;
use plimsoll_core::resolve::{self, Resolved};
use serde::Serialize;

use crate::args::{self, Accept, Fit, HostFact, HostKey, Install, Resolve, Update};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bold, good, plain, table, warn};
use crate::render;
use crate::shell::Shell;

/// What was planned, and what was done of it. `plan` is what was shown before anything of it happened.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done<'a> {
    environment: &'a str,
    plan: &'a Plan,
    /// What is not consented to; then nothing of the plan was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a Missing>,
    #[serde(flatten)]
    applied: Applied,
}

/// `resolve`
pub(crate) fn resolve(shell: &Shell, args: &Resolve) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let solution = client.resolve(&environment, &request(&args.wanted, &args.fit, false)?)?;
    let rows: Vec<_> = solution
        .packages
        .iter()
        .map(|chosen| {
            [
                chosen.package.to_string(),
                chosen.version.to_string(),
                render::tier(chosen.tier),
                chosen.publisher.to_string(),
                chosen.sha256.to_string(),
            ]
        })
        .collect();
    let mut text = table(["PACKAGE", "VERSION", "TIER", "PUBLISHER", "SHA256"], &rows);
    text.push_str(&warnings(&solution.warnings));
    Ok(Answer::new(&solution, text))
}

/// `install`
pub(crate) fn install(shell: &Shell, args: &Install) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let plan = client.plan_install(&environment, &request(&args.wanted, &args.fit, args.allow_downgrade)?)?;
    carry_out(shell, &client, &environment, &plan, acceptance(&args.accept), Applied::default())
}

/// `update`: first what asks for nothing new, then, if somebody consents, what does. Exit 12 if something waits, 13 if
/// something has no version to go to.
pub(crate) fn update(shell: &Shell, args: &Update) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let update = client::Update {
        packages: args.packages.clone(),
        host: host(&args.host)?,
        allow_downgrade: args.allow_downgrade,
    };
    let mut plan = client.plan_update(&environment, &update)?;
    let mut within = Applied::default();
    if !plan.left_aside.is_empty() {
        within = client.apply(&environment, &plan, &Acceptance::nothing(), &shell.output.watch())?;
        plan = client.plan_widening(&environment, &update)?;
    }
    let answer = carry_out(shell, &client, &environment, &plan, acceptance(&args.accept), within)?;
    if plan.stuck.is_empty() {
        return Ok(answer);
    }
    let stays = |stuck: &Stuck| format!("{} {} stays as it is. {}", stuck.package, stuck.version, stuck.advice());
    let message: Vec<_> = plan.stuck.iter().map(stays).collect();
    Err(Failure::new(Exit::NoSolution, "no-solution", message.join("\n")).showing(answer))
}
fn open(shell: &Shell) -> Result<(Client, Environment), Failure> {
    let home = shell.home()?;
    let environment = Environment::of(&home, &shell.globals.env)?;
    let address = shell.address()?;
    let token = shell.token(&address)?;
    Ok((Client::open(home, &address, token, Options::default())?, environment))
}

fn request(wanted: &[args::Wanted], fit: &Fit, allow_downgrade: bool) -> Result<Request, Failure> {
    Ok(Request {
        wanted: wanted.iter().map(|wanted| (wanted.package.clone(), wanted.range.clone())).collect(),
        host: host(&fit.host)?,
        options: resolve::Options {
            pre_releases: fit.pre_releases,
            allow_unknown_compat: fit.allow_unknown_compat,
            allow_downgrade,
            upgrade: false,
        },
    })
}

/// What the host is; `None` leaves it to the settings of the environment.
fn host(facts: &[HostFact]) -> Result<Option<HostProfile>, Failure> {
    let mut facts = args::host_facts(facts).map_err(Failure::usage)?;
    Ok((!facts.is_empty()).then(|| HostProfile {
        protocol: facts.remove(&HostKey::Protocol),
        platform: facts.remove(&HostKey::Platform),
    }))
}

fn acceptance(accept: &Accept) -> Acceptance {
    if accept.accept_all {
        return Acceptance::All;
    }
    Acceptance::Only {
        accept: accept.accept.iter().cloned().collect(),
        tier: accept.accept_tier.unwrap_or(Tier::Declarative),
    }
}

/// Shows the plan, asks what has to be asked, and applies it. `before` was done already.
fn carry_out(
    shell: &Shell,
    client: &Client,
    environment: &Environment,
    plan: &Plan,
    passed: Acceptance,
    before: Applied,
) -> Result<Answer, Failure> {
    shell.output.note(&render::plan(plan));
    let done = |mut applied: Applied, missing: Option<&Missing>| {
        applied.installed.splice(0..0, before.installed.clone());
        applied.removed.splice(0..0, before.removed.clone());
        let text = text(&applied);
        Answer::new(Done { environment: environment.name(), plan, missing, applied }, text)
    };
    let waiting = || Applied { left_aside: before.left_aside.clone(), ..Applied::default() };
    let refused = || {
        let message = "you said no, so nothing of this was done";
        Failure::new(Exit::ConsentMissing, "consent-missing", message).showing(done(waiting(), None))
    };
    let apply = |acceptance| client.apply(environment, plan, acceptance, &shell.output.watch());

    let result = match apply_or_ask(shell, plan, &passed)? {
        Answered::No => return Err(refused()),
        Answered::Apply => apply(&passed),
        Answered::Grant => apply(&Acceptance::All),
    };
    match result {
        Ok(applied) => {
            let nothing = plan.is_empty() && plan.stuck.is_empty() && before.installed.is_empty();
            let mut answer = done(applied, None);
            if nothing {
                answer.text.push_str("Nothing to do.\n");
            }
            Ok(answer)
        }
        Err(Error::ConsentMissing(missing)) => {
            let answer = done(waiting(), Some(&missing));
            Err(Failure::from(Error::ConsentMissing(missing)).showing(answer))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was answered.
enum Answered {
    /// Do nothing.
    No,
    /// Apply with what was passed; it may not be enough.
    Apply,
    /// A person saw the whole plan, and granted what it asks for.
    Grant,
}

/// Asks a person. Where nobody can be asked, what was passed has to do.
fn apply_or_ask(shell: &Shell, plan: &Plan, passed: &Acceptance) -> Result<Answered, Failure> {
    if !shell.prompt.somebody() || plan.is_empty() {
        return Ok(Answered::Apply);
    }
    if plan.consent.widens() && *passed == Acceptance::nothing() {
        let granted = shell.prompt.decide("Grant this, and go on?", "--accept-all")?;
        return Ok(if granted { Answered::Grant } else { Answered::No });
    }
    Ok(if shell.prompt.proceed("Go on?")? { Answered::Apply } else { Answered::No })
}

fn text(applied: &Applied) -> String {
    let mut text = String::new();
    for Resolved { package, version, tier, .. } in &applied.installed {
        let tier = render::tier(*tier);
        text.push_str(&format!("{} {} {version} ({tier})\n", good("Installed"), bold(package.as_str())));
    }
    for package in &applied.removed {
        text.push_str(&format!("{} {package}, which nothing needs any more\n", bold("Removed")));
    }
    text
}

fn warnings(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("{} {}\n", warn("warning:"), plain(warning))).collect()
}
