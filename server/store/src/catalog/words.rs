//! The words by which entries are found. They are made here, the same for both databases, so that both find the same.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;
use plimsoll_core::PackageId;
use unicode_normalization::UnicodeNormalization;

use crate::Conn;
use crate::error::Result;

/// How many words of a query count.
pub(super) const MAX_WANTED: usize = 16;
/// How many words of an entry count; the longest texts of a listing have fewer.
const MAX_WORDS: usize = 1000;
/// How many letters of a word count: PostgreSQL bounds what an index can hold.
const MAX_LETTERS: usize = 64;

/// The words of a text: its runs of letters and digits, in lower case and in Unicode's form NFKC.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let normal: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let words = normal.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(MAX_LETTERS).collect()).collect()
}

/// Adds the words of an entry that has none.
pub(super) fn insert(conn: &mut Conn, package: &PackageId, words: &BTreeSet<String>) -> Result<()> {
    let words: Vec<&String> = words.iter().take(MAX_WORDS).collect();
    // One statement, since each is a round trip. The package comes first: SQLite numbers parameters as they appear.
    let rows: Vec<String> = (2..words.len() + 2).map(|parameter| format!("($1, ${parameter})")).collect();
    let sql = format!("INSERT INTO catalog_word (package, word) VALUES {}", rows.join(", "));
    let mut insert = diesel::sql_query(sql).into_boxed().bind::<Text, _>(package.as_str());
    for word in words {
        insert = insert.bind::<Text, _>(word);
    }
    insert.execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::of;

    fn words(text: &str) -> Vec<String> {
        of(text).into_iter().collect()
    }

    #[test]
    fn what_is_no_letter_and_no_digit_parts_words() {
        assert_eq!(words("com.acme.crm-enrich: CRM, v2!"), ["acme", "com", "crm", "enrich", "v2"]);
        assert!(words(" %_-'\"\\ ").is_empty());
    }

    #[test]
    fn case_and_form_do_not_matter() {
        assert_eq!(words("ÉTÉ"), words("e\u{301}te\u{301}"));
        assert_eq!(words("ﬁle"), ["file"]);
    }

    #[test]
    fn words_are_cut_where_an_index_would_not_hold_them() {
        assert_eq!(words(&"㌖".repeat(512)), ["キロメートル".chars().cycle().take(64).collect::<String>()]);
    }
}
