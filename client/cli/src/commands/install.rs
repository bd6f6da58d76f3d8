//! `resolve`, `install`, `update`: nothing is installed that nobody consented to.

use plimsoll_client::{Applied, Client, Consent, Environment, Error, Options, Plan, Request, Step, Wanted};
use plimsoll_core::range::{HostProfile, VersionRange};
use plimsoll_core::{PackageId, Tier};
use serde::Serialize;
use serde_json::json;

use crate::args::{self, Accept, Fit, HostKey, Install, Resolve, Update};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bold, good, plain, table, warn};
use crate::render;
use crate::shell::Shell;

/// What was planned and done. `plan` is what was shown before anything happened.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done<'a> {
    environment: &'a str,
    plan: &'a Plan,
    #[serde(flatten)]
    applied: Applied,
}

/// `resolve`
pub(crate) fn resolve(shell: &Shell, args: &Resolve) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let resolution = client.resolve(&environment, &request(&args.wanted, &args.fit, false)?)?;
    let rows: Vec<_> = resolution
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
    text.push_str(&warnings(&resolution.warnings));
    Ok(Answer::new(&resolution, text))
}

/// `install`
pub(crate) fn install(shell: &Shell, args: &Install) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let plan = client.plan_install(&environment, &request(&args.wanted, &args.fit, args.allow_downgrade)?)?;
    carry_out(shell, &client, &environment, &plan, consent(&args.accept))
}

/// `update`: first what asks for nothing new, then, if somebody consents, what does. Exit 12 if something waits.
pub(crate) fn update(shell: &Shell, args: &Update) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let plan = client.plan_update(&environment, &args.packages)?;
    if plan.left_aside.is_empty() {
        return carry_out(shell, &client, &environment, &plan, consent(&args.accept));
    }
    let within: Applied = client.apply(&environment, &plan, &Consent::default(), &shell.output.watch())?;
    for chosen in &within.installed {
        shell.output.note(&format!("Updated {} to {}", chosen.package, chosen.version));
    }
    let installed = environment.state()?.packages;
    let wanted = |package: &PackageId| -> Result<Wanted, Failure> {
        let range = installed.get(package).and_then(|installed| installed.wanted.as_deref()).unwrap_or("*");
        Ok(Wanted { package: package.clone(), range: range.parse::<VersionRange>()? })
    };
    let wanted = plan.left_aside.iter().map(|aside| wanted(&aside.package)).collect::<Result<_, _>>()?;
    let widening = client.plan_install(&environment, &Request { wanted, ..Request::default() })?;
    carry_out(shell, &client, &environment, &widening, consent(&args.accept))
}

fn open(shell: &Shell) -> Result<(Client, Environment), Failure> {
    let home = shell.home()?;
    let environment = Environment::of(&home, &shell.globals.env)?;
    let address = shell.address()?;
    let token = shell.token(&address)?;
    Ok((Client::open(home, &address, token, Options::default())?, environment))
}

fn request(wanted: &[args::Wanted], fit: &Fit, allow_downgrade: bool) -> Result<Request, Failure> {
    let mut facts = args::host_facts(&fit.host).map_err(Failure::usage)?;
    let host = (!facts.is_empty()).then(|| HostProfile {
        protocol: facts.remove(&HostKey::Protocol),
        platform: facts.remove(&HostKey::Platform),
    });
    let one = |wanted: &args::Wanted| Wanted { package: wanted.package.clone(), range: wanted.range.clone() };
    Ok(Request {
        wanted: wanted.iter().map(one).collect(),
        host,
        pre_releases: fit.pre_releases,
        allow_downgrade,
        allow_unknown_compat: fit.allow_unknown_compat,
    })
}

fn consent(accept: &Accept) -> Consent {
    Consent {
        all: accept.accept_all,
        permissions: accept.permissions.iter().cloned().collect(),
        highest_tier: accept.accept_tier,
    }
}

/// Whether the consent covers what is new about a step. The client decides again when it applies.
fn covers(consent: &Consent, step: &Step) -> bool {
    let tier = consent.highest_tier.unwrap_or(Tier::Declarative);
    consent.all
        || (step.news.is_empty()
            && step.new_tier.is_none_or(|asked| asked <= tier)
            && step.new_permissions.iter().all(|permission| consent.permissions.contains(permission)))
}

/// Shows the plan, asks what has to be asked, and applies it.
fn carry_out(
    shell: &Shell,
    client: &Client,
    environment: &Environment,
    plan: &Plan,
    consent: Consent,
) -> Result<Answer, Failure> {
    let shown = render::plan(plan);
    shell.output.note(&shown);
    let consent = match ask(shell, plan, consent)? {
        Some(consent) => consent,
        None => {
            let answer = Answer::new(json!({ "environment": environment.name(), "plan": plan }), "");
            return Err(Failure::new(Exit::ConsentMissing, "consent-missing", "nothing was installed").showing(answer));
        }
    };
    let applied = match client.apply(environment, plan, &consent, &shell.output.watch()) {
        Ok(applied) => applied,
        Err(Error::ConsentMissing(missing)) => {
            let document = json!({ "environment": environment.name(), "plan": plan, "missing": missing });
            return Err(Failure::from(Error::ConsentMissing(missing)).showing(Answer::new(document, "")));
        }
        Err(error) => return Err(error.into()),
    };
    let mut text = String::new();
    for chosen in &applied.installed {
        text.push_str(&format!(
            "{} {} {} ({})\n",
            good("Installed"),
            bold(chosen.package.as_str()),
            chosen.version,
            render::tier(chosen.tier)
        ));
    }
    if applied.installed.is_empty() {
        text.push_str("Nothing to do: everything is installed already.\n");
    }
    Ok(Answer::new(Done { environment: environment.name(), plan, applied }, text))
}

/// The consent to apply with; `None` if somebody said no. Where nobody can be asked, what was passed has to do.
fn ask(shell: &Shell, plan: &Plan, consent: Consent) -> Result<Option<Consent>, Failure> {
    if plan.steps.is_empty() || !shell.prompt.somebody() {
        return Ok(Some(consent));
    }
    let yes = if plan.steps.iter().all(|step| covers(&consent, step)) {
        shell.prompt.proceed("Install this?")?.then_some(consent)
    } else {
        let all = Consent { all: true, ..Consent::default() };
        shell.prompt.decide("Grant what is marked as new, and install this?", "--accept-all")?.then_some(all)
    };
    Ok(yes)
}

fn warnings(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("{} {}\n", warn("warning:"), plain(warning))).collect()
}
