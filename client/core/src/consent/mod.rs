//! Consent: what a person granted to the packages of a closure, and what a new closure would change in it.
//!
//! The same code runs on the server and on the client: [`diff`] says what is new and what is gone, in words and as JSON;
//! [`consent`] is the only way from one set of grants to the next.

mod acceptance;
mod diff;
mod words;

pub use acceptance::{Acceptable, Acceptance, Missing, consent};
pub use diff::{Change, Diff, PackageDiff, diff};

use std::collections::{BTreeMap, BTreeSet};

use crate::{PackageId, Permissions, PublisherName, Tier, Version};

/// What one version asks for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    /// The package.
    pub package: PackageId,
    /// Who publishes it.
    pub publisher: PublisherName,
    /// The version.
    pub version: Version,
    /// The tier that the registry assigned to it.
    pub tier: Tier,
    /// The permissions that its manifest asks for.
    pub permissions: Permissions,
    /// The packages that it depends on or bundles.
    pub brings: BTreeSet<PackageId>,
    /// Whether the host installs npm packages for it.
    pub manifest_deps: bool,
}

/// What a person granted to one package: what the version consented to asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Grant(Ask);

impl Grant {
    /// What was asked, and granted.
    pub fn granted(&self) -> &Ask {
        &self.0
    }
}

/// What all packages of a closure ask for: of everything that an environment is to have, or of one App.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure(BTreeMap<PackageId, Ask>);

impl Closure {
    /// What each package asks for, by package id.
    pub fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.0.values()
    }
}

impl FromIterator<Ask> for Closure {
    fn from_iter<I: IntoIterator<Item = Ask>>(asks: I) -> Self {
        Self(asks.into_iter().map(|ask| (ask.package.clone(), ask)).collect())
    }
}

/// What a person granted to a closure. Empty before the first consent. Only [`consent`] builds one; serde reads back what
/// was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Grants(BTreeMap<PackageId, Grant>);

impl Grants {
    /// What was granted to a package.
    pub fn get(&self, package: &PackageId) -> Option<&Grant> {
        self.0.get(package)
    }

    /// Every grant, by package id.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.values()
    }

    /// Whether a version asks for nothing beyond what its package was granted.
    pub fn cover(&self, ask: &Ask) -> bool {
        self.get(&ask.package).is_some_and(|grant| !diff::changes(&grant.0, ask).iter().any(Change::widens))
    }
}

/// Whether a tenant user may install a closure without an operator: every package of it is declarative, or asks for
/// nothing beyond what the tenant granted already.
pub fn needs_no_operator(tenant: &Grants, closure: &Closure) -> bool {
    closure.asks().all(|ask| ask.tier == Tier::Declarative && !ask.manifest_deps || tenant.cover(ask))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ask(package: &str, version: &str, tier: Tier, permissions: &[&str]) -> Ask {
        Ask {
            package: package.parse().expect("package"),
            publisher: "acme".parse().expect("publisher"),
            version: version.parse().expect("version"),
            tier,
            permissions: permissions.iter().map(|text| text.parse().expect("permission")).collect(),
            brings: BTreeSet::new(),
            manifest_deps: false,
        }
    }

    fn closure(asks: &[Ask]) -> Closure {
        asks.iter().cloned().collect()
    }

    fn granted(asks: &[Ask]) -> Grants {
        consent(&Grants::default(), &closure(asks), &Acceptance::All).expect("all is accepted")
    }

    fn crm() -> Ask {
        ask("com.acme.crm", "1.0.0", Tier::Sandbox, &["services:object", "network:api.example.com"])
    }

    /// Every way a version can differ from the one consented to, and whether that widens.
    fn variations() -> Vec<(&'static str, Ask, bool)> {
        let with = |change: fn(&mut Ask)| {
            let mut ask = crm();
            ask.version = Version::new(1, 1, 0);
            change(&mut ask);
            ask
        };
        let permissions = |ask: &mut Ask, texts: &[&str]| {
            ask.permissions = texts.iter().map(|text| text.parse().expect("permission")).collect();
        };
        let mut flat = crm();
        permissions(&mut flat, &["legacy:system.object.read"]);
        let mut more = crm();
        permissions(&mut more, &["services:object", "network:api.example.com", "network:b.example.com"]);
        let mut wider = crm();
        permissions(&mut wider, &["services:object", "network:*.example.com"]);
        let mut less = crm();
        permissions(&mut less, &["services:object"]);
        vec![
            ("only the version", with(|_| {}), false),
            ("one more permission", more, true),
            ("a pattern in place of a host", wider, true),
            ("flat permissions", flat, true),
            ("one permission less", less, false),
            ("a higher tier", with(|ask| ask.tier = Tier::InProcess), true),
            ("a lower tier", with(|ask| ask.tier = Tier::Declarative), false),
            ("a dependency", with(|ask| ask.brings = BTreeSet::from(["com.acme.lib".parse().expect("id")])), true),
            ("npm packages", with(|ask| ask.manifest_deps = true), true),
            ("another publisher", with(|ask| ask.publisher = "mallory".parse().expect("publisher")), true),
        ]
    }

    #[test]
    fn each_way_of_widening_is_found_and_said() {
        let granted = granted(&[crm()]);
        let mut table = String::new();
        for (what, ask, widens) in variations() {
            let diff = diff(&granted, &closure(std::slice::from_ref(&ask)));
            assert_eq!(diff.widens(), widens, "{what}");
            assert_eq!(granted.cover(&ask), !widens, "{what}");
            table += &format!("{what}:\n");
            diff.sentences().iter().for_each(|sentence| table += &format!("  {sentence}\n"));
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_first_install_asks_for_everything_in_words() {
        let mut driver = ask("com.acme.driver", "2.0.0", Tier::InProcess, &["network:db.example.com"]);
        driver.manifest_deps = true;
        let old = ask("com.acme.old", "0.1.0", Tier::Sandbox, &["legacy:system.object.read"]);
        let diff = diff(&Grants::default(), &closure(&[crm(), driver, old]));
        insta::assert_snapshot!(diff.sentences().join("\n"));
    }

    #[test]
    fn the_diff_is_json_too() {
        let mut wider = crm();
        wider.permissions =
            ["services:object", "network:b.example.com"].iter().map(|p| p.parse().expect("p")).collect();
        let diff = diff(&granted(&[crm()]), &closure(&[wider]));
        insta::assert_snapshot!(serde_json::to_string_pretty(&diff).expect("json"));
    }

    #[test]
    fn what_is_not_accepted_is_named_as_it_would_be_accepted() {
        let mut next = crm();
        next.tier = Tier::OutOfProcess;
        next.permissions = ["services:object", "network:b.example.com"].iter().map(|p| p.parse().expect("p")).collect();
        next.brings = BTreeSet::from(["com.acme.lib".parse().expect("id")]);
        next.manifest_deps = true;
        let lib = ask("com.acme.lib", "3.0.0", Tier::Sandbox, &["fs:/tmp"]);
        let (before, after) = (granted(&[crm()]), closure(&[next, lib]));
        let missing = consent(&before, &after, &Acceptance::nothing()).expect_err("nothing is accepted");
        insta::assert_snapshot!(serde_json::to_string_pretty(&missing).expect("json"));

        let tier = missing.accept_tier.expect("tier");
        for left_out in &missing.accept {
            let accept = missing.accept.iter().filter(|item| *item != left_out).cloned().collect();
            let still = consent(&before, &after, &Acceptance::Only { accept, tier }).expect_err("one is missing");
            assert_eq!(still.accept, BTreeSet::from([left_out.clone()]));
        }
        let accept = missing.accept.clone();
        let lower = consent(&before, &after, &Acceptance::Only { accept, tier: Tier::Sandbox }).expect_err("tier");
        assert_eq!((lower.accept.len(), lower.accept_tier), (0, Some(Tier::OutOfProcess)));
        let accept = missing.accept;
        assert!(diff(&consent(&before, &after, &Acceptance::Only { accept, tier }).expect("all"), &after).is_empty());
    }

    #[test]
    fn data_alone_needs_no_tier_to_be_accepted() {
        let theme = closure(&[ask("com.acme.theme", "1.0.0", Tier::Declarative, &[])]);
        assert!(consent(&Grants::default(), &theme, &Acceptance::nothing()).is_ok());
    }

    #[test]
    fn what_was_narrowed_must_be_granted_again() {
        let mut less = crm();
        less.permissions = Permissions::default();
        let narrowed = consent(&granted(&[crm()]), &closure(&[less]), &Acceptance::nothing()).expect("narrower");
        assert!(!narrowed.cover(&crm()));
        let gone = consent(&narrowed, &Closure::default(), &Acceptance::nothing()).expect("nothing is left");
        assert_eq!(gone, Grants::default());
    }

    #[test]
    fn a_tenant_user_installs_data_and_what_the_tenant_granted() {
        let app = ask("com.acme.app", "1.0.0", Tier::Declarative, &[]);
        let tenant = granted(&[crm()]);
        assert!(needs_no_operator(&Grants::default(), &closure(std::slice::from_ref(&app))));
        assert!(needs_no_operator(&tenant, &closure(&[app.clone(), crm()])));
        assert!(!needs_no_operator(&Grants::default(), &closure(&[app.clone(), crm()])));
        for (what, ask, widens) in variations() {
            assert_eq!(needs_no_operator(&tenant, &closure(&[app.clone(), ask])), !widens, "{what}");
        }
    }

    #[test]
    fn what_can_be_accepted_round_trips() {
        for text in ["network:api.example.com", "dependency:com.acme.lib", "publisher:acme", "manifest-deps"] {
            assert_eq!(text.parse::<Acceptable>().expect(text).to_string(), text);
        }
        assert!("everything".parse::<Acceptable>().is_err());
    }

    fn asks() -> impl Strategy<Value = Ask> {
        let permission = prop::sample::select(vec!["services:a", "services:b", "network:c", "fs:/d", "legacy:e"]);
        (
            prop::sample::select(vec!["com.acme.a", "com.acme.b", "com.acme.c"]),
            prop::sample::select(Tier::ALL.to_vec()),
            prop::collection::vec(permission, 0..4),
            prop::collection::btree_set(prop::sample::select(vec!["com.acme.b", "com.acme.c"]), 0..2),
            any::<bool>(),
        )
            .prop_map(|(package, tier, permissions, brings, manifest_deps)| Ask {
                brings: brings.into_iter().map(|id| id.parse().expect("id")).collect(),
                manifest_deps,
                ..ask(package, "1.0.0", tier, &permissions)
            })
    }

    /// Whether `after` grants something that `before` did not: said without looking at changes.
    fn grants_more(before: &Grants, after: &Grants) -> bool {
        after.iter().map(Grant::granted).any(|now| {
            before.get(&now.package).map(Grant::granted).is_none_or(|was| {
                now.tier > was.tier
                    || !now.permissions.0.is_subset(&was.permissions.0)
                    || !now.brings.is_subset(&was.brings)
                    || now.manifest_deps && !was.manifest_deps
            })
        })
    }

    proptest! {
        #[test]
        fn what_was_granted_differs_in_nothing(asks in prop::collection::vec(asks(), 0..4)) {
            prop_assert_eq!(diff(&granted(&asks), &closure(&asks)), Diff::default());
        }

        #[test]
        fn a_diff_widens_if_and_only_if_more_is_granted_after_it(
            before in prop::collection::vec(asks(), 0..4),
            after in prop::collection::vec(asks(), 0..4),
        ) {
            let (before, proposed) = (granted(&before), closure(&after));
            let all = consent(&before, &proposed, &Acceptance::All).expect("all is accepted");
            prop_assert_eq!(diff(&before, &proposed).widens(), grants_more(&before, &all));
        }

        #[test]
        fn grants_round_trip(asks in prop::collection::vec(asks(), 0..4)) {
            let grants = granted(&asks);
            let text = serde_json::to_string(&grants).expect("json");
            prop_assert_eq!(serde_json::from_str::<Grants>(&text).expect("grants"), grants);
        }
    }
}
