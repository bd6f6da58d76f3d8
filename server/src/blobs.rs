//! The artifact store: bytes named by their digest, on the local disk or in an S3 bucket.
//!
//! Every call blocks, as those of the database do: call them on the blocking pool. Bytes never change, so writing the same
//! digest again is harmless, and no lock is needed.

mod parts;
mod reader;

use std::fs::{DirBuilder, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::future::ready;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{
    ClientOptions, Error, GetOptions, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt as _, Result,
    RetryConfig,
};
use plimsoll_core::Digest;
use plimsoll_core::wire::StoredArtifact;
use tokio::runtime::Runtime;

use self::parts::{Part, Parts};
pub use reader::Reader;

use crate::config::{BlobsConfig, Config};

/// Bytes that are sent to S3 at once: it takes no part below 5 MiB except the last.
const S3_PART_BYTES: usize = 8 * 1024 * 1024;

/// Bytes that are written to a local file at once.
const LOCAL_PART_BYTES: usize = 256 * 1024;

/// A write that began longer ago than this is not going on any more.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// The artifact store.
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The store's own threads: its connections outlive the requests that opened them. Everything runs inside, so that no
    /// bytes are buffered between two runtimes.
    runtime: Option<Runtime>,
    parts: Parts,
    part_bytes: usize,
    /// Where the files are, if the store is local.
    directory: Option<PathBuf>,
}

impl Blobs {
    /// Opens the store that the configuration names. A local directory is made if it is not there.
    pub fn open(config: &Config) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("blobs")
            .enable_all()
            .build()
            .map_err(|error| generic(error.into()))?;
        let url = config.blobs_url();
        let (store, directory): (Arc<dyn ObjectStore>, _) = match url.strip_prefix("file:") {
            Some(path) => {
                let directory = PathBuf::from(path);
                // Who may download what is decided above: nobody else of the machine looks in.
                let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
                made.map_err(|error| generic(error.into()))?;
                let local = LocalFileSystem::new_with_prefix(&directory)?.with_fsync(true);
                (Arc::new(local), Some(directory))
            }
            None => (s3(&url, &config.blobs)?, None),
        };
        let parts = Parts::new(config.concurrency.blob_parts);
        let part_bytes = if directory.is_some() { LOCAL_PART_BYTES } else { S3_PART_BYTES };
        Ok(Self { store, runtime: Some(runtime), parts, part_bytes, directory })
    }

    /// Stores the bytes of a file, from its beginning, under their digest, which the caller has checked. They are durable when
    /// this returns. What a bucket has already is not sent again.
    pub fn put_file(&self, digest: &Digest, file: &mut File) -> Result<()> {
        let read = |error: std::io::Error| generic(error.into());
        let size = file.metadata().map_err(read)?.len();
        // In a directory the bytes may be there, but not durably yet; a bucket shows only what it keeps.
        if self.directory.is_none() && self.size(digest)? == Some(size) {
            return Ok(());
        }
        file.seek(SeekFrom::Start(0)).map_err(read)?;
        let key = key(digest);
        self.block_on(async {
            if size <= self.part_bytes as u64 {
                let part = self.next_part(file).await?;
                return self.store.put(&key, Bytes::from(part).into()).await.map(drop);
            }
            let mut upload = self.store.put_multipart(&key).await?;
            match self.put_parts(upload.as_mut(), file).await {
                Ok(()) => Ok(()),
                Err(error) => {
                    // What is left behind costs space, not correctness; the first error is the one to tell.
                    if let Err(error) = upload.abort().await {
                        tracing::warn!(%error, "an upload to the artifact store could not be taken back");
                    }
                    Err(error)
                }
            }
        })
    }

    async fn put_parts(&self, upload: &mut dyn MultipartUpload, file: &mut File) -> Result<()> {
        loop {
            let part = self.next_part(file).await?;
            if part.buffer.is_empty() {
                break;
            }
            upload.put_part(Bytes::from(part).into()).await?;
        }
        upload.complete().await.map(drop)
    }

    /// The next part of a file; empty at its end.
    async fn next_part(&self, file: &mut File) -> Result<Part> {
        let mut part = self.parts.take().await.map_err(|error| generic(error.into()))?;
        part.buffer.reserve_exact(self.part_bytes);
        let read = file.take(self.part_bytes as u64).read_to_end(&mut part.buffer);
        read.map_err(|error| generic(error.into()))?;
        Ok(part)
    }

    /// The size of an artifact in bytes; `None` if it is not there.
    pub fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        match self.block_on(self.store.head(&key(digest))) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens an artifact for reading, from its beginning to its end.
    pub fn reader(&self, digest: &Digest) -> Result<Reader> {
        self.open_reader(digest, None)
    }

    /// Opens a part of an artifact for reading. The range is not empty and lies inside the artifact.
    pub fn range_reader(&self, digest: &Digest, range: Range<u64>) -> Result<Reader> {
        self.open_reader(digest, Some(range))
    }

    fn open_reader(&self, digest: &Digest, range: Option<Range<u64>>) -> Result<Reader> {
        let options = GetOptions::new().with_range(range);
        let result = self.block_on(self.store.get_opts(&key(digest), options))?;
        Reader::new(result, self.runtime().handle().clone())
    }

    /// Removes an artifact. It is no error if it is not there.
    pub fn delete(&self, digest: &Digest) -> Result<()> {
        match self.block_on(self.store.delete(&key(digest))) {
            Err(Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }

    /// The artifacts of one of the 256 parts of the store, those whose digests begin with this byte, that were written longer ago
    /// than `age`. In no order.
    pub fn older_than(&self, age: Duration, part: u8) -> Result<Vec<StoredArtifact>> {
        let before = SystemTime::now() - age;
        let prefix = Key::from_iter([ROOT, &format!("{part:02x}")]);
        let old = |meta: ObjectMeta| {
            let sha256 = meta.location.filename()?.parse().ok()?;
            (SystemTime::from(meta.last_modified) < before).then_some(StoredArtifact { sha256, size: meta.size })
        };
        let listed = self.store.list(Some(&prefix));
        self.block_on(listed.try_filter_map(|meta| ready(Ok(old(meta)))).try_collect())
    }

    /// Whether the store answers: lists what is never there. (Asking for one object would not tell a missing bucket.)
    pub fn ping(&self) -> Result<()> {
        self.block_on(self.store.list_with_delimiter(Some(&Key::from("ready")))).map(drop)
    }

    /// Removes what a crash left of local writes: files named `<digest>#<number>` that nobody has touched for an hour.
    /// An S3 bucket needs a lifecycle rule for unfinished multipart uploads instead.
    pub fn sweep(&self) -> std::io::Result<usize> {
        match &self.directory {
            Some(directory) => sweep(&directory.join(ROOT), SystemTime::now() - ABANDONED_AFTER),
            None => Ok(0),
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("the runtime is taken only when the store is dropped")
    }

    fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime().block_on(work)
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // A runtime must not wait for its threads inside another runtime, where the last owner of the store may be.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The first segment of every key: room for another digest algorithm beside it.
const ROOT: &str = "sha256";

/// `sha256/ab/ab12…`: no directory gets too many entries.
fn key(digest: &Digest) -> Key {
    let hex = digest.to_string();
    Key::from_iter([ROOT, &hex[..2], &hex])
}

/// The bucket of `s3://<bucket>/<prefix>`, with the credentials of a configuration.
pub(crate) fn s3(url: &str, config: &BlobsConfig) -> Result<Arc<dyn ObjectStore>> {
    let (bucket, prefix) =
        url.trim_start_matches("s3://").split_once('/').unwrap_or((url.trim_start_matches("s3://"), ""));
    let options = ClientOptions::new()
        .with_allow_http(config.allow_http)
        .with_connect_timeout(Duration::from_secs(5))
        .with_timeout(Duration::from_secs(120));
    let retry = RetryConfig { retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
    // The usual AWS_… variables are read first, so that instance roles work.
    let mut builder =
        AmazonS3Builder::from_env().with_bucket_name(bucket).with_client_options(options).with_retry(retry);
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &config.region {
        builder = builder.with_region(region);
    }
    if let Some(id) = &config.access_key_id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(secret) = &config.secret_access_key {
        builder = builder.with_secret_access_key(secret.reveal());
    }
    let store = builder.build()?;
    let prefix = prefix.trim_matches('/');
    Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) })
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Generic { store: "artifacts", source }
}

fn sweep(root: &Path, before: SystemTime) -> std::io::Result<usize> {
    let mut removed = 0;
    let directories = match std::fs::read_dir(root) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        directories => directories?,
    };
    for directory in directories {
        let directory = directory?.path();
        if !directory.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(directory)? {
            let file = file?;
            let unfinished = file.file_name().to_str().is_some_and(|name| {
                name.split_once('#').is_some_and(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
            });
            if unfinished && file.metadata()?.modified()? < before {
                std::fs::remove_file(file.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn blobs(data_dir: &Path) -> Blobs {
        Blobs::open(&Config { data_dir: data_dir.to_owned(), ..Config::default() }).expect("blobs")
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("file");
        file.write_all(bytes).expect("write");
        file
    }

    #[test]
    fn bytes_come_back_whole_and_in_parts() {
        let dir = tempfile::tempdir().expect("directory");
        let blobs = blobs(dir.path());
        for size in [1, LOCAL_PART_BYTES, LOCAL_PART_BYTES + 1, 2 * LOCAL_PART_BYTES + 7] {
            let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let digest = Digest::of(&bytes);
            assert_eq!(blobs.size(&digest).expect("size"), None);
            for _ in 0..2 {
                blobs.put_file(&digest, &mut file(&bytes)).expect("put");
            }
            assert_eq!(blobs.size(&digest).expect("size"), Some(size as u64));
            let mut back = Vec::new();
            blobs.reader(&digest).expect("reader").read_to_end(&mut back).expect("read");
            assert!(back == bytes, "{size} bytes");
            let (start, end) = (size / 2, size);
            let mut part = Vec::new();
            let reader = blobs.range_reader(&digest, start as u64..end as u64);
            reader.expect("reader").read_to_end(&mut part).expect("read");
            assert!(part == bytes[start..end], "the second half of {size} bytes");
            blobs.delete(&digest).expect("delete");
            blobs.delete(&digest).expect("delete what is gone");
            assert!(matches!(blobs.reader(&digest), Err(Error::NotFound { .. })));
        }
        blobs.ping().expect("ping");
    }

    #[test]
    fn a_bucket_is_not_sent_again_what_it_has() {
        let dir = tempfile::tempdir().expect("directory");
        let mut blobs = blobs(dir.path());
        (blobs.store, blobs.directory) = (Arc::new(object_store::memory::InMemory::new()), None);
        let digest = Digest::of("the name is all that counts here");
        let back = |sent: &str| {
            blobs.put_file(&digest, &mut file(sent.as_bytes())).expect("put");
            let mut back = String::new();
            blobs.reader(&digest).expect("reader").read_to_string(&mut back).expect("read");
            back
        };
        assert_eq!((back("first"), back("again")), ("first".to_owned(), "first".to_owned()));
        assert_eq!(back("of another size"), "of another size", "what was left half-way is replaced");
    }

    #[test]
    fn only_old_leftovers_are_swept() {
        let dir = tempfile::tempdir().expect("directory");
        let inside = dir.path().join("ab");
        std::fs::create_dir_all(&inside).expect("directory");
        for name in ["ab12", "ab12#1", "ab12#x"] {
            std::fs::write(inside.join(name), "x").expect("file");
        }
        let now = SystemTime::now();
        assert_eq!(sweep(dir.path(), now - ABANDONED_AFTER).expect("sweep"), 0);
        assert_eq!(sweep(dir.path(), now + ABANDONED_AFTER).expect("sweep"), 1);
        assert!(inside.join("ab12").exists() && inside.join("ab12#x").exists());
    }
}
