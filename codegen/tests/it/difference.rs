//! Differences between generated sources: the changed lines of each item. Hunks are headed by the items that they are in,
//! not by line numbers, so that a change elsewhere in the source leaves them unchanged.

use std::fmt::Write as _;

use similar::TextDiff;

/// Returns the changes from one text to the other, each below the name of the file and the items that it is in. Around
/// each are some lines of context: with one, code that is put elsewhere is another difference.
pub(crate) fn difference(file: &str, context: usize, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let (old, lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let (mut text, mut last) = (String::new(), String::new());
    for group in diff.grouped_ops(context) {
        let changes: Vec<_> = group.iter().flat_map(|op| diff.iter_changes(op)).collect();
        let changed = changes.iter().find(|change| change.tag() != similar::ChangeTag::Equal);
        let items = match changed.map(|change| (change.old_index(), change.new_index())) {
            Some((_, Some(index))) => items(&lines, index),
            Some((Some(index), _)) => items(&old, index),
            _ => String::new(),
        };
        let heading = format!("@@ {file} {items}");
        match heading == last {
            true => text.push_str("...\n"),
            false => {
                let _ = writeln!(text, "{}", heading.trim_end());
            }
        }
        last = heading;
        for change in changes {
            let _ = writeln!(text, "{}{}", change.tag(), change.value().trim_end_matches('\n'));
        }
    }
    text
}

/// Returns the items that a line is in, the outermost first.
fn items(lines: &[&str], index: usize) -> String {
    const ITEMS: [&str; 7] = ["const ", "enum ", "fn ", "impl ", "mod ", "static ", "struct "];
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut depth = indentation(lines[index]);
    let mut items = Vec::new();
    for line in lines[..index].iter().rev() {
        if line.trim().is_empty() || indentation(line) >= depth {
            continue;
        }
        depth = indentation(line);
        let item = line.trim().trim_start_matches("pub ").trim_start_matches("async ");
        if ITEMS.iter().any(|keyword| item.starts_with(keyword)) {
            let end = if item.starts_with("fn ") { item.find('(') } else { None };
            items.push(item[..end.unwrap_or(item.len())].trim_end_matches([' ', '{', '[', '=', '&']));
        }
    }
    items.reverse();
    items.join(" > ")
}

#[test]
fn a_difference_names_the_items_and_no_line() {
    let old = "mod a {\n    struct A {\n        a: u8,\n    }\n}\n";
    let new = "mod a {\n    struct A {\n        a: u8,\n        b: u8,\n    }\n}\n";
    let expected = "@@ x.rs mod a > struct A\n         a: u8,\n+        b: u8,\n     }\n";
    assert_eq!(difference("x.rs", 1, old, new), expected);
    assert_eq!(difference("x.rs", 1, &format!("\n{old}"), &format!("\n{new}")), expected);
    assert_eq!(difference("x.rs", 1, old, old), "");
    assert_eq!(difference("x.txt", 1, "a\nb\n", "b\n"), "@@ x.txt\n-a\n b\n");
    assert_eq!(difference("x.txt", 0, "a\nb\n", "b\n"), "@@ x.txt\n-a\n");
    let (old, new) = ("fn a() {\n    1;\n    2;\n    3;\n}\n", "fn a() {\n    1\n    2;\n    3\n}\n");
    let expected = "@@ x.rs fn a\n-    1;\n+    1\n...\n-    3;\n+    3\n";
    assert_eq!(difference("x.rs", 0, old, new), expected);
}
