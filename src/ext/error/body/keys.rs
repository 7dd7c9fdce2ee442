//! Keys that mean the same in the errors of many servers.

/// The keys of what wraps complaints, in the body or in another of them.
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

/// More of them, which no request has for the name of a field.
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

/// Those of the first that are also the name of a single text, or of a thing: what they wrap may be complaints about a field of that
/// name.
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

/// Keys of what explains a complaint or repeats what was sent: whatever is in there is no complaint.
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

/// Whether a key is that of a part of the request.
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
