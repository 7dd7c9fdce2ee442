//! Every `compile_fail` example names its error code, and fails with it on stable Rust too.
//!
//! Only nightly rustdoc compares error codes: on stable, an example with a typo "fails to compile" as well, and passes. So
//! the lines of each example are also a case of trybuild, in `downstream/tests/compile/`, whose expected errors have the code.

use crate::repository::Text;

const CASES: &str = "downstream/tests/compile/";

/// An example that must not compile.
struct Example<'a> {
    path: &'a str,
    /// The line of its fence.
    line: usize,
    code: Option<String>,
    /// The lines that readers see.
    visible: Vec<&'a str>,
}

/// Compares the examples in documentation comments and documents with the cases of trybuild.
pub(in crate::tidy) fn check(texts: &[&Text]) -> Vec<String> {
    let mut found = Vec::new();
    for Example { path, line, code, visible } in texts.iter().copied().flat_map(examples) {
        let Some(code) = code else {
            found.push(format!(
                "{path}:{line}: `compile_fail` without an error code passes on a typo: add `,E…`"
            ));
            continue;
        };
        let has_case = texts.iter().any(|case| {
            let errors = case.path.strip_suffix(".rs").map(|stem| format!("{stem}.stderr"));
            let expects = |text: &&Text| {
                Some(&text.path) == errors.as_ref() && text.content.contains(&format!("error[{code}]"))
            };
            case.path.starts_with(CASES) && contains(&case.content, &visible) && texts.iter().any(expects)
        });
        if !has_case {
            found.push(format!(
                "{path}:{line}: only nightly rustdoc compares {code}: add these lines to a case in {CASES} that fails with it"
            ));
        }
    }
    found
}

fn examples(text: &Text) -> Vec<Example<'_>> {
    let is_rust = text.path.ends_with(".rs");
    if !is_rust && !text.path.ends_with(".md") {
        return Vec::new();
    }
    let mut examples = Vec::new();
    let mut open: Option<(Option<Example<'_>>, &str)> = None;
    for (index, line) in text.content.lines().enumerate() {
        let line = line.trim_start();
        let line = match is_rust {
            true => line.strip_prefix("///").or_else(|| line.strip_prefix("//!")),
            false => Some(line),
        };
        // The end of a documentation comment ends what was not closed.
        let Some(line) = line.map(str::trim) else {
            open = None;
            continue;
        };
        let fence: String = line.chars().take_while(|letter| matches!(letter, '`' | '~')).collect();
        match &mut open {
            Some((_, opened)) if fence.len() >= 3 && line == *opened => {
                examples.extend(open.take().and_then(|(example, _)| example));
            }
            Some((Some(example), _)) => {
                let code = line.split(" //").next().unwrap_or_default().trim();
                if !code.is_empty() && code != "#" && !code.starts_with("# ") && !code.starts_with("//") {
                    example.visible.push(code);
                }
            }
            Some((None, _)) => {}
            None if fence.len() >= 3 => {
                let words: Vec<&str> = line[fence.len()..].split([',', ' ']).collect();
                let is_code = |word: &&&str| {
                    word.len() == 5
                        && word.starts_with('E')
                        && word[1..].bytes().all(|it| it.is_ascii_digit())
                };
                let code = words.iter().find(is_code).map(|code| (*code).to_owned());
                let example = Example { path: &text.path, line: index + 1, code, visible: Vec::new() };
                open = Some((words.contains(&"compile_fail").then_some(example), &line[..fence.len()]));
            }
            None => {}
        }
    }
    examples
}

/// Returns whether a case has the lines of an example one after the other.
fn contains(case: &str, lines: &[&str]) -> bool {
    let case: Vec<&str> = case.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // As adjacent lines, so that the lines of two different cases do not count as one.
    !lines.is_empty() && case.windows(lines.len()).any(|window| window == lines)
}

#[cfg(test)]
mod tests {
    use super::{Text, check};

    const EXAMPLE: &str = "//! Docs.\n\n    /// ```compile_fail,E0308\n    /// # use nd8::*;\n    /// let refund: RefundId = payment; // no\n    /// ```\n";

    fn text(path: &str, content: &str) -> Text {
        Text { path: path.to_owned(), content: content.to_owned() }
    }

    fn with_case(example: Text, case: &str, errors: &str) -> Vec<String> {
        let case = text("downstream/tests/compile/ids.rs", case);
        check(&[&example, &case, &text("downstream/tests/compile/ids.stderr", errors)])
    }

    #[test]
    fn an_example_without_a_code_is_reported() {
        for fence in ["```compile_fail", "```rust,compile_fail", "~~~compile_fail"] {
            let end = &fence[..3];
            let rust = text("src/ids.rs", &format!("/// {fence}\n/// let x: u8 = \"\";\n/// {end}\n"));
            let expected = "src/ids.rs:1: `compile_fail` without an error code passes on a typo: add `,E…`";
            assert_eq!(check(&[&rust]), [expected], "{fence}");
            let page = text("docs/a.md", &format!("Text.\n\n{fence}\nlet x: u8 = \"\";\n{end}\n"));
            assert_eq!(check(&[&page]).len(), 1, "{fence}");
        }
        let other = text(
            "src/ids.rs",
            "/// ```text\n/// ```compile_fail\n/// ```\nconst X: &str = \"```compile_fail\";\n",
        );
        assert_eq!(check(&[&other]), [] as [&str; 0]);
    }

    #[test]
    fn an_example_that_no_case_repeats_is_reported() {
        let case = "fn main() {\n    let payment = 1;\n    let refund: RefundId = payment;\n}\n";
        let (example, errors) = (|| text("src/ids.rs", EXAMPLE), "error[E0308]: mismatched types\n");
        assert_eq!(with_case(example(), case, errors), [] as [&str; 0]);
        for (case, errors) in [
            (case, "error[E0425]: cannot find value\n"),
            ("fn main() {\n    let refund: PaymentId = payment;\n}\n", errors),
        ] {
            let found = with_case(example(), case, errors);
            assert!(found.len() == 1 && found[0].starts_with("src/ids.rs:3: only nightly"), "{found:?}");
        }
    }
}
