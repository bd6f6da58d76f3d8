//! Accounts and tokens.

use actix_web::http::Method;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{AccountName, InvalidText, wire};

use super::call::Call;
use super::openapi::{Credentials, Operation, Parameter, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::App;
use crate::app::{Caller, accounts, people};

/// The id of a token, as it is named in a path: 1 to 64 of `[A-Za-z0-9-]`.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[schema(value_type = String, pattern = "^[A-Za-z0-9-]{1,64}$", max_length = 64, example = "0199a1de-0000-7000-8000-000000000001")]
pub(super) struct TokenId(String);

impl std::str::FromStr for TokenId {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let sane =
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if sane {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText::new("token id", text, "use the `id` of a token"))
        }
    }
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/v1/me",
            me,
            Operation::new("getMe", Tag::Accounts, "Who the token acts for")
                .credentials(Credentials::Required)
                .answers::<wire::Me>(200, "The account and the scopes of the token.", examples::me()),
        ),
        Route::new(
            Method::POST,
            "/v1/accounts",
            create,
            Operation::new("createAccount", Tag::Accounts, "Make an account")
                .describe("For a person or a machine. Needs an administrator.")
                .credentials(Credentials::Required)
                .takes::<wire::NewAccount>(examples::new_account())
                .answers::<wire::Account>(201, "The account was made.", examples::account())
                .fails(&[ProblemCode::AccountExists, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::PUT,
            "/v1/accounts/{account}/password",
            set_password,
            Operation::new("setPassword", Tag::Accounts, "Set the password of a person")
                .describe(
                    "By an administrator, or by the person, who says the password until now as well. It ends the sessions of \
                     the person. The account is a person if it has an e-mail address.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::SetPassword>(examples::set_password())
                .answers_nothing(204, "The password is set.")
                .fails(&[ProblemCode::NotFound, ProblemCode::TooManyRequests]),
        ),
        Route::new(
            Method::PUT,
            "/v1/accounts/{account}/email",
            set_email,
            Operation::new("setEmail", Tag::Accounts, "Set the e-mail address of an account")
                .describe(
                    "By an administrator. It makes the account a person, who signs in once there is a password. Where there was \
                     another address, what it opened ends, and the password with it: the new one may be somebody else's.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::SetEmail>(examples::set_email())
                .answers::<wire::Account>(200, "The account as it is now.", examples::account())
                .fails(&[ProblemCode::NotFound, ProblemCode::AccountExists, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::GET,
            "/v1/accounts",
            list,
            Operation::new("listAccounts", Tag::Accounts, "Every account, by name")
                .describe("Needs an administrator.")
                .credentials(Credentials::Required)
                .paged()
                .answers::<wire::AccountPage>(200, "A page of accounts.", examples::account_page()),
        ),
        Route::new(
            Method::PUT,
            "/v1/accounts/{account}/disabled",
            set_disabled,
            Operation::new("setAccountDisabled", Tag::Accounts, "Disable an account, or enable it")
                .describe(
                    "Needs an administrator, and never for the own account. Nothing of a disabled account works from then on. \
                     Its sessions have ended; tokens that were made on purpose work again when it is enabled. What it published \
                     stays.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::SetDisabled>(examples::set_disabled())
                .answers::<wire::Account>(200, "The account as it is now.", examples::disabled_account())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::GET,
            "/v1/tokens",
            list_tokens,
            Operation::new("listTokens", Tag::Accounts, "Tokens, without their secrets")
                .describe(
                    "Of the account that asks; for an administrator with the scope `admin`, of every account. Those that are \
                     expired or revoked are there as well.",
                )
                .credentials(Credentials::Required)
                .query(Parameter::of::<AccountName>("account", "Tokens of this account: one's own, or any for an administrator."))
                .paged()
                .answers::<wire::TokenPage>(200, "A page of tokens.", examples::token_page()),
        ),
        Route::new(
            Method::POST,
            "/v1/tokens",
            create_token,
            Operation::new("createToken", Tag::Accounts, "Make a token")
                .describe(
                    "For the account that asks, or, by an administrator, for another. The answer shows the token once.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::NewToken>(examples::new_token())
                .answers::<wire::CreatedToken>(201, "The token was made.", examples::created_token())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::DELETE,
            "/v1/tokens/{tokenId}",
            revoke_token,
            Operation::new("revokeToken", Tag::Accounts, "Revoke a token")
                .describe("Of the account that asks, or, by an administrator, of any. It stops working at once.")
                .credentials(Credentials::Required)
                .answers_nothing(204, "The token is revoked.")
                .fails(&[ProblemCode::NotFound]),
        ),
    ]
}

async fn me(call: Call) -> Answer {
    let me = call.run(accounts::me).await?;
    reply::ok(&me)
}

async fn create(mut call: Call) -> Answer {
    let new: wire::NewAccount = call.json().await?;
    let account = call.run(|app, caller| accounts::create_account(app, caller, new)).await?;
    reply::created(&account)
}

async fn set_password(mut call: Call) -> Answer {
    let name: AccountName = call.path("account")?;
    let new: wire::SetPassword = call.json().await?;
    let from = call.client_address();
    call.run_hashing(move |app, caller| people::set_password(app, caller, &name, &new, &from)).await?;
    reply::no_content()
}

async fn set_email(mut call: Call) -> Answer {
    let name: AccountName = call.path("account")?;
    let set: wire::SetEmail = call.json().await?;
    let account = call.run(move |app, caller| people::set_email(app, caller, &name, set)).await?;
    reply::ok(&account)
}

async fn list(call: Call) -> Answer {
    let (limit, cursor) = call.page()?;
    let page = call.run(move |app, caller| accounts::list_accounts(app, caller, limit, cursor.as_deref())).await?;
    reply::page(&call, &page, page.next.as_deref())
}

async fn set_disabled(mut call: Call) -> Answer {
    let name: AccountName = call.path("account")?;
    let set: wire::SetDisabled = call.json().await?;
    let account = call.run(move |app, caller| accounts::set_disabled(app, caller, &name, set)).await?;
    reply::ok(&account)
}

async fn list_tokens(call: Call) -> Answer {
    let (account, (limit, cursor)) = (call.query("account")?, call.page()?);
    let list = move |app: &App, caller: &Caller| accounts::list_tokens(app, caller, account, limit, cursor.as_deref());
    let page = call.run(list).await?;
    reply::page(&call, &page, page.next.as_deref())
}

async fn create_token(mut call: Call) -> Answer {
    let new: wire::NewToken = call.json().await?;
    let token = call.run(|app, caller| accounts::create_token(app, caller, new)).await?;
    reply::created(&token)
}

async fn revoke_token(call: Call) -> Answer {
    let id: TokenId = call.path("tokenId")?;
    call.run(move |app, caller| accounts::revoke_token(app, caller, &id.0)).await?;
    reply::no_content()
}
