//! What a browser sends to the page. The real one is in `tests/browser/`.

use crate::{Answer, Call, Person, Registry};

/// A browser without scripts: it keeps the cookie, says where its forms come from, and follows nothing by itself.
pub struct Browser {
    url: String,
    cookie: Option<String>,
}

impl Browser {
    /// A browser that knows nothing.
    pub fn new(registry: &Registry) -> Self {
        Self { url: registry.url().to_owned(), cookie: None }
    }

    /// A browser in which somebody is signed in.
    pub fn of(registry: &Registry, person: &Person) -> Self {
        let mut browser = Self::new(registry);
        let answer = browser.sign_in(person, &[]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    /// The cookie, as it is sent back.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Plants a cookie, as somebody else could.
    pub fn set_cookie(&mut self, cookie: &str) {
        self.cookie = Some(cookie.to_owned());
    }

    /// Opens an address.
    pub fn open(&mut self, path: &str) -> Answer {
        let answer = self.request("GET", path).send();
        self.keep(answer)
    }

    /// Sends a form from a page of the registry.
    pub fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.form(path, fields).header("origin", &self.url).send();
        self.keep(answer)
    }

    /// A form that does not say where it comes from.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.request("POST", path).header("content-type", "application/x-www-form-urlencoded").body(body.join("&"))
    }

    /// Signs somebody in.
    pub fn sign_in(&mut self, person: &Person, more: &[(&str, &str)]) -> Answer {
        let fields = [&[("email", person.email.as_str()), ("password", person.password.as_str())], more].concat();
        self.send("/device/sign-in", &fields)
    }

    /// The token of the forms of the page for a code.
    pub fn form_token(&mut self, code: &str) -> String {
        let page = self.open(&format!("/device?user_code={code}")).text();
        let token = page.split("name=\"form\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        token.unwrap_or_else(|| panic!("a form with a token: {page}")).to_owned()
    }

    /// Decides about a device, as the page does.
    pub fn decide(&mut self, code: &str, decision: &str) -> Answer {
        let form = self.form_token(code);
        self.send("/device", &[("form", &form), ("user_code", code), ("confirmed", "yes"), ("decision", decision)])
    }

    fn request(&self, method: &str, path: &str) -> Call {
        let call = Call::new(method, format!("{}{path}", self.url));
        match &self.cookie {
            Some(cookie) => call.header("cookie", cookie),
            None => call,
        }
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        if let Some(pair) = answer.header("set-cookie").split(';').next().filter(|pair| !pair.is_empty()) {
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }
}
