//! Changed bytes: each is refused, and the refusal says of what.

use std::io::Write;

use plimsoll_core::wire::EvidenceKind;
use plimsoll_core::{Digest, PackageId, Tier};
use plimsoll_trust::TrustRoot;
use plimsoll_trust::statement::{ExpectedIndex, VerifiedIndex};

use super::{Claim, Fault, VerifiedArtifact, VerifiedVersion, VerifyError};
use crate::fake::{Plugin, Published, World, now};

fn vat() -> PackageId {
    "com.acme.vat".parse().expect("package")
}

struct Scene {
    root: TrustRoot,
    index: String,
    published: Published,
}

impl Scene {
    fn new(evidence: EvidenceKind) -> Self {
        let plugin = Plugin::new("com.acme.vat", "1.0.0").permission("services:object").evidence(evidence);
        Self::of(&plugin, plugin.artifact())
    }

    fn of(plugin: &Plugin, artifact: Vec<u8>) -> Self {
        let world = World::new();
        let published = world.publish_as(plugin, artifact);
        let discovery = world.discovery();
        let root = TrustRoot::new(discovery.registry, discovery.keys).expect("root");
        Self { root, index: world.index(&vat()), published }
    }

    fn index(&self, text: &str) -> Result<VerifiedIndex, plimsoll_trust::TrustError> {
        let expected = ExpectedIndex {
            package: &vat(),
            now: now(),
            seen: &std::collections::BTreeMap::new(),
            offline_grace_seconds: 0,
        };
        VerifiedIndex::verify(text, &self.root, &expected)
    }

    fn verify(&self, published: &Published) -> Result<VerifiedArtifact, VerifyError> {
        let index = self.index(&self.index).expect("index");
        let claim = Claim { approval: &published.approval, evidence: &published.evidence };
        let version = &self.published.listed.version;
        let version = VerifiedVersion::verify(&index, version, claim, &self.root)?;
        let mut file = tempfile::tempfile().expect("file");
        file.write_all(&published.artifact).expect("written");
        VerifiedArtifact::verify(version, file, Digest::of(&published.artifact))
    }
}

/// Each byte changed, one at a time, where the text stays a text.
fn flips(text: &str) -> impl Iterator<Item = String> + '_ {
    (0..text.len()).filter_map(|at| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        String::from_utf8(bytes).ok()
    })
}

#[test]
fn what_is_as_it_was_published_passes() {
    for evidence in [EvidenceKind::Ed25519, EvidenceKind::Statement] {
        let scene = Scene::new(evidence);
        let artifact = scene.verify(&scene.published).expect("good");
        assert_eq!(artifact.manifest().id, vat());
    }
}

#[test]
fn no_byte_of_an_artifact_can_be_changed() {
    for evidence in [EvidenceKind::Ed25519, EvidenceKind::Statement] {
        let scene = Scene::new(evidence);
        for at in 0..scene.published.artifact.len() {
            let mut changed = scene.published.clone();
            changed.artifact[at] ^= 1;
            let refused = scene.verify(&changed).expect_err("changed");
            assert!(matches!(*refused.fault, Fault::Digest { .. }), "byte {at}: {refused}");
        }
        let mut longer = scene.published.clone();
        longer.artifact.push(0);
        scene.verify(&longer).expect_err("longer");
    }
}

#[test]
fn no_byte_of_an_approval_can_be_changed() {
    let scene = Scene::new(EvidenceKind::Statement);
    for approval in flips(&scene.published.approval) {
        let refused =
            scene.verify(&Published { approval, ..scene.published.clone() }).expect_err("changed").to_string();
        assert!(refused.starts_with("the approval of com.acme.vat@1.0.0 is refused"), "{refused}");
    }
}

#[test]
fn no_byte_of_an_index_can_be_changed() {
    let scene = Scene::new(EvidenceKind::Statement);
    for text in flips(&scene.index) {
        let refused = scene.index(&text).expect_err("changed").to_string();
        assert!(refused.starts_with("the index of com.acme.vat is refused"), "{refused}");
    }
}

#[test]
fn no_byte_of_the_evidence_can_be_changed() {
    for evidence in [EvidenceKind::Ed25519, EvidenceKind::Statement] {
        let scene = Scene::new(evidence);
        for text in flips(scene.published.evidence.text.as_deref().expect("text")) {
            let mut changed = scene.published.clone();
            changed.evidence.text = Some(text);
            let refused = scene.verify(&changed).expect_err("changed").to_string();
            assert!(refused.starts_with("the publisher's evidence of com.acme.vat@1.0.0 is refused"), "{refused}");
        }
    }
}

#[test]
fn texts_of_another_version_or_registry_do_not_pass_here() {
    let scene = Scene::new(EvidenceKind::Statement);
    let elsewhere = Scene::new(EvidenceKind::Statement);
    let approval = elsewhere.published.approval.clone();
    let refused = scene.verify(&Published { approval, ..scene.published.clone() }).expect_err("registry").to_string();
    assert!(refused.contains("is not a trusted key of this registry"), "{refused}");

    let world = World::new();
    let old = world.publish(&Plugin::new("com.acme.vat", "0.9.0"));
    let new = world.publish(&Plugin::new("com.acme.vat", "1.0.0").permission("services:object"));
    let discovery = world.discovery();
    let root = TrustRoot::new(discovery.registry, discovery.keys).expect("root");
    let scene = Scene { root, index: world.index(&vat()), published: new.clone() };
    scene.verify(&new).expect("good");
    let refused = scene.verify(&Published { approval: old.approval, ..new.clone() }).expect_err("version").to_string();
    assert!(refused.contains("its version is 0.9.0, expected 1.0.0"), "{refused}");
    let refused = scene.verify(&Published { evidence: old.evidence, ..new }).expect_err("evidence").to_string();
    assert!(refused.contains("its digest is"), "{refused}");
}

#[test]
fn a_version_that_is_not_listed_is_refused_by_name() {
    let scene = Scene::new(EvidenceKind::Statement);
    let index = scene.index(&scene.index).expect("index");
    let claim = Claim { approval: &scene.published.approval, evidence: &scene.published.evidence };
    let version = "9.0.0".parse().expect("version");
    let refused = VerifiedVersion::verify(&index, &version, claim, &scene.root).expect_err("listed");
    assert!(refused.to_string().starts_with("com.acme.vat@9.0.0: the index does not list it"), "{refused}");
}

#[test]
fn a_registry_that_approves_what_the_bytes_are_not_is_not_believed() {
    let plugin = || Plugin::new("com.acme.vat", "1.0.0");
    let good = plugin().artifact();
    for (approved, artifact, expected) in [
        (
            plugin(),
            Plugin::new("com.acme.other", "1.0.0").artifact(),
            "the manifest in the artifact is of com.acme.other@1.0.0",
        ),
        (
            plugin(),
            Plugin::new("com.acme.vat", "1.0.1").artifact(),
            "the manifest in the artifact is of com.acme.vat@1.0.1",
        ),
        (plugin(), plugin().permission("fs:/tmp").artifact(), "the artifact asks for other permissions"),
        (plugin().tier(Tier::Declarative), good.clone(), "the artifact has code, but its approved tier is declarative"),
    ] {
        let scene = Scene::of(&approved, artifact);
        let refused = scene.verify(&scene.published).expect_err("refused").to_string();
        assert!(refused.starts_with(&format!("com.acme.vat@1.0.0: {expected}")), "{refused}");
    }
}

#[test]
fn an_artifact_whose_members_are_not_those_of_its_integrity_map_is_refused() {
    let plugin = Plugin::new("com.acme.vat", "1.0.0").evidence(EvidenceKind::Ed25519);
    let unpacked = gunzip(&plugin.artifact());
    let at = unpacked.windows(6).position(|bytes| bytes == b"export").expect("the code");
    let mut changed = unpacked;
    changed[at] ^= 1;
    let scene = Scene::of(&plugin, gzip(&changed));
    let refused = scene.verify(&scene.published).expect_err("refused").to_string();
    assert!(
        refused.contains("the integrity map of the manifest does not fit the members: dist/index.mjs"),
        "{refused}"
    );
    let scene = Scene::of(&plugin, b"not an archive".to_vec());
    let refused = scene.verify(&scene.published).expect_err("refused").to_string();
    assert!(refused.contains("the artifact is malformed"), "{refused}");
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut out).expect("gzip");
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("gzip");
    out.finish().expect("gzip")
}
