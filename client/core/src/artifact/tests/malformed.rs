//! Every malformed kind, one row each.

use std::io::{self, Read};

use super::raw::{MANIFEST, Tar, gzip};
use crate::artifact::{ArtifactError, read, read_members};
use crate::{Limits, manifest};

/// Limits small enough to be passed in a test.
fn small() -> Limits {
    Limits {
        artifact_bytes: 4096,
        unpacked_bytes: 1 << 20,
        members: 8,
        path_bytes: 40,
        manifest_bytes: 2048,
        ratio: 50,
        ratio_free_bytes: 64 * 1024,
        ..Limits::default()
    }
}

fn refusal(bytes: &[u8]) -> String {
    match read(bytes, &small(), |_, _, _| Ok(())) {
        Err(ArtifactError::Malformed(malformed)) => malformed.to_string(),
        other => panic!("expected malformed, found {other:?}"),
    }
}

#[test]
fn a_good_archive_is_read() {
    let good = Tar::of(&[("a", b"1"), ("b/c", b""), ("d", &[7; 1024])]);
    let expected = [("a", b"1".to_vec()), ("b/c", Vec::new()), ("d", vec![7; 1024])];
    let expected: Vec<_> = expected.into_iter().map(|(path, content)| (path.to_owned(), content)).collect();
    for bytes in [good.clone().packed(), gzip(&good.clone().zeros(20).0)] {
        assert_eq!(read_members(&bytes[..], &small()).expect("good"), expected);
    }
    let mut named = good.packed();
    named[3] = 8;
    named.splice(10..10, *b"x.tar\0");
    assert_eq!(read_members(&named[..], &small()).expect("a gzip file name is harmless"), expected);
}

#[test]
fn other_gzip_than_one_plain_member_is_refused() {
    let good = Tar::of(&[("a", b"1")]).packed();
    let bent = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let last = good.len() - 1;
    for (name, bytes, why) in [
        ("nothing", Vec::new(), "fewer bytes than a gzip header"),
        ("not gzip", b"PK\x03\x04 this is a zip".to_vec(), "not gzip"),
        ("plain tar", Tar::of(&[("a", b"1")]).zeros(2).0, "not gzip"),
        ("other method", bent(2, 7), "not gzip"),
        ("header checksum", bent(3, 2), "optional fields"),
        ("extra field", bent(3, 4), "optional fields"),
        ("comment", bent(3, 16), "optional fields"),
        ("reserved flag", bent(3, 128), "optional fields"),
        ("endless name", [&b"\x1f\x8b\x08\x08\0\0\0\0\0\x03"[..], &[b'x'; 400]].concat(), "more than 255 bytes"),
        ("damaged data", bent(12, good[12] ^ 0xff), ""),
        ("wrong checksum", bent(last - 7, good[last - 7] ^ 1), "gzip checksum"),
        ("wrong size", bent(last, 1), "gzip checksum"),
        ("cut off in the trailer", good[..last].to_vec(), "cut off"),
        ("cut off in the data", good[..last - 12].to_vec(), "cut off"),
        ("byte behind", [&good[..], b"\0"].concat(), "follow its gzip member"),
        ("second member", [&good[..], &good[..]].concat(), "follow its gzip member"),
        ("more than the limit", [&good[..], &vec![0; 4096]].concat(), "limit of artifacts"),
    ] {
        let message = refusal(&bytes);
        assert!(message.contains(why), "{name}: {message}");
    }
}

#[test]
fn other_entries_than_plain_files_are_refused() {
    let set = |at: usize, bytes: &'static [u8]| {
        gzip(&Tar::default().bent("a", b"1", |block| block[at..at + bytes.len()].copy_from_slice(bytes)).zeros(2).0)
    };
    for (name, bytes, why) in [
        ("old-style entry", set(156, b"\0"), "type NUL"),
        ("hard link", set(156, b"1"), "hard link"),
        ("symbolic link", set(156, b"2"), "symbolic link"),
        ("character device", set(156, b"3"), "device"),
        ("directory", set(156, b"5"), "directory"),
        ("pipe", set(156, b"6"), "pipe"),
        ("contiguous file", set(156, b"7"), "unknown type"),
        ("pax header", set(156, b"x"), "pax"),
        ("global pax header", set(156, b"g"), "pax"),
        ("GNU long name", set(156, b"L"), "GNU"),
        ("sparse file", set(156, b"S"), "unknown type"),
        ("GNU magic", set(257, b"ustar  \0"), "not plain ustar"),
        ("old magic", set(257, &[0; 8]), "not plain ustar"),
        ("prefix", set(345, b"dir"), "prefix"),
        ("byte behind the prefix field", set(511, b"x"), "prefix"),
        ("link name", set(157, b"/etc/passwd"), "link field"),
        ("device number", set(329, b"0000001\0"), "device numbers"),
        ("binary size", set(124, b"\x80\0\0\0\0\0\0\0\0\0\0\x01"), "size is not octal"),
        ("size with a sign", set(124, b"-0000000001\0"), "size is not octal"),
        ("size without an end", set(124, b"000000000001"), "size is not octal"),
        ("size with leading spaces", set(124, b"          1\0"), "size is not octal"),
        ("size with text behind", set(124, b"000000001\x00x\0"), "size is not octal"),
        ("mode of no number", set(100, b"rw-r--r\0"), "a number in its header"),
        ("name with a tail", set(2, b"x"), "after the NUL"),
        ("name of other encoding", set(0, b"\xe9"), "not UTF-8"),
    ] {
        let message = refusal(&bytes);
        assert!(message.contains(why), "{name}: {message}");
    }
    let mut wrong_sum = Tar::of(&[("a", b"1")]).zeros(2);
    wrong_sum.0[148] ^= 1;
    assert!(refusal(&gzip(&wrong_sum.0)).contains("checksum"));
}

#[test]
fn other_ends_than_zeros_are_refused() {
    let member = Tar::of(&[("a", b"1")]);
    let mut padding = member.clone();
    padding.0[700] = 1;
    for (name, tar, why) in [
        ("no end", member.clone(), "without the two zero blocks"),
        ("one end block", member.clone().zeros(1), "one zero block"),
        ("member behind one end block", member.clone().zeros(1).member("b", b""), "other than zeros"),
        ("member behind the end", member.clone().zeros(2).member("b", b""), "other than zeros"),
        ("many end blocks", member.clone().zeros(21), "more than 20"),
        ("padding of other bytes", padding.zeros(2), "padding"),
        ("cut off in a header", Tar([&member.0[..], &[b'x'; 100]].concat()), "in the middle"),
        ("cut off in a content", Tar(member.0[..512].to_vec()), "in the middle"),
        ("cut off in the padding", Tar(member.0[..600].to_vec()), "in the middle"),
        ("half an end block", Tar([&member.0[..], &[0; 600]].concat()), "in the middle"),
    ] {
        let message = refusal(&gzip(&tar.0));
        assert!(message.contains(why), "{name}: {message}");
    }
}

#[test]
fn paths_that_could_mean_two_places_are_refused() {
    for (name, paths, why) in [
        ("absolute", &["/etc/passwd"][..], "absolute"),
        ("parent", &["a/../../b"], ".."),
        ("backslash", &["a\\b"], "character"),
        ("control character", &["a\u{1b}[2J"], "character"),
        ("drive letter", &["C:x"], "character"),
        ("other normal form", &["e\u{301}"], "form C"),
        ("too long", &["x/123456789012345678901234567890123456789"], "more than the limit of 40"),
        ("twice", &["a", "a"], "twice"),
        ("other case", &["a", "A"], "only in case"),
        ("other case by folding", &["straße", "STRASSE"], "only in case"),
        ("directory of other case", &["a/b", "A/c"], "only in case"),
        ("file and directory", &["a", "a/b"], "as well as a directory"),
        ("second manifest", &[manifest::FILE_NAME, manifest::FILE_NAME], "twice"),
        ("many", &["1", "2", "3", "4", "5", "6", "7", "8", "9"], "more than 8 members"),
    ] {
        let members: Vec<(&str, &[u8])> = paths.iter().map(|path| (*path, &b""[..])).collect();
        let message = refusal(&Tar::of(&members).packed());
        assert!(message.contains(why), "{name}: {message}");
    }
    assert!(
        refusal(&Tar::of(&[("a\u{202e}gpj.exe\u{1}", b"")]).packed()).starts_with("member \"a\\u{202e}gpj.exe\\u{1}\"")
    );
}

#[test]
fn sizes_are_checked_before_they_are_believed() {
    let claim = |path: &str, size: u64| {
        let size = format!("{size:011o}\0");
        gzip(&Tar::default().bent(path, b"", |block| block[124..136].copy_from_slice(size.as_bytes())).0)
    };
    assert!(refusal(&claim(manifest::FILE_NAME, 1 << 30)).contains("unpacks to more than"));
    assert!(refusal(&claim(manifest::FILE_NAME, 4096)).contains("more than the limit of 2048"));
    assert!(refusal(&claim("a", 1 << 32)).contains("unpacks to more than"));
    let half = vec![7; 600 * 1024];
    assert!(
        refusal(
            &Tar::of(&[("a", &half)])
                .bent("b", b"", |block| block[124..136].copy_from_slice(b"00002260000\0"))
                .packed()
        )
        .contains("unpacks")
    );
}

#[test]
fn bombs_are_refused_while_they_unpack() {
    let zeros = vec![0; 1 << 19];
    let bomb = Tar::of(&[("a", &zeros)]).packed();
    assert!(bomb.len() < 2048);
    let mut seen = 0;
    let error = read(&bomb[..], &small(), |_, _, content| {
        seen = io::copy(content, &mut io::sink())?;
        Ok(())
    });
    assert!(error.expect_err("bomb").to_string().contains("more than 50 times"));
    assert_eq!(seen, 0);
    let honest = Limits { ratio_free_bytes: 1 << 20, ..small() };
    assert!(read(&bomb[..], &honest, |_, _, _| Ok(())).is_ok(), "below the free size the ratio is not looked at");
}

#[test]
fn failures_of_input_and_visitor_are_not_malformed() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk"))
        }
    }
    let good = Tar::of(&[(manifest::FILE_NAME, MANIFEST.as_bytes())]).packed();
    let broken = (&good[..20]).chain(Broken);
    assert!(matches!(read(broken, &small(), |_, _, _| Ok(())), Err(ArtifactError::Io(_))));
    let gives_up = read(&good[..], &small(), |_, _, _| Err(io::Error::other("enough")));
    assert!(matches!(gives_up, Err(ArtifactError::Io(_))));
    // A visitor that swallows the failure of its member does not hide it.
    let cut_off = gzip(&Tar::of(&[("a", &[7; 2000])]).0[..1000]);
    let swallowed = read(&cut_off[..], &small(), |_, _, content| {
        let _ = io::copy(content, &mut io::sink());
        Ok(())
    });
    assert!(matches!(swallowed, Err(ArtifactError::Malformed(_))));
}
