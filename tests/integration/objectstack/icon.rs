//! `os package publish --icon-file`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_tests::{Answer, Backend, Publisher, Registry};
use serde_json::{Value, json};

use super::{Recorded, failed, failure};

plimsoll_tests::behaviours!(an_icon_is_kept_before_and_after_there_is_a_package, what_is_no_small_image_is_no_icon);

fn shown(acme: &Publisher) -> Value {
    acme.owner().get("/v1/packages/com.acme.crm").json()["listing"]["icon"].clone()
}

fn an_icon_is_kept_before_and_after_there_is_a_package(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    Recorded::read("register-app").send(acme.owner()).json();
    let uploaded = Recorded::read("upload-icon").send(acme.owner()).json();
    assert_eq!(uploaded["data"]["icon_url"], Value::Null, "SVG is served nowhere by itself");
    Recorded::read("publish-bundle").send(acme.owner()).json();
    let recorded = Recorded::read("upload-icon").0["body"].as_str().expect("base64").to_owned();
    assert_eq!(shown(&acme), json!(format!("data:image/svg+xml;base64,{recorded}")));

    let png = b"\x89PNG\r\n\x1a\n another";
    let mut other = Recorded::read("upload-icon");
    other.0["headers"]["content-type"] = json!("image/png");
    other.0["body"] = json!(BASE64_STANDARD.encode(png));
    other.send(acme.owner()).json();
    assert_eq!(shown(&acme), json!(format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png))));
    Recorded::read("register-app").send(acme.owner()).json();
    assert_eq!(shown(&acme), json!(format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png))), "it stays");
}

fn what_is_no_small_image_is_no_icon(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let send = |media_type: &str, bytes: &[u8]| -> Answer {
        let mut icon = Recorded::read("upload-icon");
        icon.0["headers"]["content-type"] = json!(media_type);
        icon.0["body"] = json!(BASE64_STANDARD.encode(bytes));
        icon.send(acme.owner())
    };
    assert_eq!(failure(&send("image/png", b"<svg/>")), failed(422, "VALIDATION_FAILED", &[]));
    assert_eq!(failure(&send("image/svg+xml", b"<html/>")), failed(422, "VALIDATION_FAILED", &[]));
    let large = format!("<svg>{}</svg>", " ".repeat(16 * 1024));
    assert_eq!(failure(&send("image/svg+xml", large.as_bytes())), failed(422, "VALIDATION_FAILED", &[]));
    assert_eq!(failure(&send("text/html", b"<svg/>")), failed(415, "INVALID_REQUEST", &[]));
    assert_eq!(failure(&send("image/png", &[0; 256 * 1024 + 1])), failed(413, "PAYLOAD_TOO_LARGE", &[]));
    let icon = Recorded::read("upload-icon");
    assert_eq!(failure(&icon.send(&registry.anonymous())), failed(401, "UNAUTHENTICATED", &[]));
    assert_eq!(failure(&icon.send(&registry.visitor())), failed(403, "FORBIDDEN", &[]));
}
