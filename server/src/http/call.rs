//! One call of an operation: who asks, with what.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, web};
use plimsoll_core::access::{Actor, Denied};
use plimsoll_core::page::PageSize;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{InvalidText, quote};
use tokio::sync::oneshot;
use tracing::Span;

use super::envelope::RequestId;
use super::openapi::{Credentials, Operation};
use super::problem::Failure;
use super::{body, client_address};
use crate::App;
use crate::app::{self, Caller, accounts};

/// One call. A handler gets nothing else.
pub(crate) struct Call {
    pub(crate) app: web::Data<App>,
    pub(crate) caller: Caller,
    pub(crate) request: HttpRequest,
    pub(crate) payload: web::Payload,
    query: BTreeMap<String, String>,
    /// The token by which something is changed: whose it is, is looked up once more when the body is there.
    writes_by: Option<String>,
}

impl Call {
    /// Reads the query, which may name only what the operation documents, and the credentials.
    ///
    /// An operation that needs a token refuses here, before any body is read: strangers cannot make us read one.
    pub(super) async fn new(
        request: HttpRequest,
        payload: web::Payload,
        operation: &Operation,
    ) -> Result<Self, Failure> {
        let app = request.app_data::<web::Data<App>>().cloned();
        let app = app.ok_or_else(|| Failure::internal("the application is not attached"))?;
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let token = match operation.credentials {
            Credentials::None => None,
            Credentials::Optional | Credentials::Required => bearer(&request)?,
        };
        let caller = caller(&app, token.clone(), request_id).await?;
        if operation.credentials == Credentials::Required && caller.actor == Actor::Anonymous {
            return Err(app::Error::from(Denied::NotAuthenticated).into());
        }
        let query = read_query(request.query_string(), operation)?;
        let writes_by = token.filter(|_| !request.method().is_safe());
        Ok(Self { app, caller, request, payload, query, writes_by })
    }

    /// A use case with what it needs.
    ///
    /// Whoever changes something is looked up for it: a body may take an hour, and who was allowed to begin it may have lost
    /// the token, a role or a membership meanwhile.
    fn prepare<T, E, F>(&self, work: F) -> impl FnOnce() -> Result<T, Failure> + Send + use<T, E, F>
    where
        E: Into<Failure>,
        F: FnOnce(&App, &Caller) -> Result<T, E> + Send,
    {
        let (app, mut caller, token) = (self.app.clone(), self.caller.clone(), self.writes_by.clone());
        move || {
            if let Some(token) = token {
                caller = accounts::authenticate(&app, &token, caller.request_id)?;
            }
            work(&app, &caller).map_err(Into::into)
        }
    }

    /// Runs a use case on the blocking pool. It runs to its end, also when the client has gone.
    pub(crate) async fn run<T, E, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: Into<Failure> + Send + 'static,
        F: FnOnce(&App, &Caller) -> Result<T, E> + Send + 'static,
    {
        blocking(self.prepare(work)).await?
    }

    /// Runs a use case in a place that was taken for it: as [`Call::run`], and the place is free again only at the end.
    pub(crate) async fn run_in<P, T, E, F>(&self, place: P, work: F) -> Result<T, Failure>
    where
        P: Send + 'static,
        T: Send + 'static,
        E: Into<Failure> + Send + 'static,
        F: FnOnce(&App, &Caller) -> Result<T, E> + Send + 'static,
    {
        self.run(move |app, caller| {
            let _place = place;
            work(app, caller)
        })
        .await
    }

    /// Runs a use case that examines an artifact, which takes seconds: few at a time, and each on a thread of its own, so that
    /// nothing on the blocking pool waits for it. The place is taken before; who leaves while waiting leaves the queue.
    pub(crate) async fn run_examining<T, E, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: Into<Failure> + Send + 'static,
        F: FnOnce(&App, &Caller) -> Result<T, E> + Send + 'static,
    {
        let place = self.app.examining.take(self.caller.account()?).await?;
        let (work, span) = (self.prepare(work), Span::current());
        let (done, result) = oneshot::channel();
        let work = move || {
            let result = span.in_scope(work);
            drop(place);
            // Nobody takes it if the client has gone.
            done.send(result).ok();
        };
        std::thread::Builder::new().name("examining".to_owned()).spawn(work).map_err(Failure::internal)?;
        result.await.map_err(|_| Failure::internal("an examination panicked"))?
    }

    /// Runs a use case that hashes a password: as [`Call::run`], and few at a time.
    pub(crate) async fn run_hashing<T, E, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: Into<Failure> + Send + 'static,
        F: FnOnce(&App, &Caller) -> Result<T, E> + Send + 'static,
    {
        let place = self.app.hashing.take().await.ok_or_else(|| {
            Failure::new(ProblemCode::TooManyRequests, "too many people are signing in: try again in a moment")
        })?;
        self.run_in(place, work).await
    }

    /// The network address of the one who asks, as limits count it.
    pub(crate) fn client_address(&self) -> String {
        client_address::of_request(&self.request, &self.app.config.trusted_proxies)
    }

    /// A parameter of the path.
    pub(crate) fn path<T: FromStr<Err = InvalidText>>(&self, name: &str) -> Result<T, Failure> {
        let text = self.request.match_info().query(name);
        text.parse().map_err(|error: InvalidText| Failure::request_invalid(error.to_string()))
    }

    /// A parameter of the query.
    pub(crate) fn query<T: FromStr<Err = InvalidText>>(&self, name: &str) -> Result<Option<T>, Failure> {
        self.query.get(name).map(|text| text.parse()).transpose().map_err(Failure::from)
    }

    /// A parameter of the query that is a text to search for.
    pub(crate) fn query_text(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.query.get(name).map(|text| search_text(text)).transpose()?)
    }

    /// A parameter of the query that is `true` or `false`.
    pub(crate) fn query_flag(&self, name: &str) -> Result<bool, Failure> {
        match self.query.get(name).map(String::as_str) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(InvalidText::new("flag", other, "use true or false").into()),
        }
    }

    /// The page that the query asks for.
    pub(crate) fn page(&self) -> Result<(PageSize, Option<String>), Failure> {
        Ok((self.query("limit")?.unwrap_or_default(), self.query.get("cursor").cloned()))
    }

    /// The address of the page after this one: the same query, with another cursor.
    pub(crate) fn next_page(&self, cursor: &str) -> String {
        let mut query = self.query.clone();
        query.insert("cursor".to_owned(), cursor.to_owned());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{}?{query}", self.request.path())
    }

    /// The JSON body.
    pub(crate) async fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Failure> {
        body::parse(&self.json_bytes(self.app.limits.json_bytes).await?)
    }

    /// The bytes of the body, at most so many.
    pub(crate) async fn bytes(&mut self, max: u64) -> Result<Bytes, Failure> {
        body::bytes(&self.request, &mut self.payload, max, &self.app.timeouts).await
    }

    /// The bytes of a JSON body, at most so many.
    pub(crate) async fn json_bytes(&mut self, max: u64) -> Result<Bytes, Failure> {
        body::json_bytes(&self.request, &mut self.payload, max, &self.app.timeouts).await
    }
}

/// A text to search for: at most 200 characters, none of them a control character.
pub(crate) fn search_text(text: &str) -> Result<String, InvalidText> {
    if text.chars().count() > 200 || text.chars().any(char::is_control) {
        let reason = "use at most 200 characters, none of them a control character";
        return Err(InvalidText::new("text", text, reason));
    }
    Ok(text.to_owned())
}

/// Runs work on the blocking pool, inside the span of the request. A panic there is a failure, not the end of the thread.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let span = Span::current();
    web::block(move || span.in_scope(work)).await.map_err(|_| Failure::internal("work on the blocking pool panicked"))
}

/// Who asks.
async fn caller(app: &web::Data<App>, token: Option<String>, request_id: String) -> Result<Caller, Failure> {
    let Some(token) = token else { return Ok(Caller::new(Actor::Anonymous, request_id)) };
    let app = app.clone();
    blocking(move || accounts::authenticate(&app, &token, request_id)).await?.map_err(Failure::from)
}

/// The token of a request, if one was sent. Credentials that cannot be read are invalid, never absent.
fn bearer(request: &HttpRequest) -> Result<Option<String>, Failure> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    let malformed = || {
        let detail = "the header `Authorization` cannot be read: send it once, as `Bearer` and the token";
        Failure::new(ProblemCode::CredentialsInvalid, detail)
    };
    if values.next().is_some() {
        return Err(malformed());
    }
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        let sane = !token.is_empty() && token.len() <= 256 && token.bytes().all(|byte| byte.is_ascii_graphic());
        (scheme.eq_ignore_ascii_case("bearer") && sane).then(|| token.to_owned())
    });
    token.map(Some).ok_or_else(malformed)
}

fn read_query(text: &str, operation: &Operation) -> Result<BTreeMap<String, String>, Failure> {
    let mut query = BTreeMap::new();
    if operation.any_query {
        return Ok(query);
    }
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if !operation.query.iter().any(|parameter| parameter.name == name) {
            return Err(Failure::request_invalid(format!("the query parameter {} is not known here", quote(&name))));
        }
        if query.insert(name.to_string(), value.into_owned()).is_some() {
            return Err(Failure::request_invalid(format!("the query parameter {name} is there more than once")));
        }
    }
    Ok(query)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, RwLock, mpsc};
    use std::time::{Duration, Instant};

    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;
    use plimsoll_core::access::{Account, MemberRole, TokenScope};

    use super::*;
    use crate::config::Config;
    use crate::shares::Places;

    /// An account that owns a publisher, with a token of every scope.
    pub(in crate::http) fn account(name: &str) -> Account {
        Account {
            name: name.parse().expect("a name"),
            roles: BTreeSet::new(),
            scopes: TokenScope::ALL.iter().copied().collect(),
            memberships: BTreeMap::from([("acme".parse().expect("a name"), MemberRole::Owner)]),
        }
    }

    /// A call that an actor makes with a body to a new registry, while `test` runs.
    pub(in crate::http) fn with_call(actor: Actor, body: &[u8], test: impl AsyncFnOnce(Call)) {
        let dir = tempfile::tempdir().expect("directory");
        let config = Config { data_dir: dir.path().to_owned(), ..Config::default() };
        let app = App::open(config).expect("a registry").app;
        actix_web::rt::System::new().block_on(async {
            let (request, mut payload) = TestRequest::put().set_payload(body.to_vec()).to_http_parts();
            let payload = web::Payload::from_request(&request, &mut payload).await.expect("a body");
            let caller = Caller::new(actor, "test".to_owned());
            test(Call { app: web::Data::new(app), caller, request, payload, query: BTreeMap::new(), writes_by: None })
                .await;
        });
    }

    #[test]
    fn the_place_of_a_client_who_has_gone_is_free_only_when_the_work_has_ended() {
        with_call(Actor::Anonymous, b"", async |call| {
            let places = Places::new(1, Duration::from_millis(500));
            let place = places.take().await.expect("a place");
            let (end, ended) = mpsc::channel::<()>();
            let work = move |_: &_, _: &_| Ok::<_, Failure>(ended.recv().is_ok());
            let answer = call.run_in(place, work).now_or_never();
            assert!(answer.is_none(), "the request is dropped while its work goes on");
            assert!(places.take().await.is_none(), "the work has its place");
            drop(end);
            let mut is_free = false;
            for _ in 0..40 {
                is_free = is_free || places.take().await.is_some();
            }
            assert!(is_free, "the work has ended");
        });
    }

    #[test]
    fn an_account_has_its_share_of_examinations_also_when_it_does_not_wait_for_them() {
        with_call(Actor::Account(account("dana")), b"", async |call| {
            let (begun, may_end) = (Arc::new(AtomicUsize::new(0)), Arc::new(RwLock::new(())));
            let not_yet = may_end.write().expect("a lock");
            for _ in 0..8 {
                let (begun, may_end) = (Arc::clone(&begun), Arc::clone(&may_end));
                let work = move |_: &_, _: &_| {
                    begun.fetch_add(1, Ordering::SeqCst);
                    drop(may_end.read());
                    Ok::<_, Failure>(())
                };
                assert!(call.run_examining(work).now_or_never().is_none(), "the client has gone");
            }
            let most = call.app.config.concurrency.examinations_per_account;
            let until = Instant::now() + Duration::from_secs(20);
            while begun.load(Ordering::SeqCst) < most && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(10));
            }
            // Time for one too many.
            std::thread::sleep(Duration::from_millis(100));
            assert_eq!(begun.load(Ordering::SeqCst), most);
            drop(not_yet);
            assert!(call.run_examining(|_: &_, _: &_| Ok::<_, Failure>(())).await.is_ok());
            assert_eq!(begun.load(Ordering::SeqCst), most, "who left the queue is not examined");
        });
    }
}
