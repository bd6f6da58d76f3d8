//! The integrity map of the manifest, compared with the members.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha384, Sha512};

use super::{Finding, Integrity, Member, SIGNATURE_MEMBER};
use crate::manifest;

/// The digests that a map may use besides SHA-256. The manifest comes late in an archive, so they are computed before anyone
/// knows whether they are needed.
#[derive(Clone, Default)]
pub(super) struct LongHasher(Sha384, Sha512);

/// What a [`LongHasher`] found.
pub(super) struct LongDigests {
    sha384: [u8; 48],
    sha512: [u8; 64],
}

impl LongHasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
        self.1.update(bytes);
    }

    pub(super) fn finish(self) -> LongDigests {
        LongDigests { sha384: self.0.finalize().into(), sha512: self.1.finalize().into() }
    }
}

/// Compares the map with the members, which stand in the same order as their long digests.
pub(super) fn compare(
    map: Option<&BTreeMap<String, String>>,
    members: &[Member],
    digests: &[LongDigests],
) -> Integrity {
    let Some(map) = map else { return Integrity::Missing };
    let finding = |path: &str, what: &str| Finding { path: path.to_owned(), line: None, what: what.to_owned() };
    let mut wrong = Vec::new();
    let mut absent: BTreeMap<&str, &str> = map.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    for (member, digests) in members.iter().zip(digests) {
        let listed = absent.remove(member.path.as_str());
        let excepted = [manifest::FILE_NAME, SIGNATURE_MEMBER].contains(&member.path.as_str());
        match (listed, excepted) {
            (None, true) => {}
            (Some(_), true) => wrong.push(finding(&member.path, "the integrity map may not list this member")),
            (None, false) => wrong.push(finding(&member.path, "the integrity map does not list this member")),
            (Some(text), false) if text == expected(text, member, digests) => {}
            (Some(_), false) => wrong.push(finding(&member.path, "the digest in the integrity map is another one")),
        }
    }
    wrong.extend(absent.keys().map(|path| finding(path, "the integrity map lists a member that is not there")));
    if wrong.is_empty() { Integrity::Match } else { Integrity::Mismatch(wrong) }
}

/// The right text for a member, by the algorithm that the listed text names; anything else compares as SHA-256.
fn expected(listed: &str, member: &Member, digests: &LongDigests) -> String {
    let (name, digest) = match listed.split_once('-') {
        Some(("sha512", _)) => ("sha512", &digests.sha512[..]),
        Some(("sha384", _)) => ("sha384", &digests.sha384[..]),
        _ => ("sha256", &member.sha256.as_bytes()[..]),
    };
    format!("{name}-{}", BASE64_STANDARD.encode(digest))
}
