//! Keys with one meaning in the error formats of many servers.

/// Keys of envelopes around violations, in the body or in another envelope.
const ENVELOPES: [&str; 15] = [
    "errors",
    "error",
    "data",
    "detail",
    "details",
    "message",
    "messages",
    "fields",
    "violations",
    "issues",
    "problems",
    "response",
    "result",
    "validation",
    "extensions",
];

/// More keys of envelopes, which are no field of any request.
const CERTAIN_ENVELOPES: [&str; 24] = [
    "field_errors",
    "fieldErrors",
    "validation_errors",
    "validationErrors",
    "global_errors",
    "globalErrors",
    "sub_errors",
    "subErrors",
    "full_messages",
    "fullMessages",
    "field_violations",
    "fieldViolations",
    "invalid_fields",
    "invalidFields",
    "invalid-params",
    "invalid_params",
    "invalidParams",
    "api_error",
    "apierror",
    "apiError",
    "_embedded",
    "ModelState",
    "Errors",
    "fault",
];

/// Keys of envelopes that may also be a single text, or an object: their content may be violations about a field of that name.
pub(super) const MAY_BE_FIELDS: [&str; 5] = ["error", "data", "message", "response", "result"];

/// Keys whose text or number describes the response, not a field of the request.
pub(super) const METADATA: [&str; 22] = [
    "status",
    "status_code",
    "statusCode",
    "code",
    "error_code",
    "errorCode",
    "errorcode",
    "type",
    "title",
    "success",
    "ok",
    "timestamp",
    "path",
    "instance",
    "request_id",
    "requestId",
    "trace_id",
    "traceId",
    "result",
    "exception",
    "file",
    "line",
];

/// Keys of explanations and of copies of the request, whose content is never a violation.
const EXPLANATIONS: [&str; 43] = [
    "meta",
    "links",
    "_links",
    "jsonapi",
    "trace",
    "traces",
    "stack",
    "stacktrace",
    "stackTrace",
    "stack_trace",
    "exception",
    "previous",
    "cause",
    "debug",
    "debugMessage",
    "innererror",
    "innerError",
    "context",
    "ctx",
    "properties",
    "params",
    "parameters",
    "arguments",
    "codes",
    "constraints",
    "source",
    "target",
    "input",
    "value",
    "rejectedValue",
    "rejected_value",
    "_original",
    "_object",
    "request",
    "headers",
    "path",
    "loc",
    "location",
    "locations",
    "keys",
    "help",
    "url",
    "body",
];

/// Returns whether a key names a part of the request.
pub(super) fn is_part(key: &str) -> bool {
    matches!(key, "body" | "query" | "json" | "form" | "payload")
}

pub(super) fn is_certain_envelope(key: &str) -> bool {
    CERTAIN_ENVELOPES.contains(&key)
}

pub(super) fn is_envelope(key: &str) -> bool {
    ENVELOPES.contains(&key) || is_certain_envelope(key)
}

pub(super) fn is_explanation(key: &str) -> bool {
    EXPLANATIONS.contains(&key)
}
