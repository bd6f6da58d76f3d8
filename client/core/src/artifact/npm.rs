//! What a package manager would run at install.

use super::Finding;
use super::content::file_name;
use crate::manifest::json::{self, Json};

/// Scripts that npm or pnpm run when a package is installed.
const HOOKS: [&str; 8] = [
    "preinstall",
    "install",
    "postinstall",
    "preprepare",
    "prepare",
    "postprepare",
    "prepublish",
    "pnpm:devPreinstall",
];

/// Files that make a package manager run code at install by being there: node-gyp builds, pnpm's hooks.
const HOOK_FILES: [&str; 3] = ["binding.gyp", ".pnpmfile.cjs", ".pnpmfile.mjs"];

/// Whether a member of this path is a hook by itself, also on a file system without regard for case.
pub(super) fn is_hook_file(path: &str) -> bool {
    HOOK_FILES.iter().any(|hook| file_name(path).eq_ignore_ascii_case(hook))
}

/// Whether a package manager takes a member of this path for a `package.json`, also on a file system without regard for case.
pub(super) fn is_package_file(path: &str) -> bool {
    file_name(path).eq_ignore_ascii_case("package.json")
}

/// The install hooks of a `package.json`. What cannot be read is a finding: nobody can say that it holds none.
pub(super) fn install_hooks(path: &str, package: &[u8]) -> Vec<Finding> {
    let finding = |what: String| Finding { path: path.to_owned(), line: None, what };
    let json = match json::parse(package) {
        Ok(json) => json,
        Err(message) => return vec![finding(message)],
    };
    if !json.repeated_keys(1).is_empty() {
        return vec![finding("it has a key more than once".to_owned())];
    }
    match json.get("scripts") {
        None if matches!(json, Json::Object(_)) => Vec::new(),
        None => vec![finding(format!("expected an object, found {}", json.kind()))],
        Some(Json::Object(scripts)) => {
            let hooks = scripts.iter().map(|(name, _)| name).filter(|name| HOOKS.contains(&name.as_str()));
            hooks.map(|name| finding(format!("the script {name} runs at install"))).collect()
        }
        Some(other) => vec![finding(format!("its scripts are {}, not an object", other.kind()))],
    }
}
