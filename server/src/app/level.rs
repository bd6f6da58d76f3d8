//! Which approved versions a level does not reach that its publisher fell to.

use plimsoll_core::gate::{Leveled, Report};
use plimsoll_core::{Level, PackageId};
use plimsoll_store::Conn;
use plimsoll_store::version::{self, VersionRecord};

use super::{Error, Result, packages};

/// The approved versions of a package with something beyond a level, each with what that is. Not those that are held already.
pub(super) fn beyond(conn: &mut Conn, id: &PackageId, level: Level) -> Result<Vec<(VersionRecord, String)>> {
    let mut found = Vec::new();
    for record in version::approved(conn, id)? {
        if record.may_be_held() {
            let what = beyond_of(conn, &record, level)?;
            if !what.is_empty() {
                found.push((record, what.join(", ")));
            }
        }
    }
    Ok(found)
}

fn beyond_of(conn: &mut Conn, record: &VersionRecord, level: Level) -> Result<Vec<String>> {
    let (id, number) = (&record.package, &record.version);
    let documents = version::documents(conn, id, number)?.ok_or_else(|| packages::missing_version(id, number))?;
    let manifest = packages::stored_manifest(id, number, &documents.manifest)?;
    let approved: Report = serde_json::from_str(&documents.report)
        .map_err(|_| Error::Internal(format!("the stored report of {id} {number}")))?;
    let audience = record.approved_for.unwrap_or(record.visibility);
    Ok(Leveled::of(&manifest, record.tier, audience).beyond(level, &approved))
}
