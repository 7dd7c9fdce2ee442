//! Lists, by the one that keys read: shape, pages, order, search and filters of refunds.
//!
//! How far this can be seen depends on what the list has. An order counts only if the rows fit no other one.

use std::time::Duration;

use serde_json::Value;

use super::payments::moment;
use crate::fact::Fact;
use crate::http::{Ask, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;

const REFERENCE: &str = "the reference: List refunds";
const SANDBOX: &str = "sandbox/src/lib.rs: What is assumed";
const SEEN_BY: &str = "GET /refunds/";
const RECONCILE: &str = "src/ext/reconcile, src/ext/pages";

const fn list(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected).source(REFERENCE).seen_by(SEEN_BY).depends(RECONCILE)
}

pub(super) const FACTS: &[Fact] = &[
    list("list.shape", "a list is a bare array", "array")
        .stated_by_nothing("the published document states an array; generation reads an envelope as well"),
    list("list.fresh", "a new refund is in the list at once", "at once").source(SANDBOX),
    list("list.page-size", "a page has as many rows as `page_size` asks for", "as many as asked for"),
    list("list.page", "`page=2` returns the rows behind the first page", "the next rows"),
    list("list.past-end", "a page behind the last gets 404 with `detail`", "404 detail").source(SANDBOX),
    list("list.default-page-size", "a page has 100 rows if the request has no `page_size`", "100 rows")
        .source(SANDBOX),
    list("list.largest-page-size", "a page has at most 1000 rows", "1000 rows").source(SANDBOX),
    list("list.order.default", "refunds are listed from the newest to the oldest", "newest first")
        .source(SANDBOX),
    list(
        "list.order.created-at",
        "`ordering=created_at` lists from the oldest to the newest",
        "oldest first",
    ),
    list(
        "list.order.created-at-reversed",
        "`ordering=-created_at` lists from the newest to the oldest",
        "newest first",
    ),
    list("list.order.amount", "`ordering=amount` lists from the smallest to the largest", "smallest first"),
    list(
        "list.order.amount-reversed",
        "`ordering=-amount` lists from the largest to the smallest",
        "largest first",
    ),
    list("list.search.payment", "`search` finds refunds by the id of their payment", "found"),
    list("list.search.reason", "`search` finds refunds by their reason", "found"),
    list("list.search.nothing", "`search` leaves out what does not match", "left out"),
    list("list.filter.status", "`status` leaves out other states", "left out"),
    list("list.filter.created-at", "`created_at__gte` leaves out older refunds", "left out"),
];

/// Facts about orders, with the parameter.
const ORDERS: [(&str, Option<&str>); 5] = [
    ("list.order.default", None),
    ("list.order.created-at", Some("created_at")),
    ("list.order.created-at-reversed", Some("-created_at")),
    ("list.order.amount", Some("amount")),
    ("list.order.amount-reversed", Some("-amount")),
];

const TOO_FEW: &str = "there are too few refunds to distinguish (--refunds, --payment)";

fn refunds() -> Ask {
    Ask::get(&["refunds"])
}

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    fresh(run).await?;
    let shape = |reply: &Reply| match reply.json() {
        Some(Value::Array(_)) => Ok(Seen::word("array")),
        Some(Value::Object(object)) if object.get("results").is_some_and(Value::is_array) => {
            let parts = ["count", "next", "previous"];
            let absent: Vec<&'static str> =
                parts.into_iter().filter(|part| !object.contains_key(*part)).collect();
            Ok(Seen::word("envelope").listing("without", &absent).named("envelope"))
        }
        _ => Ok(reply.form()),
    };
    run.ask("list.shape", refunds().query("page_size", "100"), shape).await?;
    pages(run).await?;
    for (fact, ordering) in ORDERS {
        let mut ask = refunds().query("page_size", "100");
        if let Some(ordering) = ordering {
            ask = ask.query("ordering", ordering);
        }
        run.ask(fact, ask, |reply| order(fact, reply.rows().map_or(&[], Vec::as_slice))).await?;
    }
    filters(run).await
}

/// Looks for the newest refund of this run; only a list with others in it, or an empty one, can lack it.
async fn fresh(run: &mut Run<'_>) -> Result<(), Stop> {
    if !run.made_refunds {
        return run.see("list.fresh", Err(Miss::Unseen("needs a refund of this run (--refunds, --payment)")));
    }
    for wait in [0, 300, 700] {
        tokio::time::sleep(Duration::from_millis(wait).min(run.http.time_left())).await;
        let Some(reply) =
            run.send(refunds().query("page_size", "100").query("ordering", "-created_at")).await?
        else {
            continue;
        };
        let Some(rows) = reply.rows() else { break };
        if rows.iter().any(|row| is_of_this_run(run, row)) {
            let seen = if wait == 0 { "at once" } else { "after a moment" };
            return run.see("list.fresh", Ok(Seen::word(seen)));
        }
        // A refund that cannot be recognized, or is on another page, is not known to be absent.
        if run.refund.is_none() || rows.len() >= 100 {
            return run.see("list.fresh", Err(Miss::Unseen("the refunds of this run cannot be recognized")));
        }
        if let Some(next) = run.send(refunds().query("page_size", "100").query("page", "2")).await?
            && next.rows().is_some_and(|more| !more.is_empty() && more != rows)
        {
            return run.see("list.fresh", Err(Miss::Unseen("the list has more pages than the probe reads")));
        }
    }
    run.see("list.fresh", Ok(Seen::word("not within a second").named("lagging-list")))
}

fn is_of_this_run(run: &Run<'_>, row: &Value) -> bool {
    let by_reason =
        row.get("reason").and_then(Value::as_str).is_some_and(|reason| reason.contains(&run.nonce));
    let by_id = run.refund.as_ref().is_some_and(|(public, number)| match row.get("id") {
        Some(Value::String(id)) => id == public || number.is_some_and(|number| *id == number.to_string()),
        Some(Value::Number(id)) => number.is_some() && id.as_u64() == *number,
        _ => false,
    });
    by_reason || by_id
}

async fn rows(run: &mut Run<'_>, size: &str, page: &str) -> Result<Option<Vec<Value>>, Stop> {
    let mut ask = refunds();
    for (name, value) in [("page_size", size), ("page", page)] {
        if !value.is_empty() {
            ask = ask.query(name, value);
        }
    }
    Ok(run.send(ask).await?.and_then(|reply| reply.rows().cloned()))
}

async fn pages(run: &mut Run<'_>) -> Result<(), Stop> {
    let unseen = Err(Miss::Unseen(TOO_FEW));
    let (first, second) = (rows(run, "3", "").await?, rows(run, "3", "2").await?);
    let (one, two) = (rows(run, "1", "").await?, rows(run, "1", "2").await?);
    let size = first.as_ref().map_or(0, Vec::len);
    let has_more = second.as_ref().is_some_and(|rows| !rows.is_empty());
    let seen = match size {
        4.. => Ok(Seen::word("more than asked for")),
        // A list of three that ignores the parameter has three as well.
        3 if has_more && second != first || one.as_ref().is_some_and(|rows| rows.len() == 1) => {
            Ok(Seen::word("as many as asked for"))
        }
        size if has_more && second != first => Ok(Seen::count(size, "rows of 3").named("short-pages")),
        _ => unseen.clone(),
    };
    run.see("list.page-size", seen)?;

    let seen = match (one.as_deref(), two.as_deref()) {
        (Some([one]), Some([two]))
            if one == two || one.get("id").is_some() && one.get("id") == two.get("id") =>
        {
            Ok(Seen::word("the first page again").named("ignored-page"))
        }
        (Some([_]), Some([_])) => Ok(Seen::word("the next rows")),
        _ => unseen.clone(),
    };
    run.see("list.page", seen)?;
    run.ask("list.past-end", refunds().query("page", "100000"), |reply| match reply.rows() {
        Some(rows) if rows.is_empty() => Ok(Seen::word("200 without rows")),
        Some(_) => Ok(Seen::word("200 with rows").named("ignored-page")),
        None => Ok(reply.form()),
    })
    .await?;
    for (fact, size) in [("list.default-page-size", ""), ("list.largest-page-size", "100000")] {
        let (first, second) = (rows(run, size, "").await?, rows(run, size, "2").await?);
        let is_cut = second.as_ref().is_some_and(|rows| !rows.is_empty()) && second != first;
        let seen = match first {
            Some(rows) if is_cut && rows.len() < 3 => {
                Ok(Seen::count(rows.len(), "rows").named("short-pages"))
            }
            Some(rows) if is_cut => Ok(Seen::count(rows.len(), "rows")),
            _ => Err(Miss::Unseen("the list fits into one page")),
        };
        run.see(fact, seen)?;
    }
    Ok(())
}

/// Returns in which order rows are. What fits several is not known.
fn order(fact: &str, rows: &[Value]) -> Result<Seen, Miss> {
    let times: Option<Vec<_>> = rows.iter().map(|row| moment(row.get("created_at")?)).collect();
    let amounts: Option<Vec<i128>> = rows.iter().map(|row| minor(row.get("amount")?)).collect();
    let (times, amounts) = (times.unwrap_or_default(), amounts.unwrap_or_default());
    if times.len() < 3 || amounts.len() < 3 {
        return Err(Miss::Unseen(TOO_FEW));
    }
    let fits = [
        ("newest first", times.is_sorted_by(|left, right| left >= right)),
        ("oldest first", times.is_sorted()),
        ("largest first", amounts.is_sorted_by(|left, right| left >= right)),
        ("smallest first", amounts.is_sorted()),
    ];
    let mut fitting = fits.into_iter().filter(|(_, fits)| *fits).map(|(name, _)| name);
    let seen = match (fitting.next(), fitting.next()) {
        (Some(order), None) => order,
        (None, _) => "in another order",
        _ => return Err(Miss::Unseen("the refunds there fit several orders")),
    };
    let expected = super::find(fact).map(|fact| fact.expected);
    Ok(match seen {
        order if Some(order) == expected => Seen::word(order),
        "oldest first" => Seen::word("oldest first").named("oldest-first"),
        "largest first" => Seen::word("largest first").named("by-amount"),
        order => Seen::word(order),
    })
}

/// Reads an amount, text or number, in units of a ten-thousandth: to compare, not to calculate.
fn minor(amount: &Value) -> Option<i128> {
    let text = match amount {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.len() > 4 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{fraction:0<4}").parse().ok()
}

const IGNORED: &str = "the server ignores `search`, or the list has nothing that it would leave out";

async fn filters(run: &mut Run<'_>) -> Result<(), Stop> {
    let all = rows(run, "100", "").await?.unwrap_or_default();
    type Case = (&'static str, &'static str, &'static str, fn(&Value) -> bool);
    let cases: [Case; 3] = [
        ("list.search.nothing", "search", "nd8-probe-no-refund-has-this", |_| false),
        ("list.filter.status", "status", "rejected", |row| {
            row.get("status").and_then(Value::as_str) == Some("rejected")
        }),
        ("list.filter.created-at", "created_at__gte", "2100-01-01T00:00:00Z", |_| false),
    ];
    let mut does_search = false;
    for (fact, name, value, is_wanted) in cases {
        // A list without a row to leave out is the same with the filter.
        if all.iter().all(is_wanted) {
            run.see(fact, Err(Miss::Unseen(TOO_FEW)))?;
            continue;
        }
        let ask = refunds().query("page_size", "100").query(name, value);
        let seen = run.ask(fact, ask, |reply| match reply.rows() {
            Some(rows) if rows.iter().all(is_wanted) => Ok(Seen::word("left out")),
            Some(_) => Ok(Seen::word("not left out")),
            None => Ok(reply.form()),
        });
        let rows = seen.await?.and_then(|reply| reply.rows().cloned());
        does_search |= name == "search" && rows.is_some_and(|rows| rows.is_empty());
    }
    searches(run, &all, does_search).await
}

/// Looks for a refund of this run by what it has. A server that ignores `search` finds everything.
async fn searches(run: &mut Run<'_>, all: &[Value], does_search: bool) -> Result<(), Stop> {
    let found = |reply: &Reply| match reply.rows() {
        Some(rows) if rows.is_empty() => Ok(Seen::word("not found")),
        Some(_) if does_search => Ok(Seen::word("found")),
        Some(_) => Err(Miss::Unseen(IGNORED)),
        None => Ok(reply.form()),
    };
    match run.payment.clone().filter(|_| run.made_refunds && !all.is_empty()) {
        Some(payment) => {
            run.ask("list.search.payment", refunds().query("search", payment), found).await?;
        }
        None => run.see("list.search.payment", Err(Miss::Unseen(TOO_FEW)))?,
    }
    let is_shown = |row: &Value| {
        let reason = row.get("reason").and_then(Value::as_str);
        reason.is_some_and(|reason| reason.contains(&run.nonce))
    };
    if run.made_refunds && all.iter().any(is_shown) {
        let search = refunds().query("search", run.nonce.clone());
        run.ask("list.search.reason", search, found).await?;
    } else {
        run.see("list.search.reason", Err(Miss::Unseen("the list shows no reason of a refund of this run")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(of: &[(u8, &str)]) -> Vec<Value> {
        let row = |(second, amount): &(u8, &str)| json!({ "created_at": format!("2026-01-01T00:00:{second:02}Z"), "amount": amount });
        of.iter().map(row).collect()
    }

    #[test]
    fn an_order_counts_only_if_no_other_fits() {
        let seen = |of: &[(u8, &str)]| order("list.order.amount", &rows(of)).map(|seen| seen.to_string());
        assert_eq!(seen(&[(3, "1.2"), (2, "1.1"), (1, "1.3")]), Ok("newest first".to_owned()));
        assert_eq!(seen(&[(1, "1.30"), (2, "1.10"), (3, "1.20")]), Ok("oldest first".to_owned()));
        assert_eq!(seen(&[(2, "1.10"), (3, "1.20"), (1, "1.30")]), Ok("smallest first".to_owned()));
        assert_eq!(seen(&[(1, "10.00"), (3, "9.00"), (2, "8.00")]), Ok("largest first".to_owned()));
        assert_eq!(seen(&[(2, "1.10"), (1, "1.30"), (3, "1.20")]), Ok("in another order".to_owned()));
        assert!(seen(&[(3, "1.30"), (2, "1.20"), (1, "1.10")]).is_err(), "newest and largest first");
        assert!(seen(&[(3, "1.30"), (2, "1.20")]).is_err(), "two rows fit some order");
    }

    #[test]
    fn amounts_are_compared_by_their_digits() {
        for (amount, expected) in [
            (json!("1.30"), Some(13_000)),
            (json!(1.3), Some(13_000)),
            (json!(12), Some(120_000)),
            (json!("1.00001"), None),
            (json!("x"), None),
            (json!(null), None),
        ] {
            assert_eq!(minor(&amount), expected, "{amount}");
        }
    }
}
