//! Namespaces: each rule of ObjectStack ADR-0048 that a gate can see.

use super::*;
use crate::artifact::Reach;

/// A version of acme's `com.acme.notes` for the marketplace, with a namespace.
fn with_namespace(namespace: &str) -> Case {
    Case::new().with("namespace", json!(namespace)).for_visibility(Visibility::Marketplace)
}

/// The same, while `notes` is held by a publisher with a package.
fn held_by(by: &str, with: &str) -> Case {
    let holder =
        NamespaceHolder { publisher: publisher(by), package: package(with), since: at("2026-01-01T00:00:00Z") };
    with_namespace("notes").known(|it| it.namespace = Some(holder))
}

fn check(case: Case, code: CheckCode) -> (Outcome, Vec<String>) {
    let report = case.report();
    let check = report.check(code);
    (check.outcome, check.pointers.clone())
}

fn held(case: Case) -> (Outcome, Vec<String>) {
    check(case, CheckCode::NamespaceHeld)
}

fn at_namespace(outcome: Outcome) -> (Outcome, Vec<String>) {
    (outcome, vec!["#/namespace".to_owned()])
}

const QUIET_PASS: (Outcome, Vec<String>) = (Outcome::Pass, Vec::new());

#[test]
fn a_namespace_is_held_against_other_publishers() {
    assert_eq!(held(with_namespace("notes")), QUIET_PASS);
    assert_eq!(held(held_by("globex", "com.globex.notes")), at_namespace(Outcome::Refuse));
    insta::assert_snapshot!(
        held_by("globex", "com.globex.notes").message(CheckCode::NamespaceHeld),
        @"The namespace `notes` is held by the publisher globex since 2026-01-01T00:00:00Z. Choose another one, in the manifest and at the beginning of every object's name; publishing the same again will not help."
    );
}

#[test]
fn a_publisher_adds_packages_to_its_namespace_with_a_warning() {
    assert_eq!(held(held_by("acme", "com.acme.notes")), QUIET_PASS);
    assert_eq!(held(held_by("acme", "com.acme.more-notes")), at_namespace(Outcome::Pass));
    let report = held_by("acme", "com.acme.more-notes").report();
    let warnings: Vec<_> = report.warnings().map(|check| check.message.as_str()).collect();
    insta::assert_snapshot!(
        warnings.join("\n"),
        @"The publisher itself holds the namespace `notes` since 2026-01-01T00:00:00Z, with com.acme.more-notes. A host does not install two packages of one namespace beside each other."
    );
    assert_eq!(held_by("acme", "com.acme.notes").report().warnings().count(), 0);
}

#[test]
fn words_of_the_platform_are_for_the_platform_alone() {
    for word in ["base", "system", "sys"] {
        let at_level = |level| check(with_namespace(word).of_level(level), CheckCode::IdReserved);
        assert_eq!(at_level(Level::Partner), at_namespace(Outcome::Refuse));
        assert_eq!(at_level(Level::FirstParty), QUIET_PASS);
        assert_eq!(held(with_namespace(word)), QUIET_PASS, "nobody holds it");
    }
}

#[test]
fn only_what_is_for_the_marketplace_with_a_namespace_is_held_against_anybody() {
    for visibility in [Visibility::Private, Visibility::Org] {
        let (outcome, _) = held(held_by("globex", "com.globex.notes").for_visibility(visibility));
        assert_eq!(outcome, Outcome::NotApplicable);
        assert_eq!(held(with_namespace("sys").for_visibility(visibility)).0, Outcome::NotApplicable);
        assert_eq!(check(with_namespace("sys").for_visibility(visibility), CheckCode::IdReserved), QUIET_PASS);
    }
    assert_eq!(held(Case::new().for_visibility(Visibility::Marketplace)).0, Outcome::NotApplicable);
}

#[test]
fn a_namespace_is_never_renamed() {
    let before = |namespace: &str| {
        let namespace = namespace.parse().expect("a namespace");
        with_namespace("notes").known(|it| it.package_namespace = Some(namespace))
    };
    let identity = |case| check(case, CheckCode::IdentityMismatch);
    assert_eq!(identity(before("notes")), QUIET_PASS);
    assert_eq!(identity(before("memos")), at_namespace(Outcome::Refuse));
    assert_eq!(identity(before("memos").for_visibility(Visibility::Org)), QUIET_PASS);
    insta::assert_snapshot!(
        before("memos").message(CheckCode::IdentityMismatch),
        @r#"the namespace is "notes" in the manifest, but "memos" in its versions in the marketplace, and stays: keep it, or publish under another package id. Publish, and sign, exactly what the manifest names."#
    );
}

#[test]
fn objects_are_named_after_their_namespace() {
    let objects = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        with_namespace("notes").inspected(|it| it.objects = names)
    };
    let named = |names: &[&str]| check(objects(names), CheckCode::NamespacePrefix);
    assert_eq!(named(&["notes_page", "notes_page_line"]), QUIET_PASS);
    let of_platform = |level| check(objects(&["notes_page", "sys_user"]).of_level(level), CheckCode::NamespacePrefix);
    assert_eq!((of_platform(Level::Partner).0, of_platform(Level::FirstParty).0), (Outcome::Hold, Outcome::Pass));
    for stray in ["page", "notes", "notes_", "notespage", "memos_page", "notes__page", "Notes_page", ""] {
        assert_eq!(named(&["notes_page", stray]), at_namespace(Outcome::Refuse), "{stray}");
    }
    insta::assert_snapshot!(
        objects(&["page", "notes__line", "notes_page"]).message(CheckCode::NamespacePrefix),
        @r#"Objects are named `notes_NAME`, with one underscore in between. Rename "page"; "notes__line"."#
    );
    let without = Case::new().inspected(|it| it.objects = vec!["page".to_owned()]);
    assert_eq!(check(without, CheckCode::NamespacePrefix).0, Outcome::NotApplicable);
}

#[test]
fn objects_without_a_namespace_are_not_for_the_marketplace() {
    let without = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Case::new().for_visibility(Visibility::Marketplace).inspected(|it| it.objects = names)
    };
    assert_eq!(check(without(&["page"]), CheckCode::NamespacePrefix), at_namespace(Outcome::Refuse));
    assert_eq!(check(without(&[]), CheckCode::NamespacePrefix).0, Outcome::NotApplicable);
    insta::assert_snapshot!(
        without(&["page", "line"]).message(CheckCode::NamespacePrefix),
        @r#"The compiled stack defines "page"; "line", and the manifest declares no namespace, so nothing keeps these from the objects of others. Declare `namespace`, and name the objects after it."#
    );
}

#[test]
fn whoever_acts_on_the_objects_of_others_is_looked_at() {
    let reach = |member, object: &str| Reach { member, object: object.to_owned() };
    let acting = |member, name: &str| with_namespace("notes").inspected(|it| it.reaches.extend([reach(member, name)]));
    let outcome = |case| check(case, CheckCode::NamespacePrefix).0;
    for member in ["objectExtensions", "data"] {
        assert_eq!(outcome(acting(member, "notes_page")), Outcome::Pass);
        for other in ["crm_account", "sys_user", "notespage", "*", "notes"] {
            assert_eq!(outcome(acting(member, other)), Outcome::Hold, "{other}");
        }
        assert_eq!(outcome(acting(member, "sys_user").of_level(Level::FirstParty)), Outcome::Pass);
    }
    for own in ["com.acme.notes", "notes_*"] {
        assert_eq!(outcome(acting("datasourceMapping", own)), Outcome::Pass, "{own}");
    }
    let without = |name: &str| {
        let reaches = [reach("data", name)].into();
        Case::new().inspected(|it| (it.objects, it.reaches) = (vec!["page".to_owned()], reaches))
    };
    assert_eq!(outcome(without("crm_account")), Outcome::Hold);
    assert_eq!(outcome(without("page")), Outcome::NotApplicable);
    let both = acting("objectExtensions", "crm_account").inspected(|it| it.reaches.extend([reach("data", "sys_user")]));
    insta::assert_snapshot!(
        both.message(CheckCode::NamespacePrefix),
        @r#"The package acts on objects that are not its own: "sys_user" (data); "crm_account" (objectExtensions). A reviewer must look."#
    );
}
