//! The inspection: one pass over an artifact, gathering all that the gate wants to know.

use std::io::{self, Read};

use super::content::{self, Executable, HEAD_BYTES};
use super::integrity::{self, LongDigests, LongHasher};
use super::lockfile::{self, LOCKFILE_MEMBER, MAX_LOCKFILE_BYTES};
use super::reach::{self, Reach};
use super::read::read_with;
use super::scan::{Mark, Scan};
use super::stack::{self, STACK_MEMBERS, Stack};
use super::write::SIGNATURE_CONTENT;
use super::{
    ArtifactError, Declared, Finding, Inspection, Integrity, Lockfile, NoManifest, SIGNATURE_MEMBER, SecretFinding,
    markers, npm, script, secrets,
};
use crate::{Limits, Manifest, PackageType, Permissions, manifest};

/// A report is for people: of findings that one member can have many of, no more are kept.
pub(super) const MAX_FINDINGS: usize = 100;
/// Larger JSON members are not looked into, and count as code: they could hold script bodies.
pub(super) const MAX_JSON_BYTES: u64 = 8 * 1024 * 1024;
/// Larger `package.json` files are not read, since their JSON takes many times its size in memory. Those of npm packages have
/// a few KiB.
const MAX_PACKAGE_JSON_BYTES: usize = 1024 * 1024;
/// More capabilities than this are not a list that anybody consents to.
const MAX_CAPABILITIES: usize = 1000;

/// Inspects an artifact in one pass. Memory is bounded: members stream through the scanners, and only one JSON member of at
/// most 8 MiB, the manifest and the lockfile are held.
///
/// # Errors
/// As [`super::read`]; but a second manifest is no error here, it is [`NoManifest::Duplicate`].
pub fn inspect(input: impl Read, limits: &Limits) -> Result<Inspection, ArtifactError> {
    gather(input, limits, Found { searches: true, ..Found::default() })
}

/// What a client compares with an approval, before every load: [`inspect`] without searching the contents for what only the
/// gate judges, which takes most of its time.
///
/// # Errors
/// As [`inspect`].
pub fn declared(input: impl Read, limits: &Limits) -> Result<Declared, ArtifactError> {
    let inspection = gather(input, limits, Found::default())?;
    let (permissions, has_code) = (inspection.permissions(), inspection.has_code());
    let Inspection { members, manifest, integrity, .. } = inspection;
    Ok(Declared { members, manifest, integrity, permissions, has_code })
}

fn gather(input: impl Read, limits: &Limits, mut found: Found) -> Result<Inspection, ArtifactError> {
    let mut repeated = Vec::new();
    let members =
        read_with(input, limits, Some(&mut repeated), |path, size, content| found.member(path, size, content))?;
    let unpacked_bytes = members.iter().map(|member| member.size).sum();
    if let (Some(Ok(manifest)), Some((path, stack))) = (&found.manifest, &found.stack)
        && let Some(message) = stack.contradicts(manifest)
    {
        found.stack_problems.push(stack_problem(path, &message));
    }
    let manifest = match (repeated, found.manifest) {
        (repeated, Some(_)) if !repeated.is_empty() => {
            Err(NoManifest::Duplicate([vec![manifest::FILE_NAME.to_owned()], repeated].concat()))
        }
        (_, Some(Ok(_))) if !found.stack_problems.is_empty() => Err(NoManifest::Invalid(found.stack_problems)),
        (_, Some(Ok(manifest))) => Ok(manifest),
        (_, Some(Err(mut problems))) => {
            problems.extend(found.stack_problems);
            Err(NoManifest::Invalid(problems))
        }
        (_, None) => Err(NoManifest::Missing),
    };
    let integrity = match &manifest {
        Ok(manifest) => integrity::compare(manifest.integrity.as_ref(), &members, &found.digests),
        Err(_) => Integrity::Missing,
    };
    let stack = found.stack.map(|(_, stack)| stack);
    let seeds: Vec<Reach> = manifest.iter().flat_map(reach::of_manifest).collect();
    let is_app = manifest.as_ref().is_ok_and(|manifest| manifest.package_type == PackageType::App);
    Ok(Inspection {
        unpacked_bytes,
        integrity,
        only_script_bodies: !found.code.is_empty()
            && !found.has_other_code
            && manifest.as_ref().is_ok_and(|manifest| manifest.main.is_none()),
        code: found.code,
        in_host: found.in_host,
        capabilities: found.capabilities,
        native: found.native,
        install_scripts: found.install_scripts,
        host_packages: found.host_packages,
        lockfile: found.lockfile.unwrap_or(Lockfile::Missing),
        secrets: found.secrets.concat(),
        apps: stack.as_ref().map_or(usize::from(is_app), |stack| stack.apps),
        objects: stack.as_ref().map(|stack| stack.objects.clone()).unwrap_or_default(),
        reaches: stack.iter().flat_map(|stack| stack.reaches.iter().cloned()).chain(seeds).collect(),
        bundle: stack.and_then(|stack| stack.bundle),
        members,
        manifest,
    })
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// Whether contents are searched for secrets and for marks of host packages.
    searches: bool,
    manifest: Option<Result<Manifest, Vec<manifest::Problem>>>,
    digests: Vec<LongDigests>,
    code: Vec<Finding>,
    has_other_code: bool,
    in_host: Vec<Finding>,
    capabilities: Permissions,
    native: Vec<Finding>,
    install_scripts: Vec<Finding>,
    host_packages: Vec<Finding>,
    lockfile: Option<Lockfile>,
    /// Certain ones, and those that only look random: counted apart, so that many of these never hide one of those.
    secrets: [Vec<SecretFinding>; 2],
    /// The compiled stack, with its path.
    stack: Option<(String, Stack)>,
    stack_problems: Vec<manifest::Problem>,
}

/// What a member is for the inspection; decides whether its content is held.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Lockfile,
    Json,
    Other,
}

impl Role {
    fn of(path: &str) -> Self {
        match path {
            LOCKFILE_MEMBER => Self::Lockfile,
            path if content::extension(path) == "json" => Self::Json,
            _ => Self::Other,
        }
    }

    /// The most bytes of content that are held.
    fn max_held_bytes(self) -> u64 {
        match self {
            Self::Lockfile => MAX_LOCKFILE_BYTES,
            Self::Json => MAX_JSON_BYTES,
            Self::Other => 0,
        }
    }
}

impl Found {
    fn member(&mut self, path: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let role = Role::of(path);
        let is_held = size <= role.max_held_bytes();
        let capacity = if is_held { size as usize } else { 0 };
        let (mut held, mut head) = (Vec::with_capacity(capacity), Vec::with_capacity(HEAD_BYTES));
        let mut hasher = LongHasher::default();
        let mut scan = Scan::new(path);
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = content.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            let bytes = &buffer[..read];
            hasher.update(bytes);
            if self.searches {
                scan.push(bytes, &mut |line, mark| self.mark(path, line, mark));
            }
            head.extend(bytes.iter().take(HEAD_BYTES - head.len()));
            if is_held {
                held.extend(bytes);
            }
        }
        scan.finish(&mut |line, mark| self.mark(path, line, mark));
        self.digests.push(hasher.finish());
        self.executable(path, size, &head);
        if markers::is_host_path(path) {
            self.host_packages.push(finding(path, None, "it lies in a host package"));
        }
        if npm::is_hook_file(path) {
            self.install_scripts.push(finding(path, None, "a package manager runs it at install"));
        }
        if let Some(named) = stack::meant_by(path) {
            let message =
                format!("its name differs from {named} only in case, and some systems take it for that: name it so");
            self.stack_problems.push(stack_problem(path, &message));
        }
        match role {
            Role::Lockfile if is_held => self.lockfile = Some(lockfile::read(&held)),
            Role::Lockfile => {
                self.lockfile = Some(Lockfile::Unreadable(format!("it has more than {MAX_LOCKFILE_BYTES} bytes")));
            }
            Role::Json => self.json(path, is_held.then_some(held.as_slice())),
            Role::Other => {}
        }
        Ok(())
    }

    fn mark(&mut self, path: &str, line: u64, mark: Mark) {
        match mark {
            Mark::Secret(secrets::Hit { rule, by_entropy_alone, .. }) => {
                let found = &mut self.secrets[usize::from(by_entropy_alone)];
                if found.len() < MAX_FINDINGS {
                    found.push(SecretFinding { finding: finding(path, Some(line), rule), by_entropy_alone });
                }
            }
            Mark::HostPackage if self.host_packages.len() < MAX_FINDINGS => {
                self.host_packages.push(finding(path, Some(line), "a comment marks a bundled host package"));
            }
            Mark::HostPackage => {}
        }
    }

    fn executable(&mut self, path: &str, size: u64, head: &[u8]) {
        let executable = Executable::of(head);
        if executable.is_some_and(Executable::is_native) || content::extension(path) == "node" {
            let what = executable.map_or("a native addon", Executable::name);
            self.native.push(finding(path, None, what));
        }
        let is_plain_signature =
            path == SIGNATURE_MEMBER && size == SIGNATURE_CONTENT.len() as u64 && head == SIGNATURE_CONTENT;
        if let Some(executable) = executable {
            self.code(path, executable.name());
        } else if !content::is_data_name(path) && !is_plain_signature {
            self.code(path, "its name is not that of a data file");
        }
    }

    fn code(&mut self, path: &str, what: &str) {
        self.has_other_code = true;
        self.code.push(finding(path, None, what));
    }

    /// Looks into a JSON member; `None` if it is too large to be held.
    fn json(&mut self, path: &str, held: Option<&[u8]>) {
        if npm::is_package_file(path) {
            let readable = held.filter(|held| held.len() <= MAX_PACKAGE_JSON_BYTES);
            let hooks = readable.map(|held| npm::install_hooks(path, held));
            self.install_scripts
                .extend(hooks.unwrap_or_else(|| vec![finding(path, None, "it is too large to be read")]));
        }
        if STACK_MEMBERS.contains(&path) {
            self.stack(path, held);
        }
        if path == manifest::FILE_NAME {
            // The reader refuses a manifest that is larger than what is held.
            self.manifest = Some(manifest::parse(held.unwrap_or_default()));
        }
        match held.map(script::find) {
            None => self.code(path, "it is too large to be searched for script bodies"),
            Some(Err(_)) => self.code(path, "it is not JSON, so it cannot be searched for script bodies"),
            Some(Ok(scripts)) => {
                if scripts.bodies > 0 {
                    self.code.push(finding(path, None, "a script body"));
                }
                let pages = (scripts.pages > 0).then(|| "a page in React".to_owned());
                for what in pages.into_iter().chain(scripts.tokens) {
                    self.code(path, &what);
                    self.in_host.push(finding(path, None, &what));
                }
                self.capabilities.0.extend(scripts.capabilities.0);
                if scripts.has_unreadable_capabilities || self.capabilities.0.len() > MAX_CAPABILITIES {
                    self.capabilities.0 =
                        std::mem::take(&mut self.capabilities.0).into_iter().take(MAX_CAPABILITIES).collect();
                    self.code(path, "a script body with capabilities that cannot be read");
                }
            }
        }
    }

    fn stack(&mut self, path: &str, held: Option<&[u8]>) {
        let stack = match held {
            _ if self.stack.is_some() => Err("there is another one".to_owned()),
            None => Err("it is too large to be read".to_owned()),
            Some(held) => Stack::read(held),
        };
        match stack {
            Ok(stack) => {
                if stack.names_module {
                    self.code(path, "it names a module that the host loads (runtimeModule)");
                }
                self.stack = Some((path.to_owned(), stack));
            }
            Err(message) => self.stack_problems.push(stack_problem(path, &format!("it cannot be read: {message}"))),
        }
    }
}

fn stack_problem(path: &str, message: &str) -> manifest::Problem {
    let message = format!("the compiled stack {path} belongs to the manifest: {message}");
    manifest::Problem { pointer: String::new(), message }
}

fn finding(path: &str, line: Option<u64>, what: &str) -> Finding {
    Finding { path: path.to_owned(), line, what: what.to_owned() }
}
