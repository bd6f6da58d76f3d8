//! The marketplace as ObjectStack's runtimes browse it: Apps alone, for anyone, and only what may still be chosen.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll_core::Level;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{Listing, SetAvailability};
use plimsoll_server::export;
use plimsoll_tests::{Answer, Backend, Object, Objects, Plugin, Publisher, Registry, listing};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    an_app_is_shown_with_what_it_discloses,
    an_app_shows_what_all_it_bundles_may_do,
    an_app_is_installed_from_the_stack_that_it_carries,
    what_is_no_listed_app_is_absent_in_every_route,
    what_is_taken_back_is_not_offered_any_more,
    what_is_held_is_not_offered,
    the_list_is_searched_filtered_and_paged,
    a_file_is_sent_again_only_when_it_changed,
    an_icon_is_an_image_and_no_page,
    garbage_is_answered_in_the_clients_own_form,
    exported_files_are_what_the_routes_send,
    an_export_touches_no_other_files,
);

const PACKAGES: &str = "/api/v1/marketplace/packages";
const CRM: &str = "com.acme.crm";

fn get(registry: &Registry, path: &str) -> Answer {
    registry.anonymous().get(&format!("{PACKAGES}{path}"))
}

/// What a good answer carries.
#[track_caller]
fn data(answer: &Answer) -> Value {
    let body = answer.json();
    assert_eq!(body["success"], true, "{body}");
    body["data"].clone()
}

/// The status and the sentence of a failure.
#[track_caller]
fn failure(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!((&body["success"], &body["error"]["httpStatus"]), (&json!(false), &json!(answer.status)), "{body}");
    let message = body["error"]["message"].as_str().expect("a sentence").to_owned();
    assert!(message.len() > 8, "{body}");
    (answer.status, message)
}

fn ids(registry: &Registry, query: &str) -> Vec<String> {
    let items = data(&get(registry, query))["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["id"].as_str().expect("an id").trim_start_matches("com.acme.").to_owned()).collect()
}

fn set(publisher: &Publisher, version: &str, to: AvailabilityWord) {
    let set = SetAvailability { to, reason: "it loses data".to_owned(), replacement: None };
    let (package, version) = (CRM.parse().expect("an id"), version.parse().expect("a version"));
    publisher.owner().client().set_availability(&package, &version, &set).expect("changed");
}

fn an_app_is_shown_with_what_it_discloses(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let de = json!({ "displayName": "Acme Kunden", "readme": "# Kunden" });
    let named = Listing {
        display_name: Some("Acme CRM".to_owned()),
        tagline: Some("Who buys what".to_owned()),
        homepage_url: Some("https://acme.example/crm".to_owned()),
        license: Some("MIT".to_owned()),
        translations: Some(
            [("de".parse().expect("a locale"), serde_json::from_value(de.clone()).expect("texts"))].into(),
        ),
        ..listing()
    };
    acme.release(
        Plugin::app(CRM, "1.0.0").with("engines", json!({ "protocol": "^17", "platform": ">=17" })).listed_as(named),
    );

    let page = data(&get(&registry, ""));
    assert_eq!((&page["total"], &page["limit"], &page["offset"]), (&json!(1), &json!(50), &json!(0)));
    let mut item = page["items"][0].clone();
    let detail = data(&get(&registry, "/com.acme.crm"));
    assert_eq!(detail["package"]["readme"], "# A package of the tests\n");
    assert_eq!(detail["package"]["translations"]["de"], de);
    for time in ["created_at", "updated_at"] {
        assert!(item.as_object_mut().expect("an object").remove(time).is_some_and(|time| time.is_string()), "{time}");
    }
    let mut version = item.as_object_mut().expect("an object").remove("latest_version").expect("a version");
    assert_eq!(detail["versions"], json!([version]));
    for time in ["published_at", "reviewed_at"] {
        assert!(
            version.as_object_mut().expect("an object").remove(time).is_some_and(|time| time.is_string()),
            "{time}"
        );
    }
    assert_eq!(
        item,
        json!({
            "id": CRM, "manifest_id": CRM, "display_name": "Acme CRM", "description": "A package of the tests.",
            "category": "testing", "tags": null, "icon_url": "/api/v1/marketplace/packages/com.acme.crm/icon",
            "tagline": "Who buys what", "homepage_url": "https://acme.example/crm", "license": "MIT", "publisher": "acme",
            "is_starter": false, "translations": { "de": { "displayName": "Acme Kunden" } },
        })
    );
    assert_eq!(
        version,
        json!({
            "id": "1.0.0", "version": "1.0.0", "status": "published", "listing_status": "approved",
            "is_prerelease": false, "release_notes": null, "artifact_kind": "plugin", "contains_code": false,
            "runtime": null, "packaging": "bundled", "permissions": null,
            "engines": { "protocol": "^17", "platform": ">=17" }, "signed": true, "platform_verified": true,
        })
    );
    for number in ["1.0.0", "latest"] {
        let installable = data(&get(&registry, &format!("/com.acme.crm/versions/{number}/manifest")));
        assert_eq!((&installable["version"], &installable["version_id"]), (&json!("1.0.0"), &json!("1.0.0")));
        let manifest = registry.anonymous().get("/v1/packages/com.acme.crm/versions/1.0.0/manifest").json();
        assert_eq!(installable["manifest"], manifest, "{number}");
    }
}

fn an_app_shows_what_all_it_bundles_may_do(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new("com.acme.linter", "1.0.0").permission("network", "api.example.com"));
    acme.release(Plugin::app(CRM, "1.0.0").depends_on("com.acme.linter", "^1").permission("services", "object"));
    let version = &data(&get(&registry, ""))["items"][0]["latest_version"];
    assert_eq!((&version["contains_code"], &version["runtime"]), (&json!(true), &json!("sandbox")));
    let all = json!({ "services": ["object"], "hooks": [], "network": ["api.example.com"], "fs": [] });
    assert_eq!(version["permissions"], all);
}

fn an_app_is_installed_from_the_stack_that_it_carries(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    // More than is sent at once.
    let large = "A line of notes. ".repeat(40_000);
    let stack = |id: &str, hooks: Value| {
        json!({
            "manifest": { "id": id, "version": "1.0.0", "type": "app", "name": "CRM" }, "apps": [{ "name": "crm" }],
            "hooks": hooks, "datasets": [{ "rate": 1.5, "at": [1e21, 12_345_678_901_234_567_u64] }, { "notes": large }],
        })
    };
    let script = json!([{ "body": { "language": "js", "source": "return 1" } }]);
    let (data_only, scripted) = (stack(CRM, json!([])), stack("com.acme.scripted", script));
    acme.release(Plugin::app(CRM, "1.0.0").file("objectstack.json", data_only.to_string()));
    acme.release(Plugin::app("com.acme.scripted", "1.0.0").file("dist/objectstack.json", scripted.to_string()));

    let answer = get(&registry, "/com.acme.crm/versions/latest/manifest");
    assert_eq!(data(&answer)["manifest"], data_only);
    assert!(answer.text().contains(&data_only.to_string()), "byte for byte");
    assert_eq!((answer.header("cache-control"), answer.header("vary")), ("public, max-age=60", "authorization"));

    let path = format!("{PACKAGES}/com.acme.scripted/versions/1.0.0/manifest");
    assert_eq!(data(&get(&registry, "/com.acme.scripted"))["versions"][0]["contains_code"], true);
    assert_eq!(failure(&registry.anonymous().get(&path)).0, 401, "as its artifact");
    assert_eq!(failure(&registry.visitor().get(&path)).0, 403);
    let answer = registry.operator().get(&path);
    assert_eq!((&data(&answer)["manifest"], answer.header("cache-control")), (&scripted, "private, max-age=60"));
    let directory = tempfile::tempdir().expect("a directory");
    export::marketplace(&registry.open(), directory.path().to_str().expect("a path")).expect("exported");
    let exported = files(directory.path());
    assert_eq!(
        exported["packages/com.acme.crm/versions/1.0.0/manifest.json"],
        get(&registry, "/com.acme.crm/versions/1.0.0/manifest").body
    );
    assert!(exported.contains_key("packages/com.acme.scripted.json"));
    assert!(
        exported.keys().all(|name| !name.starts_with("packages/com.acme.scripted/versions")),
        "{:?}",
        exported.keys()
    );
}

fn what_is_no_listed_app_is_absent_in_every_route(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new("com.acme.plugin", "1.0.0"));
    acme.release(Plugin::data("com.acme.theme", "1.0.0").with("type", json!("theme")));
    acme.publish(Plugin::app("com.acme.private", "1.0.0"));
    acme.publish(Plugin::app("com.acme.waiting", "1.0.0").for_marketplace());
    acme.release(Plugin::app(CRM, "1.0.0"));
    acme.publish(Plugin::app(CRM, "2.0.0"));

    assert_eq!((ids(&registry, ""), ids(&registry, "?q=acme")), (vec!["crm".to_owned()], vec!["crm".to_owned()]));
    assert!(ids(&registry, "?q=plugin").is_empty() && ids(&registry, "?q=private").is_empty());
    let absent = |path: &str| {
        let answer = get(&registry, path);
        let (status, message) = failure(&answer);
        assert_eq!(
            serde_json::from_slice::<Value>(&answer.body).expect("JSON")["error"]["code"],
            "RESOURCE_NOT_FOUND",
            "{path}"
        );
        (status, message)
    };
    for of in ["", "/icon", "/versions/1.0.0/manifest", "/versions/latest/manifest"] {
        let (status, nowhere) = absent(&format!("/com.acme.nothing{of}"));
        assert_eq!(status, 404, "{of}");
        for hidden in ["plugin", "theme", "private", "waiting"] {
            let (status, message) = absent(&format!("/com.acme.{hidden}{of}"));
            assert_eq!((status, message.replace(hidden, "nothing")), (404, nowhere.clone()), "{hidden}{of}");
        }
        assert_eq!(absent(&format!("/Not%20An%20Id{of}")).0, 404, "{of}");
    }
    assert_eq!(absent("/com.acme.crm/versions/2.0.0/manifest").0, 404, "a private version");
    assert_eq!(absent("/com.acme.crm/versions/newest/manifest").0, 404);
    assert_eq!(data(&get(&registry, "/com.acme.crm"))["versions"].as_array().map(Vec::len), Some(1));
    // Whoever asks sees the same, also with a token that nobody knows.
    let known = acme.owner().get(&format!("{PACKAGES}/com.acme.plugin"));
    assert_eq!(known.status, 404);
    assert_eq!(registry.call("GET", PACKAGES).token("oscc_of_another_place").send().status, 200);
}

fn what_is_taken_back_is_not_offered_any_more(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::app(CRM, "1.0.0"));
    acme.release(Plugin::app(CRM, "1.1.0"));
    let latest = || data(&get(&registry, "/com.acme.crm/versions/latest/manifest"))["version"].clone();
    let manifest = |number: &str| get(&registry, &format!("/com.acme.crm/versions/{number}/manifest")).status;
    let versions = || {
        let versions = data(&get(&registry, "/com.acme.crm"))["versions"].as_array().expect("versions").clone();
        let shown = versions.iter().map(|version| format!("{} {}", version["version"], version["status"]));
        shown.map(|text| text.replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(
        (latest(), versions()),
        (json!("1.1.0"), vec!["1.1.0 published".to_owned(), "1.0.0 published".to_owned()])
    );
    set(&acme, "1.1.0", AvailabilityWord::Deprecated);
    assert_eq!((latest(), manifest("1.1.0")), (json!("1.0.0"), 200));
    assert_eq!(versions(), ["1.1.0 deprecated", "1.0.0 published"]);
    set(&acme, "1.1.0", AvailabilityWord::Yanked);
    assert_eq!((latest(), manifest("1.1.0"), manifest("1.0.0")), (json!("1.0.0"), 404, 200));
    assert_eq!(versions(), ["1.0.0 published"]);
    set(&acme, "1.0.0", AvailabilityWord::Yanked);
    assert_eq!((manifest("latest"), manifest("1.0.0"), get(&registry, "/com.acme.crm").status), (404, 404, 404));
    assert!(ids(&registry, "").is_empty());
    set(&acme, "1.0.0", AvailabilityWord::Live);
    assert_eq!((latest(), ids(&registry, "")), (json!("1.0.0"), vec!["crm".to_owned()]));
}

fn what_is_held_is_not_offered(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Trusted);
    let in_process = |id: &str, version: &str| Plugin::app(id, version).with("runtime", json!("node"));
    acme.release(Plugin::app(CRM, "1.0.0"));
    acme.release(in_process(CRM, "1.1.0"));
    acme.release(in_process("com.acme.erp", "1.0.0"));
    let latest = || data(&get(&registry, "/com.acme.crm/versions/latest/manifest"))["version"].clone();
    assert_eq!((latest(), ids(&registry, "")), (json!("1.1.0"), vec!["crm".to_owned(), "erp".to_owned()]));

    registry.set_level(&acme, Level::Pending);
    assert_eq!((latest(), ids(&registry, "")), (json!("1.0.0"), vec!["crm".to_owned()]));
    let versions = data(&get(&registry, "/com.acme.crm"))["versions"].as_array().expect("versions").clone();
    let numbers: Vec<_> = versions.iter().map(|version| &version["version"]).collect();
    assert_eq!(numbers, ["1.0.0"], "the version that its publisher's level still reaches");
    assert_eq!(get(&registry, "/com.acme.crm/versions/1.1.0/manifest").status, 404);
    for of in ["", "/icon", "/versions/1.0.0/manifest", "/versions/latest/manifest"] {
        assert_eq!(get(&registry, &format!("/com.acme.erp{of}")).status, 404, "{of}");
    }

    let directory = tempfile::tempdir().expect("a directory");
    export::marketplace(&registry.open(), directory.path().to_str().expect("a path")).expect("exported");
    let exported = files(directory.path());
    assert!(exported.contains_key("packages/com.acme.crm/versions/1.0.0/manifest.json"));
    let held = |name: &&String| name.contains("erp") || name.contains("1.1.0");
    assert_eq!(exported.keys().find(held), None);
}

fn the_list_is_searched_filtered_and_paged(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let in_sales = || Listing { category: Some("sales".parse().expect("a category")), ..listing() };
    for number in 0..5 {
        let app = Plugin::app(&format!("com.acme.words-{number}"), "1.0.0");
        acme.release(if number < 2 { app.listed_as(in_sales()) } else { app });
    }
    assert_eq!(ids(&registry, "?q=WORDS-3"), ["words-3"]);
    assert_eq!((ids(&registry, "?q=ORD").len(), ids(&registry, "?q=ds-3")), (5, vec!["words-3".to_owned()]));
    let all_of_them = "?q=&category=&limit=&offset=&sort=newest&sort=name";
    assert_eq!(ids(&registry, all_of_them).len(), 5, "what is empty is not asked, what is not known is not looked at");
    let shown = |query: &str| (data(&get(&registry, query))["total"].clone(), ids(&registry, query).len());
    assert_eq!(shown("?category=Support"), (json!(0), 0), "no category, so nothing is of it");
    assert_eq!(ids(&registry, "?category=sales"), ["words-0", "words-1"]);
    assert_eq!(ids(&registry, "?q=words&category=sales&limit=1&offset=1"), ["words-1"]);
    assert!(ids(&registry, "?category=none-here").is_empty() && ids(&registry, "?q=%25").is_empty());
    assert!(ids(&registry, "?offset=10000").is_empty());
    let page = data(&get(&registry, "?category=sales&limit=1&offset=7"));
    assert_eq!((&page["total"], &page["limit"], &page["offset"]), (&json!(2), &json!(1), &json!(7)));
    let paged: Vec<String> = (0..5).flat_map(|at| ids(&registry, &format!("?limit=2&offset={}", at * 2))).collect();
    assert_eq!(paged, ["words-0", "words-1", "words-2", "words-3", "words-4"]);
    assert_eq!(ids(&registry, "?limit=100").len(), 5);
}

fn a_file_is_sent_again_only_when_it_changed(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::app(CRM, "1.0.0"));
    let files = ["", "/com.acme.crm", "/com.acme.crm/versions/latest/manifest", "/com.acme.crm/icon"];
    let changed = get(&registry, "").header("last-modified").to_owned();
    let since = registry.call("GET", PACKAGES).header("if-modified-since", &changed).send();
    assert_eq!((since.status, changed.ends_with(" GMT")), (200, true), "another change may follow within this second");
    registry.clock().forward_hours(1);
    let validators = files.map(|file| {
        let answer = get(&registry, file);
        assert_eq!(answer.header("cache-control"), "public, max-age=60", "{file}");
        let head = registry.call("HEAD", &format!("{PACKAGES}{file}")).send();
        let (etag, time) = (answer.header("etag").to_owned(), answer.header("last-modified").to_owned());
        assert_eq!((head.status, head.header("etag"), head.body.len()), (200, etag.as_str(), 0), "{file}");
        assert!(etag.starts_with('"') && time.ends_with(" GMT"), "{file}: {etag} {time}");
        (etag, time)
    });
    let asked = |file: &str, header: &str, value: &str| {
        let answer = registry.call("GET", &format!("{PACKAGES}{file}")).header(header, value).send();
        assert_eq!(answer.status == 304, answer.body.is_empty(), "{file} {header}");
        answer.status
    };
    let unchanged = || {
        let pairs = files.iter().zip(&validators);
        pairs.map(|(file, (etag, time))| (asked(file, "if-none-match", etag), asked(file, "if-modified-since", time)))
    };
    assert!(unchanged().all(|same| same == (304, 304)));
    let another = "data:image/png;base64,iVBORw0KGgoA".to_owned();
    acme.release(Plugin::app(CRM, "1.1.0").listed_as(Listing { icon: Some(another), ..listing() }));
    assert!(unchanged().all(|same| same == (200, 200)), "{:?}", unchanged().collect::<Vec<_>>());
    registry.clock().forward_hours(1);
    assert!(unchanged().all(|same| same == (200, 200)));
    // What it shows is as before, but for when it was listed; the time is another, as anything may have happened between.
    set(&acme, "1.1.0", AvailabilityWord::Yanked);
    let (etag, time) = &validators[2];
    assert_eq!((asked(files[2], "if-none-match", etag), asked(files[2], "if-modified-since", time)), (304, 200));
}

const PNG: &str = "data:image/png;base64,iVBORw0KGgo=";

fn an_icon_is_an_image_and_no_page(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let with_icon = |id: &str, icon: &str| {
        acme.release(Plugin::app(id, "1.0.0").listed_as(Listing { icon: Some(icon.to_owned()), ..listing() }));
        data(&get(&registry, &format!("/{id}")))["package"]["icon_url"].clone()
    };
    let path = with_icon(CRM, PNG);
    let answer = registry.anonymous().get(path.as_str().expect("a path"));
    assert_eq!((answer.header("content-type"), answer.body.as_slice()), ("image/png", &b"\x89PNG\r\n\x1a\n"[..]));
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let svg = "data:image/svg+xml;base64,PHN2Zy8+";
    assert_eq!(with_icon("com.acme.svg", svg), svg, "as the source of an image, where its scripts never run");
    assert_eq!(get(&registry, "/com.acme.svg/icon").status, 404, "a runtime would send it on without our policy");
    let elsewhere = "https://acme.example/icon.png";
    assert_eq!(with_icon("com.acme.elsewhere", elsewhere), elsewhere);
    assert_eq!(get(&registry, "/com.acme.elsewhere/icon").status, 404, "the registry fetches nothing");
}

/// The files below a directory, by their paths.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut left) = (BTreeMap::new(), vec![directory.to_owned()]);
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(next).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(directory).expect("below it").to_str().expect("a name").to_owned();
                found.insert(name, std::fs::read(path).expect("a file"));
            }
        }
    }
    found
}

fn exported_files_are_what_the_routes_send(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::app(CRM, "1.0.0").listed_as(Listing { icon: Some(PNG.to_owned()), ..listing() }));
    acme.release(Plugin::app(CRM, "1.1.0"));
    acme.release(Plugin::app("com.acme.crm.json", "1.0.0"));
    acme.release(Plugin::new("com.acme.plugin", "1.0.0"));
    acme.publish(Plugin::app("com.acme.private", "1.0.0"));
    for number in 0..60 {
        acme.release(Plugin::app(&format!("com.acme.many-{number}"), "1.0.0"));
    }
    let directory = tempfile::tempdir().expect("a directory");
    let to = directory.path().join("static");
    let app = registry.open();
    let export = || export::marketplace(&app, to.to_str().expect("a path")).expect("exported");
    let first = export();
    let all = files(&to);
    assert_eq!((first.written, first.removed), (all.len() - 1, 0), "all but the mark");

    let route = |path: &str| get(&registry, path).body;
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("JSON");
    let listed = json(&all["packages.json"]);
    let one_page = json(&route("?limit=100"));
    assert_eq!((&listed["data"]["items"], &listed["data"]["total"]), (&one_page["data"]["items"], &json!(62)));
    let many = (0..60).map(|number| format!("com.acme.many-{number}"));
    for id in many.chain([CRM.to_owned()]) {
        assert_eq!(all[&format!("packages/{id}.json")], route(&format!("/{id}")), "{id}");
        let latest = format!("{id}/versions/latest/manifest");
        assert_eq!(all[&format!("packages/{latest}.json")], route(&format!("/{latest}")), "{id}");
    }
    for number in ["1.0.0", "1.1.0"] {
        let manifest = format!("com.acme.crm/versions/{number}/manifest");
        assert_eq!(all[&format!("packages/{manifest}.json")], route(&format!("/{manifest}")));
    }
    assert!(all.keys().all(|name| !name.contains("plugin/") && !name.contains("private")), "{:?}", all.keys());
    assert!(!all.contains_key("packages/com.acme.crm.json.json"), "its directory would be the file of another App");

    assert_eq!((export().written, files(&to) == all), (0, true));
    set(&acme, "1.1.0", AvailabilityWord::Yanked);
    let after = export();
    let left = files(&to);
    assert!(!left.contains_key("packages/com.acme.crm/versions/1.1.0/manifest.json"));
    assert_eq!((after.written, after.removed), (3, 1), "list, detail and latest; a manifest");
    set(&acme, "1.0.0", AvailabilityWord::Yanked);
    export();
    assert!(files(&to).keys().all(|name| !name.starts_with("packages/com.acme.crm")));
}

/// Not on the embedded back end: who keeps artifacts in a bucket exports to one.
#[test]
fn a_bucket_gets_the_same_files_with_their_media_types() {
    if !Backend::ScaledOut.is_there() {
        return;
    }
    let Some(bucket) = Objects::empty() else { return };
    let registry = Registry::start(Backend::ScaledOut);
    let acme = registry.publisher("acme");
    acme.release(Plugin::app(CRM, "1.0.0").listed_as(Listing { icon: Some(PNG.to_owned()), ..listing() }));
    acme.release(Plugin::app(CRM, "1.1.0"));
    acme.release(Plugin::app("com.acme.erp", "1.0.0"));
    let app = registry.open();
    let export = || export::marketplace(&app, bucket.url()).expect("exported");
    let first = export();
    let all = bucket.all();
    assert_eq!((first.written, first.removed), (all.len() - 1, 0), "all but the mark");

    let file = |body: Vec<u8>| Object {
        bytes: body,
        media_type: Some("application/json".to_owned()),
        cache_control: Some("public, max-age=60".to_owned()),
    };
    for (name, path) in [
        ("packages/com.acme.crm.json", "/com.acme.crm"),
        ("packages/com.acme.crm/versions/1.0.0/manifest.json", "/com.acme.crm/versions/1.0.0/manifest"),
        ("packages/com.acme.crm/versions/latest/manifest.json", "/com.acme.crm/versions/latest/manifest"),
        ("packages/com.acme.erp.json", "/com.acme.erp"),
    ] {
        assert_eq!(all[name], file(get(&registry, path).body), "{name}");
    }
    let list: Value = serde_json::from_slice(&all["packages.json"].bytes).expect("JSON");
    assert_eq!(all["packages.json"], file(all["packages.json"].bytes.clone()));
    assert_eq!(list["data"]["items"], data(&get(&registry, ""))["items"]);
    // An icon is asked of the registry, also by those who have the rest from files.
    let icon = get(&registry, "/com.acme.crm/icon");
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/png"));

    assert_eq!((export().written, bucket.all() == all), (0, true));
    set(&acme, "1.1.0", AvailabilityWord::Yanked);
    let after = export();
    assert_eq!((after.written, after.removed), (3, 1), "list, detail and latest; a manifest");
    set(&acme, "1.0.0", AvailabilityWord::Yanked);
    export();
    let left = bucket.all();
    assert!(left.keys().all(|name| !name.starts_with("packages/com.acme.crm")), "{:?}", left.keys());
    assert!(left.contains_key("packages/com.acme.erp.json"));
    let (whole, _) = bucket.url().rsplit_once('/').expect("a prefix");
    let refused = export::marketplace(&app, whole).expect_err("occupied").to_string();
    assert!(refused.contains("other files"), "{refused}");
}

fn an_export_touches_no_other_files(on: Backend) {
    let registry = Registry::start(on);
    let directory = tempfile::tempdir().expect("a directory");
    let to = directory.path().to_str().expect("a path");
    std::fs::write(directory.path().join("packages.json"), "mine").expect("a file");
    let refused = export::marketplace(&registry.open(), to).expect_err("occupied").to_string();
    assert!(refused.contains("other files"), "{refused}");
    assert_eq!(files(directory.path())["packages.json"], b"mine");
}

fn garbage_is_answered_in_the_clients_own_form(on: Backend) {
    let registry = Registry::start(on);
    for (query, named) in [
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=ten", "limit"),
        ("?offset=-1", "offset"),
        ("?offset=10001", "offset"),
        ("?offset=99999999999999999999", "offset"),
        ("?q=a%00b", "control"),
        (&format!("?q={}", "a".repeat(201)), "200"),
    ] {
        let (status, message) = failure(&get(&registry, query));
        assert!(status == 400 && message.contains(named), "{query}: {status} {message}");
    }
    let posted = registry.call("POST", PACKAGES).json(&json!({})).send();
    assert_eq!((failure(&posted).0, posted.header("allow")), (405, "GET, HEAD"));
    let unknown = registry.anonymous().get("/v1/catalogs/apps?offset=1");
    assert_eq!(unknown.code(), ProblemCode::RequestInvalid, "pages of /v1 go by cursor");
}
