//! Error bodies as servers write them, and what is read of them.

use proptest::prelude::*;

use super::pointer::LONGEST_POINTER;
use super::walk::MOST_ERRORS;
use super::{ErrorBody, FieldError, LONGEST_BODY, printable_pointers};

fn decode(body: &[u8]) -> Vec<FieldError> {
    ErrorBody::read(body).violations
}

fn flat(body: &[u8]) -> Vec<String> {
    let line =
        |error: FieldError| format!("{}|{}|{}", error.pointer, error.message, error.code.unwrap_or_default());
    decode(body).into_iter().map(line).collect()
}

#[test]
fn the_shapes_of_drf_are_flattened() {
    let cases: &[(&str, &[&str])] = &[
        // One violation about the whole.
        (r#"{"detail":"No."}"#, &["|No.|"]),
        (r#"{"detail":"No.","code":"not_found"}"#, &["|No.|not_found"]),
        (r#"{"code":"not_found","message":"No."}"#, &["|No.|not_found"]),
        (r#"{"error":"No."}"#, &["|No.|"]),
        (r#"{"error":"Not Found","message":"No payment."}"#, &["|No payment.|"]),
        (r#"{"detail":{"message":"No.","code":"not_found"}}"#, &["|No.|not_found"]),
        (r#"{"error":{"code":"not_found","message":"No."}}"#, &["|No.|not_found"]),
        (r#"{"type":"about:blank","title":"Bad","status":400,"detail":"No."}"#, &["|No.|"]),
        (r#""No.""#, &["|No.|"]),
        (r#"["No.","Never."]"#, &["|No.|", "|Never.|"]),
        (r#"[{"message":"No.","code":"invalid"}]"#, &["|No.|invalid"]),
        (r#"{"non_field_errors":["Both."]}"#, &["|Both.|"]),
        (r#"{"__all__":["Both."]}"#, &["|Both.|"]),
        // Fields.
        (r#"{"reason":["Too long.","Too dull."]}"#, &["/reason|Too long.|", "/reason|Too dull.|"]),
        (r#"{"reason":"Too long."}"#, &["/reason|Too long.|"]),
        (r#"{"amount":[{"message":"Bad.","code":"invalid"}]}"#, &["/amount|Bad.|invalid"]),
        (r#"{"amount":{"message":"Bad.","code":"invalid"}}"#, &["/amount|Bad.|invalid"]),
        (r#"{"amount":["Bad."],"detail":"No.","status":400}"#, &["|No.|", "/amount|Bad.|"]),
        (r#"{"a/b":["Odd."],"~":["Odder."]}"#, &["/a~1b|Odd.|", "/~0|Odder.|"]),
        // Fields with the names of something else.
        (r#"{"message":["Too long."]}"#, &["/message|Too long.|"]),
        (r#"{"detail":["Too long."],"amount":["Bad."]}"#, &["/amount|Bad.|", "/detail|Too long.|"]),
        (r#"{"code":["Bad."],"type":["Bad."]}"#, &["/code|Bad.|", "/type|Bad.|"]),
        (r#"{"error":[{"message":"Bad.","code":"invalid"}]}"#, &["/error|Bad.|invalid"]),
        (r#"{"error":["Bad."]}"#, &["/error|Bad.|"]),
        (r#"{"data":["Bad."]}"#, &["/data|Bad.|"]),
        (r#"{"status":["Bad."]}"#, &["/status|Bad.|"]),
        (r#"{"status":{"message":"Bad.","code":"invalid"}}"#, &["/status|Bad.|invalid"]),
        (r#"{"title":["Bad."],"path":["Bad."]}"#, &["/path|Bad.|", "/title|Bad.|"]),
        (r#"{"data":{"amount":["Bad."]},"reason":["Bad."]}"#, &["/data/amount|Bad.|", "/reason|Bad.|"]),
        (r#"{"error":{"a":["Bad."]},"non_field_errors":["Odd."]}"#, &["/error/a|Bad.|", "|Odd.|"]),
        (r#"{"data":[{},{"amount":["Bad."]}]}"#, &["/data/1/amount|Bad.|"]),
        (r#"{"errors":{"errors":["Bad."]}}"#, &["/errors|Bad.|"]),
        (r#"{"errors":{"reason":"Odd.","status":"Bad."}}"#, &["/reason|Odd.|", "/status|Bad.|"]),
        (r#"{"data":{"data":{"amount":["Bad."]}}}"#, &["/data/amount|Bad.|"]),
        (r#"{"errors":["Bad."],"type":["Bad."]}"#, &["/errors|Bad.|", "/type|Bad.|"]),
        // Objects and lists within.
        (r#"{"a":{"b":{"non_field_errors":["Deep."]}}}"#, &["/a/b|Deep.|"]),
        (r#"{"products":[{},{"quantity":["Low."]}]}"#, &["/products/1/quantity|Low.|"]),
        (r#"{"products":[{},{"non_field_errors":["Odd."]}]}"#, &["/products/1|Odd.|"]),
        (r#"{"products":[{},{"message":"Odd.","code":"odd"}]}"#, &["/products/1|Odd.|odd"]),
        (
            r#"{"products":["Few.",{"quantity":["Low."]}]}"#,
            &["/products|Few.|", "/products/1/quantity|Low.|"],
        ),
        (r#"{"products":{"1":{"quantity":["Low."]}}}"#, &["/products/1/quantity|Low.|"]),
        (r#"{"products":{"non_field_errors":["Few."]}}"#, &["/products|Few.|"]),
        (r#"[{},{"quantity":["Low."]}]"#, &["/1/quantity|Low.|"]),
        (r#"{"1":{"quantity":["Low."]}}"#, &["/1/quantity|Low.|"]),
        (r#"{"grid":[[],["Bad."]]}"#, &["/grid/1|Bad.|"]),
        // drf-standardized-errors.
        (
            r#"{"type":"validation_error","errors":[
                {"code":"min_value","detail":"Low.","attr":"products.1.quantity"},
                {"code":"min_value","detail":"Low.","attr":"products[2].quantity"},
                {"code":"invalid","detail":"Odd.","attr":"products.1.non_field_errors"},
                {"code":"invalid","detail":"Both.","attr":"non_field_errors"},
                {"code":"not_found","detail":"No.","attr":null},
                {"detail":"Bare."}]}"#,
            &[
                "/products/1/quantity|Low.|min_value",
                "/products/2/quantity|Low.|min_value",
                "/products/1|Odd.|invalid",
                "|Both.|invalid",
                "|No.|not_found",
                "|Bare.|",
            ],
        ),
        // Values other than texts are no violations.
        (r#"{"success":false,"status":400,"data":null,"amount":["Bad."]}"#, &["/amount|Bad.|"]),
        ("\u{feff}{\"detail\":\"No.\"}", &["|No.|"]),
    ];
    for (body, expected) in cases {
        assert_eq!(flat(body.as_bytes()), *expected, "{body}");
    }
}

#[test]
fn envelopes_are_no_part_of_pointers() {
    let fields = r#"{"amount":["Bad."],"products":[{},{"quantity":["Low."]}],"non_field_errors":["Both."]}"#;
    let found = ["/amount|Bad.|", "|Both.|", "/products/1/quantity|Low.|"];
    for envelope in [
        r#"{"errors":@}"#,
        r#"{"error":@}"#,
        r#"{"data":@}"#,
        r#"{"detail":@}"#,
        r#"{"details":@}"#,
        r#"{"message":@}"#,
        r#"{"field_errors":@}"#,
        r#"{"errors":[@]}"#,
        r#"{"data":{"errors":@}}"#,
        r#"{"error":{"details":@}}"#,
        r#"{"status":"error","errors":@}"#,
        r#"{"status":"fail","data":@}"#,
        r#"{"status":"error","code":400,"success":false,"error":@}"#,
        r#"{"success":false,"data":@,"result":"error","request_id":"5f2c"}"#,
        r#"{"statusCode":"400","error_code":"invalid","errors":@,"timestamp":"2026-01-01T00:00:00Z","path":"/refunds/"}"#,
        r#"{"data":null,"errors":@,"meta":{}}"#,
        r#"{"type":"https://example.com/invalid","title":"Invalid.","status":400,"traceId":"0","errors":@}"#,
    ] {
        assert_eq!(flat(envelope.replace('@', fields).as_bytes()), found, "{envelope}");
        let with_text = envelope.replacen('{', r#"{"msg":"No.","#, 1).replace('@', fields);
        let mut expected = vec!["|No.|"];
        expected.extend(found);
        let code = if envelope.contains("error_code") { "|No.|invalid" } else { "|No.|" };
        expected[0] = code;
        assert_eq!(flat(with_text.as_bytes()), expected, "{with_text}");
    }
}

#[test]
fn violations_that_name_their_field_are_read_in_each_notation() {
    let lists: &[(&str, &[&str])] = &[
        (
            r#"[{"field":"amount","message":"Bad.","code":"invalid"},"No."]"#,
            &["/amount|Bad.|invalid", "|No.|"],
        ),
        (r#"[{"field":"amount","messages":["Bad.","Worse."]}]"#, &["/amount|Bad.|", "/amount|Worse.|"]),
        (r#"[{"resource":"Refund","field":"amount","code":"missing"}]"#, &["/amount|missing|missing"]),
        (r#"[{"param":"amount","msg":"Bad.","value":"x"}]"#, &["/amount|Bad.|"]),
        (
            r#"[{"type":"field","msg":"Bad.","path":"products[0].quantity","location":"body"}]"#,
            &["/products/0/quantity|Bad.|"],
        ),
        (
            r#"[{"path":["products",0,"quantity"],"message":"Bad.","code":"too_small"}]"#,
            &["/products/0/quantity|Bad.|too_small"],
        ),
        (r#"[{"name":"amount","reason":"Bad."}]"#, &["/amount|Bad.|"]),
        (r#"[{"PropertyName":"amount","ErrorMessage":"Bad."}]"#, &["/amount|Bad.|"]),
        (
            r#"[{"Field":"amount","Message":"Bad."},{"field":"body","message":"Odd."}]"#,
            &["/amount|Bad.|", "|Odd.|"],
        ),
        (
            r#"[{"field":["products",0,"quantity"],"message":"Bad."},{"field":["amount"],"message":"Odd."},
                {"field":["amount","reason"],"message":"Both."}]"#,
            &["/products/0/quantity|Bad.|", "/amount|Odd.|", "|Both.|"],
        ),
        (
            r#"[{"field":"body.products[0].quantity","message":"Bad."},{"param":"/body/amount","msg":"Odd."}]"#,
            &["/products/0/quantity|Bad.|", "/amount|Odd.|"],
        ),
        (r#"[{"propertyPath":"products[0].quantity","title":"Bad."}]"#, &["/products/0/quantity|Bad.|"]),
        (r#"[{"field":null,"message":"Bad."},{"field":"","message":"Odd."}]"#, &["|Bad.|", "|Odd.|"]),
        (r#"[{"attr":"products__1__quantity","detail":"Low."}]"#, &["/products/1/quantity|Low.|"]),
        (r#"[{"attr":"created_at__gte","detail":"Bad."}]"#, &["/created_at__gte|Bad.|"]),
        (r#"[{"attr":"__all__","detail":"Bad."}]"#, &["|Bad.|"]),
        (r#"[{"attr":"products__1__non_field_errors","detail":"Bad."}]"#, &["/products/1|Bad.|"]),
        (r#"[{"attr":"$.products['1'].quantity","detail":"Bad."}]"#, &["/products/1/quantity|Bad.|"]),
        // JSON:API.
        (
            r#"[{"id":"1","status":"422","code":"invalid","title":"Invalid","detail":"Bad.",
                 "source":{"pointer":"/data/attributes/products/1/quantity"}},
                {"status":"422","title":"Bad.","source":{"pointer":"/data/relationships/payment"}},
                {"detail":"Both.","source":{"pointer":"/data"}},
                {"detail":"Neither.","source":{"pointer":""}},
                {"detail":"Both.","source":{"pointer":"/data/attributes/non_field_errors"}},
                {"detail":"Bad.","source":{"pointer":"/data/amount"}},
                {"detail":"Bad.","source":{"pointer":"data/attributes/amount"}},
                {"detail":"Bad.","source":{"parameter":"page"}}]"#,
            &[
                "/products/1/quantity|Bad.|invalid",
                "/payment|Bad.|",
                "|Both.|",
                "|Neither.|",
                "|Both.|",
                "/data/amount|Bad.|",
                "/amount|Bad.|",
                "/page|Bad.|",
            ],
        ),
        (
            r#"[{"status":"404","title":"No."},{"id":"7","status":"404","code":"not_found"}]"#,
            &["|No.|", "|not_found|not_found"],
        ),
        // RFC 9457.
        (
            r##"[{"detail":"Bad.","pointer":"#/products/1/a~1b"},{"detail":"Odd.","pointer":"#/a%20b"}]"##,
            &["/products/1/a~1b|Bad.|", "/a b|Odd.|"],
        ),
        // FastAPI.
        (
            r#"[{"type":"missing","loc":["body","products",0,"quantity"],"msg":"Field required","input":{}},
                {"type":"missing","loc":["query","page"],"msg":"Field required"},
                {"type":"missing","loc":["body"],"msg":"Field required"},
                {"type":"missing","loc":["body","body"],"msg":"Field required"},
                {"type":"missing","loc":["amount"],"msg":"Field required"},
                {"type":"missing","loc":"body -> products -> 0","msg":"Field required"},
                {"type":"missing","loc":["body","__root__"],"msg":"Field required"},
                {"type":"json_invalid","loc":["body",57],"msg":"JSON decode error"}]"#,
            &[
                "/products/0/quantity|Field required|missing",
                "/page|Field required|missing",
                "|Field required|missing",
                "/body|Field required|missing",
                "/amount|Field required|missing",
                "/products/0|Field required|missing",
                "|Field required|missing",
                "|JSON decode error|json_invalid",
            ],
        ),
    ];
    for (list, expected) in lists {
        let unread = r#""type":"x","status":"error","code":400,"warnings":["Odd."],"id":"7""#;
        for body in [
            (*list).to_owned(),
            format!(r#"{{"errors":{list}}}"#),
            format!(r#"{{"error":{list}}}"#),
            format!(r#"{{"detail":{list}}}"#),
            format!(r#"{{"data":{{"errors":{list}}}}}"#),
            format!(r#"{{"errors":{list},{unread}}}"#),
        ] {
            // Without a field, only `errors` shows that they are violations, and nothing that `warnings` are none.
            if list.contains(r#""title":"No.""#)
                && (!body.contains("\"errors\"") || body.contains("warnings"))
            {
                continue;
            }
            assert_eq!(flat(body.as_bytes()), *expected, "{body}");
        }
    }
}

#[test]
fn one_violation_may_name_its_field_by_itself() {
    for (body, expected) in [
        (r#"{"attr":"amount","detail":"Bad.","code":"invalid"}"#, "/amount|Bad.|invalid"),
        (r#"{"type":"validation_error","attr":"a.b","detail":"Bad."}"#, "/a/b|Bad.|"),
        (r#"{"attr":null,"detail":"Bad.","code":"invalid"}"#, "|Bad.|invalid"),
        (
            r#"{"error":{"message":"Bad.","param":"amount","code":"invalid","type":"x"}}"#,
            "/amount|Bad.|invalid",
        ),
        (r#"{"error":"Bad.","field":"amount","status":400}"#, "/amount|Bad.|"),
        (r#"{"field":"amount","errors":["Bad."]}"#, "/amount|Bad.|"),
        (r#"{"detail":{"loc":["body","amount"],"msg":"Bad.","type":"missing"}}"#, "/amount|Bad.|missing"),
        (r#"{"message":"Bad.","source":{"pointer":"/amount"}}"#, "/amount|Bad.|"),
        // An address is no field.
        (r#"{"status":400,"error":"Bad Request","message":"Bad.","path":"/api/refunds/"}"#, "|Bad.|"),
        (r#"{"message":"Bad.","name":"ValidationError"}"#, "|Bad.|"),
    ] {
        assert_eq!(flat(body.as_bytes()), [expected], "{body}");
    }
}

#[test]
fn texts_next_to_violations_are_data() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"status":"error","code":400,"success":false}"#, &[]),
        (r#"{"status":"error","code":"400"}"#, &[]),
        (r#"{"status":"error","message":"No."}"#, &["|No.|"]),
        (r#"{"status":"error","data":{"id":"TX1","status":"paid"},"message":"No."}"#, &["|No.|"]),
        (r#"{"data":{"id":"TX1","products":[{"id":"p1","name":"Mug"}]},"message":"No."}"#, &["|No.|"]),
        (
            r#"{"data":{"products":[{"name":["Bad."]}]},"message":"No."}"#,
            &["|No.|", "/products/0/name|Bad.|"],
        ),
        (r#"{"status":"fail","data":{"amount":"Bad."}}"#, &["/amount|Bad.|"]),
        (
            r#"{"statusCode":400,"message":["Bad.","Worse."],"error":"Bad Request"}"#,
            &["|Bad Request|", "|Bad.|", "|Worse.|"],
        ),
        (r#"{"errors":["Bad."]}"#, &["|Bad.|"]),
        (r#"{"success":false,"errors":["Bad."],"code":"invalid"}"#, &["|Bad.|"]),
        (r#"{"success":false,"error":["Bad."]}"#, &["|Bad.|"]),
        (r#"{"errors":"Bad.","message":"No."}"#, &["|No.|", "|Bad.|"]),
        (r#"{"detail":["Bad."]}"#, &["|Bad.|"]),
        (r#"{"errors":[{"amount":["Bad."]},{"reason":"Odd."}]}"#, &["/amount|Bad.|", "/reason|Odd.|"]),
        (r#"{"errors":{"products.1.quantity":["Low."]}}"#, &["/products/1/quantity|Low.|"]),
        (r#"{"errors":{"$.products[1].quantity":["Low."]}}"#, &["/products/1/quantity|Low.|"]),
        (r#"{"metadata":{"order.id":["Odd."]}}"#, &["/metadata/order.id|Odd.|"]),
        (r#"{"errors":{"amount":{"_errors":["Bad."]},"_errors":[]}}"#, &["/amount|Bad.|"]),
        (r#"{"nonFieldErrors":["Both."]}"#, &["|Both.|"]),
        (r#"{"formErrors":["Both."],"fieldErrors":{"amount":["Bad."]}}"#, &["/amount|Bad.|", "|Both.|"]),
        (r#"{"errors":{"amount":["Bad."],"code":"invalid","status":"error"}}"#, &["/amount|Bad.|"]),
        (r#"{"response":{"errors":{"amount":["Bad."]}},"result":"error"}"#, &["/amount|Bad.|"]),
        (
            r#"{"success":false,"error":{"name":"ZodError","issues":[{"code":"x","path":["amount"],"message":"Bad."}]}}"#,
            &["/amount|Bad.|x"],
        ),
        (r#"{"errors":{"error":{"text":["Bad."]}}}"#, &["/error/text|Bad.|"]),
        (r#"{"meta":{"request":"5f2c"},"errors":{"amount":["Bad."]}}"#, &["/amount|Bad.|"]),
        (r#"{"meta":{"request":["Bad."]}}"#, &["/meta/request|Bad.|"]),
        (r#"{"error":{"code":"not_found"}}"#, &["|not_found|not_found"]),
        (r#"{"error":"invalid","error_description":"No."}"#, &["|No.|"]),
        // What is blank hides nothing, and is nothing.
        (r#"{"detail":"","message":"No."}"#, &["|No.|"]),
        (r#"{"detail":" "}"#, &[]),
        (r#"{"errors":[{"field":"amount","message":"","code":"required"}]}"#, &["/amount|required|required"]),
        (r#"{"amount":[""]}"#, &["/amount||"]),
        // Violations below other lists and objects.
        (r#"{"errors":[[{"field":"amount","message":"Bad."}]]}"#, &["/amount|Bad.|"]),
        (r#"{"errors":[{"detail":{"amount":["Bad."]},"code":"invalid"}]}"#, &["/amount|Bad.|"]),
        (r#"{"errors":[{"code":"invalid","params":null}]}"#, &["|invalid|invalid"]),
        (r#"{"errors":{"amount":{"messages":["Bad."]}}}"#, &["/amount|Bad.|"]),
        (
            r#"{"amount":{"errors":["Bad.",{"message":"Odd.","code":"odd"}]}}"#,
            &["/amount|Bad.|", "/amount|Odd.|odd"],
        ),
        (r#"{"Errors":{"amount":["Bad."]}}"#, &["/amount|Bad.|"]),
        // Parts of the request, and nothing else.
        (r#"{"body":{"amount":["Bad."]}}"#, &["/amount|Bad.|"]),
        (r#"{"payload":{"amount":["Bad."]},"query":{"page":["Odd."]}}"#, &["/amount|Bad.|", "/page|Odd.|"]),
        (r#"{"body":["Bad."]}"#, &["/body|Bad.|"]),
        (r#"{"body":{"amount":["Bad."]},"reason":["Odd."]}"#, &["/body/amount|Bad.|", "/reason|Odd.|"]),
        // Gateways.
        (r#"{"fault":{"faultstring":"Slow down.","detail":{"errorcode":"quota"}}}"#, &["|Slow down.|"]),
        (r#"{"errno":1,"errmsg":"No."}"#, &["|No.|"]),
        (r#"{"type":"about:blank","title":"No.","status":403}"#, &["|No.|"]),
    ];
    for (body, expected) in cases {
        assert_eq!(flat(body.as_bytes()), *expected, "{body}");
    }
}

#[test]
fn only_the_framework_throttles() {
    let sentence = "Request was throttled. Expected available in 3 seconds.";
    for (body, is_throttled) in [
        (r#"{"detail":"@"}"#, true),
        (r#"{"detail":"Slow down.","code":"throttled"}"#, true),
        (r#"{"type":"client_error","errors":[{"code":"throttled","detail":"@","attr":null}]}"#, true),
        (r#"{"error":{"code":"throttled","message":"@"}}"#, true),
        (r#"{"data":{"detail":"@"}}"#, false),
        (r#"{"detail":{"message":"@"}}"#, false),
        (r#"{"errors":[{"detail":"@"},{"detail":"No."}]}"#, false),
        (r#"{"attr":"amount","detail":"@"}"#, false),
        (r#"{"amount":["@"]}"#, false),
        (r#"["@"]"#, false),
        ("<p>@</p>", false),
    ] {
        let body = body.replace('@', sentence);
        assert_eq!(ErrorBody::read(body.as_bytes()).throttled.is_some(), is_throttled, "{body}");
    }
}

#[test]
fn unknown_formats_yield_no_violations() {
    for body in [
        "",
        " \r\n",
        "<html>Bad gateway</html>",
        "<!DOCTYPE html>\n<html><body>{\"detail\":\"No.\"}</body></html>",
        "Bad gateway",
        "{\"detail\":",
        "{\"detail\":\"No.\"",
        "{\"detail\":\"N",
        "{\"detail\":\"No.\"} trailing",
        "{}",
        "[]",
        "{\"type\":\"client_error\",\"errors\":[]}",
        "null",
        "42",
        "\u{0}",
    ] {
        assert_eq!(flat(body.as_bytes()), [""; 0], "{body}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_replaced() {
    assert_eq!(flat(b"{\"reason\":[\"Trop cr\xe9dule.\"]}"), ["/reason|Trop cr\u{fffd}dule.|"]);
    assert_eq!(flat(b"\xff\xfe"), [""; 0]);
}

#[test]
fn a_hostile_body_is_bounded() {
    let many = format!(r#"{{"reason":[{}"x"]}}"#, r#""x","#.repeat(10_000));
    assert_eq!(decode(many.as_bytes()).len(), MOST_ERRORS);

    let key = "k".repeat(100_000);
    let long = format!(r#"{{"{key}":[{}{{"reason":["x"]}}]}}"#, "{},".repeat(10_000));
    assert_eq!(flat(long.as_bytes()), ["|x|"], "an ancestor, never another field");
    let steps = format!(r#"{{"errors":[{{"loc":[{}"a"],"msg":"x"}}]}}"#, r#""k","#.repeat(10_000));
    assert!(flat(steps.as_bytes())[0].starts_with("/k/k/k/"));
    let dots = format!(r#"{{"field":"{}","message":"x"}}"#, "k.".repeat(100_000));
    assert!(flat(dots.as_bytes())[0].starts_with("/k/k/k/"));

    let padded = |length: usize| format!("{{\"detail\":\"{}\"}}", "x".repeat(length - 13));
    assert_eq!(decode(padded(LONGEST_BODY).as_bytes()).len(), 1);
    assert_eq!(decode(padded(LONGEST_BODY + 1).as_bytes()).len(), 0);
    let late = format!(r#"{{"errors":[{}{{"amount":["Bad."]}}]}}"#, r#"{"a":1},"#.repeat(50_000));
    assert_eq!(decode(late.as_bytes()).len(), 0, "so many values are not looked at");

    let deep = format!("{}\"x\"{}", r#"{"a":"#.repeat(100), "}".repeat(100));
    assert_eq!(decode(deep.as_bytes()).len(), 1);
    let deeper = format!("{}\"x\"{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(decode(deeper.as_bytes()).len(), 0, "serde_json reads 128 levels");
}

#[test]
fn only_field_names_are_printed() {
    let body = r#"{"billing_country":["x"],"canary@example.com":["x"],"products":[{"quantity":["x"]}]}"#;
    assert_eq!(printable_pointers(&decode(body.as_bytes())), ["/billing_country", "/products/0/quantity"]);
}

/// JSON made of the words that mean something to the decoder.
fn any_errors() -> impl Strategy<Value = serde_json::Value> {
    let word = prop::sample::select(vec![
        "detail",
        "message",
        "error",
        "code",
        "type",
        "errors",
        "data",
        "status",
        "attr",
        "field",
        "loc",
        "source",
        "pointer",
        "/data/attributes/amount",
        "products.0.a__b",
        "non_field_errors",
        "0",
        "12",
        "amount",
        "a/~b",
        "",
    ]);
    let leaf = prop_oneof![Just(serde_json::Value::Null), Just(1.into()), word.clone().prop_map(Into::into)];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let entry = (word.clone(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(serde_json::Value::from),
            prop::collection::vec(entry, 0..6).prop_map(serde_json::Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_can_be_decoded(body in any::<Vec<u8>>()) {
        prop_assert!(decode(&body).len() <= MOST_ERRORS);
    }

    #[test]
    fn any_json_yields_bounded_pointers(body in any_errors()) {
        for error in decode(body.to_string().as_bytes()) {
            prop_assert!(error.pointer.is_empty() || error.pointer.starts_with('/'));
            prop_assert!(error.pointer.len() <= LONGEST_POINTER);
        }
    }
}
