//! The writer: the same sources give the same bytes, in the form that ObjectStack's CLI 17.4.0 writes.

use std::io::{self, Read, Write};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use super::header::{self, BLOCK_BYTES};
use super::path::{self, Paths};
use super::read::fill;
use super::{ArtifactError, Malformed, SIGNATURE_MEMBER};
use crate::digest::Hasher;
use crate::{Digest, Limits, Manifest, manifest, quote};

/// What the real client writes as [`SIGNATURE_MEMBER`]; signing never changes it.
pub(super) const SIGNATURE_CONTENT: &[u8] = b"unsigned\n";

/// Operating system 3 (Unix), whatever system this runs on.
const GZIP_OS: u8 = 3;

/// One member to be packed.
pub struct Source<'a> {
    /// The member path.
    pub path: String,
    /// The size in bytes.
    pub size: u64,
    /// Opens the content. Called twice: to digest it, and to pack it.
    pub open: Box<dyn Fn() -> io::Result<Box<dyn Read>> + 'a>,
}

/// Writes an artifact: completes the manifest with its integrity map, sorts the members, fixes every header.
///
/// Of the manifest, the order of the root's keys changes (to that of the schema, then `main`, then `integrity`), and
/// `integrity` is replaced; nothing else, and no default is written out. The manifest and `SIGNATURE` are not among the
/// sources.
///
/// # Errors
/// `Malformed` for what the reader would refuse, for an invalid manifest, and for a `main` that is not packed; `Io` if a
/// source or `out` fails, or a source changes meanwhile. What was written to `out` until then is of no use.
pub fn pack(
    manifest: &[u8],
    mut sources: Vec<Source<'_>>,
    limits: &Limits,
    out: impl Write,
) -> Result<(), ArtifactError> {
    let parsed = manifest::parse(manifest).map_err(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        malformed(Some(manifest::FILE_NAME), format!("the manifest is not valid: {}", list.join("; ")))
    })?;
    check(&parsed, &sources, limits)?;
    sources.sort_by(|a, b| javascript_order(&a.path, &b.path));
    let digests = sources.iter().map(digest).collect::<Result<Vec<_>, _>>()?;
    let integrity = sources.iter().zip(&digests).map(|(source, sha256)| (source.path.clone(), integrity_text(sha256)));
    let manifest = manifest::with_integrity(&parsed, integrity.collect());
    if manifest.len() as u64 > limits.manifest_bytes {
        let (size, max) = (manifest.len(), limits.manifest_bytes);
        let message = format!("with its integrity map it has {size} bytes, more than the limit of {max}");
        return Err(malformed(Some(manifest::FILE_NAME), message));
    }

    let mut members: Vec<Entry<'_>> = vec![
        Entry {
            path: SIGNATURE_MEMBER,
            size: SIGNATURE_CONTENT.len() as u64,
            content: Content::Own(SIGNATURE_CONTENT),
        },
        Entry { path: manifest::FILE_NAME, size: manifest.len() as u64, content: Content::Own(manifest.as_bytes()) },
    ];
    members.extend(sources.iter().zip(digests).map(|(source, sha256)| Entry {
        path: &source.path,
        size: source.size,
        content: Content::Source(source, sha256),
    }));
    members.sort_by(|a, b| javascript_order(a.path, b.path));
    if members.iter().map(|member| member.size).sum::<u64>() > limits.unpacked_bytes {
        return Err(malformed(None, format!("it would unpack to more than {} bytes", limits.unpacked_bytes)));
    }
    let mut archive = Archive::new(out);
    for member in members {
        archive.add(&member)?;
        if archive.gzip.get_ref().bytes > limits.artifact_bytes {
            break;
        }
    }
    let (unpacked_bytes, packed_bytes) = archive.finish()?;
    if packed_bytes > limits.artifact_bytes {
        return Err(malformed(None, format!("it would have more than {} bytes", limits.artifact_bytes)));
    }
    let allowed = packed_bytes.saturating_mul(u64::from(limits.ratio));
    if unpacked_bytes > limits.ratio_free_bytes && unpacked_bytes > allowed {
        return Err(malformed(None, format!("it would unpack to more than {} times its size", limits.ratio)));
    }
    Ok(())
}

/// Refuses sources that the reader would refuse as members.
fn check(manifest: &Manifest, sources: &[Source<'_>], limits: &Limits) -> Result<(), ArtifactError> {
    let own = [manifest::FILE_NAME, SIGNATURE_MEMBER];
    let mut paths = Paths::new(limits);
    for own in own {
        paths.add(own).map_err(|message| malformed(Some(own), message))?;
    }
    for source in sources {
        if own.contains(&source.path.as_str()) {
            return Err(malformed(
                Some(&source.path),
                "packing writes this member itself; leave it out of the sources",
            ));
        }
        let checked = path::check(&source.path, limits).and_then(|()| paths.add(&source.path));
        checked.map_err(|message| malformed(Some(&source.path), message))?;
    }
    if sources.len() as u64 + own.len() as u64 > u64::from(limits.members) {
        return Err(malformed(None, format!("it would have more than {} members", limits.members)));
    }
    let total = sources.iter().try_fold(0_u64, |total, source| total.checked_add(source.size));
    if total.is_none_or(|total| total > limits.unpacked_bytes) {
        return Err(malformed(None, format!("it would unpack to more than {} bytes", limits.unpacked_bytes)));
    }
    if let Some(main) = &manifest.main {
        let member = main.strip_prefix("./").unwrap_or(main);
        if sources.iter().all(|source| source.path != member) {
            let message = format!("its main is {}, which is not among the files to pack", quote(main));
            return Err(malformed(Some(manifest::FILE_NAME), message));
        }
    }
    Ok(())
}

/// The order of JavaScript's `sort`: by UTF-16 code units, so that `U+E000` comes after an emoji.
fn javascript_order(a: &str, b: &str) -> std::cmp::Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

fn integrity_text(sha256: &Digest) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(sha256.as_bytes()))
}

fn digest(source: &Source<'_>) -> Result<Digest, ArtifactError> {
    copy_exactly(&source.path, &mut *(source.open)()?, source.size, &mut io::sink())
}

/// Copies exactly `size` bytes and digests them.
fn copy_exactly(path: &str, from: &mut dyn Read, size: u64, to: &mut dyn Write) -> Result<Digest, ArtifactError> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut copied = 0_u64;
    while copied <= size {
        // Whole steps, so that the compressor sees the same whatever the sizes in which the source is read.
        let read = fill(from, &mut buffer)?;
        if read == 0 {
            break;
        }
        copied += read as u64;
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
    if copied == size { Ok(hasher.finish()) } else { Err(changed(path)) }
}

fn changed(path: &str) -> ArtifactError {
    io::Error::other(format!("{} changed while it was packed; pack again", quote(path))).into()
}

/// One member, ready to be written.
struct Entry<'a> {
    path: &'a str,
    size: u64,
    content: Content<'a>,
}

enum Content<'a> {
    Own(&'a [u8]),
    /// A source, with the digest that the integrity map has for it.
    Source(&'a Source<'a>, Digest),
}

/// The archive as it is written; both sides of the compression are counted.
struct Archive<W: Write> {
    gzip: GzEncoder<Counted<W>>,
    unpacked_bytes: u64,
}

impl<W: Write> Archive<W> {
    fn new(out: W) -> Self {
        let builder = GzBuilder::new().mtime(0).operating_system(GZIP_OS);
        let gzip = builder.write(Counted { out, bytes: 0 }, Compression::best());
        Self { gzip, unpacked_bytes: 0 }
    }

    fn add(&mut self, member: &Entry<'_>) -> Result<(), ArtifactError> {
        let header = header::build(member.path, member.size)
            .ok_or_else(|| malformed(Some(member.path), "its path or size does not fit a ustar header"))?;
        self.gzip.write_all(&header)?;
        match &member.content {
            Content::Own(bytes) => self.gzip.write_all(bytes)?,
            Content::Source(source, sha256) => {
                let packed = copy_exactly(member.path, &mut *(source.open)()?, member.size, &mut self.gzip)?;
                if packed != *sha256 {
                    return Err(changed(member.path));
                }
            }
        }
        let padding = header::padding(member.size);
        self.gzip.write_all(&[0; BLOCK_BYTES][..padding])?;
        self.unpacked_bytes += (header.len() + padding) as u64 + member.size;
        Ok(())
    }

    /// Ends the archive; returns its unpacked and its packed size.
    fn finish(mut self) -> Result<(u64, u64), ArtifactError> {
        let end = [0; 2 * BLOCK_BYTES];
        self.gzip.write_all(&end)?;
        let mut counted = self.gzip.finish()?;
        counted.flush()?;
        Ok((self.unpacked_bytes + end.len() as u64, counted.bytes))
    }
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.out.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn malformed(path: Option<&str>, message: impl Into<String>) -> ArtifactError {
    ArtifactError::Malformed(Malformed { path: path.map(quote), message: message.into() })
}
