//! The marketplace as files, which any static host can serve to runtimes: the same bytes as the routes send.
//!
//! `packages.json`, `packages/{id}.json` and `packages/{id}/versions/{number,latest}/manifest.json`. Icons stay at the registry.
//! A file is replaced as a whole or not at all. An App's own files are written before the list names it, and removed after
//! the list does not.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{
    Attribute, AttributeValue, Attributes, Error as StoreError, ObjectStore, ObjectStoreExt as _, PutOptions,
};
use plimsoll_core::access::Actor;
use plimsoll_core::quote;
use tokio::runtime::Runtime;

use crate::app::Caller;
use crate::app::marketplace::{self, Detail, Pick};
use crate::http::objectstack::marketplace::{File, detail_file, list_file, manifest_file};
use crate::{App, app, blobs};

/// Marks a place as one of a registry's exported files, and says of which registry.
const MARK: &str = ".plimsoll-marketplace";
/// Where the files of Apps are. Whatever else is there is removed.
const APPS: &str = "packages";

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files that are new or have changed.
    pub written: usize,
    /// Files that were there already, with the same bytes.
    pub unchanged: usize,
    /// Files that are gone.
    pub removed: usize,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "written: {}, unchanged: {}, removed: {}", self.written, self.unchanged, self.removed)
    }
}

/// Why the marketplace was not exported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// What is there is not this registry's, and would be replaced or removed.
    #[error("{} holds other files: name a place that is empty, or one that this registry was exported to before", quote(.0))]
    Occupied(String),
    /// The registry cannot be read.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The place cannot be written.
    #[error("the marketplace cannot be written: {0}")]
    Place(#[from] StoreError),
    /// The directory cannot be made.
    #[error("{}: {source}", quote(place))]
    Directory {
        /// Which.
        place: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Writes the files to a directory or to `s3://<bucket>/<prefix>`. Blocks: call it outside of any asynchronous runtime.
pub fn marketplace(app: &App, to: &str) -> Result<Exported, ExportError> {
    let mut place = Place::open(app, to)?;
    let mut offers = marketplace::all(app)?;
    for offer in std::mem::take(&mut offers.items) {
        match marketplace::detail(app, &offer.entry.package) {
            // All of it was taken back meanwhile: the list does not name what has no page.
            Err(app::Error::NotFound(_)) => offers.total = offers.total.saturating_sub(1),
            detail => {
                write_app(app, &mut place, &detail?)?;
                offers.items.push(offer);
            }
        }
    }
    place.put(Key::from("packages.json"), &list_file(&offers, offers.items.len(), 0))?;
    place.remove_the_rest()?;
    Ok(place.done)
}

fn write_app(app: &App, place: &mut Place, detail: &Detail) -> Result<(), ExportError> {
    let id = &detail.offer.entry.package;
    if id.as_str().ends_with(".json") {
        // Its directory could have the name of another App's file. A runtime asks the registry itself for what is not here.
        return Ok(());
    }
    let anyone = Caller::new(Actor::Anonymous, String::new());
    let exact = detail.versions.iter().map(|record| Pick::Exact(record.version.clone()));
    for pick in exact.chain([Pick::Latest]) {
        let number = match &pick {
            Pick::Latest => "latest".to_owned(),
            Pick::Exact(number) => number.to_string(),
        };
        let installable = match marketplace::installable(app, &anyone, id, &pick) {
            // Not everyone may have its code, and a static host shows what it has to everyone.
            Err(app::Error::Denied(_)) => continue,
            // It was taken back meanwhile; the App and its other versions stay.
            Err(app::Error::NotFound(_)) => continue,
            found => found?,
        };
        let file = manifest_file(app, installable)?;
        place.put(Key::from(format!("{APPS}/{id}/versions/{number}/manifest.json")), &file)?;
    }
    place.put(Key::from(format!("{APPS}/{id}.json")), &detail_file(detail))
}

/// Where the files go.
struct Place {
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
    /// Whether the store keeps media types; a directory does not.
    typed: bool,
    /// What belongs there.
    kept: BTreeSet<Key>,
    done: Exported,
}

impl Place {
    fn open(app: &App, to: &str) -> Result<Self, ExportError> {
        let directory = |source| ExportError::Directory { place: to.to_owned(), source };
        let typed = to.starts_with("s3://");
        let store: Arc<dyn ObjectStore> = if typed {
            blobs::s3(to, &app.config.blobs)?
        } else {
            std::fs::create_dir_all(to).map_err(directory)?;
            Arc::new(LocalFileSystem::new_with_prefix(to)?.with_fsync(true).with_automatic_cleanup(true))
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(directory)?;
        let place = Self { store, runtime, typed, kept: BTreeSet::new(), done: Exported::default() };
        if place.mark(&format!("{} {}", app.registry(), app.fingerprint()))? {
            Ok(place)
        } else {
            Err(ExportError::Occupied(to.to_owned()))
        }
    }

    /// Marks an empty place as a registry's; `false` if it is somebody else's.
    fn mark(&self, registry: &str) -> Result<bool, StoreError> {
        let mark = Key::from(MARK);
        let text = format!("The marketplace of the registry {registry}, made and removed by plimsoll-server.\n");
        self.runtime.block_on(async {
            match self.store.get(&mark).await {
                Ok(found) => Ok(found.bytes().await? == text.as_bytes()),
                Err(StoreError::NotFound { .. }) if self.store.list(None).try_next().await?.is_some() => Ok(false),
                Err(StoreError::NotFound { .. }) => self.store.put(&mark, text.into()).await.map(|_| true),
                Err(error) => Err(error),
            }
        })
    }

    /// Writes a file, unless it is there with the same bytes: what has not changed keeps its time.
    fn put(&mut self, key: Key, file: &File) -> Result<(), ExportError> {
        let before = self.runtime.block_on(async { self.store.get(&key).await?.bytes().await });
        match before {
            Ok(bytes) if bytes == file.body => self.done.unchanged += 1,
            Ok(_) | Err(StoreError::NotFound { .. }) => {
                let mut options = PutOptions::default();
                if self.typed {
                    options.attributes = Attributes::from_iter([
                        (Attribute::ContentType, AttributeValue::from(file.media_type)),
                        (Attribute::CacheControl, file.cache_control().into()),
                    ]);
                }
                self.runtime.block_on(self.store.put_opts(&key, file.body.clone().into(), options))?;
                self.done.written += 1;
            }
            Err(error) => return Err(error.into()),
        }
        self.kept.insert(key);
        Ok(())
    }

    fn remove_the_rest(&mut self) -> Result<(), ExportError> {
        let there: Vec<_> = self.runtime.block_on(self.store.list(Some(&Key::from(APPS))).try_collect())?;
        for key in there.into_iter().map(|meta| meta.location).filter(|key| !self.kept.contains(key)) {
            self.runtime.block_on(self.store.delete(&key))?;
            self.done.removed += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use plimsoll_core::version_state::AvailabilityWord;

    use super::*;
    use crate::app::marketplace::Image;
    use crate::app::tests::World;

    fn place(store: &Arc<InMemory>) -> Place {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Place { store: store.clone(), runtime, typed: true, kept: BTreeSet::new(), done: Exported::default() }
    }

    fn png(bytes: &[u8]) -> File {
        File::image(Image { media_type: "image/png", bytes: bytes.to_vec() }, None)
    }

    #[test]
    fn a_bucket_holds_what_was_exported_last_with_its_media_types() {
        let store = Arc::new(InMemory::new());
        let export = |files: &[(&str, &[u8])]| {
            let mut place = place(&store);
            assert!(place.mark("this").expect("marked"));
            for (name, bytes) in files {
                place.put(Key::from(*name), &png(bytes)).expect("written");
            }
            place.remove_the_rest().expect("removed");
            (place.done.written, place.done.unchanged, place.done.removed)
        };
        let [a, b, c] = ["packages/a.json", "packages/b.json", "packages/c/d.json"];
        assert_eq!(export(&[(a, b"1"), (b, b"1")]), (2, 0, 0));
        let place = place(&store);
        place.runtime.block_on(store.put(&Key::from("robots.txt"), "mine".into())).expect("a file");
        assert_eq!(export(&[(b, b"1"), (c, b"2")]), (1, 1, 1));
        assert_eq!(export(&[(b, b"2")]), (1, 0, 1));
        place.runtime.block_on(store.head(&Key::from("robots.txt"))).expect("what lies beside is left alone");
        assert!(!place.mark("another").expect("looked at"));
        let b = place.runtime.block_on(store.get(&Key::from(b))).expect("a file");
        assert_eq!(b.attributes.get(&Attribute::ContentType).map(AsRef::as_ref), Some("image/png"));
    }

    #[test]
    fn a_version_that_is_taken_back_meanwhile_leaves_its_app_on_offer() {
        let world = World::new();
        let id = world.list_app("1.0.0").package;
        world.list_app("1.1.0");
        let mut place = place(&Arc::new(InMemory::new()));
        let detail = marketplace::detail(&world.app, &id).expect("on offer");
        world.set("dana", "1.0.0", AvailabilityWord::Yanked).expect("yanked");
        write_app(&world.app, &mut place, &detail).expect("written");
        let kept = |file: &str| place.kept.contains(&Key::from(format!("packages/{id}{file}")));
        assert!(kept(".json") && kept("/versions/1.1.0/manifest.json") && kept("/versions/latest/manifest.json"));
        assert!(!kept("/versions/1.0.0/manifest.json"));
    }

    #[test]
    fn a_bucket_of_somebody_else_is_left_alone() {
        let store = Arc::new(InMemory::new());
        let place = place(&store);
        place.runtime.block_on(store.put(&Key::from("mine"), "x".into())).expect("a file");
        assert!(!place.mark("this").expect("looked at"));
    }
}
