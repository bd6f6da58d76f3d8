//! Paging: how many items, and from where on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::InvalidText;

/// How many items a page has.
///
/// Invariants: 1 to 100; 50 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// The most items a page may have.
    pub const MAX: u16 = 100;

    /// The number.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(50)
    }
}

impl std::str::FromStr for PageSize {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<u16>() {
            Ok(size @ 1..=Self::MAX) => Ok(Self(size)),
            _ => Err(InvalidText::new("limit", text, "use a number from 1 to 100")),
        }
    }
}

/// How many items a page passes over, in a list that is paged by number.
///
/// Invariants: at most 10,000, since what is passed over is read as well; 0 by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset(u16);

impl Offset {
    /// The most items that can be passed over.
    pub const MAX: u16 = 10_000;

    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl std::str::FromStr for Offset {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<u16>() {
            Ok(offset @ 0..=Self::MAX) => Ok(Self(offset)),
            _ => Err(InvalidText::new(
                "offset",
                text,
                "use a number from 0 to 10000; to see more, narrow what is asked for",
            )),
        }
    }
}

/// The place after which a page begins: the sort keys of the last item of the page before. Opaque to those who use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The list it belongs to.
    list: String,
    /// The sort keys.
    keys: Vec<String>,
}

impl Cursor {
    /// The cursor after an item of a list.
    pub fn after(list: &str, keys: impl IntoIterator<Item = String>) -> Self {
        Self { list: list.to_owned(), keys: keys.into_iter().collect() }
    }

    /// Reads a cursor of a list with `N` sort keys.
    pub fn parse<const N: usize>(list: &str, text: &str) -> Result<[String; N], InvalidText> {
        let refuse =
            || InvalidText::new("cursor", text, "use the `next` of an earlier page of the same list, unchanged");
        if text.len() > 1024 {
            return Err(refuse());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refuse())?;
        let (found, keys): (String, Vec<String>) = serde_json::from_slice(&bytes).map_err(|_| refuse())?;
        if found != list || keys.iter().any(|key| key.chars().any(char::is_control)) {
            return Err(refuse());
        }
        keys.try_into().map_err(|_| refuse())
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_string(&(&self.list, &self.keys)).map_err(|_| std::fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_within_their_list() {
        let cursor = Cursor::after("versions", ["a".to_owned(), "1".to_owned()]).to_string();
        assert_eq!(Cursor::parse("versions", &cursor), Ok(["a".to_owned(), "1".to_owned()]));
        assert!(Cursor::parse::<2>("audit", &cursor).is_err());
        assert!(Cursor::parse::<1>("versions", &cursor).is_err());
        for garbage in ["", "x", "%00", "bnVsbA", &"A".repeat(2000)] {
            assert!(Cursor::parse::<2>("versions", garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn page_sizes_are_bounded() {
        assert_eq!("100".parse::<PageSize>().map(PageSize::get), Ok(100));
        for bad in ["0", "101", "-1", "", "ten", "99999999999"] {
            assert!(bad.parse::<PageSize>().is_err(), "{bad}");
        }
        assert_eq!("10000".parse::<Offset>().map(Offset::get), Ok(10_000));
        for bad in ["10001", "-1", "", "ten", "99999999999"] {
            assert!(bad.parse::<Offset>().is_err(), "{bad}");
        }
    }
}
