//! Random documents.

use serde_json::{Map, Value, json};

use super::schema::Schemas;
use super::words::{COMPONENTS, Dice, OPERATIONS};

/// Returns the document of a seed.
pub(super) fn document(seed: u64) -> Value {
    let mut dice = Dice::of(seed);
    let is_31 = dice.chance(35);
    let count = 2 + dice.below(6);
    let mut components: Vec<&str> = dice.some(COMPONENTS, count);
    // Neighbors of the list collide.
    if dice.chance(40) {
        let start = dice.below(COMPONENTS.len() - 4);
        components.extend(
            COMPONENTS[start..start + 3]
                .iter()
                .filter(|name| !components.contains(*name))
                .collect::<Vec<_>>(),
        );
    }
    let mut writer =
        Writer { schemas: Schemas { dice: &mut dice, components: &components, is_31 }, schemes: Vec::new() };
    let schemas: Map<String, Value> =
        components.iter().map(|name| ((*name).to_owned(), writer.schemas.component())).collect();
    let schemes = writer.schemes();
    let paths = writer.paths();
    let mut root = json!({
        "openapi": if is_31 { "3.1.0" } else { "3.0.3" },
        "info": { "title": writer.text(), "version": writer.pick(&["1", "1.10", "", "v\"1\"", "2024-01-01"]) },
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": schemes },
    });
    if writer.chance(50) {
        root["security"] = writer.security();
    }
    if writer.chance(30) {
        root["info"]["description"] = json!(writer.text());
    }
    if writer.chance(30) {
        root["servers"] =
            json!([{ "url": writer.pick(&["https://example.test/api", "/", "", "{scheme}://x"]) }]);
    }
    if is_31 && writer.chance(10) {
        root["webhooks"] = json!({ "ping": { "post": { "requestBody": { "content": {} } } } });
        root["jsonSchemaDialect"] = json!("https://spec.openapis.org/oas/3.1/dialect/base");
    }
    if writer.chance(4) {
        writer.break_something(&mut root);
    }
    root
}

const TEMPLATES: &[&str] = &[
    "/items/",
    "/items",
    "/items/{id}/",
    "/items/{id}",
    "/items/{pk}/",
    "/items/{Id}/parts/{id}/",
    "/items/{item_id}/parts/{itemId}",
    "/{type}/{self}/{body}",
    "/{client}/{request}/",
    "/{url}/{result}/{response}/{info}",
    "/",
    "//",
    "/größe/{größe}/",
    "/a b/{a b}",
    "/new",
    "/{3d}/{-x}/{a.b}/{a_b}",
];

/// Templates without a form in the client.
const UNFIT_TEMPLATES: &[&str] = &[
    "/{}/",
    "/items/{id}.csv",
    "/items/{id}:cancel",
    "/items?x=1",
    "/items#x",
    "/items/{id}/{id}",
    "/{a}{b}",
];

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

const PARAMETERS: [&str; 40] = [
    "Id",
    "id",
    "ID",
    "id_",
    "body",
    "Body",
    "self",
    "Self",
    "extra",
    "new",
    "send",
    "default",
    "type",
    "@type",
    "client",
    "_client",
    "request",
    "response",
    "result",
    "url",
    "info",
    "header_map",
    "value",
    "page",
    "page[size]",
    "page_size",
    "pageSize",
    "filter[]",
    "created_at__gte",
    "größe",
    "",
    "3d",
    "-x",
    "async",
    "X-Request-Id",
    "x_request_id",
    "Accept",
    "content-type",
    "inner",
    "query",
];

struct Writer<'a> {
    schemas: Schemas<'a>,
    /// The keys of the security schemes.
    schemes: Vec<&'static str>,
}

impl Writer<'_> {
    fn chance(&mut self, percent: u32) -> bool {
        self.schemas.dice.chance(percent)
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        self.schemas.dice.pick(texts)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.schemas.dice.below(limit)
    }

    fn text(&mut self) -> String {
        self.schemas.dice.text()
    }

    fn schemes(&mut self) -> Map<String, Value> {
        let keys = [
            "none", "None", "apiKey", "api_key", "ApiKey", "token", "bearer", "", "3d", "größe", "Security",
            "self",
        ];
        let count = self.below(5);
        self.schemes = self.schemas.dice.some(&keys, count);
        let scheme = |writer: &mut Self| match writer.below(6) {
            0 => json!({ "type": "http", "scheme": "bearer" }),
            1 => json!({ "type": "http", "scheme": "basic" }),
            2 => {
                json!({ "type": "apiKey", "in": writer.pick(&["header", "query", "cookie"]), "name": "Authorization" })
            }
            3 => {
                json!({ "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "/t", "scopes": {} } } })
            }
            4 => json!({ "type": "openIdConnect", "openIdConnectUrl": "/o" }),
            _ => json!({ "type": "mutualTLS", "description": writer.text() }),
        };
        self.schemes.clone().into_iter().map(|key| (key.to_owned(), scheme(self))).collect()
    }

    fn security(&mut self) -> Value {
        let count = self.below(3);
        let alternatives = (0..count).map(|_| {
            let mut alternative = Map::new();
            for _ in 0..self.schemas.dice.pick(&[0, 1, 1, 1, 2]) {
                let key = match self.schemes.as_slice() {
                    [_, ..] if self.schemas.dice.chance(85) => self.schemas.dice.pick(&self.schemes),
                    _ => "unknown",
                };
                alternative.insert(key.to_owned(), json!([]));
            }
            Value::Object(alternative)
        });
        Value::Array(alternatives.collect())
    }

    fn paths(&mut self) -> Map<String, Value> {
        let count = 1 + self.below(4);
        let mut templates = self.schemas.dice.some(TEMPLATES, count);
        if self.chance(15) {
            templates.push(self.pick(UNFIT_TEMPLATES));
        }
        let mut paths = Map::new();
        for template in templates {
            let mut item = Map::new();
            let count = 1 + self.below(3);
            for method in self.schemas.dice.some(&METHODS, count) {
                item.insert(method.to_owned(), self.operation(template, method));
            }
            if self.chance(20) {
                item.insert("parameters".to_owned(), Value::Array(self.parameters(template)));
            }
            paths.insert(template.to_owned(), Value::Object(item));
        }
        paths
    }

    fn operation(&mut self, template: &str, method: &str) -> Value {
        let mut operation = json!({ "responses": self.responses() });
        if self.chance(60) {
            operation["operationId"] = json!(self.pick(OPERATIONS));
        }
        if self.chance(85) {
            operation["parameters"] = Value::Array(self.parameters(template));
        }
        let has_body = matches!(method, "post" | "put" | "patch");
        if self.chance(if has_body { 85 } else { 8 }) {
            operation["requestBody"] = self.body();
        }
        for key in ["summary", "description"] {
            if self.chance(30) {
                operation[key] = json!(self.text());
            }
        }
        if self.chance(40) {
            operation["security"] = self.security();
        }
        if self.chance(10) {
            operation["tags"] = json!([self.text()]);
            operation["deprecated"] = json!(true);
        }
        operation
    }

    fn parameters(&mut self, template: &str) -> Vec<Value> {
        let mut parameters = Vec::new();
        for name in template.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')) {
            if self.chance(90) {
                parameters.push(self.parameter(name, "path", true));
            }
        }
        let count = self.below(5);
        for name in self.schemas.dice.some(&PARAMETERS, count) {
            let location = self
                .pick(&["query", "query", "query", "query", "query", "query", "header", "header", "cookie"]);
            let required = self.chance(25);
            parameters.push(self.parameter(name, location, required));
        }
        // The same name at two places.
        if self.chance(15) {
            parameters.push(self.parameter("id", "query", false));
            parameters.push(self.parameter("id", "header", false));
        }
        self.schemas.dice.shuffle(&mut parameters);
        parameters
    }

    fn parameter(&mut self, name: &str, location: &str, required: bool) -> Value {
        let mut parameter = json!({ "name": name, "in": location });
        if required {
            parameter["required"] = json!(true);
        }
        match self.below(30) {
            0 => parameter["content"] = json!({ "application/json": { "schema": self.schemas.any(4) } }),
            1 => {}
            2..20 if location == "path" => parameter["schema"] = self.schemas.scalar(),
            _ => parameter["schema"] = self.schemas.parameter(),
        }
        if self.chance(12) {
            parameter["explode"] = json!(self.chance(40));
        }
        if self.chance(6) {
            parameter["style"] = json!(self.pick(&[
                "deepObject",
                "form",
                "simple",
                "pipeDelimited",
                "spaceDelimited",
                "matrix"
            ]));
        }
        if self.chance(20) {
            parameter["description"] = json!(self.text());
        }
        if self.chance(5) {
            parameter["deprecated"] = json!(true);
            parameter["allowEmptyValue"] = json!(true);
        }
        parameter
    }

    fn media(&mut self) -> &'static str {
        match self.chance(75) {
            true => "application/json",
            false => self.schemas.dice.pick(&[
                "application/json; charset=utf-8",
                "application/problem+json",
                "*/*",
                "application/*",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "application/octet-stream",
                "text/plain",
                "text/csv",
                "image/*",
                "",
            ]),
        }
    }

    fn content(&mut self) -> Value {
        let mut content = Map::new();
        for _ in 0..self.schemas.dice.pick(&[1, 1, 1, 2, 3]) {
            let media = match self.below(20) {
                0 => json!({}),
                1 => json!({ "schema": { "type": "string", "format": "binary" } }),
                _ => json!({ "schema": self.schemas.any(0) }),
            };
            content.insert(self.media().to_owned(), media);
        }
        Value::Object(content)
    }

    fn body(&mut self) -> Value {
        let mut body = json!({ "content": self.content() });
        if self.chance(50) {
            body["required"] = json!(self.chance(80));
        }
        if self.chance(20) {
            body["description"] = json!(self.text());
        }
        body
    }

    fn responses(&mut self) -> Value {
        let statuses = self.schemas.dice.pick(&[
            &["200"][..],
            &["200"],
            &["200", "400"],
            &["201", "200"],
            &["204"],
            &["200", "204"],
            &["202", "206", "default"],
            &["default"],
            &["2XX"],
            &["2xx", "4XX"],
            &["404"],
            &["302"],
            &[],
        ]);
        let responses = statuses.iter().map(|status| {
            let mut response = json!({ "description": self.text() });
            if *status != "204" && self.schemas.dice.chance(90) {
                response["content"] = self.content();
            }
            if self.schemas.dice.chance(5) {
                response["headers"] = json!({ "X-Rate": { "schema": { "type": "integer" } } });
            }
            ((*status).to_owned(), response)
        });
        Value::Object(responses.collect())
    }

    /// Makes a document invalid.
    fn break_something(&mut self, root: &mut Value) {
        let wrong: Value = self
            .pick(&["[]", "5", "\"x\"", "{\"$ref\": \"#/nowhere\"}", "{\"$ref\": \"other.yaml#/x\"}"])
            .parse()
            .expect("is JSON");
        let place = match self.below(6) {
            0 => "/openapi",
            1 => "/paths",
            2 => "/components",
            3 => "/components/schemas",
            4 => "/info",
            _ => "/security",
        };
        let paths =
            root["paths"].as_object().into_iter().flatten().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        match self.below(3) {
            0 => _ = root.pointer_mut(place).map(|it| *it = wrong),
            1 => root["paths"][&paths[0]] = wrong,
            _ => {
                for (_, operation) in root["paths"][&paths[0]].as_object_mut().into_iter().flatten() {
                    let part = self.schemas.dice.pick(&[
                        "parameters",
                        "requestBody",
                        "responses",
                        "security",
                        "operationId",
                    ]);
                    if operation.is_object() {
                        operation[part] = wrong.clone();
                    }
                }
            }
        }
    }
}
