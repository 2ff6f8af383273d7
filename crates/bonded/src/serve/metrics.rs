//! Metrics, for Prometheus, at an address of their own: they tell how busy the registry is, which is nobody's business outside.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use bonded_registry::Registry;
use bonded_web::{App, Front, Reach, metrics_router};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::connections::Listening;

/// The upper ends of the classes of durations, in seconds.
const DURATIONS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// How often measured durations are sorted into their classes; until then each takes memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// The metrics of this process, from now on, and the socket on which they are asked for.
pub(super) struct Metrics {
    listener: TcpListener,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Listens, and counts from now on.
    pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} cannot be listened on for metrics"))?;
        let handle = PrometheusBuilder::new().set_buckets(&DURATIONS)?.install_recorder()?;
        Ok(Self { listener, handle })
    }

    /// Where they are asked for.
    pub(super) fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stopping`.
    pub(super) async fn serve(self, registry: Registry, stopping: CancellationToken) {
        let upkeep = self.handle.clone();
        let upkeep = tokio::spawn(async move {
            let mut due = tokio::time::interval(UPKEEP);
            loop {
                due.tick().await;
                upkeep.run_upkeep();
            }
        });
        let (clock, random) = (registry.clock.clone(), registry.random.clone());
        let router = metrics_router(App::new(registry), move || self.handle.render());
        let front = Front::new(router, Reach::default(), clock, random);
        Listening { listener: self.listener, tls: None, front }.serve(stopping.cancelled_owned()).await;
        upkeep.abort();
    }
}
