//! Waits for the first of two futures, and drops the other.

use std::pin::pin;

pub(super) use futures_util::future::Either;
use futures_util::future::select;

/// Returns what the first of the two returns. If both are ready, it is the left one.
pub(super) async fn first<A, B>(
    left: impl Future<Output = A>,
    right: impl Future<Output = B>,
) -> Either<A, B> {
    match select(pin!(left), pin!(right)).await {
        Either::Left((output, _)) => Either::Left(output),
        Either::Right((output, _)) => Either::Right(output),
    }
}
