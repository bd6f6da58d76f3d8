//! Which paths members may have: those that mean the same place on every system that unpacks them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use caseless::Caseless as _;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::text::is_invisible;
use crate::{Limits, quote};

/// Names that Windows keeps for devices, whatever their extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Checks one path by itself; says what is wrong with it.
pub(super) fn check(path: &str, limits: &Limits) -> Result<(), String> {
    if path.len() as u64 > u64::from(limits.path_bytes) {
        return Err(format!("its path has {} bytes, more than the limit of {}", path.len(), limits.path_bytes));
    }
    if let Some(bad) = path.chars().find(|c| c.is_control() || r#"\:*?"<>|"#.contains(*c)) {
        return Err(format!("its path has the character {}, which not every system can store", bad.escape_debug()));
    }
    if let Some(bad) = path.chars().find(|c| is_invisible(*c)) {
        return Err(format!("its path has the invisible character {}; take it out of the name", bad.escape_unicode()));
    }
    if !is_nfc(path) {
        return Err("its path is not in Unicode normalisation form C".to_owned());
    }
    path.split('/').try_for_each(check_segment)
}

fn check_segment(segment: &str) -> Result<(), String> {
    let stem = segment.split('.').next().unwrap_or_default();
    if segment.is_empty() {
        Err("its path is absolute, or has an empty segment".to_owned())
    } else if matches!(segment, "." | "..") {
        Err("its path has a . or .. segment".to_owned())
    } else if segment.ends_with(['.', ' ']) {
        Err("a segment of its path ends with a dot or a space, which some systems drop".to_owned())
    } else if DEVICES.contains(&stem.trim_end().to_ascii_lowercase().as_str()) {
        Err("a segment of its path is the name of a device on Windows".to_owned())
    } else {
        Ok(())
    }
}

/// The path as a file system without regard for case sees it.
pub(super) fn fold(path: &str) -> String {
    path.nfd().default_case_fold().nfc().collect()
}

/// How many places there may be for each member that there may be: the member itself, and directories.
const PLACES_PER_MEMBER: usize = 4;

/// The paths seen so far, and the directories they imply: bounded, since one path of 100 bytes can imply 49 directories.
pub(super) struct Paths {
    places: HashMap<String, Place>,
    places_max: usize,
}

struct Place {
    path: String,
    is_file: bool,
}

impl Paths {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { places: HashMap::new(), places_max: (limits.members as usize).saturating_mul(PLACES_PER_MEMBER) }
    }

    /// Adds a path; says why it cannot stand beside those added before.
    pub(super) fn add(&mut self, path: &str) -> Result<(), String> {
        for (end, _) in path.match_indices('/') {
            self.add_place(&path[..end], false)?;
        }
        self.add_place(path, true)
    }

    fn add_place(&mut self, path: &str, is_file: bool) -> Result<(), String> {
        let is_full = self.places.len() >= self.places_max;
        match self.places.entry(fold(path)) {
            Entry::Vacant(_) if is_full => {
                Err(format!("with its path there are more than {} files and directories", self.places_max))
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Place { path: path.to_owned(), is_file });
                Ok(())
            }
            Entry::Occupied(place) => {
                let place = place.get();
                match (place.is_file, is_file) {
                    (true, true) if place.path == path => Err("it is there twice".to_owned()),
                    (false, false) if place.path == path => Ok(()),
                    (file, other) if file == other => {
                        Err(format!("its path differs from {} only in case", quote(&place.path)))
                    }
                    _ => Err(format!("{} is a file as well as a directory", quote(&place.path))),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_the_same_everywhere() {
        let limits = Limits::default();
        for good in ["a", "dist/index.mjs", "assets/é.md", "a b/.hidden", "console.js", &"x".repeat(100)] {
            assert_eq!(check(good, &limits), Ok(()), "{good:?}");
        }
        let long = "x".repeat(101);
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "./a",
            "a/../b",
            "..",
            "a\\b",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{85}",
            "e\u{301}.md",
            "C:/a",
            "a:b",
            "a.",
            "a /b",
            "con",
            "dist/NUL.txt",
            "a?b",
            &long,
        ] {
            assert!(check(bad, &limits).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_refused_by_name() {
        let invisible =
            ['\u{ad}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{feff}', '\u{e0041}'];
        for c in invisible {
            let why = check(&format!("dist/in{c}dex.mjs"), &Limits::default()).expect_err("invisible");
            assert!(why.contains(&c.escape_unicode().to_string()), "{why}");
        }
        for seen in ["assets/日本語.md", "assets/فارسی.md", "assets/naïve – 1.md"] {
            assert_eq!(check(seen, &Limits::default()), Ok(()), "{seen}");
        }
    }

    #[test]
    fn paths_do_not_collide_on_any_file_system() {
        for (first, second) in [
            ("a", "a"),
            ("a", "A"),
            ("straße", "STRASSE"),
            ("É", "é"),
            ("a", "a/b"),
            ("a/b", "a"),
            ("a/b", "A"),
            ("a/b", "A/c"),
            ("ſ", "s"),
        ] {
            let mut paths = Paths::new(&Limits::default());
            assert_eq!(paths.add(first), Ok(()));
            assert!(paths.add(second).is_err(), "{first} {second}");
        }
        let mut paths = Paths::new(&Limits::default());
        for path in ["a/b", "a/c", "ab", "a-b/c"] {
            assert_eq!(paths.add(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_imply_a_bounded_number_of_directories() {
        let mut paths = Paths::new(&Limits { members: 2, ..Limits::default() });
        assert_eq!(paths.add("a/b/c/d/e/f/g"), Ok(()));
        assert_eq!(paths.add("a/b/c/d/e/f/h"), Ok(()));
        assert!(paths.add("i").is_err());
    }
}
