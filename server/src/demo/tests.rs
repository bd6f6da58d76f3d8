//! What a demonstration has in it after any number of starts, whole or interrupted.

use std::path::Path;

use plimsoll_core::manifest;

use super::*;
use crate::app::packages;
use crate::config::{Config, Flags};

const ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 7700);

fn open(data_dir: &Path) -> App {
    let flags = Flags { demo: true, data_dir: Some(data_dir.to_owned()), ..Flags::default() };
    App::open(Config::load(&flags).expect("a configuration")).expect("a registry").app
}

fn start(data_dir: &Path) -> String {
    prepare(&open(data_dir), ADDRESS.into()).expect("a demonstration")
}

/// Each sample: version, tier, state, availability, and what the gate held it for.
fn samples(app: &App) -> Vec<String> {
    let admin = cast::caller(app, cast::ADMIN).expect("the administrator");
    let told = |sample: &samples::Sample| {
        let manifest = manifest::parse(sample.manifest.as_bytes()).expect("a manifest");
        let it = packages::version(app, &admin, &manifest.id, &manifest.version).expect("the version");
        let held: Vec<&str> =
            it.report.iter().flat_map(|report| report.findings()).map(|check| check.code.as_str()).collect();
        let (status, held) = (it.availability.status, held.join(" "));
        format!("{}@{}, {}, {}, {status}: {held}", it.package, it.version, it.tier, it.state)
    };
    samples::SAMPLES.iter().map(told).collect()
}

const STORY: [&str; 10] = [
    "org.example.theme-dusk@0.9.0, declarative, approved, yanked: review-required",
    "org.example.theme-dusk@1.0.0, declarative, approved, live: review-required",
    "com.acme.vat-check@0.9.0, sandbox, approved, deprecated: review-required",
    "com.acme.vat-check@1.0.0, sandbox, approved, live: review-required",
    "com.acme.fx-rates@1.0.0, out-of-process, approved, live: review-required",
    "io.northwind.warehouse-driver@2.0.0, in-process, approved, live: tier-review review-required",
    "org.example.meeting-notes@1.0.0, declarative, approved, live: review-required",
    "com.acme.crm@1.0.0, declarative, approved, live: review-required",
    "com.acme.fx-rates@1.1.0, out-of-process, pending_review, live: review-required",
    "org.example.mail-merge@0.1.0, sandbox, pending_review, live: code-undeclared permission-sensitive review-required",
];

#[test]
fn the_samples_go_the_way_of_every_package() {
    let dir = tempfile::tempdir().expect("directory");
    start(dir.path());
    assert_eq!(samples(&open(dir.path())), STORY);
}

#[test]
fn an_interrupted_start_is_taken_up_where_it_ended() {
    for done in [0, 1, 5] {
        let dir = tempfile::tempdir().expect("directory");
        let app = open(dir.path());
        cast::gather(&app).expect("everybody");
        samples::SAMPLES[..done].iter().for_each(|sample| publish::play(&app, sample).expect("a sample"));
        drop(app);
        start(dir.path());
        assert_eq!(samples(&open(dir.path())), STORY);
    }
}

#[test]
fn a_later_start_leaves_alone_what_became_of_the_samples() {
    let dir = tempfile::tempdir().expect("directory");
    let first = start(dir.path());
    assert!(first.contains("plimsoll review approve com.acme.fx-rates@1.1.0"), "{first}");
    let app = open(dir.path());
    let reviewer = cast::caller(&app, cast::REVIEWER).expect("the reviewer");
    for version in app::review::queue(&app, &reviewer, Default::default(), None).expect("the queue").items {
        publish::approve(&app, &version).expect("approved");
    }
    drop(app);
    let later = start(dir.path());
    assert!(!later.contains("plimsoll review approve"), "{later}");
    let states = samples(&open(dir.path()));
    assert!(states.iter().all(|told| told.contains(", approved, ")), "{states:?}");
}
