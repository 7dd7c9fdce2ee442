//! Documents of any size, with schemas that refer to one another in cycles.

use std::fmt::Write as _;

/// A document with a number of schemas and a tenth as many operations, or the next revision of it. Each schema refers to
/// four others, so that there are far more paths through them than schemas.
pub(crate) fn document(schemas: usize, is_new: bool) -> Vec<u8> {
    let mut text =
        String::from("{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Synthetic\", \"version\": \"");
    text.push_str(if is_new { "2.0.0" } else { "1.0.0" });
    text.push_str("\"},\n\"paths\": {");
    for operation in 0..schemas / 10 {
        let comma = if operation == 0 { "" } else { "," };
        let schema = operation * 10;
        let _ = write!(
            text,
            "{comma}\n\"/things{operation}/{{id}}\": {{\"parameters\": [{{\"name\": \"id\", \"in\": \"path\", \"required\": true, \"schema\": {{\"type\": \"string\"}}}}], \"post\": {{\"operationId\": \"op{operation}\", \
             \"requestBody\": {{\"content\": {{\"application/json\": {{\"schema\": {{\"$ref\": \"#/components/schemas/S{schema}\"}}}}}}}}, \
             \"responses\": {{\"200\": {{\"description\": \"\", \"content\": {{\"application/json\": {{\"schema\": {{\"$ref\": \"#/components/schemas/S{}\"}}}}}}}}}}}}}}",
            schema + 5
        );
    }
    text.push_str("},\n\"components\": {\"schemas\": {");
    for schema in 0..schemas {
        let comma = if schema == 0 { "" } else { "," };
        // Within a village of a hundred everybody knows others; some look over the fence.
        let village = schema / 100 * 100;
        let neighbour = |step: usize| village + (schema - village + step) % 100;
        let far = if schema % 20 == 0 { (schema * 7 + 13) % schemas } else { neighbour(1) };
        let limit = if is_new && schema % 10 == 3 { 20 } else { 10 };
        let more = if is_new && schema % 25 == 7 { ", \"added\": {\"type\": \"string\"}" } else { "" };
        let _ = write!(
            text,
            "{comma}\n\"S{schema}\": {{\"type\": \"object\", \"required\": [\"name\"], \"properties\": {{\
             \"name\": {{\"type\": \"string\", \"maxLength\": {limit}}}, \
             \"next\": {{\"$ref\": \"#/components/schemas/S{}\"}}, \
             \"list\": {{\"type\": \"array\", \"items\": {{\"$ref\": \"#/components/schemas/S{}\"}}}}, \
             \"either\": {{\"oneOf\": [{{\"$ref\": \"#/components/schemas/S{}\"}}, {{\"type\": \"string\"}}]}}, \
             \"far\": {{\"$ref\": \"#/components/schemas/S{far}\"}}{more}}}}}",
            neighbour(1),
            neighbour(7),
            neighbour(31),
        );
    }
    text.push_str("}}}\n");
    text.into_bytes()
}
