//! Prints the findings about two documents: `cargo run --example findings OLD NEW`.

use openapi_drift::{Document, compare};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = &paths[..] else { return Err("two documents, please: OLD NEW".into()) };
    let (old, new) = (Document::parse(old, std::fs::read(old)?)?, Document::parse(new, std::fs::read(new)?)?);
    for finding in compare(&old, &new).findings {
        let place = finding.new.or(finding.old);
        let place = place.map(|place| format!("{}:{}", place.line, place.column)).unwrap_or_default();
        let operations = finding.operations.len();
        println!(
            "{:9} {} [{}] {} {place} ({operations} operations)",
            finding.severity, finding.rule, finding.subject, finding.message
        );
    }
    Ok(())
}
