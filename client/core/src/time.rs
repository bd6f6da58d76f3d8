//! Points in time.

use std::fmt;
use std::str::FromStr;

use crate::InvalidText;

/// A point in time, in whole microseconds since 1970 in UTC; written as RFC 3339 with `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, example = "2026-11-20T09:30:00Z"))]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970. `None` outside the years -9999 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        jiff::Timestamp::from_microsecond(micros).ok().map(|_| Self(micros))
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This time plus some seconds (minus, when negative), kept inside the range that can be written.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let micros = self.0.saturating_add(seconds.saturating_mul(1_000_000));
        Self(micros.clamp(jiff::Timestamp::MIN.as_microsecond(), jiff::Timestamp::MAX.as_microsecond()))
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let since = |duration: std::time::Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        let micros = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => since(after),
            Err(before) => -since(before.duration()),
        };
        Self(0).plus_micros(micros)
    }
}

impl Timestamp {
    fn plus_micros(self, micros: i64) -> Self {
        let sum = self.0.saturating_add(micros);
        Self(sum.clamp(jiff::Timestamp::MIN.as_microsecond(), jiff::Timestamp::MAX.as_microsecond()))
    }
}

impl FromStr for Timestamp {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || InvalidText::new("time", text, "use RFC 3339, such as 2026-11-20T09:30:00Z");
        // jiff alone would also take a time zone in brackets, which RFC 3339 does not have.
        if text.len() > 40 || text.contains('[') {
            return Err(refuse());
        }
        let time: jiff::Timestamp = text.parse().map_err(|_| refuse())?;
        Ok(Self(time.as_microsecond()))
    }
}

text_door!(Timestamp);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(time) => fmt::Display::fmt(&time, f),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_trip_in_utc() {
        let time: Timestamp = "2026-11-20T10:30:00.5+01:00".parse().expect("time");
        assert_eq!(time.to_string(), "2026-11-20T09:30:00.5Z");
        assert_eq!(time.to_string().parse(), Ok(time));
        for bad in ["", "now", "2026-11-20", "2026-11-20T09:30:00", "2026-11-20T09:30:00Z[UTC]"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad:?}");
        }
    }
}
