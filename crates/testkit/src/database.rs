//! A database of its own for each test, on either engine.

use std::sync::{Arc, Weak};

use bonded_model::ids::RequestId;
use bonded_model::{Clock, Random};
use bonded_store::{DatabaseUrl, Engine, OpenMode, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// The variable that names a PostgreSQL server where tests may create databases.
pub const POSTGRES_VARIABLE: &str = "BONDED_TEST_POSTGRES";

/// The file of a database on SQLite.
const FILE: &str = "bonded.db";

/// What databases with tables are copied from: making the tables takes longer than most tests. Each lives as long as a copy
/// of it does, so that a process leaves none behind on a server that outlives it.
static SQLITE_TEMPLATE: Mutex<Weak<TestDatabase>> = Mutex::const_new(Weak::new());
static POSTGRES_TEMPLATE: Mutex<Weak<TestDatabase>> = Mutex::const_new(Weak::new());

/// A database. It disappears with this value.
pub struct TestDatabase {
    url: DatabaseUrl,
    place: Place,
    #[expect(dead_code, reason = "while there are copies, others are made of the same")]
    copied_from: Option<Arc<TestDatabase>>,
}

enum Place {
    Directory(TempDir),
    Server { admin: String, name: String },
}

impl TestDatabase {
    /// Makes a database without tables.
    ///
    /// # Panics
    /// When it cannot be made, above all when there is no PostgreSQL: tests never skip an engine.
    pub async fn create(engine: Engine) -> Self {
        Self::copy_of(engine, None).await
    }

    /// Makes a database with all tables, which are empty.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn with_tables(engine: Engine) -> Self {
        let mut shared = match engine {
            Engine::Sqlite => SQLITE_TEMPLATE.lock().await,
            Engine::Postgres => POSTGRES_TEMPLATE.lock().await,
        };
        let template = match shared.upgrade() {
            Some(template) => template,
            None => {
                let made = Self::create(engine).await;
                made.store().await.close().await;
                Arc::new(made)
            }
        };
        *shared = Arc::downgrade(&template);
        drop(shared);
        Self::copy_of(engine, Some(template)).await
    }

    async fn copy_of(engine: Engine, template: Option<Arc<Self>>) -> Self {
        match engine {
            Engine::Sqlite => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let file = directory.path().join(FILE);
                if let Some(Place::Directory(template)) = template.as_ref().map(|template| &template.place) {
                    std::fs::copy(template.path().join(FILE), &file).expect("the database is copied");
                }
                let place = Place::Directory(directory);
                Self { url: DatabaseUrl::sqlite(file), place, copied_from: template }
            }
            Engine::Postgres => {
                let admin = postgres_server();
                let name = format!("test_{}", RequestId::generate(Clock::System.now(), &Random::System));
                let name = name.replace('-', "");
                let source = match template.as_ref().map(|template| &template.place) {
                    Some(Place::Server { name, .. }) => name,
                    _ => "template1",
                };
                run(&admin, format!("CREATE DATABASE {name} TEMPLATE {source}")).await;
                let url = with_name(&admin, &name);
                Self { url, place: Place::Server { admin, name }, copied_from: template }
            }
        }
    }

    /// Where it is.
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Opens it and makes its tables. Each call gives another store, as another process would have it.
    ///
    /// # Panics
    /// When that fails.
    pub async fn store(&self) -> Store {
        let store = Store::open(&self.url, OpenMode::CreateIfMissing).await.expect("the database opens");
        store.migrate().await.expect("the database migrates");
        store
    }

    /// Asks a question behind the store's back: one column of text.
    ///
    /// # Errors
    /// When the question fails.
    pub async fn ask(&self, question: &str) -> Result<Vec<String>, sqlx::Error> {
        let question = AssertSqlSafe(question.to_owned());
        match &self.place {
            Place::Directory(_) => {
                let mut db = sqlx::SqliteConnection::connect(&self.url.expose()).await?;
                let rows = sqlx::query_scalar(question).fetch_all(&mut db).await?;
                db.close().await?;
                Ok(rows)
            }
            Place::Server { .. } => {
                let mut db = PgConnection::connect(&self.url.expose()).await?;
                let rows = sqlx::query_scalar(question).fetch_all(&mut db).await?;
                db.close().await?;
                Ok(rows)
            }
        }
    }

    /// How SQLite would answer a query of the store: a line for each step.
    ///
    /// # Errors
    /// When it is no query.
    ///
    /// # Panics
    /// On PostgreSQL, which decides by what is in its tables.
    pub async fn plan(&self, query: &str) -> Result<Vec<String>, sqlx::Error> {
        assert!(matches!(self.place, Place::Directory(_)), "of SQLite");
        let mut db = sqlx::SqliteConnection::connect(&self.url.expose()).await?;
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
        let steps = sqlx::query(explain).fetch_all(&mut db).await?;
        db.close().await?;
        steps.iter().map(|step| step.try_get("detail")).collect()
    }

    /// Runs statements behind the store's back, as an intruder or a failing disk would.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn tamper(&self, statements: &str) -> Result<(), sqlx::Error> {
        let statements = AssertSqlSafe(statements.to_owned());
        match &self.place {
            Place::Directory(_) => {
                let url = self.url.expose();
                let mut db = sqlx::SqliteConnection::connect(&url).await?;
                sqlx::raw_sql(statements).execute(&mut db).await?;
                db.close().await
            }
            Place::Server { .. } => {
                let mut db = PgConnection::connect(&self.url.expose()).await?;
                sqlx::raw_sql(statements).execute(&mut db).await?;
                db.close().await
            }
        }
    }
}

fn postgres_server() -> String {
    std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES_VARIABLE} is not set: it must be the URL of a superuser of a PostgreSQL server for tests, such \
             as postgres://postgres@127.0.0.1:5432/postgres; `cargo xtask test` starts one and sets it"
        )
    })
}

/// The URL of another database on the same server.
fn with_name(server: &str, name: &str) -> DatabaseUrl {
    let mut url = url::Url::parse(server).expect("the server's URL");
    url.set_path(name);
    url.as_str().parse().expect("the database's URL")
}

async fn run(url: &str, statement: String) {
    let mut db = PgConnection::connect(url).await.expect("the PostgreSQL server answers");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut db).await.expect("the statement succeeds");
    db.close().await.expect("the connection closes");
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { admin, name } = &self.place else { return };
        let (admin, statement) = (admin.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A destructor cannot wait, and the test's runtime may be ending: another thread with its own.
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&admin, statement));
        });
        drop(done.join());
    }
}

/// Makes of each `async fn name(database: TestDatabase) { … }` two tests, `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$meta])*
            async fn run($database: $crate::database::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run($crate::database::TestDatabase::create(bonded_store::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run($crate::database::TestDatabase::create(bonded_store::Engine::Postgres).await).await;
            }
        }
    )*};
}
