//! A version as it was submitted last: its row, or what waits beside the approval in force that the row holds.

use plimsoll_core::{PackageId, State, Version};
use plimsoll_store::Conn;
use plimsoll_store::version::{self, Documents, VersionRecord, submission};

use super::{Result, approve, packages};

/// A version as it was submitted last.
pub(super) struct Submitted {
    /// Its row. Where there is an approval in force, the facts that this one vouches for.
    pub(super) row: VersionRecord,
    /// The facts as submitted.
    pub(super) record: VersionRecord,
    /// The documents as submitted, and the approval in force.
    pub(super) documents: Documents,
}

/// A version as it was submitted last.
pub(super) fn find(conn: &mut Conn, id: &PackageId, number: &Version) -> Result<Submitted> {
    let row = version::find(conn, id, number)?.ok_or_else(|| packages::missing_version(id, number))?;
    of(conn, row)
}

/// The version of a row, as it was submitted last.
pub(super) fn of(conn: &mut Conn, row: VersionRecord) -> Result<Submitted> {
    let (id, number) = (&row.package, &row.version);
    let documents = version::documents(conn, id, number)?.ok_or_else(|| packages::missing_version(id, number))?;
    Ok(match submission::find(conn, id, number)? {
        Some(beside) => {
            let record = beside.upon(row.clone())?;
            Submitted { row, record, documents: beside.documents_upon(documents)? }
        }
        None => Submitted { record: row.clone(), row, documents },
    })
}

/// The facts of a row's version, as it was submitted last. For lists: the documents of the version are not read.
pub(super) fn facts(conn: &mut Conn, row: VersionRecord) -> Result<VersionRecord> {
    let beside = submission::find(conn, &row.package, &row.version)?;
    Ok(match beside {
        Some(beside) => beside.upon(row)?,
        None => row,
    })
}

impl Submitted {
    /// Writes what became of it. Only an approval takes the place of what is in force; everything else goes beside it.
    pub(super) fn write(&self, conn: &mut Conn, now: &VersionRecord, documents: &Documents) -> Result<()> {
        let (id, number) = (&self.row.package, &self.row.version);
        let in_force = self.row.approved_for.is_some();
        match now.state {
            State::Draft | State::PendingReview if in_force => Ok(submission::set(conn, now, documents)?),
            State::Rejected if in_force => {
                submission::set(conn, now, documents)?;
                let row = VersionRecord {
                    state: now.state,
                    availability: now.availability.clone(),
                    decided_at: now.decided_at,
                    decided_by: now.decided_by.clone(),
                    ..self.row.clone()
                };
                approve::check_replaced(version::update(conn, &self.row, &row)?, &row)
            }
            State::Approved => {
                submission::remove(conn, id, number)?;
                approve::replace(conn, &self.row, now, documents)
            }
            State::Draft | State::PendingReview | State::Rejected => approve::replace(conn, &self.row, now, documents),
        }
    }
}
