//! Devices that wait for somebody to sign them in (RFC 8628). Only the digest of a device code is kept.

use diesel::prelude::*;
use plimsoll_core::{AccountName, Digest, Timestamp};

use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::device;
use crate::{Conn, StoreError};

/// What somebody said of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Pending,
    /// This account signs it in.
    Approved(AccountName),
    /// This account refuses it.
    Denied(AccountName),
}

/// A device that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The digest of the code by which the device asks.
    pub device_code_sha256: Digest,
    /// The code that a person types or compares.
    pub user_code: String,
    /// What the device calls itself.
    pub client: String,
    /// What somebody said.
    pub decision: Decision,
    /// Seconds that it has to leave between two questions.
    pub interval_seconds: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when it can be decided, and ask.
    pub expires_at: Timestamp,
    /// When it last asked.
    pub polled_at: Option<Timestamp>,
}

/// Adds a device.
pub fn insert(conn: &mut Conn, new: &Device) -> Result<()> {
    diesel::insert_into(device::table).values(DeviceRow::from(new)).execute(conn)?;
    Ok(())
}

/// The device of a device code.
pub fn find(conn: &mut Conn, device_code_sha256: &Digest) -> Result<Option<Device>> {
    let row = device::table.find(device_code_sha256.to_string()).select(DeviceRow::as_select());
    row.first(conn).optional()?.map(Device::try_from).transpose()
}

/// The device of a user code.
pub fn find_by_user_code(conn: &mut Conn, user_code: &str) -> Result<Option<Device>> {
    let row = device::table.filter(device::user_code.eq(user_code)).select(DeviceRow::as_select());
    row.first(conn).optional()?.map(Device::try_from).transpose()
}

/// Decides a device that nobody has decided. `false` if somebody has, or it has gone.
pub fn decide(conn: &mut Conn, device_code_sha256: &Digest, decision: &Decision) -> Result<bool> {
    let (state, account) = decision.columns();
    let pending = device::table.find(device_code_sha256.to_string()).filter(device::state.eq(PENDING));
    Ok(diesel::update(pending).set((device::state.eq(state), device::account.eq(account))).execute(conn)? == 1)
}

/// Records that a device asked, and how long it has to wait from now on.
pub fn polled(conn: &mut Conn, device_code_sha256: &Digest, at: Timestamp, interval_seconds: u64) -> Result<()> {
    diesel::update(device::table.find(device_code_sha256.to_string()))
        .set((device::polled_at.eq(at.as_micros()), device::interval_seconds.eq(column::count(interval_seconds))))
        .execute(conn)?;
    Ok(())
}

/// Forgets a device. `false` if it has gone already: so of two that take its token, one does.
pub fn remove(conn: &mut Conn, device_code_sha256: &Digest) -> Result<bool> {
    Ok(diesel::delete(device::table.find(device_code_sha256.to_string())).execute(conn)? == 1)
}

/// Forgets the devices that expired before a moment.
pub fn remove_expired(conn: &mut Conn, before: Timestamp) -> Result<()> {
    diesel::delete(device::table.filter(device::expires_at.lt(before.as_micros()))).execute(conn)?;
    Ok(())
}

/// Forgets the devices that an account decided.
pub fn remove_of(conn: &mut Conn, account: &AccountName) -> Result<()> {
    diesel::delete(device::table.filter(device::account.eq(account.as_str()))).execute(conn)?;
    Ok(())
}

/// How many devices wait at a moment: nobody has decided them, and they have not expired.
pub fn count_waiting(conn: &mut Conn, at: Timestamp) -> Result<u64> {
    let waiting = device::table.filter(device::state.eq(PENDING)).filter(device::expires_at.gt(at.as_micros()));
    let count = waiting.count().get_result::<i64>(conn)?;
    Row::new("device", &[]).count("count", count)
}

const PENDING: &str = "pending";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";

impl Decision {
    fn columns(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Pending => (PENDING, None),
            Self::Approved(account) => (APPROVED, Some(account.as_str())),
            Self::Denied(account) => (DENIED, Some(account.as_str())),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = device)]
struct DeviceRow {
    device_code_sha256: String,
    user_code: String,
    client: String,
    state: String,
    account: Option<String>,
    interval_seconds: i64,
    created_at: i64,
    expires_at: i64,
    polled_at: Option<i64>,
}

impl From<&Device> for DeviceRow {
    fn from(device: &Device) -> Self {
        let (state, account) = device.decision.columns();
        Self {
            device_code_sha256: device.device_code_sha256.to_string(),
            user_code: device.user_code.clone(),
            client: device.client.clone(),
            state: state.to_owned(),
            account: account.map(str::to_owned),
            interval_seconds: column::count(device.interval_seconds),
            created_at: device.created_at.as_micros(),
            expires_at: device.expires_at.as_micros(),
            polled_at: device.polled_at.map(Timestamp::as_micros),
        }
    }
}

impl TryFrom<DeviceRow> for Device {
    type Error = StoreError;

    fn try_from(row: DeviceRow) -> Result<Self> {
        let key = [row.device_code_sha256.as_str()];
        let read = Row::new("device", &key);
        let account = read.text_or_null("account", row.account.as_deref())?;
        Ok(Self {
            decision: match (row.state.as_str(), account) {
                (PENDING, None) => Decision::Pending,
                (APPROVED, Some(account)) => Decision::Approved(account),
                (DENIED, Some(account)) => Decision::Denied(account),
                _ => return Err(StoreError::Corrupt { table: "device", key: row.device_code_sha256, column: "state" }),
            },
            interval_seconds: read.count("interval_seconds", row.interval_seconds)?,
            created_at: read.time("created_at", row.created_at)?,
            expires_at: read.time("expires_at", row.expires_at)?,
            polled_at: read.time_or_null("polled_at", row.polled_at)?,
            device_code_sha256: read.text("device_code_sha256", &row.device_code_sha256)?,
            user_code: row.user_code,
            client: row.client,
        })
    }
}
