//! Audit events.

use actix_web::http::Method;
use plimsoll_core::{PackageId, PublisherName, wire};

use super::call::Call;
use super::openapi::{Credentials, Operation, Parameter, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::audit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::GET,
        "/v1/audit",
        page,
        Operation::new("listAuditEvents", Tag::Audit, "What happened, newest first")
            .describe("All of it for administrators; with `publisher`, that publisher's events for its members.")
            .credentials(Credentials::Required)
            .query(Parameter::of::<PublisherName>("publisher", "Events that concern this publisher."))
            .query(Parameter::of::<PackageId>("package", "Events that concern this package."))
            .paged()
            .answers::<wire::AuditPage>(200, "A page of events.", examples::audit_page()),
    )]
}

async fn page(call: Call) -> Answer {
    let (limit, cursor) = call.page()?;
    let query = audit::Query { publisher: call.query("publisher")?, package: call.query("package")?, limit, cursor };
    let page = call.run(move |app, caller| audit::page(app, caller, query)).await?;
    reply::page(&call, &page, page.next.as_deref())
}
