//! Exactly one gzip member (RFC 1952), inflated in steps of 64 KiB with every byte counted.

use std::io::Read;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::read::fill;
use super::{ArtifactError, Malformed};
use crate::Limits;

const STEP_BYTES: usize = 64 * 1024;
const NAME_FLAG: u8 = 0b1000;
/// The file name that an ordinary `gzip` stores may be this long.
const NAME_BYTES: usize = 255;

/// The unpacked bytes of an artifact.
///
/// Both buffers are filled in full steps, whatever the sizes in which the input arrives and the caller reads, so the same
/// bytes get the same verdict everywhere.
pub(super) struct Gunzip<R> {
    packed: Packed<R>,
    inflate: Decompress,
    crc: Crc,
    limits: Limits,
    out: Box<[u8]>,
    out_start: usize,
    out_end: usize,
    unpacked_bytes: u64,
    ended: bool,
}

impl<R: Read> Gunzip<R> {
    /// Reads the gzip header.
    pub(super) fn new(input: R, limits: &Limits) -> Result<Self, ArtifactError> {
        let mut packed = Packed::new(input, limits.artifact_bytes);
        let mut header = [0; 10];
        for byte in &mut header {
            *byte = packed.byte()?.ok_or_else(|| malformed("it is not gzip: it has fewer bytes than a gzip header"))?;
        }
        let flags = header[3];
        if header[..3] != [0x1f, 0x8b, 0x08] {
            return Err(malformed("it is not gzip; pack it with plimsoll pack"));
        }
        if flags & !NAME_FLAG != 0 {
            return Err(malformed("its gzip header has optional fields; only a file name is allowed"));
        }
        if flags & NAME_FLAG != 0 {
            let mut length = 0;
            while packed.byte()?.ok_or_else(ended_early)? != 0 {
                length += 1;
                if length > NAME_BYTES {
                    return Err(malformed("the file name in its gzip header has more than 255 bytes"));
                }
            }
        }
        Ok(Self {
            packed,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            limits: *limits,
            out: vec![0; STEP_BYTES].into_boxed_slice(),
            out_start: 0,
            out_end: 0,
            unpacked_bytes: 0,
            ended: false,
        })
    }

    /// The next unpacked bytes, at most `max`; empty at the end.
    pub(super) fn take(&mut self, max: usize) -> Result<&[u8], ArtifactError> {
        if self.out_start == self.out_end && !self.ended {
            self.refill()?;
        }
        let start = self.out_start;
        self.out_start += max.min(self.out_end - start);
        Ok(&self.out[start..self.out_start])
    }

    fn refill(&mut self) -> Result<(), ArtifactError> {
        (self.out_start, self.out_end) = (0, 0);
        while self.out_end < self.out.len() && !self.ended {
            let (read_before, written_before) = (self.inflate.total_in(), self.inflate.total_out());
            let input = self.packed.buffer()?;
            let input_ended = input.is_empty();
            let status = self
                .inflate
                .decompress(input, &mut self.out[self.out_end..], FlushDecompress::None)
                .map_err(|_| malformed("its compressed data is damaged"))?;
            let read = (self.inflate.total_in() - read_before) as usize;
            let written = (self.inflate.total_out() - written_before) as usize;
            self.packed.consume(read);
            self.out_end += written;
            match status {
                Status::StreamEnd => self.ended = true,
                Status::Ok | Status::BufError if read > 0 || written > 0 => {}
                Status::Ok | Status::BufError if input_ended => return Err(ended_early()),
                Status::Ok | Status::BufError => return Err(malformed("its compressed data is damaged")),
            }
        }
        self.crc.update(&self.out[..self.out_end]);
        self.unpacked_bytes += self.out_end as u64;
        self.check_ratio()?;
        if self.ended { self.check_trailer() } else { Ok(()) }
    }

    fn check_ratio(&self) -> Result<(), ArtifactError> {
        let allowed = self.packed.taken_bytes.saturating_mul(u64::from(self.limits.ratio));
        if self.unpacked_bytes > self.limits.ratio_free_bytes && self.unpacked_bytes > allowed {
            let ratio = self.limits.ratio;
            return Err(malformed(format!("it unpacks to more than {ratio} times its size")));
        }
        Ok(())
    }

    fn check_trailer(&mut self) -> Result<(), ArtifactError> {
        let mut trailer = [0; 8];
        for byte in &mut trailer {
            *byte = self.packed.byte()?.ok_or_else(ended_early)?;
        }
        // RFC 1952 stores the size modulo 2^32.
        let size = (self.unpacked_bytes & u64::from(u32::MAX)) as u32;
        if trailer[..4] != self.crc.sum().to_le_bytes() || trailer[4..] != size.to_le_bytes() {
            return Err(malformed("its gzip checksum is wrong"));
        }
        if self.packed.byte()?.is_some() {
            return Err(malformed("bytes follow its gzip member; an artifact is exactly one"));
        }
        Ok(())
    }
}

/// The packed bytes, counted and bounded.
struct Packed<R> {
    input: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    taken_bytes: u64,
    max_bytes: u64,
}

impl<R: Read> Packed<R> {
    fn new(input: R, max_bytes: u64) -> Self {
        Self { input, buffer: vec![0; STEP_BYTES].into_boxed_slice(), start: 0, end: 0, taken_bytes: 0, max_bytes }
    }

    /// The bytes at hand, never empty before the end of the input.
    fn buffer(&mut self) -> Result<&[u8], ArtifactError> {
        if self.start == self.end {
            (self.start, self.end) = (0, fill(&mut self.input, &mut self.buffer)?);
            self.taken_bytes += self.end as u64;
            if self.taken_bytes > self.max_bytes {
                return Err(malformed(format!("it has more than {} bytes, the limit of artifacts", self.max_bytes)));
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
    }

    fn byte(&mut self) -> Result<Option<u8>, ArtifactError> {
        let byte = self.buffer()?.first().copied();
        self.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

fn ended_early() -> ArtifactError {
    malformed("it ends before its gzip member does; it was cut off")
}

fn malformed(message: impl Into<String>) -> ArtifactError {
    ArtifactError::Malformed(Malformed { path: None, message: message.into() })
}
