//! Work that nobody asks for. Every server process does it; that they do it at the same time is harmless.

use std::time::Duration;

use actix_web::{rt, web};

use crate::App;
use crate::app::collect;

/// How long after the start, and after each round, the next round begins.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Starts the jobs on the current runtime. They end with it.
pub fn start(app: web::Data<App>) {
    rt::spawn(async move {
        loop {
            rt::time::sleep(PAUSE).await;
            let app = app.clone();
            match web::block(move || collect::collect(&app)).await {
                Ok(Ok(0)) => {}
                Ok(Ok(removed)) => tracing::info!(removed, "collected artifacts that nobody refers to"),
                Ok(Err(error)) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "collecting artifacts failed")
                }
                Err(error) => tracing::error!(%error, "collecting artifacts panicked"),
            }
        }
    });
}
