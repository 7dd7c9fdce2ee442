//! A JSON value that keeps the order of its keys, read from YAML's flow style, of which JSON is a part.

use granit_parser::{Event, Parser, ScalarStyle};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// Null, a boolean, a number or a string.
    Scalar(Value),
    /// A list.
    List(Vec<Json>),
    /// An object, in the order of the text.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// Reads a value. `{$ref: Item}` is short for `{$ref: '#/components/schemas/Item'}`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut events = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, _) = event.map_err(|error| format!("cannot read the value `{text}`: {error}"))?;
            match event {
                Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd => events.push(event),
                Event::Alias(_) => return Err(format!("cannot read the value `{text}`: it has an alias")),
                _ => {}
            }
        }
        let mut events = events.into_iter();
        let first = events.next().ok_or("expected a value, found nothing")?;
        Self::build(first, &mut events)
    }

    fn build<'a>(event: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>) -> Result<Self, String> {
        const CUT: &str = "cannot read the value: it ends early";
        match event {
            Event::Scalar(text, style, ..) => Ok(Self::Scalar(scalar(&text, style))),
            Event::SequenceStart(..) => {
                let mut list = Vec::new();
                loop {
                    match events.next().ok_or(CUT)? {
                        Event::SequenceEnd => return Ok(Self::List(list)),
                        event => list.push(Self::build(event, events)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut map = Vec::new();
                loop {
                    let key = match events.next().ok_or(CUT)? {
                        Event::MappingEnd => return Ok(Self::Map(map)),
                        Event::Scalar(key, ..) => key.into_owned(),
                        other => return Err(format!("expected a key, found {other:?}")),
                    };
                    let value = Self::build(events.next().ok_or(CUT)?, events)?;
                    map.push(match &value {
                        Self::Scalar(Value::String(name)) if key == "$ref" && is_name(name) => {
                            (key, Self::from(format!("#/components/schemas/{name}")))
                        }
                        _ => (key, value),
                    });
                }
            }
            other => Err(format!("expected a value, found {other:?}")),
        }
    }

    /// Returns the text of a file that holds the value.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("keys are strings") + "\n"
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Sorts the keys of all objects.
    pub(crate) fn sort(&mut self) {
        match self {
            Self::Scalar(_) => {}
            Self::List(list) => list.iter_mut().for_each(Self::sort),
            Self::Map(map) => {
                map.sort_by(|(left, _), (right, _)| left.cmp(right));
                map.iter_mut().for_each(|(_, value)| value.sort());
            }
        }
    }

    /// Makes every `$ref` to one place lead to another.
    pub(crate) fn repoint(&mut self, from: &str, to: &str) {
        match self {
            Self::Scalar(_) => {}
            Self::List(list) => list.iter_mut().for_each(|value| value.repoint(from, to)),
            Self::Map(map) => {
                for (key, value) in map {
                    match value {
                        Self::Scalar(Value::String(target)) if key == "$ref" && target == from => {
                            *target = to.to_owned();
                        }
                        _ => value.repoint(from, to),
                    }
                }
            }
        }
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Scalar(Value::String(text))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(value) => value.serialize(serializer),
            Self::List(list) => serializer.collect_seq(list),
            Self::Map(map) => {
                let mut object = serializer.serialize_map(Some(map.len()))?;
                map.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
                object.end()
            }
        }
    }
}

/// Reads a scalar: without quotes, what is a JSON value is one, and everything else is a string.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    match serde_json::from_str(text) {
        Ok(value) if style == ScalarStyle::Plain => value,
        _ => Value::String(text.to_owned()),
    }
}

/// Returns whether a reference is the bare name of a schema.
fn is_name(reference: &str) -> bool {
    !reference.contains(['#', '/', '.'])
}

#[test]
fn values_are_read_in_order_and_written_as_json() {
    let text = "{type: object, $ref: Item, maximum: 3, nullable: true, enum: ['1', null], '200': {}}";
    let json = Json::read(text).expect("is a value");
    let expected = r##"{"type":"object","$ref":"#/components/schemas/Item","maximum":3,"nullable":true,"enum":["1",null],"200":{}}"##;
    assert_eq!(serde_json::to_string(&json).expect("can be written"), expected);
    assert_eq!(Json::read(&json.to_text()), Ok(json), "JSON is read as well");
    assert!(Json::read("{type: ").is_err());
    assert!(Json::read("").is_err());
}
