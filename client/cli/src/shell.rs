//! What every command has at hand: the globals, the home, the registry that is meant, output and prompt.

use std::time::SystemTime;

use plimsoll_client::home::{Home, PinError};
use plimsoll_client::transport::{Address, Registry, Token};
use plimsoll_client::{Client, Error, Options};
use plimsoll_core::Timestamp;

use crate::args::Globals;
use crate::failure::Failure;
use crate::output::{Output, Prompt};

/// The surroundings of one command.
pub(crate) struct Shell {
    pub(crate) globals: Globals,
    pub(crate) output: Output,
    pub(crate) prompt: Prompt,
}

impl Shell {
    /// The surroundings as they are.
    pub(crate) fn new(globals: Globals) -> Self {
        Self { output: Output::new(globals.json), prompt: Prompt::new(globals.yes, globals.json), globals }
    }

    /// The client's directory, made where it is missing.
    pub(crate) fn home(&self) -> Result<Home, Failure> {
        Ok(match &self.globals.home {
            Some(path) => Home::at(path)?,
            None => Home::of_user()?,
        })
    }

    /// The address of the registry that is meant: `--registry`, else the first one that is pinned.
    pub(crate) fn address(&self) -> Result<Address, Failure> {
        if let Some(url) = self.globals.registry.as_deref().filter(|url| !url.is_empty()) {
            return Ok(url.parse()?);
        }
        let pinned = self.home()?.registries()?;
        let first = pinned.into_iter().next();
        first.map(|registry| registry.address).ok_or_else(|| {
            Failure::usage("no registry is known here; pass --registry URL, or run `plimsoll login URL`")
        })
    }

    /// The token that is meant for an address: `--token`, else the stored one.
    pub(crate) fn token(&self, address: &Address) -> Result<Option<Token>, Failure> {
        match self.globals.token.as_deref().filter(|token| !token.is_empty()) {
            Some(token) => Ok(Some(token.parse()?)),
            None => Ok(self.home()?.token(address)?),
        }
    }

    /// The registry that is meant, with the token if there is one. Where it is pinned, it is asked who it is before it is
    /// shown the token; where it is not, it is shown only a token that was given together with its address.
    pub(crate) fn registry(&self) -> Result<Registry, Failure> {
        let address = self.address()?;
        let token = self.token(&address)?;
        match Client::open(self.home()?, &address, token.clone(), Options::default()) {
            Ok(client) => Ok(client.proven()?.0.clone()),
            Err(Error::Pin(PinError::NotPinned(_))) => {
                Ok(Registry::new(address, token.filter(|_| self.globals.token.is_some())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}
