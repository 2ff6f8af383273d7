//! The bridge to the blocking pool.

use std::io;

use tokio::task::JoinHandle;

/// Runs file work on the blocking pool and waits for it.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    joined(tokio::task::spawn_blocking(work)).await
}

/// Waits for file work that was started earlier. A job that panicked or was cut off by the end of the runtime is an
/// I/O error like any other: the bytes did not arrive.
pub(crate) async fn joined<T>(handle: JoinHandle<io::Result<T>>) -> io::Result<T> {
    handle.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
