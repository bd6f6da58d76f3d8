//! Submitting a draft by its number, as `os package publish` hints; and `--auto-approve`, which nobody has.

use plimsoll_core::State;
use plimsoll_core::access::{MemberRole, Role};
use plimsoll_core::wire::SetMember;
use plimsoll_tests::{Actor, Answer, Backend, Publisher, Registry};
use serde_json::{Value, json};

use super::{Recorded, acme, failed, failure, version};

plimsoll_tests::behaviours!(
    a_draft_is_submitted_by_whoever_publishes_for_its_publisher,
    what_needs_no_review_is_not_submitted,
    what_is_not_there_is_not_submitted,
    whoever_submits_a_version_never_reviews_it,
    nobody_approves_what_it_publishes,
);

const VAT_CHECK: &str = "com.acme.vat-check";

/// Publishes the recorded plugin as a draft.
fn draft(acme: &Publisher) {
    Recorded::read("register-plugin").send(acme.owner()).json();
    let draft = Recorded::read("publish-plugin").without("submit_for_review").send(acme.owner()).json();
    assert_eq!(draft["data"]["listing_status"], "draft");
}

fn submit(actor: &Actor, number: &str) -> Answer {
    actor.call("POST", &format!("/api/v1/cloud/packages/{VAT_CHECK}/versions/{number}/submit")).send()
}

fn join(acme: &Publisher, member: &Actor) {
    let name = member.name().parse().expect("a name");
    acme.owner().client().set_member(acme.name(), &name, &SetMember { role: MemberRole::Ci }).expect("a member");
}

fn a_draft_is_submitted_by_whoever_publishes_for_its_publisher(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    draft(&acme);
    // Of the same publisher, and without the bytes.
    let colleague = registry.account("colleague", &[]);
    join(&acme, &colleague);
    for _ in 0..2 {
        let submitted = submit(&colleague, "1.0.0").json()["data"].clone();
        assert_eq!((&submitted["id"], &submitted["listing_status"]), (&json!("1.0.0"), &json!("pending_review")));
        let warnings = submitted["warnings"].as_array().expect("warnings");
        assert!(warnings.iter().filter_map(Value::as_str).any(|text| text.starts_with("review-required: ")));
    }
    let pending = version(&acme, VAT_CHECK, "1.0.0");
    assert_eq!((pending.state, pending.notes.as_deref()), (State::PendingReview, Some("First release")));
    assert_eq!(registry.reviewer().approve(&pending).state, State::Approved);
    assert_eq!(submit(acme.owner(), "1.0.0").json()["data"]["listing_status"], "approved");
}

fn what_needs_no_review_is_not_submitted(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    Recorded::read("register-plugin").with("visibility", json!("private")).send(acme.owner()).json();
    Recorded::read("publish-plugin").send(acme.owner()).json();
    let data = submit(acme.owner(), "1.0.0").json()["data"].clone();
    assert_eq!((&data["listing_status"], &data["visibility"]), (&json!("draft"), &json!("private")));
    assert!(data["warnings"].to_string().contains("nothing was submitted"), "{data}");
    assert!(data["warnings"].to_string().contains("--visibility marketplace --submit"), "{data}");
    // What is said for later versions does not widen this one.
    Recorded::read("register-plugin").with("visibility", json!("marketplace")).send(acme.owner()).json();
    assert_eq!(submit(acme.owner(), "1.0.0").json()["data"]["visibility"], "private");
    assert_eq!(version(&acme, VAT_CHECK, "1.0.0").state, State::Approved);
}

fn what_is_not_there_is_not_submitted(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    let absent = failed(404, "RESOURCE_NOT_FOUND", &[]);
    assert_eq!(failure(&submit(acme.owner(), "1.0.0")), absent);
    draft(&acme);
    assert_eq!(failure(&submit(acme.owner(), "1.0.1")), absent);
    assert_eq!(failure(&submit(registry.publisher("bolt").owner(), "1.0.0")), absent, "a draft is hidden");
    assert_eq!(failure(&submit(&registry.anonymous(), "1.0.0")), failed(401, "UNAUTHENTICATED", &[]));
    assert_eq!(failure(&submit(acme.owner(), "one")), failed(400, "INVALID_REQUEST", &[]));
    submit(acme.owner(), "1.0.0").json();
    registry.reviewer().reject(&version(&acme, VAT_CHECK, "1.0.0"));
    assert_eq!(failure(&submit(acme.owner(), "1.0.0")), failed(409, "RESOURCE_CONFLICT", &[]), "rejected is final");
    assert_eq!(failure(&submit(registry.reviewer(), "1.0.0")), failed(403, "FORBIDDEN", &[]));
}

fn whoever_submits_a_version_never_reviews_it(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    draft(&acme);
    let rita = registry.account("rita", &[Role::Reviewer]);
    join(&acme, &rita);
    submit(&rita, "1.0.0").json();
    let name = rita.name().parse().expect("a name");
    acme.owner().client().remove_member(acme.name(), &name).expect("removed");
    let pending = version(&acme, VAT_CHECK, "1.0.0");
    let review = json!({
        "decision": "approve", "reason": "mine", "sha256": pending.sha256, "reportSha256": pending.report_sha256,
    });
    let refused = rita.call("POST", &format!("/v1/packages/{VAT_CHECK}/versions/1.0.0/review")).json(&review).send();
    assert_eq!(refused.problem().code.as_str(), "not-allowed");
}

fn nobody_approves_what_it_publishes(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    Recorded::read("register-plugin").send(acme.owner()).json();
    let approving = || Recorded::read("publish-plugin").with("auto_approve", json!(true));
    let admin = registry.admin();
    let refused = failed(403, "FORBIDDEN", &[]);
    assert_eq!(failure(&approving().send(admin)), refused, "an administrator publishes for nobody");
    join(&acme, admin);
    for actor in [admin, acme.owner()] {
        let answer = approving().send(actor);
        assert_eq!(failure(&answer), refused);
        let said = answer.text();
        assert!(said.contains("nothing was published") && said.contains("--submit"), "{said}");
    }
    assert_eq!(acme.owner().get(&format!("/v1/packages/{VAT_CHECK}")).status, 404, "nothing is left of it");
    // It is published without, and then another one decides.
    assert_eq!(Recorded::read("publish-plugin").send(admin).json()["data"]["listing_status"], "pending_review");
    assert_eq!(registry.reviewer().approve(&version(&acme, VAT_CHECK, "1.0.0")).state, State::Approved);
}
