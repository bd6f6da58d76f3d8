//! Packing what `os build` made of an App: its compiled stack, as the registry itself would pack it. So an App that is more than
//! data can be signed by its publisher.

use std::io::Write as _;
use std::path::Path;

use plimsoll_core::{Limits, artifact, manifest};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{answer, not_valid, read_bounded, top_level, write};
use crate::args::Pack;
use crate::failure::Failure;
use crate::output::Answer;

/// What ObjectStack's client writes beside a stack for the listing; the command line takes that by flags.
const LISTING_FILE: &str = "objectstack.manifest.json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Modules {
    runtime_module: Option<IgnoredAny>,
}

/// Whether the directory has a compiled stack, and is not that of a plugin.
pub(super) fn is_in(dir: &Path) -> bool {
    dir.join(artifact::STACK_MEMBER).is_file() && !dir.join(manifest::FILE_NAME).exists()
}

/// Packs the compiled stack of a directory, under the id and the version of the manifest inside.
pub(super) fn pack(args: &Pack, limits: &Limits) -> Result<Answer, Failure> {
    let path = args.dir.join(artifact::STACK_MEMBER);
    let stack = read_bounded(&path, limits.unpacked_bytes)?;
    let refused = |problems: Vec<manifest::Problem>| not_valid(&path, &problems);
    let (id, version) = artifact::named_in_stack(&stack).map_err(refused)?;
    let packed = artifact::pack_stack(&stack, &id, &version, limits).map_err(refused)?;
    let names_module = serde_json::from_slice::<Modules>(&stack).is_ok_and(|it| it.runtime_module.is_some());
    let warning = "the stack names a module of code (runtimeModule), and a stack is packed alone: a host will not find it. Write \
                   handlers without imports, so that `os build` puts them into the stack";
    let warnings: Vec<_> = names_module.then(|| warning.to_owned()).into_iter().collect();
    let mut left_out = top_level(&args.dir)?;
    left_out.retain(|name| ![artifact::STACK_MEMBER, LISTING_FILE].contains(&name.as_str()));

    let out = args.out.clone().unwrap_or_else(|| format!("{id}-{version}.osplugin").into());
    left_out.retain(|name| Path::new(name) != out.file_name().unwrap_or_default());
    let failed = |error: std::io::Error| Failure::file("cannot write", &out, &error);
    let summary = write(&out, limits, |file| file.write_all(&packed).map_err(failed))?;
    Ok(answer(&out, summary, &Vec::from_iter(left_out), &warnings))
}
