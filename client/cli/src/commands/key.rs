//! `key`: made here, added to a publisher, listed, revoked.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use plimsoll_core::wire::{Algorithm, NewKey, PublisherKey, RevokeKey};
use plimsoll_core::{KeyId, PublisherName};
use plimsoll_trust::possession::prove_possession;
use plimsoll_trust::{PublicKey, Signer, SigningKey};
use serde::Serialize;
use serde_json::json;

use crate::args::Key;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bold, dim, plain, table};
use crate::render::line;
use crate::shell::Shell;

/// The longest key file that is read, in bytes.
const KEY_FILE_BYTES: u64 = 64 * 1024;

/// `key generate`, `add`, `list`, `revoke`
pub(crate) fn key(shell: &Shell, args: &Key) -> Result<Answer, Failure> {
    match args {
        Key::Generate { out, algorithm } => generate(out, *algorithm),
        Key::Add { pem, publisher, key_id, prove_with } => add(shell, pem, publisher, key_id, prove_with.as_deref()),
        Key::List { publisher } => list(shell, publisher.as_ref()),
        Key::Revoke { key_id, publisher, reason, from } => {
            let body = RevokeKey { reason: *reason, from: *from };
            let key = shell.registry()?.revoke_key(publisher, key_id, &body)?;
            Ok(Answer::new(&key, format!("{} {key_id} of {publisher}: {reason}\n", bold("Revoked"))))
        }
    }
}

/// A private key from its file.
pub(super) fn read_private(path: &Path) -> Result<SigningKey, Failure> {
    read(path)?.parse().map_err(|error| Failure::usage(format!("{}: {error}", plain(&path.to_string_lossy()))))
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot read the key", path, &error);
    let mut text = String::new();
    fs::File::open(path).map_err(failed)?.take(KEY_FILE_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn generate(out: &Path, algorithm: Algorithm) -> Result<Answer, Failure> {
    let public_file = with_suffix(out, ".pub");
    let key = SigningKey::generate(algorithm)?;
    write_new(out, key.to_pem()?.as_bytes(), 0o600)?;
    let public = key.public_key();
    if let Err(failure) = write_new(&public_file, public.to_pem().as_bytes(), 0o644) {
        // A private key whose public key nobody has is of no use, and would be in the way of the next attempt.
        _ = fs::remove_file(out);
        return Err(failure);
    }
    let text = format!(
        "{} {algorithm}\n{}{}{}{}\n",
        bold("Key"),
        line("Private", &plain(&out.to_string_lossy())),
        line("Public", &plain(&public_file.to_string_lossy())),
        line("Fingerprint", &format!("sha256 {}", public.fingerprint())),
        dim("Keep the private key secret, and a copy of it safe."),
    );
    let document = json!({
        "algorithm": algorithm,
        "privateKeyFile": out.to_string_lossy(),
        "publicKeyFile": public_file.to_string_lossy(),
        "publicKey": public.to_pem(),
        "fingerprint": public.fingerprint(),
    });
    Ok(Answer::new(document, text))
}

/// `F` with something appended to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Writes a file that must not be there yet. A private key is private from its first moment.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let message = format!("{} exists, and a key is never overwritten", plain(&path.to_string_lossy()));
            Failure::new(Exit::Conflict, "file-exists", message)
        }
        _ => Failure::file("cannot write the key", path, &error),
    })
}

fn add(
    shell: &Shell,
    pem: &Path,
    publisher: &PublisherName,
    key_id: &KeyId,
    prove_with: Option<&Path>,
) -> Result<Answer, Failure> {
    let public: PublicKey =
        read(pem)?.parse().map_err(|error| Failure::usage(format!("{}: {error}", plain(&pem.to_string_lossy()))))?;
    let registry = shell.registry()?;
    let proof = match prove_with {
        None => None,
        Some(path) => {
            let private = read_private(path)?;
            if *private.public_key() != public {
                return Err(Failure::usage(format!(
                    "{} is not the private key of {}",
                    plain(&path.to_string_lossy()),
                    plain(&pem.to_string_lossy())
                )));
            }
            // A name that somebody else shows would make a proof for that somebody; so the pinned one, where there is one.
            let name = match shell.home()?.pinned(registry.address()) {
                Ok(pinned) => pinned.root.registry().to_owned(),
                Err(_) => registry.discovery()?.registry,
            };
            Some(prove_possession(&private, &name, publisher, key_id)?)
        }
    };
    let new = NewKey { key_id: key_id.clone(), public_key: public.to_pem(), proof };
    let key = registry.add_key(publisher, &new)?;
    let how = if key.proven { "proven" } else { "asserted by an administrator" };
    let text = format!("{} {key_id} of {publisher}, {}, {how}\n", bold("Key"), key.algorithm);
    Ok(Answer::new(&key, text))
}

/// A key, with the publisher it belongs to.
#[derive(Serialize)]
struct Listed {
    publisher: PublisherName,
    #[serde(flatten)]
    key: PublisherKey,
}

fn list(shell: &Shell, publisher: Option<&PublisherName>) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let publishers = match publisher {
        Some(publisher) => vec![publisher.clone()],
        None => registry.me()?.publishers.into_iter().map(|membership| membership.publisher).collect(),
    };
    let mut items = Vec::new();
    for publisher in publishers {
        let keys = registry.keys(&publisher)?.items;
        items.extend(keys.into_iter().map(|key| Listed { publisher: publisher.clone(), key }));
    }
    let rows: Vec<_> = items
        .iter()
        .map(|Listed { publisher, key }| {
            let state = match (&key.revoked, key.proven) {
                (Some(revoked), _) => format!("revoked ({}) from {}", revoked.reason, revoked.from),
                (None, true) => "proven".to_owned(),
                (None, false) => "asserted".to_owned(),
            };
            let algorithm = key.algorithm.to_string();
            [publisher.to_string(), key.key_id.to_string(), algorithm, key.added_at.to_string(), state]
        })
        .collect();
    let text = if rows.is_empty() {
        "No key; see `plimsoll key generate --help`.\n".to_owned()
    } else {
        table(["PUBLISHER", "KEY", "ALGORITHM", "ADDED", "STATE"], &rows)
    };
    Ok(Answer::new(json!({ "items": items }), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_is_private_whole_and_never_overwritten() {
        for algorithm in Algorithm::ALL {
            let dir = tempfile::tempdir().expect("directory");
            let file = dir.path().join("acme.key");
            generate(&file, *algorithm).expect("generated");
            let private = read_private(&file).expect("private key");
            let public: PublicKey = read(&dir.path().join("acme.key.pub")).expect("file").parse().expect("public key");
            assert_eq!(*private.public_key(), public);
            assert_eq!(public.algorithm(), *algorithm);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(&file).expect("file").permissions().mode() & 0o777, 0o600);
            }
            let failure = generate(&file, *algorithm).expect_err("overwritten");
            assert_eq!(failure.exit, Exit::Conflict);
            assert_eq!(*read_private(&file).expect("private key").public_key(), public);
        }
    }

    #[test]
    fn half_a_key_pair_is_not_left_behind() {
        let dir = tempfile::tempdir().expect("directory");
        fs::write(dir.path().join("a.pub"), "somebody's").expect("file");
        assert!(generate(&dir.path().join("a"), Algorithm::Ed25519).is_err());
        assert!(!dir.path().join("a").exists());
        assert_eq!(fs::read_to_string(dir.path().join("a.pub")).expect("file"), "somebody's");
    }
}
