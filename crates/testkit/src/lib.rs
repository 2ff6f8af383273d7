//! For tests only: a running app on either engine, with a clock that tests move.

pub mod database;
