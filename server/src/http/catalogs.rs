//! The two catalogs.

use actix_web::http::Method;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{PackageType, wire};

use super::call::Call;
use super::openapi::{Operation, Parameter, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::catalog;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::GET,
        "/v1/catalogs/{catalog}",
        page,
        Operation::new("listCatalog", Tag::Catalogs, "Browse and search a catalog")
            .describe("`apps` is for anyone; `contributions`, which holds every other type, needs a token.")
            .query(Parameter::text("q", "Words that the name, the description or the id contains."))
            .query(Parameter::of::<PackageType>("type", "Packages of this type only."))
            .query(Parameter::of::<wire::Category>("category", "Packages of this category only."))
            .paged()
            .answers::<wire::CatalogPage>(200, "A page of the catalog.", examples::catalog_page())
            .fails(&[ProblemCode::CredentialsMissing, ProblemCode::ScopeMissing]),
    )]
}

async fn page(call: Call) -> Answer {
    let catalog: Catalog = call.path("catalog")?;
    let (limit, cursor) = call.page()?;
    let (q, package_type, category) = (call.query_text("q")?, call.query("type")?, call.query("category")?);
    let query = catalog::Query { q, package_type, category, limit, cursor };
    let page = call.run(move |app, caller| catalog::page(app, caller, catalog, query)).await?;
    reply::page(&call, &page, page.next.as_deref())
}
