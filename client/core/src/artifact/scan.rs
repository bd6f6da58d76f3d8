//! Looks through a content of any size in windows, for secrets and for marks of bundled host packages.

use super::markers;
use super::secrets::{self, Style};

/// What is found at one place.
pub(super) enum Mark {
    /// A secret.
    Secret(secrets::Hit),
    /// A comment that says that a host package is bundled here.
    HostPackage,
}

/// New bytes are looked at in steps of this size.
const STEP_BYTES: usize = 64 * 1024;
/// How far back a rule may look.
const BEHIND_BYTES: usize = 256;
/// How far ahead a rule may look.
const AHEAD_BYTES: usize = 1024;

/// A scan of one member. Memory is one window, whatever the size of the member and the length of its lines.
pub(super) struct Scan {
    style: Style,
    window: Vec<u8>,
    /// Where in the window the bytes begin that were not looked at.
    next: usize,
    line: u64,
}

impl Scan {
    /// A scan of a member, whose path says how assignments look in it.
    pub(super) fn new(path: &str) -> Self {
        Self { style: Style::of(path), window: Vec::new(), next: 0, line: 1 }
    }

    /// Takes more content; hands what is found to `found`, with its line.
    pub(super) fn push(&mut self, bytes: &[u8], found: &mut dyn FnMut(u64, Mark)) {
        self.window.extend(bytes);
        if self.window.len() - self.next >= STEP_BYTES + AHEAD_BYTES {
            self.look(self.window.len() - AHEAD_BYTES, found);
            let keep = self.next.saturating_sub(BEHIND_BYTES);
            self.window.drain(..keep);
            self.next -= keep;
        }
    }

    /// The end of the content.
    pub(super) fn finish(mut self, found: &mut dyn FnMut(u64, Mark)) {
        self.look(self.window.len(), found);
    }

    fn look(&mut self, end: usize, found: &mut dyn FnMut(u64, Mark)) {
        while self.next < end {
            let (window, at) = (self.window.as_slice(), self.next);
            let hit = match window[at] {
                byte if secrets::may_begin(byte) => secrets::at(window, at, self.style),
                _ => None,
            };
            let step = match hit {
                Some(hit) => hit.bytes,
                None => 1 + window[at + 1..end].iter().take_while(|byte| !may_begin(**byte)).count(),
            };
            if let Some(hit) = hit {
                found(self.line, Mark::Secret(hit));
            } else if markers::may_begin(window[at]) && markers::at(window, at) {
                found(self.line, Mark::HostPackage);
            }
            let after = (at + step).min(window.len());
            self.line += window[at..after].iter().filter(|byte| **byte == b'\n').count() as u64;
            self.next = after;
        }
    }
}

/// Whether any rule could find anything at a byte of this value.
const fn may_begin(byte: u8) -> bool {
    secrets::may_begin(byte) || markers::may_begin(byte)
}
