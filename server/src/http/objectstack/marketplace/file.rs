//! A file of the marketplace: the same bytes, until something changes.

use std::time::{Duration, SystemTime};

use actix_web::HttpResponse;
use actix_web::http::header::{self, HttpDate};
use bytes::Bytes;
use plimsoll_core::{Digest, Timestamp};

use crate::app::marketplace::Image;
use crate::http::call::Call;
use crate::http::conditional;

/// How long caches may keep a file without asking again: so long a yank may stay unseen by those that heed it.
const MAX_AGE_SECONDS: u32 = 60;
/// A time counts whole seconds, and more may change within the same one; so it validates only when it is past by this much
/// (RFC 9110, section 8.8.2.2).
const SETTLED_SECONDS: i64 = 60;
/// Whoever opens an icon by itself opens no page of ours.
const ICON_POLICY: &str = "default-src 'none'; sandbox";

/// A file.
pub(crate) struct File {
    /// Its bytes.
    pub(crate) body: Bytes,
    /// What they are.
    pub(crate) media_type: &'static str,
    etag: String,
    changed_at: Option<Timestamp>,
    /// Whether caches may show it to anyone.
    public: bool,
}

impl File {
    pub(super) fn json(body: Vec<u8>, changed_at: Option<Timestamp>) -> Self {
        Self::new(body, "application/json", changed_at)
    }

    pub(crate) fn image(Image { media_type, bytes }: Image, changed_at: Option<Timestamp>) -> Self {
        Self::new(bytes, media_type, changed_at)
    }

    fn new(body: Vec<u8>, media_type: &'static str, changed_at: Option<Timestamp>) -> Self {
        let etag = format!("\"{}\"", Digest::of(&body));
        Self { body: body.into(), media_type, etag, changed_at, public: true }
    }

    /// The same, for the one who asks alone.
    pub(super) fn for_one(self) -> Self {
        Self { public: false, ..self }
    }

    /// How long caches may keep it.
    pub(crate) fn cache_control(&self) -> String {
        let who = if self.public { "public" } else { "private" };
        format!("{who}, max-age={MAX_AGE_SECONDS}")
    }

    /// Sends it, unless the client has it already.
    pub(super) fn answer(self, call: &Call) -> HttpResponse {
        let settled = call.app.clock.now().plus_seconds(-SETTLED_SECONDS);
        let validates = self.changed_at.filter(|changed_at| *changed_at <= settled).map(http_date);
        let same = conditional::not_modified_since(&call.request, &self.etag, validates);
        let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer.insert_header((header::ETAG, self.etag.as_str()));
        answer.insert_header((header::CACHE_CONTROL, self.cache_control()));
        if let Some(last_modified) = self.changed_at.map(http_date) {
            answer.insert_header((header::LAST_MODIFIED, last_modified));
        }
        if same {
            return answer.finish();
        }
        if self.media_type != "application/json" {
            answer.insert_header((header::CONTENT_SECURITY_POLICY, ICON_POLICY));
        }
        answer.content_type(self.media_type).body(self.body)
    }
}

/// A time in whole seconds.
fn http_date(time: Timestamp) -> HttpDate {
    let since_1970 = u64::try_from(time.as_micros()).unwrap_or_default();
    HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(since_1970 / 1_000_000))
}
