//! Work that nobody asks for. Every server process does it; that they do it at the same time is harmless.

use std::time::Duration;

use actix_web::{rt, web};

use crate::App;
use crate::app::{self, collect};

/// How long after the start, and after each round, the next round begins.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Starts the jobs on the current runtime. They end with it.
pub fn start(app: web::Data<App>) {
    rt::spawn(async move {
        loop {
            rt::time::sleep(PAUSE).await;
            run(&app, "collected artifacts that nobody refers to", collect::collect).await;
            run(&app, "found artifacts without a record, to be collected in a day", collect::adopt).await;
        }
    });
}

/// Runs a job, and says in the log how many it `did`.
async fn run(app: &web::Data<App>, did: &'static str, job: fn(&App) -> app::Result<usize>) {
    let app = app.clone();
    match web::block(move || job(&app)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(count)) => tracing::info!(count, "{did}"),
        Ok(Err(error)) => {
            tracing::error!(job = did, error = &error as &dyn std::error::Error, "a job failed")
        }
        Err(error) => tracing::error!(job = did, %error, "a job panicked"),
    }
}
