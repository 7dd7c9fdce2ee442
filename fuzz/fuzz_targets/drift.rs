//! Any bytes as either document: no panic, no hang.
//!
//! The input is cut at each byte 0xff, which no document has: the old document, the new one, and the files that they refer
//! to. An input without one is both documents.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_drift::report::{Color, Format, Report};
use openapi_drift::{Document, Options, compare_with};

fuzz_target!(|input: &[u8]| {
    let parts: Vec<&[u8]> = input.split(|byte| *byte == 0xff).collect();
    let (old, new, files) = match &parts[..] {
        [one] => (*one, *one, &[][..]),
        [old, new, files @ ..] => (*old, *new, files),
        [] => return,
    };
    let read = |name: &str, content: &[u8]| {
        Document::parse_with(name, name, content, &mut |path| {
            let number = path.bytes().map(usize::from).sum::<usize>();
            let file = number.checked_rem(files.len()).map(|at| files[at].to_vec());
            file.ok_or_else(|| "no such file".to_owned())
        })
    };
    let options = Options::on(jiff::civil::date(2026, 6, 1));
    let (Ok(old), Ok(new)) = (read("old", old), read("new", new)) else { return };
    let there = compare_with(&old, &new, &options);
    for finding in &there.findings {
        for (document, place) in [(&old, &finding.old), (&new, &finding.new)] {
            if let Some(place) = place {
                assert!(document.source(place.span).is_some());
                let _ = document.excerpt(place.span);
            }
        }
    }
    // These formats have parts of the documents in them.
    for format in [Format::Text(Color::Plain), Format::Html, Format::Sarif] {
        let mut out = Vec::new();
        Report::new(&old, &new, &there).render(format, &mut out).expect("memory takes all");
        let text = String::from_utf8(out).expect("is text");
        assert!(!text.contains('\u{1b}'));
        assert!(format != Format::Html || !text.contains("<script"));
    }
    assert_eq!(there, compare_with(&old, &new, &options));
    assert!(compare_with(&new, &new, &options).findings.is_empty());
});
