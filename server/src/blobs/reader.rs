//! Reading an artifact, wherever it is, as a plain `Read`.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};

use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::{GetResult, GetResultPayload, Result};
use tokio::runtime::Handle;

/// The bytes of an artifact, or of a part of it. Blocks where it waits.
pub struct Reader {
    source: Source,
    left: u64,
}

enum Source {
    File(File),
    Stream { stream: BoxStream<'static, Result<Bytes>>, piece: Bytes, runtime: Handle },
}

impl Reader {
    pub(super) fn new(result: GetResult, runtime: Handle) -> Result<Self> {
        let left = result.range.end - result.range.start;
        let source = match result.payload {
            GetResultPayload::File(mut file, _) => {
                file.seek(SeekFrom::Start(result.range.start)).map_err(|error| super::generic(error.into()))?;
                Source::File(file)
            }
            GetResultPayload::Stream(stream) => Source::Stream { stream, piece: Bytes::new(), runtime },
        };
        Ok(Self { source, left })
    }

    /// How many bytes are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        let buffer = &mut buffer[..wanted];
        let count = match &mut self.source {
            Source::File(file) => file.read(buffer)?,
            Source::Stream { stream, piece, runtime } => {
                while piece.is_empty() {
                    match runtime.block_on(stream.next()) {
                        Some(next) => *piece = next.map_err(io::Error::other)?,
                        None => break,
                    }
                }
                let count = wanted.min(piece.len());
                piece.copy_to_slice(&mut buffer[..count]);
                count
            }
        };
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the artifact store has fewer bytes than it said",
            ));
        }
        self.left -= count as u64;
        Ok(count)
    }
}
