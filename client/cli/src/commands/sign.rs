//! `sign`: the publisher's evidence, written beside the artifact.

use std::fs;
use std::path::Path;

use plimsoll_client::transport::{Registry, TransportError};
use plimsoll_core::wire::Algorithm;
use plimsoll_core::{Digest, KeyId, Limits, Manifest, PublisherName, artifact};
use plimsoll_trust::statement::{Publish, PublishedArtifact};
use plimsoll_trust::{LegacySignature, PublicKey, Signer};
use serde::Serialize;

use super::{key, sidecar};
use crate::args::Sign;
use crate::failure::Failure;
use crate::output::{Answer, bold, plain, warn};
use crate::render::line;
use crate::shell::Shell;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    sha256: Digest,
    key_id: KeyId,
    algorithm: Algorithm,
    fingerprint: Digest,
    signature_file: Option<String>,
    statement_file: Option<String>,
    registry: Option<String>,
    publisher: Option<PublisherName>,
    /// Why there is no statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_statement: Option<String>,
}

/// Signs an artifact that can be read; nothing else is worth a signature.
pub(crate) fn sign(shell: &Shell, args: &Sign) -> Result<Answer, Failure> {
    let bytes = read_artifact(&args.file)?;
    let manifest = manifest(&bytes)?;
    let key = key::read_private(&args.key)?;
    let algorithm = key.public_key().algorithm();
    let audience = audience(shell, args, key.public_key());
    if algorithm != Algorithm::Ed25519
        && let Err(reason) = &audience
    {
        return Err(Failure::usage(format!("a {algorithm} key signs statements alone, and {reason}")));
    }

    let mut signed = Signed {
        sha256: Digest::of(&bytes),
        key_id: args.key_id.clone(),
        algorithm,
        fingerprint: key.key_id(),
        signature_file: None,
        statement_file: None,
        registry: None,
        publisher: None,
        no_statement: None,
    };
    if algorithm == Algorithm::Ed25519 {
        let signature = LegacySignature::sign(&key, args.key_id.clone(), &bytes)?;
        let path = sidecar::signature(&args.file);
        sidecar::write(&path, &format!("{signature}\n"))?;
        signed.signature_file = Some(path.to_string_lossy().into_owned());
    }
    let path = sidecar::statement(&args.file);
    match audience {
        Ok((registry, publisher)) => {
            let statement = publish(&args.file, &bytes, signed.sha256, &manifest, &registry, &publisher).sign(&key)?;
            sidecar::write(&path, &statement)?;
            signed.statement_file = Some(path.to_string_lossy().into_owned());
            signed.registry = Some(registry);
            signed.publisher = Some(publisher);
        }
        Err(mut reason) => {
            if path.exists() {
                reason.push_str(&format!("; {} is of an earlier signing", path.display()));
            }
            signed.no_statement = Some(reason);
        }
    }
    let text = text(&signed, &manifest);
    Ok(Answer::new(signed, text))
}

fn read_artifact(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot read", path, &error);
    let most = Limits::default().artifact_bytes;
    if fs::metadata(path).map_err(failed)?.len() > most {
        return Err(Failure::usage(format!("{} has more than {most} bytes", path.display())));
    }
    fs::read(path).map_err(failed)
}

fn manifest(bytes: &[u8]) -> Result<Manifest, Failure> {
    let inspection = artifact::inspect(bytes, &Limits::default())?;
    inspection
        .manifest
        .map_err(|_| Failure::usage("the artifact has no valid manifest; `plimsoll check` says what is wrong with it"))
}

fn publish(
    file: &Path,
    bytes: &[u8],
    sha256: Digest,
    manifest: &Manifest,
    registry: &str,
    publisher: &PublisherName,
) -> Publish {
    Publish {
        registry: registry.to_owned(),
        package: manifest.id.clone(),
        version: manifest.version.clone(),
        artifact: PublishedArtifact {
            filename: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            size: bytes.len() as u64,
            sha256,
        },
        manifest_sha256: Digest::of(manifest.bytes()),
        publisher: publisher.clone(),
    }
}

/// The registry and the publisher that a statement would name, or why they are not known and which flags give them.
fn audience(shell: &Shell, args: &Sign, key: &PublicKey) -> Result<(String, PublisherName), String> {
    let registry = match &args.registry_name {
        Some(name) => name.clone(),
        None => shell
            .address()
            .and_then(|address| Ok(shell.home()?.pinned(&address)?.root.registry().to_owned()))
            .map_err(|_| "the registry is not known: pass --registry-name, or log in first".to_owned())?,
    };
    let publisher = match &args.publisher {
        Some(publisher) => publisher.clone(),
        None => {
            let registry = shell.registry().map_err(|failure| failure.message)?;
            publisher_of(&registry, &args.key_id, key)
                .map_err(|error| format!("the publisher is not known ({error}): pass --publisher"))?
                .ok_or_else(|| "the publisher is not known: pass --publisher".to_owned())?
        }
    };
    Ok((registry, publisher))
}

/// The publisher that the account is a member of: the only one, or the only one that has this key.
fn publisher_of(registry: &Registry, key_id: &KeyId, key: &PublicKey) -> Result<Option<PublisherName>, TransportError> {
    if !registry.has_token() {
        return Ok(None);
    }
    let mut publishers: Vec<_> = registry.me()?.publishers.into_iter().map(|membership| membership.publisher).collect();
    if publishers.len() > 1 {
        let mut having = Vec::new();
        for publisher in publishers {
            let keys = registry.keys(&publisher)?.items;
            let is_it = |listed: &PublicKey| listed == key;
            if keys.iter().any(|listed| listed.key_id == *key_id && listed.public_key.parse().is_ok_and(|k| is_it(&k)))
            {
                having.push(publisher);
            }
        }
        publishers = having;
    }
    Ok(if publishers.len() == 1 { publishers.pop() } else { None })
}

fn text(signed: &Signed, manifest: &Manifest) -> String {
    let mut text = format!("{} {} {}\n", bold("Signed"), manifest.id, manifest.version);
    text.push_str(&line("Key", &format!("{} ({}, sha256 {})", signed.key_id, signed.algorithm, signed.fingerprint)));
    if let Some(file) = &signed.signature_file {
        text.push_str(&line("Signature", &plain(file)));
    }
    if let (Some(file), Some(registry), Some(publisher)) = (&signed.statement_file, &signed.registry, &signed.publisher)
    {
        text.push_str(&line("Statement", &format!("{}, by {publisher} for {}", plain(file), plain(registry))));
    }
    if let Some(reason) = &signed.no_statement {
        text.push_str(&format!("{} no statement was written: {}\n", warn("note:"), plain(reason)));
    }
    text
}
