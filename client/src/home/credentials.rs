//! Tokens, in a file of their own.

use std::collections::BTreeMap;

use super::{Home, HomeError, read_json};
use crate::transport::{Address, Token};

const FILE: &str = "credentials.json";

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Credentials {
    tokens: BTreeMap<Address, Token>,
}

impl Home {
    /// The token for a registry.
    pub fn token(&self, address: &Address) -> Result<Option<Token>, HomeError> {
        Ok(self.credentials()?.tokens.remove(address))
    }

    /// Keeps a token for a registry, or forgets it.
    pub fn set_token(&self, address: &Address, token: Option<Token>) -> Result<(), HomeError> {
        let locked = self.lock()?;
        let mut credentials = self.credentials()?;
        match token {
            Some(token) => credentials.tokens.insert(address.clone(), token),
            None => credentials.tokens.remove(address),
        };
        locked.write_json(FILE, &credentials)
    }

    fn credentials(&self) -> Result<Credentials, HomeError> {
        Ok(read_json(&self.join(FILE))?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_for_this_user_alone() {
        let dir = tempfile::tempdir().expect("directory");
        let home = Home::at(dir.path()).expect("home");
        let address: Address = "https://r.example".parse().expect("address");
        home.set_token(&address, Some("plim_1".parse().expect("token"))).expect("kept");
        assert_eq!(home.token(&address).expect("read"), Some("plim_1".parse().expect("token")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(home.join(FILE)).expect("file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        home.set_token(&address, None).expect("forgotten");
        assert_eq!(home.token(&address).expect("read"), None);
    }
}
