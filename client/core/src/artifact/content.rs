//! What makes a member code: its name, or how its content begins.

/// Extensions of members that are data.
const DATA_EXTENSIONS: [&str; 13] =
    ["json", "md", "txt", "css", "csv", "yaml", "toml", "png", "jpg", "webp", "gif", "woff2", "svg"];

/// How many bytes of a member are looked at to know an executable.
pub(super) const HEAD_BYTES: usize = 64;

/// The last segment of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The extension of a path in lower case; empty if there is none.
pub(super) fn extension(path: &str) -> String {
    let name = file_name(path);
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// Whether a member of this path is data, as far as its name says.
pub(super) fn is_data_name(path: &str) -> bool {
    DATA_EXTENSIONS.contains(&extension(path).as_str()) || file_name(path) == "LICENSE"
}

/// A format that something can execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Executable {
    Elf,
    MachO,
    Pe,
    WebAssembly,
    Script,
}

impl Executable {
    /// Knows the format by the first [`HEAD_BYTES`] of a content.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        const MACH_O: [[u8; 4]; 8] = [
            [0xfe, 0xed, 0xfa, 0xce],
            [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe],
            [0xcf, 0xfa, 0xed, 0xfe],
            [0xca, 0xfe, 0xba, 0xbe],
            [0xca, 0xfe, 0xba, 0xbf],
            [0xbe, 0xba, 0xfe, 0xca],
            [0xbf, 0xba, 0xfe, 0xca],
        ];
        if head.starts_with(b"\x7fELF") {
            Some(Self::Elf)
        } else if MACH_O.iter().any(|magic| head.starts_with(magic)) {
            Some(Self::MachO)
        } else if head.starts_with(b"MZ") && head.contains(&0) {
            // A list of countries begins with MZ too, but never with a NUL near by.
            Some(Self::Pe)
        } else if head.starts_with(b"\0asm") {
            Some(Self::WebAssembly)
        } else if head.starts_with(b"#!") {
            Some(Self::Script)
        } else {
            None
        }
    }

    /// Whether it is machine code for the host itself.
    pub(super) fn is_native(self) -> bool {
        matches!(self, Self::Elf | Self::MachO | Self::Pe)
    }

    /// What it is, for a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Elf => "an ELF executable",
            Self::MachO => "a Mach-O executable",
            Self::Pe => "a Windows executable",
            Self::WebAssembly => "WebAssembly",
            Self::Script => "a script with a #! line",
        }
    }
}
