//! A builder of archives that checks nothing.

use std::io::{Cursor, Write as _};

use crate::artifact::header::{self, BLOCK_BYTES, Block};
use crate::artifact::{Source, pack};
use crate::{Limits, manifest};

/// A minimal manifest.
pub(super) const MANIFEST: &str = r#"{"id":"com.acme.x","version":"1.0.0","type":"plugin","name":"X"}"#;

/// An archive under construction.
#[derive(Clone, Default)]
pub(super) struct Tar(pub(super) Vec<u8>);

impl Tar {
    pub(super) fn of(members: &[(&str, &[u8])]) -> Self {
        members.iter().fold(Self::default(), |tar, (path, content)| tar.member(path, content))
    }

    pub(super) fn member(self, path: &str, content: &[u8]) -> Self {
        self.bent(path, content, |_| {})
    }

    /// A member whose header is changed before its checksum is made.
    pub(super) fn bent(mut self, path: &str, content: &[u8], bend: impl FnOnce(&mut Block)) -> Self {
        let mut block = header::build("placeholder", content.len() as u64).expect("header");
        block[..100].fill(0);
        block[..path.len()].copy_from_slice(path.as_bytes());
        bend(&mut block);
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(block);
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(BLOCK_BYTES), 0);
        self
    }

    pub(super) fn zeros(mut self, blocks: usize) -> Self {
        self.0.resize(self.0.len() + blocks * BLOCK_BYTES, 0);
        self
    }

    /// The whole artifact, rightly ended.
    pub(super) fn packed(self) -> Vec<u8> {
        gzip(&self.zeros(2).0)
    }
}

/// One gzip member.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Packs members by the writer. The manifest is among them, or the minimal one is taken.
pub(super) fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let manifest = members.iter().find(|(path, _)| *path == manifest::FILE_NAME);
    let manifest = manifest.map_or(MANIFEST.as_bytes(), |(_, content)| content);
    let rest = members.iter().filter(|(path, _)| *path != manifest::FILE_NAME);
    let sources = rest.map(|(path, content)| source(path, content)).collect();
    let mut out = Vec::new();
    pack(manifest, sources, &Limits::default(), &mut out).expect("members can be packed");
    out
}

/// A source in memory.
pub(super) fn source<'a>(path: &str, content: &[u8]) -> Source<'a> {
    let content = content.to_vec();
    let size = content.len() as u64;
    Source { path: path.to_owned(), size, open: Box::new(move || Ok(Box::new(Cursor::new(content.clone())))) }
}
