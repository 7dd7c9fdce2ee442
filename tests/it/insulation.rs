//! `ext` builds no generated type by a literal and takes none apart: `#[non_exhaustive]` does not hold inside of a crate.

use std::path::Path;

/// The places at which a type is followed by a brace, but for those where a body begins.
fn literals<'a>(source: &'a str, types: &[&str]) -> Vec<&'a str> {
    // Tests may do it: they are not in the way of a new document.
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| {
        types.iter().any(|name| {
            line.match_indices(&format!("{name} {{")).any(|(at, _)| {
                let before = &line[..at];
                let before = ["types::", "raw::", "crate::"]
                    .into_iter()
                    .fold(before, |before, module| before.strip_suffix(module).unwrap_or(before));
                let is_longer = before.ends_with(|last: char| last.is_alphanumeric() || last == '_');
                let begins_body = ["-> ", " for ", "impl ", "struct ", "enum "];
                !is_longer && !begins_body.iter().any(|begin| before.ends_with(begin))
            })
        })
    })
    .collect()
}

#[test]
fn no_generated_type_is_written_or_matched_field_by_field() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let surface = std::fs::read_to_string(root.join("openapi/surface.txt")).expect("the file exists");
    let types: Vec<&str> = surface
        .lines()
        .filter_map(|line| line.strip_prefix("struct types::")?.split(' ').next())
        .filter(|name| !name.contains("::"))
        .collect();
    assert!(types.contains(&"CheckoutRequest") && types.contains(&"Refund"), "{types:?}");
    let mut folders = vec![root.join("src/ext")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the file exists") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("the file is UTF-8");
            assert_eq!(literals(&source, &types), Vec::<&str>::new(), "in {}", path.display());
            files += 1;
        }
    }
    assert!(files > 30, "subfolders are read: {files}");
}

#[test]
fn literals_and_patterns_are_found_and_nothing_else() {
    for (line, is_one) in [
        ("let body = types::Refund { id };", true),
        ("let raw::types::Refund { id, .. } = refund;", true),
        ("    Refund { id, ..other }", true),
        ("fn get() -> Refund {", false),
        ("impl From<A> for types::Refund {", false),
        ("impl crate::raw::types::Refund {", false),
        ("pub struct GetRefund { refund: RefundId }", false),
        ("Call::new(core, GetRefund { refund })", false),
        ("/// let _ = Refund { id };", false),
        ("#[cfg(test)] let _ = Refund { id };", false),
    ] {
        assert_eq!(!literals(line, &["Refund"]).is_empty(), is_one, "{line}");
    }
}
