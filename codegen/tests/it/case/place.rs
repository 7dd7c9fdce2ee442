//! Places of a document, in words: `Item.tags[] maximum`, `GET /items/ ?page schema type`, `info version`.

use super::json::Json;

const METHODS: [&str; 5] = ["GET", "PUT", "POST", "PATCH", "DELETE"];

/// A way from the root of a document to a value of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place(pub(crate) Vec<Step>);

/// A step of the way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// The value of a key, or the element at an index.
    Key(String),
    /// The element of a list whose `name` this is.
    Named(String),
    /// The value of the first key that begins with 2.
    Success,
}

impl Place {
    /// Reads a place: keys, separated by spaces. The first word can be short for more than one key:
    ///
    /// - `Item.tags[]`, with a capital, is the schema `Item`, its property `tags`, the items of that;
    /// - `GET /items/` is an operation. Behind it, `?page` is a parameter, and `request` and `response` are the schemas
    ///   of the JSON bodies, as in the naming table.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let first = words.next().ok_or("expected a place, found nothing")?;
        let mut steps = Vec::new();
        let mut key = |key: &str| steps.push(Step::Key(key.to_owned()));
        if METHODS.contains(&first) {
            let path = words.next().ok_or_else(|| format!("expected a path behind `{first}`"))?;
            ["paths", path, &first.to_lowercase()].into_iter().for_each(&mut key);
            let mut rest = words.clone();
            let body = ["content", "application/json", "schema"];
            match rest.next() {
                Some("request") => {
                    key("requestBody");
                    body.into_iter().for_each(&mut key);
                    words = rest;
                }
                Some("response") => {
                    key("responses");
                    steps.push(Step::Success);
                    steps.extend(body.map(|key| Step::Key(key.to_owned())));
                    words = rest;
                }
                Some(word) if word.starts_with('?') => {
                    key("parameters");
                    steps.push(Step::Named(word[1..].to_owned()));
                    words = rest;
                }
                _ => {}
            }
        } else if first.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            ["components", "schemas"].into_iter().for_each(&mut key);
            for (index, part) in first.split('.').enumerate() {
                if index > 0 {
                    key("properties");
                }
                key(part.trim_end_matches("[]"));
                (0..part.matches("[]").count()).for_each(|_| key("items"));
            }
        } else {
            key(first);
        }
        steps.extend(words.map(|word| Step::Key(word.to_owned())));
        Ok(Self(steps))
    }

    /// Returns the place that the last step is made from, and that step.
    pub(crate) fn split(&self) -> (Self, &Step) {
        let (last, parent) = self.0.split_last().expect("a place has a step at least");
        (Self(parent.to_vec()), last)
    }

    /// Returns the value at the place.
    pub(crate) fn of<'a>(&self, root: &'a mut Json) -> Result<&'a mut Json, String> {
        self.0.iter().try_fold(root, |value, step| {
            let index = step.index(value).ok_or_else(|| format!("there is no {}", step.describe()))?;
            Ok(match value {
                Json::Map(map) => &mut map[index].1,
                Json::List(list) => &mut list[index],
                Json::Scalar(_) => unreachable!("a scalar has no index"),
            })
        })
    }
}

impl Step {
    /// Returns where in an object or a list the step leads to.
    pub(crate) fn index(&self, value: &Json) -> Option<usize> {
        match (value, self) {
            (Json::Map(map), Self::Key(key)) => map.iter().position(|(name, _)| name == key),
            (Json::Map(map), Self::Success) => map.iter().position(|(name, _)| name.starts_with('2')),
            (Json::List(list), Self::Key(key)) => key.parse().ok().filter(|index| *index < list.len()),
            (Json::List(list), Self::Named(name)) => {
                let name = Json::from(name.clone());
                list.iter().position(|element| element.get("name") == Some(&name))
            }
            _ => None,
        }
    }

    /// Returns the name of the step for error messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Key(key) => format!("`{key}`"),
            Self::Named(name) => format!("parameter `{name}`"),
            Self::Success => "2xx response".to_owned(),
        }
    }
}

#[test]
fn places_expand_to_keys() {
    let keys = |text| {
        let place = Place::parse(text).expect("is a place");
        place
            .0
            .into_iter()
            .map(|step| match step {
                Step::Key(key) => key,
                Step::Named(name) => format!("?{name}"),
                Step::Success => "2xx".to_owned(),
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(keys("info version"), "info version");
    assert_eq!(keys("Item"), "components schemas Item");
    assert_eq!(keys("Item.tags[].x type"), "components schemas Item properties tags items properties x type");
    assert_eq!(keys("GET /a/ security"), "paths /a/ get security");
    assert_eq!(keys("GET /a/ ?page schema"), "paths /a/ get parameters ?page schema");
    assert_eq!(keys("PUT /a/ request"), "paths /a/ put requestBody content application/json schema");
    assert_eq!(
        keys("GET /a/ response type"),
        "paths /a/ get responses 2xx content application/json schema type"
    );
    assert!(Place::parse("GET").is_err());
    assert!(Place::parse(" ").is_err());
}
