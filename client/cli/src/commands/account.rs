//! `account`, `token`: who acts, and with what scopes.

use std::collections::BTreeSet;

use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::wire::{Me, NewAccount, NewToken, SetEmail, SetPassword};
use plimsoll_core::{AccountName, Email, NewPassword, Password};
use serde_json::json;

use super::administer;
use crate::args::{Account, Token};
use crate::failure::Failure;
use crate::output::{Answer, bold, dim, plain};
use crate::render::{self, line};
use crate::shell::Shell;

/// `account create`, `email`, `password`, `list`, `disable`, `enable`
pub(crate) fn account(shell: &Shell, args: &Account) -> Result<Answer, Failure> {
    match args {
        Account::Create { name, roles, email } => create(shell, name, roles, email.as_ref()),
        Account::Email { name, email } => set_email(shell, name, email),
        Account::Password { name } => password(shell, name),
        Account::List => administer::accounts(shell),
        Account::Disable { name, reason } => administer::set_disabled(shell, name, true, reason),
        Account::Enable { name, reason } => administer::set_disabled(shell, name, false, reason),
    }
}

fn create(shell: &Shell, name: &AccountName, roles: &[Role], email: Option<&Email>) -> Result<Answer, Failure> {
    let new = NewAccount { name: name.clone(), roles: roles.iter().copied().collect(), email: email.cloned() };
    let account = shell.registry()?.create_account(&new)?;
    let mut text =
        format!("{} {}\n{}", bold("Account"), account.name, line("Roles", &render::words(&account.roles, "none")),);
    if let Some(email) = &account.email {
        text.push_str(&line("E-mail", email.as_str()));
        text.push_str(&dim(&format!("Next: plimsoll account password {}", account.name)));
    } else {
        text.push_str(&dim(&format!("Next: plimsoll token create --account {}", account.name)));
    }
    text.push('\n');
    Ok(Answer::new(&account, text))
}

fn set_email(shell: &Shell, name: &AccountName, email: &Email) -> Result<Answer, Failure> {
    let account = shell.registry()?.set_email(name, &SetEmail { email: email.clone() })?;
    let mut text = format!("{} {name}\n{}", bold("E-mail address set of"), line("E-mail", email.as_str()));
    text.push_str(&dim(&format!("Signing in needs a password: plimsoll account password {name}\n")));
    Ok(Answer::new(&account, text))
}

fn password(shell: &Shell, name: &AccountName) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let me = registry.me()?;
    let administers = me.roles.contains(&Role::Admin) && me.scopes.contains(&TokenScope::Admin);
    let instead = "it on standard input";
    let present_password = match administers {
        true => None,
        false => Some(shell.prompt.password("present password", instead)?.parse::<Password>()?),
    };
    let password: NewPassword = shell.prompt.password("new password", instead)?.parse()?;
    if shell.prompt.somebody() && shell.prompt.password("new password again", instead)?.parse() != Ok(password.clone())
    {
        return Err(Failure::usage("the two are not the same: nothing was changed"));
    }
    registry.set_password(name, &SetPassword { password, present_password })?;
    Ok(Answer::new(json!({ "account": name }), format!("{} {name}\n", bold("Password set of"))))
}

/// `token create`, `token list`, `token revoke`
pub(crate) fn token(shell: &Shell, args: &Token) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    match args {
        Token::List { account } => administer::tokens(shell, account.as_ref()),
        Token::Create { account, scopes, expires } => {
            let scopes = if scopes.is_empty() {
                by_default(&registry.me()?, account.as_ref())
            } else {
                scopes.iter().copied().collect()
            };
            let expires_at = expires.map(|expiry| expiry.after(shell.now()));
            let created = registry.create_token(&NewToken { account: account.clone(), scopes, expires_at })?;
            let text = format!(
                "{}\n{}{}{}{}{}\n",
                plain(&created.token),
                line("Id", &plain(&created.id)),
                line("Account", created.account.as_str()),
                line("Scopes", &render::words(&created.scopes, "none")),
                line("Expires", &created.expires_at.to_string()),
                dim("This is the only time that the token is shown."),
            );
            Ok(Answer::new(&created, text))
        }
        Token::Revoke { id } => {
            registry.revoke_token(id)?;
            Ok(Answer::new(json!({ "id": id }), format!("{} {}\n", bold("Revoked"), plain(id))))
        }
    }
}

/// The scopes of a token for which none were named, among those of the token that asks: for oneself, what one's roles can
/// use. The roles of another account are not known here, and a scope it cannot use is harmless; but `admin`, which would come
/// to life with a role given later, is to be said.
fn by_default(me: &Me, account: Option<&AccountName>) -> BTreeSet<TokenScope> {
    let has = |role| me.roles.contains(&role);
    let another = account.is_some_and(|account| *account != me.account);
    let wanted = |scope: &TokenScope| match scope {
        TokenScope::Read | TokenScope::Publish | TokenScope::Manage => true,
        TokenScope::Review => another || has(Role::Reviewer) || has(Role::Admin),
        TokenScope::Operate => another || has(Role::Operator) || has(Role::Admin),
        TokenScope::Admin => !another && has(Role::Admin),
    };
    me.scopes.iter().copied().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_without_scopes_named_gets_what_roles_and_asking_token_allow() {
        let me = |roles: &[Role], scopes: &[TokenScope]| Me {
            account: "dana".parse().expect("account"),
            roles: roles.iter().copied().collect(),
            scopes: scopes.iter().copied().collect(),
            publishers: Vec::new(),
        };
        use TokenScope::{Admin, Manage, Operate, Publish, Read, Review};
        assert_eq!(by_default(&me(&[], TokenScope::ALL), None), BTreeSet::from([Read, Publish, Manage]));
        assert_eq!(
            by_default(&me(&[Role::Reviewer], TokenScope::ALL), None),
            BTreeSet::from([Read, Publish, Manage, Review])
        );
        assert_eq!(
            by_default(&me(&[Role::Admin], &[Read, Admin, Operate]), None),
            BTreeSet::from([Read, Operate, Admin])
        );
        let admin = me(&[Role::Admin], TokenScope::ALL);
        let other = "robin".parse().expect("account");
        assert_eq!(by_default(&admin, Some(&other)), BTreeSet::from([Read, Publish, Manage, Review, Operate]));
        assert_eq!(by_default(&admin, Some(&admin.account)), by_default(&admin, None));
    }
}
