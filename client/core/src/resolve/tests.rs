use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::consent::{Acceptance, Closure, consent, diff};
use crate::manifest::Engines;
use crate::version_state::AvailabilityWord;
use crate::wire::{IndexVersion, Pin};
use crate::{Availability, PackageType, Permissions, Tier, Timestamp, Visibility};

/// A registry, as far as the resolver sees it.
#[derive(Clone, Debug, Default)]
struct Shelf(BTreeMap<PackageId, IndexDocument>);

fn id(text: &str) -> PackageId {
    format!("com.acme.{text}").parse().expect("package id")
}

fn version(text: &str) -> Version {
    text.parse().expect("version")
}

fn digest(package: &str, version: &str) -> Digest {
    Digest::of(format!("{package} {version}"))
}

fn set(listed: &mut IndexVersion, status: AvailabilityWord, reason: &str) {
    listed.availability = Availability { status, reason: reason.to_owned(), replacement: None };
}

impl Shelf {
    /// Puts a version on the shelf. `needs` is a list such as `lib ^1, util *`.
    fn add(&mut self, package: &str, text: &str, needs: &str) -> &mut IndexVersion {
        let document = self.0.entry(id(package)).or_insert_with(|| IndexDocument {
            registry: "registry.example".to_owned(),
            package: id(package),
            r#type: if package.starts_with("app") { PackageType::App } else { PackageType::Plugin },
            publisher: "acme".parse().expect("publisher"),
            audience: Visibility::Marketplace,
            serial: 1,
            wider_serials: BTreeMap::new(),
            issued_at: Timestamp::from_micros(0).expect("time"),
            expires_at: Timestamp::from_micros(1).expect("time"),
            keys: Vec::new(),
            versions: Vec::new(),
        });
        let need = |need: &str| need.split_once(' ').map(|(name, range)| (id(name), range.to_owned())).expect("need");
        document.versions.push(IndexVersion {
            version: version(text),
            sha256: digest(package, text),
            size: 1,
            tier: Tier::Sandbox,
            audience: Visibility::Marketplace,
            availability: Availability::live(),
            permissions: Permissions::default(),
            dependencies: needs.split(", ").filter(|text| !text.is_empty()).map(need).collect(),
            bundled: Vec::new(),
            manifest_deps: false,
            engines: Engines { protocol: Some("^17".to_owned()), ..Engines::default() },
            approval_sha256: Digest::of("approval"),
        });
        document.versions.last_mut().expect("just pushed")
    }

    /// Puts a version of an App on the shelf that bundles, exactly, such as `lib 1.0.0, util 2.0.0`.
    fn add_app(&mut self, package: &str, text: &str, bundle: &str) -> &mut IndexVersion {
        let pin = |pin: &str| {
            let (name, text) = pin.split_once(' ').expect("pin");
            let (version, sha256) = (version(text), digest(name, text));
            Pin { id: id(name), version, sha256, tier: Tier::Sandbox, permissions: Permissions::default() }
        };
        let bundled = bundle.split(", ").map(pin).collect();
        let listed = self.add(package, text, "");
        listed.bundled = bundled;
        listed
    }

    fn resolve(&self, request: &Request) -> Result<Solution, Failure<Infallible>> {
        resolve(request, |package| Ok(self.0.get(package).cloned()))
    }

    /// The solution as `name version` in the order of installing; or why there is none.
    fn answer(&self, request: &Request) -> String {
        match self.resolve(request) {
            Ok(solution) => names(&solution),
            Err(Failure::Conflict(conflict)) => conflict.sentences.join("\n"),
            Err(other) => other.to_string(),
        }
    }
}

fn names(solution: &Solution) -> String {
    let name = |resolved: &Resolved| {
        format!("{} {}", resolved.package.as_str().trim_start_matches("com.acme."), resolved.version)
    };
    solution.packages.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A request on a host of protocol 17, such as `app ^1, lib *`.
fn ask(wanted: &str) -> Request {
    let want = |want: &str| want.split_once(' ').map(|(name, range)| (id(name), range.parse().expect("range")));
    Request {
        wanted: wanted.split(", ").map(|text| want(text).expect("want")).collect(),
        host: HostProfile { protocol: Some(version("17.0.0")), platform: None },
        ..Request::default()
    }
}

fn with_installed(mut request: Request, package: &str, text: &str) -> Request {
    let publisher = "acme".parse().expect("publisher");
    request
        .installed
        .insert(id(package), Installed { version: version(text), publisher, sha256: digest(package, text) });
    request
}

fn with(mut request: Request, change: impl FnOnce(&mut Options)) -> Request {
    change(&mut request.options);
    request
}

#[test]
fn the_highest_versions_that_go_together_come_in_the_order_of_installing() {
    let mut shelf = Shelf::default();
    shelf.add("crm", "1.0.0", "lib ^1");
    shelf.add("crm", "1.1.0", "lib ^2, util *");
    shelf.add("crm", "2.0.0", "lib ^3");
    shelf.add("lib", "1.4.0", "");
    shelf.add("lib", "2.0.0", "util <2");
    shelf.add("util", "1.0.0", "");
    shelf.add("util", "2.0.0", "");
    let solution = shelf.resolve(&ask("crm *")).expect("solution");
    assert_eq!(names(&solution), "util 1.0.0, lib 2.0.0, crm 1.1.0");
    let lib = solution.get(&id("lib")).expect("lib");
    assert!(!lib.wanted && solution.packages[2].wanted);
    assert_eq!((lib.needed_by.len(), lib.needs.len()), (1, 1));
    assert_eq!(shelf.answer(&ask("crm *, lib 1.x")), "lib 1.4.0, crm 1.0.0");
}

#[test]
fn an_app_is_not_chosen_when_what_it_bundles_is_blocked() {
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "");
    set(shelf.add("lib", "2.0.0", ""), AvailabilityWord::Blocked, "malware");
    shelf.add_app("app", "1.0.0", "lib 1.0.0");
    shelf.add_app("app", "2.0.0", "lib 2.0.0");
    assert_eq!(shelf.answer(&ask("app *")), "lib 1.0.0, app 1.0.0");
    insta::assert_snapshot!(shelf.answer(&ask("app 2.0.0")), @r#"
    There is no set of versions that fits.
    You asked for com.acme.app 2.0.0.
    com.acme.app 2.0.0 bundles exactly com.acme.lib 2.0.0.
    com.acme.lib 2.0.0 is blocked by the registry ("malware").
    "#);
}

#[test]
fn availability_decides_what_may_be_chosen() {
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "");
    set(shelf.add("lib", "1.1.0", ""), AvailabilityWord::Deprecated, "old");
    set(shelf.add("lib", "1.2.0", ""), AvailabilityWord::Yanked, "broken");
    set(shelf.add("lib", "1.3.0", ""), AvailabilityWord::Blocked, "malware");
    shelf.add("other", "1.0.0", "lib >=1.1");
    assert_eq!(shelf.answer(&ask("lib *")), "lib 1.0.0", "deprecated ranks last");
    let deprecated = shelf.resolve(&ask("other *")).expect("solution");
    assert_eq!(names(&deprecated), "lib 1.1.0, other 1.0.0");
    assert_eq!(deprecated.warnings, ["com.acme.lib 1.1.0 is deprecated (\"old\")."]);
    assert_eq!(shelf.answer(&ask("lib 1.2.0")), "lib 1.2.0", "an exact pin takes what is yanked");
    assert_eq!(shelf.answer(&with_installed(ask("lib *"), "lib", "1.2.0")), "lib 1.2.0", "so does the lock");
    insta::assert_snapshot!(shelf.answer(&ask("lib ~1.2")), @r#"
    There is no set of versions that fits.
    You asked for com.acme.lib ~1.2.
    com.acme.lib 1.2.0 is yanked ("broken"); only an exact pin takes it.
    "#);
    insta::assert_snapshot!(shelf.answer(&ask("lib 1.3.0")), @r#"
    There is no set of versions that fits.
    You asked for com.acme.lib 1.3.0.
    com.acme.lib 1.3.0 is blocked by the registry ("malware").
    "#);
    insta::assert_snapshot!(shelf.answer(&ask("lib ^2")), @"
    There is no set of versions that fits.
    You asked for com.acme.lib ^2.
    No version of com.acme.lib is in ^2; the registry has 1.0.0, 1.1.0, 1.2.0 and 1.3.0.
    ");
}

#[test]
fn pre_releases_come_only_on_request() {
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "");
    shelf.add("lib", "2.0.0-beta.1", "");
    shelf.add("other", "1.0.0", "lib >=1");
    assert_eq!(shelf.answer(&ask("lib *")), "lib 1.0.0");
    assert_eq!(shelf.answer(&ask("lib ^2.0.0-alpha")), "lib 2.0.0-beta.1", "a range may ask");
    assert_eq!(shelf.answer(&with(ask("lib *"), |options| options.pre_releases = true)), "lib 2.0.0-beta.1");
    let pinned = ask("lib 2.0.0-beta.1, other *");
    assert_eq!(shelf.answer(&pinned), "lib 2.0.0-beta.1, other 1.0.0", "a pin asks for everybody");
    insta::assert_snapshot!(shelf.answer(&ask("lib >1")), @"
    There is no set of versions that fits.
    You asked for com.acme.lib >1.
    com.acme.lib 2.0.0-beta.1 is a pre-release; ask for pre-releases with --pre-releases.
    ");
}

#[test]
fn what_is_installed_stays_where_it_can_and_never_goes_back() {
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "");
    shelf.add("lib", "1.1.0", "");
    shelf.add("lib", "1.2.0", "");
    shelf.add("crm", "1.0.0", "lib ^1");
    shelf.add("crm", "2.0.0", "lib =1.0.0");
    let installed = |wanted| with_installed(ask(wanted), "lib", "1.1.0");
    assert_eq!(shelf.answer(&installed("crm *")), "lib 1.1.0, crm 1.0.0");
    assert_eq!(shelf.answer(&with(installed("lib *"), |options| options.upgrade = true)), "lib 1.2.0");
    assert_eq!(shelf.answer(&with(installed("crm ^2"), |o| o.allow_downgrade = true)), "lib 1.0.0, crm 2.0.0");
    insta::assert_snapshot!(shelf.answer(&installed("crm ^2")), @"
    There is no set of versions that fits.
    You asked for com.acme.crm ^2.
    com.acme.crm 2.0.0 needs com.acme.lib =1.0.0.
    com.acme.lib 1.0.0 is below the installed version 1.1.0; go back with --allow-downgrade.
    ");
}

#[test]
fn another_publisher_or_other_bytes_are_excluded_and_said() {
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "");
    let mut request = with_installed(ask("lib *"), "lib", "1.0.0");
    request.installed.get_mut(&id("lib")).expect("lib").publisher = "oldco".parse().expect("publisher");
    insta::assert_snapshot!(shelf.answer(&request), @"
    There is no set of versions that fits.
    You asked for com.acme.lib.
    com.acme.lib 1.0.0 is published by acme, and what is installed came from oldco; if that is right, remove the package and install it again.
    ");
    let mut request = with_installed(ask("lib *"), "lib", "1.0.0");
    request.installed.get_mut(&id("lib")).expect("lib").sha256 = Digest::of("other");
    insta::assert_snapshot!(shelf.answer(&request), @"
    There is no set of versions that fits.
    You asked for com.acme.lib.
    com.acme.lib 1.0.0 is not the bytes that were pinned; do not install it, and tell the registry's operator.
    ");
}

#[test]
fn compatibility_excludes_or_warns() {
    let engine = |text: &str| Engines { protocol: Some(text.to_owned()), ..Engines::default() };
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "").engines = Engines::default();
    shelf.add("lib", "2.0.0", "").engines = engine("^16");
    shelf.add("lib", "3.0.0", "").engines = engine("16 || 17");
    let solution = shelf.resolve(&ask("lib *")).expect("solution");
    assert_eq!(names(&solution), "lib 1.0.0");
    assert_eq!(solution.warnings, ["com.acme.lib 1.0.0 does not say with which hosts it works."]);
    assert_eq!(shelf.answer(&with(ask("lib *"), |options| options.allow_unknown_compat = true)), "lib 3.0.0");
    insta::assert_snapshot!(shelf.answer(&ask("lib >=2")), @r#"
    There is no set of versions that fits.
    You asked for com.acme.lib >=2.
    com.acme.lib 2.0.0 is not for this host: it needs protocol ^16, and this host has protocol 17.0.0.
    com.acme.lib 3.0.0 is for hosts that cannot be told (engines.protocol: "16 || 17"); take it with --allow-unknown-compat.
    "#);
    let nowhere = Request { host: HostProfile::default(), ..ask("lib ^2") };
    let warnings = shelf.resolve(&nowhere).expect("solution").warnings;
    assert_eq!(warnings, ["com.acme.lib 2.0.0 needs protocol ^16, and the protocol of this host is not known."]);
}

#[test]
fn a_conflict_names_who_needs_what() {
    let mut shelf = Shelf::default();
    shelf.add("crm", "1.0.0", "lib ^1");
    shelf.add("crm", "1.1.0", "lib ^1");
    shelf.add("erp", "3.0.0", "lib ^2");
    shelf.add("lib", "1.0.0", "");
    shelf.add("lib", "2.0.0", "");
    shelf.add("bad", "1.0.0", "lib latest");
    shelf.add("lost", "1.0.0", "gone ^1");
    insta::assert_snapshot!(shelf.answer(&ask("crm *, erp *")), @"
    There is no set of versions that fits.
    You asked for com.acme.crm.
    You asked for com.acme.erp.
    com.acme.crm 1.0.0 and 1.1.0 need com.acme.lib ^1.
    com.acme.erp 3.0.0 needs com.acme.lib ^2.
    No version of com.acme.lib is in ^1 and ^2 at once. Ask for another version of com.acme.crm or com.acme.erp, or ask acme for versions that go together.
    ");
    insta::assert_snapshot!(shelf.answer(&ask("crm *, crm 2.x")), @"
    There is no set of versions that fits.
    You asked for com.acme.crm and com.acme.crm 2.x.
    No version of com.acme.crm is in 2.x; the registry has 1.0.0 and 1.1.0.
    ");
    insta::assert_snapshot!(shelf.answer(&ask("lib 1.x, lib ^2")), @"
    There is no set of versions that fits.
    You asked for com.acme.lib 1.x and com.acme.lib ^2.
    No version of com.acme.lib is in 1.x and ^2 at once. Ask for one range.
    ");
    insta::assert_snapshot!(shelf.answer(&ask("crm *, lib ^2")), @"
    There is no set of versions that fits.
    You asked for com.acme.crm.
    You asked for com.acme.lib ^2.
    com.acme.crm 1.0.0 and 1.1.0 need com.acme.lib ^1.
    No version of com.acme.lib is in ^1 and ^2 at once. Ask for another version of com.acme.crm, or ask acme for versions that go together.
    ");
    insta::assert_snapshot!(shelf.answer(&ask("bad *")), @r#"
    There is no set of versions that fits.
    You asked for com.acme.bad.
    com.acme.bad 1.0.0 is in need of com.acme.lib in a range that cannot be read ("latest").
    "#);
    insta::assert_snapshot!(shelf.answer(&ask("lost *")), @"
    There is no set of versions that fits.
    You asked for com.acme.lost.
    com.acme.lost 1.0.0 needs com.acme.gone ^1.
    com.acme.gone is not in this registry, or you may not see it; check the id, or log in.
    ");
    insta::assert_snapshot!(shelf.answer(&ask("gone *")), @"com.acme.gone is not in this registry, or you may not see it; check the id, or log in");
}

#[test]
fn circles_are_refused_by_name() {
    let mut shelf = Shelf::default();
    shelf.add("a", "1.0.0", "b *");
    shelf.add("b", "1.0.0", "c *, d *");
    shelf.add("c", "1.0.0", "b *");
    shelf.add("d", "1.0.0", "");
    shelf.add("own", "1.0.0", "own *");
    insta::assert_snapshot!(shelf.answer(&ask("a *")), @"packages depend on each other in a circle: com.acme.b → com.acme.c → com.acme.b; none of them could be installed first");
    insta::assert_snapshot!(shelf.answer(&ask("own *")), @"
    There is no set of versions that fits.
    You asked for com.acme.own.
    com.acme.own 1.0.0 is dependent on itself; ask its publisher for a correct version.
    ");
}

#[test]
fn an_app_takes_its_pins_and_never_the_ranges() {
    let mut shelf = Shelf::default();
    shelf.add("lib", "1.0.0", "");
    set(shelf.add("lib", "1.1.0", ""), AvailabilityWord::Yanked, "broken");
    shelf.add("lib", "1.2.0", "");
    shelf.add("plugin", "1.0.0", "lib ^1");
    shelf.add_app("app", "1.0.0", "plugin 1.0.0, lib 1.1.0").dependencies.insert(id("lib"), "^1.2".to_owned());
    shelf.add_app("app.other", "1.0.0", "lib 1.2.0");
    assert_eq!(shelf.answer(&ask("app *")), "lib 1.1.0, plugin 1.0.0, app 1.0.0");
    insta::assert_snapshot!(shelf.answer(&ask("app *, app.other *")), @"
    There is no set of versions that fits.
    You asked for com.acme.app.
    You asked for com.acme.app.other.
    com.acme.app 1.0.0 bundles exactly com.acme.lib 1.1.0.
    com.acme.app.other 1.0.0 bundles exactly com.acme.lib 1.2.0.
    No version of com.acme.lib is in 1.1.0 and 1.2.0 at once. Ask for another version of com.acme.app or com.acme.app.other, or ask acme for versions that go together.
    ");
    shelf.0.get_mut(&id("lib")).expect("lib").versions[1].sha256 = Digest::of("other bytes");
    insta::assert_snapshot!(shelf.answer(&ask("app *")), @"
    There is no set of versions that fits.
    You asked for com.acme.app.
    com.acme.app 1.0.0 bundles com.acme.lib 1.1.0 with other bytes than the registry lists; tell the registry's operator.
    ");
}

#[test]
fn a_pin_of_a_version_that_was_not_chosen_brings_nothing_yanked() {
    let mut shelf = Shelf::default();
    set(shelf.add("lib", "1.0.0", ""), AvailabilityWord::Yanked, "broken");
    shelf.add("util", "1.0.0", "");
    shelf.add("plugin", "1.0.0", "lib *");
    shelf.add("plugin", "0.9.0", "");
    shelf.add_app("app", "1.0.0", "lib 1.0.0");
    shelf.add_app("app", "2.0.0", "util 1.0.0");
    assert_eq!(shelf.answer(&ask("app 2.0.0, plugin *")), "plugin 0.9.0, util 1.0.0, app 2.0.0");
}

#[test]
fn an_update_stays_within_what_was_granted() {
    let mut shelf = Shelf::default();
    let network = |host: &str| [format!("network:{host}").parse().expect("permission")].into_iter().collect();
    shelf.add("crm", "1.0.0", "").permissions = network("a.example");
    shelf.add("crm", "1.1.0", "").permissions = network("a.example");
    shelf.add("crm", "1.2.0", "").permissions = network("b.example");
    shelf.add("crm", "1.3.0", "lib *").permissions = network("a.example");
    shelf.add("lib", "1.0.0", "");
    let first = shelf.resolve(&ask("crm 1.0.0")).expect("solution");
    let grants = consent(&Grants::default(), &first.closure(), &Acceptance::All).expect("all");

    let update = with(with_installed(ask("crm *"), "crm", "1.0.0"), |options| options.upgrade = true);
    let inside = Request { within: Some(grants.clone()), ..update.clone() };
    assert_eq!(shelf.answer(&inside), "crm 1.1.0");
    let best = shelf.resolve(&update).expect("solution");
    assert_eq!(names(&best), "lib 1.0.0, crm 1.3.0");
    assert!(diff(&grants, &best.closure()).widens(), "what is pending can be named");
    insta::assert_snapshot!(shelf.answer(&Request { within: Some(grants), ..ask("crm >=1.2") }), @"
    There is no set of versions that fits.
    You asked for com.acme.crm >=1.2.
    com.acme.crm 1.2.0 and 1.3.0 are in need of consent: more is asked for than was granted.
    ");
}

#[test]
fn the_work_is_bounded() {
    let mut shelf = Shelf::default();
    for depth in 0..=MAX_PACKAGES {
        shelf.add(&format!("p{depth}"), "1.0.0", &format!("p{} *", depth + 1));
    }
    insta::assert_snapshot!(shelf.answer(&ask("p0 *")), @"this is too large to resolve: it would need more than 1000 packages");
    // Just inside the bound, a proof as deep as the chain is told and taken apart on a small stack.
    shelf.0.remove(&id(&format!("p{}", MAX_PACKAGES - 1)));
    assert!(shelf.answer(&ask("p0 *")).contains(&format!("p{} is not in this registry", MAX_PACKAGES - 1)));
}

#[test]
fn a_failed_fetch_is_not_an_absent_package() {
    let failure = resolve(&ask("lib *"), |_| Err::<Option<IndexDocument>, _>(std::io::Error::other("no network")));
    assert!(matches!(failure, Err(Failure::Index { package, .. }) if package == id("lib")));
}

fn shelves() -> impl Strategy<Value = Shelf> {
    let range = prop::sample::select(vec!["*", "1.x", "2.x", ">=2", "<3"]);
    // Needs go from a package to later ones, so there are no circles.
    prop::collection::vec((0..5_u8, 1..4_u64, 1..5_u8, range.clone(), 1..5_u8, range), 1..14).prop_map(|versions| {
        let mut shelf = Shelf::default();
        for package in 0..10 {
            shelf.add(&format!("p{package}"), "0.1.0", "");
        }
        let mut seen = BTreeSet::new();
        for (package, major, first, first_range, second, second_range) in versions {
            if seen.insert((package, major)) {
                let needs = format!("p{} {first_range}, p{} {second_range}", package + first, package + second);
                shelf.add(&format!("p{package}"), &format!("{major}.0.0"), &needs);
            }
        }
        shelf
    })
}

/// Whether there is a solution, by trying everything: a version of each package, or none, from the last to the first.
fn has_solution(shelf: &Shelf, package: u8, chosen: &mut BTreeMap<PackageId, Version>) -> bool {
    let name = id(&format!("p{package}"));
    let fits = |listed: &&IndexVersion| {
        listed.dependencies.iter().all(|(needed, range)| {
            let range: VersionRange = range.parse().expect("range");
            chosen.get(needed).is_some_and(|version| range.matches(version, false))
        })
    };
    let versions = shelf.0[&name].versions.iter().filter(fits).map(|listed| Some(listed.version.clone()));
    // The first two packages are wanted.
    let options: Vec<Option<Version>> = versions.chain((package > 1).then_some(None)).collect();
    options.into_iter().any(|option| {
        chosen.remove(&name);
        chosen.extend(option.map(|version| (name.clone(), version)));
        package == 0 || has_solution(shelf, package - 1, chosen)
    })
}

proptest! {
    #[test]
    fn there_is_an_answer_if_and_only_if_there_is_one(shelf in shelves()) {
        prop_assert_eq!(shelf.resolve(&ask("p0 *, p1 >=1")).is_ok(), {
            let mut narrowed = shelf.clone();
            narrowed.0.get_mut(&id("p1")).expect("p1").versions.retain(|listed| listed.version.major() >= 1);
            has_solution(&narrowed, 9, &mut BTreeMap::new())
        });
    }

    #[test]
    fn the_order_of_what_is_wanted_means_nothing(
        shelf in shelves(),
        wanted in prop::sample::subsequence(vec!["p0 *", "p1 >=1", "p1 <3", "p2 2.x", "p3 *"], 1..5).prop_shuffle(),
    ) {
        let mut sorted = wanted.clone();
        sorted.sort_unstable();
        prop_assert_eq!(shelf.answer(&ask(&wanted.join(", "))), shelf.answer(&ask(&sorted.join(", "))));
    }

    #[test]
    fn a_solution_fits_in_every_way(shelf in shelves()) {
        if let Ok(solution) = shelf.resolve(&ask("p0 *, p1 *")) {
            let mut before = BTreeSet::new();
            for resolved in &solution.packages {
                let listed = shelf.0[&resolved.package].versions.iter().find(|v| v.version == resolved.version);
                for (needed, range) in &listed.expect("listed").dependencies {
                    let chosen = solution.get(needed).expect("chosen");
                    prop_assert!(range.parse::<VersionRange>().expect("range").matches(&chosen.version, false));
                    prop_assert!(before.contains(needed), "{needed} comes first");
                }
                before.insert(resolved.package.clone());
            }
            prop_assert_eq!(solution.closure().asks().count(), solution.packages.len());
            prop_assert_ne!(solution.closure(), Closure::default());
        }
    }
}
