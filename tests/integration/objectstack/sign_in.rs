//! People sign in by e-mail address and password, and get a session that is a token like every other.

use plimsoll_core::access::Role;
use plimsoll_core::wire::{NewAccount, SetMember, SetPassword};
use plimsoll_tests::{Actor, Answer, Backend, Browser, Person, Registry, sign_in};
use serde_json::{Value, json};

use super::Recorded;

plimsoll_tests::behaviours!(
    a_session_publishes_and_ends,
    a_session_is_no_more_than_a_publishers_token,
    who_may_not_sign_in_learns_nothing,
    guessing_passwords_is_slowed_down,
    a_person_changes_its_password_and_the_sessions_end,
    only_people_have_passwords,
    a_session_expires,
    who_is_disabled_is_signed_out_for_good,
);

fn session(actor: &Actor) -> Value {
    Recorded::read("get-session").send(actor).json()
}

/// What a refusal says: status and code, in both places where the clients look.
fn refusal(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!((&body["code"], &body["message"]), (&body["error"]["code"], &body["error"]["message"]), "{body}");
    assert!(body["message"].as_str().is_some_and(|message| message.len() > 8), "{body}");
    (answer.status, body["code"].as_str().expect("a code").to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn a_session_publishes_and_ends(on: Backend) {
    let registry = Registry::start(on);
    let acme = super::acme(&registry);
    let dana = Person::join(&registry, "dana", &[]);
    let member = SetMember { role: plimsoll_core::access::MemberRole::Maintainer };
    let name = dana.name.parse().expect("a name");
    acme.owner().client().set_member(acme.name(), &name, &member).expect("a member");

    let recorded = Recorded::read("sign-in-email").with("password", json!(dana.password));
    let answer = recorded.send(&registry.anonymous()).json();
    assert_eq!(answer["user"]["email"], "dana@example.org");
    assert_eq!(answer["user"]["id"], "dana");
    let token = answer["token"].as_str().expect("a token").to_owned();
    let signed_in = registry.anonymous().with_token(&token);
    assert_eq!(session(&signed_in)["user"], answer["user"]);

    let listing = Recorded::read("register-plugin").send(&signed_in);
    assert_eq!(listing.status, 201, "{}", listing.text());
    let published = Recorded::read("publish-plugin").send(&signed_in);
    assert_eq!(published.status, 201, "{}", published.text());

    let out = Recorded::read("sign-out").send(&signed_in);
    assert_eq!(out.json(), json!({ "success": true }));
    assert_eq!(refusal(&signed_in.get("/api/v1/auth/get-session")), refused(401, "UNAUTHENTICATED"));
    assert_eq!(session(&registry.anonymous()), Value::Null);
}

fn a_session_is_no_more_than_a_publishers_token(on: Backend) {
    let registry = Registry::start(on);
    let root = Person::join(&registry, "root", &[Role::Admin, Role::Reviewer]).signed_in(&registry);
    let me = root.client().me().expect("who one is");
    assert_eq!(serde_json::to_value(&me.scopes).expect("scopes"), json!(["read", "publish"]));
    let scope_missing = |answer: Answer| assert_eq!(answer.problem().code.as_str(), "scope-missing");
    scope_missing(root.call("POST", "/v1/accounts").json(&json!({ "name": "eve" })).send());
    scope_missing(root.call("POST", "/v1/tokens").json(&json!({ "scopes": ["admin"] })).send());
    scope_missing(root.get("/v1/reviews"));
    // A token that was made on purpose is not ended by the clients.
    let visitor = registry.visitor();
    Recorded::read("sign-out").send(&visitor).json();
    assert_eq!(session(&visitor)["user"]["id"], visitor.name());
}

fn who_may_not_sign_in_learns_nothing(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let unset = NewAccount {
        name: "erin".parse().expect("a name"),
        roles: [].into(),
        email: Some("erin@example.org".parse().expect("an address")),
    };
    registry.admin().client().create_account(&unset).expect("an account without a password");
    let said = |email: &str, password: &str| {
        let answer = sign_in(&registry, email, password);
        let mut body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        body["error"]["requestId"] = Value::Null;
        (refusal(&answer), body)
    };
    let wrong = said(&dana.email, "not the password");
    assert_eq!(wrong.0, refused(401, "UNAUTHENTICATED"));
    for (email, password) in [
        ("nobody@example.org", dana.password.as_str()),
        ("erin@example.org", ""),
        ("erin@example.org", "not the password"),
        ("no address", "not the password"),
        (dana.email.as_str(), &"x".repeat(4000)),
    ] {
        assert_eq!(said(email, password), wrong, "{email}");
    }
    assert_eq!(
        sign_in(&registry, "DANA@Example.org", &dana.password).status,
        200,
        "one address, however it is written"
    );
    let post = |body: &Value| refusal(&registry.call("POST", "/api/v1/auth/sign-in/email").json(body).send());
    assert_eq!(post(&json!({ "email": dana.email })), refused(422, "VALIDATION_FAILED"));
    assert_eq!(post(&json!({ "email": "x".repeat(9000), "password": "" })), refused(413, "PAYLOAD_TOO_LARGE"));
}

fn guessing_passwords_is_slowed_down(on: Backend) {
    let registry = Registry::start(on);
    let (dana, erin) = (Person::join(&registry, "dana", &[]), Person::join(&registry, "erin", &[]));
    for guess in 0..20 {
        assert_eq!(sign_in(&registry, &dana.email, &format!("guess {guess}")).status, 401);
    }
    let stopped = dana.sign_in(&registry);
    assert_eq!(refusal(&stopped), refused(429, "RATE_LIMIT_EXCEEDED"), "also the right one");
    assert!(stopped.header("retry-after").parse::<u64>().expect("seconds") > 600);
    assert_eq!(erin.sign_in(&registry).status, 200, "others sign in");
    // Nor does it help to guess for many.
    let stopped_after = (0..200).find(|n| sign_in(&registry, &format!("p{n}@example.org"), "a guess").status == 429);
    assert_eq!(stopped_after, Some(79));
    registry.clock().forward_seconds(15 * 60);
    assert_eq!(dana.sign_in(&registry).status, 200);
}

fn a_person_changes_its_password_and_the_sessions_end(on: Backend) {
    let registry = Registry::start(on);
    let mut dana = Person::join(&registry, "dana", &[]);
    let (session, other) = (dana.signed_in(&registry), dana.signed_in(&registry));
    let lasting = session.with_token(&registry.token(&session, &[plimsoll_core::access::TokenScope::Read]));
    let name: plimsoll_core::AccountName = dana.name.parse().expect("a name");
    let set = |actor: &Actor, present: Option<&str>, new: &str| {
        let body = json!({ "password": new, "presentPassword": present });
        actor.call("PUT", &format!("/v1/accounts/{name}/password")).json(&body).send()
    };
    let code = |answer: Answer| answer.problem().code.to_string();
    assert_eq!(code(set(&session, None, "another password")), "body-invalid");
    assert_eq!(code(set(&session, Some("a guess"), "another password")), "not-allowed");
    assert_eq!(code(set(&session, Some(&dana.password), "too short")), "body-invalid");
    assert_eq!(code(set(&registry.visitor(), Some(&dana.password), "another password")), "not-allowed");
    assert_eq!(code(set(&registry.anonymous(), None, "another password")), "credentials-missing");
    assert_eq!(set(&session, Some(&dana.password), "another password").status, 204);
    for ended in [&session, &other] {
        assert_eq!(ended.get("/v1/me").problem().code.as_str(), "credentials-invalid");
    }
    assert_eq!(lasting.get("/v1/me").status, 200, "tokens that were made on purpose stay");
    assert_eq!(dana.sign_in(&registry).status, 401);
    "another password".clone_into(&mut dana.password);
    dana.signed_in(&registry);
}

fn only_people_have_passwords(on: Backend) {
    let registry = Registry::start(on);
    let admin = registry.admin();
    let set = |name: &str| {
        let new = SetPassword { password: "a long password".parse().expect("a password"), present_password: None };
        let path = format!("/v1/accounts/{name}/password");
        admin.call("PUT", &path).json(&serde_json::to_value(&new).expect("JSON")).send().status
    };
    let robot = registry.visitor();
    assert_eq!((set(robot.name()), set("nobody-here"), set("admin")), (404, 404, 404));
    Person::join(&registry, "dana", &[]);
    assert_eq!(set("dana"), 204);
    let again = json!({ "name": "dana-two", "email": "Dana@Example.org" });
    let taken = admin.call("POST", "/v1/accounts").json(&again).send().problem();
    assert_eq!(taken.code.as_str(), "account-exists");
    assert!(taken.detail.contains("e-mail"), "{}", taken.detail);
}

fn a_session_expires(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]).signed_in(&registry);
    registry.clock().forward_hours(30 * 24 - 1);
    assert_eq!(session(&dana)["user"]["id"], "dana");
    registry.clock().forward_hours(1);
    assert_eq!(dana.get("/api/v1/auth/get-session").status, 401);
}

fn who_is_disabled_is_signed_out_for_good(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let (session, mut browser) = (dana.signed_in(&registry), Browser::of(&registry, &dana));
    let lasting = session.with_token(&registry.token(&session, &[plimsoll_core::access::TokenScope::Read]));
    let device = Recorded::read("device-code").send(&registry.anonymous()).json();
    let code = |name: &str| device[name].as_str().expect("a code");
    browser.decide(code("user_code"), "approve");
    let shows_who = |browser: &mut Browser| browser.open("/device").text().contains("Signed in as");
    assert!(shows_who(&mut browser));
    let set_disabled = |disabled: bool| {
        let set = json!({ "disabled": disabled, "reason": "left the company, or did not" });
        registry.admin().call("PUT", "/v1/accounts/dana/disabled").json(&set).send().json();
    };
    set_disabled(true);
    assert_eq!(refusal(&session.get("/api/v1/auth/get-session")), refused(401, "UNAUTHENTICATED"));
    assert!(!shows_who(&mut browser));
    assert_eq!(refusal(&dana.sign_in(&registry)), refused(401, "UNAUTHENTICATED"));
    assert_eq!(browser.sign_in(&dana, &[]).status, 422);
    assert_eq!(lasting.get("/v1/me").status, 401);

    set_disabled(false);
    assert_eq!(session.get("/v1/me").status, 401, "what has ended does not come back");
    assert!(!shows_who(&mut browser));
    let collected = Recorded::read("device-token").with("device_code", json!(code("device_code")));
    let collected = collected.send(&registry.anonymous());
    assert!(collected.status == 400 && collected.text().contains("invalid_grant"), "{}", collected.text());
    assert_eq!(lasting.get("/v1/me").status, 200, "a token that was made on purpose works again");
    dana.signed_in(&registry);
}
