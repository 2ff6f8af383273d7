//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Returns when the process is asked to end: SIGTERM from a service manager, SIGINT from a terminal.
pub(super) async fn asked() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without handlers the signals end the process themselves.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
