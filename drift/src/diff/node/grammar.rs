//! Kinds of values of all keywords that the comparison reads, by the part of a document that they are in.

/// A part of a document: an object with keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Document,
    Info,
    Server,
    ServerVariable,
    Tag,
    ExternalDocs,
    Components,
    PathItem,
    Operation,
    Parameter,
    Header,
    Body,
    MediaType,
    Encoding,
    Response,
    Link,
    Callback,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    Flow,
    /// Something whose form is not compared.
    Any,
}

/// Kind of a keyword's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    Text,
    /// A text for people, which may be missing.
    Words,
    Flag,
    Number,
    /// A whole number that is not negative.
    Count,
    /// A number, or a flag as in OpenAPI 3.0.
    Exclusive,
    /// One type or a list of them.
    Types,
    Texts,
    /// A list of anything.
    Values,
    /// An object whose values are texts.
    TextMap,
    /// An object whose values are lists of texts.
    TextsMap,
    /// A date.
    Date,
    /// A level of stability.
    Level,
    One(Part),
    /// A schema, which may be a flag.
    OneOrFlag,
    List(Part),
    Map(Part),
    /// A list of objects whose values are lists of texts.
    Requirements,
    Anything,
}

/// Returns the kind of value that a keyword has in a part of a document.
pub(crate) fn value(part: Part, key: &str) -> Value {
    use Value as V;
    match key {
        "x-sunset" => return V::Date,
        "x-stability-level" => return V::Level,
        extension if extension.starts_with("x-") && extension != "x-extensible-enum" => return V::Anything,
        "description" | "summary" | "title" if part != Part::Any && part != Part::Callback => {
            return V::Words;
        }
        "externalDocs" => return V::One(Part::ExternalDocs),
        _ => {}
    }
    match part {
        Part::Schema => schema(key),
        Part::Document => match key {
            "info" => V::One(Part::Info),
            "servers" => V::List(Part::Server),
            "paths" | "webhooks" => V::Map(Part::PathItem),
            "components" => V::One(Part::Components),
            "security" => V::Requirements,
            "tags" => V::List(Part::Tag),
            "jsonSchemaDialect" | "$self" => V::Text,
            _ => V::Anything,
        },
        Part::Info => match key {
            "termsOfService" => V::Text,
            _ => V::Anything,
        },
        Part::Server => match key {
            "url" | "name" => V::Text,
            "variables" => V::Map(Part::ServerVariable),
            _ => V::Anything,
        },
        Part::ServerVariable => match key {
            "default" => V::Text,
            "enum" => V::Texts,
            _ => V::Anything,
        },
        Part::Tag => match key {
            "name" | "parent" | "kind" => V::Text,
            _ => V::Anything,
        },
        Part::ExternalDocs => match key {
            "url" => V::Text,
            _ => V::Anything,
        },
        Part::Components => match key {
            "schemas" => V::Map(Part::Schema),
            "responses" => V::Map(Part::Response),
            "parameters" => V::Map(Part::Parameter),
            "requestBodies" => V::Map(Part::Body),
            "headers" => V::Map(Part::Header),
            "securitySchemes" => V::Map(Part::SecurityScheme),
            "links" => V::Map(Part::Link),
            "callbacks" => V::Map(Part::Callback),
            "pathItems" => V::Map(Part::PathItem),
            "mediaTypes" => V::Map(Part::MediaType),
            "examples" => V::Map(Part::Any),
            _ => V::Anything,
        },
        Part::PathItem => match key {
            "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query" => {
                V::One(Part::Operation)
            }
            "additionalOperations" => V::Map(Part::Operation),
            "parameters" => V::List(Part::Parameter),
            "servers" => V::List(Part::Server),
            "$ref" => V::Text,
            _ => V::Anything,
        },
        Part::Operation => match key {
            "tags" => V::Texts,
            "operationId" => V::Text,
            "parameters" => V::List(Part::Parameter),
            "requestBody" => V::One(Part::Body),
            "responses" => V::Map(Part::Response),
            "callbacks" => V::Map(Part::Callback),
            "deprecated" => V::Flag,
            "security" => V::Requirements,
            "servers" => V::List(Part::Server),
            _ => V::Anything,
        },
        Part::Parameter | Part::Header => match key {
            "name" | "in" | "style" | "$ref" => V::Text,
            "required" | "deprecated" | "allowEmptyValue" | "explode" | "allowReserved" => V::Flag,
            "schema" => V::OneOrFlag,
            "content" => V::Map(Part::MediaType),
            "examples" => V::Map(Part::Any),
            _ => V::Anything,
        },
        Part::Body => match key {
            "required" => V::Flag,
            "content" => V::Map(Part::MediaType),
            "$ref" => V::Text,
            _ => V::Anything,
        },
        Part::MediaType => match key {
            "schema" | "itemSchema" => V::OneOrFlag,
            "examples" => V::Map(Part::Any),
            "encoding" => V::Map(Part::Encoding),
            "prefixEncoding" => V::List(Part::Encoding),
            "itemEncoding" => V::One(Part::Encoding),
            "$ref" => V::Text,
            _ => V::Anything,
        },
        Part::Encoding => match key {
            "contentType" | "style" => V::Text,
            "headers" => V::Map(Part::Header),
            "explode" | "allowReserved" => V::Flag,
            _ => V::Anything,
        },
        Part::Response => match key {
            "headers" => V::Map(Part::Header),
            "content" => V::Map(Part::MediaType),
            "links" => V::Map(Part::Link),
            "$ref" => V::Text,
            _ => V::Anything,
        },
        Part::Link => match key {
            "operationRef" | "operationId" | "$ref" => V::Text,
            "server" => V::One(Part::Server),
            _ => V::Anything,
        },
        Part::Callback => match key {
            "$ref" => V::Text,
            _ => V::One(Part::PathItem),
        },
        Part::Discriminator => match key {
            "propertyName" | "defaultMapping" => V::Text,
            "mapping" => V::TextMap,
            _ => V::Anything,
        },
        Part::Xml => match key {
            "name" | "namespace" | "prefix" | "nodeType" => V::Text,
            "attribute" | "wrapped" => V::Flag,
            _ => V::Anything,
        },
        Part::SecurityScheme => match key {
            "type" | "name" | "in" | "scheme" | "bearerFormat" | "openIdConnectUrl" | "oauth2MetadataUrl"
            | "$ref" => V::Text,
            "flows" => V::Map(Part::Flow),
            "deprecated" => V::Flag,
            _ => V::Anything,
        },
        Part::Flow => match key {
            "authorizationUrl" | "deviceAuthorizationUrl" | "tokenUrl" | "refreshUrl" => V::Text,
            "scopes" => V::TextMap,
            _ => V::Anything,
        },
        Part::Any => V::Anything,
    }
}

fn schema(key: &str) -> Value {
    use Value as V;
    match key {
        "type" => V::Types,
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" => V::Map(Part::Schema),
        "required" => V::Texts,
        "items"
        | "additionalProperties"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => V::OneOrFlag,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => V::List(Part::Schema),
        "enum" | "x-extensible-enum" => V::Values,
        "format" | "pattern" | "contentEncoding" | "contentMediaType" | "$ref" | "$dynamicRef" | "$id"
        | "$schema" | "$anchor" => V::Text,
        "maximum" | "minimum" | "multipleOf" => V::Number,
        "exclusiveMaximum" | "exclusiveMinimum" => V::Exclusive,
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties"
        | "maxContains" | "minContains" => V::Count,
        "nullable" | "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" => V::Flag,
        "dependentRequired" => V::TextsMap,
        "discriminator" => V::One(Part::Discriminator),
        "xml" => V::One(Part::Xml),
        _ => V::Anything,
    }
}
