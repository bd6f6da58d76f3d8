//! Artifacts on their way: streamed in pieces, never whole in memory.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use plimsoll_core::Digest;
use plimsoll_core::wire::StoredArtifact;
use ureq::SendBody;
use ureq::http::{Method, header};

use super::{Payload, Registry, Repeat, TransportError, read_json};
use crate::progress::{Direction, Progress};

const PIECE_BYTES: usize = 256 * 1024;

/// A file that tells how much of it was read.
pub(super) struct Watched<'a> {
    file: &'a File,
    done_bytes: u64,
    progress: &'a dyn Progress,
}

impl<'a> Watched<'a> {
    /// From the file's beginning.
    pub(super) fn rewound(mut file: &'a File, progress: &'a dyn Progress) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self { file, done_bytes: 0, progress })
    }

    pub(super) fn as_body(&mut self) -> SendBody<'_> {
        SendBody::from_reader(self)
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done_bytes = self.done_bytes.saturating_add(count as u64);
        self.progress.transfer_moved(self.done_bytes);
        Ok(count)
    }
}

impl Registry {
    /// `PUT /v1/artifacts/{sha256}` from a file; repeating it is harmless. The file must not change meanwhile.
    pub fn upload(
        &self,
        file: &File,
        sha256: &Digest,
        progress: &dyn Progress,
    ) -> Result<StoredArtifact, TransportError> {
        let url = self.url(&["v1", "artifacts", &sha256.to_string()], &[]);
        let size = file.metadata().map_err(TransportError::Local)?.len();
        let headers = [(header::CONTENT_TYPE, "application/octet-stream".to_owned())];
        progress.transfer_started(Direction::Upload, &sha256.to_string(), size);
        let result = self.send(Repeat::Safe, &Method::PUT, &url, &headers, Payload::File { file, size, progress });
        progress.transfer_ended();
        let response = result.map_err(|error| self.reason_of_broken_upload(&url, error))?;
        read_json(&url, response)
    }

    /// A registry that refuses a token does so before it reads the body, and then closes: the client, still sending, sees a
    /// broken connection and not the answer. The same request without the bytes gets it.
    fn reason_of_broken_upload(&self, url: &str, error: TransportError) -> TransportError {
        if !matches!(error, TransportError::Unreachable { .. }) {
            return error;
        }
        match self.send(Repeat::Never, &Method::PUT, url, &[], Payload::Bytes(&[])) {
            Err(TransportError::Problem(problem)) if matches!(problem.status, 401 | 403) => {
                TransportError::Problem(problem)
            }
            _ => error,
        }
    }

    /// `GET /v1/artifacts/{sha256}` into `out`, at most `size` bytes; gives how many there were. The caller compares the
    /// digest: nothing that was written is good before that.
    ///
    /// A connection that breaks in the middle is an error: the caller begins again with an empty `out`.
    pub fn download(
        &self,
        sha256: &Digest,
        size: u64,
        out: &mut dyn Write,
        progress: &dyn Progress,
    ) -> Result<u64, TransportError> {
        let (url, response) = self.get(&["v1", "artifacts", &sha256.to_string()], &[])?;
        progress.transfer_started(Direction::Download, &sha256.to_string(), size);
        let mut reader = response.into_body().into_with_config().limit(u64::MAX).reader();
        let result = copy_bounded(&url, &mut reader, size, out, progress);
        progress.transfer_ended();
        result
    }
}

fn copy_bounded(
    url: &str,
    reader: &mut dyn Read,
    limit_bytes: u64,
    out: &mut dyn Write,
    progress: &dyn Progress,
) -> Result<u64, TransportError> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut done_bytes: u64 = 0;
    loop {
        let count = match reader.read(&mut piece) {
            Ok(0) => return Ok(done_bytes),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(TransportError::Unreachable { url: url.to_owned(), reason: error.to_string() });
            }
        };
        done_bytes = done_bytes.saturating_add(count as u64);
        if done_bytes > limit_bytes {
            return Err(TransportError::TooLarge { url: url.to_owned(), limit_bytes });
        }
        out.write_all(&piece[..count]).map_err(TransportError::Local)?;
        progress.transfer_moved(done_bytes);
    }
}
