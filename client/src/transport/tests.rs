use plimsoll_core::problem::{Problem, ProblemCode};
use plimsoll_core::{Digest, PackageId};

use super::*;
use crate::fake::{Answer, FakeRegistry};
use crate::progress::Silent;

fn registry(fake: &FakeRegistry) -> Registry {
    Registry::new(fake.address.clone(), Some("plim_secret".parse().expect("token")))
}

fn package() -> PackageId {
    "com.acme.x".parse().expect("id")
}

#[test]
fn a_problem_document_is_an_error_with_its_code() {
    let fake = FakeRegistry::start();
    let problem = Problem::new(ProblemCode::NotFound, "there is no such\u{1b}[2J package", "r-1");
    let body = serde_json::to_vec(&problem).expect("problem");
    let answer = Answer { body, ..Answer::status(404) }.header("content-type", "application/problem+json");
    fake.answer("GET /v1/packages/com.acme.x", answer);
    let error = registry(&fake).package(&package()).expect_err("not found");
    assert_eq!(error.code(), Some(ProblemCode::NotFound));
    assert_eq!(error.to_string(), "there is no such\\u{1b}[2J package");
}

#[test]
fn an_error_that_is_no_problem_document_is_told_apart() {
    let fake = FakeRegistry::start();
    fake.answer("GET /v1/me", Answer { body: b"<html>".to_vec(), ..Answer::status(404) });
    let error = registry(&fake).me().expect_err("status");
    assert!(matches!(error, TransportError::Status { status: 404, .. }), "{error}");
}

#[test]
fn what_an_answer_says_in_place_of_a_document_is_printed_safely() {
    let fake = FakeRegistry::start();
    fake.answer("GET /v1/me", Answer::ok(r#"{"account":"dana","roles":["\u001b[2J\u202e"]}"#));
    let error = registry(&fake).me().expect_err("no such role").to_string();
    assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error:?}");
}

#[test]
fn redirects_are_refused_and_the_token_stays() {
    let (fake, elsewhere) = (FakeRegistry::start(), FakeRegistry::start());
    fake.answer("GET /v1/me", Answer::status(302).header("location", format!("{}/v1/me", elsewhere.address)));
    let error = registry(&fake).me().expect_err("redirect");
    assert!(matches!(error, TransportError::Redirected { .. }), "{error}");
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn who_it_is_that_answers_is_asked_without_the_token() {
    let fake = FakeRegistry::start();
    registry(&fake).discovery().expect_err("not found");
    assert!(!fake.seen()[0].headers.contains_key("authorization"));
}

#[test]
fn the_token_is_sent_and_never_printed() {
    let fake = FakeRegistry::start();
    let registry = registry(&fake);
    registry.me().expect_err("not found");
    assert_eq!(fake.seen()[0].headers["authorization"], "Bearer plim_secret");
    assert!(!format!("{registry:?}").contains("secret"));
}

#[test]
fn a_busy_registry_is_asked_again_but_nothing_is_made_twice() {
    let fake = FakeRegistry::start();
    let answer = Answer::ok(r#"{"items":[]}"#);
    fake.answers("GET /v1/publishers/acme/keys", vec![Answer::status(503), Answer::status(503), answer]);
    let acme = "acme".parse().expect("publisher");
    assert!(registry(&fake).keys(&acme).expect("third attempt").items.is_empty());
    assert_eq!(fake.seen().len(), 3);

    fake.answer("POST /v1/publishers", Answer::status(503));
    registry(&fake).create_publisher(&plimsoll_core::wire::NewPublisher { publisher: acme }).expect_err("busy");
    assert_eq!(fake.seen().len(), 4);
}

#[test]
fn an_upload_has_a_length_and_all_its_bytes_also_when_repeated() {
    let fake = FakeRegistry::start();
    let bytes = vec![7; 600_000];
    let sha256 = Digest::of(&bytes);
    let stored = format!(r#"{{"sha256":"{sha256}","size":600000}}"#);
    fake.answers(&format!("PUT /v1/artifacts/{sha256}"), vec![Answer::status(503), Answer::ok(stored)]);
    let mut file = tempfile::tempfile().expect("file");
    std::io::Write::write_all(&mut file, &bytes).expect("written");
    assert_eq!(registry(&fake).upload(&file, &sha256, &Silent).expect("stored").size, 600_000);
    for seen in fake.seen() {
        assert_eq!(seen.headers["content-length"], "600000");
        assert!(seen.body == bytes);
    }
}

#[test]
fn a_download_stops_at_its_size_and_a_cut_one_is_an_error() {
    let fake = FakeRegistry::start();
    let sha256 = Digest::of("x");
    let line = format!("GET /v1/artifacts/{sha256}");
    fake.answer(&line, Answer::ok(vec![1; 100]));
    let download = |size| registry(&fake).download(&sha256, size, &mut Vec::new(), &Silent);
    assert_eq!(download(100).expect("all"), 100);
    assert!(matches!(download(99).expect_err("larger"), TransportError::TooLarge { limit_bytes: 99, .. }));
    fake.answer(&line, Answer { cut_at: Some(50), ..Answer::ok(vec![1; 100]) });
    assert!(matches!(download(100).expect_err("cut"), TransportError::Unreachable { .. }));
}

#[test]
fn an_index_is_asked_for_by_its_etag() {
    let fake = FakeRegistry::start();
    let line = "GET /v1/index/com.acme.x";
    fake.answer(line, Answer::ok("{}").header("etag", "\"7\""));
    let first = registry(&fake).index(&package(), None).expect("index");
    assert_eq!(first, Index::Document { envelope: "{}".to_owned(), etag: Some("\"7\"".to_owned()) });
    fake.answer(line, Answer::status(304));
    assert_eq!(registry(&fake).index(&package(), Some("\"7\"")).expect("index"), Index::NotModified);
    assert_eq!(fake.seen()[1].headers["if-none-match"], "\"7\"");
    assert!(registry(&fake).index(&package(), None).is_err(), "a 304 that nobody asked for");
}

#[test]
fn a_prefix_is_granted_without_a_body() {
    let fake = FakeRegistry::start();
    fake.answer("PUT /v1/publishers/acme/prefixes/com.acme", Answer::status(204));
    registry(&fake)
        .grant_prefix(&"acme".parse().expect("publisher"), &"com.acme".parse().expect("prefix"))
        .expect("granted");
    assert_eq!(fake.seen()[0].headers["content-length"], "0");
}

#[test]
fn nobody_at_the_address_is_an_outage() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port");
    let address = format!("http://{}", listener.local_addr().expect("address")).parse().expect("address");
    drop(listener);
    let error = Registry::new(address, None).discovery().expect_err("nobody");
    assert!(error.is_outage(), "{error}");
}

#[test]
fn a_refusal_in_the_middle_of_an_upload_is_heard() {
    // The registry looks at the token before the body, answers, and reads no further.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port");
    let address = format!("http://{}", listener.local_addr().expect("address")).parse().expect("address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 1024];
            let count = Read::read(&mut stream, &mut head).expect("head");
            assert!(count > 0);
            let problem = Problem::new(ProblemCode::ScopeMissing, "the token lacks the scope publish", "r");
            let body = serde_json::to_string(&problem).expect("problem");
            let length = body.len();
            let head = "HTTP/1.1 403 -\r\nconnection: close\r\ncontent-type: application/problem+json";
            let answer = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
            std::io::Write::write_all(&mut stream, answer.as_bytes()).expect("answered");
        }
    });
    let bytes = vec![7; 20_000_000];
    let mut file = tempfile::tempfile().expect("file");
    std::io::Write::write_all(&mut file, &bytes).expect("written");
    let refused = Registry::new(address, None).upload(&file, &Digest::of(&bytes), &Silent).expect_err("refused");
    assert_eq!(refused.code(), Some(ProblemCode::ScopeMissing), "{refused}");
}
