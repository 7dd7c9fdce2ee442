//! Random documents: what is generated from them compiles, and does not depend on the order of keys.
//!
//! Each seed yields one document of nasty corners: names that collide, composed schemas of all shapes, references that lead back,
//! media types and parameters without a form. `document` makes it, `schema` its schemas, `words` has the names and texts.
//!
//! A document is refused with an error about itself, or yields code; the generator never fails, panics or aborts. Most documents
//! must yield code, and most of their operations must be in it: nothing is gained by refusing.
//!
//! The test takes the seeds from 0 to 100. `RANDOM_SCHEMAS` is another range of seeds:
//!
//! ```text
//! RANDOM_SCHEMAS=0..2000 cargo test --package nd8-codegen --test it random -- --nocapture
//! ```
//!
//! The document of a seed that fails is left in the folder `tmp/random` of the target folder, also after an abort.

mod document;
mod schema;
mod words;

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use nd8_codegen::{Document, Error, Generated, Problem, Profile, generate};
use serde_json::Value;

use crate::compiler::Compiler;
use words::Dice;

/// The documents whose code one call of the compiler checks.
const BATCH: usize = 25;

/// The seeds of the test, unless `RANDOM_SCHEMAS` is set.
const SEEDS: Range<u64> = 0..100;

/// Of a hundred documents, so many must yield code.
const GENERATED_PERCENT: usize = 90;

/// Of a hundred operations of these, so many must be in it. Others have no form in the client.
const OPERATIONS_PERCENT: usize = 50;

fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("RANDOM_SCHEMAS") else { return SEEDS };
    let range = text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    range.unwrap_or_else(|| panic!("RANDOM_SCHEMAS is a range of seeds such as 0..2000, not `{text}`"))
}

#[test]
fn code_of_random_documents_compiles() {
    let seeds = seeds();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("random");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("can be made");
    let compiler = Compiler::new("random-code").expect("cargo knows the stubs");
    let mut figures = Figures::default();
    let mut defects = Vec::new();
    let all: Vec<u64> = seeds.clone().collect();
    for batch in all.chunks(BATCH) {
        let mut codes = Vec::new();
        for seed in batch {
            let (file, document) = (folder.join(format!("{seed}.json")), document::document(*seed));
            fs::write(&file, format!("{document:#}")).expect("can be written");
            match outcome(*seed, &document) {
                Err(defect) => defects.push((*seed, defect)),
                Ok(generated) => {
                    figures.count(&document, generated.as_ref());
                    codes.extend(generated.map(|generated| (*seed, generated)));
                    fs::remove_file(&file).expect("was written");
                }
            }
        }
        let sources = codes.iter().map(|(_, generated)| generated);
        for (index, error) in compiler.first_errors(sources) {
            let seed = codes[index].0;
            let file = folder.join(format!("{seed}.json"));
            fs::write(file, format!("{:#}", document::document(seed))).expect("can be written");
            defects.push((seed, format!("the code does not compile: {error}")));
        }
    }
    println!("{figures:?}");
    let text: String = defects.iter().map(|(seed, defect)| described(*seed, defect)).collect();
    assert!(defects.is_empty(), "{} of {} documents fail:\n{text}", defects.len(), all.len());
    // A single document may be one that is refused.
    if all.len() >= BATCH {
        figures.check();
    }
}

fn described(seed: u64, defect: &str) -> String {
    format!("seed {seed}, RANDOM_SCHEMAS={seed}..{}: {defect}\n", seed + 1)
}

/// Returns what a document yields, if it is not refused. Fails if either is not as it should be.
fn outcome(seed: u64, document: &Value) -> Result<Option<Generated>, String> {
    let generated = generated(&document.to_string());
    let mut shuffled = String::new();
    write_shuffled(document, &mut Dice::of(seed), &mut shuffled);
    match (generated, self::generated(&shuffled)) {
        (Ok(one), Ok(other)) => match difference(&one, &other) {
            None => Ok(Some(one)),
            Some(text) => Err(format!("another order of keys yields other code:\n{text}")),
        },
        (Err(one), Err(other)) => one.check().and(other.check()).map(|()| None),
        (Err(refusal), Ok(_)) | (Ok(_), Err(refusal)) => {
            refusal.check()?;
            Err(format!("only one order of keys is refused: {}", refusal.0))
        }
    }
}

struct Refusal(Error);

impl Refusal {
    /// Fails if the generator is to blame, and not the document.
    fn check(&self) -> Result<(), String> {
        for finding in self.0.findings() {
            let is_ours = matches!(finding.problem(), Problem::Generator(_) | Problem::UnexpectedOutput(_));
            let has_place =
                !finding.pointer().is_empty() || matches!(finding.problem(), Problem::NotOpenApi { .. });
            if is_ours || !has_place {
                return Err(finding.to_string());
            }
        }
        Ok(())
    }
}

fn generated(document: &str) -> Result<Generated, Refusal> {
    let document = Document { name: "document.json", bytes: document.as_bytes() };
    generate(document, None, &Profile::default()).map_err(Refusal)
}

/// Writes a document with the keys of each object in any order.
fn write_shuffled(value: &Value, dice: &mut Dice, text: &mut String) {
    let separated = |index: usize, text: &mut String| text.push_str(if index > 0 { "," } else { "" });
    match value {
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map.iter().collect();
            dice.shuffle(&mut members);
            text.push('{');
            for (index, (key, value)) in members.into_iter().enumerate() {
                separated(index, text);
                text.push_str(&format!("{}:", Value::from(key.as_str())));
                write_shuffled(value, dice, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                separated(index, text);
                write_shuffled(item, dice, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Returns the first lines that differ, if there are any.
fn difference(one: &Generated, other: &Generated) -> Option<String> {
    let texts =
        |it: &Generated| [&it.surface, &it.types, &it.client, &it.mocks, &it.merged].map(Clone::clone);
    let (one, other) = (texts(one), texts(other));
    let (one, other) = one.iter().zip(&other).find(|(one, other)| one != other)?;
    let at = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    Some(at.map_or_else(|| "one is longer".to_owned(), |(one, other)| format!("- {one}\n+ {other}")))
}

/// What the documents of a run have yielded.
#[derive(Debug, Default)]
struct Figures {
    documents: usize,
    generated: usize,
    /// The operations of the documents that yielded code.
    operations: usize,
    generated_operations: usize,
}

impl Figures {
    fn count(&mut self, document: &Value, generated: Option<&Generated>) {
        self.documents += 1;
        if let Some(generated) = generated {
            self.generated += 1;
            let items = document["paths"].as_object().into_iter().flatten();
            self.operations += items.map(|(_, item)| operations(item)).sum::<usize>();
            self.generated_operations += generated.client.matches("pub async fn send(").count();
        }
    }

    fn check(&self) {
        let reaches = |part: usize, of: usize, percent: usize| part * 100 >= of * percent;
        assert!(reaches(self.generated, self.documents, GENERATED_PERCENT), "{self:?}");
        assert!(reaches(self.generated_operations, self.operations, OPERATIONS_PERCENT), "{self:?}");
    }
}

fn operations(item: &Value) -> usize {
    item.as_object()
        .map_or(0, |item| item.values().filter(|operation| operation.get("responses").is_some()).count())
}

#[test]
fn a_run_that_refuses_too_much_fails() {
    let fails = |figures: Figures| std::panic::catch_unwind(|| figures.check()).is_err();
    let figures = |generated, generated_operations| Figures {
        documents: 100,
        generated,
        operations: 100,
        generated_operations,
    };
    assert!(!fails(figures(90, 50)));
    assert!(fails(figures(89, 50)));
    assert!(fails(figures(90, 49)));
}

#[test]
fn a_seed_yields_one_document_and_its_neighbor_another() {
    assert_eq!(document::document(7), document::document(7));
    assert_ne!(document::document(7), document::document(8));
}

#[test]
fn a_failure_prints_how_to_repeat_it() {
    assert_eq!(described(7, "why"), "seed 7, RANDOM_SCHEMAS=7..8: why\n");
}
