//! Accepting connections, and letting them end in peace.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bonded_web::Front;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::tls::Tls;

/// A client that needs longer to send its headers is not one of ours.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// A client that needs longer for the TLS handshake neither.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long requests that are under way may take to finish when the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(30);
/// After a failed accept (too many open files, say) there is no use in trying again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound socket and what answers on it.
pub(super) struct Listening {
    pub(super) listener: TcpListener,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) front: Front,
}

impl Listening {
    /// Serves until `stop` is ready, then lets requests finish.
    pub(super) async fn serve(self, stop: impl Future<Output = ()>) {
        let reload = self.tls.clone().map(|tls| tokio::spawn(tls.reload()));
        let connections = Arc::new(GracefulShutdown::new());
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.spawn(stream, peer, &connections),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        if let Some(reload) = reload {
            reload.abort();
        }
        let drained = async {
            if let Some(connections) = Arc::into_inner(connections) {
                connections.shutdown().await;
            }
        };
        if tokio::time::timeout(DRAIN_TIME, drained).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
    }

    fn spawn(&self, stream: TcpStream, peer: SocketAddr, connections: &Arc<GracefulShutdown>) {
        // Answers are written whole; waiting for more to send along would only delay them.
        let _ = stream.set_nodelay(true);
        let (front, watcher) = (self.front.clone(), connections.watcher());
        match &self.tls {
            None => {
                tokio::spawn(answer(stream, peer, front, watcher));
            }
            Some(tls) => {
                let handshake = tls.acceptor().accept(stream);
                tokio::spawn(async move {
                    match tokio::time::timeout(HANDSHAKE_TIME, handshake).await {
                        Ok(Ok(stream)) => answer(stream, peer, front, watcher).await,
                        Ok(Err(error)) => tracing::debug!(%peer, %error, "the TLS handshake failed"),
                        Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
                    }
                });
            }
        }
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    front: Front,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    builder.http2().timer(TokioTimer::new());
    let service = TowerToHyperService::new(front.for_peer(peer));
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}
