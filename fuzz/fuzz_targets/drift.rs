//! Any bytes as either document: no panic, no hang.
//!
//! The input is cut at its first byte 0xff, which no document has; an input without one is both documents.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_drift::{Document, Options, compare_with};

fuzz_target!(|input: &[u8]| {
    let cut = input.iter().position(|byte| *byte == 0xff);
    let (old, new) = cut.map_or((input, input), |cut| (&input[..cut], &input[cut + 1..]));
    let options = Options::on(jiff::civil::date(2026, 6, 1));
    let (Ok(old), Ok(new)) = (Document::parse("old", old), Document::parse("new", new)) else { return };
    let there = compare_with(&old, &new, &options);
    for finding in &there.findings {
        for (document, place) in [(&old, &finding.old), (&new, &finding.new)] {
            if let Some(place) = place {
                assert!(document.source(place.span).is_some());
                let _ = document.excerpt(place.span);
            }
        }
    }
    assert_eq!(there, compare_with(&old, &new, &options));
    assert!(compare_with(&new, &new, &options).findings.is_empty());
});
