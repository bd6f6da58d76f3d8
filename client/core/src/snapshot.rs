//! Text snapshots that are read in review: the files under `tests/snapshots/`.

use std::path::Path;

/// Compares a text with its file. `UPDATE=1` writes the file instead.
#[track_caller]
pub(crate) fn assert_text(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/snapshots").join(file);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, text).expect("the snapshot can be written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{} is out of date; run this test with UPDATE=1 and read the diff:\n{text}",
        path.display()
    );
}
