//! Progress of transfers, when a person watches.

use std::cell::RefCell;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use plimsoll_client::progress::{Direction, Progress, Stage};
use plimsoll_core::{PackageId, Version};

/// Shows a bar on standard error for each transfer; nothing where nobody watches.
pub(crate) struct Watch {
    watched: bool,
    bar: RefCell<Option<ProgressBar>>,
}

impl Watch {
    pub(super) fn new(json: bool) -> Self {
        Self { watched: !json && std::io::stderr().is_terminal(), bar: RefCell::new(None) }
    }
}

impl Progress for Watch {
    fn transfer_started(&self, direction: Direction, _what: &str, total_bytes: u64) {
        if !self.watched {
            return;
        }
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let message = match direction {
            Direction::Upload => "Uploading",
            Direction::Download => "Downloading",
        };
        let bar = ProgressBar::new(total_bytes).with_style(style).with_message(message);
        self.bar.replace(Some(bar));
    }

    fn transfer_moved(&self, done_bytes: u64) {
        if let Some(bar) = self.bar.borrow().as_ref() {
            bar.set_position(done_bytes);
        }
    }

    fn transfer_ended(&self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn reached(&self, stage: Stage, package: &PackageId, version: &Version) {
        if self.watched && stage == Stage::Verified {
            eprintln!("Verified {package} {version}");
        }
    }
}
