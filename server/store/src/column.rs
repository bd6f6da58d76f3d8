//! Columns to values and back: parse on the way out too.

use std::str::FromStr;

use plimsoll_core::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;
use crate::error::Result;

/// The row that is being read, for the error.
pub(crate) struct Row<'a> {
    table: &'static str,
    key: &'a [&'a str],
}

impl<'a> Row<'a> {
    /// A row of a table, by its primary key.
    pub(crate) fn new(table: &'static str, key: &'a [&'a str]) -> Self {
        Self { table, key }
    }

    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, key: self.key.join("@"), column }
    }

    pub(crate) fn text<T: FromStr>(&self, column: &'static str, text: &str) -> Result<T> {
        text.parse().map_err(|_| self.corrupt(column))
    }

    pub(crate) fn text_or_null<T: FromStr>(&self, column: &'static str, text: Option<&str>) -> Result<Option<T>> {
        text.map(|text| self.text(column, text)).transpose()
    }

    /// Words joined by one space each; no words are the empty text.
    pub(crate) fn words<T: FromStr, C: FromIterator<T>>(&self, column: &'static str, text: &str) -> Result<C> {
        text.split_ascii_whitespace().map(|word| self.text(column, word)).collect()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn time(&self, column: &'static str, micros: i64) -> Result<Timestamp> {
        Timestamp::from_micros(micros).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn time_or_null(&self, column: &'static str, micros: Option<i64>) -> Result<Option<Timestamp>> {
        micros.map(|micros| self.time(column, micros)).transpose()
    }

    pub(crate) fn count<T: TryFrom<i64>>(&self, column: &'static str, number: i64) -> Result<T> {
        T::try_from(number).map_err(|_| self.corrupt(column))
    }
}

/// A count as a column. No count of bytes or of changes comes near 2^63.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Plain data as JSON.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("maps with text keys, lists and plain values have a JSON form")
}

/// Words joined by one space each.
pub(crate) fn words<T: ToString>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(|word| word.to_string()).collect::<Vec<_>>().join(" ")
}
