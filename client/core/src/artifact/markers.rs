//! Marks that bundlers leave where they put a host package into a file, such as esbuild's
//! `// node_modules/@objectstack/spec/dist/index.mjs`. An import of a host package is fine: the host provides it.

/// The most bytes between the start of the comment and the name.
const MAX_BEFORE_BYTES: usize = 256;

/// Where host packages lie.
const HOST_PACKAGES: &[u8] = b"node_modules/@objectstack/";

/// Whether a member of this path is part of a host package.
pub(super) fn is_host_path(path: &str) -> bool {
    path.to_lowercase().as_bytes().windows(HOST_PACKAGES.len()).any(|part| part == HOST_PACKAGES)
}

/// Whether [`at`] could find anything at a byte of this value.
pub(super) const fn may_begin(byte: u8) -> bool {
    byte == HOST_PACKAGES[0]
}

/// Whether a comment naming a host package's file has the name at this place.
pub(super) fn at(window: &[u8], at: usize) -> bool {
    window[at] == HOST_PACKAGES[0] && window[at..].starts_with(HOST_PACKAGES) && is_after_comment(&window[..at])
}

/// Whether the text ends in the start of a comment and then nothing but the beginning of a path.
fn is_after_comment(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(MAX_BEFORE_BYTES)..];
    let in_path = |byte: &u8| byte.is_ascii_alphanumeric() || b" \t/*!@._+-~#:\\".contains(byte);
    let start = before.iter().rposition(|byte| !in_path(byte)).map_or(0, |at| at + 1);
    let tail = &before[start..];
    // `!***` is how webpack frames its comments.
    [&b"//"[..], b"/*", b"!***"].iter().any(|opener| {
        tail.windows(opener.len()).enumerate().any(|(at, part)| {
            // The slashes of a URL open no comment.
            part == *opener && (at == 0 || tail[at - 1] != b':')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_marked(text: &str) -> bool {
        (0..text.len()).any(|place| at(text.as_bytes(), place))
    }

    #[test]
    fn comments_mark_and_imports_do_not() {
        for marked in [
            "// node_modules/@objectstack/spec/dist/index.mjs\nvar a;",
            "var b;\n  // ../../node_modules/.pnpm/@objectstack+core@17.4.0/node_modules/@objectstack/core/index.js",
            "/* node_modules/@objectstack/spec/index.js */",
            "x();/*! node_modules/@objectstack/spec/LICENSE */",
            "/***/ (()=>{\n/*!****!*\\\n  !*** ./node_modules/@objectstack/spec/index.js ***!",
        ] {
            assert!(is_marked(marked), "{marked}");
        }
        for fine in [
            "import { z } from \"@objectstack/spec\";",
            "import x from \"../node_modules/@objectstack/spec/index.js\";",
            "import x from 'https://cdn.example/node_modules/@objectstack/spec/index.js';",
            "// see @objectstack/spec",
            "// import x from \"node_modules/@objectstack/spec\"",
            "see https://cdn.example/node_modules/@objectstack/spec/index.js",
            "{\"sources\":[\"../node_modules/@objectstack/spec/index.ts\"]}",
        ] {
            assert!(!is_marked(fine), "{fine}");
        }
        assert!(is_host_path("dist/node_modules/@ObjectStack/spec/index.js"));
        assert!(!is_host_path("dist/objectstack/index.js"));
    }
}
