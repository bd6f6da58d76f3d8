//! The content store: artifacts by their digest, as they came and unpacked.
//!
//! A file or directory is there only when it is whole: it is made beside, synced, and moved into place.

mod collect;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use plimsoll_core::artifact::{self, ArtifactError, Member};
use plimsoll_core::digest::Hasher;
use plimsoll_core::{Digest, Limits};

use crate::home::{Home, HomeError, failed, make_dir, move_into_place, new_file, sync_dir};
use crate::verify::VerifiedArtifact;

pub(crate) use collect::{Lease, collect, lease};

/// What is wrong with stored content.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// It is not there.
    #[error("it is missing from the content store: install the package again")]
    Missing,
    /// The packed file is another one.
    #[error("the stored artifact has the digest {found}, not {expected}: install the package again")]
    Digest {
        /// What is there.
        found: Digest,
        /// What should be there.
        expected: Digest,
    },
    /// An unpacked file is not as in the artifact.
    #[error("the unpacked file {path} {what}: install the package again")]
    File {
        /// The path inside, quoted.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The archive itself.
    #[error(transparent)]
    Archive(#[from] ArtifactError),
    /// The system.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// Where an artifact is, as it came.
pub(crate) fn packed_path(home: &Home, sha256: &Digest) -> PathBuf {
    let hex = sha256.to_string();
    home.join("artifacts").join("sha256").join(&hex[..2]).join(hex)
}

/// Where an artifact is, unpacked.
pub(crate) fn unpacked_path(home: &Home, sha256: &Digest) -> PathBuf {
    home.join("unpacked").join(sha256.to_string())
}

/// Opens a stored artifact after comparing its digest; the file stands at its beginning.
pub(crate) fn open_packed(home: &Home, sha256: &Digest) -> Result<File, ContentError> {
    let path = packed_path(home, sha256);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ContentError::Missing),
        Err(error) => return Err(failed("open", &path)(error).into()),
    };
    let found = digest_of(&mut file).map_err(failed("read", &path))?;
    if found != *sha256 {
        return Err(ContentError::Digest { found, expected: *sha256 });
    }
    io::Seek::rewind(&mut file).map_err(failed("read", &path))?;
    Ok(file)
}

/// Compares the unpacked files with the members of the artifact: the same files, nothing more, nothing less.
pub(crate) fn check_unpacked(home: &Home, sha256: &Digest, members: &[Member]) -> Result<(), ContentError> {
    let root = unpacked_path(home, sha256);
    if !root.is_dir() {
        return Err(ContentError::Missing);
    }
    let mut expected: BTreeMap<PathBuf, &Member> =
        members.iter().map(|member| (PathBuf::from(&member.path), member)).collect();
    let within: BTreeSet<&Path> =
        members.iter().flat_map(|member| Path::new(&member.path).ancestors().skip(1)).collect();
    let wrong = |path: &Path, what| ContentError::File { path: plimsoll_core::quote(&path.to_string_lossy()), what };
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).map_err(failed("read", &directory))? {
            let path = entry.map_err(failed("read", &directory))?.path();
            let inside = path.strip_prefix(&root).unwrap_or(&path);
            // Not through links: a link is not a file that we made.
            let kind = fs::symlink_metadata(&path).map_err(failed("read", &path))?.file_type();
            if kind.is_dir() && within.contains(inside) {
                directories.push(path);
                continue;
            }
            let Some(member) = expected.remove(inside) else {
                return Err(wrong(inside, "is not in the artifact"));
            };
            if !kind.is_file() {
                return Err(wrong(inside, "is not a file"));
            }
            let found = File::open(&path).and_then(|mut file| digest_of(&mut file)).map_err(failed("read", &path))?;
            if found != member.sha256 {
                return Err(wrong(inside, "was changed"));
            }
        }
    }
    match expected.keys().next() {
        Some(missing) => Err(wrong(missing, "is missing")),
        None => Ok(()),
    }
}

/// Whether an artifact is there, packed and unpacked, each file as it should be.
pub(crate) fn is_whole(home: &Home, sha256: &Digest) -> bool {
    let check = || {
        let packed = open_packed(home, sha256)?;
        let members = artifact::read(io::BufReader::new(packed), &Limits::default(), |_, _, _| Ok(()))?;
        check_unpacked(home, sha256, &members)
    };
    check().is_ok()
}

/// Puts the bytes of a verified artifact into place, unless they are there.
pub(crate) fn store(home: &Home, tmp: &Path, artifact: &mut VerifiedArtifact) -> Result<(), ContentError> {
    let sha256 = artifact.version().approval().sha256;
    if open_packed(home, &sha256).is_ok() {
        return Ok(());
    }
    let mut source = artifact.rewound().map_err(failed("read the artifact in", tmp))?;
    let mut file = new_file(tmp)?;
    io::copy(&mut source, &mut file).map_err(failed("write", tmp))?;
    file.as_file().sync_all().map_err(failed("write", tmp))?;
    Ok(move_into_place(file, &packed_path(home, &sha256))?)
}

/// Unpacks a verified artifact with the strict reader and moves it into place, unless it is there as it should be.
pub(crate) fn unpack(home: &Home, tmp: &Path, artifact: &mut VerifiedArtifact) -> Result<(), ContentError> {
    let sha256 = artifact.version().approval().sha256;
    if check_unpacked(home, &sha256, artifact.members()).is_ok() {
        return Ok(());
    }
    let staging = tempfile::tempdir_in(tmp).map_err(failed("make a directory in", tmp))?;
    let root = staging.path().join("members");
    make_dir(&root)?;
    let mut directories = BTreeSet::from([root.clone()]);
    let packed = artifact.rewound().map_err(failed("read the artifact in", tmp))?;
    artifact::read(io::BufReader::new(packed), &Limits::default(), |path, _size, content| {
        let target = root.join(path);
        let above = target.ancestors().skip(1).take_while(|directory| *directory != root);
        directories.extend(above.map(Path::to_owned));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        write_member(&target, content)
    })?;
    for directory in &directories {
        sync_dir(directory)?;
    }
    let target = unpacked_path(home, &sha256);
    let above = home.join("unpacked");
    make_dir(&above)?;
    if fs::rename(&root, &target).is_err() {
        // Something is there: what another process has just put there, or something damaged, which goes away with the
        // temporary directory.
        if check_unpacked(home, &sha256, artifact.members()).is_ok() {
            return Ok(());
        }
        fs::rename(&target, staging.path().join("damaged")).map_err(failed("move away", &target))?;
        fs::rename(&root, &target).map_err(failed("move into place", &target))?;
    }
    Ok(sync_dir(&above)?)
}

fn write_member(target: &Path, content: &mut dyn Read) -> io::Result<()> {
    let mut file = File::create_new(target)?;
    io::copy(content, &mut file)?;
    file.flush()?;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)?;
    file.sync_all()
}

fn digest_of(reader: &mut dyn Read) -> io::Result<Digest> {
    let mut hasher = Hasher::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => hasher.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
