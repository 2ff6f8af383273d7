//! One transaction and the works that share it.

use bonded_model::ids::ServerId;

use super::task::{Settle, Work};
use crate::pools::Pools;
use crate::{Change, StoreError, Tx};

pub(super) struct Group<'w> {
    pools: &'w Pools,
    server: ServerId,
    /// The transaction; none before the first member, nor after a first member that failed.
    tx: Option<Tx>,
    /// How many members the transaction keeps.
    kept: usize,
    settled: Vec<Settle>,
}

impl<'w> Group<'w> {
    pub(super) const fn new(pools: &'w Pools, server: ServerId) -> Self {
        Self { pools, server, tx: None, kept: 0, settled: Vec::new() }
    }

    pub(super) const fn len(&self) -> usize {
        self.settled.len()
    }

    /// Begins the transaction unless it is open.
    pub(super) async fn open(&mut self) -> Result<(), StoreError> {
        if self.tx.is_none() {
            self.tx = Some(Tx::new(self.pools.begin().await?));
        }
        Ok(())
    }

    /// Runs a work. An error of the work is the work's own; an error from here is the whole group's.
    pub(super) async fn run(&mut self, work: Box<dyn Work>) -> Result<(), StoreError> {
        let Some(tx) = &mut self.tx else { return Err(StoreError::Closed) };
        // With nothing else in the transaction, there is nothing that a savepoint would save.
        let alone = self.kept == 0;
        if !alone && let Err(error) = tx.run("SAVEPOINT member").await {
            work.refuse(error.clone());
            return Err(error);
        }
        let mark = tx.mark();
        let member = work.run(tx).await;
        self.settled.push(member.settle);
        match (member.keep, alone) {
            (true, true) => {}
            (true, false) => tx.run("RELEASE SAVEPOINT member").await?,
            (false, true) => self.roll_back().await?,
            (false, false) => {
                tx.go_back(&mark);
                tx.run("ROLLBACK TO SAVEPOINT member; RELEASE SAVEPOINT member").await?;
            }
        }
        self.kept += usize::from(member.keep);
        Ok(())
    }

    async fn roll_back(&mut self) -> Result<(), StoreError> {
        match &mut self.tx {
            Some(tx) => tx.run("ROLLBACK").await?,
            None => return Ok(()),
        }
        self.tx = None;
        Ok(())
    }

    /// Commits. What it changed is for the listeners.
    pub(super) async fn commit(&mut self) -> Result<Vec<Change>, StoreError> {
        let Some(tx) = &mut self.tx else { return Ok(Vec::new()) };
        let changes = tx.take_changes();
        let done = commit(tx, self.server, &changes).await;
        match done {
            Ok(()) => self.tx = None,
            Err(_) => self.abandon().await,
        }
        done.map(|()| changes)
    }

    /// Gives the transaction up together with its connection.
    pub(super) async fn abandon(&mut self) {
        if let Some(tx) = self.tx.take() {
            tx.into_connection().abandon().await;
        }
    }

    /// Answers every member.
    pub(super) fn settle(self, committed: &Result<(), StoreError>) {
        for settle in self.settled {
            settle(committed.clone());
        }
    }
}

async fn commit(tx: &mut Tx, server: ServerId, changes: &[Change]) -> Result<(), StoreError> {
    if !changes.is_empty() {
        let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
        Pools::announce(tx.queries_connection(), server, &lines).await?;
    }
    tx.run("COMMIT").await
}
