//! Prints the result: one line for each document, and below it the reasons why it is not as expected.

use std::io::{self, Write};

/// Limits the reasons that are printed, and the lines of each.
const MOST_REASONS: usize = 4;
const MOST_LINES: usize = 4;

/// Limits the characters of a line.
const MOST_CHARACTERS: usize = 200;

/// Whether the generator's warnings are part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Warnings {
    Printed,
    Omitted,
}

/// A document's line.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) expected: String,
    pub(super) generated: &'static str,
    pub(super) compiled: &'static str,
    pub(super) seconds: Option<f64>,
    pub(super) megabytes: Option<u64>,
    /// Reasons why it is not as expected.
    pub(super) reasons: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// Prints the rows, and how many are as expected.
pub(super) fn print(rows: &[Row], warnings: Warnings, to: &mut dyn Write) -> io::Result<()> {
    let header =
        ["document", "generated", "compiled", "seconds", "MB", "expected", "result"].map(str::to_owned);
    let cells: Vec<[String; 7]> = rows.iter().map(cells).collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            let all = [&header].into_iter().chain(&cells);
            all.map(|cells| cells[column].chars().count()).max().unwrap_or_default()
        })
        .collect();
    line(&header, &widths, to)?;
    for (row, cells) in rows.iter().zip(&cells) {
        line(cells, &widths, to)?;
        for reason in row.reasons.iter().take(MOST_REASONS) {
            indented(reason, to)?;
        }
        if let Some(more @ 1..) = row.reasons.len().checked_sub(MOST_REASONS) {
            writeln!(to, "    … and {more} more")?;
        }
        if warnings == Warnings::Printed {
            row.warnings.iter().try_for_each(|warning| writeln!(to, "    warning: {warning}"))?;
        }
    }
    let good = rows.iter().filter(|row| row.reasons.is_empty()).count();
    writeln!(to, "{good} of {} as expected", rows.len())
}

fn cells(row: &Row) -> [String; 7] {
    let none = || "-".to_owned();
    [
        row.name.clone(),
        row.generated.to_owned(),
        row.compiled.to_owned(),
        row.seconds.map_or_else(none, |seconds| format!("{seconds:.2}")),
        row.megabytes.map_or_else(none, |megabytes| megabytes.to_string()),
        row.expected.clone(),
        if row.reasons.is_empty() { "as expected" } else { "not as expected" }.to_owned(),
    ]
}

fn line(cells: &[String; 7], widths: &[usize], to: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        // Numbers are on the right.
        let padding = " ".repeat(width - cell.chars().count());
        text +=
            &if matches!(index, 3 | 4) { format!("{padding}{cell}  ") } else { format!("{cell}{padding}  ") };
    }
    writeln!(to, "{}", text.trim_end())
}

fn indented(reason: &str, to: &mut dyn Write) -> io::Result<()> {
    let lines = reason.lines().filter(|line| !line.trim().is_empty());
    for line in lines.take(MOST_LINES) {
        let short: String = line.chars().take(MOST_CHARACTERS).collect();
        writeln!(to, "    {short}{}", if short.len() < line.len() { "…" } else { "" })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_reasons_are_below() {
        let good = Row {
            name: "bad/long-name.json".to_owned(),
            expected: "works or refused".to_owned(),
            generated: "refused",
            compiled: "-",
            seconds: Some(0.125),
            megabytes: Some(7),
            warnings: vec!["bad/long-name.json: read this".to_owned()],
            ..Row::default()
        };
        let mut reasons: Vec<String> = (1..=6).map(|number| format!("reason {number}")).collect();
        reasons[0] = "1\n\n2\n3\n4\n5".to_owned();
        reasons[1] = "x".repeat(300);
        let wrong = Row { name: "a".to_owned(), generated: "yes", compiled: "no", reasons, ..Row::default() };
        let mut text = Vec::new();
        print(&[good, wrong], Warnings::Omitted, &mut text).expect("is written");
        let long = "x".repeat(200);
        assert_eq!(
            String::from_utf8_lossy(&text),
            format!(
                "\
document            generated  compiled  seconds  MB  expected          result
bad/long-name.json  refused    -            0.12   7  works or refused  as expected
a                   yes        no              -   -                    not as expected
    1
    2
    3
    4
    {long}…
    reason 3
    reason 4
    … and 2 more
1 of 2 as expected
"
            )
        );
    }

    #[test]
    fn warnings_are_printed_if_asked_for() {
        let row = Row { warnings: vec!["read this".to_owned()], ..Row::default() };
        let mut text = Vec::new();
        print(&[row], Warnings::Printed, &mut text).expect("is written");
        assert!(String::from_utf8_lossy(&text).contains("\n    warning: read this\n1 of 1"), "{text:?}");
    }
}
