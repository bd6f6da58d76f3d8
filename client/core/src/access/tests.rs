//! The access matrix and the read table, and what holds for them.

use std::fmt::Write;

use super::*;
use crate::{PackageType, State, Visibility, snapshot};

fn account(name: &str, roles: &[Role], member: Option<(&str, MemberRole)>) -> Account {
    Account {
        name: name.parse().expect("name"),
        roles: roles.iter().copied().collect(),
        scopes: TokenScope::ALL.iter().copied().collect(),
        memberships: member.into_iter().map(|(of, role)| (of.parse().expect("publisher"), role)).collect(),
    }
}

/// Everybody, as seen from the publisher `acme` and the account `dana`.
fn everybody() -> Vec<(&'static str, Actor)> {
    let rows = [
        ("account", account("eve", &[], None)),
        ("self", account("dana", &[], None)),
        ("foreign owner", account("eve", &[], Some(("globex", MemberRole::Owner)))),
        ("ci", account("eve", &[], Some(("acme", MemberRole::Ci)))),
        ("maintainer", account("eve", &[], Some(("acme", MemberRole::Maintainer)))),
        ("owner", account("eve", &[], Some(("acme", MemberRole::Owner)))),
        ("operator", account("eve", &[Role::Operator], None)),
        ("reviewer", account("eve", &[Role::Reviewer], None)),
        ("reviewing member", account("eve", &[Role::Reviewer], Some(("acme", MemberRole::Ci)))),
        ("admin", account("eve", &[Role::Admin], None)),
    ];
    let accounts = rows.into_iter().map(|(name, account)| (name, Actor::Account(account)));
    std::iter::once(("anonymous", Actor::Anonymous)).chain(accounts).collect()
}

/// Calls back with every action on the publisher `acme` or the account `dana`, and its name.
fn for_every_action(mut visit: impl FnMut(&str, &Action<'_>)) {
    let acme = "acme".parse().expect("publisher");
    let dana = "dana".parse().expect("account");
    let scopes = BTreeSet::from([TokenScope::Publish]);
    visit("create an account", &Action::CreateAccount);
    visit("list accounts", &Action::ListAccounts);
    visit("disable an account", &Action::DisableAccount);
    visit("list the tokens of dana", &Action::ListTokens(Some(&dana)));
    visit("list all tokens", &Action::ListTokens(None));
    visit("create a token for dana", &Action::CreateToken { account: &dana, scopes: &scopes });
    visit("change dana's password", &Action::ChangePassword(&dana));
    visit("reset a password", &Action::ResetPassword);
    visit("set an e-mail address", &Action::SetEmail);
    visit("revoke a token of dana", &Action::RevokeToken(&dana));
    visit("create a publisher", &Action::CreatePublisher);
    visit("set a level", &Action::SetLevel);
    visit("grant a prefix", &Action::GrantPrefix);
    visit("set a member of acme", &Action::SetMember(&acme));
    visit("list members of acme", &Action::ListMembers(&acme));
    visit("remove dana from acme", &Action::RemoveMember { publisher: &acme, account: &dana });
    visit("add a proven key of acme", &Action::AddKey(&acme));
    visit("assert a key", &Action::AssertKey);
    visit("revoke a key of acme", &Action::RevokeKey(&acme));
    visit("upload", &Action::Upload);
    visit("publish for acme", &Action::Publish(&acme));
    visit("list reviews", &Action::ListReviews);
    visit("review acme", &Action::Review { publisher: &acme, published_by: &dana });
    visit("yank of acme", &Action::SetAvailability(&acme));
    visit("block", &Action::Block);
    visit("lift a block of acme", &Action::LiftBlock { publisher: &acme, published_by: &dana });
    visit("read the audit of acme", &Action::ReadAudit(Some(&acme)));
    visit("read all audit", &Action::ReadAudit(None));
    visit("read contributions", &Action::ReadContributions);
    visit("ask who one is", &Action::ReadSelf);
}

/// Names the columns of a matrix by letters.
fn legend(columns: &[(&str, Actor)]) -> (String, Vec<char>) {
    let letters: Vec<char> = ('A'..).take(columns.len()).collect();
    let lines = letters.iter().zip(columns).map(|(letter, (name, _))| format!("  {letter} {name}\n"));
    (lines.collect(), letters)
}

#[test]
fn access_matrix() {
    let everybody = everybody();
    let (legend, letters) = legend(&everybody);
    let heads: String = letters.iter().collect();
    let mut text = format!(
        "Who may do what, with a token of every scope: + may, . may not\n{legend}\n{:26}{:9}{heads}\n",
        "action", "scope"
    );
    for_every_action(|name, action| {
        let may = |(_, actor): &(&str, Actor)| if allow(actor, action).is_ok() { '+' } else { '.' };
        let cells: String = everybody.iter().map(may).collect();
        let scope = scope_of(action).map_or("any", TokenScope::as_str);
        writeln!(text, "{name:26}{scope:9}{cells}").expect("text");
    });
    snapshot::assert_text("access_matrix.txt", &text);
}

#[test]
fn read_table() {
    let acme = "acme".parse().expect("publisher");
    let everybody = everybody();
    let (legend, letters) = legend(&everybody);
    let heads: String = letters.iter().map(|letter| format!("{letter:6}")).collect();
    let mut text = format!(
        "Who may read what of a version of the publisher acme, with a token of every scope:\n\
         d its document, a its artifact without code, c its artifact with code, r its report\n{legend}\n{:36}{}\n",
        "",
        heads.trim_end()
    );
    let parts = [
        ('d', true, Part::Document),
        ('a', false, Part::Artifact),
        ('c', true, Part::Artifact),
        ('r', true, Part::Report),
    ];
    for package_type in [PackageType::App, PackageType::Plugin] {
        for visibility in Visibility::ALL.iter().rev().copied() {
            for state in State::ALL.iter().copied() {
                let cell = |(_, actor): &(&str, Actor)| {
                    let readable = |(letter, has_code, part)| {
                        let subject = Subject { publisher: &acme, package_type, visibility, state, has_code };
                        if reads(actor, subject, part) { letter } else { '.' }
                    };
                    format!("{:6}", parts.map(readable).iter().collect::<String>())
                };
                let cells: String = everybody.iter().map(cell).collect();
                writeln!(text, "{package_type:8}{visibility:13}{state:15}{}", cells.trim_end()).expect("text");
            }
        }
    }
    snapshot::assert_text("read_table.txt", &text);
}

#[test]
fn a_token_without_the_scope_does_nothing() {
    for (_, actor) in everybody() {
        let Actor::Account(mut account) = actor else { continue };
        for_every_action(|name, action| {
            let Some(scope) = scope_of(action) else { return };
            account.scopes = TokenScope::ALL.iter().copied().filter(|other| *other != scope).collect();
            assert_eq!(allow(&Actor::Account(account.clone()), action), Err(Denied::ScopeMissing(scope)), "{name}");
        });
    }
}

#[test]
fn a_token_makes_no_wider_token() {
    let mut admin = account("root", &[Role::Admin], None);
    admin.scopes = BTreeSet::from([TokenScope::Manage, TokenScope::Read]);
    let name = admin.name.clone();
    let make = |scopes: &BTreeSet<TokenScope>| {
        allow(&Actor::Account(admin.clone()), &Action::CreateToken { account: &name, scopes })
    };
    assert_eq!(make(&BTreeSet::from([TokenScope::Read])), Ok(()));
    assert_eq!(
        make(&BTreeSet::from([TokenScope::Read, TokenScope::Admin])),
        Err(Denied::ScopeMissing(TokenScope::Admin))
    );
}

#[test]
fn a_token_without_the_scope_admin_does_not_reach_what_is_of_others() {
    let mut account = account("root", &[Role::Admin], None);
    account.scopes.remove(&TokenScope::Admin);
    let root = Actor::Account(account);
    let (acme, dana) = ("acme".parse().expect("publisher"), "dana".parse().expect("account"));
    let scopes = BTreeSet::from([TokenScope::Publish]);
    for action in [
        Action::CreateToken { account: &dana, scopes: &scopes },
        Action::RevokeToken(&dana),
        Action::SetMember(&acme),
        Action::AddKey(&acme),
        Action::RevokeKey(&acme),
    ] {
        assert!(matches!(allow(&root, &action), Err(Denied::NotAllowed(_))), "{action:?}");
    }
    let own = "root".parse().expect("account");
    assert_eq!(allow(&root, &Action::CreateToken { account: &own, scopes: &scopes }), Ok(()));
}

#[test]
fn a_token_of_any_scope_reads_what_its_account_may() {
    let acme = "acme".parse().expect("publisher");
    for (name, actor) in everybody() {
        let Actor::Account(mut account) = actor else { continue };
        let whole = Actor::Account(account.clone());
        for scope in TokenScope::ALL.iter().copied() {
            account.scopes = BTreeSet::from([scope]);
            let narrow = Actor::Account(account.clone());
            for (state, visibility) in State::ALL.iter().flat_map(|s| Visibility::ALL.iter().map(move |v| (*s, *v))) {
                let package_type = PackageType::Plugin;
                let subject = Subject { publisher: &acme, package_type, visibility, state, has_code: true };
                let reads = |actor| [Part::Document, Part::Report].map(|part| reads(actor, subject, part));
                assert_eq!(reads(&narrow), reads(&whole), "{name} {scope} {state} {visibility}");
            }
        }
    }
}

#[test]
fn an_index_document_is_as_wide_as_its_reader() {
    let acme = "acme".parse().expect("publisher");
    let audience = |name: &str, package_type| {
        let everybody = everybody();
        let (_, actor) = everybody.iter().find(|(other, _)| *other == name).expect("actor");
        index_audience(actor, &acme, package_type)
    };
    assert_eq!(audience("anonymous", PackageType::App), Some(Visibility::Marketplace));
    assert_eq!(audience("anonymous", PackageType::Plugin), None);
    assert_eq!(audience("account", PackageType::Plugin), Some(Visibility::Marketplace));
    assert_eq!(audience("ci", PackageType::Plugin), Some(Visibility::Private));
    assert_eq!(audience("reviewer", PackageType::App), Some(Visibility::Private));
}

#[test]
fn who_published_a_version_never_reviews_it() {
    let acme = "acme".parse().expect("publisher");
    let review = |by: &str| {
        let by = by.parse().expect("account");
        let action = Action::Review { publisher: &acme, published_by: &by };
        allow(&Actor::Account(account("eve", &[Role::Reviewer], None)), &action).is_ok()
    };
    assert!(review("dana") && !review("eve"));
}
