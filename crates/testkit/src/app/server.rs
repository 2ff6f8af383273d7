//! Answers on a loopback socket, as `bonded serve` does.

use bonded_web::Front;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A free port of the loopback interface.
pub(super) async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

/// Answers until `stop`.
pub(super) async fn run(listener: TcpListener, front: Front, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = accepted.expect("a connection is accepted");
        let service = TowerToHyperService::new(front.for_peer(peer));
        let connection = Builder::new(TokioExecutor::new());
        tokio::spawn(async move {
            // A client that goes away early is part of some tests.
            drop(connection.serve_connection(TokioIo::new(stream), service).await);
        });
    }
}
