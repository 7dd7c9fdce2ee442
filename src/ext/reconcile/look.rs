//! Reads the list of refunds, newest first, and classifies what is new in it.
//!
//! Absence has to be proved, since the caller may refund again. So the order of the list, its end, and that it was read back to before
//! the refund was sent are verified from its items, not assumed. Not here: refunds of other calls of this process (`claims`).

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::Value;

use super::super::claims::{Claims, Fit, Order, Own, Ownership};
use super::super::{Call, CreateRefund, Error, ListRefunds, Page, Refund};
use super::Lookup;
use crate::{RefundId, raw};

/// Page size.
const PAGE: u32 = 100;
/// Maximum number of pages that are read. Absence is not proved beyond them.
const MOST_PAGES: u32 = 100;
/// Tolerance of the order: refunds of nearly the same time may be listed in either order.
const CLOCKS: SignedDuration = SignedDuration::from_secs(1);
/// Maximum difference of the clocks of two servers of one service. A new refund may be listed among ones that are older by this.
const SKEW: SignedDuration = SignedDuration::from_secs(30);
/// Additional difference of times without an offset: the end of daylight saving time repeats an hour.
const AUTUMN: SignedDuration = SignedDuration::from_hours(1);
/// Maximum difference of a local time from UTC.
const ZONES: SignedDuration = SignedDuration::from_hours(24);

/// Refunds that existed before one was sent.
#[derive(Default)]
pub(super) struct Known {
    ids: BTreeSet<RefundId>,
    /// Times at which the newest and the oldest of them were created.
    newest: Option<jiff::Timestamp>,
    oldest: Option<jiff::Timestamp>,
    is_local: bool,
    /// The list was read back to the depth, or to its end. Otherwise a refund of the newest time may have been there unseen.
    is_complete: bool,
    /// The list was read to its end.
    has_end: bool,
}

impl Known {
    fn add(&mut self, refund: Refund) {
        self.newest = self.newest.max(refund.created_at);
        self.oldest = [self.oldest, refund.created_at].into_iter().flatten().min();
        self.ids.insert(refund.id);
    }

    /// Returns the time before which nothing should be new.
    fn margin(&self) -> Option<jiff::Timestamp> {
        self.before_newest(CLOCKS)
    }

    /// Returns the time before which nothing new is listed.
    fn depth(&self) -> Option<jiff::Timestamp> {
        self.before_newest(SKEW)
    }

    fn before_newest(&self, slack: SignedDuration) -> Option<jiff::Timestamp> {
        let slack = if self.is_local { slack.saturating_add(AUTUMN) } else { slack };
        Some(self.newest?.checked_sub(slack).unwrap_or(jiff::Timestamp::MIN))
    }

    /// Returns whether a refund that existed would have been read.
    fn covers(&self, refund: &Refund) -> bool {
        self.has_end || refund.created_at > self.oldest
    }

    /// Returns whether a refund may have existed, although it was not read.
    fn may_have_missed(&self, refund: &Refund) -> bool {
        !self.is_complete && refund.created_at <= self.newest
    }
}

/// Distinguishes refunds that existed before this one was sent.
pub(super) enum Before {
    /// The newest refunds that existed.
    Known(Known),
    /// The earliest time at which the refund may have been made.
    Time(jiff::Timestamp),
}

/// Is true if a refund was made since then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    New,
    Old,
    /// It cannot be known: its time is a local one, is cut off, or is of a clock that differs.
    Unclear,
}

impl Before {
    /// Returns whether a refund is so old that none behind it can be new.
    fn is_before(&self, refund: &Refund, is_local: bool) -> bool {
        match self {
            Self::Time(_) => refund.created_at.is_some() && self.age(refund, is_local) == Age::Old,
            Self::Known(known) => known.ids.contains(&refund.id) && is_older(refund, known.depth()),
        }
    }

    fn age(&self, refund: &Refund, is_local: bool) -> Age {
        match self {
            Self::Time(since) => {
                let slack = |slack: SignedDuration| if is_local { ZONES } else { slack };
                let first = since.checked_sub(slack(unit(refund))).unwrap_or(jiff::Timestamp::MIN);
                let last = since.checked_add(slack(SignedDuration::ZERO)).unwrap_or(jiff::Timestamp::MAX);
                match refund.created_at {
                    Some(created_at) if created_at <= first => Age::Old,
                    Some(created_at) if created_at < last => Age::Unclear,
                    _ => Age::New,
                }
            }
            Self::Known(known) if known.ids.contains(&refund.id) => Age::Old,
            Self::Known(known) if !is_older(refund, known.margin()) => Age::New,
            // It was not there, by the clock of one server, or was there and not listed yet.
            Self::Known(known) if known.covers(refund) => Age::Unclear,
            // What is older than what was read before was there, too.
            Self::Known(_) => Age::Old,
        }
    }
}

fn is_older(refund: &Refund, than: Option<jiff::Timestamp>) -> bool {
    refund.created_at.zip(than).is_some_and(|(created_at, than)| created_at < than)
}

/// Returns by how much a refund may be newer than its time, which the server may cut off to seconds, minutes or days.
fn unit(refund: &Refund) -> SignedDuration {
    let Some(created_at) = refund.created_at else { return SignedDuration::ZERO };
    match (created_at.subsec_nanosecond(), created_at.as_second()) {
        // Midnight in some zone.
        (0, second) if second % (15 * 60) == 0 => SignedDuration::from_hours(24),
        (0, second) if second % 60 == 0 => SignedDuration::from_mins(1),
        (0, _) => SignedDuration::from_secs(1),
        _ => SignedDuration::from_millis(1),
    }
}

/// Response to a request for one page of the list.
enum Newest {
    /// The page, and whether its times are local ones.
    Page(Page<Refund>, bool),
    /// The page does not exist.
    End { is_proved: bool },
}

impl Call<CreateRefund> {
    /// The list that absence is read from. It is narrowed by nothing: what a filter leaves out proves nothing.
    fn list(&self, ordering: &str) -> Call<ListRefunds> {
        self.with(ListRefunds::default()).ordering(ordering).page_size(PAGE)
    }

    /// Fetches a page, newest first. The first one is fetched without a number, and again as number 1 if that is not enough: a
    /// server may count pages from 0.
    async fn newest(&self, number: u32) -> Result<Newest, Error> {
        let list = self.list("-created_at");
        let list = if number == 0 { list } else { list.page(number) };
        match list.send_with_response().await {
            Err(error) if number > 0 && error.is_not_found() => {
                Ok(Newest::End { is_proved: is_no_page(&error) })
            }
            Err(error) => Err(error),
            Ok(response) => {
                let is_local = has_local_times(response.body());
                Ok(Newest::Page(response.into_value(), is_local))
            }
        }
    }

    /// Returns whether the server honors the order that is asked for: in the opposite one, the list begins with a refund
    /// that is older than all of these. Otherwise it may sort by an amount, say, which happened to agree with the times.
    async fn is_order_honored(&self, oldest: Option<jiff::Timestamp>) -> Result<bool, Error> {
        let page = self.list("created_at").send().await?;
        let times: Option<Vec<jiff::Timestamp>> = page.iter().map(|refund| refund.created_at).collect();
        Ok(times
            .is_some_and(|times| times.is_sorted() && !times.is_empty() && times.first() <= oldest.as_ref()))
    }

    /// Reads the newest refunds that are there, back to one that is so old that none behind it can be mistaken for a new one: several
    /// may have been created at the same time, and a page may end between them.
    pub(super) async fn known(&self) -> Result<Known, Error> {
        let mut known = Known::default();
        for number in 0..=MOST_PAGES {
            let (page, is_local) = match self.newest(number).await? {
                Newest::Page(page, is_local) => (page, is_local),
                Newest::End { is_proved } => {
                    known.has_end = is_proved;
                    break;
                }
            };
            let before = known.ids.len();
            known.is_local |= is_local;
            known.has_end = page.is_empty() && page.next.is_none();
            // A refund without a time sorts first, and reaches nothing.
            let mut has_times = true;
            for refund in page {
                has_times &= refund.created_at.is_some();
                known.add(refund);
            }
            let reached = has_times && known.oldest.is_some_and(|oldest| Some(oldest) < known.depth());
            known.is_complete |= reached;
            if reached || known.has_end || known.ids.len() == before && number > 1 {
                break;
            }
        }
        known.is_complete |= known.has_end;
        Ok(known)
    }

    /// Reads the list back to before the refund was sent.
    pub(super) async fn look(&self, order: &Order, before: &Before) -> Result<Look, Error> {
        let mut look = Look::default();
        let mut seen = BTreeSet::new();
        let (mut last, mut descends, mut reached) = (None::<jiff::Timestamp>, false, false);
        let mut is_order_ignored = false;
        for number in 0..=MOST_PAGES {
            let (page, is_local) = match self.newest(number).await? {
                Newest::Page(page, is_local) => (page, is_local),
                Newest::End { is_proved } => {
                    look.is_complete = is_proved;
                    return Ok(look);
                }
            };
            look.is_local |= is_local && matches!(before, Before::Time(_));
            let (is_empty, count, is_last) = (page.is_empty(), page.count, page.next.is_none());
            let before_page = seen.len();
            // What was inserted meanwhile is in front of the first page when that comes again.
            last = last.filter(|_| number != 1);
            for refund in page {
                if !seen.insert(refund.id.clone()) {
                    continue;
                }
                // Not in the order that was asked for: what is new may be anywhere.
                match refund.created_at {
                    Some(created_at) => {
                        look.is_unordered |= last.is_some_and(|last| created_at > last);
                        descends |= last.is_some_and(|last| created_at < last);
                        last = Some(created_at);
                    }
                    // Without a time no order can be verified.
                    None => look.is_unordered = true,
                }
                reached |= before.is_before(&refund, is_local);
                let age = before.age(&refund, is_local);
                // A refund with the reference is this one, even if `since` was taken too late.
                let may_be_early = |fit| fit == Fit::Reference && matches!(before, Before::Time(_));
                if let Some(fit) = self.fit(order, &refund)
                    && (age != Age::Old || may_be_early(fit))
                {
                    let is_missed = matches!(before, Before::Known(known) if known.may_have_missed(&refund));
                    let is_unclear = (age == Age::Unclear || is_missed) && fit == Fit::This;
                    look.new.push((refund, if is_unclear { Fit::Perhaps } else { fit }));
                }
            }
            // A count that covers one page only would prove an end too early, so a page that leads on is never the last.
            let is_end = is_last && (is_empty || count.is_some_and(|count| count <= seen.len() as u64));
            // One refund that is old proves nothing yet: a list that begins with the oldest has it first.
            let is_reached = reached && descends && !look.is_unordered && !is_order_ignored;
            // What was found proves no absence, so that its order does not matter.
            let is_proved =
                is_end || is_reached && (!look.new.is_empty() || self.is_order_honored(last).await?);
            if is_proved {
                look.is_complete = true;
                return Ok(look);
            }
            is_order_ignored |= is_reached;
            // A server that does not know `page` sends the same again, and proves no end.
            if seen.len() == before_page && number > 1 {
                break;
            }
        }
        Ok(look)
    }

    fn fit(&self, order: &Order, refund: &Refund) -> Option<Fit> {
        let fit = order.fit(refund)?;
        let is_referenced =
            self.request.reference.as_ref().is_some_and(|reference| {
                refund.reason.as_deref().is_some_and(|reason| reference.is_in(reason))
            });
        Some(if is_referenced { Fit::Reference } else { fit })
    }
}

/// Result of one look at the list.
#[derive(Default)]
pub(super) struct Look {
    new: Vec<(Refund, Fit)>,
    /// The list was read until before the refund was sent, or to its end.
    is_complete: bool,
    is_unordered: bool,
    /// Times are local ones, which prove nothing when compared with a time of the caller's.
    is_local: bool,
}

/// Conclusion from a look, and whether a later look may change it, when calls that are in flight have ended.
pub(super) struct Verdict {
    pub(super) lookup: Lookup,
    pub(super) is_pending: bool,
}

impl Look {
    /// Decides the outcome of the calls that the look covers.
    pub(super) fn verdict(self, claims: &Claims, server: &str, own: Own, order: &Order) -> Verdict {
        let settled = |lookup| Verdict { lookup, is_pending: false };
        let proves = self.is_complete && !self.is_unordered && !self.is_local;
        if self.new.is_empty() {
            return settled(if proves { Lookup::NotFound } else { Lookup::Unknown });
        }
        let (mut referenced, mut others) = (Vec::new(), Vec::new());
        let (mut is_contested, mut is_pending) = (false, false);
        for (refund, fit) in self.new {
            match claims.ownership(server, own, order, &refund) {
                // It proves no absence, though: the server may have made one refund of both.
                Ownership::Theirs if own != Own::None => continue,
                Ownership::Theirs => is_contested = true,
                Ownership::Contested { in_flight } => {
                    is_contested = true;
                    is_pending |= in_flight;
                }
                Ownership::Free => {}
            }
            if fit == Fit::Reference {
                referenced.push(refund);
            } else {
                others.push((refund, fit));
            }
        }
        if referenced.len() == 1 {
            return settled(Lookup::Identified(Box::new(referenced.remove(0))));
        }
        // In another order, what was read before was not the newest either, and an old one would be mistaken for this one.
        let is_certain = !self.is_unordered && !is_contested && referenced.is_empty();
        if is_certain && matches!(others[..], [(_, Fit::This)]) {
            return settled(Lookup::Found(Box::new(others.remove(0).0)));
        }
        let all: Vec<Refund> = referenced.into_iter().chain(others.into_iter().map(|(it, _)| it)).collect();
        match all.is_empty() {
            // All that is new was made by others. This one may be late.
            true => Verdict { lookup: Lookup::Unknown, is_pending: true },
            false => Verdict { lookup: Lookup::Ambiguous(all), is_pending },
        }
    }
}

/// Returns whether the API reports that a page is not there: in JSON. Stricter than where lists are read, because this end
/// proves that a refund was not made, and a proxy may report the same of any address in HTML or plain text.
fn is_no_page(error: &Error) -> bool {
    let is_json = |body: &[u8]| matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
    error.is_not_found() && error.body().is_some_and(is_json)
}

/// Returns whether a page has times without an offset, which were read as UTC and may be local ones. Read from the body,
/// since the values do not show it any more, and wherever in it they are.
fn has_local_times(body: &[u8]) -> bool {
    fn is_local(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(is_local),
            Value::Object(fields) => fields.iter().any(|(name, value)| match value {
                Value::Array(_) | Value::Object(_) => is_local(value),
                Value::Null => false,
                value if name == "created_at" => {
                    serde_json::from_value::<jiff::Timestamp>(value.clone()).is_err()
                }
                _ => false,
            }),
            _ => false,
        }
    }

    // A body that could be read only after it was repaired shows nothing.
    serde_json::from_slice(raw::without_mark(body)).map_or(true, |body| is_local(&body))
}

#[cfg(test)]
mod tests {
    use super::has_local_times;

    #[test]
    fn times_without_an_offset_are_found_in_the_body() {
        for (body, expected) in [
            (r"[]", false),
            (r#"[{"created_at":"2026-01-02T03:04:05Z"}]"#, false),
            (r#"[{"created_at":"2026-01-02T03:04:05.123456+02:00"}]"#, false),
            (r#"[{"created_at":null},{}]"#, false),
            (r#"{"count":1,"results":[{"created_at":"2026-01-02T03:04:05Z"}]}"#, false),
            (r#"[{"created_at":"2026-01-02T03:04:05Z"},{"created_at":"2026-01-02T03:04:05"}]"#, true),
            (r#"[{"created_at":"2026-01-02 03:04:05"}]"#, true),
            (r#"[{"created_at":"2026-01-02"}]"#, true),
            (r#"[{"created_at":1767322800}]"#, true),
            ("\u{feff}[{\"created_at\":\"2026-01-02T03:04:05\"}]", true),
            (r#"{"results":[{"created_at":"2026-01-02T03:04:05"}]}"#, true),
            (r#"{"data":{"items":[{"created_at":"2026-01-02T03:04:05"}]}}"#, true),
            (r#"{"data":{"items":[{"created_at":"2026-01-02T03:04:05Z"}]}}"#, false),
            (r#"[{"created_at":"2026-01-02T03:04:05Z","amount":NaN}]"#, true),
        ] {
            assert_eq!(has_local_times(body.as_bytes()), expected, "{body}");
        }
    }
}
