//! Laws of reader and writer, over arbitrary bytes and archives.

use proptest::collection::vec;
use proptest::prelude::*;

use super::raw::{MANIFEST, Tar, gzip, packed, source};
use crate::artifact::{SIGNATURE_MEMBER, inspect, pack, read_members};
use crate::{Limits, manifest};

/// Members that may, or may not, stand beside each other.
fn members() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    vec(("[a-cA-Cé/.]{1,4}(\\.js|\\.json)?", vec(any::<u8>(), 0..40)), 0..5)
}

/// Pieces of what the scanners look for.
const FRAGMENTS: &[&str] = &[
    "-----BEGIN ",
    "PRIVATE KEY",
    "-----",
    "\\n",
    "Proc-Type: x",
    "ghp_",
    "AKIA",
    "eyJ",
    ".",
    "token",
    "=",
    ":",
    "\"",
    "'",
    "\n",
    " ",
    "abcDEF0123456789ghiJKL",
    "// node_modules/@objectstack/",
    "é",
    "\\",
];

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = inspect(&bytes[..], &Limits::default());
        let _ = inspect(&gzip(&bytes)[..], &Limits::default());
    }

    #[test]
    fn mutated_artifacts_never_panic(at in any::<prop::sample::Index>(), byte: u8, inside: bool) {
        let tar = Tar::of(&[("a.js", b"1"), (manifest::FILE_NAME, MANIFEST.as_bytes())]).zeros(2).0;
        let mut bytes = if inside { tar } else { gzip(&tar) };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let bytes = if inside { gzip(&bytes) } else { bytes };
        let _ = inspect(&bytes[..], &Limits::default());
    }

    #[test]
    fn contents_never_panic(
        lockfile in "[a-z0-9:{}\\[\\]&*!?|>'\"#@\n -]{0,80}",
        json in "[\\[\\]{}:,\"a0]{0,40}",
        script in vec(prop::sample::select(FRAGMENTS), 0..20),
    ) {
        let script: String = script.concat();
        let members: [(&str, &[u8]); 4] = [
            ("dist/index.mjs", script.as_bytes()),
            (".env", script.as_bytes()),
            ("package.json", json.as_bytes()),
            ("pnpm-lock.yaml", lockfile.as_bytes()),
        ];
        inspect(&Tar::of(&members).packed()[..], &Limits::default()).expect("contents make no archive malformed");
    }

    #[test]
    fn what_is_accepted_can_be_written_back(members in members()) {
        let members: Vec<(&str, &[u8])> = members.iter().map(|(path, content)| (path.as_str(), &content[..])).collect();
        let Ok(read) = read_members(&Tar::of(&members).packed()[..], &Limits::default()) else { return Ok(()) };
        let again: Vec<(&str, &[u8])> = read.iter().map(|(path, content)| (path.as_str(), &content[..])).collect();
        let mut written = read_members(&packed(&again)[..], &Limits::default()).expect("packed");
        written.retain(|(path, _)| ![manifest::FILE_NAME, SIGNATURE_MEMBER].contains(&path.as_str()));
        let mut read = read;
        read.sort();
        written.sort();
        prop_assert_eq!(written, read);
    }

    #[test]
    fn packing_does_not_depend_on_the_order_of_the_sources(members in members(), rotate in 0_usize..5) {
        let pack = |members: &[(String, Vec<u8>)]| {
            let mut out = Vec::new();
            let sources = members.iter().map(|(path, content)| source(path, content)).collect();
            pack(MANIFEST.as_bytes(), sources, &Limits::default(), &mut out).map(|()| out).ok()
        };
        let mut rotated = members.clone();
        rotated.rotate_left(rotate.min(members.len()));
        prop_assert_eq!(pack(&members), pack(&rotated));
    }
}

#[test]
fn every_byte_of_an_archive_counts_or_is_refused() {
    let tar = Tar::of(&[("a.js", b"1"), (manifest::FILE_NAME, MANIFEST.as_bytes())]).zeros(2).0;
    let good = inspect(&gzip(&tar)[..], &Limits::default()).expect("good").members;
    // Mode, owner, time, checksum and names of owners mean nothing to those who unpack.
    let is_idle = |at: usize| matches!(at % 512, 100..=123 | 136..=155 | 265..=344) && matches!(at / 512, 0 | 2);
    for at in (0..tar.len()).filter(|at| !is_idle(*at)) {
        let mut bent = tar.clone();
        bent[at] ^= 0x01;
        let members = inspect(&gzip(&bent)[..], &Limits::default()).map(|inspection| inspection.members);
        assert!(members.is_err() || members.is_ok_and(|members| members != good), "byte {at}");
    }
}
