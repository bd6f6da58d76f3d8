//! Archives that no honest tool writes: a builder that checks nothing.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

const BLOCK_BYTES: usize = 512;

/// A tar archive under construction.
#[derive(Clone, Default)]
pub struct Tar(Vec<u8>);

impl Tar {
    /// With one more regular file.
    pub fn file(self, path: &str, content: &[u8]) -> Self {
        self.bent(path, content, |_| {})
    }

    /// With one more entry, whose header is changed before its checksum is made.
    pub fn bent(mut self, path: &str, content: &[u8], bend: impl FnOnce(&mut [u8; BLOCK_BYTES])) -> Self {
        let mut header = [0; BLOCK_BYTES];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..124].copy_from_slice(b"0000644\x000000000\x000000000\x00");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        bend(&mut header);
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(header);
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(BLOCK_BYTES), 0);
        self
    }

    /// With bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// The archive, rightly ended.
    pub fn ended(self) -> Vec<u8> {
        self.raw(&[0; 2 * BLOCK_BYTES]).0
    }

    /// The artifact.
    pub fn packed(self) -> Vec<u8> {
        gzip(&self.ended())
    }
}

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
