//! Table of quirks, and the set of those that are on.
//!
//! What ND8 does in these places is not documented, so the default and every quirk are inferred. A client has to handle each of
//! them. The quirks of one area (lists, refunds, request bodies) are implemented in that area. Quirks are not part of the state: a
//! snapshot does not contain them, and a reset leaves them on.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Number of rows a page has under [`Quirk::ShortPages`].
pub(crate) const SHORT_PAGE: usize = 2;

/// Age of a refund when [`Quirk::LaggingList`] begins to list it.
pub(crate) const LAG: Duration = Duration::from_secs(60);

/// Provenance of all quirks: no publication describes how ND8 behaves there.
pub(crate) const PROVENANCE: &str = "inferred";

/// Declares the quirks from their table: variant, name, and what the server does.
macro_rules! quirks {
    ($($variant:ident $name:literal $effect:literal)*) => {
        /// One of the other ways in which the server may behave; see [`Builder::quirk`](crate::Builder::quirk) and
        /// [`Sandbox::quirks`](crate::Sandbox::quirks). All of them are inferred.
        ///
        /// ```
        /// use nd8_sandbox::Quirk;
        ///
        /// assert_eq!("short-pages".parse(), Ok(Quirk::ShortPages));
        /// assert_eq!(Quirk::ShortPages.to_string(), "short-pages");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Quirk {
            $(#[doc = concat!("`", $name, "`: ", $effect, ".")] $variant,)*
        }

        impl Quirk {
            /// All quirks, in the order of the table.
            pub const ALL: &[Quirk] = &[$(Quirk::$variant),*];

            /// Returns the name, as [`FromStr`] and the binary read it.
            pub fn name(self) -> &'static str {
                match self { $(Quirk::$variant => $name),* }
            }

            /// Returns what the server does under this quirk, in a few words.
            pub fn effect(self) -> &'static str {
                match self { $(Quirk::$variant => $effect),* }
            }
        }
    };
}

quirks! {
    TextsAsSent "texts-as-sent" "stores texts unchanged, without trimming them and without changing line ends"
    ComposedTexts "composed-texts" "stores texts in the composed Unicode form (NFC)"
    ShortPages "short-pages" "returns at most 2 rows a page, and ignores `page_size`"
    IgnoredPage "ignored-page" "returns the first page, and ignores `page`"
    Envelope "envelope" "wraps lists in an object with `count`, `next`, `previous` and `results`"
    OldestFirst "oldest-first" "lists refunds from the oldest to the newest, and ignores `ordering`"
    ByAmount "by-amount" "lists refunds from the largest to the smallest, and ignores `ordering`"
    LaggingList "lagging-list" "lists a refund only when it is 60 seconds old, by the sandbox's clock"
    PaymentNumber "payment-number" "names the payment of a refund by its number, as a string"
    NumericIds "numeric-ids" "writes the id of a refund and that of its payment as JSON numbers"
    NullFields "null-fields" "writes null for every optional field of payments and refunds, the reason included"
    AbsentFields "absent-fields" "leaves out every optional field of payments and refunds, the reason included"
    NumberAmounts "number-amounts" "writes decimals as JSON numbers"
    NaiveTimes "naive-times" "writes times without an offset"
    RoundedAmounts "rounded-amounts" "accepts refund amounts with more than two decimals, and rounds them to cents"
    ThrottleCode "throttle-code" "throttles with another sentence and the `code` \"throttled\""
    ThrottleWords "throttle-words" "throttles with another sentence and no `code`"
    ThrottlePage "throttle-page" "throttles with an HTML page, as a proxy does"
    HtmlSuccess "html-success" "returns an HTML page after every successful change"
    WrappedSuccess "wrapped-success" "wraps the body of every successful change in `{\"success\": true, \"data\": …}`"
    EmptySuccess "empty-success" "returns no body after every successful change"
    NoSlashRedirect "no-slash-redirect" "returns 404 for a path without its last slash, instead of a redirect"
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reports a text that is not the name of a quirk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown quirk \"{0}\"")]
#[non_exhaustive]
pub struct UnknownQuirk(String);

impl FromStr for Quirk {
    type Err = UnknownQuirk;

    fn from_str(text: &str) -> Result<Quirk, UnknownQuirk> {
        let found = Quirk::ALL.iter().find(|quirk| quirk.name() == text);
        found.copied().ok_or_else(|| UnknownQuirk(text.to_owned()))
    }
}

/// Quirks that are on, one bit each.
#[derive(Debug, Default)]
pub(crate) struct QuirkSet(pub(crate) AtomicU32);

impl QuirkSet {
    pub(crate) fn of(quirks: &[Quirk]) -> QuirkSet {
        let set = QuirkSet::default();
        quirks.iter().for_each(|quirk| set.insert(*quirk));
        set
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.0.load(Ordering::Acquire) & bit(quirk) != 0
    }

    pub(crate) fn all(&self) -> Vec<Quirk> {
        Quirk::ALL.iter().copied().filter(|quirk| self.has(*quirk)).collect()
    }

    pub(crate) fn insert(&self, quirk: Quirk) {
        self.0.fetch_or(bit(quirk), Ordering::AcqRel);
    }

    pub(crate) fn remove(&self, quirk: Quirk) -> bool {
        self.0.fetch_and(!bit(quirk), Ordering::AcqRel) & bit(quirk) != 0
    }
}

pub(crate) fn bit(quirk: Quirk) -> u32 {
    1 << quirk as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_has_its_own_name_and_bit() {
        assert!(Quirk::ALL.len() <= 32, "one bit each");
        let set = QuirkSet::default();
        for quirk in Quirk::ALL {
            assert_eq!(quirk.name().parse(), Ok(*quirk));
            assert!(!set.has(*quirk), "{quirk}");
            set.insert(*quirk);
        }
        assert_eq!(set.all(), Quirk::ALL);
        assert!(set.remove(Quirk::ShortPages) && !set.has(Quirk::ShortPages) && set.has(Quirk::IgnoredPage));
        let error = "Short-pages".parse::<Quirk>().unwrap_err();
        assert_eq!(error.to_string(), "unknown quirk \"Short-pages\"");
    }
}
