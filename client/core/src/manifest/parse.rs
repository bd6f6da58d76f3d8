//! The parser: bytes → JSON → compared with the schema → typed values.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::str::FromStr;

use super::json::{self, Json};
use super::pointer::Pointer;
use super::problems::{self, Problems};
use super::schema::{self, Shape};
use super::{Dependency, Engines, Isolation, Manifest, Packaging, Problem, Runtime, Scope};
use crate::range::VersionRange;
use crate::{InvalidText, PackageId, PackageType, Permission, PermissionKind, Permissions, find_hidden};

/// Parses a manifest, finding every problem at once. At most 100 problems are listed.
///
/// The caller bounds the size; the depth is bounded to 128 levels here.
///
/// # Errors
/// The problems, each with an RFC 6901 pointer. If the bytes are not JSON at all, that is the only one.
pub fn parse(bytes: &[u8]) -> Result<Manifest, Vec<Problem>> {
    let mut problems = Problems::default();
    let json = match json::parse(bytes) {
        Ok(json) => json,
        Err(message) => {
            problems.add("", message);
            return Err(problems.into_vec());
        }
    };
    for pointer in json.repeated_keys(problems::MAX) {
        problems.add(&pointer, "the key is there more than once; readers would disagree on which value counts");
    }
    schema::check(&Shape::Strict(schema::ROOT), &json, &Pointer::Root, &mut problems);
    let manifest = typed(bytes, json, &mut problems);
    let problems = problems.into_vec();
    match manifest {
        Some(manifest) if problems.is_empty() => Ok(manifest),
        _ => Err(problems),
    }
}

/// Reads every value by the grammar of its type. A value of the wrong JSON type was noted by the schema.
fn typed(bytes: &[u8], json: Json, problems: &mut Problems) -> Option<Manifest> {
    let id = word(&json, "id", problems);
    let version = word(&json, "version", problems);
    let package_type: Option<PackageType> = word(&json, "type", problems);
    let name = text(&json, "name");
    check_prose(&json, problems);
    let namespace = word(&json, "namespace", problems);
    let scope = word(&json, "scope", problems);
    let runtime = word(&json, "runtime", problems);
    let isolation: Option<Isolation> = word(&json, "isolation", problems);
    if package_type.is_some_and(|package_type| package_type != PackageType::Ui) {
        if runtime == Some(Runtime::Ui) {
            problems.add("/runtime", "`ui` is for packages of type `ui` alone");
        }
        if isolation.is_some() {
            problems.add("/isolation", "the key is for packages of type `ui` alone");
        }
    }
    let packaging = word(&json, "packaging", problems);
    let main = text(&json, "main");
    if let Some(main) = &main {
        check_main(main, problems);
    }
    let permissions = permissions(&json, problems);
    let dependencies = dependencies(&json, problems);
    let range = |group: &str, key: &str| json.get(group).and_then(|engines| text(engines, key));
    let engines = Engines {
        protocol: range("engines", "protocol"),
        platform: range("engines", "platform"),
        objectstack: range("engine", "objectstack"),
    };
    let integrity = match json.get("integrity") {
        Some(Json::Object(members)) => Some(
            members.iter().filter_map(|(path, digest)| Some((path.clone(), digest.as_text()?.to_owned()))).collect(),
        ),
        _ => None,
    };
    let description = text(&json, "description");
    Some(Manifest {
        bytes: bytes.to_vec(),
        id: id?,
        version: version?,
        package_type: package_type?,
        name: name?,
        description,
        namespace,
        scope: scope.unwrap_or(Scope::Project),
        runtime,
        isolation,
        packaging: packaging.unwrap_or(Packaging::Bundled),
        main,
        permissions,
        dependencies,
        engines,
        integrity,
        json: json.into(),
    })
}

fn text(object: &Json, key: &str) -> Option<String> {
    object.get(key)?.as_text().map(str::to_owned)
}

fn word<T: FromStr<Err = InvalidText>>(root: &Json, key: &str, problems: &mut Problems) -> Option<T> {
    problems.note(&Pointer::Root.key(key), root.get(key)?.as_text()?.parse())
}

/// Names and descriptions are shown to people, and stored as text by databases that refuse NUL.
fn check_prose(root: &Json, problems: &mut Problems) {
    let mut check = |key: &'static str, allowed: &[char]| {
        let hidden = root.get(key).and_then(Json::as_text).and_then(|text| find_hidden(text, allowed));
        if let Some(hidden) = hidden {
            let message = format!("the {key} has the hidden character {}: leave it out", hidden.escape_unicode());
            problems.add(&Pointer::Root.key(key), message);
        }
    };
    check("name", &[]);
    check("description", &['\n', '\r', '\t']);
    if root.get("name").and_then(Json::as_text).is_some_and(|name| name.trim().is_empty()) {
        problems.add("/name", "the name is empty");
    }
}

/// The host loads what `main` names, so it may not lead out of the package. A leading `./` is how npm writes it.
fn check_main(main: &str, problems: &mut Problems) {
    let path = main.strip_prefix("./").unwrap_or(main);
    let leads_out = |segment: &str| matches!(segment, "" | "." | "..");
    if path.chars().any(|c| c.is_control() || matches!(c, '\\' | ':')) || path.split('/').any(leads_out) {
        problems.add("/main", "use the relative path of a member, such as dist/index.mjs");
    }
}

/// The most dependencies that a manifest may have.
const DEPENDENCIES_MAX: usize = 256;

fn permissions(root: &Json, problems: &mut Problems) -> Permissions {
    let mut found = Permissions::default();
    let root_pointer = Pointer::Root.key("permissions");
    let mut left = Permissions::MAX;
    let mut add = |kind, list: &[Json], pointer: &Pointer<'_>| {
        let Some(rest) = left.checked_sub(list.len()) else {
            problems.add(pointer, format!("ask for at most {} permissions in all", Permissions::MAX));
            return;
        };
        left = rest;
        for (at, value) in list.iter().enumerate() {
            let Some(value) = value.as_text() else { continue };
            let permission = problems.note(&pointer.index(at), Permission::new(kind, value));
            found.0.extend(permission);
        }
    };
    match root.get("permissions") {
        Some(Json::List(list)) => add(PermissionKind::Legacy, list, &root_pointer),
        Some(structured @ Json::Object(_)) => {
            let kinds = [PermissionKind::Services, PermissionKind::Hooks, PermissionKind::Network, PermissionKind::Fs];
            for kind in kinds {
                if let Some(Json::List(list)) = structured.get(kind.as_str()) {
                    add(kind, list, &root_pointer.key(kind.as_str()));
                }
            }
        }
        _ => {}
    }
    found
}

fn dependencies(root: &Json, problems: &mut Problems) -> BTreeMap<PackageId, Dependency> {
    let mut found = BTreeMap::new();
    if let Some(Json::Object(members)) = root.get("dependencies") {
        let all = Pointer::Root.key("dependencies");
        if members.len() > DEPENDENCIES_MAX {
            problems.add(&all, format!("name at most {DEPENDENCIES_MAX} dependencies"));
            return found;
        }
        for (id, range) in members {
            let pointer = all.key(id);
            add_dependency(&mut found, (Some(id), &pointer), (range.as_text(), &pointer), problems);
        }
    }
    if let Some(Json::List(required)) = root.get("capabilities").and_then(|capabilities| capabilities.get("requires")) {
        let capabilities = Pointer::Root.key("capabilities");
        let all = capabilities.key("requires");
        if required.len() > DEPENDENCIES_MAX {
            problems.add(&all, format!("name at most {DEPENDENCIES_MAX} dependencies"));
            return found;
        }
        for (at, requirement) in required.iter().enumerate() {
            if requirement.get("optional") == Some(&Json::Bool(true)) {
                continue;
            }
            let pointer = all.index(at);
            let text = |key| requirement.get(key).and_then(Json::as_text);
            let id = (text("pluginId"), &pointer.key("pluginId"));
            add_dependency(&mut found, id, (text("version"), &pointer.key("version")), problems);
        }
    }
    found
}

fn add_dependency(
    found: &mut BTreeMap<PackageId, Dependency>,
    (id, id_pointer): (Option<&str>, &Pointer<'_>),
    (range, range_pointer): (Option<&str>, &Pointer<'_>),
    problems: &mut Problems,
) {
    let id: Option<PackageId> = id.and_then(|id| problems.note(id_pointer, id.parse()));
    let range: Option<VersionRange> = range.and_then(|range| problems.note(range_pointer, range.parse()));
    let (Some(id), Some(range)) = (id, range) else { return };
    match found.entry(id) {
        Entry::Vacant(vacant) => {
            vacant.insert(Dependency { range, pointer: range_pointer.to_string() });
        }
        Entry::Occupied(first) if first.get().range == range => {}
        Entry::Occupied(first) => {
            let other = &first.get().pointer;
            problems.add(range_pointer, format!("the range differs from that at {other}; declare the dependency once"));
        }
    }
}
