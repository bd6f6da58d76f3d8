//! The interface as a client meets it: a real server on a free port, over SQLite and local files.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::http::{Method, StatusCode};
use plimsoll_core::problem::{Problem, ProblemCode};
use plimsoll_core::{Digest, Limits};
use serde_json::{Value, json};

use super::openapi::{self, Operation, Tag};
use super::route::{self, Route};
use crate::App;
use crate::config::{Concurrency, Config, Quotas, Timeouts};

/// A running registry, which stops when dropped.
struct Server {
    address: SocketAddr,
    token: String,
    data_dir: tempfile::TempDir,
    handle: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What came back.
struct Answered {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: Vec<u8>,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The problem document, which agrees with status and headers.
    fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", String::from_utf8_lossy(&self.body));
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem document");
        assert_eq!(problem.status, self.status);
        assert_eq!(problem.request_id, self.header("x-request-id"));
        problem
    }

    fn code(&self) -> ProblemCode {
        self.problem().code
    }
}

impl Server {
    fn start() -> Self {
        let data_dir = tempfile::tempdir().expect("directory");
        let config = Config {
            data_dir: data_dir.path().to_owned(),
            limits: Limits { artifact_bytes: 1_000_000, json_bytes: 4096, ..Limits::default() },
            timeouts: Timeouts { head_seconds: 1, body_chunk_seconds: 1, shutdown_seconds: 1, ..Timeouts::default() },
            concurrency: Concurrency { uploads: 3, uploads_per_account: 2, ..Concurrency::default() },
            quotas: Quotas { unused_uploads: 3, unused_upload_bytes: 1_000_000, ..Quotas::default() },
            workers: Some(1),
            ..Config::default()
        };
        let started = App::open(config).expect("a registry");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("address");
        let (send, receive) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let app = actix_web::web::Data::new(started.app);
            actix_web::rt::System::new().block_on(async {
                let server = super::serve(app, listener).expect("a server");
                send.send(server.handle()).expect("handle");
                server.await.expect("served");
            });
        });
        let handle = receive.recv().expect("handle");
        let token = started.admin_token.expect("the first start makes a token");
        Self { address, token, data_dir, handle, thread: Some(thread) }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answered {
        let config = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        let agent: ureq::Agent = config.build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => agent.run(request.body(body.to_vec()).expect("request")),
            None => agent.run(request.body(()).expect("request")),
        };
        let (head, mut body) = answer.expect("an answer").into_parts();
        let body = body.read_to_vec().expect("the body");
        Answered { status: head.status.as_u16(), headers: head.headers, body }
    }

    fn as_admin(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answered {
        let token = format!("Bearer {}", self.token);
        self.send(method, path, &[headers, &[("authorization", token.as_str())]].concat(), body)
    }

    /// Makes the administrator an owner of a publisher: only members upload.
    fn with_publisher(self) -> Self {
        let json = [("content-type", "application/json")];
        let made = self.as_admin("POST", "/v1/publishers", &json, Some(br#"{"publisher": "acme"}"#));
        assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
        self
    }

    /// Makes a member of the publisher `acme`, and returns its token.
    fn member_of_acme(&self, name: &str) -> String {
        let send = |method, path: &str, body: Value| {
            let headers = [("content-type", "application/json")];
            let answered = self.as_admin(method, path, &headers, Some(body.to_string().as_bytes()));
            assert!(answered.status < 300, "{}", String::from_utf8_lossy(&answered.body));
            serde_json::from_slice::<Value>(&answered.body).expect("JSON")
        };
        send("POST", "/v1/accounts", json!({ "name": name }));
        send("PUT", &format!("/v1/publishers/acme/members/{name}"), json!({ "role": "ci" }));
        let token = send("POST", "/v1/tokens", json!({ "account": name, "scopes": ["publish"] }));
        token["token"].as_str().expect("a token").to_owned()
    }

    /// Begins an upload, and sends nothing of it.
    fn begin_upload(&self, token: &str, name: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let path = format!("/v1/artifacts/{}", Digest::of(name));
        let head = format!("PUT {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: 9999");
        stream.write_all(format!("{head}\r\n\r\n").as_bytes()).expect("write");
        stream
    }

    /// Sends bytes as they are, and reads to the end of the connection.
    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.write_all(request.as_bytes()).expect("write");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("read");
        answer
    }

    /// How many artifacts are stored.
    fn stored(&self) -> usize {
        let files = |path: std::path::PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
        files(self.data_dir.path().join("blobs/sha256")).flat_map(|directory| files(directory.path())).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server stopped");
        }
    }
}

/// One operation of the document, with the examples of its parameters filled in.
struct Documented {
    method: String,
    template: String,
    path: String,
    operation: Value,
}

impl Documented {
    fn all() -> Vec<Self> {
        let document = openapi::document();
        let example = |parameter: &Value| {
            let name =
                parameter["schema"]["$ref"].as_str().expect("a named schema").rsplit('/').next().expect("a name");
            let schema = &document["components"]["schemas"][name];
            let example = schema["example"].as_str().or_else(|| schema["enum"][0].as_str());
            example.unwrap_or_else(|| panic!("{name} has no example")).to_owned()
        };
        let mut all = Vec::new();
        for (template, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let mut path = template.clone();
                for parameter in operation["parameters"].as_array().expect("parameters") {
                    if parameter["in"] == "path" {
                        let name = parameter["name"].as_str().expect("a name");
                        path = path.replace(&format!("{{{name}}}"), &example(parameter));
                    }
                }
                let (template, operation) = (template.clone(), operation.clone());
                all.push(Self { method: method.to_ascii_uppercase(), template, path, operation });
            }
        }
        all
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    fn needs_token(&self) -> bool {
        self.operation["security"] == serde_json::json!([{ "token": [] }])
    }

    fn takes_token(&self) -> bool {
        self.operation["security"].as_array().expect("security").iter().any(|one| one.get("token").is_some())
    }

    fn takes_json(&self) -> bool {
        self.operation["requestBody"]["content"].get("application/json").is_some()
    }

    /// The answer is a problem that the document names.
    fn expects(&self, answered: &Answered, code: ProblemCode) {
        let name = self.name();
        if self.method != "HEAD" {
            assert_eq!(answered.code(), code, "{name}");
        }
        assert_eq!(answered.status, code.status(), "{name}");
        let documented = &self.operation["responses"][code.status().to_string()]["content"]["application/problem+json"];
        assert!(documented["examples"].get(code.as_str()).is_some(), "{name} does not document {code}");
        self.has_headers(answered);
    }

    /// The answer has the headers that the document names, but for the link to a page that may not be.
    fn has_headers(&self, answered: &Answered) {
        let documented = &self.operation["responses"][answered.status.to_string()]["headers"];
        for name in documented.as_object().expect("headers").keys().filter(|name| *name != "Link") {
            assert!(answered.headers.contains_key(name), "{}, {}: no {name}", self.name(), answered.status);
        }
    }
}

#[test]
fn every_operation_answers_strangers_and_garbage_with_a_documented_problem() {
    let server = Server::start();
    for documented in Documented::all() {
        let (method, path) = (documented.method.as_str(), documented.path.as_str());
        let body: Option<&[u8]> = matches!(method, "PUT" | "POST").then_some(b"{");
        if documented.needs_token() {
            documented.expects(&server.send(method, path, &[], body), ProblemCode::CredentialsMissing);
        }
        if documented.takes_token() {
            for garbage in ["Basic eDp5", "Bearer", "Bearer ", "Bearer plim_x", "plim_x", "Bearer a b"] {
                let answered = server.send(method, path, &[("authorization", garbage)], body);
                documented.expects(&answered, ProblemCode::CredentialsInvalid);
            }
        }
        let unknown = server.as_admin(method, &format!("{path}?no_such_parameter=1"), &[], body);
        documented.expects(&unknown, ProblemCode::RequestInvalid);
        if documented.template.contains('{') {
            let garbage = server.as_admin(method, &documented.template.replace(['{', '}'], "%21"), &[], body);
            documented.expects(&garbage, ProblemCode::RequestInvalid);
        }
        if documented.takes_json() {
            let json = [("content-type", "application/json")];
            for (headers, body, code) in [
                (&json[..], &b"{"[..], ProblemCode::RequestInvalid),
                (&json, b"", ProblemCode::RequestInvalid),
                (&json, b"[1]", ProblemCode::BodyInvalid),
                (&json, br#"{"noSuchMember": 1}"#, ProblemCode::BodyInvalid),
                (&json, &[b' '; 5000], ProblemCode::BodyTooLarge),
                (&[("content-type", "text/plain")], b"{}", ProblemCode::MediaTypeUnsupported),
            ] {
                documented.expects(&server.as_admin(method, path, headers, Some(body)), code);
            }
        }
    }
}

#[test]
fn every_path_answers_exactly_its_documented_methods() {
    let server = Server::start();
    let all = Documented::all();
    for documented in &all {
        let answered = server.send("PATCH", &documented.path, &[], None);
        assert_eq!(answered.code(), ProblemCode::MethodNotAllowed);
        let mut allowed: Vec<&str> = answered.header("allow").split(", ").collect();
        let same_path = all.iter().filter(|other| other.template == documented.template);
        let mut expected: Vec<&str> = same_path.map(|other| other.method.as_str()).collect();
        if expected.contains(&"GET") && !expected.contains(&"HEAD") {
            expected.push("HEAD");
        }
        allowed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{}", documented.template);
    }
    assert_eq!(server.send("GET", "/v1/nothing/here", &[], None).code(), ProblemCode::NotFound);
    let (get, head) = (server.send("GET", "/healthz", &[], None), server.send("HEAD", "/healthz", &[], None));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

#[test]
fn the_query_is_strict() {
    let server = Server::start();
    for (query, code) in [
        ("limit=0", ProblemCode::RequestInvalid),
        ("limit=101", ProblemCode::RequestInvalid),
        ("limit=1&limit=2", ProblemCode::RequestInvalid),
        ("type=nonsense", ProblemCode::RequestInvalid),
        ("category=%00", ProblemCode::RequestInvalid),
        ("q=%00", ProblemCode::RequestInvalid),
    ] {
        assert_eq!(server.send("GET", &format!("/v1/catalogs/apps?{query}"), &[], None).code(), code, "{query}");
    }
}

#[test]
fn requests_are_named_by_the_client_if_it_gives_a_sane_name() {
    let server = Server::start();
    let id = |header: &str| server.send("GET", "/v1/me", &[("x-request-id", header)], None).problem().request_id;
    assert_eq!(id("build-7.12_a"), "build-7.12_a");
    for other in ["", "a b", "a\"b", &"x".repeat(65)] {
        let made = id(other);
        assert!(made != other && !made.is_empty(), "{made}");
    }
}

#[test]
fn artifacts_are_taken_only_under_their_own_digest() {
    let server = Server::start().with_publisher();
    let put =
        |bytes: &[u8], digest: Digest| server.as_admin("PUT", &format!("/v1/artifacts/{digest}"), &[], Some(bytes));
    let bytes = vec![7; 600_000];
    assert_eq!(put(&bytes, Digest::of("other")).code(), ProblemCode::DigestMismatch);
    assert_eq!(put(&[], Digest::of([])).code(), ProblemCode::RequestInvalid);
    let large = vec![7; 1_000_001];
    assert_eq!(put(&large, Digest::of(&large)).code(), ProblemCode::BodyTooLarge);
    assert_eq!(server.stored(), 0);
    let answered = put(&bytes, Digest::of(&bytes));
    assert_eq!(answered.status, 201, "{}", String::from_utf8_lossy(&answered.body));
    assert_eq!(server.stored(), 1);
    assert!(matches!(put(&bytes, Digest::of(&bytes)).status, 200 | 201));
    let spool = std::fs::read_dir(server.data_dir.path().join("spool")).expect("spool");
    assert_eq!(spool.count(), 0, "the spool has no names");
}

#[test]
fn a_body_that_stalls_or_grows_is_cut_off() {
    let server = Server::start().with_publisher();
    let digest = Digest::of("x");
    let head = |method: &str, path: &str, more: &str| {
        let token = &server.token;
        format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n{more}\r\n\r\n"
        )
    };
    let json = "content-type: application/json\r\ncontent-length: 10";
    assert!(server.raw(&(head("POST", "/v1/accounts", json) + "{")).starts_with("HTTP/1.1 408 "));
    let upload = format!("/v1/artifacts/{digest}");
    assert!(server.raw(&(head("PUT", &upload, "content-length: 10") + "x")).starts_with("HTTP/1.1 408 "));

    let chunked = "content-type: application/json\r\ntransfer-encoding: chunked";
    let chunk = format!("1388\r\n{}\r\n", " ".repeat(5000));
    let answer = server.raw(&(head("POST", "/v1/accounts", chunked) + &chunk + "0\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(server.stored(), 0);
}

#[test]
fn a_body_that_trickles_is_cut_off() {
    let server = Server::start().with_publisher();
    let mut slow = server.begin_upload(&server.token, "x");
    let begun = Instant::now();
    // A piece comes often enough; so little of it that the server hangs up.
    let mut trickle = std::iter::repeat_with(|| {
        std::thread::sleep(Duration::from_millis(250));
        slow.write_all(b"x")
    });
    assert!(trickle.by_ref().take(60).any(|written| written.is_err()), "it takes whatever comes");
    assert!(begun.elapsed() > Duration::from_secs(1));
}

#[test]
fn one_account_leaves_places_for_the_uploads_of_others() {
    let server = Server::start().with_publisher();
    let bearer = format!("Bearer {}", server.member_of_acme("dana"));
    // The server cuts them off after a second of silence; until then, both places of the account are taken.
    let begun = Instant::now();
    let _slow = [server.begin_upload(&server.token, "a"), server.begin_upload(&server.token, "b")];
    std::thread::sleep(Duration::from_millis(200));
    let path = format!("/v1/artifacts/{}", Digest::of("bytes"));
    std::thread::scope(|scope| {
        let third = scope.spawn(|| {
            let answered = server.as_admin("PUT", &path, &[], Some(b"bytes"));
            (answered.status, begun.elapsed())
        });
        let of_another = server.send("PUT", &path, &[("authorization", bearer.as_str())], Some(b"bytes"));
        let quick = begun.elapsed();
        let (status, waited) = third.join().expect("an answer");
        assert_eq!((of_another.status, status), (201, 201));
        assert!(quick < Duration::from_secs(1) && waited >= Duration::from_secs(1), "{quick:?} {waited:?}");
    });
}

#[test]
fn an_account_keeps_only_so_much_that_no_version_has() {
    let put = |server: &Server, bytes: &[u8]| {
        server.as_admin("PUT", &format!("/v1/artifacts/{}", Digest::of(bytes)), &[], Some(bytes))
    };
    let server = Server::start().with_publisher();
    assert!([b"1", b"2", b"3"].iter().all(|bytes| put(&server, *bytes).status == 201));
    let fourth = put(&server, b"4");
    assert_eq!((fourth.code(), fourth.header("retry-after")), (ProblemCode::QuotaExceeded, "3600"));
    assert_eq!(server.stored(), 3);
    assert_eq!(put(&server, b"1").status, 200, "it is counted already: whoever publishes it sends it again");

    let server = Server::start().with_publisher();
    assert_eq!(put(&server, &[7; 1_000_000]).status, 201);
    assert_eq!(put(&server, b"8").code(), ProblemCode::QuotaExceeded, "by its bytes");
}

#[actix_web::test]
async fn a_panic_is_a_problem_and_the_next_request_is_answered() {
    let dir = tempfile::tempdir().expect("directory");
    let config = Config { data_dir: dir.path().to_owned(), ..Config::default() };
    let started = actix_web::web::block(|| App::open(config)).await.expect("no panic").expect("a registry");
    let panics =
        Route::new(Method::GET, "/v1/panics", |_| async { panic!("on purpose") }, Operation::new("x", Tag::Audit, "x"));
    let service = actix_web::App::new()
        .app_data(actix_web::web::Data::new(started.app))
        .configure(|config| {
            for resource in route::resources(&[panics]) {
                config.service(resource);
            }
        })
        .wrap(actix_web::middleware::from_fn(super::envelope::envelope));
    let service = actix_web::test::init_service(service).await;
    for _ in 0..2 {
        let request = actix_web::test::TestRequest::get().uri("/v1/panics").to_request();
        let response = actix_web::test::call_service(&service, request).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let problem: Problem = actix_web::test::read_body_json(response).await;
        assert_eq!(problem.code, ProblemCode::Internal);
        assert!(!problem.detail.contains("on purpose"));
    }
}
