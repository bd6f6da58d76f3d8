use std::panic::{AssertUnwindSafe, catch_unwind};

use plimsoll_core::consent::Acceptance;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::EvidenceKind;
use plimsoll_core::{PackageId, Tier, Version, Visibility};

use crate::fake::{Answer, Plugin, World, host, now};
use crate::progress::{Progress, Silent, Stage};
use crate::{Client, Environment, Error, Options, Plan, Request, Update};

fn id(text: &str) -> PackageId {
    text.parse().expect("package")
}

fn want(text: &str) -> Request {
    let (package, range) = text.split_once('@').unwrap_or((text, "*"));
    Request { wanted: vec![(id(package), range.parse().expect("range"))], host: Some(host()), ..Request::default() }
}

fn only(package: &str) -> Update {
    Update { packages: vec![id(package)], ..Update::default() }
}

fn install(client: &Client, environment: &Environment, text: &str) -> Result<Plan, Error> {
    let plan = client.plan_install(environment, &want(text))?;
    client.apply(environment, &plan, &Acceptance::All, &Silent)?;
    Ok(plan)
}

fn installed(environment: &Environment) -> Vec<String> {
    let state = environment.state().expect("state");
    state.packages.values().map(|package| format!("{}@{}", package.package, package.version)).collect()
}

#[test]
fn a_package_and_what_it_needs_are_installed_with_consent_and_handed_over() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.base", "2.1.0").evidence(EvidenceKind::Ed25519));
    world.publish(&Plugin::new("com.acme.vat", "1.0.0").permission("services:object").needs("com.acme.base", "^2"));
    let (client, environment) = (world.client(), world.environment());

    let plan = client.plan_install(&environment, &want("com.acme.vat")).expect("plan");
    let order: Vec<_> = plan.steps.iter().map(|step| step.resolved.package.as_str()).collect();
    assert_eq!(order, ["com.acme.base", "com.acme.vat"]);
    let refused = client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect_err("no consent");
    assert!(refused.to_string().contains("use the service object"), "{refused}");
    assert!(installed(&environment).is_empty());

    client.apply(&environment, &plan, &Acceptance::All, &Silent).expect("installed");
    assert_eq!(installed(&environment), ["com.acme.base@2.1.0", "com.acme.vat@1.0.0"]);
    assert_eq!(environment.verify(now()).expect("verify").problems, []);
    let loaded = environment.load(&id("com.acme.vat"), now()).expect("loaded");
    assert_eq!(loaded.tier, Tier::Sandbox);
    assert_eq!(loaded.granted.iter().map(ToString::to_string).collect::<Vec<_>>(), ["services:object"]);
    assert!(loaded.reviewed);
    let code = std::fs::read_to_string(loaded.path.join("dist/index.mjs")).expect("code");
    assert_eq!(code, "export const version = \"1.0.0\";\n");

    let again = client.plan_install(&environment, &want("com.acme.vat")).expect("plan");
    assert!(again.is_empty() && again.consent.is_empty(), "{again:?}");
}

#[test]
fn a_version_that_asks_for_more_waits_and_the_consented_one_stays() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    world.publish(&Plugin::new("com.acme.vat", "1.0.1"));
    world.publish(&Plugin::new("com.acme.vat", "1.1.0").permission("network:api.example.com"));

    let plan = client.plan_update(&environment, &Update::default()).expect("plan");
    assert_eq!(plan.left_aside[0].pending.version, Version::new(1, 1, 0));
    assert!(plan.left_aside[0].pending.widens[0].contains("api.example.com"), "{:?}", plan.left_aside);
    client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect("inside the grants");
    assert_eq!(installed(&environment), ["com.acme.vat@1.0.1"]);
    let pending = environment.state().expect("state").packages[&id("com.acme.vat")].pending.clone();
    assert_eq!(pending.expect("pending").version, Version::new(1, 1, 0));

    let plan = client.plan_install(&environment, &want("com.acme.vat@^1.1")).expect("plan");
    let refused = client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect_err("no consent");
    assert!(matches!(refused, Error::ConsentMissing(_)), "{refused}");
    client.apply(&environment, &plan, &Acceptance::All, &Silent).expect("consented");
    assert_eq!(installed(&environment), ["com.acme.vat@1.1.0"]);
    assert_eq!(environment.state().expect("state").packages[&id("com.acme.vat")].pending, None);
}

#[test]
fn what_is_installed_is_listed_verified_and_loaded_with_the_registry_down() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    world.goes_down();
    assert_eq!(installed(&environment).len(), 1);
    let years_later = now().plus_seconds(3 * 365 * 86_400);
    assert_eq!(environment.verify(years_later).expect("verify").problems, []);
    environment.load(&id("com.acme.vat"), years_later).expect("loaded");
    let again = client.plan_install(&environment, &want("com.acme.vat")).expect("from the cache");
    assert!(again.is_empty() && again.warnings[0].contains("cannot be reached"), "{again:?}");

    let offline = |offline_grace_seconds| {
        let options = Options { offline: true, offline_grace_seconds, clock: || now().plus_seconds(7200) };
        world.client_with(options, Some("plim_1".parse().expect("token")))
    };
    let refused = offline(0).resolve(&environment, &want("com.acme.vat")).expect_err("expired").to_string();
    assert!(refused.contains("the index of com.acme.vat is refused: it expired"), "{refused}");
    offline(86_400).resolve(&environment, &want("com.acme.vat")).expect("within the grace");
}

#[test]
fn an_index_that_goes_back_is_refused() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let old = world.index(&id("com.acme.vat"));
    world.set_availability("com.acme.vat", "1.0.0", AvailabilityWord::Yanked);
    let (client, environment) = (world.client(), world.environment());
    client.index(&id("com.acme.vat")).expect("index").expect("package");
    world.fake.answer("GET /v1/index/com.acme.vat", Answer::ok(old));
    let refused = client.plan_install(&environment, &want("com.acme.vat")).expect_err("older").to_string();
    assert!(refused.contains("the index of com.acme.vat is refused: its serial is 2, but 3 was seen"), "{refused}");
}

#[test]
fn an_index_for_another_audience_is_no_way_back() {
    let world = World::new();
    let vat = id("com.acme.vat");
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let old = world.index_for(&vat, Visibility::Private);
    let environment = world.environment();
    install(&world.client(), &environment, "com.acme.vat").expect("installed");
    world.set_availability("com.acme.vat", "1.0.0", AvailabilityWord::Blocked);
    world.client().index(&vat).expect("index");
    world.fake.answer("GET /v1/index/com.acme.vat", Answer::ok(old));

    let refused = world.client().index(&vat).expect_err("older").to_string();
    assert!(refused.contains("its serial is 2, but 3 was seen"), "{refused}");
    let stranger = world.client_with(Options { clock: now, ..Options::default() }, None);
    stranger.index(&vat).expect_err("neither newer nor for a stranger");
    let refused = environment.load(&vat, now()).expect_err("blocked").to_string();
    assert!(refused.contains("it is blocked"), "{refused}");
}

#[test]
fn an_index_that_is_not_for_this_client_is_not_kept() {
    let world = World::new();
    let vat = id("com.acme.vat");
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let stranger = world.client_with(Options { clock: now, ..Options::default() }, None);
    world.fake.answer("GET /v1/index/com.acme.vat", Answer::ok(world.index_for(&vat, Visibility::Private)));
    assert!(matches!(stranger.index(&vat), Err(Error::Audience { .. })));
    world.goes_down();
    let kept = world.client().index(&vat);
    assert!(matches!(&kept, Err(Error::Transport(error)) if error.is_outage()), "{kept:?}");
}

#[test]
fn a_registry_swapped_behind_its_address_is_refused() {
    let (world, other) = (World::new(), World::new());
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    other.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    let vat = id("com.acme.vat");
    world.fake.answer("GET /v1/index/com.acme.vat", Answer::ok(other.index(&vat)));
    let refused = client.plan_install(&environment, &want("com.acme.vat")).expect_err("key").to_string();
    assert!(refused.contains("is not a trusted key of this registry"), "{refused}");

    world.answer_discovery(&other.discovery());
    let refused = client.plan_install(&environment, &want("com.acme.vat")).expect_err("key").to_string();
    assert!(refused.contains("shows keys that nobody confirmed"), "{refused}");
    let mut renamed = world.discovery();
    renamed.registry = "evil.example".to_owned();
    world.answer_discovery(&renamed);
    let refused = client.plan_install(&environment, &want("com.acme.vat")).expect_err("name").to_string();
    assert!(refused.contains("calls itself \"evil.example\""), "{refused}");
}

#[test]
fn what_is_for_few_is_taken_only_where_a_token_asked_for_it_and_shown_as_not_reviewed() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0").audience(Visibility::Private).not_reviewed());
    let environment = world.environment();
    let plan = world.client().plan_install(&environment, &want("com.acme.vat")).expect("with a token");
    assert_eq!((plan.steps[0].audience, plan.steps[0].reviewed), (Visibility::Private, false));

    let stranger = world.client_with(Options { clock: now, ..Options::default() }, None);
    let refused = stranger.plan_install(&environment, &want("com.acme.vat")).expect_err("without").to_string();
    assert!(refused.contains("for the audience private"), "{refused}");

    let settings = world.home.join("envs/default/settings.json");
    std::fs::create_dir_all(settings.parent().expect("parent")).expect("directory");
    std::fs::write(&settings, r#"{"narrowestAudience": "marketplace"}"#).expect("settings");
    let refused = world.client().plan_install(&environment, &want("com.acme.vat")).expect_err("setting").to_string();
    assert!(refused.contains("no version of com.acme.vat is approved for the audience marketplace"), "{refused}");
}

#[test]
fn an_environment_for_everybodys_packages_alone_loads_no_other() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0").audience(Visibility::Private));
    let environment = world.environment();
    install(&world.client(), &environment, "com.acme.vat").expect("installed");
    let settings = world.home.join("envs/default/settings.json");
    std::fs::write(&settings, r#"{"narrowestAudience": "marketplace"}"#).expect("settings");
    let refused = environment.load(&id("com.acme.vat"), now()).expect_err("private");
    assert!(matches!(refused, Error::AudienceNotAccepted { .. }), "{refused}");
}

#[test]
fn an_environment_without_third_party_code_takes_data_alone() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    let settings = world.home.join("envs/default/settings.json");
    std::fs::write(&settings, r#"{"thirdPartyCode": "deny"}"#).expect("settings");
    let refused = environment.load(&id("com.acme.vat"), now()).expect_err("code").to_string();
    assert!(refused.contains("accepts up to declarative"), "{refused}");
    world.publish(&Plugin::new("com.acme.other", "1.0.0"));
    assert!(matches!(install(&client, &environment, "com.acme.other"), Err(Error::TierNotAccepted { .. })));
}

#[test]
fn a_package_stays_while_others_need_it() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.base", "1.0.0"));
    world.publish(&Plugin::new("com.acme.vat", "1.0.0").needs("com.acme.base", "^1"));
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    let refused = environment.remove(&id("com.acme.base")).expect_err("needed").to_string();
    assert!(refused.contains("still needed by com.acme.vat"), "{refused}");
    environment.remove(&id("com.acme.vat")).expect("removed");
    environment.remove(&id("com.acme.base")).expect("removed");
    let state = environment.state().expect("state");
    assert!(state.packages.is_empty() && state.grants.iter().next().is_none());
    assert!(matches!(environment.remove(&id("com.acme.vat")), Err(Error::NotInstalled { .. })));
}

#[test]
fn a_plan_for_another_state_is_refused() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    let plan = client.plan_install(&environment, &want("com.acme.vat")).expect("plan");
    client.apply(&environment, &plan, &Acceptance::All, &Silent).expect("installed");
    let refused = client.apply(&environment, &plan, &Acceptance::All, &Silent).expect_err("twice");
    assert!(matches!(refused, Error::PlanStale(_)), "{refused}");
}

/// Stops the work at a stage, as a kill would.
struct StopAt(Stage);

impl Progress for StopAt {
    fn reached(&self, stage: Stage, _: &PackageId, _: &Version) {
        assert_ne!(stage, self.0, "stopped");
    }
}

#[test]
fn work_that_stops_anywhere_leaves_the_last_good_state_and_can_be_repeated() {
    for stage in [Stage::Fetched, Stage::Verified, Stage::Stored, Stage::Unpacked] {
        let world = World::new();
        world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
        let (client, environment) = (world.client(), world.environment());
        install(&client, &environment, "com.acme.vat").expect("installed");
        world.publish(&Plugin::new("com.acme.vat", "1.0.1"));
        let plan = client.plan_update(&environment, &Update::default()).expect("plan");
        let stopped = catch_unwind(AssertUnwindSafe(|| {
            client.apply(&environment, &plan, &Acceptance::All, &StopAt(stage)).expect("not reached");
        }));
        assert!(stopped.is_err(), "{stage:?}");
        // A kill leaves temporary files; unwinding does not.
        let tmp = world.home.join("envs/default/tmp");
        std::fs::create_dir_all(tmp.join("left/behind")).expect("left over");

        assert_eq!(installed(&environment), ["com.acme.vat@1.0.0"], "{stage:?}");
        assert_eq!(environment.verify(now()).expect("verify").problems, [], "{stage:?}");
        environment.load(&id("com.acme.vat"), now()).expect("loaded");
        client.apply(&environment, &plan, &Acceptance::All, &Silent).expect("repeated");
        assert_eq!(installed(&environment), ["com.acme.vat@1.0.1"], "{stage:?}");
        assert_eq!(std::fs::read_dir(&tmp).expect("tmp").count(), 0, "{stage:?}");
    }
}

#[test]
fn bytes_beyond_the_signed_size_are_not_read() {
    let world = World::new();
    let published = world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    let longer = [published.artifact, vec![0; 1000]].concat();
    world.fake.answer(&format!("GET /v1/artifacts/{}", published.listed.sha256), Answer::ok(longer));
    let refused = install(&client, &environment, "com.acme.vat").expect_err("longer").to_string();
    assert!(refused.contains("has not the approved size"), "{refused}");
    assert!(installed(&environment).is_empty());
}

#[test]
fn a_package_that_is_not_there_is_named() {
    let world = World::new();
    let problem = plimsoll_core::problem::Problem::new(ProblemCode::NotFound, "no such package", "r");
    let body = serde_json::to_vec(&problem).expect("problem");
    let answer = Answer { body, ..Answer::status(404) }.header("content-type", "application/problem+json");
    world.fake.answer("GET /v1/index/com.acme.none", answer);
    let refused = world.client().plan_install(&world.environment(), &want("com.acme.none")).expect_err("none");
    assert!(matches!(refused, Error::PackageNotFound(..)), "{refused}");
}

#[test]
fn a_pin_stays_when_everything_else_is_updated() {
    let world = World::new();
    for version in ["1.0.0", "1.1.0"] {
        world.publish(&Plugin::new("com.acme.vat", version));
        world.publish(&Plugin::new("com.acme.crm", version));
    }
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat@1.0.0").expect("installed");
    install(&client, &environment, "com.acme.crm@1.0.0").expect("installed");
    install(&client, &environment, "com.acme.crm@^1.0").expect("range widened");
    let plan = client.plan_update(&environment, &Update::default()).expect("plan");
    client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect("updated");
    assert_eq!(installed(&environment), ["com.acme.crm@1.1.0", "com.acme.vat@1.0.0"]);
}

#[test]
fn an_app_is_installed_with_exactly_what_it_bundles() {
    let world = World::new();
    let plugin = Plugin::new("com.acme.vat", "1.0.0").permission("services:object");
    let published = world.publish(&plugin);
    world.publish(&Plugin::new("com.acme.vat", "1.1.0").permission("fs:/"));
    world.publish(&Plugin::new("com.acme.app", "3.0.0").bundles(&[(&plugin, &published)]));
    let (client, environment) = (world.client(), world.environment());
    let plan = install(&client, &environment, "com.acme.app").expect("installed");
    assert!(plan.consent.sentences().iter().any(|words| words.contains("use the service object")));
    assert_eq!(installed(&environment), ["com.acme.app@3.0.0", "com.acme.vat@1.0.0"]);
    assert_eq!(environment.verify(now()).expect("verify").problems, []);
    environment.remove(&id("com.acme.vat")).expect_err("the App needs it");
}

#[test]
fn a_package_belongs_to_the_registry_it_came_from() {
    let (world, other) = (World::new(), World::named("other.example"));
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    other.publish(&Plugin::new("com.acme.vat", "2.0.0"));
    let environment = world.environment();
    install(&world.client(), &environment, "com.acme.vat").expect("installed");
    let elsewhere = other.client_in(&world.home);
    for refused in [
        elsewhere.plan_install(&environment, &want("com.acme.vat")),
        elsewhere.plan_update(&environment, &only("com.acme.vat")),
    ] {
        assert!(matches!(refused, Err(Error::OtherRegistry { .. })));
    }
    other.publish(&Plugin::new("com.acme.more", "1.0.0"));
    install(&elsewhere, &environment, "com.acme.more").expect("another package");
    assert_eq!(environment.verify(now()).expect("verify").problems, [], "both stay, with what was granted to them");
}

#[test]
fn a_dependency_never_takes_the_place_of_a_package_of_another_registry() {
    let (world, other) = (World::new(), World::named("other.example"));
    world.publish(&Plugin::new("com.acme.base", "1.0.0"));
    other.publish(&Plugin::new("com.acme.base", "1.0.1"));
    other.publish(&Plugin::new("com.acme.vat", "1.0.0").needs("com.acme.base", "^1"));
    let environment = world.environment();
    install(&world.client(), &environment, "com.acme.base").expect("installed");
    let refused = install(&other.client_in(&world.home), &environment, "com.acme.vat").expect_err("other registry");
    assert!(matches!(&refused, Error::OtherRegistry { package, .. } if *package == id("com.acme.base")), "{refused}");
    assert_eq!(installed(&environment), ["com.acme.base@1.0.0"]);
}

#[test]
fn a_version_approved_anew_for_more_people_can_still_be_mended() {
    let world = World::new();
    let private = Plugin::new("com.acme.vat", "1.0.0").audience(Visibility::Private);
    let published = world.publish(&private);
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    world.publish(&private.audience(Visibility::Marketplace));
    environment.load(&id("com.acme.vat"), now()).expect("what was approved before stays good");
    std::fs::remove_dir_all(crate::content::unpacked_path(&world.home, &published.listed.sha256)).expect("damaged");
    install(&client, &environment, "com.acme.vat").expect("mended");
    assert_eq!(environment.state().expect("state").packages[&id("com.acme.vat")].audience, Visibility::Marketplace);
    environment.load(&id("com.acme.vat"), now()).expect("loaded");
}

#[test]
fn a_download_that_breaks_is_begun_again() {
    let world = World::new();
    let published = world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    let whole = Answer::ok(published.artifact);
    let broken = Answer { cut_at: Some(100), ..whole.clone() };
    let line = format!("GET /v1/artifacts/{}", published.listed.sha256);
    world.fake.answers(&line, vec![broken.clone(), broken, whole]);
    install(&client, &environment, "com.acme.vat").expect("the third time");
}

#[test]
fn those_who_install_at_once_do_not_lose_each_others_work() {
    let world = World::new();
    let packages = ["com.acme.a", "com.acme.b", "com.acme.c", "com.acme.d"];
    for package in packages {
        world.publish(&Plugin::new(package, "1.0.0"));
    }
    let (client, environment) = (world.client(), world.environment());
    std::thread::scope(|scope| {
        for package in packages {
            let (client, environment) = (&client, &environment);
            scope.spawn(move || {
                loop {
                    match install(client, environment, package) {
                        Ok(_) => break,
                        Err(Error::PlanStale(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!(installed(&environment).len(), packages.len());
    assert_eq!(environment.verify(now()).expect("verify").problems, []);
}

#[test]
fn nobody_gets_the_token_before_showing_the_pinned_key() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    world.publish(&Plugin::new("com.acme.crm", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    let other = client.plan_install(&environment, &want("com.acme.crm")).expect("plan");
    install(&client, &environment, "com.acme.vat").expect("installed");
    let before = world.fake.seen().len();
    world.fake.answer("GET /.well-known/plimsoll.json", Answer::status(503));

    let again = client.plan_install(&environment, &want("com.acme.vat")).expect("from the cache");
    assert!(again.is_empty() && again.warnings[0].contains("status 503"), "{again:?}");
    environment.load(&id("com.acme.vat"), now()).expect("loaded");
    for refused in [
        client.proven().map(drop),
        client.plan_install(&environment, &want("com.acme.unseen")).map(drop),
        client.plan_install(&environment, &want("com.acme.crm")).map(drop),
        client.apply(&world.environment_of("other"), &other, &Acceptance::All, &Silent).map(drop),
    ] {
        let refused = refused.expect_err("503");
        assert!(matches!(&refused, Error::Transport(error) if error.is_outage()), "{refused}");
    }
    let shown = world.fake.seen();
    assert!(shown[..before].iter().any(|seen| seen.headers.contains_key("authorization")));
    assert!(shown.len() > before && !shown[before..].iter().any(|seen| seen.headers.contains_key("authorization")));
}

#[test]
fn a_blocked_package_stops_no_other_and_can_go_back() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.base", "1.0.0"));
    world.publish(&Plugin::new("com.acme.vat", "0.9.0").needs("com.acme.base", "^1"));
    world.publish(&Plugin::new("com.acme.vat", "1.0.0").needs("com.acme.base", "~1.0"));
    world.publish(&Plugin::new("com.acme.crm", "1.0.0").needs("com.acme.base", "^1"));
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    install(&client, &environment, "com.acme.crm").expect("installed");
    world.set_availability("com.acme.vat", "1.0.0", AvailabilityWord::Blocked);
    world.publish(&Plugin::new("com.acme.crm", "1.1.0").needs("com.acme.base", "^1"));
    world.publish(&Plugin::new("com.acme.base", "1.1.0"));

    let plan = client.plan_update(&environment, &Update::default()).expect("plan");
    client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect("the others");
    let after = ["com.acme.base@1.0.0", "com.acme.crm@1.1.0", "com.acme.vat@1.0.0"];
    assert_eq!(installed(&environment), after, "nothing moves from under what stays");
    let [stuck] = &plan.stuck[..] else { panic!("{:?}", plan.stuck) };
    assert_eq!((stuck.package.as_str(), &stuck.back_to), ("com.acme.vat", &Some(Version::new(0, 9, 0))));
    assert!(stuck.reason.contains("com.acme.vat 1.0.0 is blocked"), "{}", stuck.reason);
    assert!(stuck.advice().contains("plimsoll update com.acme.vat --allow-downgrade"), "{}", stuck.advice());

    world.publish(&Plugin::new("com.acme.more", "1.0.0"));
    install(&client, &environment, "com.acme.more").expect("what is new is not in its way");
    install(&client, &environment, "com.acme.vat").expect_err("it is asked for");
    assert_eq!(client.plan_update(&environment, &only("com.acme.crm")).expect("plan").stuck, [], "not meant");

    let back = Update { allow_downgrade: true, ..only("com.acme.vat") };
    let plan = client.plan_update(&environment, &back).expect("plan");
    client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect("within the grants");
    assert!(installed(&environment).contains(&"com.acme.vat@0.9.0".to_owned()), "{:?}", installed(&environment));
    environment.load(&id("com.acme.vat"), now()).expect("loaded");
}

#[test]
fn what_replaces_a_blocked_package_and_asks_for_more_waits_for_consent() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0"));
    world.publish(&Plugin::new("com.acme.crm", "1.0.0"));
    let (client, environment) = (world.client(), world.environment());
    install(&client, &environment, "com.acme.vat").expect("installed");
    install(&client, &environment, "com.acme.crm").expect("installed");
    world.set_availability("com.acme.vat", "1.0.0", AvailabilityWord::Blocked);
    world.publish(&Plugin::new("com.acme.vat", "1.0.1").permission("services:object"));
    world.publish(&Plugin::new("com.acme.crm", "1.0.1"));
    let plan = client.plan_update(&environment, &Update::default()).expect("plan");
    assert_eq!((plan.left_aside.len(), plan.stuck.len()), (1, 0), "{plan:?}");
    client.apply(&environment, &plan, &Acceptance::nothing(), &Silent).expect("the others");
    assert_eq!(installed(&environment), ["com.acme.crm@1.0.1", "com.acme.vat@1.0.0"]);
    let pending = environment.state().expect("state").packages[&id("com.acme.vat")].pending.clone();
    assert_eq!(pending.expect("pending").version, Version::new(1, 0, 1));
    let widening = client.plan_widening(&environment, &Update::default()).expect("plan");
    client.apply(&environment, &widening, &Acceptance::All, &Silent).expect("consented");
    assert_eq!(installed(&environment), ["com.acme.crm@1.0.1", "com.acme.vat@1.0.1"]);
}
