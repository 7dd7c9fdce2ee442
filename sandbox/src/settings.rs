//! Choices that the owner of a sandbox makes before it starts.

/// How the mistakes in a list of objects are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListErrors {
    /// One object an item, empty for those that are right: `[{}, {"quantity": [..]}]`, as Django REST Framework wrote
    /// before 3.18.
    #[default]
    ByPosition,
    /// An object with the numbers of those that are wrong: `{"1": {"quantity": [..]}}`, as it writes since then.
    ByIndex,
}

/// How lists are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListShape {
    /// The rows of the page and nothing else, as ND8's reference shows it.
    #[default]
    Bare,
    /// An object with `count`, `next`, `previous` and `results`, the framework's own habit: what ND8 may come to, and
    /// a client should not break on.
    Envelope,
}

/// Who brings refunds to their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefundPolicy {
    /// Each refund completes by itself as soon as it was created, independently of the answer: a caller who
    /// looks at it next finds it `processing` or `completed`.
    #[default]
    Automatic,
    /// Refunds stay `processing` until [`Sandbox::complete_refund`](crate::Sandbox::complete_refund) or [`Sandbox::fail_refund`](crate::Sandbox::fail_refund) is called.
    Manual,
}

/// How the sandbox answers where ND8 might answer either way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) list_errors: ListErrors,
}
