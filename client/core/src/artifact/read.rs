//! The strict reader: gzip over ustar, nothing that two readers could take differently.

use std::io::{self, Read};

use super::gunzip::Gunzip;
use super::header::{self, BLOCK_BYTES, Block, Header};
use super::path::{self, Paths};
use super::{ArtifactError, Malformed, Member};
use crate::digest::Hasher;
use crate::{Limits, manifest, quote};

/// GNU tar and Python's tarfile fill the last record of 20 blocks with zeros; the real client writes two blocks.
const END_BLOCKS: usize = 20;

/// Reads an artifact strictly, handing each member to `visit` with a reader of its content; what `visit` leaves unread is
/// skipped. Nothing that `visit` saw is good before this returned `Ok`.
///
/// Memory is flat: no size that the archive claims is allocated, and every limit is checked as soon as it is passed. The
/// ratio is looked at on the way too: at no point may the bytes unpacked so far exceed it.
///
/// # Errors
/// `Malformed` for whatever is wrong with the bytes, `Io` if `input` fails or `visit` gives up.
pub fn read(
    input: impl Read,
    limits: &Limits,
    visit: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
) -> Result<Vec<Member>, ArtifactError> {
    read_with(input, limits, None, visit)
}

/// Reads every member into memory: for small artifacts, such as in tests and tools.
///
/// # Errors
/// As [`read`].
pub fn read_members(input: impl Read, limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, ArtifactError> {
    let mut members = Vec::new();
    read(input, limits, |path, _, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        members.push((path.to_owned(), bytes));
        Ok(())
    })?;
    Ok(members)
}

/// Like [`read`], but members that repeat the path of the manifest are noted in `repeated_manifests`, if it is there, instead
/// of being refused: so the gate can say it by its own code.
pub(super) fn read_with(
    input: impl Read,
    limits: &Limits,
    mut repeated_manifests: Option<&mut Vec<String>>,
    mut visit: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
) -> Result<Vec<Member>, ArtifactError> {
    let mut archive = Gunzip::new(input, limits)?;
    let mut members = Vec::<Member>::new();
    let mut paths = Paths::new(limits);
    let mut unpacked_bytes = 0;
    while let Some(header) = next_header(&mut archive)? {
        let Header { path, size } = header;
        let refuse = |message: String| malformed(Some(&path), message);
        path::check(&path, limits).map_err(refuse)?;
        if let Err(message) = paths.add(&path) {
            match &mut repeated_manifests {
                Some(repeated) if path::fold(&path) == manifest::FILE_NAME => repeated.push(path.clone()),
                _ => return Err(refuse(message)),
            }
        }
        if members.len() as u64 >= u64::from(limits.members) {
            return Err(malformed(None, format!("it has more than {} members", limits.members)));
        }
        if size > limits.unpacked_bytes.saturating_sub(unpacked_bytes) {
            return Err(malformed(None, format!("it unpacks to more than {} bytes", limits.unpacked_bytes)));
        }
        unpacked_bytes += size;
        if path == manifest::FILE_NAME && size > limits.manifest_bytes {
            let max = limits.manifest_bytes;
            return Err(refuse(format!("the manifest has {size} bytes, more than the limit of {max}")));
        }
        let mut content =
            Content { archive: &mut archive, left_bytes: size, path: &path, hasher: Hasher::new(), failure: None };
        let visited = visit(&path, size, &mut content);
        if visited.is_ok() {
            // A failure is kept in `content`, also one that `visit` swallowed.
            let _ = io::copy(&mut content, &mut io::sink());
        }
        let Content { hasher, failure, .. } = content;
        if let Some(failure) = failure {
            return Err(failure);
        }
        visited?;
        skip_padding(&mut archive, size).map_err(|error| error.unwrap_or_else(|| cut_off(Some(&path))))?;
        members.push(Member { path, size, sha256: hasher.finish() });
    }
    Ok(members)
}

/// The next header; `None` after the end blocks, having seen that nothing but zeros and the end of the gzip member follow.
fn next_header(archive: &mut Gunzip<impl Read>) -> Result<Option<Header>, ArtifactError> {
    let block = next_block(archive)?.ok_or_else(|| malformed(None, "it ends without the two zero blocks of tar"))?;
    if block != [0; BLOCK_BYTES] {
        return header::parse(&block).map(Some).map_err(|(path, message)| malformed(path.as_deref(), message));
    }
    let mut blocks = 1;
    while let Some(block) = next_block(archive)? {
        if block != [0; BLOCK_BYTES] {
            return Err(malformed(None, "bytes other than zeros follow its end block"));
        }
        blocks += 1;
        if blocks > END_BLOCKS {
            return Err(malformed(None, format!("more than {END_BLOCKS} zero blocks end it")));
        }
    }
    if blocks < 2 {
        return Err(malformed(None, "it ends with one zero block instead of two"));
    }
    Ok(None)
}

/// A whole block; `None` at the end of the archive.
fn next_block(archive: &mut Gunzip<impl Read>) -> Result<Option<Block>, ArtifactError> {
    let mut block = [0; BLOCK_BYTES];
    let mut filled = 0;
    while filled < BLOCK_BYTES {
        let bytes = archive.take(BLOCK_BYTES - filled)?;
        if bytes.is_empty() {
            return if filled == 0 { Ok(None) } else { Err(cut_off(None)) };
        }
        block[filled..filled + bytes.len()].copy_from_slice(bytes);
        filled += bytes.len();
    }
    Ok(Some(block))
}

/// Reads the zeros after a content. `Err(None)` if the archive ends within them.
fn skip_padding(archive: &mut Gunzip<impl Read>, size: u64) -> Result<(), Option<ArtifactError>> {
    let mut left = header::padding(size);
    while left > 0 {
        let bytes = archive.take(left).map_err(Some)?;
        if bytes.is_empty() {
            return Err(None);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Err(Some(malformed(None, "the padding after a member is not all zeros")));
        }
        left -= bytes.len();
    }
    Ok(())
}

/// The content of one member, hashed as it is read.
struct Content<'a, R> {
    archive: &'a mut Gunzip<R>,
    left_bytes: u64,
    path: &'a str,
    hasher: Hasher,
    failure: Option<ArtifactError>,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let max = usize::try_from(self.left_bytes).unwrap_or(usize::MAX).min(buffer.len());
        if max == 0 {
            return Ok(0);
        }
        let failure = match self.archive.take(max) {
            Ok([]) => cut_off(Some(self.path)),
            Ok(bytes) => {
                buffer[..bytes.len()].copy_from_slice(bytes);
                self.hasher.update(bytes);
                self.left_bytes -= bytes.len() as u64;
                return Ok(bytes.len());
            }
            Err(failure) => failure,
        };
        let message = failure.to_string();
        self.failure = Some(failure);
        Err(io::Error::other(message))
    }
}

/// Reads until the buffer is full or the input ends; returns how much it read.
pub(super) fn fill(input: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn cut_off(path: Option<&str>) -> ArtifactError {
    malformed(path, "the archive ends in the middle of it")
}

fn malformed(path: Option<&str>, message: impl Into<String>) -> ArtifactError {
    ArtifactError::Malformed(Malformed { path: path.map(quote), message: message.into() })
}
