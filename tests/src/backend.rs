//! What a registry keeps its data in.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::signer::Signer as _;
use object_store::{Attribute, ObjectStore as _, ObjectStoreExt as _};
use plimsoll_server::config::{BlobsConfig, Config, DatabaseConfig};
use plimsoll_store::testing::{Postgres, REQUIRE_BACKENDS};
use serde_json::json;

/// What a registry keeps its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite and local files: everywhere.
    Embedded,
    /// PostgreSQL, where `initdb` is installed, and S3, where `PLIMSOLL_TEST_S3_ENDPOINT` names one; else local files.
    ScaledOut,
}

impl Backend {
    /// Whether it can be used here. If not, that was said once, on standard error.
    pub fn is_there(self) -> bool {
        match self {
            Self::Embedded => true,
            Self::ScaledOut => {
                bucket();
                postgres().is_some()
            }
        }
    }

    /// Fresh places for one registry.
    pub(crate) fn storage(self) -> Storage {
        self.place(Postgres::database)
    }

    /// As [`Backend::storage`], without any table yet.
    pub(crate) fn untouched_storage(self) -> Storage {
        self.place(Postgres::empty_database)
    }

    fn place(self, database: impl FnOnce(&Postgres) -> String) -> Storage {
        match self {
            Self::Embedded => Storage::default(),
            Self::ScaledOut => Storage {
                database: Some(database(postgres().expect("asked before by is_there"))),
                objects: bucket().map(|bucket| bucket.place()),
            },
        }
    }
}

/// Where one registry keeps its data, beside its data directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storage {
    database: Option<String>,
    objects: Option<BlobsConfig>,
}

impl Storage {
    pub(crate) fn configure(&self, config: &mut Config) {
        if let Some(url) = &self.database {
            let url = serde_json::from_value(json!(url)).expect("a URL");
            config.database = DatabaseConfig { url: Some(url), connections: Some(4) };
        }
        if let Some(objects) = &self.objects {
            config.blobs = objects.clone();
        }
    }

    /// The same for a process of its own.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = self.database.iter().map(|url| ("PLIMSOLL_SERVER_DATABASE__URL", url.clone())).collect();
        if let Some(BlobsConfig { url, endpoint, region, access_key_id, secret_access_key, .. }) = &self.objects {
            all.extend([
                ("PLIMSOLL_SERVER_BLOBS__URL", url.clone().expect("made below")),
                ("PLIMSOLL_SERVER_BLOBS__ENDPOINT", endpoint.clone().expect("made below")),
                ("PLIMSOLL_SERVER_BLOBS__REGION", region.clone().expect("made below")),
                ("PLIMSOLL_SERVER_BLOBS__ACCESS_KEY_ID", access_key_id.clone().expect("made below")),
                (
                    "PLIMSOLL_SERVER_BLOBS__SECRET_ACCESS_KEY",
                    secret_access_key.as_ref().expect("made below").reveal().to_owned(),
                ),
                ("PLIMSOLL_SERVER_BLOBS__ALLOW_HTTP", "true".to_owned()),
            ]);
        }
        all
    }
}

fn postgres() -> Option<&'static Postgres> {
    static POSTGRES: OnceLock<Option<Postgres>> = OnceLock::new();
    POSTGRES.get_or_init(Postgres::start).as_ref()
}

/// A bucket of this run.
struct Bucket {
    endpoint: String,
    access_key: String,
    secret_key: String,
    name: String,
    places: AtomicU32,
}

const REGION: &str = "us-east-1";

fn bucket() -> Option<&'static Bucket> {
    static BUCKET: OnceLock<Option<Bucket>> = OnceLock::new();
    BUCKET
        .get_or_init(|| {
            let bucket = Bucket::of_environment();
            if bucket.is_none() {
                assert!(
                    std::env::var(REQUIRE_BACKENDS).as_deref() != Ok("1"),
                    "S3 is required by {REQUIRE_BACKENDS}, but PLIMSOLL_TEST_S3_ENDPOINT is not set: see tests/rgw.sh"
                );
                // Not by `eprintln!`, which the test runner keeps to itself.
                let _ = writeln!(std::io::stderr(), "skipped: S3 (PLIMSOLL_TEST_S3_ENDPOINT is not set)");
            }
            bucket
        })
        .as_ref()
}

impl Bucket {
    fn of_environment() -> Option<Self> {
        let variable = |name: &str| std::env::var(format!("PLIMSOLL_TEST_S3_{name}")).ok();
        let bucket = Self {
            endpoint: variable("ENDPOINT")?,
            access_key: variable("ACCESS_KEY").expect("PLIMSOLL_TEST_S3_ACCESS_KEY goes with the endpoint"),
            secret_key: variable("SECRET_KEY").expect("PLIMSOLL_TEST_S3_SECRET_KEY goes with the endpoint"),
            name: format!("plimsoll-test-{}", std::process::id()),
            places: AtomicU32::new(0),
        };
        bucket.create();
        Some(bucket)
    }

    fn store(&self) -> AmazonS3 {
        AmazonS3Builder::new()
            .with_endpoint(&self.endpoint)
            .with_allow_http(true)
            .with_region(REGION)
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(&self.secret_key)
            .with_bucket_name(&self.name)
            .build()
            .expect("a store")
    }

    fn create(&self) {
        let bucket = Key::default();
        let store = self.store();
        let signed = store.signed_url(ureq::http::Method::PUT, &bucket, Duration::from_secs(60));
        let url = runtime().block_on(signed).expect("a signed URL");
        ureq::put(url.as_str()).send_empty().expect("the bucket is made");
    }

    fn place(&self) -> BlobsConfig {
        let place = self.places.fetch_add(1, Ordering::Relaxed);
        BlobsConfig {
            url: Some(format!("s3://{}/registry-{place}", self.name)),
            endpoint: Some(self.endpoint.clone()),
            region: Some(REGION.to_owned()),
            access_key_id: Some(self.access_key.clone()),
            secret_access_key: Some(serde_json::from_value(json!(self.secret_key)).expect("a secret")),
            allow_http: true,
        }
    }
}

/// A place in the bucket of this run, beside those where registries keep their artifacts.
pub struct Objects {
    url: String,
    store: PrefixStore<AmazonS3>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: Option<String>,
    /// How long caches may keep it.
    pub cache_control: Option<String>,
}

impl Objects {
    /// An empty one; `None` where there is no S3.
    pub fn empty() -> Option<Self> {
        let bucket = bucket()?;
        let prefix = format!("objects-{}", bucket.places.fetch_add(1, Ordering::Relaxed));
        let url = format!("s3://{}/{prefix}", bucket.name);
        Some(Self { url, store: PrefixStore::new(bucket.store(), prefix) })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is there, by name.
    pub fn all(&self) -> BTreeMap<String, Object> {
        runtime().block_on(async {
            let found: Vec<_> = self.store.list(None).try_collect().await.expect("a list");
            let mut all = BTreeMap::new();
            for meta in found {
                let got = self.store.get(&meta.location).await.expect("an object");
                let attribute = |name| got.attributes.get(&name).map(|value| value.as_ref().to_owned());
                let (media_type, cache_control) =
                    (attribute(Attribute::ContentType), attribute(Attribute::CacheControl));
                let bytes = got.bytes().await.expect("its bytes").to_vec();
                all.insert(meta.location.to_string(), Object { bytes, media_type, cache_control });
            }
            all
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
