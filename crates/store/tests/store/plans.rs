//! How SQLite answers queries. It has no statistics of these tables; PostgreSQL has, and decides by what is in them.

use std::fs::{read_dir, read_to_string};

use bonded_store::Engine;
use bonded_testkit::database::TestDatabase;
use serde_json::Value;

/// What the builds know of the queries: each in a file of its own.
const QUERIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../store-sqlite/.sqlx");

/// Otherwise each upload reads all records of its subdir.
#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_package_are_found_by_its_name() {
    let database = TestDatabase::with_tables(Engine::Sqlite).await;
    let mut of_a_package = 0;
    for file in read_dir(QUERIES).unwrap() {
        let described: Value = serde_json::from_str(&read_to_string(file.unwrap().path()).unwrap()).unwrap();
        let query = described["query"].as_str().unwrap();
        if !query.contains("c.package = $") {
            continue;
        }
        of_a_package += 1;
        let plan = database.plan(query).await.unwrap();
        let by_name =
            plan.iter().any(|step| step.contains("conda_files_package (subdir_id=? AND package=?)"));
        assert!(by_name, "{query}\n{plan:#?}");
    }
    assert!(of_a_package >= 3, "records, signatures, and what was removed");
}
