//! Processes that are killed at any moment (SIGKILL).

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use plimsoll_core::State;
use plimsoll_core::wire::Version;
use plimsoll_tests::{Backend, Plugin, Publisher, Registry, noise};
use serde_json::json;

plimsoll_tests::behaviours!(
    what_a_killed_server_acknowledged_is_there,
    a_killed_installation_leaves_the_last_good_state,
);

const PUBLISHES: usize = 200;
const PUBLISHERS_AT_ONCE: usize = 16;
/// How often an installation is killed.
const MOMENTS: u32 = 14;

fn plugin(round: usize, number: usize) -> Plugin {
    Plugin::new(&format!("com.acme.r{round}-{number}"), "1.0.0")
}

fn what_a_killed_server_acknowledged_is_there(on: Backend) {
    let mut registry = Registry::as_process(on);
    let acme = registry.publisher("acme");
    for (round, acknowledged_before_kill) in [3, 60, 141].into_iter().enumerate() {
        let acknowledged: Mutex<Vec<Version>> = Mutex::default();
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..PUBLISHERS_AT_ONCE {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= PUBLISHES {
                            break;
                        }
                        let Some(version) = publish(&acme, &plugin(round, number)) else { break };
                        acknowledged.lock().expect("no panics").push(version);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            while done.load(Ordering::SeqCst) < acknowledged_before_kill {
                std::thread::sleep(Duration::from_micros(300));
            }
            registry.stop();
        });
        registry.restart();
        let acknowledged = acknowledged.into_inner().expect("no panics");
        assert!(acknowledged.len() >= acknowledged_before_kill && acknowledged.len() < PUBLISHES);
        for version in &acknowledged {
            let there = acme.owner().client().version(&version.package, &version.version).expect("acknowledged");
            assert_eq!((there.sha256, there.state), (version.sha256, State::Approved), "{}", version.package);
        }
        for number in 0..PUBLISHES {
            whole_or_absent(&acme, &plugin(round, number));
        }
    }
    acme.publish(Plugin::new("com.acme.afterwards", "1.0.0"));
}

/// `None` where no answer came.
fn publish(acme: &Publisher, plugin: &Plugin) -> Option<Version> {
    let bytes = plugin.artifact();
    let version = acme.new_version(plugin);
    let owner = acme.owner();
    let upload = owner.call("PUT", &format!("/v1/artifacts/{}", version.sha256)).body(bytes).try_send()?;
    assert!(upload.status < 300, "{}", upload.text());
    let body = serde_json::to_value(&version).expect("JSON");
    let answer = owner.call("POST", &format!("/v1/packages/{}/versions", plugin.id)).json(&body).try_send()?;
    Some(serde_json::from_value(answer.json()).expect("a version"))
}

/// A version that can be seen is whole: its report, its approval, its place in the index and its bytes are there.
fn whole_or_absent(acme: &Publisher, plugin: &Plugin) {
    let get = |path: &str| acme.owner().get(path);
    let document = format!("/v1/packages/{}/versions/1.0.0", plugin.id);
    let index = get(&format!("/v1/index/{}", plugin.id));
    if get(&document).status == 404 {
        assert_eq!((get(&format!("/v1/packages/{}", plugin.id)).status, index.status), (404, 404), "{}", plugin.id);
        return;
    }
    for part in ["report", "approval", "evidence", "manifest"] {
        assert_eq!(get(&format!("{document}/{part}")).status, 200, "{} {part}", plugin.id);
    }
    let version = get(&document).json();
    assert_eq!((&version["state"], index.status), (&json!("approved"), 200), "{}", plugin.id);
    let artifact = get(&format!("/v1/artifacts/{}", version["sha256"].as_str().expect("a digest")));
    assert!(artifact.body == plugin.artifact(), "{}", plugin.id);
}

fn a_killed_installation_leaves_the_last_good_state(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let large =
        |version: &str, seed| Plugin::data("com.acme.large", version).file("assets/noise.png", noise(seed, 3_000_000));
    acme.publish(large("1.0.0", 1));
    let cli = registry.cli(acme.owner());
    let install = |version: &'static str| ["install", version, "--accept-all", "--yes"];
    let (first, second) = (install("com.acme.large@1.0.0"), install("com.acme.large@2.0.0"));
    let started = Instant::now();
    cli.done(&first);
    let whole = started.elapsed();
    acme.publish(large("2.0.0", 2));
    // At moments all over the time that it takes.
    for part in 1..=MOMENTS {
        let mut running = cli.spawn(&second);
        std::thread::sleep(whole * part / MOMENTS);
        running.kill().expect("killed, or ended before");
        running.wait().expect("ended");
        let version = cli.done(&["list"])["items"][0]["version"].clone();
        assert!(version == "1.0.0" || version == "2.0.0", "{version}");
        assert_eq!(cli.done(&["verify"])["problems"], json!([]), "killed after {part} of {MOMENTS} parts");
        if version == "2.0.0" {
            cli.done(&["remove", "--yes", "com.acme.large"]);
            std::fs::remove_dir_all(cli.home().join("home/artifacts")).expect("removed");
            cli.done(&first);
        }
    }
    cli.done(&second);
    assert_eq!(cli.done(&["list"])["items"][0]["version"], "2.0.0");
    assert_eq!(cli.done(&["verify"])["problems"], json!([]));
}
