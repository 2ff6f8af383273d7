//! Every query of the database, once. `bonded-store-sqlite` and `bonded-store-postgres` both compile this folder, each
//! against its own engine: `crate::Connection` is theirs, and sqlx checks each text against their migrations.
//!
//! Both engines must understand each text: parameters as `$1`, every column with its type (`AS "name!: Type"`, because
//! the engines infer differently), upserts by `ON CONFLICT`, paging by row values, no arrays, no operators on JSON.
#![expect(missing_docs, reason = "each query is described once, at the method of Queries or Tx that runs it")]

pub mod audit;
pub mod audit_people;
pub mod blobs;
pub mod ceremonies;
pub mod channels;
pub mod conda_files;
pub mod counts;
pub mod devices;
pub mod emails;
pub mod expired;
pub mod files;
pub mod group_roles;
pub mod groups;
pub mod issuers;
pub mod jobs;
pub mod limits;
pub mod links;
pub mod mail;
pub mod members;
pub mod owners;
pub mod passwords;
pub mod projects;
pub mod provenance;
pub mod publisher_tokens;
pub mod publishers;
pub mod python_files;
pub mod recoveries;
pub mod recovery_codes;
pub mod releases;
pub mod role_invitations;
mod rows;
pub mod sessions;
pub mod settings;
pub mod shards;
pub mod sign_ins;
pub mod signatures;
pub mod standing;
pub mod subdirs;
pub mod token_cuts;
pub mod token_projects;
pub mod token_scopes;
pub mod tokens;
pub mod totp;
pub mod trust;
pub mod users;
pub mod webauthn_keys;
