//! Publishers: their levels, id prefixes and members.

use actix_web::http::Method;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{AccountName, Prefix, PublisherName, wire};

use super::call::Call;
use super::openapi::{Credentials, Operation, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::publishers;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/v1/publishers",
            create,
            Operation::new("createPublisher", Tag::Publishers, "Make a publisher")
                .describe("The account that asks becomes its owner. The publisher starts unverified.")
                .credentials(Credentials::Required)
                .takes::<wire::NewPublisher>(examples::new_publisher())
                .answers::<wire::Publisher>(201, "The publisher was made.", examples::publisher())
                .fails(&[ProblemCode::PublisherExists, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::GET,
            "/v1/publishers",
            list,
            Operation::new("listPublishers", Tag::Publishers, "Every publisher, by name")
                .credentials(Credentials::Required)
                .paged()
                .answers::<wire::PublisherPage>(200, "A page of publishers.", examples::publisher_page()),
        ),
        Route::new(
            Method::GET,
            "/v1/publishers/{publisher}",
            show,
            Operation::new("getPublisher", Tag::Publishers, "A publisher")
                .credentials(Credentials::Required)
                .answers::<wire::Publisher>(200, "The publisher.", examples::publisher())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::PUT,
            "/v1/publishers/{publisher}/level",
            set_level,
            Operation::new("setPublisherLevel", Tag::Publishers, "Set how far a publisher is verified")
                .describe("Needs an administrator. When the level falls, versions above the new level stop resolving until reviewed.")
                .credentials(Credentials::Required)
                .takes::<wire::SetLevel>(examples::set_level())
                .answers::<wire::Publisher>(200, "The level is set.", examples::publisher())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::PUT,
            "/v1/publishers/{publisher}/prefixes/{prefix}",
            grant_prefix,
            Operation::new("grantPrefix", Tag::Publishers, "Reserve an id prefix for a publisher")
                .describe("Needs an administrator. Ids below the prefix are then this publisher's alone.")
                .credentials(Credentials::Required)
                .answers::<wire::Publisher>(200, "The prefix is granted.", examples::publisher())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::DELETE,
            "/v1/publishers/{publisher}/prefixes/{prefix}",
            withdraw_prefix,
            Operation::new("withdrawPrefix", Tag::Publishers, "Withdraw an id prefix from a publisher")
                .describe("Needs an administrator. Its packages stay its own; new ids below the prefix are anybody's.")
                .credentials(Credentials::Required)
                .answers_nothing(204, "The prefix is withdrawn.")
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::GET,
            "/v1/publishers/{publisher}/members",
            members,
            Operation::new("listMembers", Tag::Publishers, "The members of a publisher, by name")
                .describe("For its members, reviewers and administrators.")
                .credentials(Credentials::Required)
                .paged()
                .answers::<wire::MemberPage>(200, "A page of members.", examples::member_page())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::DELETE,
            "/v1/publishers/{publisher}/members/{account}",
            remove_member,
            Operation::new("removeMember", Tag::Publishers, "Remove a member")
                .describe(
                    "By an owner, an administrator, or the member itself, which only an administrator can then add again. The \
                     last owner goes only by an administrator.",
                )
                .credentials(Credentials::Required)
                .answers_nothing(204, "The account is no member any more.")
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
        Route::new(
            Method::PUT,
            "/v1/publishers/{publisher}/members/{account}",
            set_member,
            Operation::new("setMember", Tag::Publishers, "Add a member, or change its role")
                .describe("By an owner or an administrator. Who left by itself is added again by an administrator alone.")
                .credentials(Credentials::Required)
                .takes::<wire::SetMember>(examples::set_member())
                .answers::<wire::Member>(200, "The member has the role.", examples::member())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
    ]
}

async fn create(mut call: Call) -> Answer {
    let new: wire::NewPublisher = call.json().await?;
    let publisher = call.run(|app, caller| publishers::create(app, caller, new)).await?;
    reply::created(&publisher)
}

async fn list(call: Call) -> Answer {
    let (limit, cursor) = call.page()?;
    let page = call.run(move |app, caller| publishers::list(app, caller, limit, cursor.as_deref())).await?;
    reply::page(&call, &page, page.next.as_deref())
}

async fn withdraw_prefix(call: Call) -> Answer {
    let (name, prefix): (PublisherName, Prefix) = (call.path("publisher")?, call.path("prefix")?);
    call.run(move |app, caller| publishers::withdraw_prefix(app, caller, &name, &prefix)).await?;
    reply::no_content()
}

async fn members(call: Call) -> Answer {
    let (name, (limit, cursor)): (PublisherName, _) = (call.path("publisher")?, call.page()?);
    let page = call.run(move |app, caller| publishers::members(app, caller, &name, limit, cursor.as_deref())).await?;
    reply::page(&call, &page, page.next.as_deref())
}

async fn remove_member(call: Call) -> Answer {
    let (name, account): (PublisherName, AccountName) = (call.path("publisher")?, call.path("account")?);
    call.run(move |app, caller| publishers::remove_member(app, caller, &name, &account)).await?;
    reply::no_content()
}

async fn show(call: Call) -> Answer {
    let name: PublisherName = call.path("publisher")?;
    let publisher = call.run(move |app, caller| publishers::get(app, caller, &name)).await?;
    reply::ok(&publisher)
}

async fn set_level(mut call: Call) -> Answer {
    let name: PublisherName = call.path("publisher")?;
    let level: wire::SetLevel = call.json().await?;
    let publisher = call.run(move |app, caller| publishers::set_level(app, caller, &name, level)).await?;
    reply::ok(&publisher)
}

async fn grant_prefix(call: Call) -> Answer {
    let (name, prefix): (PublisherName, Prefix) = (call.path("publisher")?, call.path("prefix")?);
    let publisher = call.run(move |app, caller| publishers::grant_prefix(app, caller, &name, prefix)).await?;
    reply::ok(&publisher)
}

async fn set_member(mut call: Call) -> Answer {
    let (name, account): (PublisherName, AccountName) = (call.path("publisher")?, call.path("account")?);
    let role: wire::SetMember = call.json().await?;
    let member = call.run(move |app, caller| publishers::set_member(app, caller, &name, &account, role)).await?;
    reply::ok(&member)
}
