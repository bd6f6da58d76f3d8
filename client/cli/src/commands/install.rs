//! `resolve`, `install`, `update`: nothing is installed that nobody consented to.

use plimsoll_client::{
    Applied, Chosen, Client, Consent, Environment, Error, MissingConsent, Options, Plan, Request, Step, Wanted,
};
use plimsoll_core::range::{HostProfile, VersionRange};
use plimsoll_core::{PackageId, Tier};
use serde::Serialize;

use crate::args::{self, Accept, Fit, HostKey, Install, Resolve, Update};
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
    missing: Option<Vec<MissingConsent>>,
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
    carry_out(shell, &client, &environment, &plan, consent(&args.accept), Applied::default())
}

/// `update`: first what asks for nothing new, then, if somebody consents, what does. Exit 12 if something waits.
pub(crate) fn update(shell: &Shell, args: &Update) -> Result<Answer, Failure> {
    let (client, environment) = open(shell)?;
    let plan = client.plan_update(&environment, &args.packages)?;
    if plan.left_aside.is_empty() {
        return carry_out(shell, &client, &environment, &plan, consent(&args.accept), Applied::default());
    }
    let within = client.apply(&environment, &plan, &Consent::default(), &shell.output.watch())?;
    let installed = environment.state()?.packages;
    let wanted = |package: &PackageId| -> Result<Wanted, Failure> {
        let range = installed.get(package).and_then(|installed| installed.wanted.as_deref()).unwrap_or("*");
        Ok(Wanted { package: package.clone(), range: range.parse::<VersionRange>()? })
    };
    let wanted = plan.left_aside.iter().map(|aside| wanted(&aside.package)).collect::<Result<_, _>>()?;
    let widening = client.plan_install(&environment, &Request { wanted, ..Request::default() })?;
    carry_out(shell, &client, &environment, &widening, consent(&args.accept), within)
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

/// Shows the plan, asks what has to be asked, and applies it. `before` was done already.
fn carry_out(
    shell: &Shell,
    client: &Client,
    environment: &Environment,
    plan: &Plan,
    consent: Consent,
    before: Applied,
) -> Result<Answer, Failure> {
    shell.output.note(&render::plan(plan));
    let answer = |applied: Applied, missing: Option<Vec<MissingConsent>>| {
        let text = applied.installed.iter().map(installed).collect::<String>();
        Answer::new(Done { environment: environment.name(), plan, missing, applied }, text)
    };
    let Some(consent) = ask(shell, plan, consent)? else {
        let message = "you said no, so nothing of this was installed";
        let failure = Failure::new(Exit::ConsentMissing, "consent-missing", message);
        return Err(failure.showing(answer(before, None)));
    };
    match client.apply(environment, plan, &consent, &shell.output.watch()) {
        Ok(mut applied) => {
            applied.installed.splice(0..0, before.installed);
            let nothing = applied.installed.is_empty();
            let mut answer = answer(applied, None);
            if nothing {
                answer.text.push_str("Nothing to do: everything is installed already.\n");
            }
            Ok(answer)
        }
        Err(Error::ConsentMissing(missing)) => {
            let answer = answer(before, Some(missing.clone()));
            Err(Failure::from(Error::ConsentMissing(missing)).showing(answer))
        }
        Err(error) => Err(error.into()),
    }
}

fn installed(chosen: &Chosen) -> String {
    let tier = render::tier(chosen.tier);
    format!("{} {} {} ({tier})\n", good("Installed"), bold(chosen.package.as_str()), chosen.version)
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

#[cfg(test)]
mod tests {
    use plimsoll_core::{Digest, PackageType, Permissions, Version, Visibility};

    use super::*;

    fn step(new_tier: Option<Tier>, new_permissions: &[&str], news: &[&str]) -> Step {
        let permissions: Permissions = new_permissions.iter().map(|text| text.parse().expect("permission")).collect();
        Step {
            chosen: Chosen {
                package: "com.acme.crm".parse().expect("package"),
                version: Version::new(1, 0, 0),
                sha256: Digest::of("crm"),
                size: 1,
                publisher: "acme".parse().expect("publisher"),
                r#type: PackageType::Plugin,
                tier: new_tier.unwrap_or(Tier::Declarative),
                permissions: permissions.clone(),
            },
            replaces: None,
            audience: Visibility::Marketplace,
            reviewed: true,
            signed_by_publisher: true,
            new_tier,
            new_permissions: permissions,
            news: news.iter().map(|news| (*news).to_owned()).collect(),
            dropped: Permissions::default(),
        }
    }

    #[test]
    fn consent_covers_what_was_named_and_nothing_beyond() {
        let consent = |permissions: &[&str], highest_tier| Consent {
            all: false,
            permissions: permissions.iter().map(|text| text.parse().expect("permission")).collect(),
            highest_tier,
        };
        let asks = step(Some(Tier::Sandbox), &["services:object", "network:a.example.com"], &[]);
        let both = ["services:object", "network:a.example.com"];
        assert!(covers(&consent(&both, Some(Tier::Sandbox)), &asks));
        assert!(covers(&consent(&both, Some(Tier::OutOfProcess)), &asks));
        assert!(!covers(&consent(&both, None), &asks));
        assert!(!covers(&consent(&both[..1], Some(Tier::InProcess)), &asks));
        assert!(!covers(&consent(&["network:*.example.com", "services:object"], Some(Tier::InProcess)), &asks));
        assert!(!covers(&consent(&[], None), &step(None, &[], &["depends on com.acme.base"])));
        assert!(covers(&Consent { all: true, ..Consent::default() }, &step(None, &["fs:/"], &["another publisher"])));
        assert!(covers(&Consent::default(), &step(None, &[], &[])));
    }
}
