//! How a caller is refused who sends too much: reads in a row at the end of a run, until one is refused.

use serde_json::Value;

use super::credentials;
use crate::fact::Fact;
use crate::http::{Ask, Content, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;

const DEPENDS: &str = "src/ext/retry.rs, src/ext/reconcile";

pub(super) const FACTS: &[Fact] = &[
    Fact::new(
        "throttle.form",
        "a throttled request gets 429 with the framework's sentence",
        "429 the framework's sentence",
    )
    .source("facts.md: Errors")
    .seen_by("GET /refunds/, at most 60 times in a row")
    .depends(DEPENDS)
    .settles(&["refusal 429 list_refunds"]),
    Fact::new("throttle.retry-after", "a 429 has `Retry-After` in whole seconds", "whole seconds")
        .source("facts.md: Errors")
        .seen_by("GET /refunds/, at most 60 times in a row")
        .depends(DEPENDS),
];

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    credentials::scope(run)?;
    let ask = Ask::get(&["refunds"]).query("page_size", "1");
    for _ in 0..run.options.limits.burst {
        if run.http.throttled.is_some() {
            break;
        }
        match run.http.send_once(&ask).await {
            Ok(_) | Err(Miss::Unseen(_)) => {}
            // That the limit of requests was reached here is no reason to call the run cut short.
            Err(Miss::Stop(Stop::Requests | Stop::Time)) => break,
            Err(Miss::Stop(stop)) => return Err(stop),
        }
    }
    let Some(reply) = run.http.throttled.clone() else {
        for fact in FACTS {
            run.see(fact.id, Err(Miss::Unseen("the server throttled nothing")))?;
        }
        return Ok(());
    };
    run.see("throttle.form", Ok(form(&reply)))?;
    let retry_after = match (reply.has_retry_after, reply.retry_after) {
        (false, _) => "absent",
        (true, Some(_)) => "whole seconds",
        (true, None) => "another form",
    };
    run.see("throttle.retry-after", Ok(Seen::word(retry_after)))
}

fn form(reply: &Reply) -> Seen {
    let seen = Seen::status(reply.status);
    if reply.content == Content::Html {
        return seen.and("html").named("throttle-page");
    }
    let Some(body) = reply.object() else { return reply.form() };
    let Some(detail) = body.get("detail").and_then(Value::as_str) else { return reply.form() };
    if body.contains_key("code") {
        seen.and("detail and code").named("throttle-code")
    } else if detail.starts_with("Request was throttled.") {
        seen.and("the framework's sentence")
    } else {
        seen.and("another sentence").named("throttle-words")
    }
}
