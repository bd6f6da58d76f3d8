//! Pages of lists.

use std::str::FromStr;

use plimsoll_core::page::{Cursor, PageSize};

use crate::column::Row;
use crate::error::Result;

/// A page of a list that is walked by the sort keys of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Whether the list goes on after the last item.
    pub more: bool,
}

impl<T> Page<T> {
    /// How many rows to ask for: one more than is shown tells whether the list goes on.
    pub(crate) fn rows(size: PageSize) -> i64 {
        // A page size is at most 100.
        size.get() as i64 + 1
    }

    /// Makes a page of the rows that were found.
    pub(crate) fn of<R>(mut rows: Vec<R>, size: PageSize) -> Result<Self>
    where
        T: TryFrom<R, Error = crate::StoreError>,
    {
        let more = rows.len() > size.get();
        rows.truncate(size.get());
        Ok(Self { items: rows.into_iter().map(T::try_from).collect::<Result<_>>()?, more })
    }

    /// Makes a page of what is found by the names that were found, which are the primary key of a table.
    pub(crate) fn of_names<N: FromStr>(
        mut names: Vec<String>,
        size: PageSize,
        table: &'static str,
        mut find: impl FnMut(&N) -> Result<Option<T>>,
    ) -> Result<Self> {
        let more = names.len() > size.get();
        names.truncate(size.get());
        let mut items = Vec::with_capacity(names.len());
        for name in &names {
            items.extend(find(&Row::new(table, &[name]).text("name", name)?)?);
        }
        Ok(Self { items, more })
    }

    /// The cursor of the next page, by the sort keys of the last item; `None` at the end of the list.
    pub fn next<const N: usize>(&self, list: &str, keys: impl FnOnce(&T) -> [String; N]) -> Option<String> {
        let last = self.items.last().filter(|_| self.more)?;
        Some(Cursor::after(list, keys(last)).to_string())
    }
}
