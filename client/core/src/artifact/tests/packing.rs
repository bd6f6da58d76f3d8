//! What the writer refuses, and what it fixes.

use std::io::{self, Cursor};

use super::raw::{MANIFEST, packed, source};
use crate::artifact::{ArtifactError, Integrity, Source, inspect, pack, read_members};
use crate::{Limits, manifest};

fn refusal(manifest: &str, sources: Vec<Source<'_>>, limits: &Limits) -> String {
    pack(manifest.as_bytes(), sources, limits, io::sink()).expect_err("refused").to_string()
}

#[test]
fn members_are_sorted_as_javascript_sorts_and_integrity_is_right() {
    let bytes = packed(&[("\u{e000}.txt", b"1"), ("\u{1f4a1}.txt", b"2"), ("Z/a.txt", b"5")]);
    let members = read_members(&bytes[..], &Limits::default()).expect("packed");
    let paths: Vec<&str> = members.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["SIGNATURE", "Z/a.txt", manifest::FILE_NAME, "\u{1f4a1}.txt", "\u{e000}.txt"]);
    assert_eq!(members[0].1, b"unsigned\n");
    assert_eq!(bytes[..10], *b"\x1f\x8b\x08\0\0\0\0\0\x02\x03");
    assert_eq!(inspect(&bytes[..], &Limits::default()).expect("packed").integrity, Integrity::Match);
}

#[test]
fn what_the_reader_would_refuse_is_not_packed() {
    let limits =
        Limits { members: 4, unpacked_bytes: 4096, manifest_bytes: 512, artifact_bytes: 2048, ..Limits::default() };
    let main = MANIFEST.replace('}', ",\"main\":\"dist/index.mjs\"}");
    for (manifest, paths, size, why) in [
        ("{}", &[][..], 0, "the manifest is not valid: (root): the key `id` is missing"),
        (MANIFEST, &["../a"], 0, ".. segment"),
        (MANIFEST, &["a", "A"], 0, "only in case"),
        (MANIFEST, &["a", "a/b"], 0, "as well as a directory"),
        (MANIFEST, &[manifest::FILE_NAME], 0, "writes this member itself"),
        (MANIFEST, &["SIGNATURE"], 0, "writes this member itself"),
        (MANIFEST, &["signature"], 0, "only in case"),
        (MANIFEST, &["a", "b", "c"], 0, "more than 4 members"),
        (MANIFEST, &["a", "b"], 2048, "unpack to more than 4096"),
        (MANIFEST, &["a"], u64::MAX, "unpack to more than 4096"),
        (&main, &["dist/other.mjs"], 0, "not among the files to pack"),
        (&MANIFEST.replace("\"X\"", &format!("\"{}\"", "x".repeat(400))), &["a"], 0, "more than the limit of 512"),
    ] {
        let sources = paths.iter().map(|path| {
            let open = move || -> io::Result<Box<dyn io::Read>> { Ok(Box::new(io::Read::take(io::repeat(7), size))) };
            Source { path: (*path).to_owned(), size, open: Box::new(open) }
        });
        let message = refusal(manifest, sources.collect(), &limits);
        assert!(message.contains(why), "{paths:?}: {message}");
    }
    let noise: Vec<u8> = (0..3000_u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    assert!(refusal(MANIFEST, vec![source("a", &noise[..3000])], &limits).contains("more than 2048 bytes"));
}

#[test]
fn a_source_that_changes_is_not_packed() {
    let lies = |claimed: u64, content: &'static [u8]| Source {
        path: "a".to_owned(),
        size: claimed,
        open: Box::new(move || Ok(Box::new(Cursor::new(content)))),
    };
    let calls = std::cell::Cell::new(0_u8);
    let changes = Source {
        path: "a".to_owned(),
        size: 1,
        open: Box::new(|| {
            calls.set(calls.get() + 1);
            Ok(Box::new(Cursor::new([calls.get()])))
        }),
    };
    for source in [lies(2, b"1"), lies(1, b"12"), changes] {
        let error = pack(MANIFEST.as_bytes(), vec![source], &Limits::default(), io::sink()).expect_err("changed");
        assert!(
            matches!(&error, ArtifactError::Io(_)) && error.to_string().contains("changed while it was packed"),
            "{error}"
        );
    }
}
