//! Requests as anybody can send them, with nothing checked before they leave.

use plimsoll_core::problem::{Problem, ProblemCode};
use serde_json::Value;
use ureq::http::{HeaderMap, Request};

/// A request that is being put together.
#[must_use]
pub struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    /// A request without headers and body.
    pub fn new(method: &str, url: String) -> Self {
        Self { method: method.to_owned(), url, headers: Vec::new(), body: None }
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a token.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// With a JSON body.
    pub fn json(self, json: &Value) -> Self {
        self.header("content-type", "application/json").body(json.to_string())
    }

    /// Sends it.
    pub fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.url);
        self.run().unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Sends it to a server that may end meanwhile: `None` if no whole answer came.
    pub fn try_send(self) -> Option<Answer> {
        self.run().ok()
    }

    fn run(self) -> Result<Answer, ureq::Error> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .accept_encoding("identity")
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answered = match self.body {
            Some(body) => agent.run(request.body(body)?)?,
            None => agent.run(request.body(())?)?,
        };
        let (head, body) = answered.into_parts();
        let body = body.into_with_config().limit(1 << 30).read_to_vec()?;
        let what = format!("{} {}", self.method, self.url);
        Ok(Answer { what, status: head.status.as_u16(), headers: head.headers, body })
    }
}

/// What came back.
pub struct Answer {
    what: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON body of an answer that is not an error.
    pub fn json(&self) -> Value {
        assert!(self.status < 400, "{}: {} {}", self.what, self.status, self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.what, self.text()))
    }

    /// The problem document. It agrees with status and headers, and says what to do.
    pub fn problem(&self) -> Problem {
        let media_type = self.header("content-type");
        assert_eq!(media_type, "application/problem+json", "{}: {} {}", self.what, self.status, self.text());
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem document with a closed code");
        assert_eq!((problem.status, problem.r#type.clone()), (self.status, problem.code.type_uri()), "{}", self.what);
        assert_eq!(problem.request_id, self.header("x-request-id"), "{}", self.what);
        assert!(problem.detail.len() > 8, "{}: a sentence that helps: {}", self.what, problem.detail);
        problem
    }

    /// The code of the problem document.
    pub fn code(&self) -> ProblemCode {
        self.problem().code
    }
}
