//! Random schemas.

use serde_json::{Map, Value, json};

use super::words::{Dice, VALUES};

/// What schemas are made with.
pub(super) struct Schemas<'a> {
    pub(super) dice: &'a mut Dice,
    /// The names of components that references may lead to.
    pub(super) components: &'a [&'a str],
    /// Whether the document is one of OpenAPI 3.1.
    pub(super) is_31: bool,
}

/// Deeper than the references that real documents write in place.
const DEPTH: usize = 4;

impl Schemas<'_> {
    /// Returns a schema.
    pub(super) fn any(&mut self, depth: usize) -> Value {
        let kind = if depth > DEPTH { self.dice.below(45) } else { self.dice.below(100) };
        let mut schema = match kind {
            0..20 => self.scalar(),
            20..30 => self.choice(),
            30..43 => self.reference(),
            43..45 => self.free_form(),
            45..67 => self.object(depth),
            67..75 => self.map(depth),
            75..83 => self.list(depth),
            83..97 => self.composed(depth),
            _ => self.unusual(depth),
        };
        self.describe(&mut schema);
        schema
    }

    /// Returns a schema for a component: objects, enums and alternatives for the most part.
    pub(super) fn component(&mut self) -> Value {
        let mut schema = match self.dice.below(100) {
            0..50 => self.object(1),
            50..65 => self.choice(),
            65..82 => self.composed(1),
            82..86 => self.reference(),
            _ => return self.any(1),
        };
        self.describe(&mut schema);
        schema
    }

    /// Returns a schema that parameters have, in most cases.
    pub(super) fn parameter(&mut self) -> Value {
        let mut schema = match self.dice.below(100) {
            0..55 => self.scalar(),
            55..70 => self.choice(),
            70..82 => {
                let items = if self.dice.chance(60) { self.scalar() } else { self.any(DEPTH) };
                json!({ "type": "array", "items": items })
            }
            82..94 => self.reference(),
            94..97 => json!({}),
            _ => return self.any(DEPTH),
        };
        self.describe(&mut schema);
        schema
    }

    /// Returns a schema of a text, a number or a boolean.
    pub(super) fn scalar(&mut self) -> Value {
        let formats: &[&str] = match self.dice.below(4) {
            0 => &[
                "string",
                "date-time",
                "date",
                "uuid",
                "decimal",
                "byte",
                "binary",
                "email",
                "uri",
                "ip",
                "ipv4",
                "ipv6",
                "password",
            ],
            1 => &["integer", "int32", "int64", "uint8", "uint64", "unix-time", "decimal"],
            2 => &["number", "float", "double", "decimal", "int64"],
            _ => &["boolean", "boolean"],
        };
        let mut schema = json!({ "type": formats[0] });
        if self.dice.chance(50) && formats.len() > 2 {
            schema["format"] = json!(self.dice.pick(&formats[1..]));
        }
        if self.dice.chance(20) {
            let limits: &[(&str, Value)] = match formats[0] {
                "string" => {
                    &[("minLength", json!(1)), ("maxLength", json!(3)), ("pattern", json!("^[a-z\"\\\\]+$"))]
                }
                "boolean" => &[("default", json!(true)), ("default", json!("yes"))],
                _ => &[
                    ("minimum", json!(1)),
                    ("maximum", json!(-1)),
                    ("multipleOf", json!(3)),
                    ("minimum", json!(-1e300)),
                ],
            };
            let (key, value) = &limits[self.dice.below(limits.len())];
            schema[*key] = value.clone();
        }
        if self.is_31 && self.dice.chance(10) {
            let (key, value) = self.dice.pick(&[
                ("exclusiveMinimum", "0"),
                ("examples", "[1, \"a\"]"),
                ("contentEncoding", "\"base64\""),
                ("contentMediaType", "\"application/octet-stream\""),
                ("const", "\"one\""),
                ("const", "null"),
                ("$comment", "\"none\""),
            ]);
            schema[key] = value.parse().expect("is JSON");
        }
        schema
    }

    fn choice(&mut self) -> Value {
        let count = 1 + self.dice.below(6);
        let mut values: Vec<Value> = match self.dice.below(12) {
            0 => (0..count).map(|number| json!(number)).collect(),
            1 => vec![json!(true), json!(false)],
            2 => vec![json!(true)],
            3 => vec![json!("a"), json!(1), json!(null), json!(1.5)],
            4 => vec![json!(1.5), json!(2)],
            5 => vec![json!("")],
            6 => vec![json!(null)],
            7 => vec![json!("a"), json!("a"), json!("b"), json!("a")],
            _ => {
                let family = self.dice.pick(VALUES);
                let mut values = self.dice.some(family, count);
                let family = self.dice.pick(VALUES);
                values.extend(self.dice.some(family, 2));
                values.into_iter().map(Value::from).collect()
            }
        };
        if self.dice.chance(15) {
            values.push(json!(null));
        }
        if self.dice.chance(5) {
            values.clear();
        }
        let name = match values.first() {
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Number(_)) => "integer",
            _ => "string",
        };
        match self.dice.chance(75) {
            true => json!({ "type": name, "enum": values }),
            false => json!({ "enum": values }),
        }
    }

    /// Returns a reference: to a component, or into one.
    pub(super) fn reference(&mut self) -> Value {
        let name = self.dice.pick(self.components);
        let escaped = name.replace('~', "~0").replace('/', "~1").replace('%', "%25").replace(' ', "%20");
        let into = match self.dice.below(100) {
            0 => "/properties/id",
            1 => "/items",
            2 if self.dice.chance(30) => "/nothing",
            _ => "",
        };
        let mut schema = json!({ "$ref": format!("#/components/schemas/{escaped}{into}") });
        if self.dice.chance(if self.is_31 { 20 } else { 5 }) {
            self.describe(&mut schema);
            if self.dice.chance(30) {
                schema["properties"] = json!({ "sibling": { "type": "string" } });
            }
        }
        schema
    }

    fn free_form(&mut self) -> Value {
        self.pick(&[
            "{}",
            "{\"type\": \"object\"}",
            "{\"additionalProperties\": true}",
            "{\"type\": \"object\", \"properties\": {}}",
        ])
    }

    fn pick(&mut self, texts: &[&str]) -> Value {
        self.dice.pick(texts).parse().expect("is JSON")
    }

    fn properties(&mut self, depth: usize) -> Map<String, Value> {
        let count = self.dice.below(6);
        let names = self.dice.names(count);
        names.into_iter().map(|name| (name, self.any(depth + 1))).collect()
    }

    fn object(&mut self, depth: usize) -> Value {
        let properties = self.properties(depth);
        let mut required: Vec<&str> =
            properties.keys().map(String::as_str).filter(|_| self.dice.chance(40)).collect();
        if self.dice.chance(8) {
            required.push("without a property");
        }
        let mut object = json!({ "properties": properties });
        if self.dice.chance(85) {
            object["type"] = json!("object");
        }
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        if self.dice.chance(25) {
            object["additionalProperties"] = self.additional(depth);
        }
        if self.dice.chance(4) {
            object["discriminator"] = json!({ "propertyName": self.dice.pick(&["type", "kind", ""]) });
        }
        object
    }

    fn additional(&mut self, depth: usize) -> Value {
        match self.dice.below(4) {
            0 => json!(true),
            1 => json!(false),
            2 => json!({}),
            _ => self.any(depth + 1),
        }
    }

    fn map(&mut self, depth: usize) -> Value {
        json!({ "type": "object", "additionalProperties": self.additional(depth) })
    }

    fn list(&mut self, depth: usize) -> Value {
        let mut list = json!({ "type": "array", "items": self.any(depth + 1) });
        match self.dice.below(12) {
            0 => list["uniqueItems"] = json!(true),
            1 => list["minItems"] = json!(1),
            2 => _ = list.as_object_mut().and_then(|list| list.remove("items")),
            3 => _ = list.as_object_mut().and_then(|list| list.remove("type")),
            4 => list["maxItems"] = json!(2),
            _ => {}
        }
        list
    }

    fn composed(&mut self, depth: usize) -> Value {
        let key = self.dice.pick(&["allOf", "allOf", "oneOf", "oneOf", "anyOf"]);
        let count = self.dice.pick(&[0, 1, 1, 1, 2, 2, 2, 3]);
        let is_uniform = self.dice.chance(60);
        let kind = self.dice.below(4);
        let mut branches: Vec<Value> = (0..count)
            .map(|_| match if is_uniform { kind } else { self.dice.below(6) } {
                0 | 1 => self.reference(),
                2 => self.object(depth + 1),
                3 => self.choice(),
                4 => self.scalar(),
                _ => self.any(depth + 1),
            })
            .collect();
        if self.dice.chance(20) {
            branches.push(self.pick(&[
                "{\"enum\": [\"\"]}",
                "{\"enum\": [null]}",
                "{\"nullable\": true}",
                "{\"type\": \"object\", \"nullable\": true}",
                "{\"required\": [\"id\"]}",
                "{\"description\": \"only\"}",
            ]));
        }
        let mut schema = json!({ key: branches });
        if self.dice.chance(20) {
            schema["properties"] = Value::Object(self.properties(depth + 1));
        }
        if self.dice.chance(15) {
            schema["type"] = self.pick(&["\"object\"", "\"string\"", "\"object\""]);
        }
        if self.dice.chance(10) {
            schema["required"] = json!(["id", "type"]);
        }
        if self.dice.chance(8) {
            let other = self.dice.pick(&["allOf", "oneOf", "anyOf"]);
            schema[other] = json!([self.reference()]);
        }
        if self.dice.chance(30) && key != "allOf" {
            let property = self.dice.pick(&["type", "kind", "fooBar", "@type", "extra", "new", "id", ""]);
            schema["discriminator"] = json!({ "propertyName": property });
            if self.dice.chance(60) {
                schema["discriminator"]["mapping"] = self.mapping();
            }
        }
        schema
    }

    fn mapping(&mut self) -> Value {
        let mut mapping = Map::new();
        for value in self.dice.some(&["a", "b", "", "\"", "{}", "Foo"], 3) {
            let target = match self.dice.chance(70) {
                true => self.reference()["$ref"].clone(),
                false => json!(self.dice.pick(self.components)),
            };
            mapping.insert(value.to_owned(), target);
        }
        Value::Object(mapping)
    }

    /// Returns what hardly anybody writes.
    fn unusual(&mut self, depth: usize) -> Value {
        if self.is_31 {
            return self.pick(&[
                "true",
                "{\"type\": [\"string\", \"null\"]}",
                "{\"type\": [\"string\", \"integer\", \"null\"]}",
                "{\"type\": [\"object\", \"null\"], \"properties\": {\"a\": {\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"null\"}}}}",
                "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": [\"number\", \"null\"]}}",
                "{\"type\": \"null\"}",
                "{\"type\": []}",
                "{\"const\": \"one\"}",
                "{\"const\": 1}",
                "{\"const\": {\"a\": 1}}",
                "{\"prefixItems\": [{\"type\": \"string\"}], \"type\": \"array\", \"items\": false}",
                "{\"type\": \"object\", \"patternProperties\": {\"^x\": {\"type\": \"string\"}}}",
                "{\"type\": \"object\", \"propertyNames\": {\"pattern\": \"^x\"}, \"additionalProperties\": {\"type\": \"string\"}}",
                "{\"if\": {\"type\": \"string\"}, \"then\": {\"minLength\": 1}, \"else\": false}",
                "{\"$defs\": {\"x\": {\"type\": \"string\"}}, \"type\": \"object\", \"properties\": {\"x\": {\"type\": \"string\"}}}",
                "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}",
                "{\"type\": \"object\", \"unevaluatedProperties\": false, \"properties\": {\"const\": {\"const\": \"x\"}, \"type\": {\"enum\": [\"type\"]}}}",
            ]);
        }
        match self.dice.below(4) {
            0 => json!({ "not": self.any(depth + 1) }),
            1 => json!({ "type": "array", "items": {}, "properties": { "id": { "type": "string" } } }),
            2 => json!({ "type": self.dice.pick(&["file", "any", "null", "decimal", ""]) }),
            _ => json!({ "type": "string", "properties": { "id": self.any(depth + 1) } }),
        }
    }

    /// Adds keywords of a schema other than its type.
    fn describe(&mut self, schema: &mut Value) {
        let Value::Object(map) = schema else { return };
        if self.dice.chance(20) {
            map.insert("description".to_owned(), json!(self.dice.text()));
        }
        if self.dice.chance(20) {
            match (self.is_31, map.get("type").cloned()) {
                (true, Some(Value::String(name))) => {
                    map.insert("type".to_owned(), json!([name, "null"]));
                }
                (true, None) if map.contains_key("$ref") => {
                    let reference = map.remove("$ref");
                    map.insert("anyOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
                }
                _ => _ = map.insert("nullable".to_owned(), json!(true)),
            }
        }
        for (key, percent) in [("readOnly", 7), ("writeOnly", 7), ("deprecated", 4)] {
            if self.dice.chance(percent) {
                map.insert(key.to_owned(), json!(true));
            }
        }
        if self.dice.chance(5) {
            map.insert("title".to_owned(), json!(self.dice.text()));
        }
        if self.dice.chance(8) {
            let value =
                self.pick(&["null", "\"a\"", "1", "[]", "{}", "{\"$ref\": \"#/nowhere\"}", "\"\\\"\""]);
            let key = self.dice.pick(&["default", "example"]);
            map.insert(key.to_owned(), value);
        }
        if self.dice.chance(4) {
            // What belongs to another type.
            let (key, value) = self.dice.pick(&[
                ("format", "\"uuid\""),
                ("format", "\"date-time\""),
                ("format", "\"decimal\""),
                ("format", "\"int32\""),
                ("pattern", "\"^x$\""),
                ("minLength", "1"),
                ("maximum", "9"),
                ("uniqueItems", "true"),
                ("minItems", "1"),
                ("items", "{}"),
                ("enum", "[\"a\", 1]"),
                ("enum", "[]"),
                ("required", "[\"id\"]"),
                ("additionalProperties", "false"),
                ("not", "{}"),
            ]);
            map.insert(key.to_owned(), value.parse().expect("is JSON"));
        }
        if self.dice.chance(3) {
            map.insert("xml".to_owned(), json!({ "name": "x", "attribute": true }));
        }
    }
}
