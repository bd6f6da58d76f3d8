//! Pages of lists.

use plimsoll_core::page::PageSize;

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
}
