//! The log: one line for each event on standard error, as text or as JSON. Standard output is for results alone.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Starts logging. Panics are logged as well, with their place, inside the span of the request they failed.
///
/// Fails if the filter cannot be read, or a log was started before.
pub fn start(config: &LogConfig) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // A client that breaks HTTP itself is no error of ours, and cannot fill the log; who wants to see it names this target.
    let filter = EnvFilter::try_new(format!("actix_http::h1::dispatcher=off,{}", config.filter))?;
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match config.format {
        LogFormat::Text => log.try_init()?,
        LogFormat::Json => log.json().flatten_event(true).try_init()?,
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked: {}", panic.payload_as_str().unwrap_or("(no message)"));
    }));
    Ok(())
}
