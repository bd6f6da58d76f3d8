//! The face that ObjectStack's own clients know: `/api/v1/**`. The only place that knows their bodies, envelopes and codes;
//! behind it are the same use cases and the same permissions as behind `/v1/**`.
//!
//! Their clients read what they know and ignore the rest, so unknown members of a body are ignored here. The routes are not
//! part of the OpenAPI document, which describes `/v1`; what is said of them in `Operation` is for the reader of the code.

mod absent;
mod auth;
mod body;
mod device;
mod envelope;
pub(crate) mod marketplace;
mod packages;
mod versions;

pub(super) use self::absent::why_absent;
pub(super) use self::envelope::{failed, owns};
use super::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [auth::routes(), device::routes(), packages::routes(), versions::routes(), marketplace::routes()]
        .into_iter()
        .flatten()
        .collect()
}
