//! The page at which a person signs in and approves a device: what it shows, and whom it believes.

use plimsoll_tests::{Answer, Backend, Browser, Person, Registry};

use super::Recorded;

plimsoll_tests::behaviours!(
    the_page_shows_what_is_asked_for,
    claims_are_shown_as_text,
    nothing_is_approved_without_saying_so,
    forms_of_others_are_refused,
    a_session_is_made_anew_and_ends,
    a_cookie_and_a_token_are_different_things,
    guessing_codes_is_slowed_down,
    behind_https_the_cookie_is_bound_to_the_host,
    failures_are_pages_too,
);

/// The short code of a device that waits.
fn waiting(registry: &Registry) -> String {
    let answer = Recorded::read("device-code").send(&registry.anonymous()).json();
    answer["user_code"].as_str().expect("a code").to_owned()
}

/// Every page locks the browser down.
#[track_caller]
fn locked_down(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in
        ["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let text = answer.text();
    assert!(
        !text.contains("<script") && !text.contains("<style") && !text.contains(" style=") && !text.contains(" on"),
        "{text}"
    );
}

fn the_page_shows_what_is_asked_for(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let code = waiting(&registry);
    let mut browser = Browser::new(&registry);
    let address = format!("/device?runtime_version=17.4.0&later=key&user_code={code}&runtime_name=Staging");
    let stranger = browser.open(&address);
    assert_eq!(stranger.status, 200);
    assert!(!stranger.text().contains("objectstack-cli"), "strangers see nothing of it");
    let more = [("user_code", code.as_str()), ("runtime_name", "Staging"), ("runtime_version", "17.4.0")];
    let signed_in = browser.sign_in(&dana, &more);
    let back = signed_in.header("location").to_owned();
    assert_eq!(back, format!("/device?user_code={code}&runtime_name=Staging&runtime_version=17.4.0"));
    let page = browser.open(&back);
    for shown in ["act as dana?", code.as_str(), "objectstack-cli", "Staging 17.4.0", "publish", "30 days", "0 min ago"]
    {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    for answer in [&stranger, &page, &browser.open("/device"), &browser.open("/device?user_code=nonsense")] {
        locked_down(answer);
    }
    let style = browser.open("/device/style.css");
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
}

fn claims_are_shown_as_text(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let evil = Recorded::read("device-code").with("client_id", "<img/src=x>\"'".into()).send(&registry.anonymous());
    let code = evil.json()["user_code"].as_str().expect("a code").to_owned();
    let mut browser = Browser::of(&registry, &dana);
    let claims = "runtime_name=%3Cb%3E%22%3E%E2%80%AEevil%00&runtime_version=%27%3E";
    let page = browser.open(&format!("/device?user_code={code}&{claims}")).text();
    assert!(page.contains("&#60;img/src=x&#62;&#34;&#39;"), "{page}");
    assert!(!page.contains("<img") && !page.contains("<b>") && !page.contains('\u{202e}'), "{page}");
    let long = browser.open(&format!("/device?user_code={code}&runtime_name={}", "a".repeat(5000))).text();
    assert!(!long.contains(&"a".repeat(81)), "{long}");
    let denied = browser.decide(&code, "deny").text();
    assert!(denied.contains("The program that calls itself &#34;&#60;img/src=x&#62;"), "{denied}");
    assert!(!denied.contains("<img"), "{denied}");
    let typed = browser.open("/device?user_code=%3Cscript%3E").text();
    assert!(typed.contains("&#60;script") && !typed.contains("<script"), "{typed}");
}

fn nothing_is_approved_without_saying_so(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let code = waiting(&registry);
    let mut browser = Browser::of(&registry, &dana);
    let form = browser.form_token(&code);
    let all = [("form", form.as_str()), ("user_code", code.as_str()), ("decision", "approve"), ("confirmed", "yes")];
    let unconfirmed = browser.send("/device", &all[..3]);
    assert_eq!(unconfirmed.status, 422);
    assert!(unconfirmed.text().contains("role=\"alert\""), "{}", unconfirmed.text());
    locked_down(&unconfirmed);
    assert_eq!(browser.send("/device", &all[..2]).status, 400, "neither yes nor no");
    // Opening an address decides nothing, whatever is in it.
    browser.open(&format!("/device?user_code={code}&form={form}&decision=approve&confirmed=yes"));
    assert_eq!(browser.open(&format!("/device?user_code={code}")).status, 200, "it still waits");
    assert_eq!(browser.send("/device", &all).status, 200);
}

fn forms_of_others_are_refused(on: Backend) {
    let registry = Registry::start(on);
    let (dana, mallory) = (Person::join(&registry, "dana", &[]), Person::join(&registry, "mallory", &[]));
    let code = waiting(&registry);
    let mut browser = Browser::of(&registry, &dana);
    let form = browser.form_token(&code);
    let foreign = Browser::of(&registry, &mallory).form_token(&code);
    let fields = |form| [("form", form), ("user_code", code.as_str()), ("decision", "approve"), ("confirmed", "yes")];
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", registry.url()), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ] {
        for (path, fields) in [
            ("/device", fields(&form).to_vec()),
            ("/device/sign-in", vec![("email", mallory.email.as_str()), ("password", &mallory.password)]),
            ("/device/sign-out", vec![("form", &form)]),
        ] {
            let call = headers.iter().fold(browser.form(path, &fields), |call, (name, value)| call.header(name, value));
            let refused = call.send();
            assert_eq!((refused.status, refused.header("set-cookie")), (403, ""), "{path} {headers:?}");
            locked_down(&refused);
        }
    }
    for wrong in ["", foreign.as_str()] {
        assert_eq!(browser.send("/device", &fields(wrong)).status, 403);
        assert_eq!(browser.send("/device/sign-out", &[("form", wrong)]).status, 403);
    }
    let plain = registry.call("POST", "/device").header("cookie", browser.cookie().expect("a cookie"));
    let plain = plain.header("origin", registry.url()).header("content-type", "text/plain");
    assert_eq!(plain.body(format!("form={form}&user_code={code}&decision=deny")).send().status, 415);
    assert_eq!(browser.open(&format!("/device?user_code={code}")).status, 200, "it still waits");
    assert_eq!(browser.send("/device", &fields(&form)).status, 200);
}

fn a_session_is_made_anew_and_ends(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let shows = |browser: &mut Browser, text: &str| browser.open("/device").text().contains(text);
    let mut browser = Browser::new(&registry);
    let planted = format!("plimsoll={}", "a".repeat(64));
    browser.set_cookie(&planted);
    assert!(shows(&mut browser, "<h1>Sign in</h1>"), "nobody gave this cookie");
    browser.sign_in(&dana, &[]);
    let first = browser.cookie().expect("a cookie").to_owned();
    assert_ne!(first, planted);
    assert!(shows(&mut browser, "Signed in as <strong>dana</strong>"));
    browser.sign_in(&dana, &[]);
    assert_ne!(browser.cookie().expect("a cookie"), first);
    let mut before = Browser::new(&registry);
    before.set_cookie(&first);
    assert!(shows(&mut before, "<h1>Sign in</h1>"), "signing in again ends the session before");

    let form = browser.form_token("");
    let mut other = Browser::new(&registry);
    other.set_cookie(browser.cookie().expect("a cookie"));
    assert_eq!(browser.send("/device/sign-out", &[("form", &form)]).status, 303);
    assert_eq!(browser.cookie(), None);
    assert!(shows(&mut other, "<h1>Sign in</h1>"), "it ended at the registry, not in one browser");

    let mut browser = Browser::of(&registry, &dana);
    registry.clock().forward_seconds(60 * 60);
    assert!(shows(&mut browser, "<h1>Sign in</h1>"), "it lasts an hour");
    let wrong = Person { password: "a guess at it".to_owned(), name: dana.name.clone(), email: dana.email.clone() };
    let refused = browser.sign_in(&wrong, &[]);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("The e-mail address or the password is wrong."), "{}", refused.text());
    assert!(!refused.text().contains("a guess at it"), "a password is never shown");
    locked_down(&refused);
}

fn a_cookie_and_a_token_are_different_things(on: Backend) {
    let registry = Registry::start(on);
    let dana = Person::join(&registry, "dana", &[]);
    let browser = Browser::of(&registry, &dana);
    let secret = browser.cookie().expect("a cookie").trim_start_matches("plimsoll=").to_owned();
    let as_token = registry.call("GET", "/v1/me").token(&secret).send();
    assert_eq!(as_token.status, 401);
    assert_eq!(registry.call("GET", "/v1/me").header("cookie", browser.cookie().expect("a cookie")).send().status, 401);
    let token = dana.signed_in(&registry).token().expect("a token").to_owned();
    for cookie in [format!("plimsoll={token}"), format!("plimsoll={}", &token[5..69])] {
        let mut browser = Browser::new(&registry);
        browser.set_cookie(&cookie);
        assert!(browser.open("/device").text().contains("<h1>Sign in</h1>"));
    }
}

fn guessing_codes_is_slowed_down(on: Backend) {
    let registry = Registry::start(on);
    let (dana, erin) = (Person::join(&registry, "dana", &[]), Person::join(&registry, "erin", &[]));
    let code = waiting(&registry);
    let mut browser = Browser::of(&registry, &dana);
    for _ in 0..20 {
        assert_eq!(browser.open("/device?user_code=BBBB-BBBB").status, 404);
    }
    let stopped = browser.open(&format!("/device?user_code={code}"));
    assert_eq!(stopped.status, 429, "also the right one");
    locked_down(&stopped);
    let form = browser.open("/device").text();
    let form = form.split("name=\"form\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let fields = [("form", form), ("user_code", code.as_str()), ("decision", "approve"), ("confirmed", "yes")];
    assert_eq!(browser.send("/device", &fields).status, 429, "nor by the form");
    assert_eq!(Browser::of(&registry, &erin).open(&format!("/device?user_code={code}")).status, 200);
}

fn behind_https_the_cookie_is_bound_to_the_host(on: Backend) {
    let registry = Registry::with(on, |config| config.public_url = Some("https://plugins.example.org".to_owned()));
    let dana = Person::join(&registry, "dana", &[]);
    let answer = Recorded::read("device-code").send(&registry.anonymous()).json();
    assert_eq!(answer["verification_uri"], "https://plugins.example.org/device");
    let fields = [("email", dana.email.as_str()), ("password", dana.password.as_str())];
    let form = Browser::new(&registry).form("/device/sign-in", &fields);
    let set = form.header("origin", "https://plugins.example.org").send();
    let (cookie, attributes) = set.header("set-cookie").split_once(';').expect("attributes");
    assert!(cookie.starts_with("__Host-plimsoll="), "{cookie}");
    assert_eq!(attributes, " Max-Age=3600; Path=/; HttpOnly; SameSite=Lax; Secure");
    let page = registry.call("GET", "/device").header("cookie", &format!("other=1; {cookie}")).send();
    assert!(page.text().contains("Signed in as"), "{}", page.text());
}

fn failures_are_pages_too(on: Backend) {
    let registry = Registry::start(on);
    let mut browser = Browser::new(&registry);
    for (answer, status) in [
        (browser.open("/device/nothing"), 404),
        (browser.open("/device/sign-in"), 405),
        (browser.send("/device/sign-in", &[("email", &"x".repeat(5000))]), 413),
    ] {
        assert_eq!(answer.status, status);
        locked_down(&answer);
        assert!(
            answer.text().contains("<h1>") && answer.text().contains(answer.header("x-request-id")),
            "{}",
            answer.text()
        );
    }
    assert_eq!(browser.open("/devices").header("content-type"), "application/problem+json");
}
