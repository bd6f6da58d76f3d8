//! `pack`: a directory becomes an artifact. What goes in, and why, is in `docs/decisions/0004-pack.md`.

mod layout;
mod stack;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use plimsoll_core::artifact::{self, Inspection, NoManifest, Source};
use plimsoll_core::manifest::{self, Problem};
use plimsoll_core::{Limits, Manifest, quote};
use serde::Serialize;

use crate::args::Pack;
use crate::failure::Failure;
use crate::output::{Answer, bold, plain, warn};
use crate::render;
use layout::Layout;

/// One file that becomes a member.
struct Found {
    member: String,
    file: PathBuf,
    size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Packed<'a> {
    file: String,
    #[serde(flatten)]
    artifact: render::ArtifactSummary,
    left_out: &'a [String],
    warnings: &'a [String],
}

/// Packs a plugin's directory, or what `os build` made of an App.
pub(crate) fn pack(args: &Pack) -> Result<Answer, Failure> {
    let limits = Limits::default();
    if stack::is_in(&args.dir) {
        return stack::pack(args, &limits);
    }
    let manifest = read_manifest(&args.dir, &limits)?;
    let top = top_level(&args.dir)?;
    let mut members = Vec::new();
    for directory in ["assets", "dist", "src"].into_iter().filter(|directory| top.contains(*directory)) {
        // Built packages have no use for their sources, so nothing in there matters.
        if directory != "src" || !members.iter().any(|member: &String| member.starts_with("dist/")) {
            walk(&args.dir, directory, &limits, &mut members)?;
        }
    }
    members
        .extend(["package.json", "pnpm-lock.yaml"].into_iter().filter(|name| top.contains(*name)).map(str::to_owned));
    let files: BTreeSet<&str> = members.iter().map(String::as_str).collect();
    let layout = Layout::plan(&manifest, &files, &top).map_err(Failure::usage)?;
    let taken = members.into_iter().filter(|member| layout.takes(member));
    let found = taken.map(|member| plain_file(&args.dir, member)).collect::<Result<Vec<_>, _>>()?;

    let out = args.out.clone().unwrap_or_else(|| format!("{}-{}.osplugin", manifest.id, manifest.version).into());
    refuse_packing_itself(&out, &found)?;

    let manifest = layout.manifest(&manifest);
    let summary = write(&out, &limits, |artifact| {
        let sources = found.iter().map(|file| Source {
            path: file.member.clone(),
            size: file.size,
            open: Box::new(|| Ok(Box::new(BufReader::new(File::open(&file.file)?)))),
        });
        let refused = |error: artifact::ArtifactError| Failure::usage(format!("cannot pack: {error}"));
        artifact::pack(&manifest, sources.collect(), &limits, BufWriter::new(artifact)).map_err(refused)
    })?;
    Ok(answer(&out, summary, &layout.left_out, &layout.warnings))
}

fn read_manifest(dir: &Path, limits: &Limits) -> Result<Manifest, Failure> {
    let path = dir.join(manifest::FILE_NAME);
    if !path.exists() && stack::is_in(&dir.join("dist")) {
        let dist = dir.join("dist");
        let message = format!(
            "this is the directory of an App; pack what `os build` made of it: {}",
            quote(&dist.to_string_lossy())
        );
        return Err(Failure::usage(message));
    }
    let bytes = read_bounded(&path, limits.manifest_bytes)?;
    manifest::parse(&bytes).map_err(|problems| not_valid(&path, &problems))
}

fn read_bounded(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot read", path, &error);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(max_bytes + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > max_bytes {
        return Err(Failure::usage(format!("{} has more than {max_bytes} bytes", quote(&path.to_string_lossy()))));
    }
    Ok(bytes)
}

fn not_valid(path: &Path, problems: &[Problem]) -> Failure {
    Failure::usage(format!("{} is not valid:{}", quote(&path.to_string_lossy()), lines(problems)))
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// The names in the directory, without hidden ones.
fn top_level(dir: &Path) -> Result<BTreeSet<String>, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot list", dir, &error);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && name != "node_modules" {
            names.insert(name);
        }
    }
    Ok(names)
}

/// Finds the files below a directory, without hidden ones and `node_modules`.
fn walk(root: &Path, top: &str, limits: &Limits, members: &mut Vec<String>) -> Result<(), Failure> {
    let mut waiting = vec![top.to_owned()];
    while let Some(member) = waiting.pop() {
        let path = root.join(&member);
        let failed = |error: std::io::Error| Failure::file("cannot read", &path, &error);
        if !fs::symlink_metadata(&path).map_err(failed)?.is_dir() {
            members.push(member);
            if members.len() > limits.members as usize {
                return Err(Failure::usage(format!("there are more than {} files to pack", limits.members)));
            }
            continue;
        }
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let name = name.to_str().ok_or_else(|| {
                Failure::usage(format!("a file name in {} is not UTF-8; rename it", quote(&path.to_string_lossy())))
            })?;
            if name.starts_with('.') || name == "node_modules" {
                continue;
            }
            let below = format!("{member}/{name}");
            // The path is bounded before anything below it is looked at, and with it how deep this goes.
            if below.len() > limits.path_bytes as usize {
                let most = limits.path_bytes;
                return Err(Failure::usage(format!("the path {} has more than {most} bytes", quote(&below))));
            }
            waiting.push(below);
        }
    }
    Ok(())
}

/// A regular file. A symbolic link would be read differently elsewhere, so it is refused rather than followed or skipped.
fn plain_file(root: &Path, member: String) -> Result<Found, Failure> {
    let file = root.join(&member);
    let metadata = fs::symlink_metadata(&file).map_err(|error| Failure::file("cannot read", &file, &error))?;
    if !metadata.is_file() {
        let what = if metadata.is_symlink() { "a symbolic link" } else { "not a regular file" };
        return Err(Failure::usage(format!("{} is {what}; put a copy of the file there", quote(&member))));
    }
    Ok(Found { member, size: metadata.len(), file })
}

fn refuse_packing_itself(out: &Path, found: &[Found]) -> Result<(), Failure> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    if found.iter().any(|file| absolute(&file.file) == absolute(out)) {
        return Err(Failure::usage("the output lies among the files to pack; choose another place with --out"));
    }
    Ok(())
}

/// Writes the artifact beside its place, reads it back as everybody else will, and then moves it there.
fn write(
    out: &Path,
    limits: &Limits,
    pack: impl FnOnce(&mut File) -> Result<(), Failure>,
) -> Result<render::ArtifactSummary, Failure> {
    let directory = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = |error: std::io::Error| Failure::file("cannot write", out, &error);
    let mut temporary = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    pack(temporary.as_file_mut())?;

    let opened = render::Opened::read(temporary.as_file_mut(), limits).map_err(failed)?;
    if let Ok(Inspection { manifest: Err(NoManifest::Invalid(problems)), .. }) = &opened.inspection {
        // The manifest itself was read before, so this is of the compiled stack that belongs to it.
        let lines = lines(problems);
        return Err(Failure::usage(format!("no registry would take this, so nothing was written:{lines}")));
    }
    let summary = render::ArtifactSummary::of(&opened)
        .ok_or_else(|| Failure::internal("what was packed cannot be read back; nothing was written"))?;
    super::make_readable(temporary.as_file()).map_err(failed)?;
    temporary.persist(out).map_err(|error| failed(error.error))?;
    Ok(summary)
}

fn answer(out: &Path, summary: render::ArtifactSummary, left_out: &[String], warnings: &[String]) -> Answer {
    let mut text = format!("{} {}\n{}", bold("Packed"), plain(&out.to_string_lossy()), summary.text());
    if !left_out.is_empty() {
        text.push_str(&format!("Left out: {}\n", plain(&left_out.join(", "))));
    }
    for warning in warnings {
        text.push_str(&format!("{} {}\n", warn("warning:"), plain(warning)));
    }
    Answer::new(Packed { file: out.to_string_lossy().into_owned(), artifact: summary, left_out, warnings }, text)
}

#[cfg(test)]
mod tests {
    use plimsoll_core::Tier;

    use super::*;

    fn sample(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/objectstack").join(name)
    }

    fn read(artifact: &Path) -> render::ArtifactSummary {
        let mut file = File::open(artifact).expect("artifact");
        render::ArtifactSummary::of(&render::Opened::read(&mut file, &Limits::default()).expect("bytes"))
            .expect("manifest")
    }

    fn packed(dir: &Path, out: &Path) -> render::ArtifactSummary {
        let args = Pack { dir: dir.to_owned(), out: Some(out.to_owned()) };
        pack(&args).expect("packed");
        read(out)
    }

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("directory");
        for (path, content) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("directory");
            fs::write(path, content).expect("file");
        }
        dir
    }

    const THEME: &str = r#"{"id": "org.example.dusk", "version": "1.0.0", "type": "theme", "name": "Dusk"}"#;

    #[test]
    fn sources_get_the_tier_that_the_real_tools_artifact_gets() {
        let out = tempfile::tempdir().expect("directory");
        for (source, artifact) in [
            ("sandbox-vat", "com.acme.vat-check-1.0.0.osplugin"),
            ("theme-unset", "org.example.theme-dusk-0.1.0.osplugin"),
            ("legacy-node-clickhouse", "com.acme.legacy-driver-1.4.0.osplugin"),
        ] {
            let ours = packed(&sample(source), &out.path().join(artifact));
            let theirs = read(&sample(artifact));
            assert_eq!((ours.tier(), &ours.package), (theirs.tier(), &theirs.package), "{source}");
        }
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        let out = tempfile::tempdir().expect("directory");
        for source in ["sandbox-vat", "theme-unset", "legacy-node-clickhouse"] {
            let [first, second] =
                ["a.osplugin", "b.osplugin"].map(|name| packed(&sample(source), &out.path().join(name)));
            assert_eq!(first.sha256, second.sha256, "{source}");
        }
    }

    #[test]
    fn a_package_without_code_is_declarative() {
        let dir = directory(&[(manifest::FILE_NAME, THEME), ("assets/dusk.css", ":root{}"), ("README.md", "# Dusk")]);
        let summary = packed(dir.path(), &dir.path().join("dusk.osplugin"));
        assert_eq!(summary.tier(), Some(Tier::Declarative));
    }

    #[test]
    fn hidden_files_and_dependencies_stay_at_home() {
        let dir = directory(&[
            (manifest::FILE_NAME, THEME),
            ("assets/.env", "TOKEN=x"),
            ("assets/node_modules/a/index.js", "x"),
            ("assets/dusk.css", ":root{}"),
        ]);
        let summary = packed(dir.path(), &dir.path().join("dusk.osplugin"));
        assert_eq!(summary.paths(), ["SIGNATURE", "assets/dusk.css", manifest::FILE_NAME]);
    }

    #[test]
    fn what_os_build_made_is_packed_as_the_registry_packs_it() {
        const STACK: &str = r#"{"manifest": {"id": "com.acme.crm", "version": "1.0.0", "type": "app", "name": "CRM", "runtime":
            "sandbox"}, "hooks": [{"name": "greet", "object": "x", "body": {"language": "js", "source": "ctx.log(1)"}}]}"#;
        let dir = directory(&[(artifact::STACK_MEMBER, STACK), ("objectstack.manifest.json", "{}"), ("more.mjs", "")]);
        let out = dir.path().join("crm.osplugin");
        let summary = packed(dir.path(), &out);
        assert_eq!(summary.paths(), ["SIGNATURE", artifact::STACK_MEMBER, manifest::FILE_NAME]);
        assert_eq!(summary.tier(), Some(Tier::Sandbox));
        let (id, version) = artifact::named_in_stack(STACK.as_bytes()).expect("named");
        let of_registry = artifact::pack_stack(STACK.as_bytes(), &id, &version, &Limits::default()).expect("packed");
        assert_eq!(fs::read(out).expect("file"), of_registry);
    }

    #[test]
    fn a_stack_that_no_registry_takes_is_refused_with_the_reason() {
        let dir = directory(&[(
            artifact::STACK_MEMBER,
            r#"{"manifest": {"id": "com.acme.crm", "version": "1.0.0", "type": "app", "name": "CRM"}, "bogus": 1}"#,
        )]);
        let out = dir.path().join("crm.osplugin");
        let failure = pack(&Pack { dir: dir.path().to_owned(), out: Some(out.clone()) }).expect_err("no artifact");
        assert!(failure.message.contains("the member \"bogus\""), "{}", failure.message);
        assert!(!out.exists());
    }

    #[test]
    fn the_directory_of_an_app_is_told_where_its_stack_is() {
        let dir = directory(&[("dist/objectstack.json", "{}")]);
        let failure = |dir: &Path| pack(&Pack { dir: dir.to_owned(), out: None }).expect_err("no artifact").message;
        assert!(failure(dir.path()).contains("dist"), "{}", failure(dir.path()));
        let stack = failure(&dir.path().join("dist"));
        assert!(stack.contains("/manifest"), "{stack}");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_refused_by_name() {
        let dir = directory(&[(manifest::FILE_NAME, THEME), ("assets/dusk.css", ":root{}")]);
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("assets/link.txt")).expect("link");
        let failure = pack(&Pack { dir: dir.path().to_owned(), out: None }).expect_err("a link");
        assert!(failure.message.contains("assets/link.txt"), "{}", failure.message);
    }

    #[test]
    fn an_artifact_never_packs_itself_and_a_failure_leaves_the_earlier_one() {
        let dir = directory(&[(manifest::FILE_NAME, THEME), ("assets/dusk.osplugin", "earlier")]);
        let out = dir.path().join("assets/dusk.osplugin");
        assert!(pack(&Pack { dir: dir.path().to_owned(), out: Some(out.clone()) }).is_err());
        assert_eq!(fs::read_to_string(out).expect("file"), "earlier");
    }
}
