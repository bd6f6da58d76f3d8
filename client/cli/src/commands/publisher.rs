//! `publisher`: its levels, id prefixes and members.

use plimsoll_core::wire::{NewPublisher, SetMember};
use serde_json::json;

use super::administer;
use crate::args::Publisher;
use crate::failure::Failure;
use crate::output::{Answer, bold, dim};
use crate::shell::Shell;

/// `publisher create`, `list`, `level`, `prefix`, `members`, `member`
pub(crate) fn publisher(shell: &Shell, args: &Publisher) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    match args {
        Publisher::Create { publisher } => {
            let made = registry.create_publisher(&NewPublisher { publisher: publisher.clone() })?;
            let next = format!("Next: plimsoll key add KEY.pub --publisher {publisher} --key-id ID --prove-with KEY");
            let text = format!("{} {}, {}\n{}\n", bold("Publisher"), made.publisher, made.level, dim(&next));
            Ok(Answer::new(&made, text))
        }
        Publisher::Level { publisher, level, reason } => {
            registry.set_level(publisher, *level, reason)?;
            let document = json!({ "publisher": publisher, "level": level });
            Ok(Answer::new(document, format!("{} {publisher} is now {level}\n", bold("Publisher"))))
        }
        Publisher::List => administer::publishers(shell),
        Publisher::Prefix { publisher, prefix, withdraw: true } => {
            registry.withdraw_prefix(publisher, prefix)?;
            let document = json!({ "publisher": publisher, "prefix": prefix, "withdrawn": true });
            Ok(Answer::new(document, format!("{} {publisher} no longer holds ids below {prefix}\n", bold("Publisher"))))
        }
        Publisher::Prefix { publisher, prefix, withdraw: false } => {
            registry.grant_prefix(publisher, prefix)?;
            let document = json!({ "publisher": publisher, "prefix": prefix });
            Ok(Answer::new(document, format!("{} {publisher} holds ids below {prefix}\n", bold("Publisher"))))
        }
        Publisher::Members { publisher } => administer::members(shell, publisher),
        Publisher::Member { publisher, account, role: None, .. } => {
            registry.remove_member(publisher, account)?;
            let document = json!({ "publisher": publisher, "account": account, "removed": true });
            Ok(Answer::new(document, format!("{} {account} is no member of {publisher} any more\n", bold("Member"))))
        }
        Publisher::Member { publisher, account, role: Some(role), .. } => {
            registry.set_member(publisher, account, &SetMember { role: *role })?;
            let document = json!({ "publisher": publisher, "account": account, "role": role });
            Ok(Answer::new(document, format!("{} {account} is {role} of {publisher}\n", bold("Member"))))
        }
    }
}
