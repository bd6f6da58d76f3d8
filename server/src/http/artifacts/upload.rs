//! From the network to the artifact store: into a file without a name while hashing, and on only if the digest is right.

use std::fs::File;
use std::io::Write as _;

use plimsoll_core::Digest;
use plimsoll_core::digest::Hasher;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::StoredArtifact;

use super::PIECE_BYTES;
use crate::http::body::Pieces;
use crate::http::call::{Call, blocking};
use crate::http::problem::Failure;

/// A file that has no name, so that nothing of it stays after this process, however it ends.
struct Spool {
    file: File,
    hasher: Hasher,
    size: u64,
}

impl Spool {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

/// Receives the body of a call and stores it under its digest.
pub(super) async fn receive(call: &mut Call, digest: Digest) -> Result<StoredArtifact, Failure> {
    let app = call.app.clone();
    let _share = app.uploads.take(call.caller.account()?).await?;
    let spool = spool(call).await?;
    let size = spool.size;
    if size == 0 {
        return Err(Failure::request_invalid("the body is empty: send the bytes of the artifact"));
    }
    let found = spool.hasher.finish();
    if found != digest {
        let detail = format!("the bytes have the digest {found}, not {digest}: upload them under their own");
        return Err(Failure::new(ProblemCode::DigestMismatch, detail));
    }
    let mut file = spool.file;
    let stored = app.clone();
    blocking(move || stored.blobs.put_file(&digest, &mut file)).await?.map_err(|error| Failure::of_blobs(&error))?;
    Ok(StoredArtifact { sha256: digest, size })
}

async fn spool(call: &mut Call) -> Result<Spool, Failure> {
    let app = call.app.clone();
    let timeouts = &app.timeouts;
    let limit = app.limits.artifact_bytes;
    let mut pieces = Pieces::new(&call.request, &mut call.payload, limit, timeouts, timeouts.upload_seconds)?;
    let file = tempfile::tempfile_in(&app.spool).map_err(Failure::internal)?;
    let mut spool = Spool { file, hasher: Hasher::new(), size: 0 };
    let mut buffer = Vec::with_capacity(PIECE_BYTES);
    loop {
        let piece = pieces.next().await?;
        buffer.extend_from_slice(piece.as_deref().unwrap_or_default());
        if buffer.len() >= PIECE_BYTES || piece.is_none() {
            (spool, buffer) = blocking(move || {
                spool.write(&buffer)?;
                buffer.clear();
                Ok((spool, buffer))
            })
            .await?
            .map_err(|error: std::io::Error| Failure::internal(error))?;
        }
        if piece.is_none() {
            return Ok(spool);
        }
    }
}
