//! The keys with which publishers sign.

use plimsoll_core::access::{Action, Denied};
use plimsoll_core::problem::{FieldError, ProblemCode};
use plimsoll_core::wire::{NewKey, PublisherKey, PublisherKeys, Revocation, RevocationReason, RevokeKey};
use plimsoll_core::{KeyId, PublisherName};
use plimsoll_store::{Conflict, StoreError, key, publisher};
use plimsoll_trust::PublicKey;
use plimsoll_trust::possession::verify_possession;
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result, publishers, shelf, taken_back};
use crate::App;

/// The most keys that a publisher may ever have: each is in every index of its packages, for good.
pub(super) const MAX_KEYS: usize = 100;

/// Adds a key: proven by a signature, or asserted by an administrator.
pub fn add(app: &App, caller: &Caller, name: &PublisherName, new: NewKey) -> Result<PublisherKey> {
    let account = match (caller.allow(&Action::AddKey(name)), &new.proof) {
        (owner, Some(_)) => owner?,
        // Who may add keys is told of the proof that is missing, not of being no administrator.
        (Ok(owner), None) if !owner.administers_others() => {
            let message = "only an administrator adds a key without a proof of possession: send one as `proof`";
            return Err(Denied::NotAllowed(message.to_owned()).into());
        }
        _ => caller.allow(&Action::AssertKey)?,
    };
    let public: PublicKey =
        new.public_key.parse().map_err(|error| refused("/publicKey", ProblemCode::KeyRefused, &error))?;
    if let Some(proof) = &new.proof {
        verify_possession(&public, proof, &app.registry, name, &new.key_id)
            .map_err(|error| refused("/proof", ProblemCode::KeyProofInvalid, &error))?;
    }
    let now = app.clock.now();
    app.store.write("add_key", |conn| {
        publisher::lock(conn, name)?.ok_or_else(|| publishers::missing(name))?;
        let before = key::list(conn, name)?.len();
        if before >= MAX_KEYS {
            let message =
                format!("the publisher {name} has had {MAX_KEYS} keys, revoked ones included: it can have no more");
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        let added = key::Key {
            publisher: name.clone(),
            fingerprint: public.fingerprint(),
            is_first: before == 0,
            added_by: account.name.clone(),
            vouched_by: account.administers_others().then(|| account.name.to_string()),
            key: PublisherKey {
                key_id: new.key_id.clone(),
                algorithm: public.algorithm(),
                public_key: public.to_pem(),
                proven: new.proof.is_some(),
                added_at: now,
                revoked: None,
            },
        };
        key::insert(conn, &added).map_err(|error| exists(error, name, &new.key_id))?;
        let detail = json!({ "keyId": new.key_id, "fingerprint": added.fingerprint, "proven": added.key.proven });
        record::change(app, conn, caller, "key.added", About::publisher(name), detail)?;
        shelf::renew_indexes(app, conn, name)?;
        Ok(added.key)
    })
}

/// Lists every key that a publisher ever had.
pub fn list(app: &App, caller: &Caller, name: &PublisherName) -> Result<PublisherKeys> {
    caller.allow(&Action::ReadContributions)?;
    app.store.read("keys", |conn| {
        publishers::found(conn, name)?;
        Ok(PublisherKeys { items: key::list(conn, name)?.into_iter().map(|key| key.key).collect() })
    })
}

/// Revokes a key. One that was superseded may turn out to be compromised, from then or from earlier on, never the other way.
pub fn revoke(
    app: &App,
    caller: &Caller,
    name: &PublisherName,
    key_id: &KeyId,
    revoke: RevokeKey,
) -> Result<PublisherKey> {
    caller.allow(&Action::RevokeKey(name))?;
    let now = app.clock.now();
    let from = revoke.from.unwrap_or(now);
    if from > now {
        return Err(Error::invalid_at("/from", "choose a moment that is not in the future"));
    }
    if revoke.reason == RevocationReason::Superseded && from < now {
        let message = "only a compromised key is revoked from an earlier moment: leave `from` out";
        return Err(Error::invalid_at("/from", message));
    }
    app.store.write("revoke_key", |conn| {
        publisher::lock(conn, name)?.ok_or_else(|| publishers::missing(name))?;
        let found = key::find(conn, name, key_id)?;
        let found = found.ok_or_else(|| Error::NotFound(format!("key {key_id} of the publisher {name}")))?;
        let worsens = |before: &Revocation| {
            before.reason == RevocationReason::Superseded && revoke.reason == RevocationReason::Compromised
        };
        if found.key.revoked.as_ref().is_some_and(|before| !worsens(before)) {
            let message = format!("the key {key_id} is revoked already");
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        // No later than before: what was refused stays refused.
        let from = found.key.revoked.as_ref().map_or(from, |before| before.from.min(from));
        let revocation = Revocation { reason: revoke.reason, from };
        key::revoke(conn, name, key_id, &revocation, now)?;
        let detail = json!({ "keyId": key_id, "reason": revocation.reason, "from": revocation.from });
        record::change(app, conn, caller, "key.revoked", About::publisher(name), detail)?;
        if revocation.reason == RevocationReason::Compromised {
            // Under every id that it has: as clients judge it.
            let same = key::list(conn, name)?.into_iter().filter(|other| other.fingerprint == found.fingerprint);
            let ids: Vec<KeyId> = same.map(|other| other.key.key_id).collect();
            taken_back::block_signed(app, conn, caller, name, &ids, revocation.from)?;
        }
        shelf::renew_indexes(app, conn, name)?;
        Ok(PublisherKey { revoked: Some(revocation), ..found.key })
    })
}

fn refused(pointer: &str, code: ProblemCode, error: &dyn std::error::Error) -> Error {
    let message = error.to_string();
    let errors = vec![FieldError { pointer: pointer.to_owned(), message: message.clone() }];
    Error::Invalid { code, message, errors }
}

fn exists(error: StoreError, name: &PublisherName, key_id: &KeyId) -> Error {
    let message = match error {
        StoreError::Conflict(Conflict::KeyId) => {
            format!("the publisher {name} has a key {key_id} already: choose another key id")
        }
        StoreError::Conflict(Conflict::ProvenKey) => {
            "this key was proven before, and a proven key belongs to one publisher and one key id".to_owned()
        }
        error => return error.into(),
    };
    Error::conflict(ProblemCode::KeyExists, message)
}
