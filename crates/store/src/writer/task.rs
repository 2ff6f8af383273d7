//! A work on its way to the writer, and its answer on the way back.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::{StoreError, Tx};

/// How long one work may take, in seconds. Beyond that it is taken for one that waits for itself.
const LONGEST_WORK: u64 = 30;

/// What a caller gets: the result of its work, or the panic that ended it.
pub(crate) type Answer<T, E> = Result<Result<T, E>, Box<dyn Any + Send>>;

/// A work together with the way back to its caller.
pub(crate) struct Task<F, T, E> {
    pub(crate) work: F,
    pub(crate) answer: oneshot::Sender<Answer<T, E>>,
}

/// A [`Task`] without its types. This is no seam for other implementations: the writer's queue needs one type.
pub(crate) trait Work: Send {
    /// Does the work. What it did is kept only if the returned member says so.
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> BoxFuture<'t, Member>;
    /// Answers without doing the work.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// A work that was done, waiting for the commit.
pub(crate) struct Member {
    pub(crate) keep: bool,
    pub(crate) settle: Settle,
}

/// Sends the answer, once the fate of the commit is known.
pub(crate) type Settle = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

impl<F, T, E> Work for Task<F, T, E>
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> BoxFuture<'t, Member> {
        Box::pin(async move {
            let Self { work, answer } = *self;
            let done = AssertUnwindSafe(async { work(tx).await }).catch_unwind();
            let done = tokio::time::timeout(Duration::from_secs(LONGEST_WORK), done).await;
            let done = match (done, tx.take_failure()) {
                // A work that lost an error on its way must not be kept.
                (Ok(Ok(Ok(_))), Some(failure)) => Ok(Err(E::from(failure))),
                (Ok(done), _) => done,
                (Err(_), _) => Ok(Err(E::from(StoreError::TooSlow(LONGEST_WORK)))),
            };
            let keep = matches!(done, Ok(Ok(_)));
            let settle = move |committed: Result<(), StoreError>| {
                let done = match (done, committed) {
                    (Ok(Ok(_)), Err(error)) => Ok(Err(E::from(error))),
                    (done, _) => done,
                };
                // A caller that went away does not want its answer.
                drop(answer.send(done));
            };
            Member { keep, settle: Box::new(settle) }
        })
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        drop(self.answer.send(Ok(Err(E::from(error)))));
    }
}
