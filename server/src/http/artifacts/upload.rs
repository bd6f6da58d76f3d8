//! From the network to the artifact store: into a file without a name while hashing, and on only if the digest is right.

use std::fs::File;
use std::io::Write as _;

use plimsoll_core::Digest;
use plimsoll_core::digest::Hasher;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::StoredArtifact;

use crate::app::{Error, artifacts};
use crate::http::body::Pieces;
use crate::http::call::{Call, blocking};
use crate::http::problem::Failure;
use crate::http::stream::PIECE_BYTES;
use crate::shares::Share;

/// A file that has no name, so that nothing of it stays after this process, however it ends.
struct Spool {
    file: File,
    hasher: Hasher,
    size: u64,
    /// The place that the upload takes while anything writes here.
    _share: Share,
}

impl Spool {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

/// Receives the body of a call, stores it under its digest and records whose it is; with whether it is new of this account.
pub(super) async fn receive(call: &mut Call, digest: Digest) -> Result<(StoredArtifact, bool), Failure> {
    let app = call.app.clone();
    let share = app.uploads.take(call.caller.account()?).await?;
    let Spool { mut file, hasher, size, _share: share } = spool(call, share).await?;
    if size == 0 {
        return Err(Failure::request_invalid("the body is empty: send the bytes of the artifact"));
    }
    let found = hasher.finish();
    if found != digest {
        let detail = format!("the bytes have the digest {found}, not {digest}: upload them under their own");
        return Err(Failure::new(ProblemCode::DigestMismatch, detail));
    }
    let stored = StoredArtifact { sha256: digest, size };
    let work = move |app: &_, caller: &_| {
        let new = artifacts::store_file(app, caller, &stored, &mut file)?;
        Ok::<_, Error>((stored, new))
    };
    call.run_in(share, work).await
}

async fn spool(call: &mut Call, share: Share) -> Result<Spool, Failure> {
    let app = call.app.clone();
    let timeouts = &app.timeouts;
    let limit = app.limits.artifact_bytes;
    let mut pieces = Pieces::new(&call.request, &mut call.payload, limit, timeouts, timeouts.upload_seconds)?;
    let file = tempfile::tempfile_in(&app.spool).map_err(Failure::internal)?;
    let mut spool = Spool { file, hasher: Hasher::new(), size: 0, _share: share };
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use futures_util::FutureExt as _;
    use plimsoll_core::access::Actor;
    use plimsoll_store::artifact;

    use super::*;
    use crate::http::call::tests::{account, with_call};

    #[test]
    fn bytes_that_were_stored_are_recorded_also_when_the_client_has_gone() {
        let account = account("admin");
        with_call(Actor::Account(account.clone()), b"the bytes", async |mut call| {
            let (app, digest) = (call.app.clone(), Digest::of("the bytes"));
            let until = Instant::now() + Duration::from_secs(20);
            let wait = || {
                assert!(Instant::now() < until, "it never came");
                std::thread::sleep(Duration::from_millis(1));
            };
            let bytes = app.config.data_dir.join(format!("blobs/sha256/{}/{digest}", &digest.to_string()[..2]));
            let mut upload = Box::pin(receive(&mut call, digest));
            // Nothing goes on with the request from the moment when the bytes are there.
            while !bytes.exists() {
                assert!(upload.as_mut().now_or_never().is_none());
                wait();
            }
            drop(upload);
            let recorded = || app.store.read("test", |conn| artifact::find_uploaded(conn, &digest, &account.name));
            while recorded().expect("the database").is_none() {
                wait();
            }
        });
    }
}
