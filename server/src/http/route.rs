//! One entry of the route table: method, path, handler and documentation together, so that none can be without the others.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use plimsoll_core::problem::ProblemCode;

use super::call::Call;
use super::openapi::Operation;
use super::problem::Failure;

/// What a handler gives back.
pub(crate) type Answer = Result<HttpResponse, Failure>;

type Handler = Rc<dyn Fn(Call) -> LocalBoxFuture<'static, Answer>>;

/// One operation.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path, with parameters in braces.
    pub(crate) path: &'static str,
    pub(crate) operation: Rc<Operation>,
    handler: Handler,
}

impl Route {
    pub(crate) fn new<F, Answering>(method: Method, path: &'static str, handler: F, operation: Operation) -> Self
    where
        F: Fn(Call) -> Answering + 'static,
        Answering: Future<Output = Answer> + 'static,
    {
        let handler: Handler = Rc::new(move |call| handler(call).boxed_local());
        Self { method, path, operation: Rc::new(operation), handler }
    }

    fn actix(&self, method: Method) -> actix_web::Route {
        let (operation, handler) = (Rc::clone(&self.operation), Rc::clone(&self.handler));
        web::method(method).to(move |request: HttpRequest, payload: web::Payload| {
            let (operation, handler) = (Rc::clone(&operation), Rc::clone(&handler));
            async move {
                let answer = async { handler(Call::new(request, payload, &operation).await?).await };
                // A panic fails one request, not the connection's other requests and not without an answer.
                AssertUnwindSafe(answer)
                    .catch_unwind()
                    .await
                    .unwrap_or_else(|_| Err(Failure::internal("a handler panicked")))
            }
        })
    }
}

/// The resources of a route table. `HEAD` is there wherever `GET` is; any other method is answered with 405 and `Allow`.
pub(crate) fn resources(routes: &[Route]) -> Vec<actix_web::Resource> {
    let mut paths: Vec<&'static str> = Vec::new();
    for route in routes {
        if !paths.contains(&route.path) {
            paths.push(route.path);
        }
    }
    paths.into_iter().map(|path| resource(path, routes.iter().filter(|route| route.path == path))).collect()
}

fn resource<'a>(path: &str, routes: impl Iterator<Item = &'a Route>) -> actix_web::Resource {
    let mut resource = web::resource(path);
    let mut allow: Vec<Method> = Vec::new();
    for route in routes {
        let head = (route.method == Method::GET).then_some(Method::HEAD);
        for method in std::iter::once(route.method.clone()).chain(head) {
            if !allow.contains(&method) {
                resource = resource.route(route.actix(method.clone()));
                allow.push(method);
            }
        }
    }
    let allow = allow.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    resource.default_service(web::to(move |request: HttpRequest| {
        let detail = format!("{} is not for this path: use {allow}", plimsoll_core::quote(request.method().as_str()));
        let failure = Failure::new(ProblemCode::MethodNotAllowed, detail).with_header(header::ALLOW, &allow);
        std::future::ready(Answer::Err(failure))
    }))
}
