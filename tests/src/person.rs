//! People, who sign in.

use plimsoll_core::access::Role;
use plimsoll_core::wire::{NewAccount, SetPassword};
use plimsoll_server::clock::{Ids as _, RandomIds};
use serde_json::json;

use crate::{Actor, Answer, Registry};

/// Somebody with an e-mail address and a password.
pub struct Person {
    /// The name of the account.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl Person {
    /// A new person, made by the administrator.
    pub fn join(registry: &Registry, name: &str, roles: &[Role]) -> Self {
        let person = Self { name: name.to_owned(), email: format!("{name}@example.org"), password: RandomIds.id() };
        let email = Some(person.email.parse().expect("an e-mail address"));
        let roles = roles.iter().copied().collect();
        let account = NewAccount { name: name.parse().expect("an account name"), roles, email };
        registry.admin().client().create_account(&account).expect("a new account");
        let password = person.password.parse().expect("a password");
        let set = SetPassword { password, present_password: None };
        registry.admin().client().set_password(&account.name, &set).expect("a password");
        person
    }

    /// What `os cloud login --email` sends, sent to a registry.
    pub fn sign_in(&self, registry: &Registry) -> Answer {
        sign_in(registry, &self.email, &self.password)
    }

    /// The person, with the token of a new session.
    pub fn signed_in(&self, registry: &Registry) -> Actor {
        let token = self.sign_in(registry).json()["token"].as_str().expect("a token").to_owned();
        Actor::new(registry.url(), &self.name, Some(token))
    }
}

/// An attempt to sign in, with the body of the real client.
pub fn sign_in(registry: &Registry, email: &str, password: &str) -> Answer {
    let body = json!({ "type": "email", "email": email, "password": password });
    registry.call("POST", "/api/v1/auth/sign-in/email").header("origin", registry.url()).json(&body).send()
}
