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

/// How many bytes the rules for secrets may look at for each byte of the content. Ordinary content needs one or two; content
/// made of beginnings alone would need hundreds, and minutes for one artifact.
const LOOKED_PER_BYTE: usize = 8;
/// What they may look at besides, so that small members are always searched.
const LOOKED_FREE_BYTES: usize = 64 * 1024;

/// A scan of one member. Memory is one window, whatever the size of the member and the length of its lines; time is bounded
/// by [`LOOKED_PER_BYTE`].
pub(super) struct Scan {
    style: Style,
    window: Vec<u8>,
    /// Where in the window the bytes begin that were not looked at.
    next: usize,
    line: u64,
    /// How many bytes the rules for secrets may still look at; `None` once there were none left.
    allowance_bytes: Option<usize>,
}

impl Scan {
    /// A scan of a member, whose path says how assignments look in it.
    pub(super) fn new(path: &str) -> Self {
        let allowance_bytes = Some(LOOKED_FREE_BYTES);
        Self { style: Style::of(path), window: Vec::new(), next: 0, line: 1, allowance_bytes }
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
            let hit = self.secret();
            let (window, at) = (self.window.as_slice(), self.next);
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
            self.allowance_bytes = self.allowance_bytes.map(|left| left.saturating_add((after - at) * LOOKED_PER_BYTE));
        }
    }

    /// The secret at the next place. Says once where the search ends because it would take too long.
    fn secret(&mut self) -> Option<secrets::Hit> {
        let allowance_bytes = self.allowance_bytes?;
        if !secrets::may_begin(self.window[self.next]) {
            return None;
        }
        let mut looked = 0;
        let hit = secrets::at(&self.window, self.next, self.style, &mut looked);
        self.allowance_bytes = allowance_bytes.checked_sub(looked);
        hit.or_else(|| self.allowance_bytes.is_none().then_some(secrets::NOT_SEARCHED))
    }
}

/// Whether any rule could find anything at a byte of this value.
const fn may_begin(byte: u8) -> bool {
    secrets::may_begin(byte) || markers::may_begin(byte)
}
