//! What is done for each connection, before anything is read from it.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Extensions, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::rt::net::TcpStream;

use super::client_address;
use crate::address_shares::AddressShares;
use crate::config::ProxyNetwork;

/// The mark of a connection that is closed after its next answer.
struct Brief;

/// Prepares connections.
pub(super) struct Connections {
    shares: Arc<AddressShares>,
    trusted_proxies: Vec<ProxyNetwork>,
    /// How long a client may take nothing of what it is sent.
    stalled: Duration,
}

impl Connections {
    /// At most `count` are open at once, for which somebody else cares.
    pub(super) fn new(count: usize, trusted_proxies: Vec<ProxyNetwork>, stalled: Duration) -> Self {
        Self { shares: AddressShares::new(count as u64), trusted_proxies, stalled }
    }

    /// Prepares a new connection; `kept` lives as long as it does.
    ///
    /// One network address keeps at most a quarter of all connections open: any more are answered, and closed. A trusted proxy
    /// keeps as many as it likes.
    pub(super) fn prepare(&self, connection: &dyn Any, kept: &mut Extensions) {
        let Some(connection) = connection.downcast_ref::<TcpStream>() else { return };
        drop_when_stalled(connection, self.stalled);
        // A client that has gone already.
        let Ok(peer) = connection.peer_addr() else { return };
        if self.trusted_proxies.iter().any(|network| network.contains(peer.ip().to_canonical())) {
            return;
        }
        match self.shares.take(client_address::as_counted(peer.ip().to_canonical()), 1) {
            Ok(share) => drop(kept.insert(share)),
            Err(_) => drop(kept.insert(Brief)),
        }
    }
}

/// Closes a connection after its answer, if it is not to be kept.
pub(super) fn close_if_brief(response: &mut ServiceResponse<BoxBody>) {
    if response.request().conn_data::<Brief>().is_some() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
}

/// Has the system drop a connection when its client takes nothing for so long: the framework waits for such for ever.
#[cfg(target_os = "linux")]
fn drop_when_stalled(connection: &TcpStream, stalled: Duration) {
    let millis = u32::try_from(stalled.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(connection, millis) {
        tracing::debug!(%error, "a connection goes without a limit for clients that take nothing");
    }
}

/// Other systems have no such limit; what an answer holds in memory is taken back there as well.
#[cfg(not(target_os = "linux"))]
fn drop_when_stalled(_: &TcpStream, _: Duration) {}
