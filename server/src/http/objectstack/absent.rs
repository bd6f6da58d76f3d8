//! What ObjectStack's clients ask a control plane for and a registry does not have: why, and what to do instead.

const ENVIRONMENTS: &str = "the registry has no environments; start a runtime with the registry's address as OS_CLOUD_URL, and \
                            install into it with `os package install`";
const CONNECTION: &str = "the registry has no connections to runtimes, and needs none: one that is started with the registry's \
                          address as OS_CLOUD_URL shows and installs Apps, and those with code if it has a token of an operator as OS_CLOUD_API_KEY";
const SIGN_UP: &str =
    "nobody registers by themselves; ask the administrator for an account (`plimsoll account create`)";
const RUNTIME: &str =
    "this is a registry, not a runtime; name the runtime with `--url`, since OS_CLOUD_URL names the registry";

/// The beginnings of paths, in the order in which they are looked for.
const ABSENT: [(&str, &str); 9] = [
    ("/api/v1/cloud/environment", ENVIRONMENTS),
    ("/api/v1/cloud/installations/", ENVIRONMENTS),
    ("/api/v1/actions/sys_package/", ENVIRONMENTS),
    ("/api/v1/data/sys_environment", ENVIRONMENTS),
    ("/api/v1/cloud-connection/", CONNECTION),
    ("/api/v1/cloud/org-packages", CONNECTION),
    ("/api/v1/auth/sign-up/", SIGN_UP),
    ("/api/v1/data/", RUNTIME),
    ("/api/v1/meta/", RUNTIME),
];

/// Why there is nothing at a path, where its users would wonder.
pub(in crate::http) fn why_absent(path: &str) -> Option<&'static str> {
    ABSENT.iter().find(|(beginning, _)| path.starts_with(beginning)).map(|(_, why)| *why)
}
