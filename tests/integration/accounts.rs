//! Who is there, and who is not to be any more: accounts, tokens, publishers and their members.

use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::Version;
use plimsoll_tests::{Actor, Answer, Backend, Browser, Person, Plugin, Registry, sign_in};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    a_disabled_account_is_out_at_once,
    an_account_becomes_a_person_later,
    another_address_ends_what_the_one_before_opened,
    tokens_are_listed_without_their_secrets,
    lists_are_walked_in_pages,
    members_come_go_and_leave,
    a_reviewer_who_was_made_a_member_leaves_and_reviews_again,
    a_withdrawn_prefix_is_free_and_its_packages_stay,
    everything_is_done_by_the_command_line_too,
);

/// A member of each item of a list.
fn each(list: &Value, name: &str) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| item[name].as_str().unwrap_or_default().to_owned()).collect()
}

fn put(actor: &Actor, path: &str, body: &Value) -> Answer {
    actor.call("PUT", path).json(body).send()
}

fn delete(actor: &Actor, path: &str) -> Answer {
    actor.call("DELETE", path).send()
}

fn set_disabled(actor: &Actor, name: &str, disabled: bool) -> Answer {
    put(actor, &format!("/v1/accounts/{name}/disabled"), &json!({ "disabled": disabled, "reason": "left the company" }))
}

fn a_disabled_account_is_out_at_once(on: Backend) {
    let registry = Registry::start(on);
    let (admin, dana) = (registry.admin(), registry.visitor());
    assert_eq!(set_disabled(&dana, dana.name(), true).code(), ProblemCode::NotAllowed);
    assert_eq!(set_disabled(admin, "nobody", true).code(), ProblemCode::NotFound);
    assert_eq!(set_disabled(admin, "admin", true).code(), ProblemCode::StateConflict, "oneself");
    for _ in 0..2 {
        assert!(set_disabled(admin, dana.name(), true).json()["disabledAt"].is_string(), "twice is once");
    }
    assert_eq!(dana.get("/v1/me").code(), ProblemCode::CredentialsInvalid);
    assert_eq!(dana.get("/v1/catalogs/apps").code(), ProblemCode::CredentialsInvalid);
    let token = json!({ "account": dana.name(), "scopes": ["read"] });
    assert_eq!(admin.call("POST", "/v1/tokens").json(&token).send().code(), ProblemCode::StateConflict);
    assert_eq!(set_disabled(admin, dana.name(), false).json().get("disabledAt"), None);
    assert_eq!(dana.get("/v1/me").status, 200);
    let audit = admin.get("/v1/audit").json();
    assert_eq!(each(&audit, "action")[..2], ["account.enabled", "account.disabled"]);
    assert_eq!(audit["items"][1]["detail"], json!({ "account": dana.name(), "reason": "left the company" }));
}

fn set_email(actor: &Actor, name: &str, email: &str) -> Answer {
    put(actor, &format!("/v1/accounts/{name}/email"), &json!({ "email": email }))
}

fn an_account_becomes_a_person_later(on: Backend) {
    let registry = Registry::start(on);
    let (admin, robot, dana) = (registry.admin(), registry.visitor(), Person::join(&registry, "dana", &[]));
    assert_eq!(set_email(&robot, robot.name(), "robot@example.org").code(), ProblemCode::NotAllowed);
    assert_eq!(set_email(admin, "nobody", "robot@example.org").code(), ProblemCode::NotFound);
    assert_eq!(set_email(admin, robot.name(), "no address").code(), ProblemCode::BodyInvalid);
    let taken = set_email(admin, robot.name(), "Dana@Example.org").problem();
    assert_eq!(taken.code, ProblemCode::AccountExists);
    assert!(taken.detail.contains("the account dana has") && taken.detail.contains("another address"), "{taken:?}");

    // Also the first administrator, who has no address from the start.
    for account in ["admin", robot.name()] {
        let email = format!("{account}@example.org");
        assert_eq!(set_email(admin, account, &email.to_uppercase()).json()["email"], email);
        assert_eq!(sign_in(&registry, &email, "").status, 401, "there is no password");
        let password = format!("{account}, in four words");
        let set = json!({ "password": password });
        assert_eq!(put(admin, &format!("/v1/accounts/{account}/password"), &set).status, 204);
        let token = sign_in(&registry, &email, &password).json()["token"].as_str().expect("a token").to_owned();
        let me = registry.anonymous().with_token(&token).get("/v1/me").json();
        assert_eq!((&me["account"], &me["scopes"]), (&json!(account), &json!(["read", "publish"])));
    }
    assert_eq!(robot.get("/v1/me").status, 200, "its tokens are as they were");
    let audit = admin.get("/v1/audit").json();
    let set = audit["items"].as_array().expect("items").iter().find(|event| event["action"] == "account.email-set");
    let expected = json!({ "account": robot.name(), "email": format!("{}@example.org", robot.name()) });
    assert_eq!(set.expect("an event")["detail"], expected);
    assert!(!audit.to_string().contains("in four words"));
    assert_eq!(dana.sign_in(&registry).status, 200, "others are not concerned");
}

fn another_address_ends_what_the_one_before_opened(on: Backend) {
    let registry = Registry::start(on);
    let (admin, dana) = (registry.admin(), Person::join(&registry, "dana", &[]));
    let (session, mut browser) = (dana.signed_in(&registry), Browser::of(&registry, &dana));
    let lasting = session.with_token(&registry.token(&session, &[TokenScope::Read]));
    assert_eq!(set_email(admin, "dana", &dana.email).status, 200, "as it is");
    assert_eq!(session.get("/v1/me").status, 200);

    assert_eq!(set_email(admin, "dana", "dana@example.com").status, 200);
    assert_eq!(session.get("/v1/me").code(), ProblemCode::CredentialsInvalid);
    assert!(!browser.open("/device").text().contains("Signed in as"));
    assert_eq!(lasting.get("/v1/me").status, 200, "tokens that were made on purpose stay");
    for email in [dana.email.as_str(), "dana@example.com"] {
        assert_eq!(
            sign_in(&registry, email, &dana.password).status,
            401,
            "{email}: the password went with the address"
        );
    }
    assert_eq!(set_email(admin, registry.visitor().name(), &dana.email).status, 200, "the address is free");
}

fn tokens_are_listed_without_their_secrets(on: Backend) {
    let registry = Registry::start(on);
    let (admin, dana) = (registry.admin(), registry.visitor());
    let of_dana = format!("/v1/tokens?account={}", dana.name());
    let own = dana.get("/v1/tokens");
    assert_eq!(each(&own.json(), "account"), [dana.name()]);
    let secret = dana.token().expect("a token").trim_start_matches("plim_");
    assert!(!own.text().contains(secret), "{}", own.text());
    assert_eq!(own.json()["items"][0]["session"], false);
    let erin = Person::join(&registry, "erin", &[]).signed_in(&registry);
    assert_eq!(erin.get("/v1/tokens").json()["items"][0]["session"], true);
    assert_eq!(dana.get("/v1/tokens?account=admin").code(), ProblemCode::NotAllowed);
    let all = each(&admin.get("/v1/tokens").json(), "account");
    assert!(all.contains(&"admin".to_owned()) && all.contains(&dana.name().to_owned()), "{all:?}");
    assert_eq!(each(&admin.get(&of_dana).json(), "account"), [dana.name()]);
    let narrow = admin.with_token(&registry.token(admin, &[TokenScope::Manage]));
    let seen = each(&narrow.get("/v1/tokens").json(), "account");
    assert!(seen.iter().all(|account| account == "admin"), "without the scope `admin`, one's own: {seen:?}");
    let id = each(&own.json(), "id").remove(0);
    assert_eq!(delete(admin, &format!("/v1/tokens/{id}")).status, 204);
    assert!(admin.get(&of_dana).json()["items"][0]["revokedAt"].is_string());
}

fn lists_are_walked_in_pages(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    registry.publisher("globex");
    let member = registry.visitor();
    put(acme.owner(), &format!("/v1/publishers/acme/members/{}", member.name()), &json!({ "role": "ci" })).json();
    for (path, name) in [
        ("/v1/accounts", "name"),
        ("/v1/publishers", "publisher"),
        ("/v1/tokens", "id"),
        ("/v1/publishers/acme/members", "account"),
    ] {
        let whole = each(&registry.admin().get(path).json(), name);
        assert!(whole.len() >= 2 && whole.is_sorted(), "{path}: {whole:?}");
        let (mut walked, mut next) = (Vec::new(), format!("{path}?limit=1"));
        loop {
            let page = registry.admin().get(&next).json();
            walked.extend(each(&page, name));
            match page["next"].as_str() {
                Some(cursor) => next = format!("{path}?limit=1&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(walked, whole, "{path}");
        let garbage = registry.admin().get(&format!("{path}?cursor=bnVsbA"));
        assert_eq!(garbage.code(), ProblemCode::CursorInvalid, "{path}");
    }
    assert_eq!(member.get("/v1/accounts").code(), ProblemCode::NotAllowed);
    assert_eq!(each(&member.get("/v1/publishers").json(), "publisher"), ["acme", "globex"]);
}

fn members_come_go_and_leave(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let (owner, admin) = (acme.owner(), registry.admin());
    let [ci, second] = ["ci", "second"].map(|name| registry.account(name, &[]));
    let path = |actor: &Actor| format!("/v1/publishers/acme/members/{}", actor.name());
    let set = |by: &Actor, who: &Actor, role: &str| put(by, &path(who), &json!({ "role": role }));
    let list = "/v1/publishers/acme/members";
    assert_eq!(set(owner, &ci, "ci").status, 200);
    assert_eq!(each(&ci.get(list).json(), "role"), ["owner", "ci"]);
    assert_eq!(second.get(list).code(), ProblemCode::NotAllowed);
    assert_eq!(registry.reviewer().get(list).status, 200);

    assert_eq!(delete(&ci, &path(owner)).code(), ProblemCode::NotAllowed);
    assert_eq!(delete(owner, &path(&second)).code(), ProblemCode::NotFound, "no member");
    assert_eq!(delete(owner, &path(&ci)).status, 204);
    assert_eq!(ci.get("/v1/me").json()["publishers"], json!([]));
    assert_eq!(set(owner, &ci, "ci").status, 200, "who was removed can be added again");

    assert_eq!(delete(&ci, &path(&ci)).status, 204);
    assert_eq!(set(owner, &ci, "ci").code(), ProblemCode::StateConflict, "who left cannot");
    assert_eq!(set(admin, &ci, "ci").status, 200, "but by an administrator");
    assert_eq!(delete(owner, &path(&ci)).status, 204);
    assert_eq!(set(owner, &ci, "ci").status, 200, "and then as before");

    assert_eq!(delete(owner, &path(owner)).code(), ProblemCode::StateConflict, "the last owner");
    assert_eq!(each(&owner.get(list).json(), "role").len(), 2, "nothing happened");
    assert_eq!(set(owner, &second, "owner").status, 200);
    assert_eq!(delete(owner, &path(owner)).status, 204);
    assert_eq!(delete(admin, &path(&second)).status, 204, "an administrator may, and may make another one");
    assert_eq!(delete(&ci, &path(&ci)).status, 204, "who owns nothing is not kept where nobody owns it");
    assert_eq!(set(admin, &ci, "maintainer").status, 200);
    assert_eq!(set(admin, &ci, "owner").status, 200);
}

fn a_reviewer_who_was_made_a_member_leaves_and_reviews_again(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let rita = registry.account("rita", &[Role::Reviewer]);
    let path = format!("/v1/publishers/acme/members/{}", rita.name());
    assert_eq!(put(acme.owner(), &path, &json!({ "role": "ci" })).status, 200);
    let held = acme.publish(Plugin::new("com.acme.linter", "1.0.0").for_marketplace());
    let own = acme.through(rita.clone()).publish(Plugin::new("com.acme.linter", "1.1.0").for_marketplace());
    let review = |version: &Version| {
        let path = format!("/v1/packages/com.acme.linter/versions/{}/review", version.version);
        let report = version.report_sha256.expect("seen");
        let body = json!({
            "decision": "approve", "reason": "looked at", "sha256": version.sha256, "reportSha256": report,
        });
        rita.call("POST", &path).json(&body).send()
    };
    assert_eq!(review(&held).code(), ProblemCode::NotAllowed, "a member");
    assert_eq!(delete(&rita, &path).status, 204);
    assert_eq!(put(acme.owner(), &path, &json!({ "role": "ci" })).code(), ProblemCode::StateConflict, "and again");
    assert_eq!(review(&held).status, 200);
    assert_eq!(review(&own).code(), ProblemCode::NotAllowed, "who published it");
}

fn a_withdrawn_prefix_is_free_and_its_packages_stay(on: Backend) {
    let registry = Registry::start(on);
    let (acme, globex) = (registry.publisher("acme"), registry.publisher("globex"));
    let path = "/v1/publishers/acme/prefixes/com.acme";
    assert_eq!(registry.admin().call("PUT", path).send().status, 200);
    acme.publish(Plugin::data("com.acme.words", "1.0.0"));
    globex.refused(Plugin::data("com.acme.other", "1.0.0"));
    assert_eq!(delete(acme.owner(), path).code(), ProblemCode::NotAllowed);
    let of_another = "/v1/publishers/globex/prefixes/com.acme";
    assert_eq!(delete(registry.admin(), of_another).code(), ProblemCode::NotFound);
    assert_eq!(delete(registry.admin(), path).status, 204);
    assert_eq!(delete(registry.admin(), path).code(), ProblemCode::NotFound, "gone");
    acme.publish(Plugin::data("com.acme.words", "1.0.1"));
    globex.publish(Plugin::data("com.acme.other", "1.0.0"));
}

fn everything_is_done_by_the_command_line_too(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let (cli, dana) = (registry.cli(registry.admin()), registry.visitor());
    assert!(each(&cli.done(&["account", "list"]), "name").contains(&dana.name().to_owned()));
    assert!(cli.done(&["account", "disable", dana.name(), "--reason", "left"])["disabledAt"].is_string());
    assert_eq!(dana.get("/v1/me").status, 401);
    cli.done(&["account", "enable", dana.name(), "--reason", "back"]);
    assert_eq!(cli.done(&["account", "email", dana.name(), "dana@example.org"])["email"], "dana@example.org");
    cli.fails(15, &["account", "email", "admin", "dana@example.org"]);
    assert_eq!(each(&cli.done(&["token", "list", "--account", dana.name()]), "account"), [dana.name()]);
    assert_eq!(each(&cli.done(&["publisher", "list"]), "publisher"), ["acme"]);
    cli.done(&["publisher", "member", "acme", dana.name(), "--role", "ci"]);
    assert_eq!(each(&cli.done(&["publisher", "members", "acme"]), "role"), ["owner", "ci"]);
    registry.cli(&dana).done(&["publisher", "member", "acme", dana.name(), "--remove"]);
    registry.cli(acme.owner()).fails(15, &["publisher", "member", "acme", dana.name(), "--role", "ci"]);
    cli.done(&["publisher", "prefix", "acme", "com.acme"]);
    cli.done(&["publisher", "prefix", "acme", "com.acme", "--withdraw"]);
    cli.fails(14, &["publisher", "prefix", "acme", "com.acme", "--withdraw"]);
}
