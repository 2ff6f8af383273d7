//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on for the process being asked to end: SIGTERM from a service manager, SIGINT from a terminal. What
/// is returned waits for that.
pub(super) fn asked() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
            // Without handlers the signals end the process themselves.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}
