//! RFC 6901 pointers, written out only where there is something to report.

use std::fmt;

/// The way from the root to a value, linked from the leaf.
#[derive(Clone, Copy)]
pub(crate) enum Pointer<'a> {
    Root,
    Key(&'a Pointer<'a>, &'a str),
    Index(&'a Pointer<'a>, usize),
}

impl Pointer<'_> {
    pub(crate) fn key<'a>(&'a self, key: &'a str) -> Pointer<'a> {
        Pointer::Key(self, key)
    }

    pub(crate) fn index(&self, at: usize) -> Pointer<'_> {
        Pointer::Index(self, at)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(parent, key) => write!(f, "{parent}/{}", key.replace('~', "~0").replace('/', "~1")),
            Self::Index(parent, at) => write!(f, "{parent}/{at}"),
        }
    }
}
