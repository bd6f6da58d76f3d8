//! What is documented of one operation, and how it is written.

use std::collections::BTreeMap;

use plimsoll_core::catalog::Catalog;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{AccountName, Digest, KeyId, PackageId, Prefix, PublisherName, Version};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::header::Header;
use super::schema::{Schema, Schemas};
use crate::http::accounts::TokenId;
use crate::http::envelope::PROBLEM_JSON;

/// Whether an operation looks at credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// It does not.
    None,
    /// With a token, more may be seen.
    Optional,
    /// It answers nobody without a token.
    Required,
}

macro_rules! tags {
    ($($tag:ident = $name:literal, $description:literal;)+) => {
        /// A group of operations.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Tag { $(#[doc = $description] $tag,)+ }

        impl Tag {
            pub(super) const ALL: &[Self] = &[$(Self::$tag),+];

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$tag => $name,)+ }
            }

            pub(super) const fn description(self) -> &'static str {
                match self { $(Self::$tag => $description,)+ }
            }
        }
    };
}

tags! {
    Registry = "registry", "The registry itself.";
    Accounts = "accounts", "Accounts and their tokens.";
    Publishers = "publishers", "Publishers, their levels, id prefixes and members.";
    Keys = "keys", "The keys that publishers sign with.";
    Artifacts = "artifacts", "The bytes of versions, named by their digests.";
    Versions = "versions", "Publishing versions, reading them, taking them back.";
    Packages = "packages", "Packages and their signed indexes.";
    Reviews = "reviews", "Deciding held versions.";
    Catalogs = "catalogs", "Browsing and searching.";
    Audit = "audit", "What happened.";
}

/// A parameter of the query.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    description: &'static str,
    schema: ParameterSchema,
}

enum ParameterSchema {
    Named(Schema),
    Inline(Value),
}

impl Parameter {
    pub(crate) fn of<T: ToSchema + DeserializeOwned>(name: &'static str, description: &'static str) -> Self {
        Self { name, description, schema: ParameterSchema::Named(Schema::of::<T>()) }
    }

    pub(crate) fn flag(name: &'static str, description: &'static str) -> Self {
        Self::inline(name, description, json!({ "type": "boolean", "default": false }))
    }

    pub(crate) fn text(name: &'static str, description: &'static str) -> Self {
        Self::inline(
            name,
            description,
            json!({ "type": "string", "maxLength": 200, "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$" }),
        )
    }

    fn inline(name: &'static str, description: &'static str, schema: Value) -> Self {
        Self { name, description, schema: ParameterSchema::Inline(schema) }
    }
}

enum Body {
    None,
    Json { schema: Schema, example: Value },
    Bytes { description: &'static str },
}

struct Success {
    status: u16,
    description: &'static str,
    content: Content,
    headers: &'static [Header],
}

enum Content {
    None,
    Json { schema: Schema, example: Value },
    Bytes,
}

/// What is documented of one operation.
pub(crate) struct Operation {
    id: &'static str,
    tag: Tag,
    summary: &'static str,
    description: Option<&'static str>,
    pub(crate) credentials: Credentials,
    pub(crate) query: Vec<Parameter>,
    /// Whether the handler reads the query by itself, whatever is in it.
    pub(crate) any_query: bool,
    body: Body,
    answers: Vec<Success>,
    problems: Vec<ProblemCode>,
    is_paged: bool,
}

impl Operation {
    pub(crate) fn new(id: &'static str, tag: Tag, summary: &'static str) -> Self {
        Self {
            id,
            tag,
            summary,
            description: None,
            credentials: Credentials::Optional,
            query: Vec::new(),
            any_query: false,
            body: Body::None,
            answers: Vec::new(),
            problems: Vec::new(),
            is_paged: false,
        }
    }

    pub(crate) fn describe(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    pub(crate) fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    pub(crate) fn query(mut self, parameter: Parameter) -> Self {
        self.query.push(parameter);
        self
    }

    /// The query may say anything.
    pub(crate) fn any_query(mut self) -> Self {
        self.any_query = true;
        self
    }

    /// A list in pages: `limit` and `cursor`.
    pub(crate) fn paged(mut self) -> Self {
        self.is_paged = true;
        let limit = json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 });
        let cursor = json!({ "type": "string", "minLength": 1, "maxLength": 1024 });
        self.query(Parameter::inline("limit", "How many items at most.", limit))
            .query(Parameter::inline("cursor", "The `next` of the page before, unchanged.", cursor))
            .fails(&[ProblemCode::CursorInvalid])
    }

    pub(crate) fn takes<T: ToSchema + DeserializeOwned>(mut self, example: Value) -> Self {
        self.body = Body::Json { schema: Schema::of::<T>(), example };
        self
    }

    pub(crate) fn takes_bytes(mut self, description: &'static str) -> Self {
        self.body = Body::Bytes { description };
        self
    }

    pub(crate) fn answers<T: ToSchema + DeserializeOwned>(
        self,
        status: u16,
        description: &'static str,
        example: Value,
    ) -> Self {
        let headers: &[Header] = if self.is_paged { &[Header::Link] } else { &[] };
        self.success(status, description, Content::Json { schema: Schema::of::<T>(), example }, headers)
    }

    pub(crate) fn answers_nothing(self, status: u16, description: &'static str) -> Self {
        self.success(status, description, Content::None, &[])
    }

    /// A stored document: with an entity tag, so 304 as well.
    pub(crate) fn answers_document<T: ToSchema + DeserializeOwned>(
        self,
        description: &'static str,
        example: Value,
    ) -> Self {
        self.success(200, description, Content::Json { schema: Schema::of::<T>(), example }, &[Header::ETag]).known()
    }

    /// The bytes of an artifact: whole, in part, or known already.
    pub(crate) fn answers_bytes(self) -> Self {
        self.whole_or_part(|| Content::Bytes, "The artifact.", "The range that was asked for.")
    }

    /// The same without the bytes.
    pub(crate) fn answers_size(self) -> Self {
        self.whole_or_part(|| Content::None, "It is there; `content-length` is its size.", "The asked range is there.")
    }

    fn whole_or_part(self, content: fn() -> Content, whole: &'static str, part: &'static str) -> Self {
        const PART: &[Header] = &[Header::ETag, Header::AcceptRanges, Header::ContentRange];
        self.success(200, whole, content(), &[Header::ETag, Header::AcceptRanges])
            .success(206, part, content(), PART)
            .known()
    }

    fn known(self) -> Self {
        self.success(304, "The client has it.", Content::None, &[Header::ETag])
    }

    fn success(mut self, status: u16, description: &'static str, content: Content, headers: &'static [Header]) -> Self {
        self.answers.push(Success { status, description, content, headers });
        self
    }

    /// Problems of this operation alone. Those that follow from credentials, parameters and body are added by themselves.
    pub(crate) fn fails(mut self, problems: &[ProblemCode]) -> Self {
        self.problems.extend(problems);
        self
    }

    /// Every problem it can answer with, in the order of the list.
    fn all_problems(&self) -> Vec<ProblemCode> {
        use ProblemCode as P;
        let mut all = self.problems.clone();
        // An unknown query parameter is a malformed request everywhere.
        all.extend([P::RequestInvalid, P::Internal, P::Unavailable]);
        match self.credentials {
            Credentials::None => {}
            Credentials::Optional => all.push(P::CredentialsInvalid),
            Credentials::Required => {
                all.extend([P::CredentialsMissing, P::CredentialsInvalid, P::ScopeMissing, P::NotAllowed]);
            }
        }
        match &self.body {
            Body::None => {}
            Body::Bytes { .. } => all.extend([P::RequestTimeout, P::BodyTooLarge]),
            Body::Json { .. } => {
                all.extend([P::RequestTimeout, P::BodyTooLarge, P::MediaTypeUnsupported, P::BodyInvalid]);
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The operation as the document has it.
    pub(super) fn write(&self, path: &str, problem: &Value, schemas: &mut Schemas) -> Value {
        let mut document = json!({
            "operationId": self.id,
            "tags": [self.tag.name()],
            "summary": self.summary,
            "security": match self.credentials {
                Credentials::None => json!([{}]),
                Credentials::Optional => json!([{}, { "token": [] }]),
                Credentials::Required => json!([{ "token": [] }]),
            },
            "parameters": self.parameters(path, schemas),
            "responses": self.responses(problem, schemas),
        });
        if let Some(description) = self.description {
            document["description"] = json!(description);
        }
        match &self.body {
            Body::None => {}
            Body::Json { schema, example } => {
                let content = json!({ "schema": schemas.reference(schema), "example": example });
                document["requestBody"] = json!({ "required": true, "content": { "application/json": content } });
            }
            Body::Bytes { description } => {
                document["requestBody"] =
                    json!({ "required": true, "description": description, "content": { OCTETS: bytes() } });
            }
        }
        document
    }

    fn parameters(&self, path: &str, schemas: &mut Schemas) -> Vec<Value> {
        let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let mut parameters: Vec<Value> = names
            .map(|name| {
                let (schema, description) = path_parameter(name);
                let schema = schemas.reference(&schema);
                json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
            })
            .collect();
        parameters.extend(self.query.iter().map(|parameter| {
            let schema = match &parameter.schema {
                ParameterSchema::Named(schema) => schemas.reference(schema),
                ParameterSchema::Inline(schema) => schema.clone(),
            };
            let Parameter { name, description, .. } = parameter;
            json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
        }));
        parameters
    }

    fn responses(&self, problem: &Value, schemas: &mut Schemas) -> Map<String, Value> {
        let mut responses = Map::new();
        for Success { status, description, content, headers } in &self.answers {
            let headers = Header::references(headers.iter().copied());
            let mut response = json!({ "description": description, "headers": headers });
            match content {
                Content::None => {}
                Content::Json { schema, example } => {
                    let content = json!({ "schema": schemas.reference(schema), "example": example });
                    response["content"] = json!({ "application/json": content });
                }
                Content::Bytes => response["content"] = json!({ OCTETS: bytes() }),
            }
            responses.insert(status.to_string(), response);
        }
        let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
        for code in self.all_problems() {
            by_status.entry(code.status()).or_default().push(code);
        }
        for (status, codes) in by_status {
            let description: Vec<String> = codes.iter().map(|code| format!("`{code}`: {}.", code.title())).collect();
            let examples: Map<String, Value> = codes
                .iter()
                .map(|code| (code.to_string(), json!({ "$ref": format!("#/components/examples/{code}") })))
                .collect();
            let content = json!({ PROBLEM_JSON: { "schema": problem, "examples": examples } });
            let headers = Header::references(Header::of_problem(status));
            let response = json!({ "description": description.join(" "), "headers": headers, "content": content });
            responses.insert(status.to_string(), response);
        }
        responses
    }
}

const OCTETS: &str = "application/octet-stream";

/// The bytes of a file, as OpenAPI 3.1 has them; `format` is for generators that still look for it.
fn bytes() -> Value {
    json!({ "schema": { "type": "string", "format": "binary" } })
}

/// A parameter of a path means the same wherever it is.
fn path_parameter(name: &str) -> (Schema, &'static str) {
    match name {
        "account" => (Schema::of::<AccountName>(), "The name of an account."),
        "catalog" => (Schema::of::<Catalog>(), "Which catalog."),
        "keyId" => (Schema::of::<KeyId>(), "The name that the publisher gave the key."),
        "package" => (Schema::of::<PackageId>(), "The id of a package."),
        "prefix" => (Schema::of::<Prefix>(), "The first words of package ids."),
        "publisher" => (Schema::of::<PublisherName>(), "The name of a publisher."),
        "sha256" => (Schema::of::<Digest>(), "The digest of the artifact."),
        "tokenId" => (Schema::of::<TokenId>(), "The id of a token, not the token."),
        "version" => (Schema::of::<Version>(), "A version of the package."),
        other => unreachable!("the path parameter {other} of the route table is not described"),
    }
}

#[cfg(test)]
impl Operation {
    /// What is wrong with its examples.
    pub(super) fn wrong_examples(&self) -> Vec<String> {
        let body = match &self.body {
            Body::Json { schema, example } => Some((schema, example)),
            Body::None | Body::Bytes { .. } => None,
        };
        let answers = self.answers.iter().filter_map(|answer| match &answer.content {
            Content::Json { schema, example } => Some((schema, example)),
            Content::None | Content::Bytes => None,
        });
        let wrong = |(schema, example): (&Schema, &Value)| schema.reads(example).err();
        body.into_iter().chain(answers).filter_map(wrong).map(|why| format!("{}: {why}", self.id)).collect()
    }
}
