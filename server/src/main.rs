//! The command line of the server.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use plimsoll_server::App;
use plimsoll_server::app::accounts;
use plimsoll_server::config::{Config, Flags};
use plimsoll_server::{export, http, jobs};
use tokio::signal::unix::{SignalKind, signal};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Plimsoll: a registry for plugins that decides how each may be loaded, and signs it.
#[derive(Parser)]
#[command(name = "plimsoll-server", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Options {
    /// The configuration file (TOML). `PLIMSOLL_SERVER_…` variables override it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the registry keeps its data.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address and port to listen at.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Run a demonstration, with sample packages, on this machine alone.
    #[arg(long, global = true)]
    demo: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the registry (the default).
    Serve,
    /// Make or update the tables of the database, and stop.
    Migrate,
    /// Read the configuration, print it without its secrets, and stop.
    CheckConfig,
    /// Print another token for the account admin, and stop: for when the first one is lost.
    AdminToken,
    /// Write the marketplace as files that any static host can serve, and stop. Files of Apps that are no longer offered are
    /// removed.
    ExportMarketplace {
        /// A directory, or `s3://<bucket>/<prefix>` with the credentials of the artifact store. It holds nothing else.
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
    /// Print the OpenAPI document, and stop.
    Openapi,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plimsoll-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Openapi = command {
        return print(&http::openapi::text());
    }
    let Options { config, data_dir, listen, demo } = cli.options;
    let config = Config::load(&Flags { config, data_dir, listen, demo })?;
    match command {
        Command::Serve => serve(config),
        Command::AdminToken => {
            let started = App::open_existing(config)?;
            let token = started.admin_token.map_or_else(|| accounts::recover_admin(&started.app), Ok)?;
            print(&format!("admin-token: {token}\n"))
        }
        Command::ExportMarketplace { to } => {
            let app = App::open_existing(config)?.app;
            print(&format!("{}\n", export::marketplace(&app, &to)?))
        }
        Command::Migrate => Ok(plimsoll_server::open_store(&config)?.migrate()?),
        Command::CheckConfig | Command::Openapi => print(&format!("{}\n", config.redacted())),
    }
}

/// Opens the registry. The first time, it prints the administrator's token, which is kept nowhere.
fn open(config: Config) -> Result<App, Failure> {
    let started = App::open(config)?;
    if let Some(token) = &started.admin_token {
        print(&format!("admin-token: {token}\n"))?;
    }
    Ok(started.app)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn serve(config: Config) -> Result<(), Failure> {
    plimsoll_server::telemetry::start(&config.log)?;
    // Listening comes first: if the address is taken, nothing is made and no token is printed.
    let listener = TcpListener::bind(config.listen).map_err(|error| format!("{}: {error}", config.listen))?;
    let demo = config.demo;
    // Where the system chose the port, it is known now.
    let app = open(Config { listen: listener.local_addr()?, ..config })?;
    if demo {
        print(&plimsoll_server::demo::prepare(&app, listener.local_addr()?)?)?;
    }
    let app = actix_web::web::Data::new(app);
    actix_web::rt::System::new().block_on(async {
        let (address, fingerprint) = (listener.local_addr()?, app.fingerprint());
        tracing::info!(%address, registry = app.registry(), %fingerprint, "listening");
        jobs::start(app.clone());
        let server = http::serve(app, listener)?;
        let handle = server.handle();
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        actix_web::rt::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("stopping: requests under way are finished first");
            handle.stop(true).await;
        });
        Ok(server.await?)
    })
}
