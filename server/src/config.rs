//! The configuration: defaults, then a TOML file, then `PLIMSOLL_SERVER_…` variables, then flags. Unknown keys are refused.

mod proxy;
mod secret;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use plimsoll_core::{Limits, quote};

pub use proxy::ProxyNetwork;
pub use secret::{Secret, SecretUrl};

/// Prefix of the environment variables. `__` separates levels: `PLIMSOLL_SERVER_DATABASE__URL`.
pub const ENV_PREFIX: &str = "PLIMSOLL_SERVER_";

/// Keys whose variables are texts as they stand. Others are read as TOML values are, which would take a secret of digits for a
/// number.
const OPAQUE: [&str; 3] = ["database.url", "blobs.access_key_id", "blobs.secret_access_key"];

/// Every setting of the server. `deploy/*.toml` documents each.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen at.
    pub listen: SocketAddr,
    /// The address at which people and their browsers reach the registry; by default `http://` and `listen`.
    pub public_url: Option<String>,
    /// The proxies whose `X-Forwarded-For` is believed; by default nobody's.
    pub trusted_proxies: Vec<ProxyNetwork>,
    /// Where the registry key, the spool and, by default, the database and the artifacts lie.
    pub data_dir: PathBuf,
    /// The origin string that every statement names; by default derived from the registry's key. It never changes.
    pub registry: Option<String>,
    /// The registry's private key, Ed25519 in PKCS#8 PEM; by default `registry-key.pem` in `data_dir`, made at the first start.
    pub key_file: Option<PathBuf>,
    /// Threads that answer requests; by default one for each processor.
    pub workers: Option<usize>,
    /// The database.
    pub database: DatabaseConfig,
    /// The artifact store.
    pub blobs: BlobsConfig,
    /// The limits, named as the discovery document names them.
    pub limits: Limits,
    /// How much one account may keep without using it, and one publisher in all.
    pub quotas: Quotas,
    /// How many at once.
    pub concurrency: Concurrency,
    /// How long at most.
    pub timeouts: Timeouts,
    /// The log.
    pub log: LogConfig,
    /// Whether this is a demonstration. Set by the flag alone.
    #[serde(skip)]
    pub demo: bool,
}

/// The database.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:<path>` or `postgres://…`; by default `sqlite:<data_dir>/plimsoll.sqlite`.
    pub url: Option<SecretUrl>,
    /// Connections that are kept; by default 8.
    pub connections: Option<u32>,
}

/// The artifact store.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlobsConfig {
    /// `file:<path>` or `s3://<bucket>/<prefix>`; by default `file:<data_dir>/blobs`.
    pub url: Option<String>,
    /// The address of the S3 interface, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// The S3 region.
    pub region: Option<String>,
    /// The S3 access key.
    pub access_key_id: Option<String>,
    /// The S3 secret.
    pub secret_access_key: Option<Secret>,
    /// Whether the endpoint may be plain http.
    pub allow_http: bool,
}

/// How much one account may keep that no version refers to: what was uploaded and not published, or refused. It is
/// collected a day after its upload. And how much one publisher may keep that versions refer to, for good.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// Artifacts. Whoever has them is answered with 429.
    pub unused_uploads: u64,
    /// Their bytes. Uploads under way come on top: at most `uploads_per_account` of the largest size.
    pub unused_upload_bytes: u64,
    /// Bytes of the artifacts of all versions of one publisher. A version with more is answered with 409.
    pub publisher_bytes: u64,
}

/// How many at once, in one server process.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Concurrency {
    /// Open connections; fewer where the system allows too few open files. One network address keeps a quarter of them open
    /// at most: any more are closed after an answer.
    pub connections: usize,
    /// Bytes of answers on their way, over all those larger than 64 KiB; artifacts and other files count 256 KiB, whatever
    /// their size. A quarter of it for one network address. More is answered with 503.
    pub answer_bytes: u64,
    /// Uploads. One more waits for a moment, and is then answered with 429.
    pub uploads: usize,
    /// Uploads of one account. One more waits as well.
    pub uploads_per_account: usize,
    /// Examinations of artifacts, which publishing and reviewing begin with. One more waits for a moment, and is then answered
    /// with 429.
    pub examinations: usize,
    /// Examinations for one account. One more waits as well.
    pub examinations_per_account: usize,
    /// Buffers for bytes on their way to the artifact store, over all uploads: of 8 MiB for S3, of 256 KiB for files.
    pub blob_parts: usize,
}

/// How long at most, in seconds.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// Until the head of a request is there.
    pub head_seconds: u64,
    /// Between two pieces of a body.
    pub body_chunk_seconds: u64,
    /// Until a JSON body is there; and how long a client may take nothing of an answer (on Linux).
    pub body_seconds: u64,
    /// Until an artifact is there.
    pub upload_seconds: u64,
    /// Beside these times: how many bytes of a body have to come in each second, on average, and of an answer larger than
    /// 64 KiB have to be taken. It is not looked at in the first `body_chunk_seconds`.
    pub body_bytes_per_second: u64,
    /// For which an idle connection is kept.
    pub keep_alive_seconds: u64,
    /// For requests under way when the server is told to stop.
    pub shutdown_seconds: u64,
}

/// The log, on standard error.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `text` or `json`.
    pub format: LogFormat,
    /// What is logged, as `tracing` filters are written, such as `info` or `info,plimsoll_server=debug`.
    pub filter: String,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What the command line says; each wins over file and environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The TOML file.
    pub config: Option<PathBuf>,
    /// `data_dir`
    pub data_dir: Option<PathBuf>,
    /// `listen`
    pub listen: Option<SocketAddr>,
    /// A demonstration.
    pub demo: bool,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value cannot be read, or a key is unknown.
    #[error("the configuration is not valid: {0}")]
    Invalid(Box<figment::Error>),
    /// The file is not there.
    #[error("there is no configuration file at {}", .0.display())]
    FileMissing(PathBuf),
    /// A value has a wrong form, or does not go with another.
    #[error("{key}: {reason}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong, and what would be right.
        reason: String,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7700)),
            public_url: None,
            trusted_proxies: Vec::new(),
            data_dir: PathBuf::from("data"),
            registry: None,
            key_file: None,
            workers: None,
            database: DatabaseConfig::default(),
            blobs: BlobsConfig::default(),
            limits: Limits::default(),
            quotas: Quotas::default(),
            concurrency: Concurrency::default(),
            timeouts: Timeouts::default(),
            log: LogConfig::default(),
            demo: false,
        }
    }
}

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            connections: 10_000,
            answer_bytes: 256 * 1024 * 1024,
            uploads: 64,
            uploads_per_account: 8,
            examinations: 4,
            examinations_per_account: 2,
            blob_parts: 6,
        }
    }
}

impl Default for Quotas {
    fn default() -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self { unused_uploads: 1000, unused_upload_bytes: 2 * GIB, publisher_bytes: 20 * GIB }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head_seconds: 10,
            body_chunk_seconds: 10,
            body_seconds: 30,
            upload_seconds: 3600,
            body_bytes_per_second: 16 * 1024,
            keep_alive_seconds: 75,
            shutdown_seconds: 20,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

impl Config {
    /// Reads the configuration and checks what one value alone cannot tell.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if flags.demo {
            // A line for each request would bury the tour.
            let defaults = [("data_dir", "demo-data"), ("registry", DEMO_REGISTRY), ("log.filter", "warn")];
            figment = defaults
                .into_iter()
                .fold(figment, |figment, (key, value)| figment.merge(Serialized::default(key, value)));
        }
        if let Some(file) = &flags.config {
            if !file.is_file() {
                return Err(ConfigError::FileMissing(file.clone()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let variables = || Env::prefixed(ENV_PREFIX).split("__");
        figment = figment.merge(variables().ignore(&OPAQUE));
        for (key, value) in variables().only(&OPAQUE).iter() {
            figment = figment.merge(Serialized::default(key.as_str(), value));
        }
        if let Some(data_dir) = &flags.data_dir {
            figment = figment.merge(("data_dir", data_dir));
        }
        if let Some(listen) = flags.listen {
            figment = figment.merge(("listen", listen));
        }
        let mut config: Self = figment.extract().map_err(|error| ConfigError::Invalid(Box::new(error)))?;
        config.demo = flags.demo;
        config.check()?;
        Ok(config)
    }

    /// The address at which people reach the registry, without a path, with its default filled in.
    pub fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| match self.listen.ip().is_unspecified() {
            // Every address of the machine: this one is certain.
            true => format!("http://127.0.0.1:{}", self.listen.port()),
            false => format!("http://{}", self.listen),
        })
    }

    /// The database's address, with its default filled in.
    pub fn database_url(&self) -> String {
        match &self.database.url {
            Some(url) => url.reveal().to_owned(),
            None => format!("sqlite:{}", self.data_dir.join("plimsoll.sqlite").display()),
        }
    }

    /// The artifact store's address, with its default filled in.
    pub fn blobs_url(&self) -> String {
        self.blobs.url.clone().unwrap_or_else(|| format!("file:{}", self.data_dir.join("blobs").display()))
    }

    /// The file of the registry's key.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data_dir.join("registry-key.pem"))
    }

    /// The configuration in TOML terms, with secrets left out.
    pub fn redacted(&self) -> String {
        serde_json::to_string_pretty(self).expect("a configuration is plain data")
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |key, reason: String| Err(ConfigError::Value { key, reason });
        if let Some(registry) = &self.registry
            && !is_origin(registry)
        {
            return refuse(
                "registry",
                format!("{} is not an origin: use a name such as plugins.example.org", quote(registry)),
            );
        }
        if let Some(url) = &self.public_url
            && !is_public_url(url)
        {
            let right = "use an address such as https://plugins.example.org, without a path; http on loopback only";
            return refuse("public_url", format!("{} cannot be it: {right}", quote(url)));
        }
        let database = self.database_url();
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme)) {
            return refuse("database.url", "use sqlite:<path> or postgres://<user>@<host>/<database>".to_owned());
        }
        let blobs = self.blobs_url();
        if !blobs.starts_with("file:") && !blobs.starts_with("s3://") {
            return refuse("blobs.url", "use file:<path> or s3://<bucket>/<prefix>".to_owned());
        }
        let Concurrency {
            connections,
            answer_bytes,
            uploads,
            uploads_per_account,
            examinations,
            examinations_per_account,
            blob_parts,
        } = self.concurrency;
        let numbers = [connections, uploads, uploads_per_account, examinations, examinations_per_account, blob_parts];
        if numbers.contains(&0) {
            return refuse("concurrency", "each of its numbers is at least 1".to_owned());
        }
        if answer_bytes < 1024 * 1024 {
            return refuse("concurrency.answer_bytes", "use at least 1048576".to_owned());
        }
        let Quotas { unused_uploads, unused_upload_bytes, publisher_bytes } = self.quotas;
        if unused_uploads == 0 || unused_upload_bytes.min(publisher_bytes) < self.limits.artifact_bytes {
            let least = "use at least 1 for unused_uploads, and for unused_upload_bytes and publisher_bytes at least the bytes \
                         of the largest artifact (limits.artifactBytes)";
            return refuse("quotas", least.to_owned());
        }
        if self.workers == Some(0) {
            return refuse("workers", "use at least 1".to_owned());
        }
        if self.demo {
            return self.check_demo(&database, &blobs);
        }
        if self.data_dir.join(DEMO_MARK).is_file() {
            return refuse("data_dir", "is a demonstration's: start it with --demo, or name another".to_owned());
        }
        Ok(())
    }

    /// A demonstration has known content and prints its tokens: it must not be taken for, or get into, a real registry.
    fn check_demo(&self, database: &str, blobs: &str) -> Result<(), ConfigError> {
        let refuse = |key, reason: &str| Err(ConfigError::Value { key, reason: format!("--demo {reason}") });
        if !self.listen.ip().is_loopback() {
            return refuse("listen", "answers on a loopback address only, such as 127.0.0.1:7700");
        }
        if !database.starts_with("sqlite:") {
            return refuse("database.url", "runs on SQLite only");
        }
        if !blobs.starts_with("file:") {
            return refuse("blobs.url", "keeps artifacts in local files only");
        }
        if self.registry.as_deref() != Some(DEMO_REGISTRY) {
            return refuse("registry", "is always called demo.invalid: leave the key out");
        }
        if self.database.url.is_some() || self.blobs.url.is_some() || self.key_file.is_some() {
            return refuse(
                "data_dir",
                "keeps everything in its own data directory: leave out database.url, blobs.url and key_file",
            );
        }
        if is_foreign(&self.data_dir) {
            return refuse(
                "data_dir",
                "uses a data directory of its own: name an empty one, or one that a demonstration made",
            );
        }
        Ok(())
    }
}

/// The origin of every demonstration; `.invalid` never resolves (RFC 2606).
pub const DEMO_REGISTRY: &str = "demo.invalid";

/// The file that marks a data directory as a demonstration's.
pub const DEMO_MARK: &str = "demo";

/// Whether a directory has content that no demonstration made. An unfinished mark is what a start left that was interrupted.
fn is_foreign(data_dir: &Path) -> bool {
    let unfinished = Path::new(DEMO_MARK).with_extension("new");
    let other = |entry: std::io::Result<std::fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() != *unfinished);
    let has_content = std::fs::read_dir(data_dir).is_ok_and(|mut entries| entries.any(other));
    has_content && !data_dir.join(DEMO_MARK).is_file()
}

/// Lower-case words of letters, digits and hyphens, joined by dots, with an optional port: at most 253 bytes.
fn is_origin(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    text.len() <= 253 && host.split('.').all(word) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// An origin, as browsers write it: scheme, host, and a port that is not the scheme's own. People sign in there, so plain http
/// is for loopback alone.
fn is_public_url(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let is_loopback = match url.host() {
        Some(url::Host::Domain(domain)) => domain == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    scheme && url.origin().ascii_serialization() == text
}

#[cfg(test)]
mod tests;
