//! The list of problems, bounded.

use std::fmt::Display;

use super::Problem;

/// A report is for people: beyond this many they start over anyway.
pub(super) const MAX: usize = 100;
/// Longer pointers are cut: a key may be as long as the manifest.
const MAX_POINTER_CHARS: usize = 512;

/// Problems in the order in which they are found.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Whether no more problems are listed.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX
    }

    pub(super) fn add(&mut self, pointer: &(impl Display + ?Sized), message: impl Into<String>) {
        if !self.is_full() {
            let mut pointer = pointer.to_string();
            if let Some((cut, _)) = pointer.char_indices().nth(MAX_POINTER_CHARS) {
                pointer.truncate(cut);
                pointer.push('…');
            }
            self.0.push(Problem { pointer, message: message.into() });
        }
    }

    /// Keeps what is right, and notes what is not.
    pub(super) fn note<T>(&mut self, pointer: &(impl Display + ?Sized), result: Result<T, impl ToString>) -> Option<T> {
        result.map_err(|error| self.add(pointer, error.to_string())).ok()
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}
