//! The artifact of a compiled stack: the manifest that the stack has inside, and the stack itself. The same
//! stack under the same version gives the same bytes, whoever builds them.

use std::io::{self, Cursor};

use serde_json::Number;

use super::inspect::MAX_JSON_BYTES;
use super::stack::STACK_MEMBERS;
use super::{ArtifactError, Malformed, Source, pack};
use crate::manifest::json::{self, Json};
use crate::manifest::{self, Problem};
use crate::{Limits, Manifest, PackageId, Version};

/// Where such an artifact has its compiled stack.
pub const STACK_MEMBER: &str = STACK_MEMBERS[0];

const HAS_MANIFEST: &str = "a compiled stack has its manifest here, as an object";

/// The most keys that are named because they are repeated, or not data.
const REFUSED_KEYS_MAX: usize = 20;

/// Builds the artifact of a compiled stack. Nothing of the stack is run, and nothing is added to it but the version.
///
/// The manifest gets this version, and this id where it has none; both stand in the stack's own manifest too, so that the two
/// never disagree. The stack is written with sorted keys, without spaces, and with one form for equal numbers.
///
/// # Errors
/// What is wrong with the stack, with pointers into it: it is no JSON, or over 8 MiB, which is more than the gate looks into;
/// a key is repeated, or is `__proto__`; its manifest is not valid, or names a member that a stack cannot bring.
pub fn pack_stack(stack: &[u8], id: &PackageId, version: &Version, limits: &Limits) -> Result<Vec<u8>, Vec<Problem>> {
    check_size(stack.len())?;
    let mut stack = json::parse(stack).map_err(|message| vec![problem("", message)])?;
    let repeated = stack.repeated_keys(REFUSED_KEYS_MAX);
    if !repeated.is_empty() {
        let told = |pointer: String| {
            problem(&pointer, "the key is there more than once: readers would disagree on which counts")
        };
        return Err(repeated.into_iter().map(told).collect());
    }
    let prototypes = stack.pointers_of("__proto__", REFUSED_KEYS_MAX);
    if !prototypes.is_empty() {
        let told = |pointer: String| {
            problem(&pointer, "the key is not data to JavaScript, which a host is written in: rename it")
        };
        return Err(prototypes.into_iter().map(told).collect());
    }
    identify(&mut stack, id, version)?;
    let stack = canonical(stack);
    let manifest = stack.get("manifest").ok_or_else(|| vec![problem("/manifest", HAS_MANIFEST)])?;
    let manifest = parse_inside(manifest)?;
    let stack = serde_json::to_vec(&stack).expect("JSON can be written as text");
    check_size(stack.len())?;
    let source = Source {
        path: STACK_MEMBER.to_owned(),
        size: stack.len() as u64,
        open: Box::new(|| Ok(Box::new(Cursor::new(stack.clone())) as Box<dyn io::Read>)),
    };
    let mut artifact = Vec::new();
    match pack(manifest.bytes(), vec![source], limits, &mut artifact) {
        Ok(()) => Ok(artifact),
        Err(ArtifactError::Malformed(Malformed { message, .. })) => Err(vec![problem("", message)]),
        Err(ArtifactError::Io(error)) => Err(vec![problem("", error.to_string())]),
    }
}

/// The id and the version that the manifest inside of a compiled stack has, for those who pack one under its own name.
///
/// # Errors
/// What is wrong with the stack or with the manifest, with pointers into the stack.
pub fn named_in_stack(stack: &[u8]) -> Result<(PackageId, Version), Vec<Problem>> {
    check_size(stack.len())?;
    let stack = json::parse(stack).map_err(|message| vec![problem("", message)])?;
    let manifest = stack.get("manifest").ok_or_else(|| vec![problem("/manifest", HAS_MANIFEST)])?;
    let manifest = parse_inside(manifest)?;
    Ok((manifest.id, manifest.version))
}

/// Reads the manifest inside of a stack.
fn parse_inside(manifest: &Json) -> Result<Manifest, Vec<Problem>> {
    let manifest = serde_json::to_vec(manifest).expect("JSON can be written as text");
    manifest::parse(&manifest).map_err(|problems| {
        problems.into_iter().map(|it| problem(&format!("/manifest{}", it.pointer), it.message)).collect()
    })
}

fn problem(pointer: &str, message: impl Into<String>) -> Problem {
    Problem { pointer: pointer.to_owned(), message: message.into() }
}

fn check_size(bytes: usize) -> Result<(), Vec<Problem>> {
    if bytes as u64 > MAX_JSON_BYTES {
        let message =
            format!("the stack has {bytes} bytes, and a registry looks into {MAX_JSON_BYTES} at most: split it");
        return Err(vec![problem("", message)]);
    }
    Ok(())
}

/// Writes the version into the stack's manifest, and the id where there is none. An integrity map goes: it is of other bytes.
fn identify(stack: &mut Json, id: &PackageId, version: &Version) -> Result<(), Vec<Problem>> {
    let Json::Object(members) = stack else {
        return Err(vec![problem("", "a compiled stack is an object")]);
    };
    let manifest = members.iter_mut().find(|(key, _)| key == "manifest").map(|(_, manifest)| manifest);
    let Some(Json::Object(keys)) = manifest else {
        return Err(vec![problem("/manifest", HAS_MANIFEST)]);
    };
    keys.retain(|(key, _)| !matches!(key.as_str(), "version" | "integrity"));
    keys.push(("version".to_owned(), Json::Text(version.to_string())));
    if keys.iter().all(|(key, _)| key != "id") {
        keys.push(("id".to_owned(), Json::Text(id.to_string())));
    }
    Ok(())
}

/// The same value in the one form. The depth is bounded where JSON is parsed.
fn canonical(json: Json) -> Json {
    match json {
        Json::Number(number) => Json::Number(one_form(number)),
        Json::List(items) => Json::List(items.into_iter().map(canonical).collect()),
        Json::Object(mut members) => {
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Json::Object(members.into_iter().map(|(key, value)| (key, canonical(value))).collect())
        }
        json @ (Json::Null | Json::Bool(_) | Json::Text(_)) => json,
    }
}

/// A whole number without a point or an exponent, as far as 64 bits go: `1`, `1.0` and `1e0` are equal to JavaScript.
fn one_form(number: Number) -> Number {
    const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 => {
            if (0.0..2.0 * TWO_POW_63).contains(&float) {
                Number::from(float as u64)
            } else if (-TWO_POW_63..0.0).contains(&float) {
                Number::from(float as i64)
            } else {
                number
            }
        }
        _ => number,
    }
}
