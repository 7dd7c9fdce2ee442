//! One word for one thing: which words must not occur in documents, comments, messages and names.
//!
//! The list, and what is allowed in spite of it, is `vocabulary.toml`.

use anyhow::{Context as _, Result};
use regex::Regex;
use serde::Deserialize;

use crate::repository::Text;

const LIST: &str = include_str!("vocabulary.toml");

/// The words, ready to be looked for.
pub(in crate::tidy) struct Vocabulary {
    words: Vec<Word>,
    exempt: Vec<Exempt>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    word: Vec<Row>,
    exempt: Vec<Exempt>,
}

/// One row of the list. Each is tested with its own texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// A regular expression for whole words.
    not: String,
    but: String,
    /// Regular expressions around the word that make it right.
    #[serde(default)]
    allowed: Vec<String>,
    /// A text that has it.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the test reads it"))]
    example: String,
    /// A text that may have it, or has something similar.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "only the test reads it"))]
    fine: Vec<String>,
}

/// Files that are data, derived, or quote the words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exempt {
    path: String,
    #[expect(dead_code, reason = "for those who read the list")]
    why: String,
    /// Only lines that begin with this.
    #[serde(default)]
    lines: String,
}

struct Word {
    not: Regex,
    but: String,
    allowed: Vec<Regex>,
}

/// A word in a place where it must not be.
#[derive(Debug)]
pub(in crate::tidy) struct Violation {
    pub(in crate::tidy) path: String,
    line: usize,
    found: String,
    but: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, line, found, but } = self;
        write!(f, "{path}:{line}: \"{found}\": write {but}")
    }
}

impl Vocabulary {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// Fails if it is not of its form, or an expression in it is not one.
    pub(in crate::tidy) fn read() -> Result<Self> {
        let List { word, exempt } = toml::from_str(LIST).context("vocabulary.toml")?;
        let words = word.into_iter().map(|row| {
            let pattern = |text: &str| {
                let spaced = text.replace(' ', r"\s+");
                Regex::new(&format!(r"(?i)\b(?:{spaced})\b"))
                    .with_context(|| format!("vocabulary.toml: `{text}`"))
            };
            let allowed = row.allowed.iter().map(|text| pattern(text)).collect::<Result<_>>()?;
            Ok(Word { not: pattern(&row.not)?, but: row.but, allowed })
        });
        Ok(Self { words: words.collect::<Result<_>>()?, exempt })
    }

    /// Reports each word that must not be in a text.
    pub(in crate::tidy) fn check(&self, text: &Text) -> Vec<Violation> {
        let exempt: Vec<&Exempt> =
            self.exempt.iter().filter(|exempt| text.path.starts_with(&exempt.path)).collect();
        if exempt.iter().any(|exempt| exempt.lines.is_empty()) {
            return Vec::new();
        }
        let is_exempt = |line: &str| exempt.iter().any(|exempt| line.starts_with(&exempt.lines));
        let (prose, begins) = prose(&text.content, is_exempt);
        let mut found = Vec::new();
        for word in &self.words {
            // The whole phrase has to be allowed, since the same word may occur twice in a line.
            let allowed: Vec<_> = word.allowed.iter().flat_map(|allowed| allowed.find_iter(&prose)).collect();
            for hit in word.not.find_iter(&prose) {
                if allowed.iter().any(|it| it.start() <= hit.start() && hit.end() <= it.end()) {
                    continue;
                }
                found.push(Violation {
                    path: text.path.clone(),
                    line: begins.partition_point(|begin| *begin <= hit.start()),
                    found: hit.as_str().to_owned(),
                    but: word.but.clone(),
                });
            }
        }
        found.sort_by_key(|violation| violation.line);
        found
    }
}

/// Returns a text as words between spaces, with the offset at which each line begins. Marks of comments are left out, so
/// that a phrase is found across lines, and names are taken apart: `is_up_to_date` and `IsUpToDate` are four words.
fn prose(content: &str, is_exempt: impl Fn(&str) -> bool) -> (String, Vec<usize>) {
    let (mut prose, mut begins) = (String::with_capacity(content.len()), Vec::new());
    for line in content.lines() {
        begins.push(prose.len());
        if is_exempt(line) {
            prose.push('\n');
            continue;
        }
        let mut before = ' ';
        let mut rest = line.trim_start().trim_start_matches(['/', '!', '#', '>']).chars().peekable();
        while let Some(letter) = rest.next() {
            let next_is_lower = rest.peek().is_some_and(|next| next.is_lowercase());
            let is_joint = letter == '_' && (before.is_alphanumeric() || before == '_');
            let is_hump =
                letter.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_lower));
            if is_hump {
                prose.push(' ');
            }
            prose.push(if is_joint { ' ' } else { letter });
            before = letter;
        }
        prose.push('\n');
    }
    (prose, begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(vocabulary: &Vocabulary, path: &str, content: &str) -> Vec<String> {
        let text = Text { path: path.to_owned(), content: content.to_owned() };
        vocabulary.check(&text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_word_of_the_list_is_found_in_its_example() {
        let vocabulary = Vocabulary::read().expect("is a list");
        let list: List = toml::from_str(LIST).expect("is a list");
        for Row { but, example, fine, not, .. } in list.word {
            let hits = found(&vocabulary, "src/a.rs", &example);
            assert!(
                hits.iter().any(|hit| hit.ends_with(&but)),
                "`{not}` is not found in \"{example}\": {hits:?}"
            );
            for fine in fine {
                assert_eq!(found(&vocabulary, "src/a.rs", &fine), [] as [&str; 0], "\"{fine}\" is fine");
            }
        }
    }

    #[test]
    fn words_are_found_in_names_and_across_lines() {
        let vocabulary = Vocabulary::read().expect("is a list");
        let list: List = toml::from_str(LIST).expect("is a list");
        let single = list.word.iter().find(|row| row.example.bytes().all(|byte| byte.is_ascii_lowercase()));
        let name = &single.expect("is in the list").example;
        for code in [
            format!("fn the_{name}_is_fast() {{}}"),
            format!("struct Fast{}{}Id;", name[..1].to_uppercase(), &name[1..]),
            format!("const SLOW_{}: u8 = 1;", name.to_uppercase()),
            format!("// A {name}."),
            format!("fail(\"no {name} came\")"),
        ] {
            assert_eq!(found(&vocabulary, "src/a.rs", &format!("\n{code}\n")).len(), 1, "{code}");
            assert!(
                found(&vocabulary, "src/a.rs", &format!("\n{code}\n"))[0].starts_with("src/a.rs:2: "),
                "{code}"
            );
        }
        let phrase = list.word.iter().find(|row| row.example.contains(' ')).expect("is in the list");
        let broken = format!("/// {}", phrase.example.replace(' ', "\n    /// "));
        assert!(!found(&vocabulary, "src/a.rs", &broken).is_empty(), "{broken}");
    }

    #[test]
    fn exempt_files_and_lines_are_not_read() {
        let vocabulary = Vocabulary::read().expect("is a list");
        let list: List = toml::from_str(LIST).expect("is a list");
        let example = &list.word[0].example;
        assert_eq!(found(&vocabulary, "src/raw/snapshot/types.rs", example), [] as [&str; 0]);
        assert_eq!(found(&vocabulary, "CHANGELOG.md", &format!("| `{example}` | `x` |")), [] as [&str; 0]);
        assert_eq!(found(&vocabulary, "CHANGELOG.md", example).len(), 1);
    }
}
