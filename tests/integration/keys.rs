//! Publishers' keys: which are taken, what they vouch for, and what becomes of it when they are revoked.

use plimsoll_core::State;
use plimsoll_core::gate::CheckCode;
use plimsoll_core::problem::{Problem, ProblemCode};
use plimsoll_core::wire::{Algorithm, NewKey, RevocationReason, RevokeKey, Version};
use plimsoll_tests::{Backend, Plugin, Publisher, Registry, Signed};
use plimsoll_trust::SigningKey;

plimsoll_tests::behaviours!(
    a_key_is_added_with_its_proof_or_by_an_administrator,
    a_proven_key_belongs_to_one_publisher,
    keys_that_cannot_be_trusted_are_refused_by_name,
    only_the_publishers_own_keys_vouch,
    a_superseded_key_signs_nothing_new_and_keeps_what_it_signed,
    a_compromised_key_takes_back_what_it_signed,
    a_version_that_waits_outlives_its_key,
    a_new_key_waits_for_three_days,
);

const RSA: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApH/QP5/CXOyydSbc9AP3
lb3u2uBg7ELqtYTXdrTI31JoG8dKvTvsvxLEyqnqTGgkJsIjn26N7bdzGs6FAAfX
8xya57Jy4sF0I9v3sE5nC6OCkyr0OE4qSmcx2lZ8OaK3vdZPEGc8/V7lK+NFi50z
AX7HzM9HybO2h1EOMG0PUknh15mmRHRW5bi5RWj4cnx7YDvE2vGSVVJ7MIlMHbHg
PtZuW8XhginEy3RyZMQGb1CDf7RlDUrbIuDrfjFGU4nPYCxmNlsTD8bbvwyRbd0J
bVejz5lZmcQlTF0lMvCBc7S/5vkY5owPpkwjgR/lg0itrna+Evi5bXyrVyTRzm9E
KwIDAQAB
-----END PUBLIC KEY-----
";
/// The point with y = 0, of order 4: it verifies a constant signature over anything.
const WEAK: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
-----END PUBLIC KEY-----
";
const LINTER: &str = "com.acme.linter";

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Ed25519).expect("a key")
}

fn refusals(problem: &Problem) -> Vec<CheckCode> {
    let report = problem.report.as_ref().expect("a report");
    report.findings().filter(|check| check.outcome.as_str() == "refuse").map(|check| check.code).collect()
}

fn holds(version: &Version) -> Vec<CheckCode> {
    version.report.iter().flat_map(|report| report.findings()).map(|check| check.code).collect()
}

fn revoke(publisher: &Publisher, reason: RevocationReason, from: Option<plimsoll_core::Timestamp>) {
    let revocation = RevokeKey { reason, from };
    let owner = publisher.owner().client();
    owner.revoke_key(publisher.name(), publisher.key_id(), &revocation).expect("revoked");
}

fn a_key_is_added_with_its_proof_or_by_an_administrator(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let other = key();
    let proven = acme.new_key(&other, "acme-2");
    let wrong = [
        ("somebody else's proof", acme.new_key(&key(), "acme-2").proof, ProblemCode::KeyProofInvalid),
        ("a proof for another key id", acme.new_key(&other, "acme-3").proof, ProblemCode::KeyProofInvalid),
        ("no base64", Some("%".to_owned()), ProblemCode::KeyProofInvalid),
        ("no proof", None, ProblemCode::NotAllowed),
    ];
    for (what, proof, code) in wrong {
        let refused = acme.try_add_key(&NewKey { proof, ..proven.clone() }).expect_err(what);
        assert_eq!(refused.code, code, "{what}");
    }
    let asserted = NewKey { proof: None, ..acme.new_key(&key(), "acme-4") };
    assert!(!registry.admin().client().add_key(acme.name(), &asserted).expect("asserted").proven);
    acme.try_add_key(&proven).expect("proven");
    assert_eq!(acme.try_add_key(&proven).expect_err("twice").code, ProblemCode::KeyExists);
    let keys = acme.owner().client().keys(acme.name()).expect("keys").items;
    let listed: Vec<_> = keys.iter().map(|key| (key.key_id.as_str(), key.proven)).collect();
    assert_eq!(listed, [("acme-1", true), ("acme-4", false), ("acme-2", true)]);
}

fn a_proven_key_belongs_to_one_publisher(on: Backend) {
    let registry = Registry::start(on);
    let (acme, other) = (registry.publisher("acme"), registry.publisher("other"));
    let shared = key();
    acme.add_key(&shared, "shared");
    assert_eq!(
        other.try_add_key(&other.new_key(&shared, "mine")).expect_err("proven before").code,
        ProblemCode::KeyExists
    );
    let asserted = key();
    for publisher in [&acme, &other] {
        let new = NewKey { proof: None, ..publisher.new_key(&asserted, "asserted") };
        registry.admin().client().add_key(publisher.name(), &new).expect("an asserted key belongs to nobody");
    }
}

fn keys_that_cannot_be_trusted_are_refused_by_name(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let private = key().to_pem().expect("PEM").to_string();
    for (public_key, word) in [(RSA, "RSA"), (WEAK, "weak"), (private.as_str(), "private"), ("x", "PEM")] {
        let new = NewKey { public_key: public_key.to_owned(), proof: None, ..acme.new_key(&key(), "acme-2") };
        let problem = registry.admin().client().add_key(acme.name(), &new).expect_err(word).to_string();
        assert!(problem.contains(word), "{problem}");
        let echoed = public_key.lines().nth(1).is_some_and(|line| problem.contains(line));
        assert!(!echoed, "no key is echoed: {problem}");
        assert_eq!(
            acme.try_add_key(&NewKey { proof: Some("eA==".to_owned()), ..new }).expect_err(word).code,
            ProblemCode::KeyRefused
        );
    }
    let p256 = SigningKey::generate(Algorithm::P256).expect("a key");
    acme.add_key(&p256, "acme-p256");
}

fn only_the_publishers_own_keys_vouch(on: Backend) {
    let registry = Registry::start(on);
    let (mut acme, other) = (registry.publisher("acme"), registry.publisher("other"));
    let bytes = Plugin::new(LINTER, "1.0.0").artifact();
    let by = |line: String| Plugin::new(LINTER, "1.0.0").signed(Signed::By(line));
    assert_eq!(refusals(&acme.refused(by(other.line(&bytes)))), [CheckCode::KeyUnknown], "another publisher's key");
    assert_eq!(refusals(&acme.refused(by(acme.line(b"other bytes")))), [CheckCode::SignatureInvalid]);
    let rsa = format!("ed25519:acme-1:{}", "A".repeat(342));
    let problem = acme.refused(by(rsa));
    assert_eq!(refusals(&problem), [CheckCode::SignatureInvalid]);
    let words = plimsoll_tests::open_problem(&problem);
    assert!(words.contains("RSA") && words.contains("64"), "{words}");
    assert_eq!(refusals(&acme.refused(by("ed25519:acme-1".to_owned()))), [CheckCode::SignatureInvalid]);

    // A statement for another version of the same publisher proves nothing of this one.
    let mut version = acme.new_version(&Plugin::new(LINTER, "1.0.0"));
    version.statement = acme.statement(&Plugin::new(LINTER, "2.0.0").artifact());
    acme.upload(&bytes).expect("uploaded");
    let package = LINTER.parse().expect("an id");
    assert!(acme.owner().client().publish(&package, &version, false).is_err());

    acme.sign_with(key(), "acme-1");
    assert!(!refusals(&acme.refused(Plugin::new(LINTER, "1.0.0"))).is_empty(), "the right name, the wrong key");
    assert_eq!(acme.owner().get("/v1/packages/com.acme.linter").code(), ProblemCode::NotFound, "no row");
}

fn a_superseded_key_signs_nothing_new_and_keeps_what_it_signed(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new(LINTER, "1.0.0"));
    revoke(&acme, RevocationReason::Superseded, None);
    assert_eq!(refusals(&acme.refused(Plugin::new(LINTER, "2.0.0"))), [CheckCode::KeyRevoked]);
    let host = registry.host(&registry.operator());
    assert_eq!(host.install(&[LINTER]), ["com.acme.linter@1.0.0"]);
    assert!(host.problems().is_empty() && host.load(LINTER).is_ok());
}

fn a_compromised_key_takes_back_what_it_signed(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new(LINTER, "1.0.0"));
    let second = acme.release(Plugin::new(LINTER, "2.0.0"));
    let (before, after) = (registry.host(&registry.operator()), registry.host(&registry.operator()));
    assert_eq!(before.install(&[LINTER]), ["com.acme.linter@2.0.0"]);
    revoke(&acme, RevocationReason::Compromised, Some(second.published_at));
    let shown = acme.owner().get(&format!("/v1/packages/{LINTER}/versions/2.0.0")).json();
    assert_eq!(shown["availability"]["status"], "blocked");
    assert!(shown["availability"]["reason"].as_str().is_some_and(|reason| reason.contains("acme-1")), "{shown}");
    assert_eq!(after.install(&[LINTER]), ["com.acme.linter@1.0.0"], "what was signed before is good");
    assert_eq!(before.problems().len(), 0, "it has not heard of it yet");
    let _ = before.plan(&[LINTER]);
    assert!(before.problems()[0].message.contains("compromised"), "{:?}", before.problems());
    assert!(before.load(LINTER).is_err());
}

fn a_version_that_waits_outlives_its_key(on: Backend) {
    let registry = Registry::start(on);
    let mut acme = registry.publisher("acme");
    let linter = || Plugin::new(LINTER, "1.0.0").for_marketplace();
    let waiting = acme.publish(linter());
    revoke(&acme, RevocationReason::Compromised, Some(waiting.published_at));
    let shown = acme.owner().get(&format!("/v1/packages/{LINTER}/versions/1.0.0")).json();
    assert_eq!(shown["report"]["verdict"], "refused", "as it would be decided now");
    let second = key();
    acme.add_key(&second, "acme-2");
    acme.sign_with(second, "acme-2");
    let signed_anew = acme.publish(linter());
    assert_eq!(signed_anew.state, State::PendingReview);
    assert_eq!(registry.reviewer().approve(&signed_anew).state, State::Approved);
    assert_eq!(registry.host(&registry.operator()).install(&[LINTER]), ["com.acme.linter@1.0.0"]);

    let third = key();
    acme.add_key(&third, "acme-3");
    acme.sign_with(third, "acme-3");
    let conflict = acme.refused(linter());
    assert_eq!(conflict.code, ProblemCode::StateConflict, "the approval names the evidence");
    assert!(conflict.detail.contains("publish a new version"), "{}", conflict.detail);
}

fn a_new_key_waits_for_three_days(on: Backend) {
    let registry = Registry::start(on);
    let mut acme = registry.publisher("acme");
    acme.publish(Plugin::new(LINTER, "1.0.0"));
    let second = key();
    acme.add_key(&second, "acme-2");
    acme.sign_with(second, "acme-2");
    let held = acme.publish(Plugin::new(LINTER, "1.1.0"));
    assert_eq!((held.state, holds(&held)), (State::PendingReview, vec![CheckCode::KeyFresh]));
    registry.clock().forward_hours(71);
    assert_eq!(acme.publish(Plugin::new(LINTER, "1.2.0")).state, State::PendingReview);
    registry.clock().forward_hours(2);
    assert_eq!(acme.publish(Plugin::new(LINTER, "1.3.0")).state, State::Approved);

    let vouched = key();
    let new = acme.new_key(&vouched, "acme-3");
    registry.admin().client().add_key(acme.name(), &new).expect("added by an administrator");
    acme.sign_with(vouched, "acme-3");
    assert_eq!(acme.publish(Plugin::new(LINTER, "1.4.0")).state, State::Approved, "an administrator vouches for it");
}
