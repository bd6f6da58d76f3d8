//! What takes the registry long for one leaves it quick for others.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use plimsoll_core::Digest;
use plimsoll_tests::{Actor, Backend, Plugin, Registry, noise};
use serde_json::json;

/// How long the registry may take for what is quick.
const QUICK: Duration = Duration::from_secs(8);

/// Sends a request, and does not wait for its answer.
fn ask(registry: &Registry, who: &Actor, head: &str, body: &str) -> TcpStream {
    let address = registry.url().strip_prefix("http://").expect("plain HTTP");
    let mut connection = TcpStream::connect(address).expect("a connection");
    connection.set_read_timeout(Some(QUICK)).expect("a timeout");
    let token = who.token().map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let length = body.len();
    write!(
        connection,
        "{head} HTTP/1.1\r\nhost: x\r\n{token}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .expect("a request is sent");
    connection
}

/// The status that comes quickly; `None` if it does not.
fn quick_status(mut connection: TcpStream) -> Option<u16> {
    let mut start = [0; 12];
    connection.read_exact(&mut start).ok()?;
    str::from_utf8(&start).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

/// An artifact in the store that nobody can read to its end, until this is dropped: a pipe without anything in it.
struct Endless(PathBuf);

impl Endless {
    fn instead_of(sha256: &Digest, data_dir: &Path) -> Self {
        let path = data_dir.join(format!("blobs/sha256/{}/{sha256}", &sha256.to_string()[..2]));
        std::fs::remove_file(&path).expect("the artifact is stored");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo can be run").success());
        Self(path)
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        // Whoever waits for its other end gets it, and then nothing.
        let other_end = File::options().read(true).write(true).open(&self.0);
        let _ = std::fs::remove_file(&self.0);
        drop(other_end);
    }
}

#[test]
fn nobody_waits_for_the_examinations_of_one_account() {
    let registry = Registry::start(Backend::Embedded);
    let [acme, zeta] = ["acme", "zeta"].map(|name| registry.publisher(name));
    let plugin = Plugin::new("com.acme.slow", "1.0.0");
    let sha256 = acme.upload(&plugin.artifact()).expect("uploaded");
    let _endless = Endless::instead_of(&sha256, registry.data_dir());
    let body = json!({ "publisher": "acme", "sha256": sha256 }).to_string();
    let publish = "POST /v1/packages/com.acme.slow/versions?validate_only=true";
    let asked: Vec<_> = (0..70).map(|_| ask(&registry, acme.owner(), publish, &body)).collect();

    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(quick_status(ask(&registry, &registry.anonymous(), "GET /readyz", "")), Some(200));
    assert_eq!(quick_status(ask(&registry, acme.owner(), "GET /v1/publishers/acme", "")), Some(200));
    let published = zeta.publish(Plugin::new("com.zeta.quick", "1.0.0"));
    assert_eq!(published.publisher, *zeta.name(), "another account has its own share");

    drop(asked);
}

#[test]
fn who_does_not_read_an_answer_keeps_its_share_and_no_more_and_not_for_long() {
    let registry = Registry::with(Backend::Embedded, |config| {
        // Of which one answer is the share of one address.
        config.concurrency.answer_bytes = 1024 * 1024;
        config.timeouts.body_chunk_seconds = 5;
        config.timeouts.body_bytes_per_second = 1024 * 1024;
    });
    let acme = registry.publisher("acme");
    let plugin = Plugin::data("com.acme.large", "1.0.0").file("assets/noise.png", noise(1, 16 << 20));
    let download = format!("GET /v1/artifacts/{}", acme.publish(plugin).sha256);
    let ask = |head: &str| ask(&registry, acme.owner(), head, "");

    let not_read = ask(&download);
    assert_eq!(quick_status(not_read.try_clone().expect("a handle")), Some(200), "its head is read, and nothing more");
    let refused = || quick_status(ask(&download)) == Some(503);
    assert!(refused(), "the first one is being sent");
    assert_eq!(quick_status(ask("GET /v1/publishers/acme")), Some(200), "small answers need no share");

    let until = Instant::now() + Duration::from_secs(60);
    while refused() {
        assert!(Instant::now() < until, "the share of who does not read is never given back");
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(not_read);
}
