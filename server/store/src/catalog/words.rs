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

/// The words of a text: its runs of letters and digits, in lower case and in Unicode's form NFKC.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let normal: String = text.nfkc().flat_map(char::to_lowercase).collect();
    normal.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Adds the words of an entry that has none.
pub(super) fn insert(conn: &mut Conn, package: &PackageId, words: &BTreeSet<String>) -> Result<()> {
    for word in words {
        diesel::sql_query("INSERT INTO catalog_word (word, package) VALUES ($1, $2)")
            .bind::<Text, _>(word)
            .bind::<Text, _>(package.as_str())
            .execute(conn)?;
    }
    Ok(())
}
