//! One row for each form in which servers write errors: the body, and the pointer and the message of each violation in it.

use super::ErrorBody;

type Row = (&'static str, &'static [(&'static str, &'static str)]);

const JSON_API: &[Row] = &[
    (r#"{"errors":[{"status":"422","title":"Invalid","detail":"Bad."}]}"#, &[("", "Bad.")]),
    (r#"{"errors":[{"title":"Bad."}],"jsonapi":{"version":"1.1"}}"#, &[("", "Bad.")]),
    (
        r#"{"jsonapi":{"version":"1.0","ext":["https://a.example"]},"errors":[{"detail":"Bad.","source":{"pointer":"/data/attributes/amount"}}]}"#,
        &[("/amount", "Bad.")],
    ),
    (r#"{"errors":[{"detail":"Bad.","source":{"header":"Api-Key"}}]}"#, &[("", "Bad.")]),
    (r#"{"errors":[{"detail":"Bad.","source":{"parameter":"page"}}]}"#, &[("/page", "Bad.")]),
    (
        r#"{"errors":[{"detail":"Bad.","source":{"parameter":"filter[status]"}}]}"#,
        &[("/filter/status", "Bad.")],
    ),
    (r#"{"errors":[{"detail":"Bad.","source":{}}]}"#, &[("", "Bad.")]),
    (r#"{"errors":[{"detail":"Bad.","source":{"pointer":null,"parameter":"page"}}]}"#, &[("/page", "Bad.")]),
    (
        r#"{"errors":[{"id":"1","links":{"about":"https://a.example/1","type":"https://a.example/2"},"status":"403","code":"forbidden","title":"No.","meta":{"hint":"Ask."}}]}"#,
        &[("", "No.")],
    ),
    (
        r#"{"errors":[{"links":{"about":"https://a.example/1"},"detail":"No."}],"meta":{"a":["b"]},"links":{"self":"/refunds/"}}"#,
        &[("", "No.")],
    ),
    (r#"{"errors":[{"links":{"about":"https://a.example/1"},"status":"404"}]}"#, &[]),
    (
        r#"{"errors":{"detail":"Bad.","source":{"pointer":"/data/attributes/amount"},"links":{"about":"x"}}}"#,
        &[("/amount", "Bad.")],
    ),
];

const PHP: &[Row] = &[
    (
        r#"{"message":"Invalid.","errors":{"amount":["Bad."],"products.0.name":["Long."]}}"#,
        &[("", "Invalid."), ("/amount", "Bad."), ("/products/0/name", "Long.")],
    ),
    (
        r#"{"message":"Server Error","exception":"ErrorException","file":"/app/a.php","line":12,"trace":[{"file":"/app/b.php","line":1,"function":"f","class":"C","type":"->"},{"function":"g"}]}"#,
        &[("", "Server Error")],
    ),
    (r##"{"exception":"ErrorException","file":"/app/a.php","line":12,"trace":["#0 a","#1 b"]}"##, &[]),
    (
        r#"{"error":{"message":"Server Error","exception":"E","file":"/a.php","line":1,"trace":["a"]}}"#,
        &[("", "Server Error")],
    ),
    (
        r#"{"type":"https://symfony.com/errors/validation","title":"Validation Failed","status":422,"detail":"amount: Bad.","violations":[{"propertyPath":"amount","title":"Bad.","template":"Bad {{ x }}.","parameters":{"{{ value }}":"x"},"type":"urn:uuid:1"}],"class":"A","trace":[{"file":"a"}]}"#,
        &[("", "amount: Bad."), ("/amount", "Bad.")],
    ),
];

const SPRING: &[Row] = &[
    (
        r#"{"timestamp":"2026-01-02T03:04:05Z","status":400,"error":"Bad Request","message":"Invalid.","errors":[{"codes":["NotNull.refund.amount","NotNull"],"arguments":[{"codes":["refund.amount"],"arguments":null,"defaultMessage":"amount","code":"amount"}],"defaultMessage":"must not be null","objectName":"refund","field":"amount","rejectedValue":null,"bindingFailure":false,"code":"NotNull"}],"path":"/refunds/"}"#,
        &[("", "Invalid."), ("/amount", "must not be null")],
    ),
    (
        r#"{"timestamp":"2026-01-02T03:04:05Z","status":500,"error":"Internal Server Error","path":"/refunds/"}"#,
        &[("", "Internal Server Error")],
    ),
    (
        r#"{"timestamp":[2026,1,2,3,4,5],"status":500,"error":"Oops.","trace":"java.lang.X\n\tat a","path":"/refunds/"}"#,
        &[("", "Oops.")],
    ),
    (
        r#"{"fieldErrors":[{"objectName":"refund","field":"amount","message":"Bad."}],"globalErrors":[{"objectName":"refund","message":"Both."}]}"#,
        &[("/amount", "Bad."), ("", "Both.")],
    ),
    (
        r#"{"fieldErrors":[{"field":"amount","defaultMessage":"Bad."}],"globalErrors":[{"objectName":"refund","defaultMessage":"Both."}]}"#,
        &[("/amount", "Bad."), ("", "Both.")],
    ),
    (r#"{"globalErrors":["Both."],"fieldErrors":{"amount":"Bad."}}"#, &[("/amount", "Bad."), ("", "Both.")]),
    (
        r#"{"status":"BAD_REQUEST","timestamp":"02-01-2026 03:04:05","message":"Invalid.","debugMessage":"x.y.Z","subErrors":[{"object":"refund","field":"amount","rejectedValue":"x","message":"Bad."},{"object":"refund","message":"Both."}]}"#,
        &[("", "Invalid."), ("/amount", "Bad."), ("", "Both.")],
    ),
    (
        r#"{"apierror":{"status":"BAD_REQUEST","message":"Invalid.","debugMessage":null,"subErrors":[{"object":"refund","field":"products[1].quantity","rejectedValue":{"a":"b"},"message":"Low."}]}}"#,
        &[("", "Invalid."), ("/products/1/quantity", "Low.")],
    ),
    (r#"{"errors":[{"objectName":"refund","defaultMessage":"Both.","code":"Match"}]}"#, &[("", "Both.")]),
];

const RAILS: &[Row] = &[
    (r#"{"errors":{"base":["Both."],"amount":["Bad."]}}"#, &[("/amount", "Bad."), ("", "Both.")]),
    (r#"{"base":["Both."],"amount":["Bad."]}"#, &[("/amount", "Bad."), ("", "Both.")]),
    (
        r#"{"errors":{"amount":["Bad."],"full_messages":["Amount Bad."]},"status":"error"}"#,
        &[("/amount", "Bad."), ("", "Amount Bad.")],
    ),
    (r#"{"full_messages":["Amount Bad.","Both."]}"#, &[("", "Amount Bad."), ("", "Both.")]),
    (
        r#"{"errors":["Amount Bad."],"full_messages":["Amount Bad."]}"#,
        &[("", "Amount Bad."), ("", "Amount Bad.")],
    ),
    (
        r#"{"errors":{"amount":[{"error":"greater_than","value":"x","count":0}]}}"#,
        &[("/amount", "greater_than")],
    ),
    (
        r#"{"errors":{"products[1].quantity":["Low."],"products.name":["Long."]}}"#,
        &[("/products/name", "Long."), ("/products/1/quantity", "Low.")],
    ),
    (
        r#"{"status":404,"error":"Not Found","exception":"E","traces":{"Application Trace":[{"id":0,"trace":"a.rb:1"}],"Full Trace":[]}}"#,
        &[("", "Not Found")],
    ),
];

const JOI: &[Row] = &[
    (
        r#"{"statusCode":400,"error":"Bad Request","message":"Invalid.","validation":{"source":"payload","keys":["amount"]}}"#,
        &[("", "Invalid.")],
    ),
    (
        r#"{"statusCode":400,"error":"Bad Request","message":"Failed.","validation":{"body":{"source":"body","keys":["amount"],"message":"Required."}}}"#,
        &[("", "Failed."), ("/amount", "Required.")],
    ),
    (
        r#"{"statusCode":400,"message":"Failed.","validation":{"body":{"source":"body","keys":["amount","products.0.name"],"message":"Required."}}}"#,
        &[("", "Failed."), ("", "Required.")],
    ),
    (
        r#"{"details":[{"message":"Bad.","path":["products",0,"quantity"],"type":"number.base","context":{"label":"quantity","value":"x","key":"quantity"}}],"_original":{"amount":"x","products":[{"name":"Mug"}]}}"#,
        &[("/products/0/quantity", "Bad.")],
    ),
    (
        r#"{"error":{"name":"ValidationError","isJoi":true,"_object":{"amount":"x"},"details":[{"message":"Bad.","path":"amount","type":"a"}]}}"#,
        &[("/amount", "Bad.")],
    ),
    (
        r#"{"details":[{"message":"Bad.","path":[],"type":"object.and","context":{"present":["a"],"missing":["b"]}}]}"#,
        &[("", "Bad.")],
    ),
];

const FASTAPI: &[Row] = &[
    (
        r#"{"detail":[{"loc":["body","amount"],"msg":"Bad.","type":"value_error","ctx":{"error":"x"},"input":{"a":"b"},"url":"https://errors.example/x"}],"body":{"amount":"x","reason":"y"}}"#,
        &[("/amount", "Bad.")],
    ),
    (
        r#"{"detail":[{"loc":["header","api-key"],"msg":"Bad.","type":"missing"},{"loc":["cookie","a"],"msg":"Odd.","type":"missing"},{"loc":["path","id"],"msg":"Off.","type":"uuid"}]}"#,
        &[("", "Bad."), ("", "Odd."), ("/id", "Off.")],
    ),
    (r#"{"errors":[{"loc":"body.products[0].quantity","msg":"Bad."}]}"#, &[("/products/0/quantity", "Bad.")]),
    (r#"{"detail":{"errors":[{"location":["body","amount"],"message":"Bad."}]}}"#, &[("/amount", "Bad.")]),
    (r#"{"errors":[{"location":["products",0],"message":"Bad."}]}"#, &[("/products/0", "Bad.")]),
    (
        r#"{"errors":[{"type":"field","location":"body","path":"amount","msg":"Bad.","value":"x"}]}"#,
        &[("/amount", "Bad.")],
    ),
    (r#"{"errors":[{"location":"body","msg":"Bad."}]}"#, &[("", "Bad.")]),
    (
        r#"{"title":"Unprocessable","status":422,"detail":"Failed.","errors":[{"message":"Bad.","location":"body.products[0].name","value":{"a":"b"}}]}"#,
        &[("", "Failed."), ("/products/0/name", "Bad.")],
    ),
    (
        r#"{"error":{"code":400,"message":"Failed.","errors":[{"domain":"global","reason":"invalid","message":"Bad.","locationType":"parameter","location":"page"},{"reason":"required","message":"Login.","locationType":"header","location":"Authorization"}]}}"#,
        &[("", "Failed."), ("/page", "Bad."), ("", "Login.")],
    ),
];

const PROBLEMS: &[Row] = &[
    (
        r#"{"type":"https://a.example/out-of-credit","title":"Poor.","detail":"Too poor.","instance":"/account/1","balance":30,"accounts":["/account/1","/account/2"]}"#,
        &[("", "Too poor.")],
    ),
    (
        r##"{"type":"https://a.example/v","title":"Invalid.","errors":[{"detail":"Bad.","pointer":"#/amount"},{"detail":"Odd.","pointer":"#/products/0/name"}]}"##,
        &[("/amount", "Bad."), ("/products/0/name", "Odd.")],
    ),
    (
        r#"{"type":"https://a.example/v","title":"Invalid.","detail":"Failed.","invalid-params":[{"name":"amount","reason":"Bad."},{"name":"products[0].name","reason":"Odd."}]}"#,
        &[("", "Failed."), ("/amount", "Bad."), ("/products/0/name", "Odd.")],
    ),
    (
        r#"{"type":"about:blank","title":"No.","status":400,"traceId":"00-1","errors":{"Amount":["Bad."],"$.reason":["Odd."]},"extensions":{"a":["b"]}}"#,
        &[("/reason", "Odd."), ("/Amount", "Bad.")],
    ),
    (r#"{"title":"No.","status":400,"detail":"Bad.","path":"amount"}"#, &[("", "Bad.")]),
];

const OTHERS: &[Row] = &[
    // Keys of the text.
    (r#"{"error_message":"No.","status":400}"#, &[("", "No.")]),
    (r#"{"errorMessage":"No.","errorCode":"x"}"#, &[("", "No.")]),
    (r#"{"message":"No."}"#, &[("", "No.")]),
    (r#"{"msg":"No.","code":-1,"data":null}"#, &[("", "No.")]),
    (r#"{"reason":"No."}"#, &[("/reason", "No.")]),
    (r#"{"error":{"code":"invalid","reason":"No."}}"#, &[("", "No.")]),
    (
        r#"{"errors":[{"field":"amount","errorMessage":"Bad."},{"field":"reason","error_message":"Odd."},{"field":"a","reason":"Off."}]}"#,
        &[("/amount", "Bad."), ("/reason", "Odd."), ("/a", "Off.")],
    ),
    (r#"{"detail":{"error_message":"No.","error_code":"x"}}"#, &[("", "No.")]),
    // GraphQL: a path leads into the response.
    (
        r#"{"errors":[{"message":"Bad.","locations":[{"line":1,"column":2}],"path":["createRefund"],"extensions":{"code":"BAD_USER_INPUT","field":"amount","stacktrace":["a"]}}],"data":null}"#,
        &[("/amount", "Bad.")],
    ),
    (
        r#"{"errors":[{"message":"No.","path":["refund"],"extensions":{"code":"FORBIDDEN","exception":{"stacktrace":["a"]}}}],"data":{"refund":null}}"#,
        &[("", "No.")],
    ),
    (
        r#"{"errors":[{"message":"No.","extensions":{"errors":{"amount":["Bad."]}}}]}"#,
        &[("", "No."), ("/amount", "Bad.")],
    ),
    // Data next to a violation.
    (
        r#"{"detail":"No.","available":"5.00","refunds":[{"id":"RF1","amount":"5.00","reason":"broke","tags":["x"]}]}"#,
        &[("", "No.")],
    ),
    (
        r#"{"detail":"No.","refund":{"id":"RF1","reason":"broke","products":[{"name":"Mug"}]}}"#,
        &[("", "No.")],
    ),
    (r#"{"detail":"No.","limits":{"min":"1.00","max":"5.00"}}"#, &[("", "No.")]),
    (
        r#"{"detail":"No.","amount":["Bad."],"products":[{},{"quantity":["Low."]}]}"#,
        &[("", "No."), ("/amount", "Bad."), ("/products/1/quantity", "Low.")],
    ),
    (
        r#"{"detail":"No.","amount":[{"message":"Bad.","code":"invalid"}]}"#,
        &[("", "No."), ("/amount", "Bad.")],
    ),
    // A violation with its parts.
    (
        r#"{"errors":{"amount":{"message":"Bad.","name":"ValidatorError","properties":{"message":"Bad.","type":"required","path":"amount"},"kind":"required","path":"amount"}},"_message":"Failed","message":"Failed: amount.","name":"ValidationError"}"#,
        &[("", "Failed: amount."), ("/amount", "Bad.")],
    ),
    (
        r#"{"errors":{"amount":{"location":"body","param":"amount","value":"x","msg":"Bad."}}}"#,
        &[("/amount", "Bad.")],
    ),
    (
        r#"{"statusCode":400,"message":[{"target":{"amount":"x"},"value":"x","property":"amount","children":[],"constraints":{"isPositive":"Bad.","isString":"Odd."}}],"error":"Bad Request"}"#,
        &[("", "Bad Request"), ("/amount", "Bad."), ("/amount", "Odd.")],
    ),
    (
        r#"{"error":{"code":"Invalid","message":"Failed.","target":"refund","details":[{"code":"Low","target":"amount","message":"Bad."}],"innererror":{"trace":"x","context":"y"}}}"#,
        &[("", "Failed."), ("/amount", "Bad.")],
    ),
    (
        r#"{"error":{"code":400,"message":"Failed.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"amount","description":"Bad."}]}]}}"#,
        &[("", "Failed."), ("/amount", "Bad.")],
    ),
    (
        r#"{"name":"INVALID","message":"Failed.","debug_id":"1","details":[{"field":"/amount","value":"x","location":"body","issue":"LOW","description":"Bad."}],"links":[{"href":"https://a.example","rel":"info"}]}"#,
        &[("", "Failed."), ("/amount", "Bad.")],
    ),
    (
        r#"{"status":422,"errorCode":"14_1","message":"Failed.","errorType":"validation","invalidFields":[{"name":"amount","value":"x","message":"Bad."}],"pspReference":"8"}"#,
        &[("", "Failed."), ("/amount", "Bad.")],
    ),
    (
        r#"{"error":{"code":"invalid","doc_url":"https://a.example","message":"Bad.","param":"amount","request_log_url":"https://a.example","type":"invalid_request_error"}}"#,
        &[("/amount", "Bad.")],
    ),
    // Django REST Framework.
    (
        r#"{"non_field_errors":["Both."],"products":[{"non_field_errors":["Odd."]},{}]}"#,
        &[("", "Both."), ("/products/0", "Odd.")],
    ),
    (r#"{"products":[{"quantity":["Low."]}]}"#, &[("/products/0/quantity", "Low.")]),
    (
        r#"{"grid":[[{"a":["x"]}],[{},{"b":[{"message":"y","code":"c"}]}]]}"#,
        &[("/grid/0/0/a", "x"), ("/grid/1/1/b", "y")],
    ),
    (
        r#"{"errors":{"products":[{},{"quantity":{"non_field_errors":["Low."]}}]}}"#,
        &[("/products/1/quantity", "Low.")],
    ),
];

/// Violations under the part of the request that they are about.
const PARTS: &[Row] = &[
    (
        r#"{"errors":[{"path":["body","amount"],"message":"Bad."},{"path":["body"],"message":"Odd."}]}"#,
        &[("/amount", "Bad."), ("", "Odd.")],
    ),
    (
        r#"{"message":"request/body/amount is bad","errors":[{"path":"/body/products/0/name","message":"Bad.","errorCode":"type"},{"path":".body.amount","message":"Odd."},{"path":"/query/page","message":"Off."}]}"#,
        &[
            ("", "request/body/amount is bad"),
            ("/products/0/name", "Bad."),
            ("/amount", "Odd."),
            ("/page", "Off."),
        ],
    ),
    (
        r#"{"code":422,"status":"Unprocessable Entity","errors":{"json":{"amount":["Bad."],"products":{"0":{"name":["Long."]}}}}}"#,
        &[("/amount", "Bad."), ("/products/0/name", "Long.")],
    ),
    (
        r#"{"errors":{"body":{"amount":["Bad."]},"query":{"page":["Odd."]}}}"#,
        &[("/amount", "Bad."), ("/page", "Odd.")],
    ),
    (r#"{"errors":{"body":[{"field":"amount","message":"Bad."}]}}"#, &[("/amount", "Bad.")]),
    (r#"{"message":"No.","body":{"amount":"x","reason":"It broke."}}"#, &[("", "No.")]),
    (r#"{"body":["Bad."]}"#, &[("/body", "Bad.")]),
    (
        r#"{"errors":{"":["Both."],"$":["Odd."],"products[0].name":["Long."]},"title":"No.","status":400,"type":"about:blank"}"#,
        &[("", "Both."), ("", "Odd."), ("/products/0/name", "Long.")],
    ),
    (
        r#"{"products.0.name":["Long."],"products[1].name":["Longer."]}"#,
        &[("/products/0/name", "Long."), ("/products/1/name", "Longer.")],
    ),
    (r#"{"detail":[{"loc":["body",0,"amount"],"msg":"Bad.","type":"x"}]}"#, &[("/0/amount", "Bad.")]),
    (
        r##"{"errors":[{"detail":"Bad.","source":{"pointer":"#/data/attributes/amount"}}]}"##,
        &[("/amount", "Bad.")],
    ),
];

/// More envelopes of several shapes.
const ENVELOPES: &[Row] = &[
    (r#"{"status":"fail","message":"No.","data":{"amount":"Bad."}}"#, &[("", "No."), ("/amount", "Bad.")]),
    (r#"{"status":"error","message":"No.","data":{"amount":"Bad."}}"#, &[("", "No.")]),
    (
        r#"{"_links":{"self":{"href":"/refunds/"}},"_embedded":{"errors":[{"message":"Bad."}]},"message":"No."}"#,
        &[("", "No."), ("", "Bad.")],
    ),
    (
        r#"{"Message":"No.","ModelState":{"refund.amount":["Bad."]}}"#,
        &[("", "No."), ("/refund/amount", "Bad.")],
    ),
    (
        r#"{"message":"No.","url":"/refunds/","code":422,"errors":{"amount":{"_empty":"Bad."}}}"#,
        &[("", "No."), ("/amount", "Bad.")],
    ),
    (r#"{"errors":{"_schema":["Both."],"amount":["Bad."]}}"#, &[("", "Both."), ("/amount", "Bad.")]),
    (
        r#"[{"propertyName":"amount","errorMessage":"Bad.","attemptedValue":"x","severity":0,"errorCode":"y"}]"#,
        &[("/amount", "Bad.")],
    ),
    (
        r#"{"errors":[{"attribute":"amount","message":"Bad.","full_message":"Amount bad."},{"dataPath":".products[0].name","message":"Long."}]}"#,
        &[("/amount", "Bad."), ("/products/0/name", "Long.")],
    ),
    (
        r#"{"issues":[{"message":"Bad.","path":[{"key":"products","type":"object"},{"key":0},{"key":"name"}]}]}"#,
        &[("/products/0/name", "Bad.")],
    ),
    (
        r#"{"data":null,"error":{"status":400,"name":"ValidationError","message":"No.","details":{"errors":[{"path":["amount"],"message":"Bad.","name":"ValidationError"}]}}}"#,
        &[("", "No."), ("/amount", "Bad.")],
    ),
    (
        r##"{"errors":[{"instancePath":"","schemaPath":"#/required","keyword":"required","params":{"missingProperty":"amount"},"message":"Bad."}]}"##,
        &[("", "Bad.")],
    ),
    (
        r#"{"@context":"/c","@type":"ConstraintViolationList","hydra:title":"No.","violations":[{"propertyPath":"amount","message":"Bad.","code":"x"}]}"#,
        &[("/amount", "Bad.")],
    ),
    (
        r#"{"error":"invalid_token","error_description":"No.","error_uri":"https://a.example"}"#,
        &[("", "No.")],
    ),
    (r#"{"errors":[{"message":"Missing.","fields":["amount","reason"]}]}"#, &[("", "Missing.")]),
    (r#"{"errors":[{"id":7,"field":"amount","reason":"Bad."}]}"#, &[("/amount", "Bad.")]),
    (r#"{"error":"Failed.","details":{"amount":"Low."}}"#, &[("", "Failed."), ("/amount", "Low.")]),
    (r#"{"error":"Failed.","details":"More."}"#, &[("", "Failed."), ("", "More.")]),
    (r#"{"code":"invalid","fields":{"amount":"Bad."}}"#, &[("/amount", "Bad.")]),
    (r#"{"errors":{"detail":"Not Found"}}"#, &[("", "Not Found")]),
    (r#"{"error":true,"message":"No.","data":null}"#, &[("", "No.")]),
    (
        r#"{"detail":"Invalid token.","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Expired."}]}"#,
        &[("", "Invalid token."), ("", "Expired.")],
    ),
    (
        r#"{"message":"Failed.","documentation_url":"https://a.example","errors":[{"resource":"Refund","field":"amount","code":"missing_field"}]}"#,
        &[("", "Failed."), ("/amount", "missing_field")],
    ),
    (
        r#"{"statusCode":400,"message":"Failed.","errors":[{"code":"invalid_type","expected":"string","received":"undefined","path":["amount"],"message":"Required"}]}"#,
        &[("", "Failed."), ("/amount", "Required")],
    ),
    (r#"{"detail":"Not allowed.","allowed":["GET","POST"]}"#, &[("", "Not allowed.")]),
    (r#"{"detail":"No.","docs":["https://a.example/1"]}"#, &[("", "No.")]),
    (
        r#"{"error":{"code":"x","message":"No.","retry":["Wait a bit."]}}"#,
        &[("", "No."), ("/retry", "Wait a bit.")],
    ),
    (
        r#"{"success":false,"errors":[{"amount":"Bad."}],"message":"No."}"#,
        &[("", "No."), ("/amount", "Bad.")],
    ),
    (r#"{"data":{"errors":[{"field":"amount","message":"Bad."}]},"status":"error"}"#, &[("/amount", "Bad.")]),
];

/// A failure whose body is a resource has no violations of its fields.
const RESOURCES: &[Row] = &[
    (
        r#"{"id":"RF7","transaction_id":"TXabc","amount":"10.00","currency":"USD","amount_in_cents":1000,"amount_usd":"10.00","reason":"Order 4711","status":"processing","created_at":"2026-01-02T03:04:05Z"}"#,
        &[],
    ),
    (r#"{"id":"RFabc","amount":"10.00","reason":"It broke.","status":"failed"}"#, &[]),
    (
        r#"{"status":"processing","refund_id":7,"refund_public_id":"RF7","transaction_id":4711,"amount":"10.00","currency":"USD"}"#,
        &[],
    ),
    (r#"[{"id":"RF7","amount":"10.00","reason":"broke"},{"id":"RF8","amount":"1.00","reason":"lost"}]"#, &[]),
    (r#"{"data":{"id":"RF7","amount":"10.00","reason":"It broke.","status":"failed"}}"#, &[]),
    (r#"{"refund":{"id":"RF7","amount":"10.00","reason":"It broke.","status":"failed"}}"#, &[]),
    (
        r#"{"status":"error","data":{"id":"RF7","amount":"10.00","reason":"It broke.","status":"failed"},"message":"No."}"#,
        &[("", "No.")],
    ),
    (
        r#"{"id":"TX1","status":"failed","currency":"USD","products":[{"id":"p1","name":"Mug"}],"depositAttempts":[{"status":"failed","errorMessage":"Declined."}]}"#,
        &[],
    ),
    (
        r#"{"checkout_id":"org1-1-a","order_id":"org1-1-a","checkout_url":"https://a.example/c","token":"x.y.z","expires_at":1767323045}"#,
        &[],
    ),
    (
        r#"{"name":"Shop","website":"https://a.example","contact_email":"a@a.example","price_mode":"HT","status":"active"}"#,
        &[],
    ),
    (
        r#"{"count":1,"next":null,"previous":null,"results":[{"id":"RF7","amount":"10.00","reason":"broke"}]}"#,
        &[],
    ),
    (r#"{"id":["Bad."],"amount":["Bad."]}"#, &[("/amount", "Bad."), ("/id", "Bad.")]),
    (
        r#"{"errors":{"order_id":"Required.","amount":"Bad."}}"#,
        &[("/amount", "Bad."), ("/order_id", "Required.")],
    ),
];

/// Values that JSON cannot hold do not hide other messages.
const DAMAGED: &[Row] = &[
    (r#"{"amount":["Bad."],"limit":NaN}"#, &[("/amount", "Bad.")]),
    (r#"{"detail":"Bad.","limit":-Infinity,"other":1e999}"#, &[("", "Bad.")]),
    (r#"{"amount":["Bad.",NaN,"Odd."]}"#, &[("/amount", "Bad."), ("/amount", "Odd.")]),
    (
        r#"{"amount":["Bad \ud83d!"],"reason":["Odd \ude00\ud83d\ude00."]}"#,
        &[("/amount", "Bad \u{fffd}!"), ("/reason", "Odd \u{fffd}\u{1f600}.")],
    ),
    (
        r#"{"errors":[{"field":"amount","message":"Bad \ud83d"},{"field":"a\ud83d","message":"Odd."}]}"#,
        &[("/amount", "Bad \u{fffd}"), ("/a\u{fffd}", "Odd.")],
    ),
    (r#"{"detail":"Bad \\ud83d \ud800"}"#, &[("", "Bad \\ud83d \u{fffd}")]),
    (r#"{"detail":NaN,"amount":["Bad."]}"#, &[("/amount", "Bad.")]),
];

#[test]
fn each_form_is_parsed_as_documented() {
    let mut wrong = String::new();
    for (body, expected) in
        [JSON_API, PHP, SPRING, RAILS, JOI, FASTAPI, PROBLEMS, OTHERS, PARTS, ENVELOPES, RESOURCES, DAMAGED]
            .concat()
    {
        let read = ErrorBody::read(body.as_bytes()).violations;
        let read: Vec<_> =
            read.iter().map(|error| (error.pointer.as_str(), error.message.as_str())).collect();
        if read != expected {
            wrong.push_str(&format!("{body}\n  is read as {read:?}\n  instead of {expected:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
