//! The database: one concrete Store and Tx over SQLite and PostgreSQL.
