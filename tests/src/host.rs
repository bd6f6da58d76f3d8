//! A host application: the client crate, with a home and an environment of its own.

use std::time::SystemTime;

use plimsoll_client::environment::{Loaded, Problem};
use plimsoll_client::progress::Silent;
use plimsoll_client::transport::{Address, Registry, Token};
use plimsoll_client::{Applied, Client, Environment, Error, Home, Options, Plan, Request, Update};
use plimsoll_core::consent::Acceptance;
use plimsoll_core::range::HostProfile;
use plimsoll_core::{Digest, PackageId, Timestamp};
use tempfile::TempDir;

use crate::Actor;

/// A host application that trusts a registry.
pub struct Host {
    home: TempDir,
    address: Address,
    token: Option<Token>,
    environment: &'static str,
    /// How its client works.
    pub options: Options,
}

impl Host {
    /// A new home that pins the registry at an address.
    pub fn new(url: &str, fingerprint: Digest, actor: &Actor) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let address: Address = url.parse().expect("an address");
        let discovery = Registry::new(address.clone(), None).discovery().expect("discovery");
        let token = actor.token().map(|token| token.parse().expect("a token"));
        let host = Self { home, address, token, environment: "default", options: Options::default() };
        host.home().pin(&host.address, &discovery, &[fingerprint], host.now()).expect("pinned");
        host
    }

    /// Its home.
    pub fn home(&self) -> Home {
        Home::at(self.home.path()).expect("a home")
    }

    /// Its environment.
    pub fn environment(&self) -> Environment {
        Environment::of(&self.home(), self.environment).expect("an environment")
    }

    /// Works in another environment of its home from now on.
    pub fn turns_to(&mut self, environment: &'static str) {
        self.environment = environment;
    }

    /// Its client.
    pub fn client(&self) -> Client {
        Client::open(self.home(), &self.address, self.token.clone(), self.options).expect("a pinned registry")
    }

    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    /// Plans to install `id` or `id@range`, for a host of protocol 17.
    pub fn plan(&self, wanted: &[&str]) -> Result<Plan, Error> {
        self.client().plan_install(&self.environment(), &request(wanted))
    }

    /// Installs, accepting everything.
    pub fn try_install(&self, wanted: &[&str]) -> Result<Applied, Error> {
        let plan = self.plan(wanted)?;
        self.client().apply(&self.environment(), &plan, &Acceptance::All, &Silent)
    }

    /// Installs, accepting everything: `id@version` of each package, those needed first.
    #[track_caller]
    pub fn install(&self, wanted: &[&str]) -> Vec<String> {
        let applied = self.try_install(wanted).unwrap_or_else(|error| panic!("{wanted:?}: {error}"));
        applied.installed.iter().map(|resolved| format!("{}@{}", resolved.package, resolved.version)).collect()
    }

    /// Why something is not installed. Nothing changed.
    #[track_caller]
    pub fn refused(&self, wanted: &[&str]) -> String {
        let before = self.installed();
        let error = match self.try_install(wanted) {
            Ok(_) => panic!("{wanted:?} was installed"),
            Err(error) => error.to_string(),
        };
        assert_eq!(self.installed(), before, "a refusal changes nothing");
        error
    }

    /// Updates everything that asks for nothing new.
    pub fn update(&self) -> Applied {
        let update = Update { host: Some(host_profile()), ..Update::default() };
        let plan = self.client().plan_update(&self.environment(), &update).expect("a plan");
        self.client().apply(&self.environment(), &plan, &Acceptance::nothing(), &Silent).expect("an update")
    }

    /// What is installed, as `id@version`.
    pub fn installed(&self) -> Vec<String> {
        let state = self.environment().state().expect("a state");
        state.packages.values().map(|installed| format!("{}@{}", installed.package, installed.version)).collect()
    }

    /// What `verify` finds wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.environment().verify(self.now()).expect("verified").problems
    }

    /// What `verify` warns of, in sentences.
    pub fn warnings(&self) -> Vec<String> {
        let checked = self.environment().verify(self.now()).expect("verified");
        checked.warnings.into_iter().map(|warning| warning.message).collect()
    }

    /// Loads a package.
    pub fn load(&self, id: &str) -> Result<Loaded, Error> {
        self.environment().load(&id.parse().expect("a package id"), self.now())
    }
}

/// What is asked for, by a host of protocol 17.
fn request(wanted: &[&str]) -> Request {
    let split = |text: &str| {
        let (id, range) = text.split_once('@').unwrap_or((text, "*"));
        (id.parse::<PackageId>().expect("a package id"), range.parse().expect("a range"))
    };
    Request {
        wanted: wanted.iter().map(|text| split(text)).collect(),
        host: Some(host_profile()),
        ..Request::default()
    }
}

fn host_profile() -> HostProfile {
    HostProfile { protocol: Some("17.0.0".parse().expect("a version")), platform: None }
}
