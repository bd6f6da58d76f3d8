//! Colours, and making untrusted text harmless.

use std::borrow::Cow;

/// Something good.
pub(crate) fn good(text: &str) -> String {
    paint("32", text)
}

/// Something to mind.
pub(crate) fn warn(text: &str) -> String {
    paint("33", text)
}

/// Something bad.
pub(crate) fn bad(text: &str) -> String {
    paint("31;1", text)
}

/// A heading.
pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

/// A detail.
pub(crate) fn dim(text: &str) -> String {
    paint("2", text)
}

fn paint(code: &str, text: &str) -> String {
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Whether colours are wanted: at a terminal that knows them, unless `NO_COLOR` is set (<https://no-color.org>).
pub(super) fn colours(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The text as it is written, with or without its styles.
pub(super) fn for_terminal(text: &str, coloured: bool) -> Cow<'_, str> {
    if coloured { Cow::Borrowed(text) } else { console::strip_ansi_codes(text) }
}

/// Untrusted text that cannot move the cursor, change colours or reorder what stands around it. Line breaks stay.
pub(crate) fn plain(text: &str) -> String {
    plimsoll_core::printable_lines(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untrusted_text_cannot_write_to_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}c\r\nd"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}\nd");
    }

    #[test]
    fn styles_go_where_nobody_watches() {
        let text = format!("{} {}", bold("Tier"), good("sandbox"));
        assert_eq!(for_terminal(&text, false), "Tier sandbox");
        assert_eq!(for_terminal(&text, true), text);
    }
}
