//! How many durable writes a second: alone, and by several callers at once.
//!
//! `cargo run --release -p bonded-store --example group_commit -- sqlite:///var/tmp/bench.db [seconds]`
//!
//! For comparison, the first line says how often this disk flushes a small append to a file.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bonded_model::actor::{Actor, Origin};
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::RequestId;
use bonded_model::{Clock, Random};
use bonded_store::{Change, DatabaseUrl, OpenMode, Store, StoreError};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url: DatabaseUrl = arguments.next().ok_or("which database?")?.parse()?;
    let seconds = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let duration = Duration::from_secs(seconds);
    println!("flushes of an append: {:.0}/s", flushes(duration)?);
    let store = Store::open(&url, OpenMode::CreateIfMissing).await?;
    store.migrate().await?;
    for callers in [1, 2, 4, 8, 16, 64] {
        let (rate, median) = writes(&store, callers, duration).await?;
        println!("{callers:3} callers: {rate:6.0} writes/s, median {:.2} ms", median.as_secs_f64() * 1e3);
    }
    store.close().await;
    Ok(())
}

fn flushes(duration: Duration) -> std::io::Result<f64> {
    let mut file = tempfile::tempfile_in(".")?;
    let (start, mut count) = (Instant::now(), 0.0);
    while start.elapsed() < duration {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1.0;
    }
    Ok(count / start.elapsed().as_secs_f64())
}

/// Writes a second, and how long the median one took.
async fn writes(
    store: &Store,
    callers: usize,
    duration: Duration,
) -> Result<(f64, Duration), Box<dyn Error>> {
    let done = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (store, done) = (store.clone(), done.clone());
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while start.elapsed() < duration {
                    let begun = Instant::now();
                    write(&store).await?;
                    latencies.push(begun.elapsed());
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, StoreError>(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let rate = done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Ok((rate, latencies[latencies.len() / 2]))
}

/// A small write as an upload makes it: a row, an audit event, a change.
async fn write(store: &Store) -> Result<(), StoreError> {
    let request = RequestId::generate(Clock::System.now(), &Random::System);
    let origin = Origin { request, address: None };
    let event = Event::ProjectCreated { name: "benchmark".into() };
    let entry = AuditEntry::new(Clock::System.now(), &Actor::Operator, &origin, event);
    store
        .write(move |tx| {
            Box::pin(async move {
                tx.put_setting(&request.to_string(), "benchmark").await?;
                tx.audit(entry).await?;
                tx.announce(Change::Jobs);
                Ok(())
            })
        })
        .await
}
