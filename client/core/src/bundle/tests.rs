//! What an App gets, and what it is told.

use std::convert::Infallible;

use super::*;

/// A registry of approved versions: `id version → dependencies`, such as `com.acme.a 1.0.0 → com.acme.b ^1`.
#[derive(Default)]
struct Shelf(BTreeMap<PackageId, Vec<Candidate>>);

fn id(text: &str) -> PackageId {
    text.parse().expect("package id")
}

fn ranges(texts: &[(&str, &str)]) -> BTreeMap<PackageId, VersionRange> {
    texts.iter().map(|(of, range)| (id(of), range.parse().expect("range"))).collect()
}

impl Shelf {
    fn with(self, of: &str, version: &str, dependencies: &[(&str, &str)]) -> Self {
        self.with_candidate(of, version, dependencies, |_| {})
    }

    fn with_candidate(
        mut self,
        of: &str,
        version: &str,
        dependencies: &[(&str, &str)],
        change: impl FnOnce(&mut Candidate),
    ) -> Self {
        let mut candidate = Candidate {
            version: version.parse().expect("version"),
            publisher: "globex".parse().expect("publisher"),
            visibility: Visibility::Marketplace,
            sha256: Digest::of(format!("{of} {version}")),
            tier: Tier::Sandbox,
            permissions: Permissions::default(),
            dependencies: ranges(dependencies),
        };
        change(&mut candidate);
        self.0.entry(id(of)).or_default().push(candidate);
        self
    }

    /// What an App of `acme` for that audience gets: its pins, or what is wrong.
    fn bundle_for(&self, audience: Visibility, bundles: &[(&str, &str)]) -> Result<String, String> {
        let (app, publisher) = (id("com.acme.app"), "acme".parse().expect("publisher"));
        let app = App { id: &app, publisher: &publisher, audience, bundles: ranges(bundles) };
        let look_up = |of: &PackageId| Ok::<_, Infallible>(self.0.get(of).cloned().unwrap_or_default());
        let Ok(resolved) = resolve(&app, look_up);
        let pins = resolved.map_err(|wrong| wrong.join("\n"))?;
        Ok(pins.iter().map(|pin| format!("{} {}", pin.id, pin.version)).collect::<Vec<_>>().join(", "))
    }

    fn bundle(&self, bundles: &[(&str, &str)]) -> Result<String, String> {
        self.bundle_for(Visibility::Marketplace, bundles)
    }
}

fn pins(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

#[test]
fn the_highest_versions_are_pinned_with_all_that_they_need() {
    let shelf = Shelf::default()
        .with("com.acme.a", "1.0.0", &[])
        .with("com.acme.a", "1.2.0", &[("com.acme.b", "^2")])
        .with("com.acme.a", "2.0.0", &[])
        .with("com.acme.b", "2.1.0", &[("com.acme.c", "*")])
        .with("com.acme.b", "2.2.0-beta.1", &[])
        .with("com.acme.c", "0.1.0", &[]);
    assert_eq!(shelf.bundle(&[]), pins(""));
    assert_eq!(shelf.bundle(&[("com.acme.a", "^1")]), pins("com.acme.a 1.2.0, com.acme.b 2.1.0, com.acme.c 0.1.0"));
    assert_eq!(shelf.bundle(&[("com.acme.a", "1.0.0")]), pins("com.acme.a 1.0.0"));
    assert_eq!(shelf.bundle(&[("com.acme.b", "2.2.0-beta.1")]), pins("com.acme.b 2.2.0-beta.1"));
}

#[test]
fn one_version_meets_all_needs_of_a_package() {
    let shelf = Shelf::default()
        .with("com.acme.a", "1.0.0", &[("com.acme.c", "<2")])
        .with("com.acme.b", "1.0.0", &[("com.acme.c", ">=1")])
        .with("com.acme.c", "1.5.0", &[])
        .with("com.acme.c", "2.0.0", &[("com.acme.gone", "*")]);
    let both = shelf.bundle(&[("com.acme.a", "*"), ("com.acme.b", "*")]);
    assert_eq!(both, pins("com.acme.a 1.0.0, com.acme.b 1.0.0, com.acme.c 1.5.0"));
}

#[test]
fn what_cannot_be_met_is_told_with_what_to_do() {
    let shelf = Shelf::default()
        .with("com.acme.a", "1.0.0", &[("com.acme.c", "^1")])
        .with("com.acme.c", "1.5.0", &[])
        .with("com.acme.c", "2.0.0", &[]);
    insta::assert_snapshot!(
        shelf.bundle(&[("com.acme.a", "*"), ("com.acme.c", "^2"), ("com.acme.gone", "^1")]).expect_err("wrong"),
        @r#"
no approved version of com.acme.c meets "^2" for the App and "^1" for com.acme.a 1.0.0; there are 2.0.0 and 1.5.0: change the ranges
com.acme.gone ("^1" for the App) has no approved version for everybody whom the App is for (marketplace): have one approved for that audience first, or remove it
"#
    );
}

#[test]
fn what_the_audience_may_not_have_is_as_if_it_were_not_there() {
    let acme = |visibility| {
        move |it: &mut Candidate| {
            it.publisher = "acme".parse().expect("publisher");
            it.visibility = visibility;
        }
    };
    let shelf = Shelf::default()
        .with("com.acme.a", "1.0.0", &[])
        .with_candidate("com.acme.a", "1.1.0", &[], acme(Visibility::Org))
        .with_candidate("com.acme.a", "1.2.0", &[], acme(Visibility::Private))
        .with_candidate("com.acme.a", "1.3.0", &[], |it| it.visibility = Visibility::Org);
    let bundle = |audience| shelf.bundle_for(audience, &[("com.acme.a", "*")]);
    assert_eq!(bundle(Visibility::Marketplace), pins("com.acme.a 1.0.0"));
    assert_eq!(bundle(Visibility::Org), pins("com.acme.a 1.1.0"));
    assert_eq!(bundle(Visibility::Private), pins("com.acme.a 1.2.0"));
}

#[test]
fn circles_are_refused() {
    let shelf = Shelf::default()
        .with("com.acme.a", "1.0.0", &[("com.acme.b", "*")])
        .with("com.acme.b", "1.0.0", &[("com.acme.c", "*")])
        .with("com.acme.c", "1.0.0", &[("com.acme.b", "*")])
        .with("com.acme.d", "1.0.0", &[("com.acme.app", "*")])
        .with("com.acme.e", "1.0.0", &[("com.acme.e", "*")]);
    insta::assert_snapshot!(shelf.bundle(&[("com.acme.a", "*")]).expect_err("a circle"), @"the dependencies go in a circle (com.acme.b needs com.acme.c needs com.acme.b): remove one of them");
    insta::assert_snapshot!(shelf.bundle(&[("com.acme.d", "*")]).expect_err("a circle"), @r#"com.acme.app is the App itself ("*" for com.acme.d 1.0.0): remove that dependency"#);
    insta::assert_snapshot!(shelf.bundle(&[("com.acme.e", "*")]).expect_err("a circle"), @"the dependencies go in a circle (com.acme.e needs com.acme.e): remove one of them");
}

#[test]
fn a_choice_that_never_settles_is_refused() {
    // 2.0.0 of each brings a need that excludes 2.0.0 of the other, and 1.0.0 lifts it again.
    let shelf = Shelf::default()
        .with("com.acme.a", "1.0.0", &[])
        .with("com.acme.a", "2.0.0", &[("com.acme.b", "1.0.0")])
        .with("com.acme.b", "1.0.0", &[])
        .with("com.acme.b", "2.0.0", &[("com.acme.a", "1.0.0")]);
    let restless = shelf.bundle(&[("com.acme.a", "*"), ("com.acme.b", "*")]).expect_err("no choice");
    assert!(restless.contains("name exact versions"), "{restless}");
    let exact = shelf.bundle(&[("com.acme.a", "2.0.0"), ("com.acme.b", "1.0.0")]);
    assert_eq!(exact, pins("com.acme.a 2.0.0, com.acme.b 1.0.0"));
}

#[test]
fn a_bundle_is_bounded() {
    let chain = |length: usize| {
        let link = |shelf: Shelf, at: usize| {
            let next = format!("com.acme.p{}", at + 1);
            let needs = [(next.as_str(), "*")];
            shelf.with(&format!("com.acme.p{at}"), "1.0.0", if at == length { &[] } else { &needs })
        };
        (1..=length).fold(Shelf::default(), link).bundle(&[("com.acme.p1", "*")])
    };
    assert_eq!(chain(PACKAGES_MAX).expect("pins").split(", ").count(), PACKAGES_MAX);
    assert!(chain(PACKAGES_MAX + 1).expect_err("too many").contains("more than 256 packages"));
}

#[test]
fn a_failing_look_up_is_no_answer() {
    let (app, publisher) = (id("com.acme.app"), "acme".parse().expect("publisher"));
    let bundles = ranges(&[("com.acme.a", "*")]);
    let app = App { id: &app, publisher: &publisher, audience: Visibility::Private, bundles };
    assert!(matches!(resolve(&app, |_| Err("the store is away")), Err("the store is away")));
}
