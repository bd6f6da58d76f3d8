//! A device without a browser is signed in by a person with one (RFC 8628), with the requests of the real client.

use plimsoll_core::access::Role;
use plimsoll_tests::{Actor, Answer, Backend, Browser, Person, Registry};
use serde_json::{Value, json};

use super::Recorded;

plimsoll_tests::behaviours!(
    an_approved_device_gets_one_token,
    a_denied_device_gets_none,
    a_device_that_asks_too_often_is_slowed_down,
    a_code_expires,
    a_code_is_for_the_program_that_asked,
    what_cannot_be_understood_is_told_in_oauths_form,
    so_many_devices_wait_at_a_time,
);

/// A device that waits.
struct Device {
    device_code: String,
    user_code: String,
    answer: Value,
}

impl Device {
    fn begin(registry: &Registry) -> Self {
        let answer = Recorded::read("device-code").send(&registry.anonymous()).json();
        let text = |key: &str| answer[key].as_str().expect(key).to_owned();
        Self { device_code: text("device_code"), user_code: text("user_code"), answer }
    }

    /// Asks after the time that it has to wait.
    fn ask(&self, registry: &Registry) -> Answer {
        registry.clock().forward_seconds(5);
        self.ask_now(registry)
    }

    fn ask_now(&self, registry: &Registry) -> Answer {
        Recorded::read("device-token").with("device_code", json!(self.device_code)).send(&registry.anonymous())
    }
}

/// The error of OAuth.
fn error(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(answer.status, 400, "{body}");
    assert!(body["error_description"].as_str().is_some_and(|text| text.len() > 8), "{body}");
    body["error"].as_str().expect("an error").to_owned()
}

fn an_approved_device_gets_one_token(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[Role::Admin]);
    let device = Device::begin(&registry);
    assert_eq!((&device.answer["expires_in"], &device.answer["interval"]), (&json!(600), &json!(5)));
    let page = format!("{}/device", registry.url());
    assert_eq!(device.answer["verification_uri"], page);
    assert_eq!(device.answer["verification_uri_complete"], format!("{page}?user_code={}", device.user_code));
    assert_eq!(error(&device.ask(&registry)), "authorization_pending");

    let mut browser = Browser::of(&registry, &dana);
    let approved = browser.decide(&device.user_code, "approve");
    assert!(approved.status == 200 && approved.text().contains("Device approved"), "{}", approved.text());

    let granted = device.ask(&registry).json();
    assert_eq!((&granted["token_type"], &granted["scope"]), (&json!("Bearer"), &json!("read publish")));
    assert_eq!(granted["expires_in"], 30 * 24 * 60 * 60);
    let token = granted["access_token"].as_str().expect("a token");
    let signed_in: Actor = registry.anonymous().with_token(token);
    assert_eq!(signed_in.get("/api/v1/auth/get-session").json()["user"]["email"], dana.email.as_str());

    assert_eq!(error(&device.ask(&registry)), "invalid_grant", "the code is used");
    let again = browser.open(&format!("/device?user_code={}", device.user_code));
    assert_eq!(again.status, 404, "also for whoever approved it");
}

fn a_denied_device_gets_none(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let device = Device::begin(&registry);
    let mut browser = Browser::of(&registry, &dana);
    let form = browser.form_token(&device.user_code);
    assert!(browser.decide(&device.user_code, "deny").text().contains("Device denied"));
    assert_eq!(error(&device.ask(&registry)), "access_denied");
    // There is no way back from no.
    let fields =
        [("form", form.as_str()), ("user_code", &device.user_code), ("confirmed", "yes"), ("decision", "approve")];
    assert_eq!(browser.send("/device", &fields).status, 404);
    assert_eq!(error(&device.ask(&registry)), "access_denied");
}

fn a_device_that_asks_too_often_is_slowed_down(on: Backend) {
    let registry = Registry::start(on);
    let device = Device::begin(&registry);
    assert_eq!(error(&device.ask_now(&registry)), "authorization_pending", "nothing was asked before");
    assert_eq!(error(&device.ask_now(&registry)), "slow_down");
    assert_eq!(error(&device.ask(&registry)), "slow_down", "it has to leave ten seconds now");
    registry.clock().forward_seconds(15);
    assert_eq!(error(&device.ask_now(&registry)), "authorization_pending");
}

fn a_code_expires(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let (approved, forgotten) = (Device::begin(&registry), Device::begin(&registry));
    let mut browser = Browser::of(&registry, &dana);
    browser.decide(&approved.user_code, "approve");
    registry.clock().forward_seconds(600);
    assert_eq!(error(&approved.ask(&registry)), "expired_token", "approved, and not asked for in time");
    assert_eq!(error(&forgotten.ask(&registry)), "expired_token");
    assert_eq!(browser.open(&format!("/device?user_code={}", forgotten.user_code)).status, 404);
    registry.clock().forward_seconds(601);
    Device::begin(&registry);
    assert_eq!(error(&forgotten.ask(&registry)), "invalid_grant", "forgotten in the end");
}

fn a_code_is_for_the_program_that_asked(on: Backend) {
    let registry = Registry::start(on);
    let device = Device::begin(&registry);
    let ask = |key: &str, value: &str| {
        let request = Recorded::read("device-token").with("device_code", json!(device.device_code));
        error(&request.with(key, json!(value)).send(&registry.anonymous()))
    };
    assert_eq!(ask("client_id", "another-program"), "invalid_grant");
    assert_eq!(ask("device_code", &device.user_code), "invalid_grant", "the short code asks for nothing");
    assert_eq!(ask("device_code", ""), "invalid_grant");
    assert_eq!(ask("grant_type", "password"), "unsupported_grant_type");
}

fn what_cannot_be_understood_is_told_in_oauths_form(on: Backend) {
    let registry = Registry::start(on);
    let failed = |path: &str, body: &Value| {
        let answer = registry.call("POST", &format!("/api/v1/auth/device/{path}")).json(body).send();
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        (answer.status, body["error"].as_str().expect("an error").to_owned())
    };
    let invalid = |status: u16| (status, "invalid_request".to_owned());
    assert_eq!(failed("code", &json!({})), invalid(422));
    assert_eq!(failed("code", &json!({ "client_id": "" })), invalid(422));
    assert_eq!(failed("code", &json!({ "client_id": "a b" })), invalid(422));
    assert_eq!(failed("code", &json!({ "client_id": "x".repeat(65) })), invalid(422));
    assert_eq!(failed("code", &json!({ "client_id": "x".repeat(10_000) })), invalid(413));
    assert_eq!(failed("token", &json!({ "client_id": "x" })), invalid(422));
}

fn so_many_devices_wait_at_a_time(on: Backend) {
    let registry = Registry::start(on);
    let begin = || Recorded::read("device-code").send(&registry.anonymous());
    assert!((0..60).all(|_| begin().status == 200));
    let stopped = begin();
    let body: Value = serde_json::from_slice(&stopped.body).expect("JSON");
    assert_eq!((stopped.status, &body["error"]), (429, &json!("slow_down")));
    registry.clock().forward_seconds(15 * 60);
    assert_eq!(begin().status, 200);
}
