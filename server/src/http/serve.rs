//! Listening.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{HttpServer, middleware, web};

use super::connection::Connections;
use super::{configure, envelope};
use crate::{App, open_files};

/// Why the server does not listen.
pub type ServeError = std::io::Error;

/// Serves a registry on a listener that is bound already. Awaiting the answer runs the server; its handle stops it, after
/// the requests under way or the time that the configuration gives them. Signals are the caller's business.
pub fn serve(app: web::Data<App>, listener: TcpListener) -> Result<Server, ServeError> {
    let config = app.config.clone();
    let timeouts = config.timeouts;
    let workers = config.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let count = open_files::connections(&config);
    let stalled = Duration::from_secs(timeouts.body_seconds);
    let connections = Connections::new(count, config.trusted_proxies, stalled);
    let server = HttpServer::new(move || {
        actix_web::App::new().app_data(app.clone()).configure(configure).wrap(middleware::from_fn(envelope::envelope))
    });
    Ok(server
        .workers(workers)
        // The limit is counted for each worker.
        .max_connections(count.div_ceil(workers))
        .on_connect(move |connection, kept| connections.prepare(connection, kept))
        // A client that has gone leaves every queue; nobody speaks HTTP through half of a connection.
        .h1_allow_half_closed(false)
        .worker_max_blocking_threads(BLOCKING_THREADS.div_ceil(workers))
        .client_request_timeout(Duration::from_secs(timeouts.head_seconds))
        .client_disconnect_timeout(Duration::from_secs(timeouts.head_seconds))
        .keep_alive(Duration::from_secs(timeouts.keep_alive_seconds))
        .shutdown_timeout(timeouts.shutdown_seconds)
        .disable_signals()
        .listen(listener)?
        .run())
}

/// Threads for use cases, over all workers: they wait for the database and the artifact store, so they are more than
/// processors, and few enough to stay small.
const BLOCKING_THREADS: usize = 64;
