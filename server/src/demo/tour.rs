//! What the demonstration prints: what there is, tokens, and commands that work as they are printed, in their order.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use plimsoll_core::access::TokenScope;
use plimsoll_core::page::PageSize;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::{State, manifest, wire};

use super::cast::{self, ACME, ADMIN, OPERATOR, PUBLISHERS, REVIEWER, TOKEN_DAYS};
use super::samples::SAMPLES;
use super::{DemoError, word};
use crate::App;
use crate::app::{packages, publishers, review};

/// Writes the tour, with new tokens.
pub(super) fn write(app: &App, address: SocketAddr) -> Result<String, DemoError> {
    let data_dir = std::path::absolute(&app.config.data_dir)
        .map_err(|source| DemoError::File { path: app.config.data_dir.clone(), source })?;
    let waiting = review::queue(app, &cast::caller(app, REVIEWER)?, PageSize::default(), None)?.items;
    let url = format!("http://{address}");
    let mut text = format!(
        "\nPlimsoll demonstration at {url}\n\n  registry     {}\n  fingerprint  {}\n  data         {} (remove it to begin anew)\n",
        app.registry(),
        app.keys[0].key_id,
        data_dir.display(),
    );
    text.push_str(&there_is(app)?);
    text.push_str(&set_up(app, &url, &data_dir)?);
    text.push_str(&look(&url));
    text.push_str(INSTALL);
    text.push_str(&decide(&waiting));
    text.push_str(UPDATE);
    text.push_str(&publish(app, &data_dir));
    text.push_str("\n\nStop the registry with Ctrl-C. Started again, it goes on with what is there.\n");
    Ok(text)
}

/// The publishers and the samples, as they are by now.
fn there_is(app: &App) -> Result<String, DemoError> {
    let admin = cast::caller(app, ADMIN)?;
    let mut text = "\nPublishers\n".to_owned();
    for publisher in PUBLISHERS {
        let found = publishers::get(app, &admin, &word(publisher.name))?;
        line(&mut text, &format!("{:<11}{:<12}{}.*", publisher.name, found.level.as_str(), publisher.prefix));
    }
    text.push_str("\nSamples\n");
    for sample in &SAMPLES {
        let manifest = manifest::parse(sample.manifest.as_bytes()).expect("what was published has a manifest");
        let version = packages::version(app, &admin, &manifest.id, &manifest.version)?;
        let status = version.availability.status;
        let state = match version.state {
            State::Approved if status != AvailabilityWord::Live => status.as_str(),
            state => state.as_str(),
        };
        line(
            &mut text,
            &format!(
                "{:<32}{:<8}{:<8}{:<16}{state}",
                version.package.as_str(),
                version.version.to_string(),
                version.r#type.as_str(),
                version.tier.as_str()
            ),
        );
    }
    Ok(text)
}

fn line(text: &mut String, line: &str) {
    _ = writeln!(text, "  {}", line.trim_end());
}

fn set_up(app: &App, url: &str, data_dir: &Path) -> Result<String, DemoError> {
    use TokenScope::{Manage, Operate, Publish, Read, Review};
    let operator = cast::token(app, OPERATOR, &[Read, Operate])?;
    let reviewer = cast::token(app, REVIEWER, &[Read, Review])?;
    let publisher = cast::token(app, ACME.account, &[Read, Publish, Manage])?;
    Ok(format!(
        r#"
Try next, in another shell, from the root of the repository

  # Once for the shell: the command line, a home of its own for it, tokens (good for {TOKEN_DAYS} days), whom to trust,
  # and what the host is that packages are installed for.
  cargo build --release -p plimsoll-cli
  plimsoll() {{ cargo run --quiet --release -p plimsoll-cli -- "$@"; }}
  export PLIMSOLL_HOME={home} PLIMSOLL_REGISTRY={url}
  OPERATOR={operator}
  REVIEWER={reviewer}
  PUBLISHER={publisher}
  plimsoll trust add {url} --fingerprint {fingerprint}
  mkdir -p "$PLIMSOLL_HOME/envs/default"
  echo '{{"host": {{"protocol": "17.0.0"}}}}' > "$PLIMSOLL_HOME/envs/default/settings.json"
"#,
        home = quoted(&data_dir.join("client-home")),
        fingerprint = app.keys[0].key_id,
    ))
}

fn look(url: &str) -> String {
    format!(
        r#"
  # Anyone sees the Apps. Contributions (plugins, themes, drivers) are for accounts alone.
  curl -s {url}/v1/catalogs/apps
  plimsoll search notes
  export PLIMSOLL_TOKEN=$OPERATOR
  plimsoll search --catalog contributions
  plimsoll info com.acme.fx-rates
"#
    )
}

const INSTALL: &str = r#"
  # Install. Without the flags you are asked; nothing is granted that you did not say yes to.
  plimsoll resolve com.acme.crm
  plimsoll install com.acme.crm --yes --accept-tier sandbox --accept services:object --accept hooks:record.beforeInsert
  plimsoll install com.acme.fx-rates --yes --accept-tier out-of-process --accept services:object --accept network:rates.acme.example
  plimsoll list
  plimsoll verify
"#;

/// The decisions that the samples leave to the reader of the tour.
fn decide(waiting: &[wire::Version]) -> String {
    let mut text = "\n  # Review what the gate held. Nobody reviews for a publisher that they belong to.\n".to_owned();
    line(&mut text, "export PLIMSOLL_TOKEN=$REVIEWER");
    line(&mut text, "plimsoll review list");
    for version in waiting {
        let reference = format!("{}@{}", version.package, version.version);
        match (version.package.as_str(), version.report_sha256) {
            ("org.example.mail-merge", _) => {
                line(&mut text, &format!("plimsoll review show {reference}"));
                line(&mut text, &format!("plimsoll review reject {reference} --reason 'It reads every secret.'"));
            }
            ("com.acme.fx-rates", Some(report)) => {
                line(&mut text, &format!("plimsoll review show {reference}"));
                line(
                    &mut text,
                    &format!("plimsoll review approve {reference} --sha256 {} --report {report}", version.sha256),
                );
            }
            _ => {}
        }
    }
    text
}

const UPDATE: &str = r#"
  # The approved update asks for one more host: it waits for your consent (exit code 12), and the installed version stays.
  export PLIMSOLL_TOKEN=$OPERATOR
  plimsoll update </dev/null
  plimsoll update --yes --accept-tier out-of-process --accept network:history.acme.example
  plimsoll list
"#;

fn publish(app: &App, data_dir: &Path) -> String {
    let key = cast::key_path(app, &ACME);
    let key = data_dir.join(key.strip_prefix(&app.config.data_dir).unwrap_or(&key));
    format!(
        r#"
  # Publish as acme. What is private and raises no question is approved at once.
  export PLIMSOLL_TOKEN=$PUBLISHER
  plimsoll pack docs/quickstart/hello -o "$PLIMSOLL_HOME/hello.osplugin"
  plimsoll sign "$PLIMSOLL_HOME/hello.osplugin" --key {key} --key-id {key_id} --publisher {publisher}
  plimsoll check "$PLIMSOLL_HOME/hello.osplugin" --level trusted
  plimsoll publish "$PLIMSOLL_HOME/hello.osplugin" --publisher {publisher}
  plimsoll info com.acme.hello@1.0.0"#,
        key = quoted(&key),
        key_id = ACME.key_id,
        publisher = ACME.name,
    )
}

/// A path as one word of a POSIX shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
