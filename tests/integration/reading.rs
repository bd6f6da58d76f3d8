//! What a registry says of itself and of its packages: catalogs, index documents, artifacts, events.

use plimsoll_core::problem::ProblemCode;
use plimsoll_tests::{Actor, Backend, Plugin, Registry, listing, noise};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    catalogs_are_searched_filtered_and_paged,
    an_index_is_asked_for_only_when_it_changed,
    an_artifact_comes_whole_in_part_or_not_at_all,
    each_change_is_an_event,
    a_registry_says_how_it_is,
);

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["package"].as_str().expect("an id").to_owned()).collect()
}

fn catalogs_are_searched_filtered_and_paged(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let described =
        |description: &str| plimsoll_core::wire::Listing { description: Some(description.to_owned()), ..listing() };
    for number in 0..7 {
        acme.release(Plugin::data(&format!("com.acme.words-{number}"), "1.0.0"));
    }
    acme.release(
        Plugin::data("com.acme.theme", "1.0.0").with("type", json!("theme")).listed_as(described("Über den Wolken")),
    );
    acme.release(Plugin::app("com.acme.crm", "1.0.0"));
    acme.publish(Plugin::data("com.acme.secret", "1.0.0"));
    let visitor = registry.visitor();
    let found = |query: &str| names(&visitor.get(&format!("/v1/catalogs/contributions?{query}")).json());
    assert_eq!(found("limit=100").len(), 8);
    assert_eq!(found("q=wolken"), ["com.acme.theme"]);
    assert_eq!(found("q=WORDS-3"), ["com.acme.words-3"]);
    assert_eq!(found("type=theme"), ["com.acme.theme"]);
    assert_eq!(found("category=testing&type=theme"), ["com.acme.theme"]);
    assert!(found("category=nothing-here").is_empty() && found("q=secret").is_empty() && found("q=crm").is_empty());
    for hostile in ["%25", "_", "%22", "'%20OR%201=1", "(((", "*", "NEAR", "%27%3B--"] {
        assert!(visitor.get(&format!("/v1/catalogs/contributions?q={hostile}")).status < 500, "{hostile}");
    }
    assert_eq!(names(&registry.anonymous().get("/v1/catalogs/apps").json()), ["com.acme.crm"]);
    assert_eq!(registry.anonymous().get("/v1/catalogs/contributions").code(), ProblemCode::CredentialsMissing);

    let (mut path, mut all) = ("/v1/catalogs/contributions?limit=3".to_owned(), Vec::new());
    loop {
        let answer = visitor.get(&path);
        let page = answer.json();
        all.extend(names(&page));
        let Some(next) = page["next"].as_str() else { break };
        assert!(answer.header("link").contains("rel=\"next\""), "{}", answer.header("link"));
        path = format!("/v1/catalogs/contributions?limit=3&cursor={next}");
    }
    let mut once = all.clone();
    once.sort();
    once.dedup();
    assert_eq!((all.len(), once.len()), (8, 8), "each once: {all:?}");
    let item = &visitor.get("/v1/catalogs/contributions?q=theme").json()["items"][0];
    assert_eq!(
        (&item["publisher"], &item["publisherLevel"], &item["tier"]),
        (&json!("acme"), &json!("unverified"), &json!("declarative"))
    );
}

fn an_index_is_asked_for_only_when_it_changed(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new("com.acme.linter", "1.0.0"));
    let path = "/v1/index/com.acme.linter";
    let visitor = registry.visitor();
    let first = visitor.get(path);
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with('"') && first.header("cache-control").contains("max-age"), "{:?}", first.headers);
    let again = visitor.call("GET", path).header("if-none-match", &etag).send();
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = visitor.call("HEAD", path).send();
    assert_eq!((head.status, head.header("etag"), head.body.len()), (200, etag.as_str(), 0));
    acme.release(Plugin::new("com.acme.linter", "1.1.0"));
    let changed = visitor.call("GET", path).header("if-none-match", &etag).send();
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), etag);
    // It is signed anew before it expires, without any change.
    registry.clock().forward_hours(20);
    let renewed = visitor.call("GET", path).header("if-none-match", changed.header("etag")).send();
    assert_eq!(renewed.status, 200);
}

fn an_artifact_comes_whole_in_part_or_not_at_all(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let plugin = Plugin::data("com.acme.noise", "1.0.0").file("assets/noise.png", noise(1, 600_000));
    let bytes = plugin.artifact();
    let version = acme.publish(plugin);
    let path = format!("/v1/artifacts/{}", version.sha256);
    let get = |headers: &[(&str, &str)]| {
        let call = acme.owner().call("GET", &path);
        headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send()
    };
    let whole = get(&[]);
    assert!(whole.body == bytes);
    assert_eq!(whole.header("content-length"), bytes.len().to_string());
    assert!(whole.header("cache-control").contains("immutable"), "{}", whole.header("cache-control"));
    let etag = whole.header("etag").to_owned();
    assert!(etag.contains(&version.sha256.to_string()), "{etag}");
    let end = bytes.len();
    for (range, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=1000-1999", 1000..2000),
        ("bytes=-5", end - 5..end),
        ("bytes=300000-", 300_000..end),
    ] {
        let answer = get(&[("range", range)]);
        assert_eq!((answer.status, &answer.body[..]), (206, &bytes[part.clone()]), "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {}-{}/{end}", part.start, part.end - 1));
    }
    assert_eq!(get(&[("range", "bytes=99999999-")]).code(), ProblemCode::RangeNotSatisfiable);
    assert!(get(&[("range", "bytes=0-0"), ("if-range", "\"other\"")]).body == bytes);
    assert_eq!(get(&[("if-none-match", &etag)]).status, 304);
    let head = acme.owner().call("HEAD", &path).send();
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, end.to_string().as_str(), 0));
}

fn each_change_is_an_event(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let request =
        registry.admin().call("PUT", "/v1/publishers/acme/prefixes/com.acme").header("x-request-id", "build-7");
    assert_eq!(request.send().header("x-request-id"), "build-7");
    acme.release(Plugin::new("com.acme.linter", "1.0.0"));
    acme.refused(Plugin::new("sys.linter", "1.0.0"));
    let yank = json!({ "to": "yanked", "reason": "it loses data" });
    acme.owner().call("POST", "/v1/packages/com.acme.linter/versions/1.0.0/availability").json(&yank).send().json();
    let events = |actor: &Actor, query: &str| actor.get(&format!("/v1/audit?limit=100{query}")).json()["items"].clone();
    let own = events(acme.owner(), "&publisher=acme");
    let actions: Vec<&str> =
        own.as_array().expect("items").iter().rev().map(|event| event["action"].as_str().expect("text")).collect();
    let expected = [
        "publisher.created",
        "key.added",
        "publisher.prefix",
        "version.published",
        "version.approved",
        "version.refused",
        "version.yanked",
    ];
    assert_eq!(actions, expected);
    let prefix =
        own.as_array().expect("items").iter().find(|event| event["action"] == "publisher.prefix").expect("there");
    assert_eq!((&prefix["actor"], &prefix["requestId"]), (&json!("admin"), &json!("build-7")));
    assert!(!own.to_string().contains("plim_"), "no secret");
    let all = events(registry.admin(), "");
    assert!(all.as_array().expect("items").len() > actions.len() && !all.to_string().contains("plim_"));
    assert_eq!(acme.owner().get("/v1/audit").code(), ProblemCode::NotAllowed, "all of them are the administrator's");
    assert_eq!(registry.visitor().get("/v1/audit?publisher=acme").code(), ProblemCode::NotAllowed);
}

fn a_registry_says_how_it_is(on: Backend) {
    let registry = Registry::start(on);
    let get = |path: &str| registry.anonymous().get(path);
    assert_eq!(get("/healthz").status, 200);
    assert_eq!(get("/readyz").status, 200);
    let discovery = get("/.well-known/plimsoll.json").json();
    assert_eq!((&discovery["registry"], &discovery["demo"]), (&json!(registry.origin()), &json!(false)));
    assert_eq!(discovery["limits"]["artifactBytes"], 128 * 1024 * 1024);
    assert_eq!(discovery["keys"][0]["keyId"], registry.fingerprint().to_string());
    let document: Value = serde_json::from_str(include_str!("../../openapi/openapi.json")).expect("JSON");
    assert_eq!(get("/openapi.json").json(), document);
    let answer = get("/v1/me");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}
